// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/compare_scenes.h"

#include <QObject>
#include <algorithm>
#include <cmath>

#include "core/base/record_columns.h"
#include "widgets/scenes/column_values.h"
#include "widgets/scenes/grid_scene.h"
#include "widgets/scenes/histogram_scene.h"
#include "widgets/scenes/outcome_bars_scene.h"
#include "widgets/scenes/scatter_scene.h"

namespace tessera {
namespace {

constexpr std::size_t kMostPlots = 12;  // a plot a head; more are in the table

// The rows of one head.
std::shared_ptr<const Table> rowsOf(const Table& searches, const std::vector<std::string>& heads,
                                    const std::string& head) {
    auto own = std::make_shared<Table>();
    own->name = searches.name, own->title = head, own->sampleColumn = searches.sampleColumn;
    for (const auto& column : searches.columns) {
        Column part{column.name, column.label, column.unit, column.sentence, {}};
        std::visit(
            [&](const auto& values) {
                std::decay_t<decltype(values)> chosen;
                for (std::size_t row = 0; row < values.size() && row < heads.size(); ++row)
                    if (heads[row] == head) chosen.push_back(values[row]);
                part.values = std::move(chosen);
            },
            column.values);
        own->columns.push_back(std::move(part));
    }
    return own;
}

std::shared_ptr<const PanelScene> outcomeBars(const Table& heads) {
    const auto* names = columnValues<std::string>(heads, "head");
    const auto *accuracy = columnValues<double>(heads, "accuracy"),
               *supported = columnValues<double>(heads, "supported_rate"),
               *unsupported = columnValues<double>(heads, "unsupported_rate"),
               *none = columnValues<double>(heads, "no_flip_rate");
    if (!names || !accuracy || !supported || !unsupported || !none) return nullptr;
    std::vector<OutcomeBarsScene::Bar> bars;
    for (std::size_t row = 0; row < names->size(); ++row) {
        const double right = (*accuracy)[row];
        QString name = QString::fromStdString((*names)[row]);
        if (!std::isnan(right)) name = QObject::tr("%1 (%2 %)").arg(name).arg(right * 100, 0, 'f', 1);
        bars.push_back({std::move(name), right, (*supported)[row], (*unsupported)[row], (*none)[row]});
    }
    return std::make_shared<OutcomeBarsScene>(QObject::tr("How searches end (accuracy)"), std::move(bars));
}

}  // namespace

std::vector<std::shared_ptr<const PanelScene>> compareScenes(
    const std::shared_ptr<const ResultRecord>& record, const SceneContext& context) {
    std::vector<std::shared_ptr<const PanelScene>> scenes;
    const auto *heads = record->table("heads"), *searches = record->table("searches");
    if (!heads || !searches) return scenes;
    if (auto bars = outcomeBars(*heads)) scenes.push_back(std::move(bars));
    const auto *names = columnValues<std::string>(*heads, "head"),
               *ofRow = columnValues<std::string>(*searches, "head");
    if (!names || !ofRow || !hasNumbers(*searches, "boundary_distance") ||
        !hasNumbers(*searches, "support_ratio_start"))
        return scenes;
    const std::shared_ptr<const Table> all(record, searches);
    ScatterChoice choice;
    choice.x = "boundary_distance", choice.y = "support_ratio_start", choice.colour = "outcome";
    // The axes of all heads together: plots that are to be compared show one range.
    const auto together = scatterPoints(all, choice, context);
    std::vector<std::shared_ptr<const PanelScene>> plots;
    for (std::size_t i = 0; together && i < std::min(kMostPlots, names->size()); ++i) {
        auto points = scatterPoints(rowsOf(*searches, *ofRow, (*names)[i]), choice, context);
        if (!points || points->table->rows() == 0) continue;
        auto scene = std::make_shared<ScatterScene>(std::move(points));
        scene->xRange = {together->xAxis.low, together->xAxis.high};
        scene->yRange = {together->yAxis.low, together->yAxis.high};
        scene->heading = QString::fromStdString((*names)[i]);
        plots.push_back(std::move(scene));
    }
    if (!plots.empty())
        scenes.push_back(
            std::make_shared<GridScene>(QObject::tr("Outcome by distance and support"), std::move(plots)));
    if (hasNumbers(*searches, "support_ratio_end")) {
        HistogramChoice bins;
        bins.column = "support_ratio_end";
        bins.groups = HistogramChoice::Groups::Class, bins.groupColumn = "outcome";
        if (auto counted = histogramBins(all, bins, context)) {
            auto scene = std::make_shared<HistogramScene>(std::move(counted));
            scene->heading = QObject::tr("Support where the searches end");
            scenes.push_back(std::move(scene));
        }
    }
    return scenes;
}

}  // namespace tessera
