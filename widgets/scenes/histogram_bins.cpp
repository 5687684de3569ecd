// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "widgets/scenes/column_values.h"
#include "widgets/scenes/histogram_scene.h"

namespace tessera {
namespace {

constexpr int kMostBins = 500, kMostAutomatic = 80;

// Freedman and Diaconis: 2 IQR n^(-1/3) wide; Sturges' number where the quartiles coincide.
int automaticBins(std::vector<double> values) {
    const auto n = values.size();
    if (n < 2) return 1;
    const auto quantile = [&](double q) {
        const auto at = static_cast<std::ptrdiff_t>(q * static_cast<double>(n - 1));
        std::nth_element(values.begin(), values.begin() + at, values.end());
        return values[static_cast<std::size_t>(at)];
    };
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double span = *high - *low;
    const double width = 2 * (quantile(0.75) - quantile(0.25)) / std::cbrt(static_cast<double>(n));
    const double bins = width > 0 ? span / width : std::log2(static_cast<double>(n)) + 1;
    return static_cast<int>(std::clamp(std::ceil(bins), 1.0, double(kMostAutomatic)));
}

// Round edges, so that a bar's ends can be read off the axis.
std::vector<double> roundEdges(double low, double high, int bins) {
    double step = roundBelow((high - low) / bins * 1.5);
    if (step * 2.2 < (high - low) / bins) step *= 2;
    const double first = std::floor(low / step + 1e-9);
    std::vector<double> edges;
    for (double k = first;; ++k) {
        edges.push_back(k * step);
        if (k * step > high || edges.size() > 2 * kMostBins) return edges;
    }
}

std::vector<double> logEdges(double low, double high, int bins) {
    // By their logarithms: high / low overflows where they are far apart.
    const double first = std::log(low), span = std::log(high) - first;
    std::vector<double> edges{low};
    for (int i = 1; i <= bins; ++i)
        edges.push_back(std::clamp(std::exp(first + span * i / bins), edges.back(), high));
    edges.back() = std::nextafter(high, INFINITY);  // the last bin holds its end
    return edges;
}

std::vector<double> edgesFor(const ColumnNumbers& numbers, const std::vector<double>& counted,
                             const HistogramChoice& choice, bool isWhole, PlotAxis& axis) {
    std::vector<double> edges;
    if (!axis.categories.isEmpty()) {
        for (qsizetype i = 0; i <= axis.categories.size(); ++i) edges.push_back(double(i) - 0.5);
        return edges;
    }
    if (counted.empty()) return {axis.low, axis.high};
    const auto [least, most] = std::minmax_element(counted.begin(), counted.end());
    double low = *least, high = *most;
    if (!(high > low)) {
        const auto range = axisRange(numbers.values, axis.logarithmic);
        return {range.low, range.high};
    }
    int bins = choice.bins;
    if (axis.logarithmic) {
        auto logs = counted;
        for (auto& value : logs) value = std::log(value);
        if (bins == 0) bins = automaticBins(std::move(logs));
        return logEdges(low, high, std::min(bins, kMostBins));
    }
    const double largest = std::max(std::abs(low), std::abs(high));
    if (isWhole && high - low < 60 && largest < 1e15 && bins == 0) {  // a bar a number
        const int count = static_cast<int>(high - low) + 1;
        for (int i = 0; i <= count; ++i) edges.push_back(low - 0.5 + i);
        return edges;
    }
    if (bins == 0) {
        bins = std::max(automaticBins(counted), 8);
        // Close together far out there are no round numbers between them.
        if (high - low > largest * 1e-12) return roundEdges(low, high, bins);
    }
    bins = std::min(bins, kMostBins);
    for (int i = 0; i < bins; ++i) edges.push_back(low + (high - low) * i / bins);
    edges.push_back(std::nextafter(high, INFINITY));
    return edges;
}

}  // namespace

std::shared_ptr<const HistogramBins> histogramBins(std::shared_ptr<const Table> table,
                                                   const HistogramChoice& choice,
                                                   const SceneContext& context) {
    const Column* column = table->column(choice.column);
    if (!column) return nullptr;
    auto result = std::make_shared<HistogramBins>();
    result->choice = choice;
    const auto numbers = columnNumbers(*column);
    result->xAxis = axisOf(*column, numbers, context, choice.logarithmic);
    std::vector<double> counted;
    counted.reserve(numbers.values.size());
    for (const double value : numbers.values)
        if (std::isfinite(value) && (!result->xAxis.logarithmic || value > 0)) counted.push_back(value);
    result->edges = edgesFor(numbers, counted, choice, column->values.index() == 1, result->xAxis);
    const auto& edges = result->edges;
    const std::size_t bins = edges.size() - 1;
    result->xAxis.low = edges.front();
    result->xAxis.high = edges.back();

    // Which group each row is in.
    const std::size_t rows = numbers.values.size();
    std::vector<std::int32_t> groupOfRow(rows, 0);
    const auto correct = correctRows(*table);
    const Column* classes = table->column(choice.groupColumn);
    if (choice.groups == HistogramChoice::Groups::Correct && !correct.empty()) {
        result->groups = {{QStringLiteral("right"), QColor(0x56b4e9), LegendItem::Mark::Swatch},
                          {QStringLiteral("wrong"), QColor(0xd55e00), LegendItem::Mark::Swatch}};
        for (std::size_t i = 0; i < rows; ++i) groupOfRow[i] = correct[i] ? 0 : 1;
    } else if (choice.groups == HistogramChoice::Groups::Class && classes && namesClasses(*classes)) {
        const auto kinds = columnNumbers(*classes);
        const QStringList names = classNamesOf(*classes, kinds, context);
        const int count = static_cast<int>(names.size());
        for (int i = 0; i < count; ++i)
            result->groups.push_back({names[i], kindColour(names[i], i, count), LegendItem::Mark::Swatch});
        for (std::size_t i = 0; i < rows; ++i)
            groupOfRow[i] = kinds.values[i] >= 0 && kinds.values[i] < count
                                ? static_cast<std::int32_t>(kinds.values[i])
                                : count;
        if (std::find(groupOfRow.begin(), groupOfRow.end(), count) != groupOfRow.end())
            result->groups.push_back(
                {QStringLiteral("no label"), classColour(-1, count), LegendItem::Mark::Swatch});
    } else {
        result->groups = {{{}, QColor(0x5b9bd0), LegendItem::Mark::Swatch}};
    }
    result->counts.assign(result->groups.size(), std::vector<std::int64_t>(bins, 0));
    result->binOfRow.assign(rows, -1);
    std::vector<std::int64_t> total(bins, 0);
    for (std::size_t i = 0; i < rows; ++i) {
        const double value = numbers.values[i];
        if (!(value >= edges.front() && value < edges.back())) {
            ++result->notCounted;
            continue;
        }
        const auto bin =
            static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), value) - edges.begin() - 1);
        result->binOfRow[i] = static_cast<std::int32_t>(bin);
        ++result->counts[static_cast<std::size_t>(groupOfRow[i])][bin];
        ++total[bin];
    }
    if (!total.empty()) result->highest = *std::max_element(total.begin(), total.end());
    result->table = std::move(table);
    return result;
}

}  // namespace tessera
