// SPDX-License-Identifier: GPL-3.0-or-later
// What a person waits for after choosing three of the bundled digits, with the model open: the first class
// map, the finished one, and the exact regions. The margin around the digits is chosen so that the window
// holds about the wanted number of regions.
//   slice_bench [REGIONS] [THREADS] [MODEL]   defaults: 20000, 1, mnist_mlp.pt
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/geometry/slice_plane.h"
#include "core/model/model.h"
#include "core/probes/class_map.h"
#include "core/probes/linear_regions.h"

namespace {

using namespace tessera;
using Clock = std::chrono::steady_clock;

constexpr int kRuns = 15;
constexpr std::int64_t kAnchors[3] = {2, 10, 8};  // as in resources/samples/samples.json

double millisecondsSince(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void print(const char* what, std::vector<double> times) {
    const double first = times.front();  // nothing warm yet
    std::sort(times.begin(), times.end());
    std::printf("  %-22s first %7.1f  median %7.1f  slowest %7.1f ms\n", what, first, times[times.size() / 2],
                times.back());
}

Result<std::vector<Eigen::VectorXd>> digits(const Shape& inputShape) {
    const auto data = openDataset(TESSERA_SAMPLES "/mnist-images-idx3-ubyte.gz");
    if (!data.isOk()) return data.error();
    const Dataset& set = *data.value();
    const auto size = static_cast<std::size_t>(elementCount(inputShape));
    std::vector<float> values(3 * size);
    if (auto read = set.read(kAnchors, values.data()); !read.isOk()) return read.error();
    normalise({{0.1307}, {0.3081}}, set.sampleShape(), 3, values.data());
    std::vector<Eigen::VectorXd> anchors;
    for (std::size_t i = 0; i < 3; ++i)
        anchors.emplace_back(
            Eigen::Map<const Eigen::VectorXf>(values.data() + i * size, size).cast<double>());
    return anchors;
}

// Widens the window until it holds as many regions as wanted.
SlicePlane planeWith(std::int64_t regions, const Model& model, const std::vector<Eigen::VectorXd>& anchors,
                     const LinearRegions::Options& options) {
    NoProgress progress;
    double low = 0, high = 0.35;
    const auto planeAt = [&](double margin) {
        return planeThroughSamples(model.info().inputShape, anchors, margin).value();
    };
    const auto count = [&](double margin) {
        const auto found = LinearRegions::run(model, planeAt(margin), options, {}, progress);
        return found.value().arrangement->faceCount();
    };
    while (count(high) < regions && high < 1000) low = high, high *= 2;
    for (int step = 0; step < 8; ++step) {
        const double middle = (low + high) / 2;
        (count(middle) < regions ? low : high) = middle;
    }
    std::printf("margin %.3g of the digits' extent\n", high);
    return planeAt(high);
}

}  // namespace

int main(int count, char** arguments) {
    const std::int64_t wanted = count > 1 ? std::atoll(arguments[1]) : 20'000;
    const int threads = count > 2 ? std::atoi(arguments[2]) : 1;
    const std::string name = count > 3 ? arguments[3] : "mnist_mlp.pt";
    setComputeThreads(threads);
    const auto model = loadModel(std::string(TESSERA_SAMPLES "/") + name, {});
    if (!model.isOk()) return std::fprintf(stderr, "%s\n", model.error().message.c_str()), 1;
    const auto anchors = digits(model.value()->info().inputShape);
    if (!anchors.isOk()) return std::fprintf(stderr, "%s\n", anchors.error().message.c_str()), 1;
    LinearRegions::Options options;
    options.threads = threads;
    const SlicePlane plane = planeWith(wanted, *model.value(), anchors.value(), options);

    NoProgress progress;
    std::vector<double> coarse, fine, exact;
    std::int64_t regions = 0, evaluations = 0;
    for (int run = 0; run < kRuns; ++run) {
        auto start = Clock::now();
        double firstPicture = 0;
        const auto map = ClassMap::run(*model.value(), plane, {}, {}, progress, [&](const auto&) {
            if (firstPicture == 0) firstPicture = millisecondsSince(start);
        });
        fine.push_back(millisecondsSince(start));
        coarse.push_back(firstPicture);
        evaluations = map.value().field->evaluations;
        start = Clock::now();
        const auto found = LinearRegions::run(*model.value(), plane, options, {}, progress);
        exact.push_back(millisecondsSince(start));
        regions = found.value().arrangement->faceCount();
    }
    double load = 0;
    getloadavg(&load, 1);
    std::printf("%s, %d threads, %lld regions, class map of %lld evaluations, %d runs, load %.1f\n",
                name.c_str(), threads, static_cast<long long>(regions), static_cast<long long>(evaluations),
                kRuns, load);
    print("first class map", coarse);
    print("class map 256 x 256", fine);
    print("exact regions", exact);
}
