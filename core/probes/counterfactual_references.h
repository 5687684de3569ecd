// SPDX-License-Identifier: GPL-3.0-or-later
// The reference pool of "counterfactual", and what is measured on it once, whichever head searches.
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

    // By sample of a data set of this size: whether it is one of them.
    std::vector<unsigned char> isReference(std::int64_t size) const;
    // How much shorter steps are where the data are as curved as this: 1 / (1 + weight kappa / median); 1
    // where either is not known.
    double stepScale(double kappa, double weight) const;
};

// `samples`: the reference part of the data. Of the model only the number of classes counts.
Result<References> readReferences(const ProbeInputs& inputs, const CounterfactualSettings& settings,
                                  const std::vector<std::int64_t>& samples, WorkerTeam& team,
                                  std::stop_token stop, Progress& progress);
// The class that a head gives each reference, by place in the pool.
Result<std::vector<std::int32_t>> predictedReferences(const References& references, const LogitField& field,
                                                      const ProbeInputs& inputs, WorkerTeam& team,
                                                      std::stop_token stop);

}  // namespace tessera
