// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/volume_paths.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/probes/counterfactual_settings.h"

namespace tessera {
namespace {

constexpr const char* kNone = "none";
constexpr const char* kWithin = "volume";
constexpr const char* kWhole = "input";
constexpr int kPathPoints = 200;
constexpr double kStepsInRadius = 50;

std::string numberText(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

// Steps differ by the slope of the target's logit: those of one path begin alike.
Result<std::vector<double>> stepScales(const LogitField& field, ConstRows starts, FlipTarget target) {
    Rows logits, gradients;
    auto done = field.gradients(
        starts,
        [&](const Rows& at, Rows& coefficients) {
            coefficients.setZero();
            for (Eigen::Index i = 0; i < at.rows(); ++i) {
                const double* row = at.row(i).data();
                Eigen::Index predicted = 0;
                at.row(i).maxCoeff(&predicted);
                const auto of = static_cast<std::int32_t>(predicted);
                coefficients(i, flipTarget(target, row, at.cols(), of)) = 1;
                // Untargeted steps lower the predicted logit as well.
                if (target == FlipTarget::Untargeted) coefficients(i, predicted) -= 1;
            }
        },
        logits, gradients);
    if (!done.isOk()) return std::move(done).propagate<std::vector<double>>();
    std::vector<double> scales;
    for (Eigen::Index i = 0; i < gradients.rows(); ++i) {
        const double norm = gradients.row(i).norm();
        scales.push_back(norm > 0 && std::isfinite(norm) ? 1 / norm : 1);
    }
    return scales;
}

}  // namespace

VolumeField::VolumeField(const LogitField& field, const SliceVolume& volume)
    : field_(field), origin_(volume.origin.transpose()), axes_(3, volume.origin.size()) {
    axes_ << volume.u.transpose(), volume.v.transpose(), volume.w.transpose();
}

Rows VolumeField::inputs(ConstRows points) const {
    Rows inputs = points * axes_;
    inputs.rowwise() += origin_;
    return inputs;
}

Result<Done> VolumeField::logits(ConstRows points, Rows& logits) const {
    return field_.logits(inputs(points), logits);
}

Result<Done> VolumeField::gradients(ConstRows points, const Choose& choose, Rows& logits,
                                    Rows& gradients) const {
    Rows whole;
    if (auto done = field_.gradients(inputs(points), choose, logits, whole); !done.isOk()) return done;
    gradients = whole * axes_.transpose();
    return Done{};
}

std::vector<Parameter> volumePathParameters() {
    return {
        {"paths",
         "Paths",
         "Counterfactual search from each sample: within the volume, or in the whole input space and "
         "projected onto it.",
         "",
         std::string(kNone),
         0,
         0,
         {kNone, kWithin, kWhole}},
        {"path-target",
         "Path target",
         "Class whose logit the search raises: the runner-up, the least likely, or (untargeted) whichever "
         "is nearest.",
         "",
         std::string("untargeted"),
         0,
         0,
         {"runner-up", "least-likely", "untargeted"}},
        {"path-radius", "Trust radius",
         "Of the search about its start; 0: twice the farthest start's distance to the boundary, to first "
         "order.",
         "input units", 0.0, 0, 1e9},
        {"path-steps", "Path steps", "Of a search at most.", "", std::int64_t{200}, 1, 1e6}};
}

bool searchesPaths(const ParameterMap& parameters) {
    return parameterValue<std::string>(parameters, "paths") != kNone;
}

PathSettings pathSettings(const ParameterMap& parameters) {
    PathSettings settings;
    const auto& target = parameterValue<std::string>(parameters, "path-target");
    settings.target = target == "least-likely" ? FlipTarget::LeastLikely
                      : target == "untargeted" ? FlipTarget::Untargeted
                                               : FlipTarget::RunnerUp;
    settings.radius = parameterValue<double>(parameters, "path-radius");
    settings.steps = static_cast<std::int32_t>(parameterValue<std::int64_t>(parameters, "path-steps"));
    return settings;
}

Result<double> standardRadius(const LogitField& field, ConstRows starts, WorkerTeam& team,
                              std::stop_token stop) {
    auto logits = logitsOf(field, starts, team, stop);
    if (!logits.isOk()) return std::move(logits).propagate<double>();
    auto distances = boundaryDistances(field, starts, logits.value(), team, stop);
    if (!distances.isOk()) return std::move(distances).propagate<double>();
    double farthest = 0;
    for (const auto& distance : distances.value())
        if (std::isfinite(distance.nearest)) farthest = std::max(farthest, distance.nearest);
    return 2 * farthest;
}

std::optional<ValidRange> inputRange(const ProbeInputs& inputs) {
    if (!inputs.dataset || !inputs.dataset->isImage()) return std::nullopt;
    return pixelRange(inputs.normalisation, inputs.dataset->sampleShape());
}

Result<SearchOutput> searchPaths(const LogitField& field, ConstRows starts, const PathSettings& settings,
                                 double radius, const std::optional<ValidRange>& valid, WorkerTeam& team,
                                 std::stop_token stop) {
    auto scales = stepScales(field, starts, settings.target);
    if (!scales.isOk()) return std::move(scales).propagate<SearchOutput>();
    SearchOptions options;
    options.target = settings.target;
    options.rule = FlipRule::Target;
    options.step = radius / kStepsInRadius;
    options.radius = radius;
    options.steps = settings.steps;
    options.valid = valid;
    options.pathPoints = kPathPoints;
    // The path itself is wanted, step by step.
    options.useSpan = false;
    return searchFlips(field, starts, scales.value(), nullptr, options, team, stop);
}

Result<FoundPaths> volumePaths(const ProbeInputs& inputs, const ParameterMap& parameters,
                               const VolumePlace& place, std::stop_token stop) {
    if (!searchesPaths(parameters)) return FoundPaths{};
    const bool isWithin = parameterValue<std::string>(parameters, "paths") == kWithin;
    auto model = logitFieldOf(*inputs.model, 1);
    if (!model.isOk()) return std::move(model).propagate<FoundPaths>();
    const VolumeField within(*model.value(), place.volume);
    const LogitField& field = isWithin ? static_cast<const LogitField&>(within) : *model.value();

    const auto& volume = place.volume;
    const bool hasSamples = !place.samples.empty();
    const Eigen::Vector3d middle = (volume.low + volume.high) / 2;
    const Eigen::Index count = hasSamples ? place.inputs.rows() : 1;
    Rows starts(count, isWithin ? 3 : volume.origin.size());
    for (Eigen::Index i = 0; i < count; ++i) {
        const Eigen::VectorXd input =
            hasSamples ? Eigen::VectorXd(place.inputs.row(i).transpose()) : volume.inputFromVolume(middle);
        if (isWithin)
            starts.row(i) = volume.pointInVolume(input).transpose();
        else
            starts.row(i) = input.transpose();
    }
    const PathSettings settings = pathSettings(parameters);
    WorkerTeam team(inputs.threads);
    double radius = settings.radius;
    if (!(radius > 0)) {
        auto standard = standardRadius(field, starts, team, stop);
        if (!standard.isOk()) return std::move(standard).propagate<FoundPaths>();
        radius = standard.value();
        if (isWithin) radius = std::min(radius, (volume.high - volume.low).maxCoeff() / 2);
    }
    FoundPaths found;
    if (!(radius > 0)) {
        found.notes.push_back(
            "No counterfactual paths: the logits do not change around their starts, so there is no radius to "
            "search within; set path-radius.");
        return found;
    }
    const auto valid =
        isWithin ? ValidRange{volume.low.transpose(), volume.high.transpose()} : inputRange(inputs);
    auto searched = searchPaths(field, starts, settings, radius, valid, team, stop);
    if (!searched.isOk()) return std::move(searched).propagate<FoundPaths>();
    for (Eigen::Index i = 0; i < count; ++i) {
        const auto& flip = searched.value().rows[static_cast<std::size_t>(i)];
        const auto& walked = searched.value().paths[static_cast<std::size_t>(i)];
        auto logits = logitsOf(field, walked.points, team, stop);
        if (!logits.isOk()) return std::move(logits).propagate<FoundPaths>();
        VolumePath path;
        path.sample = hasSamples ? place.samples[static_cast<std::size_t>(i)] : -1;
        path.predicted = flip.predicted, path.target = flip.target, path.landing = flip.landing;
        path.flipped = flip.flipped, path.steps = flip.steps;
        path.distance = flip.distance, path.radius = radius;
        path.step = walked.step;
        for (Eigen::Index p = 0; p < walked.points.rows(); ++p) {
            const auto row = logits.value().row(p);
            Eigen::Index predicted = 0;
            row.maxCoeff(&predicted);
            path.prediction.push_back(static_cast<std::int32_t>(predicted));
            path.margin.push_back(row[flip.target] - row[flip.predicted]);
            if (isWithin) {
                path.points.emplace_back(walked.points.row(p).transpose());
                path.offVolume.push_back(0);
            } else {
                const Eigen::VectorXd input = walked.points.row(p).transpose();
                path.points.push_back(volume.pointInVolume(input));
                path.offVolume.push_back(volume.offVolumeDistance(input));
            }
        }
        found.paths.push_back(std::move(path));
    }
    std::string note = "Counterfactual paths: searched ";
    if (isWithin)
        note += "within the box (derived)";
    else
        note += "in the whole input space, " + std::string(valid ? "kept within the pixels' range, " : "") +
                "and projected onto the volume";
    note += "; trust radius " + numberText(radius) + " input units";
    if (!(settings.radius > 0))
        note += ", twice the farthest start's first-order distance to its nearest boundary" +
                std::string(isWithin ? " but no more than half the box's longest side" : "");
    found.notes.push_back(note + ".");
    const auto stuck = std::count_if(found.paths.begin(), found.paths.end(),
                                     [](const VolumePath& path) { return !path.flipped; });
    if (stuck > 0 && settings.target != FlipTarget::Untargeted)
        found.notes.push_back(std::to_string(stuck) + " of " + std::to_string(count) +
                              " searches did not reach their target; with path-target untargeted a search "
                              "goes for any other class.");
    if (!hasSamples) found.notes.push_back("The path begins in the middle of the box.");
    return found;
}

}  // namespace tessera
