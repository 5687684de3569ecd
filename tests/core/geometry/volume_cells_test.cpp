// SPDX-License-Identifier: GPL-3.0-or-later
// Counts, volumes and areas that are known in closed form, degenerate nets, budgets and stopping.
#include "core/geometry/volume_cells.h"

#include <Eigen/Dense>
#include <QtTest>
#include <cmath>
#include <set>

#include "tests/core/geometry/plain_volume_network.h"

using namespace tessera;

namespace {

const Eigen::Vector3d kLow(-1, -1, -1), kHigh(1, 1, 1);

CellComplex cellsOf(const VolumeNetwork& network, VolumeCellOptions options = {}) {
    NoProgress progress;
    auto result = cellsOfVolume(network, kLow, kHigh, options, {}, progress);
    if (!result.isOk()) throw std::runtime_error("refused");
    return std::move(result).value();
}

void checkSound(const CellComplex& map) {
    QVERIFY(map.complete);
    QCOMPARE(map.checks.euler, std::int64_t{1});
    QVERIFY(std::abs(map.checks.volumeSum - map.checks.boxVolume) < 1e-12 * map.checks.boxVolume);
    QCOMPARE(map.checks.patternMismatches, std::int64_t{0});
    QCOMPARE(map.checks.unresolved, std::int64_t{0});
    QVERIFY(map.checks.maxInterpolationError < 1e-12);
    QCOMPARE(surfaceEdges(map.boundary(), map.low, map.high, 1e-9).open, std::int64_t{0});
}

// A single hidden layer of planes n.x = d, and one output that tells nothing.
PlainVolumeNetwork planes(const std::vector<Eigen::Vector4d>& list) {
    PlainLayer first{Eigen::MatrixXd(list.size(), 3), Eigen::VectorXd(list.size())};
    for (std::size_t i = 0; i < list.size(); ++i) {
        first.weights.row(static_cast<Eigen::Index>(i)) = list[i].head<3>().transpose();
        first.bias[static_cast<Eigen::Index>(i)] = -list[i][3];
    }
    PlainLayer last{Eigen::MatrixXd::Zero(1, static_cast<Eigen::Index>(list.size())),
                    Eigen::VectorXd::Ones(1)};
    return {{first, last}, {bendSite(static_cast<std::int64_t>(list.size()))}};
}

bool insideBox(const Eigen::Vector3d& point, int except = -1) {
    for (int axis = 0; axis < 3; ++axis)
        if (axis != except && std::abs(point[axis]) > 1) return false;
    return true;
}

// How planes in general position meet the box [-1, 1]^3, found by solving for every corner.
struct Counts {
    std::int64_t vertices = 8, edges = 0, faces = 0, cells = 0;
};
Counts countsOf(const std::vector<Eigen::Vector4d>& list) {
    std::int64_t hit = 0, lines = 0, points = 0, onSides = 0, onEdges = 0, sidesHit = 0;
    const auto solve = [](const Eigen::Vector4d& a, const Eigen::Vector4d& b, const Eigen::Vector4d& c) {
        Eigen::Matrix3d m;
        m << a.head<3>().transpose(), b.head<3>().transpose(), c.head<3>().transpose();
        return Eigen::Vector3d(m.partialPivLu().solve(Eigen::Vector3d(a[3], b[3], c[3])));
    };
    const auto side = [](int axis, double at) {
        Eigen::Vector4d plane = Eigen::Vector4d::Zero();
        plane[axis] = 1;
        plane[3] = at;
        return plane;
    };
    for (std::size_t i = 0; i < list.size(); ++i) {
        std::set<std::pair<int, int>> sidesOfPlane;
        std::int64_t corners = 0;
        for (int axis = 0; axis < 3; ++axis)
            for (const double at : {-1.0, 1.0})
                for (const double other : {-1.0, 1.0}) {
                    const int next = (axis + 1) % 3, last = (axis + 2) % 3;
                    const Eigen::Vector3d point = solve(list[i], side(axis, at), side(next, other));
                    if (std::abs(point[last]) > 1) continue;
                    ++corners;
                    sidesOfPlane.insert({axis, int(at)});
                    sidesOfPlane.insert({next, int(other)});
                }
        onEdges += corners;
        hit += corners > 0;
        sidesHit += static_cast<std::int64_t>(sidesOfPlane.size());
        for (std::size_t j = 0; j < i; ++j) {
            std::int64_t ends = 0;
            for (int axis = 0; axis < 3; ++axis)
                for (const double at : {-1.0, 1.0})
                    ends += insideBox(solve(list[i], list[j], side(axis, at)), axis);
            onSides += ends;
            lines += ends == 2;
            for (std::size_t k = 0; k < j; ++k) points += insideBox(solve(list[i], list[j], list[k]));
        }
    }
    Counts counts;
    counts.vertices = 8 + onEdges + onSides + points;
    counts.cells = 1 + hit + lines + points;
    // A plane in the box is cut by `lines` and `points`; a side by the planes and lines that reach it.
    counts.faces = hit + 2 * lines + 3 * points + 6 + sidesHit + onSides;
    counts.edges = counts.vertices + counts.faces - counts.cells - 1;
    return counts;
}

Site named(Site site, const char* name) {
    site.name = name;
    return site;
}

}  // namespace

class VolumeCellsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void genericPlanes_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("seed");
        for (const int count : {0, 1, 2, 3, 5, 12, 25})
            for (int seed = 0; seed < 4; ++seed)
                QTest::addRow("%d planes, seed %d", count, seed) << count << seed;
    }
    void genericPlanes() {
        QFETCH(int, count);
        QFETCH(int, seed);
        std::mt19937 random(static_cast<unsigned>(seed * 100 + count));
        std::normal_distribution<double> normal;
        std::vector<Eigen::Vector4d> list(static_cast<std::size_t>(count));
        for (auto& plane : list)
            plane << normal(random), normal(random), normal(random), 0.7 * normal(random);
        const auto map = cellsOf(planes(list));
        checkSound(map);
        const auto expected = countsOf(list);
        QCOMPARE(static_cast<std::int64_t>(map.vertices.size()), expected.vertices);
        QCOMPARE(map.edges, expected.edges);
        QCOMPARE(map.faceCount(), expected.faces);
        QCOMPARE(map.cellCount(), expected.cells);
        QCOMPARE(map.regionCount(), expected.cells);
        QCOMPARE(map.sites[0].regionsAfter, expected.cells);
        QVERIFY(map.checks.smallestOffMargin == 0 || map.checks.smallestOffMargin > map.tolerance);
    }

    void degeneratePlanes() {
        // The three coordinate planes, with doubles, opposites and multiples; the sides of the box
        // themselves; a plane through four of its corners, one through an edge, one that touches a corner;
        // dead units.
        const auto map = cellsOf(planes({{1, 0, 0, 0},
                                         {-1, 0, 0, 0},
                                         {3, 0, 0, 0},
                                         {0, 1, 0, 0},
                                         {0, 0, 1, 0},
                                         {0, 0, 1e-3, 0},
                                         {1, 0, 0, 1},
                                         {0, -1, 0, 1},
                                         {1, 1, 1, 3},
                                         {1, 0, 1, 2},
                                         {0, 0, 0, 0},
                                         {0, 0, 0, 1}}));
        checkSound(map);
        QCOMPARE(map.cellCount(), std::int64_t{8});
        QCOMPARE(static_cast<std::int64_t>(map.vertices.size()), std::int64_t{27});
        QCOMPARE(map.edges, std::int64_t{54});
        QCOMPARE(map.faceCount(), std::int64_t{36});
        for (const double volume : map.cellVolume) QCOMPARE(volume, 1.0);
    }

    void concurrentPlanes() {
        // Through the middle: n planes in general position through one point part space into n(n-1)+2.
        std::mt19937 random(5);
        std::normal_distribution<double> normal;
        std::vector<Eigen::Vector4d> list(9);
        for (auto& plane : list) plane << normal(random), normal(random), normal(random), 0;
        const auto map = cellsOf(planes(list));
        checkSound(map);
        QCOMPARE(map.cellCount(), std::int64_t{9 * 8 + 2});
        // The pencil of planes round an axis: 2n wedges.
        for (auto& plane : list) plane[2] = 0;
        const auto pencil = cellsOf(planes(list));
        checkSound(pencil);
        QCOMPARE(pencil.cellCount(), std::int64_t{18});
    }

    void planesThroughDiagonals() {
        // x = y, y = z, x = z: the six orders of three numbers, each a sixth of the box.
        const auto map = cellsOf(planes({{1, -1, 0, 0}, {0, 1, -1, 0}, {1, 0, -1, 0}}));
        checkSound(map);
        QCOMPARE(map.cellCount(), std::int64_t{6});
        for (const double volume : map.cellVolume) QVERIFY(std::abs(volume - 8.0 / 6) < 1e-14);
    }

    void refactoredTwin() {
        std::mt19937 random(11);
        const auto first = gaussianLayer(random, 7, 3), second = gaussianLayer(random, 6, 7);
        const auto last = gaussianLayer(random, 3, 6);
        const auto map = cellsOf(PlainVolumeNetwork({first, second, last}, {bendSite(7), bendSite(6)}));
        // Units turned round and scaled, undone in the next layer.
        PlainLayer turned = first, undone = second;
        for (Eigen::Index i = 0; i < 7; ++i) {
            const double scale = 0.01 * std::pow(7.0, double(i));
            turned.weights.row(6 - i) = scale * first.weights.row(i);
            turned.bias[6 - i] = scale * first.bias[i];
            undone.weights.col(6 - i) = second.weights.col(i) / scale;
        }
        const auto twin = cellsOf(PlainVolumeNetwork({turned, undone, last}, {bendSite(7), bendSite(6)}));
        checkSound(map);
        checkSound(twin);
        QCOMPARE(twin.vertices.size(), map.vertices.size());
        QCOMPARE(twin.edges, map.edges);
        QCOMPARE(twin.faceCount(), map.faceCount());
        QCOMPARE(twin.cellCount(), map.cellCount());
        QVERIFY(std::abs(twin.boundary().area() - map.boundary().area()) < 1e-9);
        for (int k = 0; k < 3; ++k)
            QVERIFY(std::abs(twin.volumePerClass()[k] - map.volumePerClass()[k]) < 1e-9);
    }

    void knotsOfOtherFunctions() {
        // |x|, hardtanh(2y), leaky z: 2 * 3 * 2 boxes.
        PlainLayer scale{Eigen::Vector3d(1, 2, 1).asDiagonal(), Eigen::Vector3d::Zero()};
        PiecewiseLinear function;
        function.knots = {-1, 0, 1};
        function.channels = 3;
        // Unit 0 bends at 0 only, unit 1 at -1 and 1, unit 2 at 0.
        function.slopes = {-1, 0, 0.1, -1, 1, 0.1, 1, 1, 1, 1, 0, 1};
        function.intercepts = {0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0};
        PlainLayer sum{Eigen::MatrixXd::Ones(1, 3), Eigen::VectorXd::Zero(1)};
        const auto map = cellsOf(PlainVolumeNetwork({scale, sum}, {bendSite(3, function)}));
        checkSound(map);
        QCOMPARE(map.regionCount(), std::int64_t{12});
    }

    void largestCoordinate() {
        // Class = largest coordinate: three equal parts; the boundary has three sheets of area 2 sqrt(2) that
        // meet in the diagonal.
        PlainLayer same{Eigen::Matrix3d::Identity(), Eigen::Vector3d::Zero()};
        const auto map = cellsOf(PlainVolumeNetwork({same}, {}));
        checkSound(map);
        QCOMPARE(map.regionCount(), std::int64_t{1});
        for (const double volume : map.volumePerClass()) QVERIFY(std::abs(volume - 8.0 / 3) < 1e-13);
        const auto boundary = map.boundary();
        QVERIFY(std::abs(boundary.area() - 6 * std::sqrt(2.0)) < 1e-13);
        const auto edges = surfaceEdges(boundary, kLow, kHigh, 1e-9);
        QCOMPARE(edges.open, std::int64_t{0});
        QVERIFY(edges.branching >= 1);
        QVERIFY(std::abs(map.slopeNorm[0] - 1) < 1e-12);
    }

    void maxWindow() {
        // The largest of +-x, +-y, +-z: six pyramids, each a sixth of the box.
        PlainLayer six{Eigen::MatrixXd(6, 3), Eigen::VectorXd::Zero(6)};
        six.weights << Eigen::Matrix3d::Identity(), -Eigen::Matrix3d::Identity();
        PlainLayer last{Eigen::MatrixXd::Ones(1, 1), Eigen::VectorXd::Constant(1, -0.5)};
        const auto map = cellsOf(PlainVolumeNetwork({six, last}, {named(maxSite(6, 6, 6), "pool")}));
        checkSound(map);
        QCOMPARE(map.regionCount(), std::int64_t{6});
        QCOMPARE(map.sites[0].regionsAfter, std::int64_t{6});
        for (const double volume : map.regionVolume) QVERIFY(std::abs(volume - 8.0 / 6) < 1e-13);
        // The boundary is the cube of half the size: 6 sides of area 1, closed.
        const auto boundary = map.boundary();
        QVERIFY(std::abs(boundary.area() - 6) < 1e-12);
        const auto edges = surfaceEdges(boundary, kLow, kHigh, 1e-9);
        QCOMPARE(edges.open + edges.onBox + edges.branching, std::int64_t{0});
        QCOMPARE(static_cast<std::int64_t>(boundary.vertices.size()) - edges.edges + boundary.faceCount(),
                 std::int64_t{2});
    }

    void winnerInTheMiddleOnly() {
        // A form that is the largest at no corner of the box still wins in its middle: |x| + ... against 1/2.
        PlainLayer three{Eigen::MatrixXd(3, 3), Eigen::Vector3d(0, 0, 0.5)};
        three.weights << 1, 0, 0, -1, 0, 0, 0, 0, 0;
        const auto map = cellsOf(PlainVolumeNetwork({three}, {}));
        checkSound(map);
        const auto volume = map.volumePerClass();
        QVERIFY(std::abs(volume[0] - 2) < 1e-13 && std::abs(volume[1] - 2) < 1e-13 &&
                std::abs(volume[2] - 4) < 1e-13);
        QVERIFY(std::abs(map.boundary().area() - 8) < 1e-13);
    }

    void tiesHaveOneWinner() {
        // Two equal logits: the first wins everywhere, and nothing is cut.
        PlainLayer twice{Eigen::MatrixXd(2, 3), Eigen::Vector2d(0.1, 0.1)};
        twice.weights << 1, 2, 3, 1, 2, 3;
        const auto map = cellsOf(PlainVolumeNetwork({twice}, {}));
        checkSound(map);
        QCOMPARE(map.cellCount(), std::int64_t{1});
        QCOMPARE(map.cellLabel[0], 0);
    }

    void budgetsKeepWhatIsThere() {
        std::mt19937 random(3);
        const PlainVolumeNetwork network(
            {gaussianLayer(random, 24, 3), gaussianLayer(random, 24, 24), gaussianLayer(random, 4, 24)},
            {named(bendSite(24), "first"), named(bendSite(24), "second")});
        VolumeCellOptions few;
        few.budget.maxRegions = 100;
        const auto map = cellsOf(network, few);
        QVERIFY(!map.complete);
        QCOMPARE(map.stopReason, std::string("budget of 100 cells reached"));
        QVERIFY(map.cellCount() > 100);
        QCOMPARE(map.checks.euler, std::int64_t{1});
        QVERIFY(std::abs(map.checks.volumeSum - 8) < 1e-12);
        QVERIFY(map.cellLabel.empty());
        QCOMPARE(map.boundary().faceCount(), std::int64_t{0});

        VolumeCellOptions small;
        small.budget.maxBytes = 1 << 20;
        const auto whole = cellsOf(network), held = cellsOf(network, small);
        QVERIFY(whole.complete && !held.complete);
        QCOMPARE(held.stopReason, std::string("memory budget of 1 MiB reached"));
        QVERIFY(held.bytes() < std::size_t{1} << 20);
        QVERIFY(held.refinedSites < 2);

        VolumeCellOptions hurried;
        hurried.budget.maxSeconds = 1e-9;
        QCOMPARE(cellsOf(network, hurried).stopReason, std::string("time budget of 1e-09 s reached"));
    }

    // Asked to stop at any point of the progress, a run ends there with whole cells.
    void stopsAnywhere() {
        std::mt19937 random(3);
        const PlainVolumeNetwork network(
            {gaussianLayer(random, 12, 3), gaussianLayer(random, 12, 12), gaussianLayer(random, 4, 6)},
            {bendSite(12), maxSite(12, 2, 2)});
        class StopAt final : public Progress {
          public:
            explicit StopAt(int after) : left_(after) {}
            void report(std::int64_t, std::int64_t, std::string_view) override {
                if (left_-- == 0) source.request_stop();
            }
            std::stop_source source;

          private:
            int left_;
        };
        int stopped = 0;
        for (int after = 0; after < 40; ++after) {
            StopAt progress(after);
            auto result = cellsOfVolume(network, kLow, kHigh, {}, progress.source.get_token(), progress);
            QVERIFY(result.isOk());
            const auto& map = result.value();
            QCOMPARE(map.checks.euler, std::int64_t{1});
            QVERIFY(std::abs(map.checks.volumeSum - 8) < 1e-12);
            QCOMPARE(map.complete, map.stopReason.empty());
            stopped += map.complete ? 0 : 1;
            if (!map.complete) QCOMPARE(map.stopReason, std::string("cancelled"));
        }
        QVERIFY(stopped > 10 && stopped < 40);
    }

    void refusesWhatIsNoBoxAndNoNumber() {
        std::mt19937 random(1);
        PlainVolumeNetwork network({gaussianLayer(random, 2, 3)}, {});
        NoProgress progress;
        const Eigen::Vector3d flat(1, -1, 1), nothing(std::nan(""), 1, 1);
        for (const auto& high : {flat, nothing}) {
            const auto result = cellsOfVolume(network, kLow, high, {}, {}, progress);
            QVERIFY(result.isError());
            QVERIFY(result.error().message.find("no volume") != std::string::npos);
        }
        auto broken = gaussianLayer(random, 2, 3);
        broken.weights(1, 1) = std::nan("");
        const auto result = cellsOfVolume(
            PlainVolumeNetwork({gaussianLayer(random, 3, 3), broken}, {named(bendSite(3), "relu")}), kLow,
            kHigh, {}, {}, progress);
        QVERIFY(result.isError());
        QVERIFY(result.error().message.find("\"output\"") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(VolumeCellsTest)
#include "volume_cells_test.moc"
