// SPDX-License-Identifier: GPL-3.0-or-later
// The volume that a probe looks at: through chosen samples, or the whole input space of a network of three
// inputs.
#pragma once

#include <vector>

#include "core/geometry/slice_volume.h"
#include "core/numerics/rows.h"
#include "core/probes/probe.h"

namespace tessera {

struct VolumePlace {
    SliceVolume volume;
    std::vector<std::int64_t> samples;  // that the volume goes through
    Rows inputs;                        // as the network takes them, one a row
    std::string sentence;               // how the volume was laid, for the notes
};

// Parameters "third-direction", "margin" and "half-width".
std::vector<Parameter> volumePlaceParameters();
// Four samples; or three and a third direction; or none, for a network of three inputs.
Result<VolumePlace> placeVolume(const ProbeInputs& inputs, const ParameterMap& parameters,
                                const std::stop_token& stop);

}  // namespace tessera
