// SPDX-License-Identifier: GPL-3.0-or-later
// What a person waits for after choosing four of the bundled digits, with the model open: the first surface
// of the decision boundary in their volume, and each finer one.
//   volume_sampling_bench [RESOLUTION] [THREADS] [MODEL]   defaults: 128, 1, mnist_mlp.pt
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/model/model.h"
#include "core/probes/volume_sampler.h"

namespace {

using namespace tessera;
using Clock = std::chrono::steady_clock;

constexpr int kRuns = 7;
constexpr std::int64_t kAnchors[4] = {2, 10, 8, 4};

double millisecondsSince(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double medianOf(std::vector<double> times) {
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

Result<SliceVolume> volumeOfDigits(const Shape& inputShape) {
    const auto data = openDataset(TESSERA_SAMPLES "/mnist-images-idx3-ubyte.gz");
    if (!data.isOk()) return data.error();
    const Dataset& set = *data.value();
    const auto size = elementCount(inputShape);
    std::vector<float> values(4 * static_cast<std::size_t>(size));
    if (auto read = set.read(kAnchors, values.data()); !read.isOk()) return read.error();
    normalise({{0.1307}, {0.3081}}, set.sampleShape(), 4, values.data());
    std::vector<Eigen::VectorXd> anchors;
    for (std::int64_t i = 0; i < 4; ++i)
        anchors.emplace_back(
            Eigen::Map<const Eigen::VectorXf>(values.data() + i * size, size).cast<double>());
    return volumeThroughSamples(inputShape, anchors);
}

}  // namespace

int main(int count, char** arguments) {
    VolumeSampling::Options options;
    if (count > 1) options.resolution = std::atoi(arguments[1]);
    const int threads = count > 2 ? std::atoi(arguments[2]) : 1;
    const std::string name = count > 3 ? arguments[3] : "mnist_mlp.pt";
    setComputeThreads(threads);
    const auto model = loadModel(std::string(TESSERA_SAMPLES "/") + name, {});
    if (!model.isOk()) return std::fprintf(stderr, "%s\n", model.error().message.c_str()), 1;
    const auto volume = volumeOfDigits(model.value()->info().inputShape);
    if (!volume.isOk()) return std::fprintf(stderr, "%s\n", volume.error().message.c_str()), 1;

    NoProgress progress;
    std::map<int, std::vector<double>> levels;  // by cells along the longest side
    std::vector<double> surfaces;               // of the finest level, alone
    std::vector<std::shared_ptr<const SampledVolume>> latest;
    for (int run = 0; run < kRuns; ++run) {
        latest.clear();
        const auto start = Clock::now();
        const auto result = VolumeSampling::run(
            *model.value(), volume.value(), options, {}, progress, [&](const auto& level) {
                levels[level->cellsAlongLongest()].push_back(millisecondsSince(start));
                latest.push_back(level);
            });
        if (!result.isOk()) return std::fprintf(stderr, "the volume was refused\n"), 1;
        const auto& finest = *latest.back();
        const auto again = Clock::now();
        const auto surface = logitSurface<float>(finest.grid, finest.outputs, finest.logits);
        surfaces.push_back(millisecondsSince(again));
        if (!surface.isOk()) return 1;
        if (run + 1 == kRuns) std::printf("%s\n", result.value().provenance.note.c_str());
    }
    double load = 0;
    getloadavg(&load, 1);
    std::printf("%s, %d threads, %d runs, load %.1f\n", name.c_str(), threads, kRuns, load);
    for (const auto& level : latest) {
        const auto& times = levels[level->cellsAlongLongest()];
        const auto& mesh = *level->surface;
        std::printf(
            "  %4d cells: first %7.1f  median %7.1f ms after the start; %8lld evaluations of %8lld points, "
            "%7lld faces, area %.5g, %5.1f MB of samples, %5.1f MB of surface\n",
            level->cellsAlongLongest(), times.front(), medianOf(times),
            static_cast<long long>(level->evaluations), static_cast<long long>(level->grid.points()),
            static_cast<long long>(mesh.faceCount()), mesh.area(), static_cast<double>(level->bytes()) / 1e6,
            static_cast<double>(mesh.bytes()) / 1e6);
    }
    std::printf("  surface of the finest level alone: median %.1f ms\n", medianOf(surfaces));
}
