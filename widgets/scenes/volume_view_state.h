// SPDX-License-Identifier: GPL-3.0-or-later
// How a volume is looked at, as named values: what a session keeps, what a figure of it is drawn with, and
// what the command line may ask for (--view-NAME).
#pragma once

#include "core/base/parameter.h"
#include "widgets/scenes/camera_values.h"
#include "widgets/scenes/volume_scene.h"

namespace tessera {

struct VolumeViewState {
    VolumeLook look;
    HeldCamera camera;
};

const std::vector<Parameter>& volumeViewParameters();
ParameterMap volumeViewValues(const VolumeViewState& state);
// What is not there is as a volume opens; names that are not known are left out; a value that does not fit is
// refused with a sentence.
Result<VolumeViewState> volumeViewState(const ParameterMap& values);
Result<Done> checkVolumeView(const ParameterMap& values);
}  // namespace tessera
