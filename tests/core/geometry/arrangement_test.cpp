// SPDX-License-Identifier: GPL-3.0-or-later
// Assembly and decision boundary on subdivisions written down by hand, and on random nets what must hold of
// any.
#include "core/geometry/arrangement.h"

#include <rapidcheck.h>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <set>

#include "core/geometry/arrangement_assembly.h"
#include "tests/core/geometry/chain_builders.h"

using namespace tessera;

namespace {

// The unit square cut at s = 1/2 by unit 3 of site 0; forms of the left and right half.
Arrangement halves(std::int32_t outputs, std::vector<double> forms) {
    RawFaces raw;
    raw.vertices = {{0, 0}, {0.5, 0}, {1, 0}, {1, 1}, {0.5, 1}, {0, 1}};
    raw.faceBegin = {0, 4, 8};
    raw.faceVertices = {0, 1, 4, 5, 1, 2, 3, 4};
    raw.sideSite = {-1, 0, -1, -1, -1, -1, -1, 0};
    raw.sideUnit = {-1, 3, -1, -1, -1, -1, -1, 3};
    raw.patternHash = {0, 1};
    raw.forms = std::move(forms);
    raw.outputs = outputs;
    raw.regionsAfter = {2};
    Site site;
    site.name = "relu";
    WorkerTeam alone(1);
    return assembleArrangement(std::move(raw), rectanglePolygon(0, 0, 1, 1), {site}, 1e-11, alone);
}

bool has(const Arrangement& map, const BoundarySegment& wanted) {
    return std::any_of(map.boundary.begin(), map.boundary.end(), [&](const BoundarySegment& s) {
        const bool same = ((s.a - wanted.a).norm() < 1e-12 && (s.b - wanted.b).norm() < 1e-12) ||
                          ((s.a - wanted.b).norm() < 1e-12 && (s.b - wanted.a).norm() < 1e-12);
        return same && s.classA == wanted.classA && s.classB == wanted.classB;
    });
}

}  // namespace

class ArrangementTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void partialResultsSayHowFarToZoom() {
        Arrangement map = halves(1, {0, 0, 1, 2, 0, 0});
        QCOMPARE(map.coverageNote(), std::string());
        map.complete = false;
        map.checks.areaSum = map.checks.windowArea / 2500;
        QCOMPARE(map.coverageNote(),
                 std::string("covers 0.04 % of the window; complete within a window about "
                             "1/60 as wide: zoom in or raise the budget"));
        map.checks.areaSum = 0.9 * map.checks.windowArea;
        QVERIFY(map.coverageNote().find("about 1/2 as wide") != std::string::npos);
        map.checks.areaSum = 0.998 * map.checks.windowArea;
        QVERIFY(map.coverageNote().starts_with("covers 99.8 % of the window; "));
        map.checks.areaSum = map.checks.windowArea;
        QVERIFY(map.coverageNote().starts_with("covers 99.9 % of the window; "));
        map.checks.areaSum = map.checks.windowArea / 1e8;
        QVERIFY(map.coverageNote().find("about 1/12000 as wide") != std::string::npos);
        map.checks.areaSum = 0;
        QCOMPARE(map.coverageNote(),
                 std::string("covers nothing of the window yet: zoom in or raise the budget"));
    }
    void edgesAndMeasures() {
        const Arrangement map = halves(1, {0, 0, 1, 2, 0, 0});
        QCOMPARE(map.edges.size(), std::size_t{7});
        QCOMPARE(map.checks.euler, 1);
        QCOMPARE(map.checks.areaSum, 1.0);
        QCOMPARE(map.area[0], 0.5);
        QCOMPARE(map.depth[0], 1);
        QCOMPARE(map.sites[0].edges, 1);
        int inner = 0;
        for (const auto& edge : map.edges) {
            if (edge.right < 0) continue;
            ++inner;
            QCOMPARE(edge.site, 0);
            QCOMPARE(edge.unit, 3);
            // The left face is on the left of v0 -> v1.
            const Eigen::Vector2d along = map.vertices[edge.v1] - map.vertices[edge.v0];
            const Eigen::Vector2d to = map.centroid(edge.left) - map.vertices[edge.v0];
            QVERIFY(along.x() * to.y() - along.y() * to.x() > 0);
        }
        QCOMPARE(inner, 1);
        QVERIFY((map.centroid(1) - Eigen::Vector2d(0.75, 0.5)).norm() < 1e-15);
        QCOMPARE(map.logitsOnFace(1, {0.75, 0.5})[0], 1.5);
        QCOMPARE(map.slopeNorm(1), 2.0);
        QCOMPARE(map.pieces, 2);
        QVERIFY(map.boundary.empty());
        QCOMPARE(map.areaPerClass()[1], 1.0);
    }

    void samePieceIsRelativeToTheLargestLogit() {
        QCOMPARE(halves(1, {3, 1, 2, 3 + 1e-10, 1, 2 - 5e-11}).pieces, 1);
        QCOMPARE(halves(1, {3, 1, 2, 3 + 1e-7, 1, 2 - 5e-8}).pieces, 2);
        QCOMPARE(halves(2, {0, 0, 1e6, 0, 0, 1, 0, 0, 1e6, 1e-4, 0, 1}).pieces, 1);
        QCOMPARE(halves(1, {0, 0, 0, 0, 0, 0}).pieces, 1);
    }

    void singleLogitZeroLine() {
        const Arrangement map = halves(1, {1, 0, -0.25, 1, 0, -0.25});
        QCOMPARE(map.boundary.size(), std::size_t{1});
        QVERIFY(has(map, {{0.25, 0}, {0.25, 1}, 0, 1, 0}));
        QCOMPARE(map.boundaryLength(), 1.0);
        QCOMPARE(map.cells.size(), std::size_t{2});
        QCOMPARE(map.areaPerClass()[0], 0.25);
        QCOMPARE(map.areaPerClass()[1], 0.75);
    }

    void boundaryAlongAnEdgeCountsOnce() {
        // max(s - 1/2, 0): nothing on the left, class 1 on the right; the zero line is the edge itself.
        const Arrangement dead = halves(1, {0, 0, 0, 1, 0, -0.5});
        QCOMPARE(dead.label[0], 0);
        QCOMPARE(dead.label[1], 1);
        QCOMPARE(dead.boundary.size(), std::size_t{1});
        QVERIFY(has(dead, {{0.5, 0}, {0.5, 1}, 0, 1, 0}));
        // A zero line that runs along the edge from both sides.
        const Arrangement both = halves(1, {1, 0, -0.5, 3, 0, -1.5});
        QCOMPARE(both.boundary.size(), std::size_t{1});
        // One that touches it from above on both sides is none.
        QVERIFY(halves(1, {-1, 0, 0.5, 1, 0, -0.5}).boundary.empty());
    }

    void upperEnvelopeOfThreeClasses() {
        // Logits s, t and 1/2 on the whole square: they meet in the middle.
        const std::vector<double> forms{1, 0, 0, 0, 1, 0, 0, 0, 0.5, 1, 0, 0, 0, 1, 0, 0, 0, 0.5};
        const Arrangement map = halves(3, forms);
        QCOMPARE(map.boundary.size(), std::size_t{3});
        QVERIFY(has(map, {{0.5, 0.5}, {1, 1}, 0, 1, 1}));
        QVERIFY(has(map, {{0, 0.5}, {0.5, 0.5}, 1, 2, 0}));
        QVERIFY(has(map, {{0.5, 0}, {0.5, 0.5}, 0, 2, 0}));  // half of the edge between the faces
        const auto areas = map.areaPerClass();
        QVERIFY(std::abs(areas[0] - 0.375) < 1e-14 && std::abs(areas[1] - 0.375) < 1e-14 &&
                std::abs(areas[2] - 0.25) < 1e-14);
    }

    void tiesGoToTheLowerClass() {
        const Arrangement map = halves(2, {0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1});
        QVERIFY(map.boundary.empty());
        QCOMPARE(map.label[0], 0);
        QCOMPARE(map.areaPerClass()[0], 1.0);
    }

    void slopeNormIsTheLargestSingularValue() {
        const Arrangement map = halves(2, {3, 0, 1, 0, 4, 1, 1, 1, 0, 1, 1, 0});
        QVERIFY(std::abs(map.slopeNorm(0) - 4) < 1e-14);
        QVERIFY(std::abs(map.slopeNorm(1) - 2) < 1e-14);
    }

    void holdsOnRandomNets() {
        const auto passed = rc::check("any net, any window", [] {
            const auto seed = *rc::gen::inRange(0u, 1000000u);
            const auto hidden = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 14));
            const int outputs = *rc::gen::inRange(1, 6);
            const auto function =
                *rc::gen::element(PiecewiseLinear::relu(), PiecewiseLinear::leakyRelu(0.2),
                                  PiecewiseLinear::absolute(), PiecewiseLinear::clamp(-0.5, 0.8));
            std::vector<int> widths(hidden.begin(), hidden.begin() + std::min<std::size_t>(hidden.size(), 4));
            widths.push_back(outputs);
            const AffineChain chain = gaussianChain(seed, widths, function);
            const double size = *rc::gen::element(1.0, 1e-3, 50.0);
            const Polygon window{{-size, -0.7 * size}, {0.9 * size, -size}, {0.5 * size, size}};
            ArrangementOptions options;
            options.threads = *rc::gen::inRange(1, 4);
            const Arrangement map = arrangementOf(chain, window, options);
            RC_ASSERT(map.complete);
            RC_ASSERT(map.checks.euler == 1);
            RC_ASSERT(map.checks.patternMismatches == 0);
            RC_ASSERT(std::abs(map.checks.areaSum - signedArea(window)) < 1e-12 * signedArea(window));
            RC_ASSERT(map.pieces >= 1 && map.pieces <= map.faceCount());
            std::set<std::uint64_t> hashes(map.patternHash.begin(), map.patternHash.end());
            RC_ASSERT(hashes.size() <= map.patternHash.size());
            double scale = 1;
            for (std::int64_t f = 0; f < map.faceCount(); ++f) {
                scale = std::max(scale, map.logitsOnFace(f, map.centroid(f)).cwiseAbs().maxCoeff());
                RC_ASSERT(map.area[f] > 0);
            }
            RC_ASSERT(map.checks.maxInterpolationError < 1e-11 * scale);
            for (const auto& edge : map.edges) {
                RC_ASSERT(edge.left >= 0);
                RC_ASSERT((edge.right < 0) == (edge.site < 0));
                if (edge.right < 0) continue;
                // Continuity: the maps of both faces agree along their edge, and the patterns differ.
                for (const auto v : {edge.v0, edge.v1}) {
                    const Eigen::VectorXd jump = map.logitsOnFace(edge.left, map.vertices[v]) -
                                                 map.logitsOnFace(edge.right, map.vertices[v]);
                    RC_ASSERT(jump.cwiseAbs().maxCoeff() < 1e-10 * scale);
                }
                RC_ASSERT(map.patternHash[edge.left] != map.patternHash[edge.right]);
            }
            double areas = 0;
            for (const double area : map.areaPerClass()) areas += area;
            RC_ASSERT(std::abs(areas - signedArea(window)) < 1e-9 * signedArea(window));
            for (const auto& segment : map.boundary) {
                // Both classes lead there.
                const Eigen::Vector2d middle = (segment.a + segment.b) / 2;
                Eigen::VectorXd logits(map.classCount());
                if (map.outputs == 1) {
                    logits << 0, map.logitsOnFace(segment.face, middle)[0];
                } else {
                    logits = map.logitsOnFace(segment.face, middle);
                }
                RC_ASSERT(logits.maxCoeff() - logits[segment.classA] < 1e-9 * scale);
                RC_ASSERT(logits.maxCoeff() - logits[segment.classB] < 1e-9 * scale);
                RC_ASSERT(segment.classA < segment.classB);
            }
        });
        QVERIFY(passed);
    }
};

QTEST_GUILESS_MAIN(ArrangementTest)
#include "arrangement_test.moc"
