// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/span_raster.h"

#include <QColor>
#include <QtTest>
#include <random>

#include "widgets/scenes/synthetic_arrangement.h"

using namespace tessera;

class SpanRasterTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // Polygons of a subdivision: every pixel of the window exactly once.
    void facesTile() {
        const int width = 317, height = 211;
        const auto net = synthetic::randomNetwork(90, 2, 3);
        const auto a = synthetic::arrangementOf(net, rectanglePolygon(-1, -1, 1, 1));
        QVERIFY(a->faceCount() > 1500);
        std::vector<int> times(static_cast<std::size_t>(width) * height, 0);
        ConvexSpans spans(width, height);
        for (std::int64_t f = 0; f < a->faceCount(); ++f) {
            std::vector<Eigen::Vector2d> pixels;
            for (auto i = a->faceBegin[f]; i < a->faceBegin[f + 1]; ++i) {
                const auto& p = a->vertices[a->faceVertices[i]];
                pixels.push_back({(p.x() + 1) / 2 * width, (1 - p.y()) / 2 * height});
            }
            spans.fill(pixels.data(), static_cast<int>(pixels.size()), [&](int row, int from, int to) {
                for (int x = from; x < to; ++x) ++times[static_cast<std::size_t>(row) * width + x];
            });
        }
        QCOMPARE(std::count(times.begin(), times.end(), 1), static_cast<std::ptrdiff_t>(times.size()));
    }
    void polygonsFarOutsideAreCut() {
        ConvexSpans spans(50, 40);
        const std::vector<Eigen::Vector2d> huge{{-1e9, -1e9}, {1e9, -1e9}, {1e9, 1e9}, {-1e9, 1e9}};
        int pixels = 0;
        spans.fill(huge.data(), 4, [&](int row, int from, int to) {
            QVERIFY(row >= 0 && row < 40 && from >= 0 && to <= 50);
            pixels += to - from;
        });
        QCOMPARE(pixels, 2000);
    }
    // A line's coverage adds up to length x width at any angle.
    void linesCoverTheirArea() {
        std::mt19937 random(5);
        std::uniform_real_distribution<double> at(20, 180);
        for (const double width : {0.7, 1.0, 2.0, 5.0})
            for (int i = 0; i < 40; ++i) {
                const Eigen::Vector2d a(at(random), at(random)), b(at(random), at(random));
                if ((a - b).norm() < 30) continue;
                LineMask mask(200, 200);
                mask.line(a, b, width, 1);
                double sum = 0;
                for (int y = 0; y < 200; ++y)
                    for (int x = 0; x < 200; ++x) sum += mask.at(x, y) / 255.0;
                const double caps = width > 1.5 ? M_PI * width * width / 4 : 0;
                QVERIFY2(
                    std::abs(sum - (a - b).norm() * width - caps) < 0.12 * (a - b).norm() * width + width + 1,
                    qPrintable(QString::number(sum)));
            }
    }
    void crossingLinesDoNotAddUp() {
        LineMask mask(40, 40);
        for (int i = 0; i < 30; ++i) mask.line({5, 5.0 + i}, {35, 35.0 - i}, 1, 0.5);
        for (int y = 0; y < 40; ++y)
            for (int x = 0; x < 40; ++x) QVERIFY(mask.at(x, y) <= 128);
    }
    void segmentsAreClipped() {
        Eigen::Vector2d a(-1e12, 5), b(1e12, 5);
        QVERIFY(clipSegment(a, b, {0, 0}, {10, 10}));
        QVERIFY(a.x() >= -1e-3 && b.x() <= 10.001);
        Eigen::Vector2d c(-5, 20), d(5, 30);
        QVERIFY(!clipSegment(c, d, {0, 0}, {10, 10}));
        std::vector<Eigen::Vector2d> square{{-1, -1}, {3, -1}, {3, 3}, {-1, 3}};
        clipConvex(square, {0, 0}, {1, 2});
        QVERIFY(std::abs(signedArea(square) - 2) < 1e-12);
    }
};

QTEST_GUILESS_MAIN(SpanRasterTest)
#include "span_raster_test.moc"
