// SPDX-License-Identifier: GPL-3.0-or-later
// Time of the breadth-first engine on the yardstick with max-pooling, and how much of it the network itself
// takes.
//   breadth_bench                                    the bundled yardsticks through the tests' plain network
//   breadth_bench MODEL.pt PLANE.npz [SECONDS] [THREADS]   any exact model through its layer graph
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/data/plane_file.h"
#include "core/geometry/breadth_first.h"
#include "core/model/model.h"
#include "core/model/parallel_rows.h"
#include "core/model/slice_network_torch.h"
#include "tests/core/geometry/yardstick_networks.h"

namespace {

using namespace tessera;
using Clock = std::chrono::steady_clock;

struct Stopwatch {
    explicit Stopwatch(double& total) : total_(total), start_(Clock::now()) {}
    ~Stopwatch() { total_ += std::chrono::duration<double>(Clock::now() - start_).count(); }
    double& total_;
    Clock::time_point start_;
};

struct Times {
    double start = 0, advance = 0, rows = 0, forms = 0;
    std::vector<std::int64_t> rowsAt = std::vector<std::int64_t>(256, 0);
    std::int64_t formPoints = 0;
};

class TimedLive final : public LiveValues {
  public:
    TimedLive(std::unique_ptr<LiveValues> inner, Times& times) : inner_(std::move(inner)), times_(times) {}
    std::int64_t rows() const override { return inner_->rows(); }
    int site() const override { return inner_->site(); }
    const double* values() const override { return inner_->values(); }
    std::int64_t width() const override { return inner_->width(); }
    std::int64_t bytesPerRow() const override { return inner_->bytesPerRow(); }
    void append(std::span<const RowBlend> blends) override {
        Stopwatch watch(times_.rows);
        inner_->append(blends);
    }
    std::unique_ptr<LiveValues> gather(std::span<const std::int32_t> rows) const override {
        Stopwatch watch(times_.rows);
        return std::make_unique<TimedLive>(inner_->gather(rows), times_);
    }
    void advance() override {
        Stopwatch watch(times_.advance);
        times_.rowsAt[inner_->site() % 256] += inner_->rows();
        inner_->advance();
    }
    void refresh(std::span<const Eigen::Vector2d> points) override { inner_->refresh(points); }

  private:
    std::unique_ptr<LiveValues> inner_;
    Times& times_;
};

class TimedNetwork final : public SiteNetwork {
  public:
    TimedNetwork(const SiteNetwork& inner, Times& times) : inner_(inner), times_(times) {}
    const std::vector<Site>& sites() const override { return inner_.sites(); }
    std::int32_t outputs() const override { return inner_.outputs(); }
    std::unique_ptr<LiveValues> start(std::span<const Eigen::Vector2d> points) const override {
        Stopwatch watch(times_.start);
        return std::make_unique<TimedLive>(inner_.start(points), times_);
    }
    void formsAt(std::span<const Eigen::Vector2d> points, const Eigen::Vector2d& origin, double* forms,
                 std::uint64_t* hash) const override {
        Stopwatch watch(times_.forms);
        times_.formPoints += static_cast<std::int64_t>(points.size());
        inner_.formsAt(points, origin, forms, hash);
    }

  private:
    const SiteNetwork& inner_;
    Times& times_;
};

void measure(const char* name, const SiteNetwork& plain, const Polygon& window, int threads,
             double budget = 0) {
    std::vector<double> seconds;
    const int runs = budget > 0 ? 1 : 5;
    for (int run = 0; run < runs; ++run) {
        Times times;
        const TimedNetwork network(plain, times);
        NoProgress progress;
        ArrangementOptions options;
        options.threads = threads;
        options.budget.maxSeconds = budget;
        const auto begin = Clock::now();
        const auto result = arrangementBreadthFirst(network, window, options, {}, progress);
        seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
        if (run > 0) continue;
        const Arrangement& map = result.value();
        std::printf(
            "%s, %d threads: %lld regions, %lld pieces, %zu vertices, %zu edges, %zu segments of length "
            "%.17g\n",
            name, threads, static_cast<long long>(map.faceCount()), static_cast<long long>(map.pieces),
            map.vertices.size(), map.edges.size(), map.boundary.size(), map.boundaryLength());
        std::printf(
            "  euler %lld, area error %.2e, interpolation %.2e, mismatches %lld of %lld, margins %.2e / "
            "%.2e\n",
            static_cast<long long>(map.checks.euler), map.checks.areaSum - map.checks.windowArea,
            map.checks.maxInterpolationError, static_cast<long long>(map.checks.patternMismatches),
            static_cast<long long>(map.checks.facesChecked), map.checks.largestOnMargin,
            map.checks.smallestOffMargin);
        if (!map.complete) {
            std::printf("  partial: %s; area %.3g of %.3g\n", map.stopReason.c_str(), map.checks.areaSum,
                        map.checks.windowArea);
        }
        for (std::size_t site = 0; site < map.sites.size(); ++site) {
            std::printf("  %s: %lld regions, %lld rows\n", map.sites[site].name.c_str(),
                        static_cast<long long>(map.sites[site].regionsAfter),
                        static_cast<long long>(times.rowsAt[site % 256]));
        }
        std::printf("  forms at %lld points\n", static_cast<long long>(times.formPoints));
        std::printf("  first run %.1f ms: start %.1f, advance %.1f, rows %.1f, forms %.1f, engine %.1f\n",
                    seconds[0] * 1e3, times.start * 1e3, times.advance * 1e3, times.rows * 1e3,
                    times.forms * 1e3,
                    (seconds[0] - times.start - times.advance - times.rows - times.forms) * 1e3);
    }
    std::sort(seconds.begin(), seconds.end());
    std::printf("  median of %d runs %.1f ms\n", runs, seconds[runs / 2] * 1e3);
}

int measureModel(int count, char** arguments) {
    const auto model = loadModel(arguments[1], {});
    const auto plane = readPlaneFile(arguments[2]);
    if (!model.isOk() || !plane.isOk()) {
        std::fprintf(stderr, "%s\n", (model.isOk() ? plane.error() : model.error()).message.c_str());
        return 1;
    }
    const int threads = count > 4 ? std::atoi(arguments[4]) : 1;
    setComputeThreads(threads);
    const auto network = siteNetworkOnSlice(model.value()->sharedGraph(), plane.value());
    measure(arguments[1], *network, plane.value().window, threads, count > 3 ? std::atof(arguments[3]) : 0);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (count > 2) return measureModel(count, arguments);
    const std::string folder = TESSERA_TEST_DATA "/regions/";
    const PlainWeights lenet(folder + "d_lenet_max.bin");
    const PlainSiteNetwork network = lenetWithMaxPool(lenet);
    for (const int threads : {1, 2}) measure("d_lenet_max", network, lenet.window, threads);
    const PlainWeights degenerate(folder + "f_degenerate.bin");
    measure("f_degenerate", denseChain(degenerate), degenerate.window, 1);
}
