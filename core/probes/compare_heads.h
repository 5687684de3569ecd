// SPDX-License-Identifier: GPL-3.0-or-later
// Probe "compare-heads": several models of one input space side by side - how accurate they are, how far
// apart, and how each sample's search for a counterfactual ends under each of them.
#pragma once

#include "core/probes/probe.h"

namespace tessera {

class CompareHeads : public Probe {
  public:
    const ProbeDescription& description() const override;
    Result<ResultRecord> run(const ProbeInputs& inputs, const ParameterMap& parameters, std::stop_token stop,
                             Progress& progress) const override;
};

// Names that tell the models apart: file names without what all of them share ("seed 1 wd 0.01" of
// "softmax-seed-1-lr-0.001-wd-0.01"), or paths where file names are equal.
std::vector<std::string> modelNames(const std::vector<std::shared_ptr<const Model>>& models);
// What "counterfactual" takes of the parameters of "compare-heads".
ParameterMap counterfactualParameters(const ParameterMap& parameters);

}  // namespace tessera
