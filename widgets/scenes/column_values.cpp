// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/column_values.h"

#include "widgets/scenes/head_scene.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string_view>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr std::size_t kMostKinds = 40;

bool isClassName(const std::string& name) {
    static const char* const kNames[] = {"label", "predicted", "class", "prediction", "target", "true"};
    for (const std::string word : kNames) {
        if (name == word) return true;
        const std::string ending = "_" + word;
        if (name.size() > ending.size() && name.ends_with(ending)) return true;
    }
    return false;
}

}  // namespace

ColumnNumbers columnNumbers(const Column& column) {
    ColumnNumbers result;
    if (const auto* reals = std::get_if<std::vector<double>>(&column.values)) {
        result.values = *reals;
    } else if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&column.values)) {
        result.values.assign(whole->begin(), whole->end());
    } else {
        const auto& texts = std::get<std::vector<std::string>>(column.values);
        std::map<std::string_view, double> kinds;
        for (const auto& text : texts)
            if (!text.empty()) kinds.emplace(text, 0);
        for (auto& [text, number] : kinds) {
            number = static_cast<double>(result.categories.size());
            result.categories << QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
        }
        result.values.reserve(texts.size());
        for (const auto& text : texts)
            result.values.push_back(text.empty() ? std::numeric_limits<double>::quiet_NaN() : kinds[text]);
    }
    return result;
}

bool hasNumbers(const Table& table, const char* name) {
    const auto* column = table.column(name);
    const auto* values = column ? std::get_if<std::vector<double>>(&column->values) : nullptr;
    return values &&
           std::any_of(values->begin(), values->end(), [](double value) { return std::isfinite(value); });
}

bool namesClasses(const Column& column) {
    if (const auto* texts = std::get_if<std::vector<std::string>>(&column.values)) {
        std::set<std::string_view> kinds;
        for (const auto& text : *texts) {
            if (!text.empty()) kinds.insert(text);
            if (kinds.size() > kMostKinds) return false;
        }
        return !kinds.empty();
    }
    const auto* whole = std::get_if<std::vector<std::int64_t>>(&column.values);
    return whole && isClassName(column.name) && std::all_of(whole->begin(), whole->end(), [](auto value) {
               return value >= -1 && value < 100'000;
           });
}

QStringList classNamesOf(const Column& column, const ColumnNumbers& numbers, const SceneContext& context) {
    if (!numbers.categories.isEmpty() || !namesClasses(column)) return numbers.categories;
    double highest = context.classCount - 1;
    for (const double value : numbers.values) highest = std::max(highest, value);
    QStringList names;
    for (int i = 0; i <= static_cast<int>(highest); ++i)
        names << (i < static_cast<int>(context.classNames.size())
                      ? context.classNames[static_cast<std::size_t>(i)]
                      : QStringLiteral("class %1").arg(i));
    return names;
}

PlotAxis axisOf(const Column& column, const ColumnNumbers& numbers, const SceneContext& context,
                bool logarithmic) {
    PlotAxis axis{QString::fromStdString(column.label), QString::fromStdString(column.unit)};
    axis.categories = classNamesOf(column, numbers, context);
    axis.logarithmic = logarithmic && axis.categories.isEmpty();
    const auto range = axisRange(numbers.values, axis.logarithmic);
    axis.low = range.low, axis.high = range.high;
    if (!axis.categories.isEmpty()) {
        axis.low = -0.6;
        axis.high = static_cast<double>(axis.categories.size()) - 0.4;
    }
    return axis;
}

QString titleWithUnit(const Column& column) {
    const QString label = QString::fromStdString(column.label);
    return column.unit.empty() ? label : label + " (" + QString::fromStdString(column.unit) + ')';
}

QString cellText(const Column& column, std::size_t row) {
    if (const auto* reals = std::get_if<std::vector<double>>(&column.values)) {
        const double value = (*reals)[row];
        if (std::isnan(value)) return {};
        if (std::isinf(value)) return value > 0 ? QString(QChar(0x221e)) : QString::fromUtf8("−∞");
        return shortNumber(value, 5);
    }
    if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&column.values))
        return QString::number((*whole)[row]);
    return QString::fromStdString(std::get<std::vector<std::string>>(column.values)[row]);
}

std::vector<unsigned char> correctRows(const Table& table) {
    const Column *label = table.column("label"), *predicted = table.column("predicted");
    if (!label || !predicted || label->values.index() != predicted->values.index()) return {};
    return std::visit(
        [&](const auto& truth) {
            const auto& guess = std::get<std::decay_t<decltype(truth)>>(predicted->values);
            std::vector<unsigned char> correct(truth.size());
            for (std::size_t i = 0; i < truth.size(); ++i) correct[i] = truth[i] == guess[i];
            return correct;
        },
        label->values);
}

QColor kindColour(const QString& name, int kind, int count) {
    for (const auto outcome : {FlipOutcome::Supported, FlipOutcome::Unsupported, FlipOutcome::NoFlip})
        if (name == QLatin1String(flipOutcomeText(outcome))) return outcomeColour(outcome);
    return classColour(kind, count);
}

}  // namespace tessera
