// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/depth_first.h"

#include <Eigen/Geometry>
#include <QtTest>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include "tests/core/geometry/chain_builders.h"
#include "tests/core/geometry/yardstick_chains.h"

using namespace tessera;

namespace {

struct Counts {
    std::int64_t faces, pieces, vertices, edges, segments;
    bool operator==(const Counts&) const = default;
};
Counts countsOf(const Arrangement& map) {
    return {map.faceCount(), map.pieces, static_cast<std::int64_t>(map.vertices.size()),
            static_cast<std::int64_t>(map.edges.size()), static_cast<std::int64_t>(map.boundary.size())};
}

bool sound(const Arrangement& map) {
    return map.complete && map.checks.euler == 1 && map.checks.patternMismatches == 0 &&
           std::abs(map.checks.areaSum - map.checks.windowArea) < 1e-12 * map.checks.windowArea &&
           map.checks.maxInterpolationError < 1e-11;
}

std::vector<double> sortedAreas(const Arrangement& map) {
    std::vector<double> areas = map.area;
    std::sort(areas.begin(), areas.end());
    return areas;
}

// The same subdivision up to the order of faces and the names of units.
void compareGeometry(const Arrangement& map, const Arrangement& twin) {
    QCOMPARE(countsOf(map) == countsOf(twin), true);
    const auto areas = sortedAreas(map), others = sortedAreas(twin);
    for (std::size_t i = 0; i < areas.size(); ++i) QVERIFY(std::abs(areas[i] - others[i]) < 1e-12);
    QVERIFY(std::abs(map.boundaryLength() - twin.boundaryLength()) < 1e-11);
}

bool identical(const Arrangement& a, const Arrangement& b) {
    return a.vertices == b.vertices && a.faceBegin == b.faceBegin && a.faceVertices == b.faceVertices &&
           a.patternHash == b.patternHash && a.forms == b.forms && a.piece == b.piece && a.label == b.label &&
           a.boundary.size() == b.boundary.size() && a.checks.smallestOffMargin == b.checks.smallestOffMargin;
}

double logitAt(const AffineChain& chain, double s, double t) {
    return evaluateChain(chain, {{s, t}})(0, 0);
}

}  // namespace

class DepthFirstTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void yardsticks_data() {
        QTest::addColumn<qint64>("regions");
        QTest::addColumn<qint64>("vertices");
        QTest::addColumn<qint64>("edges");
        QTest::addColumn<qint64>("segments");
        QTest::addColumn<double>("length");
        const auto row = [](const char* name, qint64 regions, qint64 vertices, qint64 edges, qint64 segments,
                            double length) {
            QTest::newRow(name) << regions << vertices << edges << segments << length;
        };
        // From an independent oracle (tests/data/regions/expected.json).
        row("s_tiny", 100, 119, 218, 14, 2.4284549553148462);
        row("a_mlp2_64x3", 9974, 10140, 20113, 111, 1.8853286187833547);
        row("c1_mlp784_256x2_hw1", 65655, 66101, 131755, 658, 4.484863582525459);
        row("b_mlp2_256x3", 182231, 182951, 365181, 0, 0);
        row("f_degenerate", 792, 841, 1632, 44, 2.6698430155092407);
    }
    void yardsticks() {
        QFETCH(qint64, regions);
        QFETCH(qint64, vertices);
        QFETCH(qint64, edges);
        QFETCH(qint64, segments);
        QFETCH(double, length);
        const auto [chain, window] =
            yardstickChain(std::string(TESSERA_TEST_DATA "/regions/") + QTest::currentDataTag() + ".bin");
        ArrangementOptions options;
        options.threads = 2;
        const Arrangement map = arrangementOf(chain, window, options);
        QVERIFY(countsOf(map) == (Counts{regions, regions, vertices, edges, segments}));
        QVERIFY(std::abs(map.boundaryLength() - length) < 1e-9);
        QVERIFY(std::abs(map.checks.areaSum - 4) < 1e-12);
        QVERIFY(sound(map));
        QVERIFY(map.checks.smallestOffMargin > 1e3 * map.checks.largestOnMargin);
        QVERIFY(map.bytes() < 1024 * static_cast<std::size_t>(map.faceCount()));
        QCOMPARE(map.sites.back().regionsAfter, map.faceCount());
        double areas = 0;
        for (const double area : map.areaPerClass()) areas += area;
        QVERIFY(std::abs(areas - 4) < 1e-10);
    }

    void genericLines() {
        std::mt19937 random(5);
        std::uniform_real_distribution<double> uniform(-1, 1);
        std::vector<Eigen::Vector3d> lines;
        for (int i = 0; i < 40; ++i) {
            const double angle = 3 * uniform(random);
            lines.emplace_back(std::cos(angle), std::sin(angle),
                               0.9 * uniform(random));  // all meet the window
        }
        std::int64_t crossings = 0;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                const Eigen::Vector3d p = lines[i].cross(lines[j]);
                crossings += std::abs(p.x() / p.z()) < 1 && std::abs(p.y() / p.z()) < 1;
            }
        }
        const Arrangement map = arrangementOf(linesChain(lines));
        QVERIFY(sound(map));
        QCOMPARE(map.faceCount(), 1 + 40 + crossings);
        QCOMPARE(static_cast<std::int64_t>(map.vertices.size()), 4 + 2 * 40 + crossings);
        QCOMPARE(static_cast<std::int64_t>(map.edges.size()), 4 + 3 * 40 + 2 * crossings);
        QCOMPARE(map.sites[0].edges, 40 + 2 * crossings);
        QCOMPARE(*std::max_element(map.depth.begin(), map.depth.end()), 1);
    }

    // The tent map folds [0, 1] d times: 2^d pieces along s, boundary at the preimages of its threshold.
    void tentMap() {
        for (int depth = 1; depth <= 8; ++depth) {
            AffineChain chain;
            AffineChain::Stage fold;
            fold.weights.resize(2, 2);
            fold.weights << 1, 0, 1, 0;
            fold.bias = Eigen::Vector2d(0, -0.5);
            chain.stages = {fold};
            addSite(chain, PiecewiseLinear::relu());
            for (int l = 1; l < depth; ++l) {
                fold.weights << 2, -4, 2, -4;
                chain.stages.push_back(fold);
                addSite(chain, PiecewiseLinear::relu());
            }
            AffineChain::Stage last;
            last.weights.resize(1, 2);
            last.weights << 2, -4;
            last.bias = Eigen::VectorXd::Constant(1, -1.0 / 3);
            chain.stages.push_back(last);
            const Arrangement map = arrangementOf(chain, rectanglePolygon(0, 0, 1, 1));
            QVERIFY(sound(map));
            const std::int64_t pieces = std::int64_t{1} << depth;
            QCOMPARE(map.faceCount(), pieces);
            QCOMPARE(map.pieces, pieces);
            QCOMPARE(static_cast<std::int64_t>(map.boundary.size()), pieces);
            QVERIFY(std::abs(map.boundaryLength() - static_cast<double>(pieces)) < 1e-9);
            for (const double area : map.area)
                QVERIFY(std::abs(area * static_cast<double>(pieces) - 1) < 1e-9);
        }
    }

    void copiesOfALineCutOnce() {
        const Eigen::Vector3d line(0.3, 1, 0.1);
        for (const double factor : {1.0, -1.0, 3.0, -1e-4, 1e5}) {
            const Arrangement map = arrangementOf(linesChain({line, factor * line}));
            QVERIFY(sound(map));
            QCOMPARE(map.faceCount(), 2);
            QCOMPARE(map.vertices.size(), std::size_t{6});
            QCOMPARE(map.edges.size(), std::size_t{7});
        }
        const Arrangement parallel =
            arrangementOf(linesChain({{1, 0, 0}, {1, 0, 1e-7}, {-1, 0, 0.5}, {2, 0, 3}}));
        QVERIFY(sound(parallel));
        QCOMPARE(parallel.faceCount(), 4);
    }

    void concurrentLines() {
        for (const int count : {3, 17, 100}) {
            std::vector<Eigen::Vector3d> lines;
            for (int i = 0; i < count; ++i) {
                const double angle = M_PI * (i + 0.3) / count;
                const Eigen::Vector2d normal(std::cos(angle), std::sin(angle));
                lines.emplace_back(normal.x(), normal.y(), -normal.dot(Eigen::Vector2d(0.1, -0.2)));
            }
            const Arrangement map = arrangementOf(linesChain(lines));
            QVERIFY(sound(map));
            QCOMPARE(map.faceCount(), 2 * count);
            QCOMPARE(static_cast<int>(map.vertices.size()), 4 + 2 * count + 1);
            QVERIFY(map.checks.largestOnMargin < 1e-15);
        }
    }

    void deadUnitsAndLinesOnTheRim() {
        // Never on, always on, zero, along a side of the window, through a corner of it only.
        const Arrangement map = arrangementOf(
            linesChain({{0.1, 0, -5}, {0.1, 0.2, 5}, {0, 0, 0}, {1, 0, -1}, {1, 1, -2}, {0, 0, 1}}));
        QVERIFY(sound(map));
        QCOMPARE(map.faceCount(), 1);
        QCOMPARE(map.vertices.size(), std::size_t{4});
        QCOMPARE(map.depth[0], 0);
        const Arrangement diagonal =
            arrangementOf(linesChain({{1, -1, 0}}));  // through two corners: no new vertex
        QVERIFY(sound(diagonal));
        QCOMPARE(diagonal.faceCount(), 2);
        QCOMPARE(diagonal.vertices.size(), std::size_t{4});
    }

    void zeroBiasesMeetInTheOrigin() {
        AffineChain chain = gaussianChain(11, {40, 40, 3});
        for (auto& stage : chain.stages) stage.bias.setZero();
        const Arrangement map = arrangementOf(chain);
        QVERIFY(sound(map));
        // Positively homogeneous: every face is a cone from the origin, so every line runs through it.
        QCOMPARE(map.faceCount(), static_cast<std::int64_t>(map.edges.size()) -
                                      static_cast<std::int64_t>(map.vertices.size()) + 1);
        std::int64_t cones = 0;
        for (std::int64_t face = 0; face < map.faceCount(); ++face) {
            bool atOrigin = false;
            for (auto i = map.faceBegin[face]; i < map.faceBegin[face + 1]; ++i) {
                atOrigin = atOrigin || map.vertices[map.faceVertices[i]].norm() < 1e-12;
            }
            cones += atOrigin;
        }
        QCOMPARE(cones, map.faceCount());
    }

    void otherActivations() {
        const std::vector<Eigen::Vector3d> lines{{1, 0.2, 0.1}, {0.1, 1, -0.2}};
        for (const auto& function :
             {PiecewiseLinear::leakyRelu(0.1), PiecewiseLinear::absolute(), PiecewiseLinear::relu()}) {
            const Arrangement map = arrangementOf(linesChain(lines, function));
            QVERIFY(sound(map));
            QCOMPARE(map.faceCount(), 4);
        }
        const Arrangement clamped = arrangementOf(linesChain(lines, PiecewiseLinear::clamp(-0.3, 0.3)));
        QVERIFY(sound(clamped));
        QCOMPARE(clamped.faceCount(), 9);
        const Arrangement straight =
            arrangementOf(linesChain(lines, PiecewiseLinear::leakyRelu(1)));  // does not bend
        QVERIFY(sound(straight));
        QCOMPARE(straight.faceCount(), 1);
        for (const auto& function : {PiecewiseLinear::leakyRelu(0.3), PiecewiseLinear::absolute(),
                                     PiecewiseLinear::clamp(-0.4, 0.7)}) {
            QVERIFY(sound(arrangementOf(gaussianChain(3, {12, 9, 7, 5}, function))));
        }
    }

    void affineNetIsOneFace() {
        AffineChain chain;
        AffineChain::Stage stage;
        stage.weights.resize(1, 2);
        stage.weights << 1, 1;
        stage.bias = Eigen::VectorXd::Constant(1, -0.5);
        chain.stages = {stage};
        const Arrangement map = arrangementOf(chain);
        QVERIFY(sound(map));
        QCOMPARE(map.faceCount(), 1);
        QCOMPARE(map.boundary.size(), std::size_t{1});
        QVERIFY(std::abs(map.boundaryLength() - 1.5 * std::sqrt(2)) < 1e-12);
        QVERIFY(std::abs(map.areaPerClass()[1] - 1.5 * 1.5 / 2) < 1e-12);
    }

    void unitDeadDownstreamIsOnePiece() {
        AffineChain chain = linesChain({{1, 0, 0}, {0, 1, 0.1}});
        chain.stages[1].weights(0, 1) = 0;
        const Arrangement map = arrangementOf(chain);
        QCOMPARE(map.faceCount(), 4);
        QCOMPARE(map.pieces, 2);
    }

    void refactoredTwins() {
        const AffineChain chain = gaussianChain(21, {14, 13, 12, 3});
        const Arrangement map = arrangementOf(chain);
        QVERIFY(sound(map));
        QVERIFY(map.faceCount() > 200);

        AffineChain scaled = chain;  // relu(c z) = c relu(z)
        for (std::size_t s = 0; s < scaled.sites.size(); ++s) {
            for (Eigen::Index i = 0; i < scaled.stages[s].bias.size(); ++i) {
                const double factor = std::pow(3.0, static_cast<double>(i % 7) - 3);
                scaled.stages[s].weights.row(i) *= factor;
                scaled.stages[s].bias[i] *= factor;
                scaled.stages[s + 1].weights.col(i) /= factor;
            }
        }
        compareGeometry(map, arrangementOf(scaled));

        AffineChain permuted = chain;
        for (std::size_t s = 0; s < permuted.sites.size(); ++s) {
            std::vector<int> order(permuted.stages[s].bias.size());
            std::iota(order.begin(), order.end(), 0);
            std::shuffle(order.begin(), order.end(), std::mt19937(s));
            const AffineChain::Stage from = permuted.stages[s], next = permuted.stages[s + 1];
            for (std::size_t i = 0; i < order.size(); ++i) {
                permuted.stages[s].weights.row(i) = from.weights.row(order[i]);
                permuted.stages[s].bias[i] = from.bias[order[i]];
                permuted.stages[s + 1].weights.col(i) = next.weights.col(order[i]);
            }
        }
        compareGeometry(map, arrangementOf(permuted));

        // A linear layer split in two: an activation that does not bend between them.
        AffineChain split = chain;
        AffineChain::Stage identity;
        const Eigen::Index width = split.stages[1].bias.size();
        identity.weights = AffineChain::Matrix::Identity(width, width) * 2;
        identity.bias = Eigen::VectorXd::Constant(width, 0.5);
        AffineChain::Stage before = split.stages[1];
        before.weights /= 2;
        before.bias = (before.bias - identity.bias) / 2;
        split.stages[1] = before;
        split.stages.insert(split.stages.begin() + 2, identity);
        Site linear = split.sites[1];
        linear.function = PiecewiseLinear::leakyRelu(1);
        split.sites.insert(split.sites.begin() + 1, linear);
        compareGeometry(map, arrangementOf(split));
    }

    void windowsFarFromTheOriginAndTiny() {
        const AffineChain chain = gaussianChain(33, {20, 20, 2});
        const Arrangement map = arrangementOf(chain);
        AffineChain moved = chain;  // the same picture, a thousand away and ten thousand times smaller
        const Eigen::Vector2d shift(1000, -500);
        const double shrink = 1e-4;
        moved.formOrigin = shift;
        moved.stages[0].weights /= shrink;
        Polygon window;
        for (const auto& corner : squarePolygon()) window.push_back(shift + shrink * corner);
        const Arrangement far = arrangementOf(moved, window);
        QVERIFY(countsOf(map) == countsOf(far));
        QCOMPARE(far.checks.euler, 1);
        QVERIFY(std::abs(far.checks.areaSum / far.checks.windowArea - 1) <
                1e-8);  // corners are rounded to 1e-13
    }

    void logitsAndHashesOnFaces() {
        const AffineChain chain = gaussianChain(8, {10, 8, 1});
        const Arrangement map = arrangementOf(chain);
        for (std::int64_t face = 0; face < map.faceCount(); ++face) {
            const Eigen::Vector2d centre = map.centroid(face);
            QVERIFY(std::abs(map.logitsOnFace(face, centre)[0] - logitAt(chain, centre.x(), centre.y())) <
                    1e-12);
            QCOMPARE(map.label[face], logitAt(chain, centre.x(), centre.y()) > 0 ? 1 : 0);
        }
        auto hashes = map.patternHash;
        std::sort(hashes.begin(), hashes.end());
        const Arrangement part = arrangementOf(chain, rectanglePolygon(-0.2, -0.2, 0.3, 0.4));
        for (const auto hash : part.patternHash)
            QVERIFY(std::binary_search(hashes.begin(), hashes.end(), hash));
    }

    void doesNotDependOnThreads() {
        for (const auto& chain :
             {gaussianChain(2, {60, 60, 4}), gaussianChain(4, {3, 30, 30, 1}, PiecewiseLinear::absolute())}) {
            const Arrangement one = arrangementOf(chain);
            QVERIFY(sound(one));
            for (const int threads : {2, 3, 8}) {
                ArrangementOptions options;
                options.threads = threads;
                QVERIFY(identical(one, arrangementOf(chain, squarePolygon(), options)));
            }
        }
    }

    void regionBudget() {
        const AffineChain chain = gaussianChain(2, {60, 60, 4});
        const Arrangement all = arrangementOf(chain);
        QVERIFY(all.faceCount() > 2000);
        Arrangement first;
        for (const int threads : {1, 4}) {
            ArrangementOptions options;
            options.threads = threads;
            options.budget.maxRegions = 700;
            const Arrangement part = arrangementOf(chain, squarePolygon(), options);
            QCOMPARE(part.faceCount(), 700);
            QVERIFY(!part.complete);
            QCOMPARE(part.stopReason, std::string("region budget of 700 reached"));
            QCOMPARE(part.checks.patternMismatches, 0);
            QVERIFY(part.checks.maxInterpolationError < 1e-12);
            QVERIFY(part.checks.areaSum < 4);
            std::vector<char> used(part.vertices.size(), 0);
            for (const auto vertex : part.faceVertices) used[vertex] = 1;
            QCOMPARE(std::count(used.begin(), used.end(), 0), 0);
            if (threads == 1) first = part;
        }
        ArrangementOptions exact;
        exact.budget.maxRegions = all.faceCount();
        QVERIFY(arrangementOf(chain, squarePolygon(), exact).complete);
        QVERIFY(std::equal(first.patternHash.begin(), first.patternHash.end(), all.patternHash.begin()));
    }

    void stopsOnRequestAndOnTime() {
        const AffineChain chain = gaussianChain(6, {400, 400, 400, 10});  // far more than a second's work
        for (const bool byToken : {true, false}) {
            std::stop_source source;
            ArrangementOptions options;
            options.threads = 2;
            if (!byToken) options.budget.maxSeconds = 0.2;
            // Stops from a progress report, so the moment of the request is known.
            struct Stopper final : Progress {
                std::stop_source* source = nullptr;
                std::atomic<int> reports{0};
                std::atomic<std::int64_t> requested{0};
                void report(std::int64_t, std::int64_t, std::string_view) override {
                    if (++reports != 2 || !source) return;
                    requested = std::chrono::steady_clock::now().time_since_epoch().count();
                    source->request_stop();
                }
            } progress;
            if (byToken) progress.source = &source;
            const auto result =
                arrangementDepthFirst(chain, squarePolygon(), options, source.get_token(), progress);
            QVERIFY(result.isOk());
            const Arrangement& map = result.value();
            QVERIFY(!map.complete);
            QCOMPARE(map.stopReason, std::string(byToken ? "cancelled" : "time budget of 0.2 s reached"));
            QVERIFY(map.faceCount() > 0);
            QCOMPARE(map.checks.patternMismatches, 0);
            QVERIFY(progress.reports < 50);
        }
    }

    void refusesWhatIsNotFinite() {
        AffineChain chain = gaussianChain(1, {5, 2});
        chain.stages[1].weights(0, 0) = std::numeric_limits<double>::quiet_NaN();
        NoProgress progress;
        const auto result = arrangementDepthFirst(chain, squarePolygon(), {}, {}, progress);
        QVERIFY(result.isError());
        QVERIFY(result.error().message.find("not finite") != std::string::npos);
        chain.stages.pop_back();
        QVERIFY(arrangementDepthFirst(chain, squarePolygon(), {}, {}, progress).isError());
    }
};

QTEST_GUILESS_MAIN(DepthFirstTest)
#include "depth_first_test.moc"
