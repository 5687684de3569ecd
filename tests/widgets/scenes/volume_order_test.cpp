// SPDX-License-Identifier: GPL-3.0-or-later
// Painting over each other from far to near gives what depth at every sample gives.
#include <QPainter>
#include <QtTest>
#include <algorithm>
#include <random>

#include "widgets/scenes/cut_cube.h"
#include "widgets/scenes/page_items.h"
#include "widgets/scenes/volume_vector.h"

using namespace tessera;

namespace {

const QRectF kTarget(0, 0, 120, 120);

std::vector<PageItem> itemsOf(const VolumeDrawing& drawing, const PageShapes& shapes) {
    return *itemsFromFarToNear(shapes, volumeSight(drawing, shapes, kTarget, 5, {}), {});
}

// Both pictures without smoothing: the painter's by paths one over the other, and by depth.
QImage paintedInOrder(const VolumeDrawing&, const PageShapes& shapes, const std::vector<PageItem>& items) {
    QImage image(480, 480, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.scale(4, 4);
    painter.setPen(Qt::NoPen);
    for (const auto& item : items) {
        if (item.kind != PageItem::Kind::Face) continue;
        QPolygonF polygon;
        for (const auto& p : item.polygon) polygon << QPointF(p.x(), p.y());
        painter.setBrush(QColor(shapes.faces[static_cast<std::size_t>(item.source)].colour));
        painter.drawConvexPolygon(polygon);
    }
    return image;
}
// Pixels that differ and are not beside a pixel of another colour: sides are rounded differently.
int differences(const QImage& a, const QImage& b) {
    int count = 0;
    for (int y = 2; y < a.height() - 2; ++y)
        for (int x = 2; x < a.width() - 2; ++x) {
            if (a.pixel(x, y) == b.pixel(x, y)) continue;
            bool isInside = true;
            for (int dy = -1; dy <= 1; ++dy)
                for (int dx = -1; dx <= 1; ++dx)
                    isInside = isInside && b.pixel(x + dx, y + dy) == b.pixel(x, y);
            count += isInside;
        }
    return count;
}
int differences(const VolumeDrawing& drawing, const VolumeCamera& camera, std::size_t* count = nullptr) {
    const auto shapes = shapesOnPage(drawing, VolumeProjection(camera, kTarget), kTarget, {});
    const auto items = itemsOf(drawing, *shapes);
    if (count) *count = items.size();
    return differences(paintedInOrder(drawing, *shapes, items),
                       rasterVolume(drawing, *shapes, kTarget, {480, 480}, 1, {}).image);
}

VolumeDrawing drawingOf(std::vector<std::vector<Eigen::Vector3d>> polygons) {
    VolumeDrawing drawing;
    drawing.faces.emplace_back();
    unsigned colour = 1;
    for (const auto& polygon : polygons)
        test::addPolygon(drawing.faces[0], polygon, 0xff000000u | ((colour++ * 2654435761u) & 0xffffffu));
    return drawing;
}

VolumeCamera fromAbove() {
    VolumeCamera camera;
    camera.position = {0, 0, 10}, camera.up = {0, 1, 0}, camera.parallel = true, camera.parallelScale = 1.5;
    return camera;
}

}  // namespace

class VolumeOrderTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // What nobody sees is left out: of a cube its three front faces remain; seen through, they come last.
    void ofACubeTheFrontFacesAreUppermost() {
        VolumeDrawing drawing;
        drawing.faces = {test::facesOf(test::cutCube(0, 1), 0, 1)};  // low s, high s, low t, ...
        const auto camera = VolumeCamera::around({-1, -1, -1}, {1, 1, 1}, {3, -4, 2.5});
        const std::vector<std::int32_t> front{1, 2, 5};  // high s, low t, high r
        for (const double opacity : {1.0, 0.5}) {
            drawing.faces[0].opacity = opacity;
            const auto shapes = shapesOnPage(drawing, VolumeProjection(camera, kTarget), kTarget, {});
            const auto items = itemsOf(drawing, *shapes);
            QCOMPARE(items.size(), std::size_t(opacity < 1 ? 6 : 3));
            std::vector<std::int32_t> last;
            for (auto item = items.end() - 3; item != items.end(); ++item) last.push_back(item->source);
            std::sort(last.begin(), last.end());
            QCOMPARE(last, front);
        }
    }
    void piecesOfACube() {
        for (const unsigned seed : {1u, 2u, 3u})
            for (const double apart : {0.0, 0.4}) {
                VolumeDrawing drawing;
                drawing.faces = {test::facesOf(test::cutCube(8, seed), apart, 8)};
                drawing.faces[0].edges = false;
                for (const Eigen::Vector3d& from : {Eigen::Vector3d(3, -4, 2.5), Eigen::Vector3d(-1, -1, -1),
                                                    Eigen::Vector3d(0.1, -3, 0.2)}) {
                    auto camera = VolumeCamera::around({-1.3, -1.3, -1.3}, {1.3, 1.3, 1.3}, from);
                    const int wrong = differences(drawing, camera);
                    QVERIFY2(wrong == 0,
                             qPrintable(QString("%1 of seed %2, %3").arg(wrong).arg(seed).arg(apart)));
                }
            }
    }
    void whatCutsEachOtherIsCut() {
        const auto tilted = [](double slope) {
            return std::vector<Eigen::Vector3d>{
                {-1, -1, -slope}, {1, -1, slope}, {1, 1, slope}, {-1, 1, -slope}};
        };
        std::size_t items = 0;
        QCOMPARE(differences(drawingOf({tilted(0.3), tilted(-0.3)}), fromAbove(), &items), 0);
        QCOMPARE(items, std::size_t(3));  // cutting one is enough
        std::mt19937 random(8);
        std::uniform_real_distribution<double> uniform(-1, 1);
        std::vector<std::vector<Eigen::Vector3d>> triangles;
        for (int i = 0; i < 40; ++i) {
            triangles.emplace_back();
            for (int k = 0; k < 3; ++k)
                triangles.back().emplace_back(uniform(random), uniform(random), uniform(random));
        }
        const int wrong = differences(drawingOf(triangles), fromAbove());
        QVERIFY2(wrong <= 5, qPrintable(QString::number(wrong)));
        QVERIFY(differences(drawingOf(triangles), VolumeCamera::around({-1, -1, -1}, {1, 1, 1}, {1, 2, 3})) <=
                5);
    }
    // Three beams, each over the next one: no order of whole beams is right.
    void circlesAreOpened() {
        std::vector<std::vector<Eigen::Vector3d>> beams;
        for (int i = 0; i < 3; ++i) {
            const Eigen::AngleAxisd turn(i * 2 * 3.14159265358979 / 3, Eigen::Vector3d::UnitZ());
            beams.push_back({turn * Eigen::Vector3d(-1, 0.3, -0.3), turn * Eigen::Vector3d(1, 0.3, 0.3),
                             turn * Eigen::Vector3d(1, 0.5, 0.3), turn * Eigen::Vector3d(-1, 0.5, -0.3)});
        }
        std::size_t items = 0;
        const auto drawing = drawingOf(beams);
        QCOMPARE(differences(drawing, fromAbove(), &items), 0);
        QVERIFY(items > 3 && items < 8);
        // The test can fail: whole beams in any order are wrong.
        const auto shapes = shapesOnPage(drawing, VolumeProjection(fromAbove(), kTarget), kTarget, {});
        const auto whole = pageItems(*shapes, volumeSight(drawing, *shapes, kTarget, 5, {}));
        QVERIFY(differences(paintedInOrder(drawing, *shapes, whole),
                            rasterVolume(drawing, *shapes, kTarget, {480, 480}, 1, {}).image) > 100);
    }
    void linesGoThroughPolygons() {
        auto drawing = drawingOf({{{-1, -1, 0}, {1, -1, 0}, {1, 1, 0}, {-1, 1, 0}}});
        VolumeLines line;
        line.points = {{-0.8, 0, -0.5}, {0.8, 0, 0.5}};
        line.lineBegin = {0, 2};
        line.widthPt = 0.5;
        drawing.lines = {line};
        VolumeMarks marks;
        marks.points = {{0, 0.5, 0}, {0, -0.5, 0.4}, {0.5, 0.5, -0.4}};
        marks.colour = {0xff112233, 0xff112233, 0xff112233};
        drawing.marks = {marks};
        const auto shapes = shapesOnPage(drawing, VolumeProjection(fromAbove(), kTarget), kTarget, {});
        const auto items = itemsOf(drawing, *shapes);
        QCOMPARE(items.size(), std::size_t(5));  // two stretches of the line, two marks that can be seen
        const auto square = std::find_if(items.begin(), items.end(), [](const PageItem& item) {
            return item.kind == PageItem::Kind::Face;
        });
        int before = 0;
        for (auto item = items.begin(); item != items.end(); ++item) {
            if (item->kind == PageItem::Kind::Line && item < square) {
                ++before;
                QCOMPARE(item->from, 0.0);
                // Where the line comes out, less its own thickness.
                QVERIFY(std::abs(item->to - 0.5) < 0.05);
            }
            if (item->kind == PageItem::Kind::Mark) QVERIFY(item > square);
        }
        QCOMPARE(before, 1);
    }
    void neighbours() {
        VolumeDrawing drawing;
        drawing.faces = {test::facesOf(test::cutCube(7, 5), 0.2, 8)};
        drawing.faces[0].opacity = 0.5;
        const auto camera = VolumeCamera::around({-1, -1, -1}, {1, 1, 1}, {3, -4, 2.5});
        const auto shapes = shapesOnPage(drawing, VolumeProjection(camera, kTarget), kTarget, {});
        const auto items = pageItems(*shapes, volumeSight(drawing, *shapes, kTarget, 5, {}));
        const auto found = neighboursOnPage(items);
        const auto box = [&](std::size_t i) {
            Eigen::Vector2d low = items[i].polygon[0], high = low;
            for (const auto& p : items[i].polygon) low = low.cwiseMin(p), high = high.cwiseMax(p);
            return std::pair(low, high);
        };
        for (std::size_t i = 0; i < items.size(); ++i) {
            auto list = found[i];
            std::sort(list.begin(), list.end());
            std::vector<std::int32_t> expected;
            for (std::size_t j = 0; j < items.size(); ++j) {
                const auto [low, high] = box(i);
                const auto [otherLow, otherHigh] = box(j);
                if (i != j && (low.array() < otherHigh.array()).all() &&
                    (otherLow.array() < high.array()).all())
                    expected.push_back(static_cast<std::int32_t>(j));
            }
            QCOMPARE(list, expected);
        }
    }
    void stopsWhenAsked() {
        VolumeDrawing drawing;
        drawing.faces = {test::facesOf(test::cutCube(12, 5), 0, 8)};
        drawing.faces[0].opacity = 0.5;
        const auto camera = VolumeCamera::around({-1, -1, -1}, {1, 1, 1}, {3, -4, 2.5});
        const auto shapes = shapesOnPage(drawing, VolumeProjection(camera, kTarget), kTarget, {});
        const auto sight = volumeSight(drawing, *shapes, kTarget, 5, {});
        std::stop_source source;
        source.request_stop();
        QVERIFY(!itemsFromFarToNear(*shapes, sight, source.get_token()));
    }
};

QTEST_APPLESS_MAIN(VolumeOrderTest)
#include "volume_order_test.moc"
