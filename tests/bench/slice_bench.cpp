// SPDX-License-Identifier: GPL-3.0-or-later
// What a person waits for after choosing three of the bundled digits, with the model open: the first class
// map, the finished one, and the exact regions, each with its picture of 1200 x 900 pixels. The margin around
// the digits is chosen so that the window holds about the wanted number of regions; the whole plane holds
// 15,900.
//   slice_bench [REGIONS] [THREADS] [MODEL]   defaults: 15000, 1, mnist_mlp.pt
#include <QGuiApplication>
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
#include "widgets/scenes/figure.h"
#include "widgets/scenes/slice_raster.h"

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

void draw(const SliceScene& scene) {
    const QSize size(1200, 900);
    const SliceMap map = SliceMap::onto(QRectF(QPointF(0, 0), size), scene.low, scene.high);
    SliceStyle style;
    style.pixelsPerPoint = 96 / 72.0;
    if (rasterSlice(scene, style, size, map, {}, {}).isNull()) std::abort();
}

}  // namespace

int main(int count, char** arguments) {
    const std::int64_t wanted = count > 1 ? std::atoll(arguments[1]) : 15'000;
    const int threads = count > 2 ? std::atoi(arguments[2]) : 1;
    const std::string name = count > 3 ? arguments[3] : "mnist_mlp.pt";
    const auto application = offscreenApplication();
    setComputeThreads(threads);
    const auto model = loadModel(std::string(TESSERA_SAMPLES "/") + name, {});
    if (!model.isOk()) return std::fprintf(stderr, "%s\n", model.error().message.c_str()), 1;
    const auto anchors = digits(model.value()->info().inputShape);
    if (!anchors.isOk()) return std::fprintf(stderr, "%s\n", anchors.error().message.c_str()), 1;
    LinearRegions::Options options;
    options.threads = threads;
    const SlicePlane plane = planeWith(wanted, *model.value(), anchors.value(), options);

    NoProgress progress;
    std::vector<double> coarse, fine, exact, engine;
    std::int64_t regions = 0, evaluations = 0;
    SliceScene scene;
    scene.low = boundingBox(plane.window).low;
    scene.high = boundingBox(plane.window).high;
    scene.classCount = static_cast<int>(model.value()->info().outputs);
    for (int run = 0; run < kRuns; ++run) {
        scene.arrangement = nullptr;
        auto start = Clock::now();
        const auto map = ClassMap::run(*model.value(), plane, {}, {}, progress, [&](const auto& field) {
            if (coarse.size() > fine.size()) return;
            scene.field = field;
            draw(scene);
            coarse.push_back(millisecondsSince(start));
        });
        scene.field = map.value().field;
        draw(scene);
        fine.push_back(millisecondsSince(start));
        evaluations = scene.field->evaluations;
        start = Clock::now();
        const auto found = LinearRegions::run(*model.value(), plane, options, {}, progress);
        engine.push_back(millisecondsSince(start));
        scene.arrangement = std::make_shared<PreparedArrangement>(found.value().arrangement);
        draw(scene);
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
    print("exact regions, drawn", exact);
    print("exact regions alone", engine);
}
