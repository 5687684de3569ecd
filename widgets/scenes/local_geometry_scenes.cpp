// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/local_geometry_scenes.h"

#include <algorithm>
#include <cmath>

#include "widgets/scenes/column_values.h"
#include "widgets/scenes/histogram_scene.h"
#include "widgets/scenes/scatter_scene.h"

namespace tessera {
namespace {

constexpr const char* kDistance = "boundary_distance";

}  // namespace

std::vector<std::shared_ptr<const PanelScene>> localGeometryScenes(
    const std::shared_ptr<const ResultRecord>& record, const SceneContext& context) {
    std::vector<std::shared_ptr<const PanelScene>> scenes;
    const auto* samples = record->table("samples");
    if (!samples) return scenes;
    const std::shared_ptr<const Table> table(record, samples);
    const auto* correct = table->column("correct");
    const auto* marks = correct ? std::get_if<std::vector<std::int64_t>>(&correct->values) : nullptr;
    const bool isLabelled =
        marks && std::any_of(marks->begin(), marks->end(), [](std::int64_t mark) { return mark >= 0; });

    for (const char* name : {kDistance, "margin", "jacobian_norm", "entropy"}) {
        if (!hasNumbers(*table, name)) continue;
        HistogramChoice choice;
        choice.column = name;
        choice.logCounts = choice.column == "entropy";  // nearly all of it is close to zero
        if (isLabelled) choice.groups = HistogramChoice::Groups::Correct;
        auto bins = histogramBins(table, choice, context);
        if (!bins) continue;
        auto scene = std::make_shared<HistogramScene>(std::move(bins));
        scene->heading = QString::fromStdString(table->column(name)->label);
        scenes.push_back(std::move(scene));
    }
    const char* x = hasNumbers(*table, kDistance) ? kDistance : "margin";
    const char* y = hasNumbers(*table, "jacobian_norm") ? "jacobian_norm" : "entropy";
    if (hasNumbers(*table, x) && hasNumbers(*table, y)) {
        ScatterChoice choice;
        choice.x = x, choice.y = y, choice.colour = isLabelled ? "label" : "predicted";
        if (auto points = scatterPoints(table, choice, context)) {
            auto scene = std::make_shared<ScatterScene>(std::move(points));
            scene->heading = QString::fromStdString(table->column(y)->label) +
                             QString::fromLatin1(x == kDistance ? " by distance" : " by margin");
            scenes.push_back(std::move(scene));
        }
    }
    return scenes;
}

}  // namespace tessera
