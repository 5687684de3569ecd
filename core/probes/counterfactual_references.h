// SPDX-License-Identifier: GPL-3.0-or-later
// The reference pool of "counterfactual", and what is measured on it once.
#pragma once

#include <optional>

#include "core/probes/counterfactual_settings.h"

namespace tessera {

struct References {
    std::vector<std::int64_t> samples;  // by index in the pool
    NeighbourPool pool;
    ClassThresholds thresholds;
    std::optional<MahalanobisSupport> mahalanobis;  // if support is measured so
    double medianCurvature = 0;                     // with a curvature weight
    std::vector<std::int32_t> predictedByPlace;     // classes, by place in the pool
};

Result<References> readReferences(const ProbeInputs& inputs, const LogitField& field,
                                  const CounterfactualSettings& settings,
                                  const std::vector<std::int64_t>& samples, WorkerTeam& team,
                                  std::stop_token stop, Progress& progress);

}  // namespace tessera
