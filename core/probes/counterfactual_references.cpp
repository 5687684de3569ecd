// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/counterfactual_references.h"

#include <algorithm>
#include <cmath>

#include "core/probes/sample_inputs.h"

namespace tessera {
namespace {

Result<Done> checkClasses(const std::vector<std::int32_t>& names, const std::string& path) {
    const bool isEmpty = names.empty();
    if (!isEmpty && std::any_of(names.begin(), names.end(), [&](auto name) { return name != names.front(); }))
        return Done{};
    return inputError("The references of " + path + " are of " + (isEmpty ? "no class" : "one class only") +
                      "; counterfactuals need references of at least two classes.");
}

Result<Done> measureThresholds(References& references, const CounterfactualSettings& settings,
                               WorkerTeam& team, const std::stop_token& stop) {
    const auto& pool = references.pool;
    if (!settings.mahalanobis) {
        auto thresholds = supportThresholds(pool, settings.support, team, stop);
        if (!thresholds.isOk()) return std::move(thresholds).propagate<Done>();
        references.thresholds = std::move(thresholds).value();
        return Done{};
    }
    const auto bytes = 8 * pool.classCount() * pool.width() * pool.width();
    if (bytes > settings.budgetBytes)
        return inputError("The covariances of " + std::to_string(pool.classCount()) + " classes in " +
                          std::to_string(pool.width()) + " dimensions need " + mebibytes(bytes) +
                          " of memory; raise the setting memory or set support to neighbours.");
    auto support = MahalanobisSupport::of(pool, settings.support.quantile, team, stop);
    if (!support.isOk()) return std::move(support).propagate<Done>();
    references.thresholds = support.value().thresholds();
    references.mahalanobis = std::move(support).value();
    return Done{};
}

}  // namespace

std::vector<unsigned char> References::isReference(std::int64_t size) const {
    std::vector<unsigned char> flags(static_cast<std::size_t>(size), 0);
    for (const auto sample : samples) flags[static_cast<std::size_t>(sample)] = 1;
    return flags;
}

double References::stepScale(double kappa, double weight) const {
    if (std::isnan(kappa) || std::isnan(medianCurvature)) return 1;
    return 1 / (1 + weight * kappa / (medianCurvature + 1e-8));
}

Result<References> readReferences(const ProbeInputs& inputs, const CounterfactualSettings& settings,
                                  const std::vector<std::int64_t>& samples, WorkerTeam& team,
                                  std::stop_token stop, Progress& progress) {
    const auto path = inputs.dataset->path().string();
    // The points and the pool's copy of them.
    const auto bytes =
        2 * 8 * static_cast<std::int64_t>(samples.size()) * elementCount(inputs.dataset->sampleShape());
    if (bytes > settings.budgetBytes / 2)
        return inputError("The " + std::to_string(samples.size()) + " references of " + path + " need " +
                          mebibytes(2 * bytes) +
                          " of memory; raise the setting memory or lower reference-share.");
    std::vector<std::int32_t> names;
    for (const auto sample : samples) names.push_back(inputs.dataset->label(sample));
    if (auto fine = checkClasses(names, path); !fine.isOk()) return std::move(fine).propagate<References>();
    progress.report(0, 0, "reading references");
    auto points = readRows(inputs, samples, stop);
    if (!points.isOk()) return std::move(points).propagate<References>();
    References references{samples, {points.value(), names, inputs.model->classCount()}, {}, {}, 0};

    progress.report(0, 0, "measuring references");
    const auto& pool = references.pool;
    if (auto done = measureThresholds(references, settings, team, stop); !done.isOk())
        return std::move(done).propagate<References>();
    if (settings.curvatureWeight > 0) {
        const std::vector<unsigned char> hasSelf(static_cast<std::size_t>(pool.size()), 1);
        auto curvature =
            localCurvature(pool, pool.points(), hasSelf, settings.curvatureOptions(), team, stop);
        if (!curvature.isOk()) return std::move(curvature).propagate<References>();
        std::erase_if(curvature.value(), [](double kappa) { return std::isnan(kappa); });
        references.medianCurvature = quantileOf(std::move(curvature).value(), 0.5);
    }
    return references;
}

Result<std::vector<std::int32_t>> predictedReferences(const References& references, const LogitField& field,
                                                      const ProbeInputs& inputs, WorkerTeam& team,
                                                      std::stop_token stop) {
    using Classes = std::vector<std::int32_t>;
    const auto& pool = references.pool;
    auto logits = logitsOf(field, pool.points(), team, std::move(stop));
    if (!logits.isOk()) return std::move(logits).propagate<Classes>();
    Classes predicted;
    for (std::int64_t place = 0; place < pool.size(); ++place) {
        const auto row = logits.value().row(place);
        if (!row.allFinite()) {
            const auto sample = references.samples[static_cast<std::size_t>(pool.index(place))];
            return inputError(inputs.model->info().path.string() +
                              " gives logits that are not numbers for reference " +
                              inputs.dataset->sampleName(sample) + " of " + inputs.dataset->path().string() +
                              "; check its weights, the data and the normalisation.");
        }
        predicted.push_back(largestLogit(row.data(), field.classes()));
    }
    return predicted;
}

}  // namespace tessera
