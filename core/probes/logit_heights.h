// SPDX-License-Identifier: GPL-3.0-or-later
// Probe "logit-heights": each class's logit as a height over a plane of input space, exact where every layer
// is piecewise linear, else sampled.
#pragma once

#include "core/probes/probe.h"

namespace tessera {

// Record: logit_heights_record.h.
class LogitHeights final : public Probe {
  public:
    const ProbeDescription& description() const override;
    Result<ResultRecord> run(const ProbeInputs& inputs, const ParameterMap& parameters, std::stop_token stop,
                             Progress& progress) const override;
};

}  // namespace tessera
