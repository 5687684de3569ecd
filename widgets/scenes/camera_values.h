// SPDX-License-Identifier: GPL-3.0-or-later
// A camera as named values, for what a view is held by: eye, focus, up, fitted, parallel, angle and
// parallel-scale.
#pragma once

#include <optional>

#include "core/base/parameter.h"
#include "widgets/scenes/volume_drawing.h"

namespace tessera {

struct HeldCamera {
    // Nothing: from where a picture is first seen. Fitted: of the camera only its directions count, and the
    // box fills the picture.
    std::optional<VolumeCamera> camera;
    bool isFitted = true;
};

std::vector<Parameter> cameraParameters();
void putCamera(const HeldCamera& held, ParameterMap& values);
// Of a completed map; values that do not fit are refused with a sentence.
Result<HeldCamera> readCamera(const ParameterMap& values);
// For a picture of this box, seen from `standard` if nothing else is said.
VolumeCamera cameraFor(const HeldCamera& held, const Eigen::Vector3d& low, const Eigen::Vector3d& high,
                       const Eigen::Vector3d& standard);

// "0 0 1", to the last digit.
std::string vectorText(const Eigen::Vector3d& vector);
// Or one sentence; `name` is the setting's.
Result<Eigen::Vector3d> vectorValue(const ParameterMap& values, const std::string& name);
// "0 3": classes that are marked.
std::string classesText(const std::vector<char>& marked);
Result<std::vector<char>> classesValue(const ParameterMap& values, const std::string& name);
// Those of `given` that are declared, the others as they stand there; a value that does not fit is refused.
Result<ParameterMap> knownValues(const std::vector<Parameter>& declared, const ParameterMap& given);

}  // namespace tessera
