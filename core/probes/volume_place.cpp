// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/volume_place.h"

#include <algorithm>

#include "core/numerics/principal_directions.h"
#include "core/probes/counterfactual_settings.h"
#include "core/probes/sample_inputs.h"
#include "core/probes/volume_paths.h"

namespace tessera {
namespace {

constexpr std::int64_t kPrincipalSamples = 512;
constexpr const char* kPrincipal = "principal";
constexpr const char* kRandom = "random";
constexpr const char* kPath = "path";
constexpr const char* kAttribution = "attribution";

// Along which the data vary most, once their variation within the plane is taken away.
Result<Eigen::VectorXd> principalDirection(const ProbeInputs& inputs, const SlicePlane& plane,
                                           const std::stop_token& stop) {
    const std::int64_t size = inputs.dataset->size(), count = std::min(size, kPrincipalSamples);
    std::vector<std::int64_t> spread(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) spread[static_cast<std::size_t>(i)] = i * size / count;
    auto read = readRows(inputs, spread, stop);
    if (!read.isOk()) return std::move(read).propagate<Eigen::VectorXd>();
    Eigen::MatrixXd data = read.value().transpose();
    const Eigen::VectorXd u = plane.u.normalized(), v = (plane.v - plane.v.dot(u) * u).normalized();
    for (const auto& axis : {u, v}) data -= axis * (axis.transpose() * data).eval();
    const Eigen::MatrixXd axes = principalDirections(data, 1).axes;
    if (axes.cols() == 0)
        return inputError(
            "All samples lie in the plane through the chosen ones, so no third direction is left.");
    return Eigen::VectorXd(axes.col(0));
}

// To the end of the first sample's search in the whole input space: the very one that volumePaths() makes.
Result<Eigen::VectorXd> pathDirection(const ProbeInputs& inputs, const ParameterMap& parameters,
                                      const Rows& starts, const std::stop_token& stop, bool& flipped) {
    auto field = logitFieldOf(*inputs.model, 1);
    if (!field.isOk()) return std::move(field).propagate<Eigen::VectorXd>();
    WorkerTeam team(inputs.threads);
    const PathSettings settings = pathSettings(parameters);
    double radius = settings.radius;
    if (!(radius > 0)) {
        auto standard = standardRadius(*field.value(), starts, team, stop);
        if (!standard.isOk()) return std::move(standard).propagate<Eigen::VectorXd>();
        radius = standard.value();
    }
    if (!(radius > 0)) return Eigen::VectorXd(Eigen::VectorXd::Zero(starts.cols()));
    const Rows first = starts.topRows(1);
    auto found = searchPaths(*field.value(), first, settings, radius, inputRange(inputs), team, stop);
    if (!found.isOk()) return std::move(found).propagate<Eigen::VectorXd>();
    flipped = found.value().rows.front().flipped;
    return Eigen::VectorXd((found.value().ends.row(0) - first.row(0)).transpose());
}

// Of the predicted logit minus the runner-up's, at the first sample.
Result<Eigen::VectorXd> marginGradient(const ProbeInputs& inputs, const Rows& first) {
    auto field = logitFieldOf(*inputs.model, 1);
    if (!field.isOk()) return std::move(field).propagate<Eigen::VectorXd>();
    Rows logits, gradient;
    auto done = field.value()->gradients(
        first,
        [](const Rows& at, Rows& coefficients) {
            Eigen::Index predicted = 0;
            at.row(0).maxCoeff(&predicted);
            coefficients.setZero();
            coefficients(0, predicted) = 1;
            coefficients(0, flipTarget(FlipTarget::RunnerUp, at.row(0).data(), at.cols(),
                                       static_cast<std::int32_t>(predicted))) = -1;
        },
        logits, gradient);
    if (!done.isOk()) return std::move(done).propagate<Eigen::VectorXd>();
    return Eigen::VectorXd(gradient.row(0).transpose());
}

// What the third direction is called in sentences.
std::string directionText(const std::string& third) {
    if (third == kRandom) return "a random direction";
    if (third == kPath) return "the way from the first of them to the end of its counterfactual search";
    if (third == kAttribution) return "the gradient of the first one's margin over its runner-up";
    return "the largest principal component of the data outside their plane";
}

Result<VolumePlace> wholeSpace(const ProbeInputs& inputs, double halfWidth) {
    const auto& info = inputs.model->info();
    if (elementCount(info.inputShape) != 3)
        return inputError(
            info.path.filename().string() + " takes " + std::to_string(elementCount(info.inputShape)) +
            " values, so a volume must go through samples: choose four, or three and a third direction.");
    VolumePlace place;
    place.volume = {info.inputShape,
                    Eigen::VectorXd::Zero(3),
                    Eigen::VectorXd::Unit(3, 0),
                    Eigen::VectorXd::Unit(3, 1),
                    Eigen::VectorXd::Unit(3, 2),
                    Eigen::Vector3d::Constant(-halfWidth),
                    Eigen::Vector3d::Constant(halfWidth)};
    place.sentence = "The volume is the network's own space of three inputs.";
    return place;
}

}  // namespace

std::vector<Parameter> volumePlaceParameters() {
    return {
        {"third-direction",
         "Third direction",
         "Out of the plane of three samples: the largest principal component of the data outside it; the way "
         "to the first sample's counterfactual; the gradient of its margin over the runner-up; or random. "
         "Four samples need none.",
         "",
         std::string(kPrincipal),
         0,
         0,
         {kPrincipal, kPath, kAttribution, kRandom}},
        {"margin", "Margin", "Around the samples, as a fraction of their extent.", "", 0.35, 0, 100},
        {"half-width", "Half-width", "Of the box of a network of three inputs, where no samples are chosen.",
         "input units", 1.0, 1e-9, 1e9},
    };
}

Result<VolumePlace> placeVolume(const ProbeInputs& inputs, const ParameterMap& parameters,
                                const std::stop_token& stop) {
    const double margin = parameterValue<double>(parameters, "margin");
    if (inputs.samples.empty()) return wholeSpace(inputs, parameterValue<double>(parameters, "half-width"));
    const auto count = inputs.samples.size();
    if (count != 3 && count != 4)
        return inputError("A volume goes through four samples, or three and a third direction; " +
                          std::to_string(count) + (count == 1 ? " was" : " were") + " chosen.");
    VolumePlace place;
    place.samples = inputs.samples;
    auto rows = readRows(inputs, inputs.samples, stop);
    if (!rows.isOk()) return std::move(rows).propagate<VolumePlace>();
    place.inputs = std::move(rows).value();
    std::vector<Eigen::VectorXd> anchors;
    for (Eigen::Index i = 0; i < place.inputs.rows(); ++i)
        anchors.emplace_back(place.inputs.row(i).transpose());
    const auto& shape = inputs.model->info().inputShape;
    const auto& third = parameterValue<std::string>(parameters, "third-direction");
    bool flipped = true;
    auto volume = [&]() -> Result<SliceVolume> {
        if (count == 4) return volumeThroughSamples(shape, anchors, margin);
        auto plane = planeThroughSamples(shape, anchors, margin);
        if (!plane.isOk()) return std::move(plane).propagate<SliceVolume>();
        if (third == kRandom)
            return volumeOverPlane(plane.value(), randomDirection(elementCount(shape), inputs.seed));
        const Rows first = place.inputs.topRows(1);
        auto direction = third == kPath ? pathDirection(inputs, parameters, place.inputs, stop, flipped)
                         : third == kAttribution ? marginGradient(inputs, first)
                                                 : principalDirection(inputs, plane.value(), stop);
        if (!direction.isOk()) return std::move(direction).propagate<SliceVolume>();
        auto laid = volumeOverPlane(plane.value(), direction.value());
        if (laid.isOk() || third == kPrincipal) return laid;
        return inputError("The volume cannot go along " + directionText(third) +
                          ": that does not lead out of the plane of the samples; choose principal or "
                          "random as third direction.");
    }();
    if (!volume.isOk()) return std::move(volume).propagate<VolumePlace>();
    place.volume = std::move(volume).value();
    place.sentence = count == 4
                         ? "The volume goes through the four chosen samples."
                         : "The volume goes through the three chosen samples and along " +
                               directionText(third) + (flipped ? "." : "; that search ended without a flip.");
    return place;
}

}  // namespace tessera
