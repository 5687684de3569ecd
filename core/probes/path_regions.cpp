// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/path_regions.h"

#include <algorithm>
#include <optional>

#include "core/geometry/exact_line.h"
#include "core/model/layer_graph_torch.h"
#include "core/model/slice_network_torch.h"
#include "core/probes/path_regions_record.h"

namespace tessera {
namespace {

constexpr std::int64_t kReadTogether = 256;

ProbeDescription describe() {
    ProbeDescription d;
    d.name = "path-regions";
    d.title = "Regions along a path";
    d.sentence =
        "Where the network bends on the straight lines that join the chosen samples, and how far from affine "
        "it is there.";
    d.definition =
        "A segment is x(t) = x0 + t (x1 - x0), 0 <= t <= 1. A crossing is a t at which a unit goes over a "
        "knot "
        "of its activation or the winner of a max-pool window changes; between crossings the network is "
        "affine "
        "(a region). Crossings at the same t, within the tolerance, count once. Density is the number of "
        "crossings. The absolute deviation of logit k is |x1 - x0| times the integral of |f_k(x(t)) - "
        "g_k(t)| "
        "over t, with g_k the affine interpolation of the logit's values at the two samples; the total "
        "variation is the sum of |f_k(x(t_j)) - f_k(x(t_j-1))| over the regions. Linear pieces are regions "
        "after merging neighbours whose slopes agree to 1e-9. Crossings are found layer by layer: every "
        "layer's inputs are affine between the points known so far, so the signs at those points decide "
        "which "
        "units bend in between.";
    d.cost =
        "About three passes of the network for each region, in float64; memory for the breakpoints' logits. "
        "Thousands of regions take seconds.";
    d.source =
        "Gamba, Chmielewski-Anders, Sullivan, Azizpour, Bjorkman: Are All Linear Regions Created Equal? "
        "AISTATS 2022. The layer-by-layer search, crossings per length, slope changes and the mean and L2 "
        "over "
        "logits are derived here.";
    d.needsExact = true;
    d.minimumSamples = 2;
    d.orderMatters = true;
    d.parameters = {
        {"closed", "Closed path", "Join the last sample to the first as well.", "", false},
        {"max-crossings", "Crossing budget",
         "Stop after this many crossings and keep the start of the path (0: no limit).", "",
         std::int64_t{1'000'000}, 0, 1e9},
        {"tolerance", "Tolerance",
         "Crossings closer than this, as a fraction of the segment, are one; 1e-6 for parity with stepping "
         "codes.",
         "", 1e-12, 1e-15, 1e-3},
        {"released-formula", "Released deviation formula",
         "Integrate |d0| + t |L| in place of |d0 - t L|, as the code released with the paper does: an upper "
         "bound, for comparison with its numbers only.",
         "", false},
    };
    return d;
}

std::string sampleText(const Dataset& data, std::int64_t sample) {
    return "#" + std::to_string(sample) + " (" + data.sampleName(sample) + ")";
}

struct Anchors {
    SamplePath path;
    std::shared_ptr<std::vector<Eigen::VectorXd>> inputs;  // as the network takes them
};

Result<Anchors> readAnchors(const ProbeInputs& inputs, bool closed, const std::stop_token& stop) {
    const Dataset& data = *inputs.dataset;
    const auto width = elementCount(data.sampleShape());
    std::vector<std::int64_t> chosen = inputs.samples;
    if (closed) chosen.push_back(chosen.front());
    Anchors anchors;
    anchors.inputs = std::make_shared<std::vector<Eigen::VectorXd>>();
    std::vector<float> raw, normalised;
    for (std::size_t first = 0; first < chosen.size(); first += kReadTogether) {
        if (stop.stop_requested()) return Cancelled{};
        const auto count = std::min<std::size_t>(kReadTogether, chosen.size() - first);
        raw.resize(count * static_cast<std::size_t>(width));
        auto read = data.read(std::span(chosen).subspan(first, count), raw.data());
        if (!read.isOk()) return std::move(read).propagate<Anchors>();
        normalised = raw;
        normalise(inputs.normalisation, data.sampleShape(), static_cast<std::int64_t>(count),
                  normalised.data());
        for (std::size_t i = 0; i < count; ++i) {
            const auto sample = chosen[first + i];
            const Eigen::VectorXd input = Eigen::Map<const Eigen::VectorXf>(
                                              normalised.data() + static_cast<std::int64_t>(i) * width, width)
                                              .cast<double>();
            if (!input.allFinite())
                return inputError("Sample " + sampleText(data, sample) + " of " + data.path().string() +
                                  " holds values that are not finite; leave it out of the path.");
            auto& path = anchors.path;
            if (!anchors.inputs->empty()) {
                const double length = (input - anchors.inputs->back()).norm();
                if (length == 0) {
                    path.notes.push_back("Samples " + sampleText(data, path.samples.back()) + " and " +
                                         sampleText(data, sample) +
                                         " are the same input; the segment between them was skipped.");
                    continue;
                }
                path.lengths.push_back(length);
            }
            path.samples.push_back(sample);
            path.values.insert(path.values.end(), raw.begin() + static_cast<std::int64_t>(i) * width,
                               raw.begin() + static_cast<std::int64_t>(i + 1) * width);
            anchors.inputs->push_back(input);
        }
    }
    if (anchors.path.lengths.empty())
        return inputError(
            "All chosen samples are the same input, so there is no path; choose samples that differ.");
    return anchors;
}

}  // namespace

const ProbeDescription& PathRegionsProbe::description() const {
    static const ProbeDescription description = describe();
    return description;
}

Result<ResultRecord> PathRegionsProbe::run(const ProbeInputs& inputs, const ParameterMap& parameters,
                                           std::stop_token stop, Progress& progress) const {
    auto anchors = readAnchors(inputs, parameterValue<bool>(parameters, "closed"), stop);
    if (!anchors.isOk()) return std::move(anchors).propagate<ResultRecord>();
    const SamplePath& path = anchors.value().path;
    const auto segmentCount = path.lengths.size();
    std::vector<std::pair<std::int32_t, std::int32_t>> joins;
    std::vector<LineSegment> segments;
    for (std::size_t i = 0; i < segmentCount; ++i) {
        const auto index = static_cast<std::int32_t>(i);
        joins.emplace_back(index, index + 1);
        segments.push_back({{0, index}, {1, index}});
    }
    const auto network =
        siteNetworkOnSegments(inputs.model->sharedGraph(), anchors.value().inputs, std::move(joins));
    LineOptions options;
    options.tolerance = parameterValue<double>(parameters, "tolerance");
    options.maxCrossings = parameterValue<std::int64_t>(parameters, "max-crossings");
    options.threads = inputs.threads;
    auto lines = exactLineRegions(*network, segments, options, stop, progress);
    if (!lines.isOk()) return std::move(lines).propagate<ResultRecord>();
    const auto rule =
        parameterValue<bool>(parameters, "released-formula") ? DeviationRule::Released : DeviationRule::Exact;
    return pathRecord(path, lines.value(), network->sites(), *inputs.dataset, rule);
}

}  // namespace tessera
