// SPDX-License-Identifier: GPL-3.0-or-later
// Probe "local-geometry": margin, entropy, Jacobian norm and distance to the decision boundary of each
// sample.
#pragma once

#include "core/probes/probe.h"

namespace tessera {

class LocalGeometry : public Probe {
  public:
    const ProbeDescription& description() const override;
    Result<ResultRecord> run(const ProbeInputs& inputs, const ParameterMap& parameters, std::stop_token stop,
                             Progress& progress) const override;
};

}  // namespace tessera
