// SPDX-License-Identifier: GPL-3.0-or-later
// Probe "volume": the decision boundary and the linear regions in a box of three dimensions, sampled for
// every model and exact where every layer is piecewise linear.
#pragma once

#include "core/probes/probe.h"

namespace tessera {

// Record: volume_record.h.
class VolumeProbe final : public Probe {
  public:
    const ProbeDescription& description() const override;
    Result<ResultRecord> run(const ProbeInputs& inputs, const ParameterMap& parameters, std::stop_token stop,
                             Progress& progress) const override;
};

}  // namespace tessera
