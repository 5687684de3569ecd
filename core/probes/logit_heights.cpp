// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/logit_heights.h"

#include <algorithm>
#include <cmath>

#include "core/model/batch_pace.h"
#include "core/probes/linear_regions.h"
#include "core/probes/logit_heights_record.h"
#include "core/probes/sample_inputs.h"

namespace tessera {
namespace {

constexpr const char* kExact = "exact";
constexpr const char* kSampled = "sampled";
constexpr int kCoarser = 4;  // times, of the grid that is shown first

ProbeDescription describe() {
    ProbeDescription d;
    d.name = kLogitHeightsProbe;
    d.title = "Logits over a plane";
    d.sentence =
        "Each class's logit as a height over the plane through the chosen samples; the uppermost is the "
        "prediction.";
    d.definition =
        "A point of the plane is x = origin + s u + t v. Exact (every layer piecewise linear): on each "
        "linear "
        "region of the plane every logit is affine, so its graph is a flat polygon; the largest of all is "
        "their upper envelope, and where two sheets meet on top is the decision boundary. The margin is the "
        "largest logit less the second, and zero on the boundary. Sampled: logits at the points of a grid, "
        "interpolated on two triangles a cell. A network of one logit z has the logits 0 and z.";
    d.cost =
        "Exact: as the linear regions of the plane, and memory for all logits at each vertex. Sampled: one "
        "pass for each point of the grid.";
    d.source = "Derived here, from the regions of the plane.";
    d.needsData = false;
    d.minimumSamples = 3;
    d.maximumSamples = 3;
    d.minimumInputs = 2;
    const LinearRegions::Options standard;
    d.parameters = {
        {"method",
         "Method",
         "Exact, or sampled on a grid; a model with a layer that is not exact is sampled whatever this says.",
         "",
         std::string(kExact),
         0,
         0,
         {kExact, kSampled}},
        {"margin", "Margin", "Around the samples, as a fraction of their extent.", "", 0.35, 0, 100},
        {"half-width", "Half-width", "Of the window of a network of two inputs, where no samples are chosen.",
         "input units", 1.0, 1e-9, 1e9},
        {"resolution", "Resolution", "Cells of the sampling grid along the window's longer side.", "",
         std::int64_t{128}, 4, 1024},
        {"max-regions", "Region budget", "Stop after this many regions and keep what is there (0: no limit).",
         "", std::int64_t{500'000}, 0, 1e9},
        {"max-seconds", "Time budget", "Stop cutting after this time and keep what is there (0: no limit).",
         "s", 0.0, 0, 1e6},
        {"max-memory", "Memory budget", "Largest size of the working buffers.", "MiB", standard.maxMegabytes,
         16, 1e6},
        {"tolerance", "Tolerance",
         "Distance, relative to the half-width of the window, below which a vertex lies on a line.", "",
         standard.relativeTolerance, 0, 1e-3}};
    return d;
}

struct HeightsPlace {
    SlicePlane plane;
    Rows inputs;  // of the samples, one a row
    std::string sentence;
};

Result<HeightsPlace> placePlane(const ProbeInputs& inputs, const ParameterMap& parameters,
                                const std::stop_token& stop) {
    const auto& info = inputs.model->info();
    const auto values = elementCount(info.inputShape);
    HeightsPlace place;
    if (inputs.samples.empty()) {
        if (values != 2)
            return inputError(info.path.filename().string() + " takes " + std::to_string(values) +
                              " values, so the plane must go through samples: choose three.");
        place.plane = {info.inputShape, Eigen::VectorXd::Zero(2), Eigen::VectorXd::Unit(2, 0),
                       Eigen::VectorXd::Unit(2, 1),
                       squarePolygon(parameterValue<double>(parameters, "half-width"))};
        place.sentence = "The plane is the network's own space of two inputs.";
        return place;
    }
    if (inputs.samples.size() != 3)
        return inputError("A plane goes through three samples; " + std::to_string(inputs.samples.size()) +
                          (inputs.samples.size() == 1 ? " was" : " were") + " chosen.");
    auto rows = readRows(inputs, inputs.samples, stop);
    if (!rows.isOk()) return std::move(rows).propagate<HeightsPlace>();
    place.inputs = std::move(rows).value();
    std::vector<Eigen::VectorXd> anchors;
    for (Eigen::Index i = 0; i < place.inputs.rows(); ++i)
        anchors.emplace_back(place.inputs.row(i).transpose());
    auto plane = planeThroughSamples(info.inputShape, anchors, parameterValue<double>(parameters, "margin"));
    if (!plane.isOk()) return std::move(plane).propagate<HeightsPlace>();
    place.plane = std::move(plane).value();
    place.sentence = "The plane goes through the three chosen samples.";
    return place;
}

Result<std::vector<HeightsSample>> describeSamples(const ProbeInputs& inputs, const HeightsPlace& place) {
    std::vector<HeightsSample> samples;
    const auto outputs = inputs.model->info().outputs;
    const auto count = static_cast<std::int64_t>(place.inputs.rows());
    std::vector<double> logits(static_cast<std::size_t>(count * outputs));
    if (count == 0) return samples;
    auto run = inputs.model->logits(place.inputs.data(), count, logits.data());
    if (!run.isOk()) return std::move(run).propagate<std::vector<HeightsSample>>();
    for (std::int64_t i = 0; i < count; ++i) {
        const auto sample = inputs.samples[static_cast<std::size_t>(i)];
        const Eigen::VectorXd input = place.inputs.row(i).transpose();
        const double* own = logits.data() + i * outputs;
        samples.push_back({sample, inputs.dataset->label(sample), predictedClass(own, outputs),
                           place.plane.pointInSlice(input), place.plane.offPlaneDistance(input),
                           classLogits({own, static_cast<std::size_t>(outputs)})});
    }
    return samples;
}

Result<std::shared_ptr<const LogitGrid>> sampleGrid(const Model& model, const SlicePlane& plane,
                                                    int resolution, const std::stop_token& stop,
                                                    Progress& progress) {
    using Grid = std::shared_ptr<const LogitGrid>;
    auto grid = std::make_shared<LogitGrid>();
    const auto box = boundingBox(plane.window);
    grid->low = box.low, grid->high = box.high;
    const Eigen::Vector2d size = box.high - box.low;
    const auto points = [&](double extent) {
        return std::max(1, static_cast<int>(std::lround(extent / size.maxCoeff() * resolution))) + 1;
    };
    grid->columns = points(size.x()), grid->rows = points(size.y());
    grid->outputs = static_cast<std::int32_t>(model.info().outputs);
    const auto all = std::int64_t{grid->columns} * grid->rows;
    const std::int64_t inputs = plane.origin.size();
    grid->logits.resize(static_cast<std::size_t>(all * grid->outputs));
    BatchPace pace(2 * inputs * static_cast<std::int64_t>(sizeof(double)), model);
    Rows batch;
    std::vector<double> logits;
    for (std::int64_t done = 0; done < all;) {
        if (stop.stop_requested()) return Cancelled{};
        const auto count = std::min(pace.next(), all - done);
        pace.begin();
        batch.resize(count, inputs);
        for (std::int64_t i = 0; i < count; ++i) {
            const auto at = grid->position(static_cast<int>((done + i) % grid->columns),
                                           static_cast<int>((done + i) / grid->columns));
            batch.row(i) = plane.inputFromSlice(at).transpose();
        }
        logits.resize(static_cast<std::size_t>(count * grid->outputs));
        auto run = model.logits(batch.data(), count, logits.data());
        if (!run.isOk()) return std::move(run).propagate<Grid>();
        for (std::size_t i = 0; i < logits.size(); ++i) {
            if (!std::isfinite(logits[i]))
                return inputError(model.info().path.string() +
                                  " gives logits that are not numbers on this plane; check its weights, or "
                                  "choose a plane nearer to the data.");
            grid->logits[static_cast<std::size_t>(done * grid->outputs) + i] = static_cast<float>(logits[i]);
        }
        pace.end(count);
        done += count;
        progress.reportShare(static_cast<double>(done) / static_cast<double>(all), "sampling the logits");
    }
    return Grid(std::move(grid));
}

Result<LinearRegions::Output> exactRegions(const ProbeInputs& inputs, const SlicePlane& plane,
                                           const ParameterMap& parameters, std::stop_token stop,
                                           Progress& progress) {
    LinearRegions::Options options;
    options.maxRegions = parameterValue<std::int64_t>(parameters, "max-regions");
    options.maxSeconds = parameterValue<double>(parameters, "max-seconds");
    options.maxMegabytes = parameterValue<std::int64_t>(parameters, "max-memory");
    options.relativeTolerance = parameterValue<double>(parameters, "tolerance");
    options.threads = inputs.threads;
    return LinearRegions::run(*inputs.model, plane, options, std::move(stop), progress);
}

ResultRecord recordOf(const LogitHeightsResult& result, const Provenance& provenance,
                      const std::string& place) {
    auto record = logitHeightsRecord(result, result.mesh(), provenance);
    record.notes.push_back(place);
    if (result.outputs == 1)
        record.notes.push_back(
            "The network has one logit; it is drawn as that of class 1, and class 0 is at zero.");
    return record;
}

}  // namespace

const ProbeDescription& LogitHeights::description() const {
    static const ProbeDescription description = describe();
    return description;
}

Result<ResultRecord> LogitHeights::run(const ProbeInputs& inputs, const ParameterMap& parameters,
                                       std::stop_token stop, Progress& progress) const {
    auto placed = placePlane(inputs, parameters, stop);
    if (!placed.isOk()) return std::move(placed).propagate<ResultRecord>();
    const auto& place = placed.value();
    const auto* inexact = inputs.model->firstInexact();
    LogitHeightsResult result;
    result.plane = place.plane;
    result.outputs = static_cast<std::int32_t>(inputs.model->info().outputs);
    if (stop.stop_requested()) return Cancelled{};
    auto samples = describeSamples(inputs, place);
    if (!samples.isOk()) return std::move(samples).propagate<ResultRecord>();
    result.samples = std::move(samples).value();
    Provenance provenance;
    if (inexact == nullptr && parameterValue<std::string>(parameters, "method") == kExact) {
        progress.reportShare(0, "cutting the plane");  // small planes are done before they say anything
        auto regions = exactRegions(inputs, place.plane, parameters, stop, progress);
        if (!regions.isOk()) return std::move(regions).propagate<ResultRecord>();
        result.exact = regions.value().arrangement;
        auto record = recordOf(result, regions.value().provenance, place.sentence);
        if (const auto coverage = result.exact->coverageNote(); !coverage.empty())
            record.notes.push_back("Stopped early (" + result.exact->stopReason + "): " + coverage + ".");
        return record;
    }
    provenance.dtype = "float64";
    const auto resolution = static_cast<int>(parameterValue<std::int64_t>(parameters, "resolution"));
    const int coarse = inputs.onPartial ? resolution / kCoarser : 0;
    for (const int cells : {coarse, resolution}) {
        if (cells < 2) continue;
        auto grid = sampleGrid(*inputs.model, place.plane, cells, stop, progress);
        if (!grid.isOk()) return std::move(grid).propagate<ResultRecord>();
        result.sampled = grid.value();
        result.evaluations += std::int64_t{result.sampled->columns} * result.sampled->rows;
        if (cells == resolution) break;
        provenance.complete = false, provenance.note = "still running";
        inputs.onPartial(std::make_shared<ResultRecord>(recordOf(result, provenance, place.sentence)));
    }
    provenance.samples = result.evaluations;
    provenance.complete = true, provenance.note.clear();
    auto record = recordOf(result, provenance, place.sentence);
    record.notes.push_back("Sampled: between the points of the grid the logits are interpolated.");
    if (inexact != nullptr)
        record.notes.push_back("Layer " + inexact->name + " (" + inexact->kind + ") is " +
                               markText(inexact->mark) + ": " + inexact->why +
                               "; the logits are sampled, and there are no exact faces.");
    return record;
}

}  // namespace tessera
