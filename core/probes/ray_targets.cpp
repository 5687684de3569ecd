// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/ray_targets.h"

#include <algorithm>

namespace tessera {

Result<RayTargets> nearestTargets(SampleInputs& samples, const std::vector<std::int64_t>& label,
                                  const std::vector<std::int64_t>& predicted, std::int64_t mostPerClass,
                                  std::int64_t budgetBytes, std::stop_token stop) {
    std::map<std::int64_t, std::vector<std::int64_t>> placesByClass;
    for (std::size_t i = 0; i < label.size(); ++i)
        if (label[i] < 0 || label[i] == predicted[i])
            placesByClass[predicted[i]].push_back(static_cast<std::int64_t>(i));
    RayTargets targets;
    if (placesByClass.empty()) return targets;
    const auto bytesOfOne = 8 * samples.width() * static_cast<std::int64_t>(placesByClass.size());
    const auto most =
        static_cast<std::size_t>(std::clamp<std::int64_t>(budgetBytes / bytesOfOne, 1, mostPerClass));
    std::vector<std::int64_t> chosen;
    for (const auto& [className, places] : placesByClass) {
        const auto count = std::min(most, places.size());
        for (std::size_t i = 0; i < count; ++i) {
            chosen.push_back(places[i * places.size() / count]);
            targets.classes.push_back(static_cast<std::int32_t>(className));
        }
    }
    targets.predicted = targets.classes;
    constexpr std::size_t kAtOnce = 64;
    for (std::size_t first = 0; first < chosen.size(); first += kAtOnce) {
        if (stop.stop_requested()) return Cancelled{};
        const auto part =
            std::span<const std::int64_t>(chosen).subspan(first, std::min(kAtOnce, chosen.size() - first));
        auto read = samples.read(part);
        if (!read.isOk()) return std::move(read).propagate<RayTargets>();
        targets.points.insert(targets.points.end(), read.value().begin(), read.value().end());
        for (const auto place : part) targets.samples.push_back(samples.sample(place));
    }
    return targets;
}

void ClassMeans::add(std::int32_t label, std::span<const double> input) {
    auto& mean = means_[label];
    mean.sum.resize(input.size());
    for (std::size_t i = 0; i < input.size(); ++i) mean.sum[i] += input[i];
    ++mean.count;
}

Result<RayTargets> ClassMeans::targets(const Linearisation& model, std::int64_t outputs) const {
    RayTargets targets;
    for (const auto& [label, mean] : means_) {
        targets.classes.push_back(label);
        targets.samples.push_back(-1);
        for (const double sum : mean.sum) targets.points.push_back(sum / static_cast<double>(mean.count));
    }
    std::vector<double> logits(targets.size() * static_cast<std::size_t>(outputs));
    const auto count = static_cast<std::int64_t>(targets.size());
    if (auto done = model.logits(targets.points.data(), count, logits.data()); !done.isOk())
        return std::move(done).propagate<RayTargets>();
    for (std::size_t i = 0; i < targets.size(); ++i)
        targets.predicted.push_back(predictedClass(&logits[i * static_cast<std::size_t>(outputs)], outputs));
    return targets;
}

}  // namespace tessera
