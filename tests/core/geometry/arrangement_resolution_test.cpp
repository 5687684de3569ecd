// SPDX-License-Identifier: GPL-3.0-or-later
// Windows far wider than what they show: cells smaller than the tolerance that suits the window, down to
// cells that float64 cannot hold.
#include <QtTest>
#include <string>
#include <vector>

#include "core/geometry/arrangement_resolution.h"
#include "core/geometry/breadth_first.h"
#include "core/geometry/line_margins.h"
#include "tests/core/geometry/chain_builders.h"
#include "tests/core/geometry/plain_site_network.h"

using namespace tessera;

namespace {

// Three lines about a triangle of this size at the centre, and two that cross elsewhere near it.
std::vector<Eigen::Vector3d> triangleLines(double size) {
    return {{1, 0.2, 0}, {-0.3, 1, 0}, {0.8, 0.9, -size}, {1, -1, 0.7}, {0.4, 1, 0.9}};
}
// All five lines cross in pairs inside a wide window: 1 + 5 + 10 faces.
constexpr std::int64_t kFaces = 16;

Arrangement breadthFirst(const std::vector<Eigen::Vector3d>& lines, const Polygon& window) {
    PlainSiteNetwork net = PlainSiteNetwork::onPlane();
    const AffineChain chain = linesChain(lines);
    const int on = net.relu(net.linear(0, chain.stages[0].weights, chain.stages[0].bias));
    net.linear(on, chain.stages[1].weights, chain.stages[1].bias);
    NoProgress progress;
    auto result = arrangementBreadthFirst(net, window, {}, {}, progress);
    if (!result.isOk()) throw std::runtime_error("the engine refused the network");
    return std::move(result).value();
}

Arrangement arrange(bool isDepthFirst, const std::vector<Eigen::Vector3d>& lines, const Polygon& window) {
    return isDepthFirst ? arrangementOf(linesChain(lines), window) : breadthFirst(lines, window);
}

Polygon square(double halfWidth) {
    return rectanglePolygon(-halfWidth, -halfWidth, halfWidth, halfWidth);
}

// A result with one distance judged on a line, far above rounding, and nothing else.
Arrangement unsettled() {
    Arrangement map;
    map.window = square(1);
    map.tolerance = 1e-11;
    map.complete = true;
    map.checks.euler = 1;
    map.checks.largestOnMargin = 0.75 * map.tolerance;
    map.checks.onDistances = distanceBit(0.75);
    return map;
}

}  // namespace

class ArrangementResolutionTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void wideWindowsKeepSmallCells_data() {
        QTest::addColumn<bool>("depthFirst");
        QTest::addColumn<double>("halfWidth");
        for (const bool depthFirst : {true, false}) {
            for (const double halfWidth : {3.0, 1e3, 3e4, 1e5})
                QTest::addRow("%s %g", depthFirst ? "depth first" : "breadth first", halfWidth)
                    << depthFirst << halfWidth;
        }
    }
    // A triangle of 1e-7 is three times smaller than the standard tolerance of the window of 3e4, and a
    // thousand times larger than its rounding.
    void wideWindowsKeepSmallCells() {
        QFETCH(bool, depthFirst);
        QFETCH(double, halfWidth);
        const Arrangement map = arrange(depthFirst, triangleLines(1e-7), square(halfWidth));
        QCOMPARE(map.faceCount(), kFaces);
        QCOMPARE(map.checks.euler, std::int64_t{1});
        QVERIFY(std::abs(map.checks.areaSum / map.checks.windowArea - 1) < 1e-12);
        QVERIFY2(map.resolutionNote.empty(), map.resolutionNote.c_str());
        QVERIFY(map.checks.smallestOffMargin > 8 * map.checks.largestOnMargin);
    }

    void trulyConcurrentLinesStayOneVertex_data() { wideWindowsKeepSmallCells_data(); }
    void trulyConcurrentLinesStayOneVertex() {
        QFETCH(bool, depthFirst);
        QFETCH(double, halfWidth);
        const Arrangement map = arrange(depthFirst, triangleLines(0), square(halfWidth));
        QCOMPARE(map.faceCount(), kFaces - 1);
        QCOMPARE(map.checks.euler, std::int64_t{1});
        QVERIFY2(map.resolutionNote.empty(), map.resolutionNote.c_str());
    }

    // A whole ladder of distances from the tolerance down to rounding leaves no tolerance that tells on from
    // off: the result must say so.
    void ladderDownToRoundingIsNotCalledExact_data() {
        QTest::addColumn<bool>("depthFirst");
        QTest::newRow("depth first") << true;
        QTest::newRow("breadth first") << false;
    }
    void ladderDownToRoundingIsNotCalledExact() {
        QFETCH(bool, depthFirst);
        const double halfWidth = 1e6;
        std::vector<Eigen::Vector3d> lines{{1, 0.2, 0}, {-0.3, 1, 0}};
        for (double size = 1e-3 * halfWidth * 1e-6; size > 1e-11; size /= 3)
            lines.push_back({0.8, 0.9 + 0.01 * static_cast<double>(lines.size()), -size});
        const Arrangement map = arrange(depthFirst, lines, square(halfWidth));
        QVERIFY(!map.resolutionNote.empty());
        QVERIFY(map.resolutionNote.ends_with("zoom in for exact counts."));
        // The same lines in a window that suits them: generic, so their number is known.
        const auto n = static_cast<std::int64_t>(lines.size());
        const Arrangement close = arrange(depthFirst, {lines.begin(), lines.begin() + 6}, square(0.1));
        QVERIFY(close.resolutionNote.empty());
        QVERIFY(map.faceCount() < 1 + n + n * (n - 1) / 2);
    }

    // A run whose one vertex on a line lies farther off than rounding, and which has none off a line.
    void noteLeavesOutWhatIsNotThere() {
        NoProgress progress;
        const auto noteFor = [&](double smallestOff) {
            const auto result =
                arrangementWithinResolution({}, progress, [&](const ArrangementOptions&, Progress&) {
                    Arrangement map = unsettled();
                    map.complete = false;
                    map.checks.smallestOffMargin = smallestOff;
                    return Result<Arrangement>(std::move(map));
                });
            return result.value().resolutionNote;
        };
        QVERIFY(noteFor(2e-9).find("up to 7.5e-12 away, as off it from 2e-09): ") != std::string::npos);
        QVERIFY(noteFor(0).find("up to 7.5e-12 away): ") != std::string::npos);
    }

    void secondRunSaysSo() {
        struct Phrases final : Progress {
            void report(std::int64_t, std::int64_t, std::string_view what) override {
                said.emplace_back(what);
            }
            std::vector<std::string> said;
        } progress;
        std::vector<double> tolerances;
        const auto result =
            arrangementWithinResolution({}, progress, [&](const ArrangementOptions& options, Progress& told) {
                told.report(0, 1, "cutting");
                tolerances.push_back(options.relativeTolerance);
                return Result<Arrangement>(unsettled());
            });
        QVERIFY(result.isOk());
        QCOMPARE(tolerances.size(), std::size_t{2});
        QVERIFY(tolerances[1] < tolerances[0]);
        QVERIFY((progress.said == std::vector<std::string>{"cutting", "closer: cutting"}));
    }

    void distancesByPowersOfTwo() {
        QCOMPARE(distanceBit(1), 1u << 0);
        QCOMPARE(distanceBit(0.75), 1u << 0);
        QCOMPARE(distanceBit(0.3), 1u << 1);
        QCOMPARE(distanceBit(1e-30), 1u << 31);
        QCOMPARE(distanceBit(0), 1u << 31);
        OnOffMargins margins, others;
        margins.note(3, 2);
        margins.note(1.5, 2);
        others.note(2.5, 2);
        others.note(0.6, 2);
        margins.merge(others);
        QCOMPARE(margins.smallestOff, 2.5);
        QCOMPARE(margins.largestOn, 1.5);
        QCOMPARE(margins.on, 0b11u);
    }

    // The line x = 1/4 across the square has its nearest corners 3/4 away; its ends are on nothing else.
    void oneLineHasKnownMargins_data() { ladderDownToRoundingIsNotCalledExact_data(); }
    void oneLineHasKnownMargins() {
        QFETCH(bool, depthFirst);
        const Arrangement map = arrange(depthFirst, {{2, 0, -0.5}}, square(1));
        QCOMPARE(map.checks.smallestOffMargin, 0.75);
        QCOMPARE(map.checks.largestOnMargin, 0.0);
        QCOMPARE(map.checks.onDistances, 0u);
    }
};

QTEST_GUILESS_MAIN(ArrangementResolutionTest)
#include "arrangement_resolution_test.moc"
