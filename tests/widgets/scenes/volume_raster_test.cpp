// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures by depth: closed forms, invariants, and rays sent through the same samples by hand.
#include <QtTest>
#include <algorithm>
#include <random>

#include "widgets/scenes/cut_cube.h"
#include "widgets/scenes/volume_raster.h"

using namespace tessera;

namespace {

constexpr QRgb kRed = 0xffc03020, kGreen = 0xff20a040, kBlue = 0xff2030c0;

// Along -r from above: s is x, t is -y of the page; one unit is 10 points, the box -1..1 is 20 wide.
VolumeCamera fromAbove() {
    VolumeCamera camera;
    camera.position = {0, 0, 10}, camera.up = {0, 1, 0};
    camera.parallel = true;
    return camera;
}
const QRectF kTarget(0, 0, 20, 20);

VolumeFaces layerOf(const std::vector<std::vector<Eigen::Vector3d>>& polygons,
                    const std::vector<QRgb>& colours, double opacity = 1) {
    VolumeFaces layer;
    layer.opacity = opacity;
    for (std::size_t i = 0; i < polygons.size(); ++i) test::addPolygon(layer, polygons[i], colours[i]);
    return layer;
}
std::vector<Eigen::Vector3d> square(double half, double height, double slope = 0) {
    return {{-half, -half, height - slope * half},
            {half, -half, height + slope * half},
            {half, half, height + slope * half},
            {-half, half, height - slope * half}};
}

QImage pictureOf(const VolumeDrawing& drawing, const VolumeCamera& camera, int side = 40, int samples = 1) {
    const VolumeProjection projection(camera, kTarget);
    const auto shapes = shapesOnPage(drawing, projection, kTarget, {});
    return rasterVolume(drawing, *shapes, kTarget, {side, side}, samples, {}).image;
}
QImage pictureOf(const std::vector<VolumeFaces>& layers, const VolumeCamera& camera, int side = 40,
                 int samples = 1) {
    VolumeDrawing drawing;
    drawing.faces = layers;
    return pictureOf(drawing, camera, side, samples);
}

int apart(QRgb a, QRgb b) {
    return std::max({std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)),
                     std::abs(qBlue(a) - qBlue(b)), std::abs(qAlpha(a) - qAlpha(b))});
}
QRgb blended(QRgb below, QRgb above, double alpha) {
    const auto mix = [&](int b, int a) { return static_cast<int>(std::lround(a * alpha + b * (1 - alpha))); };
    return qRgba(mix(qRed(below), qRed(above)), mix(qGreen(below), qGreen(above)),
                 mix(qBlue(below), qBlue(above)), mix(qAlpha(below), 255));
}

// The polygon's depth on a ray, or infinity; by its plane and half-planes, in volume coordinates.
double hit(const std::vector<Eigen::Vector3d>& polygon, const Eigen::Vector3d& eye,
           const Eigen::Vector3d& way) {
    const Eigen::Vector3d normal = (polygon[1] - polygon[0]).cross(polygon[2] - polygon[0]);
    const double t = normal.dot(polygon[0] - eye) / normal.dot(way);
    const Eigen::Vector3d at = eye + t * way;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const auto &a = polygon[i], &b = polygon[(i + 1) % polygon.size()];
        if (normal.dot((b - a).cross(at - a)) < 0) return INFINITY;
    }
    return t;
}

}  // namespace

class VolumeRasterTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void nearerWins() {
        for (const bool nearIsFirst : {true, false}) {
            const auto low = square(1, -0.5), high = square(0.5, 0.5);
            const QImage image = nearIsFirst ? pictureOf({layerOf({high, low}, {kRed, kGreen})}, fromAbove())
                                             : pictureOf({layerOf({low, high}, {kGreen, kRed})}, fromAbove());
            for (int y = 0; y < 40; ++y)
                for (int x = 0; x < 40; ++x) {
                    const bool isRed = x >= 10 && x < 30 && y >= 10 && y < 30;
                    QCOMPARE(image.pixel(x, y), isRed ? kRed : kGreen);
                }
        }
    }
    // One rises with s, the other falls: they meet where s = 0.2.
    void cuttingPolygonsSplitWhereTheyMeet() {
        for (const bool isPerspective : {false, true}) {
            VolumeCamera camera = fromAbove();
            camera.parallel = !isPerspective;
            camera.viewAngle = 2 * std::atan(0.1) * 180 / 3.14159265358979;  // the plane r = 0 looks the same
            const QImage image =
                pictureOf({layerOf({square(1, -0.1, 0.5), square(1, 0.1, -0.5)}, {kRed, kGreen})}, camera);
            const QRgb lit = litColour(kRed, 1 / std::sqrt(1.25)),
                       litGreen = litColour(kGreen, 1 / std::sqrt(1.25));
            for (int y = 2; y < 38; ++y)
                for (int x = 2; x < 38; ++x) {
                    // On the line where they meet both are at r = 0.
                    const double s = (x + 0.5) / 20 - 1;
                    if (std::abs(s - 0.2) < 0.03) continue;
                    QVERIFY2(image.pixel(x, y) == (s > 0.2 ? lit : litGreen),
                             qPrintable(QString("%1 %2").arg(x).arg(y)));
                }
        }
    }
    void everySampleAgainstRays() {
        std::mt19937 random(11);
        std::uniform_real_distribution<double> uniform(-1, 1);
        for (int round = 0; round < 6; ++round) {
            std::vector<std::vector<Eigen::Vector3d>> triangles;
            std::vector<QRgb> colours;
            for (int i = 0; i < 60; ++i) {
                std::vector<Eigen::Vector3d> triangle;
                for (int k = 0; k < 3; ++k)
                    triangle.emplace_back(uniform(random), uniform(random), uniform(random));
                triangles.push_back(triangle);
                colours.push_back(static_cast<QRgb>(0xff000000u | (random() & 0xffffffu)));
            }
            VolumeCamera camera = VolumeCamera::around({-1, -1, -1}, {1, 1, 1},
                                                       {uniform(random), uniform(random), uniform(random)});
            camera.parallel = round % 2 == 0;
            const QImage image = pictureOf({layerOf(triangles, colours)}, camera, 64);
            const VolumeProjection projection(camera, kTarget);
            int wrong = 0;
            for (int y = 0; y < 64; ++y)
                for (int x = 0; x < 64; ++x) {
                    const double px = (x + 0.5) * 20 / 64, py = (y + 0.5) * 20 / 64;
                    const Eigen::Vector3d a = projection.volumeFromPage({px, py, 1}),
                                          b = projection.volumeFromPage({px, py, 2});
                    double nearest = INFINITY;
                    QRgb expected = 0;
                    for (std::size_t i = 0; i < triangles.size(); ++i) {
                        const double depth = hit(triangles[i], a, b - a);
                        if (!(depth < nearest)) continue;
                        nearest = depth;
                        const Eigen::Vector3d normal = (triangles[i][1] - triangles[i][0])
                                                           .cross(triangles[i][2] - triangles[i][0])
                                                           .normalized();
                        expected = litColour(colours[i], normal.dot(projection.axes().ahead));
                    }
                    wrong += apart(image.pixel(x, y), expected) > 1;  // a rounding of the light
                }
            QVERIFY2(wrong <= 2, qPrintable(QString::number(wrong)));  // samples on an edge, by rounding
        }
    }
    void translucentInClosedForm() {
        const auto upper = layerOf({square(1, 0.5)}, {kRed}, 0.4),
                   lower = layerOf({square(1, 0)}, {kBlue}, 0.7),
                   floor = layerOf({square(1, -0.5)}, {kGreen});
        const QRgb expected = blended(blended(kGreen, kBlue, 0.7), kRed, 0.4);
        QVERIFY(apart(pictureOf({upper, lower, floor}, fromAbove()).pixel(20, 20), expected) <= 2);
        // On clear paper: its alpha is what is not let through.
        QCOMPARE(qAlpha(pictureOf({upper}, fromAbove()).pixel(20, 20)), 102);
        QVERIFY(apart(pictureOf({upper, lower}, fromAbove()).pixel(20, 20),
                      blended(blended(0, kBlue, 0.7), kRed, 0.4)) <= 2);
        // What is behind something opaque is not seen through it.
        auto behind = layerOf({square(1, -0.8)}, {kRed}, 0.5);
        QCOMPARE(pictureOf({behind, floor}, fromAbove()).pixel(20, 20), kGreen);
    }
    void translucentInAnyOrder() {
        std::mt19937 random(3);
        std::uniform_real_distribution<double> uniform(-1, 1);
        std::vector<VolumeFaces> layers;
        for (int i = 0; i < 30; ++i) {
            std::vector<Eigen::Vector3d> triangle;
            for (int k = 0; k < 3; ++k)
                triangle.emplace_back(uniform(random), uniform(random), uniform(random));
            layers.push_back(layerOf({triangle}, {static_cast<QRgb>(0xff000000u | (random() & 0xffffffu))},
                                     0.2 + 0.1 * (i % 7)));
        }
        const auto camera = VolumeCamera::around({-1, -1, -1}, {1, 1, 1}, {3, -4, 2.5});
        const QImage first = pictureOf(layers, camera, 64, 2);
        for (int round = 0; round < 4; ++round) {
            std::shuffle(layers.begin(), layers.end(), random);
            QCOMPARE(pictureOf(layers, camera, 64, 2), first);
        }
        layers.pop_back();
        QVERIFY(pictureOf(layers, camera, 64, 2) != first);
    }
    // Of two polygons in one plane the first one named is seen, without flicker.
    void polygonsInOnePlane() {
        auto tilted = square(0.8, 0.1, 0.37);
        const auto camera = VolumeCamera::around({-1, -1, -1}, {1, 1, 1}, {1, -2, 2});
        auto turned = tilted;
        std::rotate(turned.begin(), turned.begin() + 2, turned.end());
        std::reverse(turned.begin(), turned.end());
        const QImage both = pictureOf({layerOf({tilted, turned}, {kRed, kBlue})}, camera, 64),
                     one = pictureOf({layerOf({tilted}, {kRed})}, camera, 64);
        QCOMPARE(both, one);
    }
    // Pieces of a cube leave no gap: what covers the page is the cube's silhouette, each pixel once.
    void piecesLeaveNoGap() {
        const auto camera = VolumeCamera::around({-1, -1, -1}, {1, 1, 1}, {3, -4, 2.5});
        auto pieces = test::facesOf(test::cutCube(12, 4), 0, 4),
             whole = test::facesOf(test::cutCube(0, 4), 0, 4);
        pieces.edges = whole.edges = false;
        const QImage a = pictureOf({pieces}, camera, 200), b = pictureOf({whole}, camera, 200);
        int missing = 0, covered = 0;
        for (int y = 0; y < 200; ++y)
            for (int x = 0; x < 200; ++x) {
                const int alpha = qAlpha(b.pixel(x, y));
                covered += alpha > 0;
                missing += qAlpha(a.pixel(x, y)) != alpha;
            }
        QVERIFY(covered > 5000);
        QVERIFY2(missing <= 3, qPrintable(QString::number(missing)));
    }
    // A pixel is the mean of its samples: a side that runs through the middle of pixels covers half of them.
    void sidesAreSmooth() {
        const std::vector<Eigen::Vector3d> half{{-1, -1, 0}, {0.025, -1, 0}, {0.025, 1, 0}, {-1, 1, 0}};
        const QImage image = pictureOf({layerOf({half}, {kRed})}, fromAbove(), 40, 4);
        QCOMPARE(qAlpha(image.pixel(19, 20)), 255);
        QCOMPARE(qAlpha(image.pixel(20, 20)), 128);
        QCOMPARE(qAlpha(image.pixel(21, 20)), 0);
    }
    void linesAndMarksByDepth() {
        VolumeDrawing drawing;
        drawing.faces = {layerOf({square(0.5, 0)}, {kGreen})};
        VolumeLines line;
        line.points = {{-0.9, 0.025, 0.5}, {0, 0.025, 0}, {0.9, 0.025, -0.5}};  // goes in at the middle
        line.lineBegin = {0, 3};
        line.widthPt = 0.5, line.colour = QColor(kRed);
        drawing.lines = {line};
        VolumeMarks marks;
        marks.points = {{-0.3, -0.3, 0.3}, {0.3, 0.3, -0.4}, {0.3, -0.3, 0}};
        marks.colour = {kBlue, kBlue, kBlue};
        marks.sizePt = 3;
        drawing.marks = {marks};
        const VolumeProjection projection(fromAbove(), kTarget);
        const auto shapes = shapesOnPage(drawing, projection, kTarget, {});
        const auto raster = rasterVolume(drawing, *shapes, kTarget, {40, 40}, 1, {});
        const auto at = [&](double s, double t) {
            return raster.image.pixel(int(s * 20 + 20), int(20 - t * 20));
        };
        QCOMPARE(at(-0.4, 0.025), kRed);   // before the square
        QCOMPARE(at(0.3, 0.025), kGreen);  // behind it
        QCOMPARE(at(0.7, 0.025), kRed);    // beside it
        QCOMPARE(at(0.3, 0.3), kGreen);
        QVERIFY(apart(at(-0.3, -0.3), kBlue) < 20);
        QCOMPARE(raster.markSeen, (std::vector<float>{1, 0, 1}));  // the last lies on the square
        const auto sight = volumeSight(drawing, *shapes, kTarget, 4, {});
        QCOMPARE(sight.markSeen, raster.markSeen);
        QCOMPARE(sight.faceSeen, (std::vector<std::uint8_t>{1}));
    }
    void marksBehindWhatIsTranslucent() {
        VolumeDrawing drawing;
        drawing.faces = {layerOf({square(0.5, 0)}, {kGreen}, 0.6), layerOf({square(0.7, 0.3)}, {kRed}, 0.2)};
        VolumeMarks marks;
        marks.points = {{0, 0, -0.8}, {0.6, 0, -0.8}, {0, 0.4, 0.9}};
        marks.sizePt = 2;
        drawing.marks = {marks};
        const auto shapes = shapesOnPage(drawing, VolumeProjection(fromAbove(), kTarget), kTarget, {});
        const auto seen = rasterVolume(drawing, *shapes, kTarget, {40, 40}, 2, {}).markSeen;
        QVERIFY(std::abs(seen[0] - 0.4f * 0.8f) < 0.01f && std::abs(seen[1] - 0.8f) < 0.01f && seen[2] == 1);
        QCOMPARE(volumeSight(drawing, *shapes, kTarget, 4, {}).markSeen, seen);
    }
    void outlinesAreOnThePolygonsSides() {
        auto layer = layerOf({square(0.5, 0)}, {kGreen});
        layer.edges = true, layer.edgeColour = QColor(kBlue);
        const QImage image = pictureOf({layer}, fromAbove(), 400);
        QCOMPARE(image.pixel(200, 101), kBlue);  // half inside
        QCOMPARE(image.pixel(200, 98), kBlue);   // half outside
        QCOMPARE(image.pixel(200, 110), kGreen);
        QCOMPARE(image.pixel(200, 90), 0u);
    }
    void whatIsBehindTheEyeIsCut() {
        VolumeCamera camera;
        camera.position = {0, 0, 0}, camera.focus = {0, 1, 0};
        camera.viewAngle = 90;
        // A floor that goes on behind the eye: below the horizon everywhere.
        const QImage image = pictureOf(
            {layerOf({{{-9, -9, -1}, {9, -9, -1}, {9, 900, -1}, {-9, 900, -1}}}, {kGreen})}, camera);
        QCOMPARE(qAlpha(image.pixel(20, 10)), 0);
        QCOMPARE(qAlpha(image.pixel(20, 30)), 255);
        QCOMPARE(qAlpha(image.pixel(20, 39)), 255);
    }
    void unseenPolygonsAreFound() {
        VolumeDrawing drawing;
        drawing.faces = {
            layerOf({square(0.5, -0.5), square(0.6, 0), square(0.7, -0.9)}, {kRed, kGreen, kBlue}),
            layerOf({square(0.3, 0.5), square(0.3, -0.3)}, {kRed, kBlue}, 0.5)};
        const auto shapes = shapesOnPage(drawing, VolumeProjection(fromAbove(), kTarget), kTarget, {});
        QCOMPARE(volumeSight(drawing, *shapes, kTarget, 4, {}).faceSeen,
                 (std::vector<std::uint8_t>{0, 1, 1, 1, 0}));
    }
    void stopsWhenAsked() {
        VolumeDrawing drawing;
        drawing.faces = {test::facesOf(test::cutCube(12, 4), 0, 4)};
        const auto camera = VolumeCamera::around({-1, -1, -1}, {1, 1, 1}, {3, -4, 2.5});
        const auto shapes = shapesOnPage(drawing, VolumeProjection(camera, kTarget), kTarget, {});
        std::stop_source source;
        source.request_stop();
        QVERIFY(rasterVolume(drawing, *shapes, kTarget, {400, 400}, 2, source.get_token()).image.isNull());
        QVERIFY(volumeSight(drawing, *shapes, kTarget, 4, source.get_token()).faceSeen.empty());
    }
};

QTEST_APPLESS_MAIN(VolumeRasterTest)
#include "volume_raster_test.moc"
