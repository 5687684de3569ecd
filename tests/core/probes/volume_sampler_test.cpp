// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/volume_sampler.h"

#include <QtTest>
#include <cmath>
#include <map>
#include <numbers>

#include "core/data/dataset.h"
#include "core/geometry/volume_cells.h"
#include "core/model/volume_network_torch.h"
#include "core/probes/volume_points.h"
#include "tests/core/data/scratch_folder.h"
#include "tests/core/probes/small_models_torch.h"

using namespace tessera;
using namespace tessera::test;
using Eigen::Vector3d;

namespace {

using Samples = std::shared_ptr<const SampledVolume>;

SliceVolume boxOf(const Vector3d& low, const Vector3d& high) {
    return {{3}, Vector3d::Zero(), Vector3d::UnitX(), Vector3d::UnitY(), Vector3d::UnitZ(), low, high};
}

SliceVolume randomVolume(const Shape& shape, std::uint64_t seed, double half) {
    const auto size = elementCount(shape);
    const auto plane =
        planeAlongDirections(shape, randomDirection(size, seed), randomDirection(size, seed + 1),
                             randomDirection(size, seed + 2), half);
    return volumeOverPlane(plane.value(), randomDirection(size, seed + 3)).value();
}

Result<VolumeSampling::Output> run(const Model& model, const SliceVolume& volume,
                                   const VolumeSampling::Options& options = {},
                                   const VolumeSampling::Level& onLevel = {}, std::stop_token stop = {}) {
    NoProgress progress;
    return VolumeSampling::run(model, volume, options, std::move(stop), progress, onLevel);
}

Samples sample(const Model& model, const SliceVolume& volume, const VolumeSampling::Options& options = {},
               const VolumeSampling::Level& onLevel = {}) {
    const auto result = run(model, volume, options, onLevel);
    if (!result.isOk()) qWarning("%s", result.isError() ? result.error().message.c_str() : "cancelled");
    return result.isOk() ? result.value().samples : nullptr;
}

VolumeSampling::Options gridOf(int resolution, int coarse = 16, bool adaptive = true) {
    VolumeSampling::Options options;
    options.resolution = resolution;
    options.coarse = coarse;
    options.adaptive = adaptive;
    return options;
}

std::int64_t labelsThatDiffer(const SampledVolume& a, const SampledVolume& b) {
    std::int64_t different = 0;
    for (std::size_t i = 0; i < a.label.size(); ++i) different += a.label[i] != b.label[i] ? 1 : 0;
    return different;
}

// |x| + |y| + |z| < 0.7, as a network: the boundary is an octahedron.
std::shared_ptr<const Model> octahedron() {
    GraphBuilder builder({3});
    const auto eye = torch::eye(3, at::kDouble);
    const int hidden =
        builder.relu("relu", builder.linear("fc1", GraphBuilder::kInput, torch::cat({eye, -eye}, 0),
                                            torch::zeros({6}, at::kDouble)));
    const int out = builder.linear("fc2", hidden, torch::full({1, 6}, -20.0, at::kDouble),
                                   torch::full({1}, 14.0, at::kDouble));
    return modelOf(std::move(builder).finish(out), {3}, 1, "octahedron.pt");
}

}  // namespace

class VolumeSamplerTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void theGridAndItsOrder() {
        // class k where coordinate k is the largest
        const auto model = linearModel(torch::eye(3), torch::zeros({3}));
        const auto samples = sample(*model, boxOf({-1, -1, -1}, {3, 1, 0}), gridOf(32));
        QVERIFY(samples);
        const auto& grid = samples->grid;
        QCOMPARE(grid.nx, 33);
        QCOMPARE(grid.ny, 17);
        QCOMPARE(grid.nz, 9);
        QCOMPARE(samples->cellsAlongLongest(), 32);
        QCOMPARE(samples->outputs, 3);
        QVERIFY(samples->complete);
        for (int k = 0; k < grid.nz; ++k)
            for (int j = 0; j < grid.ny; ++j)
                for (int i = 0; i < grid.nx; ++i) {
                    const Vector3d place(-1 + i / 8.0, -1 + j / 8.0, -1 + k / 8.0);
                    const auto at = static_cast<std::size_t>((k * grid.ny + j) * grid.nx + i);
                    for (int n = 0; n < 3; ++n)
                        QVERIFY(std::abs(samples->logits[3 * at + n] - (place[n] - place.maxCoeff())) < 1e-6);
                }
        // The halves of three planes that meet in the diagonal, within the box.
        const auto edges = surfaceEdges(*samples->surface, grid.low, grid.high, 1e-9);
        QCOMPARE(edges.open, 0);
        QVERIFY(edges.branching > 0);
    }

    void resolutionIsRoundedUp() {
        const auto model = linearModel(torch::eye(3), torch::zeros({3}));
        const auto samples = sample(*model, boxOf({0, 0, 0}, {1, 1, 1}), gridOf(50, 8));
        QCOMPARE(samples->cellsAlongLongest(), 56);  // 7 cells, halved three times
        QCOMPARE(samples->levels, 4);
    }

    // Exact where the interpolant can be: the area is that of the octahedron, and far points are left alone.
    void aClosedForm() {
        const auto box = boxOf({-1, -1, -1}, {1, 1, 1});
        const auto adaptive = sample(*octahedron(), box, gridOf(64)),
                   full = sample(*octahedron(), box, gridOf(64, 16, false));
        QVERIFY(adaptive && full);
        QCOMPARE(full->evaluations, 65 * 65 * 65);
        QCOMPARE(labelsThatDiffer(*adaptive, *full), 0);
        QVERIFY(adaptive->evaluations < full->evaluations / 3);
        QCOMPARE(std::accumulate(adaptive->evaluated.begin(), adaptive->evaluated.end(), std::int64_t{0}),
                 adaptive->evaluations);
        QVERIFY(adaptive->spotChecks > 100);
        QCOMPARE(adaptive->spotMisses, 0);
        const double area = 8 * std::sqrt(3.0) / 4 * 2 * 0.49;  // faces of side 0.7 sqrt(2)
        qInfo("area %.5f of %.5f, %lld of %lld points evaluated", adaptive->surface->area(), area,
              static_cast<long long>(adaptive->evaluations), static_cast<long long>(full->evaluations));
        QVERIFY(std::abs(full->surface->area() / area - 1) < 0.01);
        QVERIFY(std::abs(adaptive->surface->area() / full->surface->area() - 1) < 1e-6);
        const auto edges = surfaceEdges(*adaptive->surface, box.low, box.high, 1e-9);
        QCOMPARE(edges.open + edges.onBox + edges.branching, 0);
    }

    void adaptiveAgreesOnNetworks_data() {
        QTest::addColumn<double>("sharpness");
        QTest::addColumn<double>("half");
        QTest::newRow("smooth") << 1.0 << 2.0;
        QTest::newRow("confident") << 20.0 << 2.0;
        QTest::newRow("wide box") << 5.0 << 10.0;
    }
    void adaptiveAgreesOnNetworks() {
        QFETCH(double, sharpness);
        QFETCH(double, half);
        for (int seed = 0; seed < 3; ++seed) {
            const auto model = randomMlp({3, 32, 32, 4}, seed, sharpness);
            const auto box = boxOf(Vector3d::Constant(-half), Vector3d::Constant(half));
            const auto adaptive = sample(*model, box, gridOf(64)),
                       full = sample(*model, box, gridOf(64, 16, false));
            QVERIFY(adaptive && full);
            const auto different = labelsThatDiffer(*adaptive, *full);
            // Where the network was run, the logits are its own.
            for (std::size_t i = 0; i < full->label.size(); ++i) {
                if (adaptive->evaluated[i] == 0) continue;
                for (std::size_t k = 4 * i; k < 4 * i + 4; ++k)
                    QVERIFY(std::abs(adaptive->logits[k] - full->logits[k]) < 1e-4 * sharpness);
            }
            const double area = full->surface->area();
            qInfo(
                "seed %d: %lld of %zu labels differ, area off by %.1e, %.1f %% evaluated, %lld of %lld "
                "checks missed",
                seed, static_cast<long long>(different), full->label.size(),
                std::abs(adaptive->surface->area() / area - 1),
                100.0 * static_cast<double>(adaptive->evaluations) / static_cast<double>(full->evaluations),
                static_cast<long long>(adaptive->spotMisses), static_cast<long long>(adaptive->spotChecks));
            QVERIFY(static_cast<double>(different) < 0.001 * static_cast<double>(full->label.size()));
            QVERIFY(std::abs(adaptive->surface->area() / area - 1) < 0.01);
            QVERIFY(adaptive->evaluations < full->evaluations);
            QCOMPARE(surfaceEdges(*adaptive->surface, box.low, box.high, 1e-9).open, 0);
        }
    }

    // A sheet of class 1 that lies between two layers of points of the first level: the margins beside it
    // fall towards it, and so it is found without a spot check.
    void aSheetBetweenPointsIsFound() {
        GraphBuilder builder({3});
        const int sides = builder.relu(
            "relu", builder.linear("fc1", GraphBuilder::kInput,
                                   torch::tensor({{1.0, 0.0, 0.0}, {-1.0, 0.0, 0.0}}, at::kDouble),
                                   torch::tensor({-0.0625, 0.0625}, at::kDouble)));
        const int out = builder.linear("fc2", sides, -torch::ones({1, 2}, at::kDouble),
                                       torch::full({1}, 0.04, at::kDouble));
        const auto model = modelOf(std::move(builder).finish(out), {3}, 1, "sheet.pt");
        const auto box = boxOf({-1, -1, -1}, {1, 1, 1});
        std::vector<Samples> levels;
        const auto adaptive =
            sample(*model, box, gridOf(32), [&](auto level) { levels.push_back(std::move(level)); });
        const auto full = sample(*model, box, gridOf(32, 16, false));
        QVERIFY(adaptive && full);
        QCOMPARE(levels.front()->surface->faceCount(), 0);
        QVERIFY(adaptive->spotChecks > 0);
        QCOMPARE(adaptive->spotMisses, 0);
        QCOMPARE(labelsThatDiffer(*adaptive, *full), 0);
        QVERIFY(std::abs(adaptive->surface->area() - 8) < 1e-5);  // its two sides
        QVERIFY(adaptive->evaluations < full->evaluations / 2);
    }

    // Logits that are flat but for an island between the points of the first levels: nothing points to it,
    // and the spot checks of a finer level run into it.
    void anIslandIsFound() {
        GraphBuilder builder({3});
        const auto eye = torch::eye(3, at::kDouble);
        const int sides =
            builder.relu("relu1", builder.linear("fc1", GraphBuilder::kInput, torch::cat({eye, -eye}, 0),
                                                 torch::cat({torch::full({3}, -0.0625, at::kDouble),
                                                             torch::full({3}, 0.0625, at::kDouble)})));
        const int bump = builder.relu("relu2", builder.linear("fc2", sides, -torch::ones({1, 6}, at::kDouble),
                                                              torch::full({1}, 0.14, at::kDouble)));
        const int out = builder.linear("fc3", bump, torch::tensor({{20.0}, {0.0}}, at::kDouble),
                                       torch::tensor({-1.0, 0.0}, at::kDouble));
        const auto model = modelOf(std::move(builder).finish(out), {3}, 2, "island.pt");
        const auto box = boxOf({-1, -1, -1}, {1, 1, 1});
        std::vector<Samples> levels;
        const auto adaptive =
            sample(*model, box, {}, [&](auto level) { levels.push_back(std::move(level)); });
        const auto full = sample(*model, box, gridOf(128, 16, false));
        QVERIFY(adaptive && full);
        QCOMPARE(levels.front()->surface->faceCount(), 0);
        std::int64_t misses = 0;
        for (const auto& level : levels) misses += level->spotMisses;
        QVERIFY(misses > 0);
        QCOMPARE(labelsThatDiffer(*adaptive, *full), 0);
        QVERIFY(std::abs(adaptive->surface->area() / full->surface->area() - 1) < 1e-6);
        // An octahedron of reach 0.14 - 1 / 20, whose bends all lie on grid planes: faces of side 0.09
        // sqrt(2).
        QVERIFY(std::abs(adaptive->surface->area() / (8 * std::sqrt(3.0) / 4 * 2 * 0.09 * 0.09) - 1) < 1e-4);
        QVERIFY(adaptive->evaluations < full->evaluations / 20);
    }

    // Against the exact engine, pair of classes by pair: the sampled areas tend to those of the cells'
    // faces, to first order, because grid cubes cut across folds.
    void theExactEngineAgrees() {
        for (int seed = 0; seed < 3; ++seed) {
            const auto model = randomMlp({12, 16, 16, 4}, seed, 1);
            const auto volume = randomVolume({12}, static_cast<std::uint64_t>(10 + seed), 3);
            NoProgress progress;
            const auto network = networkOnVolume(model->sharedGraph(), volume);
            const auto cells = cellsOfVolume(*network, volume.low, volume.high, {}, {}, progress);
            QVERIFY(cells.isOk());
            const auto areas = [](const SurfaceMesh& mesh) {
                std::map<std::pair<int, int>, double> sums;
                for (std::int64_t f = 0; f < mesh.faceCount(); ++f)
                    sums[{mesh.classA[f], mesh.classB[f]}] += mesh.faceArea(f);
                return sums;
            };
            const auto exact = areas(cells.value().boundary());
            QVERIFY(!exact.empty());
            double before = 0;
            for (const int resolution : {32, 128}) {
                const auto samples = sample(*model, volume, gridOf(resolution));
                QVERIFY(samples);
                auto sampled = areas(*samples->surface);
                double off = 0, whole = 0;
                for (const auto& [pair, area] : exact) {
                    off += std::abs(sampled[pair] - area);
                    whole += area;
                }
                for (const auto& [pair, area] : sampled) off += exact.contains(pair) ? 0 : area;
                off /= whole;
                qInfo("seed %d, %d cells: areas off by %.2e of %.4g", seed, resolution, off, whole);
                if (before > 0) QVERIFY(off < before / 2 && off < 1e-2);
                before = off;
            }
        }
    }

    void levelsAreNested() {
        std::vector<Samples> levels;
        const auto model = randomMlp({3, 32, 32, 4}, 3, 5);
        const auto last = sample(*model, boxOf({-2, -1, -2}, {2, 1.1, 1}), gridOf(64),
                                 [&](auto level) { levels.push_back(std::move(level)); });
        QVERIFY(last);
        QCOMPARE(levels.size(), std::size_t{3});
        QCOMPARE(levels.back(), last);
        QCOMPARE(levels[0]->cellsAlongLongest(), 16);
        QCOMPARE(levels[0]->evaluations, levels[0]->grid.points());
        for (std::size_t n = 0; n < levels.size(); ++n) {
            QCOMPARE(levels[n]->level, static_cast<int>(n));
            QCOMPARE(levels[n]->complete, n == 2);
            QVERIFY(levels[n]->surface && levels[n]->surface->faceCount() > 0);
            if (n == 0) continue;
            const auto &coarse = *levels[n - 1], &fine = *levels[n];
            for (int k = 0; k < coarse.grid.nz; ++k)
                for (int j = 0; j < coarse.grid.ny; ++j)
                    for (int i = 0; i < coarse.grid.nx; ++i) {
                        const auto from = static_cast<std::size_t>(coarse.grid.at(i, j, k)),
                                   to = static_cast<std::size_t>(fine.grid.at(2 * i, 2 * j, 2 * k));
                        if (coarse.evaluated[from] == 0) continue;
                        QCOMPARE(fine.evaluated[to], static_cast<unsigned char>(1));
                        QCOMPARE(fine.label[to], coarse.label[from]);
                        for (std::size_t c = 0; c < 4; ++c)
                            QCOMPARE(fine.logits[4 * to + c], coarse.logits[4 * from + c]);
                    }
        }
    }

    // The first layer is folded into the volume's axes for plain chains alone, and gives the same numbers.
    void foldedAndWholeModelsAgree() {
        const auto mlp = randomMlp({50, 24, 24, 5}, 7, 3);
        const auto volume = randomVolume({50}, 9, 4);
        VolumePoints folded(*mlp, volume, 0.1);
        QVERIFY(folded.isFolded());
        QCOMPARE(folded.inputsOfRun(), 3);
        std::vector<Vector3d> points;
        for (int i = 0; i < 100; ++i) points.push_back(4 * randomDirection(3, static_cast<std::uint64_t>(i)));
        std::vector<float> logits(500);
        QVERIFY(folded.logitsAt(points, logits.data()).isOk());
        for (std::size_t i = 0; i < points.size(); ++i) {
            const Eigen::VectorXd input = volume.inputFromVolume(points[i]);
            Eigen::VectorXd whole(5);
            QVERIFY(mlp->logits(input.data(), 1, whole.data()).isOk());
            for (int k = 0; k < 5; ++k)
                QVERIFY(std::abs(logits[5 * i + static_cast<std::size_t>(k)] -
                                 (whole[k] - whole.maxCoeff())) < 1e-4);
        }
        QVERIFY(!VolumePoints(*randomResNet20(1, 1), randomVolume({3, 32, 32}, 3, 1), 0.1).isFolded());
        GraphBuilder builder({3});
        const int bent =
            builder.leakyRelu("leaky",
                              builder.linear("fc", GraphBuilder::kInput, torch::eye(3, at::kDouble),
                                             torch::zeros({3}, at::kDouble)),
                              0.1);
        const auto leaky = modelOf(std::move(builder).finish(bent), {3}, 3, "leaky.pt");
        QVERIFY(!VolumePoints(*leaky, boxOf({-1, -1, -1}, {1, 1, 1}), 0.1).isFolded());
    }

    void theThreadsLeaveNoMark() {
        const auto model = randomMlp({20, 32, 32, 4}, 3, 5);
        const auto volume = randomVolume({20}, 4, 3);
        const int before = computeThreads();
        setComputeThreads(1);
        const auto one = sample(*model, volume, gridOf(32));
        setComputeThreads(3);
        const auto three = sample(*model, volume, gridOf(32)), again = sample(*model, volume, gridOf(32));
        setComputeThreads(before);
        QVERIFY(one->logits == three->logits && three->logits == again->logits);
        QCOMPARE(one->evaluations, three->evaluations);
        QCOMPARE(one->surface->faceVertices, three->surface->faceVertices);
    }

    // A box narrower than float32 can tell apart is sampled in double.
    void deepZoom() {
        const auto model = linearModel(torch::eye(3), torch::zeros({3}));
        auto volume = boxOf(Vector3d::Constant(-1e-9), Vector3d::Constant(1e-9));
        volume.origin = Vector3d(1, 1, 1);
        const auto result = run(*model, volume, gridOf(16));
        QVERIFY(result.isOk());
        QCOMPARE(result.value().provenance.dtype, std::string("float64"));
        const auto& samples = *result.value().samples;
        std::array<int, 3> counts{};
        for (const auto label : samples.label) ++counts[static_cast<std::size_t>(label)];
        for (const int count : counts) QVERIFY(count > 1000);
        // Three quarter planes of a cube about its centre meeting along the diagonal.
        QVERIFY(samples.surface->area() > 1e-18);
    }

    void stopKeepsTheLastLevel() {
        const auto model = randomMlp({3, 32, 32, 4}, 3, 5);
        const auto box = boxOf({-2, -2, -2}, {2, 2, 2});
        std::stop_source source;
        Samples seen;
        const auto result = run(
            *model, box, {},
            [&](auto level) {
                seen = std::move(level);
                if (seen->level == 1) source.request_stop();
            },
            source.get_token());
        QVERIFY(result.isOk());
        QCOMPARE(result.value().samples, seen);
        QCOMPARE(seen->level, 1);
        QVERIFY(!seen->complete);
        QVERIFY(!result.value().provenance.complete);
        QVERIFY(contains(result.value().provenance.note, "cancelled"));
        QVERIFY(run(*model, box, {}, {}, source.get_token()).isCancelled());
    }

    void looksAtTheStopTokenOften() {
        class StopAfter final : public Progress {
          public:
            void report(std::int64_t, std::int64_t, std::string_view) override {
                if (++reports == 20) source.request_stop();
            }
            int reports = 0;
            std::stop_source source;
        } progress;
        const auto result = VolumeSampling::run(*randomResNet20(1, 1), randomVolume({3, 32, 32}, 7, 20), {},
                                                progress.source.get_token(), progress);
        QCOMPARE(progress.reports, 20);  // not one batch more
        QVERIFY(result.isCancelled() || !result.value().provenance.complete);
    }

    void theMemoryBudget() {
        const auto model = randomMlp({3, 16, 1000}, 3, 5);
        const auto box = boxOf({-2, -2, -2}, {2, 2, 2});
        auto options = gridOf(64, 8);
        options.maxMegabytes = 32;  // 17^3 x 1000 floats are 19 MiB, 33^3 are 137
        const auto result = run(*model, box, options);
        QVERIFY(result.isOk());
        const auto& samples = *result.value().samples;
        QCOMPARE(samples.cellsAlongLongest(), 16);
        QVERIFY(!samples.complete);
        QVERIFY(samples.bytes() < (std::size_t{32} << 20));
        QVERIFY(!result.value().provenance.complete);
        QVERIFY(contains(result.value().provenance.note, "memory budget of 32 MiB"));
        options.maxMegabytes = 1;
        const auto refused = run(*model, box, options);
        QVERIFY(refused.isError());
        QVERIFY(contains(refused.error().message, "allow more or ask for fewer cells"));
    }

    void refusals() {
        const auto model = linearModel(torch::eye(4), torch::zeros({4}));
        const auto wrong = run(*model, boxOf({0, 0, 0}, {1, 1, 1}));
        QVERIFY(wrong.isError() && contains(wrong.error().message, "takes 4"));
        const auto three = linearModel(torch::eye(3), torch::zeros({3}));
        QVERIFY(run(*three, boxOf({0, 0, 0}, {1, 0, 1})).isError());
        QVERIFY(run(*three, boxOf({0, 0, 0}, {1, 1, 1}), gridOf(2000)).isError());
        const auto broken =
            linearModel(torch::full({2, 3}, std::numeric_limits<double>::quiet_NaN()), torch::zeros({2}));
        const auto nan = run(*broken, boxOf({0, 0, 0}, {1, 1, 1}));
        QVERIFY(nan.isError() && contains(nan.error().message, "not numbers"));
    }

    // Trained networks bend their boundaries more sharply than random ones.
    void trainedNetworks_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("resolution");
        QTest::newRow("dense") << "mnist_mlp.pt" << 64;
        QTest::newRow("convolutional") << "mnist_cnn.pt" << 16;
    }
    void trainedNetworks() {
        QFETCH(QString, file);
        QFETCH(int, resolution);
        const std::string folder = TESSERA_SAMPLES;
        const auto model = loadModel(folder + "/" + file.toStdString());
        QVERIFY2(model.isOk(), model.isError() ? model.error().message.c_str() : "");
        const auto digits = openDataset(folder + "/mnist-images-idx3-ubyte.gz").value();
        std::vector<Eigen::VectorXd> anchors;
        for (const std::int64_t index : {2, 10, 8, 4}) {
            Eigen::VectorXf values(784);
            QVERIFY(digits->read({&index, 1}, values.data()).isOk());
            normalise({{0.1307}, {0.3081}}, {1, 28, 28}, 1, values.data());
            anchors.push_back(values.cast<double>());
        }
        const auto volume = volumeThroughSamples(model.value()->info().inputShape, anchors).value();
        const auto adaptive = sample(*model.value(), volume, gridOf(resolution, 8)),
                   full = sample(*model.value(), volume, gridOf(resolution, 8, false));
        QVERIFY(adaptive && full);
        const auto different = labelsThatDiffer(*adaptive, *full);
        qInfo("%lld of %zu labels differ, area off by %.1e, %.1f %% evaluated, %lld of %lld checks missed",
              static_cast<long long>(different), full->label.size(),
              std::abs(adaptive->surface->area() / full->surface->area() - 1),
              100.0 * static_cast<double>(adaptive->evaluations) / static_cast<double>(full->evaluations),
              static_cast<long long>(adaptive->spotMisses), static_cast<long long>(adaptive->spotChecks));
        QVERIFY(static_cast<double>(different) < 0.002 * static_cast<double>(full->label.size()));
        QCOMPARE(surfaceEdges(*adaptive->surface, volume.low, volume.high, 1e-9).open, 0);
    }
};

QTEST_GUILESS_MAIN(VolumeSamplerTest)
#include "volume_sampler_test.moc"
