// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_scene.h"

#include <algorithm>

#include "widgets/scenes/colour_bar.h"
#include "widgets/scenes/volume_clip.h"
#include "widgets/scenes/volume_panel_scene.h"
#include "widgets/scenes/volume_path_drawing.h"
#include "widgets/scenes/volume_view_state.h"

namespace tessera {

QString classText(int label, const SceneContext& context) {
    const auto at = static_cast<std::size_t>(label);
    return label >= 0 && at < context.classNames.size() && !context.classNames[at].isEmpty()
               ? context.classNames[at]
               : QString::number(label);
}

std::vector<char> classesThere(const VolumeResult& result) {
    std::vector<char> isThere(static_cast<std::size_t>(result.classCount()), 0);
    if (result.cells && !result.cells->cellLabel.empty()) {
        for (const std::int32_t label : result.cells->cellLabel) isThere[label] = 1;
    } else if (result.sampled) {
        for (const std::int32_t label : result.sampled->surface->classA) isThere[label] = 1;
        for (const std::int32_t label : result.sampled->surface->classB) isThere[label] = 1;
    }
    for (const auto& path : result.paths)
        for (const std::int32_t label : path.prediction) isThere[label] = 1;
    return isThere;
}

std::vector<LegendItem> volumeLegend(const VolumeResult& result, const VolumeLook& look,
                                     const SceneContext& context, const SceneTheme& theme) {
    std::vector<LegendItem> items;
    const bool hasPaths = look.paths && !result.paths.empty();
    const bool showsClasses = look.samples || hasPaths || (look.boundary && look.explode == 0) ||
                              look.sampled ||
                              ((look.cells || look.cut) && look.fill == VolumeLook::Fill::Class);
    const auto isThere = classesThere(result);
    if (showsClasses && std::find(isThere.begin(), isThere.end(), 1) != isThere.end()) {
        items.push_back({QStringLiteral("Class"), {}, LegendItem::Mark::Heading});
        for (int label = 0; label < result.classCount(); ++label)
            if (isThere[label] && !look.hides(label))
                items.push_back({classText(label, context), classColour(label, result.classCount()),
                                 LegendItem::Mark::Swatch});
        if (look.boundary && look.explode == 0)
            items.push_back({QStringLiteral("Boundaries: mixed colours"), {}, LegendItem::Mark::Note});
    }
    addPathLegend(result, look, theme, items);
    return items;
}

std::optional<ColourBar> volumeColourBar(const VolumeResult& result, const VolumeLook& look) {
    if (!result.cells || !(look.cells || look.cut)) return std::nullopt;
    if (look.fill == VolumeLook::Fill::SlopeNorm && !result.cells->slopeNorm.empty())
        return colourBarFor(result.cells->slopeNorm, ColourBar::Map::Viridis, false,
                            QStringLiteral("Slope norm (logits per input unit)"));
    if (look.fill == VolumeLook::Fill::Volume)
        return colourBarFor(result.cells->regionVolume, ColourBar::Map::Viridis, true,
                            QStringLiteral("Volume of the region (cubed input units)"));
    return std::nullopt;
}

std::vector<Table> volumeTables(const ResultRecord& record) {
    std::vector<Table> tables;
    for (const char* name : {"classes", "boundary", "samples", "searches", "paths"})
        if (const auto* table = record.table(name)) tables.push_back(*table);
    return tables;
}

std::vector<std::shared_ptr<const PanelScene>> volumeScenes(const std::shared_ptr<const ResultRecord>& record,
                                                            const SceneContext& context) {
    std::vector<std::shared_ptr<const PanelScene>> scenes;
    const auto read = volumeFromRecord(*record, "This result");
    if (!read.isOk()) return scenes;
    const auto& result = read.value();
    const auto theme = SceneTheme::light();
    // A view that cannot be read (of a newer version, say) is that which a volume opens with.
    auto held = volumeViewState(context.view);
    const VolumeViewState view = held.isOk() ? std::move(held).value() : VolumeViewState{};
    const auto add = [&](const VolumeLook& look, const QString& title) {
        std::optional<VolumeSection> cut;
        if (look.cut && result.cells && result.cells->complete)
            cut = volumeSection(*result.cells, look.cutPlane);
        const auto camera = cameraFor(view.camera, result.volume.low, result.volume.high, kStandardDirection);
        auto drawing = volumeDrawing(result, look, theme, context, cut ? &*cut : nullptr);
        if (look.clips) drawing = clipped(drawing, look.cutPlane, -eyeSide(look.cutPlane, camera));
        auto scene = std::make_shared<VolumePanelScene>(
            std::make_shared<const VolumeDrawing>(std::move(drawing)), camera, title,
            volumeLegend(result, look, context), volumeColourBar(result, look));
        scene->isFitted = view.camera.isFitted;
        scene->tables = volumeTables(*record);
        scenes.push_back(std::move(scene));
    };
    if (!context.view.empty()) add(view.look, QStringLiteral("Volume"));
    if (result.boundary().faceCount() > 0) add({}, QStringLiteral("Decision boundary"));
    if (!result.cells) return scenes;
    VolumeLook cells;
    cells.boundary = cells.samples = cells.paths = false;
    cells.cells = true;
    if (!result.cells->cellLabel.empty()) add(cells, QStringLiteral("Predicted class"));
    cells.fill = VolumeLook::Fill::Pattern;
    add(cells, QStringLiteral("Linear regions"));
    return scenes;
}

}  // namespace tessera
