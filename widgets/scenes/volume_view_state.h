// SPDX-License-Identifier: GPL-3.0-or-later
// How a volume is looked at, as named values: what a session keeps, what a figure of it is drawn with, and
// what the command line may ask for (--view-NAME).
#pragma once

#include "core/base/parameter.h"
#include "widgets/scenes/volume_scene.h"

namespace tessera {

struct VolumeViewState {
    VolumeLook look;
    // Nothing: from where a volume is first seen. Fitted: of the camera only its directions count, and the
    // box fills the picture.
    std::optional<VolumeCamera> camera;
    bool isFitted = true;
};

const std::vector<Parameter>& volumeViewParameters();
ParameterMap volumeViewValues(const VolumeViewState& state);
// What is not there is as a volume opens; names that are not known are left out; a value that does not fit is
// refused with a sentence.
Result<VolumeViewState> volumeViewState(const ParameterMap& values);
Result<Done> checkVolumeView(const ParameterMap& values);
// The camera of a state, for a picture of this box.
VolumeCamera cameraOf(const VolumeViewState& state, const SliceVolume& volume);

}  // namespace tessera
