// SPDX-License-Identifier: GPL-3.0-or-later
// Probe "path-regions": the exact linear regions of a network along the straight segments that join chosen
// samples, and how far from affine it is there (Gamba et al. 2022).
#pragma once

#include "core/probes/probe.h"

namespace tessera {

// Record: tables "segments", "crossings", "layers", "logits" and "anchors"; arrays "position" (of the
// breakpoints and anchors, 0 to the number of segments), "logits" (one row for each position) and "anchors"
// (inputs as the data give them, one for each whole position).
class PathRegionsProbe final : public Probe {
  public:
    const ProbeDescription& description() const override;
    Result<ResultRecord> run(const ProbeInputs& inputs, const ParameterMap& parameters, std::stop_token stop,
                             Progress& progress) const override;
};

}  // namespace tessera
