// SPDX-License-Identifier: GPL-3.0-or-later
// Logits as heights over a plane (2.5-D), as a drawing: the upper envelope, the margin, one sheet a class, or
// the confidence. One description for the window and for figures.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/geometry/height_surface.h"
#include "core/probes/logit_heights_record.h"
#include "widgets/scenes/camera_values.h"
#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/volume_drawing.h"

namespace tessera {

struct HeightsLook {
    enum class Height { Winning, Margin, Logits, Confidence };
    enum class Fill { Class, Pattern, Height };
    Height height = Height::Winning;
    Fill fill = Fill::Class;
    bool floor = true;     // the predicted classes, flat under the surface
    bool boundary = true;  // the decision boundary on it
    bool samples = true;
    bool outlines = true;           // of the faces
    double opacity = 1;             // of the surface
    double tall = 0.6;              // height of the box, of the window's longer side
    std::vector<char> hiddenClass;  // per class: 1 leaves its polygons and its sheet out
    bool hides(std::int32_t label) const {
        return label >= 0 && static_cast<std::size_t>(label) < hiddenClass.size() &&
               hiddenClass[static_cast<std::size_t>(label)] != 0;
    }
    bool operator==(const HeightsLook&) const = default;
};

inline constexpr const char* kSurfaceLayer = "surface";
inline constexpr const char* kFloorLayer = "floor";
inline constexpr const char* kTieLayer = "decision boundary";
inline constexpr const char* kHeightSampleLayer = "samples";

// A polygon's meaning is its face of the result's mesh. The colours' bar is there where they mean a height.
struct HeightsDrawing {
    VolumeDrawing drawing;
    std::vector<LegendItem> legend;
    std::optional<ColourBar> bar;
};
HeightsDrawing heightsDrawing(const LogitHeightsResult& result, const LogitMesh& mesh,
                              const HeightsLook& look, const SceneTheme& theme, const SceneContext& context);
// "Logit", "Margin", ...: of the third axis and of the bar.
QString heightText(HeightsLook::Height height);
// What rises: of the look's height; of Logits a sheet a class that is not hidden.
std::vector<HeightSurface> heightSurfaces(const LogitMesh& mesh, const HeightsLook& look);
std::vector<Table> heightsTables(const ResultRecord& record);
inline const Eigen::Vector3d kHeightsDirection{0.55, -1, 0.7};

// How a view is held: as volume_view_state.h.
struct HeightsViewState {
    HeightsLook look;
    HeldCamera camera;
};
const std::vector<Parameter>& heightsViewParameters();
ParameterMap heightsViewValues(const HeightsViewState& state);
Result<HeightsViewState> heightsViewState(const ParameterMap& values);
Result<Done> checkHeightsView(const ParameterMap& values);

// Pictures of a "logit-heights" record, for the catalogue: as its view is held, if that is known, then the
// largest logit, the classes' sheets and the margin.
std::vector<std::shared_ptr<const PanelScene>> logitHeightsScenes(
    const std::shared_ptr<const ResultRecord>& record, const SceneContext& context);

}  // namespace tessera
