// SPDX-License-Identifier: GPL-3.0-or-later
// Crossings a second of the probe "path-regions" on the bundled digits, with the engine's own self-check.
//   path_bench [SAMPLES] [THREADS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/model/model.h"
#include "core/probes/path_regions.h"

int main(int count, char** arguments) {
    using namespace tessera;
    const int samples = count > 1 ? std::atoi(arguments[1]) : 100,
              threads = count > 2 ? std::atoi(arguments[2]) : 1;
    const std::string folder = TESSERA_SAMPLES "/";
    const auto data = openDataset(folder + "mnist-images-idx3-ubyte.gz");
    if (!data.isOk()) return std::fprintf(stderr, "%s\n", data.error().message.c_str()), 1;
    setComputeThreads(threads);
    for (const char* name : {"mnist_mlp.pt", "mnist_cnn.pt"}) {
        const auto model = loadModel(folder + name);
        if (!model.isOk()) return std::fprintf(stderr, "%s\n", model.error().message.c_str()), 1;
        ProbeInputs inputs;
        inputs.model = model.value(), inputs.dataset = data.value(), inputs.threads = threads;
        inputs.normalisation = {{0.1307}, {0.3081}};
        inputs.samples.resize(
            static_cast<std::size_t>(std::min<std::int64_t>(samples, data.value()->size())));
        std::iota(inputs.samples.begin(), inputs.samples.end(), std::int64_t{0});
        std::vector<double> seconds;
        double crossings = 0;
        for (int run = 0; run < 5; ++run) {
            NoProgress progress;
            const auto begin = std::chrono::steady_clock::now();
            const auto result = runProbe(PathRegionsProbe(), inputs, {}, {}, progress);
            seconds.push_back(
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
            if (!result.isOk()) return 1;
            if (run > 0) continue;
            const auto& record = *result.value();
            const auto value = [&](const char* metric) { return record.metric(metric)->value; };
            std::printf(
                "%s: %.0f segments, %.0f crossings, %.0f pieces, deviation %.4g, error %.1e, %.1f MB\n", name,
                value("segments"), value("crossings"), value("pieces"), value("absolute_deviation_mean"),
                value("max_interpolation_error"), static_cast<double>(record.bytes()) / 1e6);
            for (const auto& note : record.notes) std::printf("  %s\n", note.c_str());
            crossings = value("crossings");
        }
        std::sort(seconds.begin(), seconds.end());
        std::printf("  median of 5 runs %.0f ms, %d threads: %.0f crossings a second\n", seconds[2] * 1e3,
                    threads, crossings / seconds[2]);
    }
}
