// SPDX-License-Identifier: GPL-3.0-or-later
// Exact arrangements of the yardstick chains: time (output forms, boundary, assembly and checks included,
// file loading not), regions a second and bytes a region, on one and two threads.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "core/geometry/depth_first.h"
#include "tests/core/geometry/yardstick_chains.h"

namespace {

void regions(benchmark::State& state, const char* name) {
    const auto [chain, window] =
        tessera::yardstickChain(std::string(TESSERA_TEST_DATA "/regions/") + name + ".bin");
    tessera::ArrangementOptions options;
    options.threads = static_cast<int>(state.range(0));
    tessera::NoProgress progress;
    std::int64_t faces = 0;
    std::size_t bytes = 0;
    for (auto _ : state) {
        auto result = tessera::arrangementDepthFirst(chain, window, options, {}, progress);
        faces = result.value().faceCount();
        state.PauseTiming();  // measuring and freeing
        bytes = result.value().bytes();
        result = tessera::Cancelled{};
        state.ResumeTiming();
    }
    state.counters["regions"] = static_cast<double>(faces);
    state.counters["regions/s"] = benchmark::Counter(
        static_cast<double>(faces) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
    state.counters["bytes/region"] = static_cast<double>(bytes) / static_cast<double>(faces);
    double load = 0;
    if (getloadavg(&load, 1) == 1) state.counters["load"] = load;
}

}  // namespace

BENCHMARK_CAPTURE(regions, a_2x64x64x64x1, "a_mlp2_64x3")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(regions, c1_784x256x256x10, "c1_mlp784_256x2_hw1")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(regions, b_2x256x256x256x1, "b_mlp2_256x3")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_MAIN();
