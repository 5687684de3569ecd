// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/volume_place.h"

#include <algorithm>

#include "core/numerics/principal_directions.h"
#include "core/probes/sample_inputs.h"

namespace tessera {
namespace {

constexpr std::int64_t kPrincipalSamples = 512;
constexpr const char* kPrincipal = "principal";
constexpr const char* kRandom = "random";

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
         "Out of the plane of three samples: the largest principal component of the data outside it, or "
         "random; "
         "four samples need none.",
         "",
         std::string(kPrincipal),
         0,
         0,
         {kPrincipal, kRandom}},
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
    auto volume = [&]() -> Result<SliceVolume> {
        if (count == 4) return volumeThroughSamples(shape, anchors, margin);
        auto plane = planeThroughSamples(shape, anchors, margin);
        if (!plane.isOk()) return std::move(plane).propagate<SliceVolume>();
        if (parameterValue<std::string>(parameters, "third-direction") == kRandom)
            return volumeOverPlane(plane.value(), randomDirection(elementCount(shape), inputs.seed));
        auto direction = principalDirection(inputs, plane.value(), stop);
        if (!direction.isOk()) return std::move(direction).propagate<SliceVolume>();
        return volumeOverPlane(plane.value(), direction.value());
    }();
    if (!volume.isOk()) return std::move(volume).propagate<VolumePlace>();
    place.volume = std::move(volume).value();
    place.sentence = count == 4
                         ? "The volume goes through the four chosen samples."
                         : "The volume goes through the three chosen samples and along " +
                               (parameterValue<std::string>(parameters, "third-direction") == kRandom
                                    ? std::string("a random direction.")
                                    : "the largest principal component of the data outside their plane.");
    return place;
}

}  // namespace tessera
