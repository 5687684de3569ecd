// SPDX-License-Identifier: GPL-3.0-or-later
// Counterfactual searches in a volume's picture: tubes in the colour of what is predicted along them, as far
// as the search has come at a step; and the balls that they are kept within.
#pragma once

#include <optional>

#include "widgets/scenes/volume_scene.h"

namespace tessera {

inline constexpr const char* kPathLayer = "paths";             // tubes: what has been walked, a layer a class
inline constexpr const char* kAheadLayer = "paths ahead";      // thin: what comes
inline constexpr const char* kStepLayer = "path ends";         // a mark a path, where it is at the step
inline constexpr const char* kLandingLayer = "path landings";  // where those still under way will flip
inline constexpr const char* kBallLayer = "trust balls";

// Lines and marks, added to a drawing of the result.
void addPaths(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
              const SceneContext& context, VolumeDrawing& drawing);
void addPathLegend(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
                   std::vector<LegendItem>& items);

// The largest step of any path.
std::int32_t mostSteps(const VolumeResult& result);
// Place in the list of points kept of the last one up to `step`; negative: the end.
std::size_t placeOfStep(const VolumePath& path, std::int32_t step);
// Of a mark at a step: the search that it belongs to, and the step; none: it is of no search.
struct PathPlace {
    const VolumePath* path;
    std::int32_t step;
};
std::optional<PathPlace> pathAt(const VolumeResult& result, const QString& layer,
                                const Eigen::Vector3d& point);
// "#2: 3 → 8, margin −0.42" at a step.
QString pathText(const VolumePath& path, std::int32_t step, const SceneContext& context);

}  // namespace tessera
