// SPDX-License-Identifier: GPL-3.0-or-later
// Probe "counterfactual": whether a small change of each sample flips its class, how far it must go, and
// whether reference data support the end.
#pragma once

#include "core/probes/probe.h"

namespace tessera {

struct CounterfactualSettings;
struct References;

class Counterfactual : public Probe {
  public:
    const ProbeDescription& description() const override;
    Result<ResultRecord> run(const ProbeInputs& inputs, const ParameterMap& parameters, std::stop_token stop,
                             Progress& progress) const override;
};

// Whether these settings can be searched with on these inputs; one sentence if not.
Result<Done> checkSearch(const ProbeInputs& inputs, const CounterfactualSettings& settings);
// The search alone, of a probe that makes several over one pool: `references` as readReferences() gives them
// for these inputs and settings; null: they are read here.
Result<ResultRecord> searchCounterfactuals(const ProbeInputs& inputs, CounterfactualSettings settings,
                                           std::shared_ptr<const References> references, std::stop_token stop,
                                           Progress& progress);

}  // namespace tessera
