// SPDX-License-Identifier: GPL-3.0-or-later
// Searches as lines and marks: where their colour changes, what is walked at a step, and what is left out.
#include "widgets/scenes/volume_path_drawing.h"

#include <QtTest>
#include <algorithm>
#include <cmath>

using namespace tessera;

namespace {

const SceneTheme kTheme = SceneTheme::light();

// Along s from -0.8, in steps of 0.4: class 0 for two points, then class 2, its target, with the tie a
// quarter of the way between them.
VolumePath straight() {
    VolumePath path;
    path.sample = 5, path.predicted = 0, path.target = 2, path.landing = 2;
    path.flipped = true, path.steps = 6, path.distance = 1.2, path.radius = 0.5;
    path.step = {0, 2, 4, 6};
    for (int i = 0; i < 4; ++i) path.points.emplace_back(-0.8 + 0.4 * i, 0, 0);
    path.offVolume = {0, 0, 0, 0};
    path.margin = {-5, -1, 3, 7};
    path.prediction = {0, 0, 2, 2};
    return path;
}

VolumeResult resultOf(std::vector<VolumePath> paths) {
    VolumeResult result;
    result.volume.low = Eigen::Vector3d::Constant(-1), result.volume.high = Eigen::Vector3d::Constant(1);
    result.outputs = 3;
    result.paths = std::move(paths);
    return result;
}

VolumeDrawing drawn(const VolumeResult& result, const VolumeLook& look = {}) {
    VolumeDrawing drawing;
    drawing.low = result.volume.low, drawing.high = result.volume.high;
    addPaths(result, look, kTheme, {}, drawing);
    return drawing;
}

std::vector<const VolumeLines*> linesOf(const VolumeDrawing& drawing, const char* name) {
    std::vector<const VolumeLines*> found;
    for (const auto& lines : drawing.lines)
        if (lines.name == QLatin1String(name)) found.push_back(&lines);
    return found;
}
const VolumeMarks* marksOf(const VolumeDrawing& drawing, const char* name) {
    for (const auto& marks : drawing.marks)
        if (marks.name == QLatin1String(name)) return &marks;
    return nullptr;
}

// Of all the lines of a name in a class's colour.
double lengthOf(const VolumeDrawing& drawing, const char* name, int label) {
    double length = 0;
    for (const auto* lines : linesOf(drawing, name)) {
        if (lines->colour != classColour(label, 3)) continue;
        for (std::size_t line = 0; line + 1 < lines->lineBegin.size(); ++line)
            for (auto i = lines->lineBegin[line] + 1; i < lines->lineBegin[line + 1]; ++i)
                length += (lines->points[std::size_t(i)] - lines->points[std::size_t(i - 1)]).norm();
    }
    return length;
}

bool isNear(double a, double b) {
    return std::abs(a - b) < 1e-12;
}

}  // namespace

class VolumePathDrawingTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // At the tie of its two classes, and half way where a third one comes between.
    void coloursChangeWhereTheClassDoes() {
        const auto whole = drawn(resultOf({straight()}));
        QVERIFY(isNear(lengthOf(whole, kPathLayer, 0), 0.5));
        QVERIFY(isNear(lengthOf(whole, kPathLayer, 2), 0.7));
        QVERIFY(linesOf(whole, kAheadLayer).empty());
        for (const auto* lines : linesOf(whole, kPathLayer)) {
            QVERIFY(lines->tube);
            QCOMPARE(lines->lineBegin.size(), std::size_t{2});  // one line a class
        }
        auto path = straight();
        path.prediction = {0, 0, 1, 2};
        const auto third = drawn(resultOf({path}));
        QVERIFY(isNear(lengthOf(third, kPathLayer, 0), 0.6));
        QVERIFY(isNear(lengthOf(third, kPathLayer, 1), 0.4));
        QVERIFY(isNear(lengthOf(third, kPathLayer, 2), 0.2));
    }

    void walksStepByStep() {
        const auto result = resultOf({straight()});
        QCOMPARE(mostSteps(result), 6);
        const std::pair<int, std::size_t> kPlaces[] = {{-1, 3}, {0, 0}, {1, 0}, {2, 1},
                                                       {5, 2},  {6, 3}, {99, 3}};
        for (const auto& [step, at] : kPlaces) {
            QCOMPARE(placeOfStep(result.paths[0], step), at);
            VolumeLook look;
            look.step = step;
            const auto drawing = drawn(result, look);
            double walked = 0, ahead = 0;
            for (int label = 0; label < 3; ++label)
                walked += lengthOf(drawing, kPathLayer, label),
                    ahead += lengthOf(drawing, kAheadLayer, label);
            QVERIFY(isNear(walked, 0.4 * double(at)) && isNear(walked + ahead, 1.2));
            const auto* ends = marksOf(drawing, kStepLayer);
            QVERIFY(ends && ends->points.size() == 1);
            QCOMPARE(ends->points[0], result.paths[0].points[at]);
            QCOMPARE(ends->colour[0], classColour(result.paths[0].prediction[at], 3).rgb());
            QCOMPARE(ends->labels[0], at < 2 ? QString() : QStringLiteral("2"));
            // Where it will land is marked while it is under way.
            const auto* landings = marksOf(drawing, kLandingLayer);
            QCOMPARE(landings != nullptr, at < 3);
            if (landings) QCOMPARE(landings->points[0], result.paths[0].points.back());
        }
    }

    void searchesThatDoNotFlip() {
        auto path = straight();
        path.flipped = false, path.landing = 0, path.prediction = {0, 0, 0, 0},
        path.margin = {-5, -4, -3, -2};
        const auto result = resultOf({path});
        QCOMPARE(marksOf(drawn(result), kStepLayer)->labels[0], QStringLiteral("no flip"));
        VolumeLook look;
        look.step = 2;
        QVERIFY(!marksOf(drawn(result, look), kLandingLayer));
        QVERIFY(pathText(path, -1, {}).contains(QStringLiteral("no flip")));
        QVERIFY(!pathText(path, 2, {}).contains(QStringLiteral("no flip")));
    }

    // Three great circles about the start.
    void balls() {
        VolumeLook look;
        QVERIFY(linesOf(drawn(resultOf({straight()}), look), kBallLayer).empty());
        look.trustBall = true, look.paths = false;
        const auto drawing = drawn(resultOf({straight()}), look);
        QVERIFY(linesOf(drawing, kPathLayer).empty() && !marksOf(drawing, kStepLayer));
        const auto balls = linesOf(drawing, kBallLayer);
        QCOMPARE(balls.size(), std::size_t{1});
        const Eigen::Vector3d start = straight().points.front();
        int inPlane[3] = {};
        for (const auto& point : balls[0]->points) {
            QVERIFY(isNear((point - start).norm(), 0.5));
            for (int axis = 0; axis < 3; ++axis) inPlane[axis] += std::abs(point[axis] - start[axis]) < 1e-12;
        }
        for (const int count : inPlane) QVERIFY(count >= 96);
    }

    // What leads far out of the box is left out; what is a little outside is drawn.
    void farOutside() {
        auto path = straight();
        path.points[2].x() = 1.5, path.points[3].x() = 3;
        const auto drawing = drawn(resultOf({path}));
        double farthest = 0;
        for (const auto* lines : linesOf(drawing, kPathLayer))
            for (const auto& point : lines->points) farthest = std::max(farthest, point.x());
        QCOMPARE(farthest, 1.5);
        QVERIFY(marksOf(drawing, kStepLayer)->points.empty());
    }

    void marksAreNamed() {
        auto other = straight();
        other.sample = 7, other.predicted = 1;
        for (auto& point : other.points) point.y() = 0.5;
        const auto result = resultOf({straight(), other});
        const auto name = QString::fromLatin1(kStepLayer);
        const auto place = pathAt(result, name, other.points[2]);
        QVERIFY(place.has_value());
        QCOMPARE(place->path, &result.paths[1]);
        QCOMPARE(place->step, 4);
        QVERIFY(!pathAt(result, QString::fromLatin1(kSampleLayer), other.points[2]));
        QVERIFY(!pathAt(result, name, Eigen::Vector3d(9, 9, 9)));
        QVERIFY(pathAt(result, QString::fromLatin1(kLandingLayer), other.points.back()));
        SceneContext context;
        context.classNames = {QStringLiteral("cat"), QStringLiteral("dog"), QStringLiteral("owl")};
        QCOMPARE(pathText(result.paths[0], 4, context), QStringLiteral("#5: cat → owl, margin 3"));
        auto off = result.paths[0];
        off.sample = -1, off.offVolume[0] = 0.25;
        QCOMPARE(pathText(off, 0, {}), QStringLiteral("middle: 0, margin −5, 0.25 off the volume"));
    }

    void legend() {
        std::vector<LegendItem> items;
        addPathLegend(resultOf({}), {}, kTheme, items);
        QVERIFY(items.empty());
        VolumeLook look;
        look.trustBall = true;
        addPathLegend(resultOf({straight()}), look, kTheme, items);
        QCOMPARE(items.size(), std::size_t{2});
    }
};

QTEST_APPLESS_MAIN(VolumePathDrawingTest)
#include "volume_path_drawing_test.moc"
