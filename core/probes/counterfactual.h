// SPDX-License-Identifier: GPL-3.0-or-later
// Probe "counterfactual": whether a small change of each sample flips its class, how far it must go, and
// whether reference data support the end.
#pragma once

#include "core/probes/probe.h"

namespace tessera {

class Counterfactual : public Probe {
  public:
    const ProbeDescription& description() const override;
    Result<ResultRecord> run(const ProbeInputs& inputs, const ParameterMap& parameters, std::stop_token stop,
                             Progress& progress) const override;
};

}  // namespace tessera
