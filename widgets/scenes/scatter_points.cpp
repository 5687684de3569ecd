// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "widgets/scenes/column_values.h"
#include "widgets/scenes/scatter_scene.h"

namespace tessera {
namespace {

void colourByClass(ScatterPoints& points, const Column& column, const ColumnNumbers& numbers,
                   const SceneContext& context) {
    const QStringList names = classNamesOf(column, numbers, context);
    const int count = static_cast<int>(names.size());
    std::vector<char> seen(static_cast<std::size_t>(count) + 1, 0);
    const auto colourOf = [&](int kind) {
        return kind < 0 ? classColour(kind, count) : kindColour(names[kind], kind, count);
    };
    for (std::size_t row = 0; row < points.colour.size(); ++row) {
        const double value = numbers.values[row];
        const int kind = value >= 0 && value < count ? static_cast<int>(value) : -1;
        points.colour[row] = colourOf(kind).rgb();
        seen[static_cast<std::size_t>(kind + 1)] = 1;
    }
    points.kinds.push_back({QString::fromStdString(column.label), {}, LegendItem::Mark::Heading});
    for (int kind = 0; kind < count; ++kind)
        if (seen[static_cast<std::size_t>(kind) + 1])
            points.kinds.push_back({names[kind], colourOf(kind), LegendItem::Mark::Dot});
    if (seen[0])
        points.kinds.push_back({QStringLiteral("no label"), classColour(-1, count), LegendItem::Mark::Dot});
}

}  // namespace

std::shared_ptr<const ScatterPoints> scatterPoints(std::shared_ptr<const Table> table,
                                                   const ScatterChoice& choice, const SceneContext& context) {
    const Column *x = table->column(choice.x), *y = table->column(choice.y);
    if (!x || !y) return nullptr;
    auto points = std::make_shared<ScatterPoints>();
    points->choice = choice;
    auto xNumbers = columnNumbers(*x), yNumbers = columnNumbers(*y);
    points->xAxis = axisOf(*x, xNumbers, context, choice.logX);
    points->yAxis = axisOf(*y, yNumbers, context, choice.logY);
    points->x = std::move(xNumbers.values);
    points->y = std::move(yNumbers.values);
    for (std::size_t row = 0; row < points->x.size(); ++row) {
        const auto hasPlace = [](double value, const PlotAxis& axis) {
            return std::isfinite(value) && (!axis.logarithmic || value > 0);
        };
        if (!hasPlace(points->x[row], points->xAxis) || !hasPlace(points->y[row], points->yAxis)) {
            points->x[row] = NAN;
            ++points->notDrawn;
        }
    }
    points->colour.assign(points->x.size(), QRgb(0xff3d7fbf));
    if (const Column* colour = choice.colour.empty() ? nullptr : table->column(choice.colour)) {
        const auto numbers = columnNumbers(*colour);
        if (namesClasses(*colour)) {
            colourByClass(*points, *colour, numbers, context);
        } else {
            points->bar = colourBarFor(numbers.values, choice.map, choice.logColour, titleWithUnit(*colour));
            const SceneTheme theme = SceneTheme::light();
            for (std::size_t row = 0; row < points->colour.size(); ++row)
                points->colour[row] = barColour(*points->bar, numbers.values[row], theme);
        }
    }
    points->table = std::move(table);
    return points;
}

ScatterChoice firstChoice(const Table& table) {
    ScatterChoice choice;
    const auto take = [&](const Column& column) {
        if (choice.x.empty())
            choice.x = column.name;
        else if (choice.y.empty() && column.name != choice.x)
            choice.y = column.name;
    };
    for (const auto& column : table.columns)
        if (std::holds_alternative<std::vector<double>>(column.values)) take(column);
    for (const auto& column : table.columns)
        if (column.name != table.sampleColumn && !namesClasses(column)) take(column);
    for (const auto& column : table.columns) take(column);
    if (choice.y.empty()) choice.y = choice.x;
    if (table.column("outcome")) choice.colour = "outcome";  // of searches: what they are about
    for (const auto& column : table.columns)
        if (choice.colour.empty() && namesClasses(column)) choice.colour = column.name;
    return choice;
}

}  // namespace tessera
