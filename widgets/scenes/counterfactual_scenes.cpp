// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/counterfactual_scenes.h"

#include <algorithm>

#include "widgets/scenes/column_values.h"
#include "widgets/scenes/histogram_scene.h"
#include "widgets/scenes/scatter_scene.h"

namespace tessera {

std::vector<std::shared_ptr<const PanelScene>> counterfactualScenes(
    const std::shared_ptr<const ResultRecord>& record, const SceneContext& context) {
    std::vector<std::shared_ptr<const PanelScene>> scenes;
    const auto* samples = record->table("samples");
    if (!samples) return scenes;
    const std::shared_ptr<const Table> table(record, samples);

    const auto addScatter = [&](const char* x, const char* y, const char* heading) {
        if (!hasNumbers(*table, x) || !hasNumbers(*table, y)) return;
        ScatterChoice choice;
        choice.x = x, choice.y = y, choice.colour = "outcome";
        auto points = scatterPoints(table, choice, context);
        if (!points) return;
        auto scene = std::make_shared<ScatterScene>(std::move(points));
        scene->heading = QString::fromLatin1(heading);
        scenes.push_back(std::move(scene));
    };
    const auto addHistogram = [&](const char* name, const char* heading) {
        if (!hasNumbers(*table, name)) return;
        HistogramChoice choice;
        choice.column = name;
        choice.groups = HistogramChoice::Groups::Class, choice.groupColumn = "outcome";
        auto bins = histogramBins(table, choice, context);
        if (!bins) return;
        auto scene = std::make_shared<HistogramScene>(std::move(bins));
        scene->heading = QString::fromLatin1(heading);
        scenes.push_back(std::move(scene));
    };
    addScatter("boundary_distance", "support_ratio_start", "Outcome by distance and support");
    addHistogram("support_ratio_end", "Support where the searches end");
    addHistogram("boundary_distance", "Boundary distance");
    addScatter("boundary_distance", "distance", "Distance gone by boundary distance");
    return scenes;
}

}  // namespace tessera
