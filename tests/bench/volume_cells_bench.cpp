// SPDX-License-Identifier: GPL-3.0-or-later
// Exact cells in a box: random nets over three inputs (the yardstick of edge subdivision), and the bundled
// network through four digits. One thread; medians.
//   volume_cells_bench [RUNS]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/geometry/volume_cells.h"
#include "core/geometry/volume_chain.h"
#include "core/model/layer_graph_torch.h"
#include "core/model/model.h"
#include "core/model/volume_network_torch.h"
#include "core/probes/volume_place.h"
#include "core/probes/volume_probe.h"

namespace {

using namespace tessera;

double load() {
    double average[1] = {0};
    return getloadavg(average, 1) == 1 ? average[0] : -1;
}

// He-initialised weights, small biases, ReLU.
VolumeChain randomChain(int width, int depth, unsigned seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    std::vector<AffineChain::Stage> stages;
    std::vector<Site> sites;
    int in = 3;
    for (int l = 0; l <= depth; ++l) {
        const int out = l < depth ? width : 1;
        AffineChain::Stage stage{AffineChain::Matrix(out, in), Eigen::VectorXd(out)};
        for (int i = 0; i < out; ++i) {
            for (int j = 0; j < in; ++j) stage.weights(i, j) = normal(random) * std::sqrt(2.0 / in);
            stage.bias[i] = 0.3 * normal(random);
        }
        stages.push_back(std::move(stage));
        if (l < depth) {
            Site site;
            site.name = "relu" + std::to_string(l);
            site.units = site.inputs = out;
            site.function = PiecewiseLinear::relu();
            sites.push_back(std::move(site));
        }
        in = out;
    }
    return {std::move(stages), std::move(sites)};
}

void measure(const std::string& name, int runs, const VolumeNetwork& network, const Eigen::Vector3d& low,
             const Eigen::Vector3d& high, bool slopes) {
    VolumeCellOptions options;
    options.slopes = slopes;
    std::vector<double> ms;
    for (int run = 0; run < runs; ++run) {
        NoProgress progress;
        const auto begin = std::chrono::steady_clock::now();
        const auto result = cellsOfVolume(network, low, high, options, {}, progress);
        ms.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
        if (!result.isOk()) std::exit((std::fprintf(stderr, "%s\n", result.error().message.c_str()), 1));
        if (run > 0) continue;
        const auto& map = result.value();
        std::printf(
            "%-28s %8zu vertices %8lld edges %8lld cells, %3.0f bytes a cell, V-E+F-C %lld, error %.1e, %lld "
            "of %lld "
            "patterns differ\n",
            name.c_str(), map.vertices.size(), static_cast<long long>(map.edges),
            static_cast<long long>(map.cellCount()), double(map.bytes()) / double(map.cellCount()),
            static_cast<long long>(map.checks.euler), map.checks.maxInterpolationError,
            static_cast<long long>(map.checks.patternMismatches),
            static_cast<long long>(map.checks.cellsChecked));
    }
    std::sort(ms.begin(), ms.end());
    std::printf("%-28s %8.1f ms%s, load %.1f\n", "", ms[ms.size() / 2], slopes ? " with slopes" : "", load());
}

}  // namespace

int main(int count, char** arguments) {
    const int runs = count > 1 ? std::atoi(arguments[1]) : 9;
    setComputeThreads(1);
    const Eigen::Vector3d wide = Eigen::Vector3d::Constant(10);
    for (const bool slopes : {false, true}) {
        measure("3-16-16-16-1", runs, randomChain(16, 3, 37), -wide, wide, slopes);
        measure("3-32-32-32-1", runs, randomChain(32, 3, 1), -wide, wide, slopes);
    }
    const std::string folder = TESSERA_SAMPLES "/";
    ProbeInputs inputs;
    inputs.model = loadModel(folder + "mnist_mlp.pt").value();
    inputs.dataset = openDataset(folder + "mnist-images-idx3-ubyte.gz").value();
    inputs.normalisation = {{0.1307}, {0.3081}};
    inputs.samples = {2, 10, 8, 4};
    const auto parameters = completeParameters(VolumeProbe().description().parameters, {}).value();
    const auto volume = placeVolume(inputs, parameters, {}).value().volume;
    const auto network = networkOnVolume(inputs.model->sharedGraph(), volume);
    measure("mnist_mlp, four digits", std::min(runs, 3), *network, volume.low, volume.high, true);
}
