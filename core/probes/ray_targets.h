// SPDX-License-Identifier: GPL-3.0-or-later
// What the rays of BoundaryRays lead to: well-predicted samples of each class, or class means.
#pragma once

#include <map>

#include "core/probes/boundary_rays.h"
#include "core/probes/sample_inputs.h"

namespace tessera {

// Samples that are predicted as their own label (as anything, without one), at most `mostPerClass` of each
// class, evenly spread over the list and no more than fit `budgetBytes`. Vectors by place in `samples`.
Result<RayTargets> nearestTargets(SampleInputs& samples, const std::vector<std::int64_t>& label,
                                  const std::vector<std::int64_t>& predicted, std::int64_t mostPerClass,
                                  std::int64_t budgetBytes, std::stop_token stop);

class ClassMeans {
  public:
    void add(std::int32_t label, std::span<const double> input);
    Result<RayTargets> targets(const Linearisation& model, std::int64_t outputs) const;

  private:
    struct Mean {
        std::vector<double> sum;
        std::int64_t count = 0;
    };
    std::map<std::int32_t, Mean> means_;
};

}  // namespace tessera
