// SPDX-License-Identifier: GPL-3.0-or-later
// The counterfactual search of 10,000 embeddings of dimension 768 under a linear head of 10 classes, with the
// defaults of preset v1 on one thread: in the span of the weights, on whole points, and in closed form;
// beside them a loop over points as one writes it in PyTorch (counterfactual_loop.py), on the first 500.
//   counterfactual_bench [SAMPLES] [PYTHON]     PYTHON has torch and numpy: Debian has them for
//   /usr/bin/python3
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "core/data/npz.h"
#include "core/probes/counterfactual_closed_form.h"
#include "core/probes/local_support.h"

namespace {

using namespace tessera;

constexpr std::int64_t kWidth = 768, kClasses = 10, kReferences = 1000, kLoop = 500;

double secondsSince(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Median of three runs.
template <typename Work>
double timed(const Work& work) {
    std::array<double, 3> seconds{};
    for (auto& run : seconds) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        run = secondsSince(begin);
    }
    std::sort(seconds.begin(), seconds.end());
    return seconds[1];
}

Rows randomRows(std::int64_t count, std::int64_t width, unsigned seed, double deviation) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal(0, deviation);
    Rows rows(count, width);
    for (std::int64_t i = 0; i < rows.size(); ++i) rows.data()[i] = normal(generator);
    return rows;
}

struct Loop {
    double seconds = 0;
    std::int64_t flips = 0, steps = 0;
};

// What the script prints: seconds, flips and steps of its points.
Loop runLoop(const std::string& python, const Rows& points, const LinearHead& head) {
    const auto file = std::filesystem::temp_directory_path() / "tessera_counterfactual_bench.npz";
    const auto count = std::min<std::int64_t>(kLoop, points.rows());
    const std::vector<NpzEntry> entries{{"points", "<f8", {count, kWidth}, points.data()},
                                        {"weight", "<f8", {kClasses, kWidth}, head.weight.data()},
                                        {"bias", "<f8", {kClasses}, head.bias.data()}};
    if (!writeNpz(file, entries).isOk()) return {};
    const std::string command =
        python + " " TESSERA_SOURCE "/tests/bench/counterfactual_loop.py " + file.string();
    Loop loop;
    if (std::FILE* pipe = ::popen(command.c_str(), "r")) {
        if (std::fscanf(pipe, "%lf %ld %ld", &loop.seconds, &loop.flips, &loop.steps) != 3) loop = {};
        ::pclose(pipe);
    }
    std::filesystem::remove(file);
    return loop;
}

}  // namespace

int main(int count, char** arguments) {
    const std::int64_t samples = count > 1 ? std::atoll(arguments[1]) : 10'000;
    const std::string python = count > 2 ? arguments[2] : "/usr/bin/python3";
    const Rows points = randomRows(samples, kWidth, 1, 1);
    const LinearField field(
        {randomRows(kClasses, kWidth, 2, 1 / std::sqrt(kWidth)), Eigen::VectorXd::Zero(kClasses)});
    const auto& head = *field.linearHead();
    WorkerTeam team(1);
    const auto loop = runLoop(python, points, head);

    SearchOptions options;  // v1
    SearchOutput output;
    const double span =
        timed([&] { output = searchFlips(field, points, {}, nullptr, options, team, {}).value(); });
    options.useSpan = false;
    SearchOutput whole;
    const double dense =
        timed([&] { whole = searchFlips(field, points, {}, nullptr, options, team, {}).value(); });
    std::vector<ClosedFormFlip> flips(static_cast<std::size_t>(samples));
    const double closed = timed([&] {
        const HeadGeometry geometry(head);
        const Rows logits = head.logits(points);
        for (std::int64_t i = 0; i < samples; ++i) {
            const double* row = logits.row(i).data();
            const auto c = largestLogit(row, kClasses), t = largestOther(row, kClasses, c);
            flips[static_cast<std::size_t>(i)] = closedFormFlip(geometry, row, c, t, options.step,
                                                                options.radius, options.steps, options.rule);
        }
    });
    const Rows references = randomRows(kReferences, kWidth, 3, 1);
    std::vector<std::int32_t> names(kReferences), targets;
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = static_cast<std::int32_t>(i % kClasses);
    for (const auto& row : output.rows) targets.push_back(row.target);
    const NeighbourPool pool(references, names, kClasses);
    const double support = timed([&] {
        const auto found = nearestNeighbours(pool, output.ends, targets, 20, {}, team, {});
        if (!found.isOk()) std::abort();
    });

    std::int64_t flipped = 0, steps = 0, early = 0, earlySteps = 0, wrong = 0;
    for (std::size_t i = 0; i < output.rows.size(); ++i) {
        const auto& row = output.rows[i];
        flipped += row.flipped, steps += row.steps;
        if (i < kLoop) early += row.flipped, earlySteps += row.steps;
        wrong += row.flipped != flips[i].flipped || row.steps != flips[i].steps ||
                 row.steps != whole.rows[i].steps || row.flipped != whole.rows[i].flipped;
    }
    std::printf("%ld points, %ld flips, %ld steps, %ld differences between the three ways\n", samples,
                flipped, steps, wrong);
    std::printf(
        "in the span   %8.3f s\nwhole points  %8.3f s\nclosed form   %8.3f s\n20 nearest of %ld references  "
        "%.3f s\n",
        span, dense, closed, kReferences, support);
    if (loop.seconds == 0) return std::printf("the PyTorch loop did not run\n"), wrong == 0 ? 0 : 1;
    const double scale = static_cast<double>(samples) / static_cast<double>(std::min(kLoop, samples));
    std::printf(
        "PyTorch loop  %8.3f s for %ld points (%ld flips, %ld steps; here %ld, %ld), so %.0f s for all\n",
        loop.seconds, std::min(kLoop, samples), loop.flips, loop.steps, early, earlySteps,
        loop.seconds * scale);
    std::printf("times faster: span %.0f, whole points %.0f, closed form %.0f\n", loop.seconds * scale / span,
                loop.seconds * scale / dense, loop.seconds * scale / closed);
    return wrong == 0 ? 0 : 1;
}
