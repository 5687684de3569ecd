// SPDX-License-Identifier: GPL-3.0-or-later
// A volume's result as a drawing: the decision boundary, cells in their colours, samples, and the exact cut
// of a plane. One description for the window and for figures.
#pragma once

#include <memory>
#include <vector>

#include "core/probes/volume_record.h"
#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/volume_drawing.h"
#include "widgets/scenes/volume_section.h"

namespace tessera {

// What is drawn of a volume, and how. Kept with a view.
struct VolumeLook {
    enum class Fill { Class, Pattern, SlopeNorm, Volume };
    bool boundary = true;  // the decision boundary: exact where there are cells, else sampled
    bool sampled = false;  // the sampled boundary, where there is an exact one too
    bool cells = false;    // the sides of the cells
    bool samples = true;
    bool cellEdges = true;      // outlines of cells
    bool boundaryEdges = true;  // outlines of the boundary's polygons
    Fill fill = Fill::Class;
    double boundaryOpacity = 0.75, cellOpacity = 1;
    bool paths = true;       // counterfactual searches
    bool trustBall = false;  // that they are kept within
    std::int32_t step = -1;  // how far along they are; -1: at their ends
    bool cut = false;        // the exact cut by the plane
    VolumePlane cutPlane;
    bool clips = false;  // what lies on the eye's side of the plane is left out
    double explode = 0;  // cells are moved away from the middle by this times their distance from it
    std::vector<char> hiddenClass;  // per class: 1 hides its cells, and boundaries between two hidden ones
    bool hides(std::int32_t label) const {
        return label >= 0 && static_cast<std::size_t>(label) < hiddenClass.size() &&
               hiddenClass[static_cast<std::size_t>(label)] != 0;
    }
    bool operator==(const VolumeLook&) const = default;
};

// Names of the drawing's layers.
inline constexpr const char* kBoundaryLayer = "boundary";
inline constexpr const char* kSampledLayer = "sampled boundary";
inline constexpr const char* kCellLayer = "cells";
inline constexpr const char* kCutLayer = "cut";
inline constexpr const char* kSampleLayer = "samples";

// More polygons than this are not drawn of exploded cells: cells of one class stay together then.
inline constexpr std::int64_t kMostExploded = 400'000;

// A polygon's meaning is a cell beside it, of the cut layer its cell (-1: it was not cut out of cells), of a
// sampled boundary its own number. `cut`: drawn where the look wants it.
VolumeDrawing volumeDrawing(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
                            const SceneContext& context, const VolumeSection* cut = nullptr);
// The same in two: what depends on baseLook() only, and what a hand changes from moment to moment, the cut
// and the searches.
VolumeDrawing volumeBase(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
                         const SceneContext& context);
VolumeDrawing volumeOverlay(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
                            const SceneContext& context, const VolumeSection* cut);
VolumeLook baseLook(VolumeLook look);
// The layers of both, on the box of the first.
VolumeDrawing together(VolumeDrawing drawing, const VolumeDrawing& overlay);
// Per class, 1 if it is predicted somewhere in the box as far as the result tells.
std::vector<char> classesThere(const VolumeResult& result);
// What the colours mean, of classes that are there.
std::vector<LegendItem> volumeLegend(const VolumeResult& result, const VolumeLook& look,
                                     const SceneContext& context,
                                     const SceneTheme& theme = SceneTheme::light());
std::optional<ColourBar> volumeColourBar(const VolumeResult& result, const VolumeLook& look);
// From where a volume is first seen, from its middle.
inline const Eigen::Vector3d kStandardDirection{0.55, -1, 0.5};
// The numbers that stand beside a figure: classes and boundaries, not every corner.
std::vector<Table> volumeTables(const ResultRecord& record);
QString classText(int label, const SceneContext& context);

// Pictures of a "volume" record, for the catalogue: as its view is held, if that is known, then the boundary,
// the classes and the regions, seen from the same side.
std::vector<std::shared_ptr<const PanelScene>> volumeScenes(const std::shared_ptr<const ResultRecord>& record,
                                                            const SceneContext& context);

}  // namespace tessera
