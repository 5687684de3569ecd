// SPDX-License-Identifier: GPL-3.0-or-later
// heads_bench [SAMPLES DIMENSION CLASSES [THREADS [EPOCHS]]]: fifty softmax heads by the sheet's rule on
// Gaussian classes (patience as long as the run, so that every head trains all its epochs), as seeds x decays
// and as seeds alone; then the same step in plain Eigen products, one head at a time, for comparison.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "core/base/progress.h"
#include "core/heads/train_heads.h"
#include "tests/core/heads/head_data.h"

using namespace tessera;

namespace {

double seconds(std::chrono::steady_clock::time_point since) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

void run(const char* what, const Embeddings& data, const HeadSweep& sweep, int threads) {
    NoProgress progress;
    const auto recipes = recipesOf(sweep);
    const auto begun = std::clock();
    const auto trained = trainHeads(data, recipes, threads, {}, progress).value();
    const double processor = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
    double epochs = 0;
    for (const auto& head : trained.heads) epochs += static_cast<double>(head.curve.size());
    const double flops = epochs * static_cast<double>(data.splits.train.size()) *
                         static_cast<double>(data.dimension() * data.classes()) * 4;
    std::printf(
        "%-34s %2zu heads, %4.0f epochs in all, %d threads: %6.2f s (processor %6.2f s, %5.1f Gflop/s)\n",
        what, recipes.size(), epochs, threads, trained.seconds, processor, flops / processor * 1e-9);
}

// One epoch of one head: the two products and Adam, with nothing shared.
double plainEpoch(const Embeddings& data, std::int64_t batch) {
    const auto start = std::chrono::steady_clock::now();
    Rows w = Rows::Zero(data.classes(), data.dimension()), m = w, v = w, g = w;
    for (std::size_t begin = 0; begin < data.splits.train.size(); begin += static_cast<std::size_t>(batch)) {
        const std::span<const std::int64_t> samples(
            data.splits.train.data() + begin,
            std::min<std::size_t>(static_cast<std::size_t>(batch), data.splits.train.size() - begin));
        const Rows x = data.pointsOf(samples);
        Rows p = (x * w.transpose()).array().exp();
        for (std::int64_t i = 0; i < p.rows(); ++i) p.row(i) /= p.row(i).sum();
        g.noalias() = p.transpose() * x;
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g.cwiseProduct(g);
        w -= (1e-3 * m.array() / (v.array().sqrt() + 1e-8)).matrix();
    }
    return seconds(start);
}

}  // namespace

int main(int argc, char** argv) {
    const auto number = [&](int at, int standard) { return argc > at ? std::atoi(argv[at]) : standard; };
    const int samples = number(1, 10000), dimension = number(2, 768), classes = number(3, 10),
              threads = number(4, static_cast<int>(std::thread::hardware_concurrency()));
    const auto data = test::gaussianClasses(samples, dimension, classes, 3);
    HeadSweep sweep;
    sweep.base.epochs = number(5, 100);
    sweep.base.patience = sweep.base.epochs;
    for (std::uint64_t seed = 0; seed < 10; ++seed) sweep.seeds.push_back(42 + seed);
    sweep.weightDecays = {0, 1e-5, 1e-4, 1e-3, 1e-2};
    run("10 seeds x 5 decays", data, sweep, threads);
    run("10 seeds x 5 decays", data, sweep, 1);
    sweep.base.patience = 10;
    run("the same, stopped early", data, sweep, threads);
    sweep.base.patience = sweep.base.epochs;
    sweep.weightDecays.clear();
    for (std::uint64_t seed = 10; seed < 50; ++seed) sweep.seeds.push_back(42 + seed);
    run("50 seeds", data, sweep, threads);
    const double plain = plainEpoch(data, 128);
    std::printf("%-34s one epoch of one head: %.3f s (x 5000 = %.0f s)\n", "plain Eigen, one thread", plain,
                5000 * plain);
    return 0;
}
