// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/path_picture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "widgets/scenes/colours.h"

namespace tessera {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

template <typename T>
const std::vector<T>* columnOf(const ResultRecord& record, const char* table, const char* column) {
    const Table* found = record.table(table);
    const Column* values = found ? found->column(column) : nullptr;
    return values ? std::get_if<std::vector<T>>(&values->values) : nullptr;
}

QString text(const std::string& utf8) {
    return QString::fromStdString(utf8);
}

}  // namespace

std::shared_ptr<const PathPicture> PathPicture::of(std::shared_ptr<const ResultRecord> record,
                                                   const SceneContext& context) {
    if (!record || record->probe != "path-regions") return nullptr;
    auto picture = std::make_shared<PathPicture>();
    picture->record_ = std::move(record);
    if (!picture->read(context)) return nullptr;
    return picture;
}

// A record may come from a file: whatever does not fit together makes no picture.
bool PathPicture::read(const SceneContext& context) {
    const Array *const position = record_->array("position"), *const logits = record_->array("logits");
    if (!position || !logits || !position->holds<double>() || !logits->holds<double>()) return false;
    if (position->count() < 2 || logits->shape().size() != 2 || logits->shape()[0] != position->count() ||
        logits->shape()[1] < 1)
        return false;
    positions_ = position->values<double>(), logits_ = logits->values<double>();
    outputs_ = static_cast<std::size_t>(logits->shape()[1]);
    if (positions_.front() != 0 || !std::is_sorted(positions_.begin(), positions_.end()) || !(end() > 0))
        return false;
    for (const auto values : {positions_, logits_})
        if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }))
            return false;
    const auto [low, high] = std::minmax_element(logits_.begin(), logits_.end());
    lowest_ = *low, highest_ = *high;
    for (std::size_t row = 0; row < positions_.size(); ++row)
        if (positions_[row] == static_cast<double>(anchorRows_.size())) anchorRows_.push_back(row);

    const auto* const layerNames = columnOf<std::string>(*record_, "layers", "name");
    const auto *const counts = columnOf<std::int64_t>(*record_, "layers", "crossings"),
                      *const silent = columnOf<std::int64_t>(*record_, "layers", "without_effect");
    const auto* const at = columnOf<double>(*record_, "crossings", "position");
    const auto* const layer = columnOf<std::int64_t>(*record_, "crossings", "layer");
    if (!layerNames || !counts || !silent || !at || !layer || layer->size() != at->size() ||
        counts->size() != layerNames->size() || silent->size() != layerNames->size())
        return false;
    for (std::size_t i = 0; i < layerNames->size(); ++i)
        layers_.push_back({text((*layerNames)[i]), (*counts)[i], (*silent)[i], {}});
    for (std::size_t i = 0; i < at->size(); ++i) {
        if ((*layer)[i] < 0 || (*layer)[i] >= static_cast<std::int64_t>(layers_.size())) return false;
        auto& positions = layers_[static_cast<std::size_t>((*layer)[i])].positions;
        if (!std::isfinite((*at)[i]) || (!positions.empty() && (*at)[i] < positions.back())) return false;
        positions.push_back((*at)[i]);
    }

    const auto* const samples = columnOf<std::int64_t>(*record_, "anchors", "sample");
    const auto* const labels = columnOf<std::int64_t>(*record_, "anchors", "label");
    if (!samples || !labels || samples->size() != labels->size()) return false;
    // Every stretch lies between two samples.
    if (samples->size() < 2 || end() > static_cast<double>(samples->size() - 1)) return false;
    const auto classes = context.classNames;
    for (std::size_t i = 0; i < samples->size(); ++i) {
        const auto label = (*labels)[i];
        QString name = QStringLiteral("#%1").arg((*samples)[i]);
        if (label >= 0)
            name += QStringLiteral(" (%1)").arg(label < static_cast<std::int64_t>(classes.size())
                                                    ? classes[static_cast<std::size_t>(label)]
                                                    : QString::number(label));
        anchorNames_.push_back(name);
    }

    const auto* const logitNames = columnOf<std::string>(*record_, "logits", "name");
    const auto* const deviation = columnOf<double>(*record_, "logits", "absolute_deviation");
    for (std::size_t k = 0; k < outputs_; ++k) {
        const bool isNamed = classes.size() == outputs_;
        names_.push_back(isNamed                                        ? classes[k]
                         : logitNames && logitNames->size() == outputs_ ? text((*logitNames)[k])
                                                                        : QString::number(k));
    }
    deviation_ =
        deviation && deviation->size() == outputs_ ? *deviation : std::vector<double>(outputs_, kNone);
    byDeviation_.resize(outputs_);
    std::iota(byDeviation_.begin(), byDeviation_.end(), std::size_t{0});
    std::stable_sort(byDeviation_.begin(), byDeviation_.end(),
                     [&](std::size_t a, std::size_t b) { return deviation_[a] > deviation_[b]; });
    return true;
}

QColor PathPicture::logitColour(std::size_t k) const {
    return classColour(outputs_ == 1 ? 1 : static_cast<int>(k), classCount());
}

std::size_t PathPicture::rowBefore(double position) const {
    const auto next = std::upper_bound(positions_.begin(), positions_.end(), position);
    const auto row = std::distance(positions_.begin(), next) - 1;
    return static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(row, 0, static_cast<std::ptrdiff_t>(positions_.size()) - 2));
}

double PathPicture::logitAt(double position, std::size_t k) const {
    const std::size_t row = rowBefore(position);
    const double length = positions_[row + 1] - positions_[row];
    if (!(length > 0)) return logit(row + 1, k);  // a position given twice, at the end
    const double t = std::clamp((position - positions_[row]) / length, 0.0, 1.0);
    return (1 - t) * logit(row, k) + t * logit(row + 1, k);
}

std::vector<double> PathPicture::probabilitiesAt(double position) const {
    if (outputs_ == 1) {
        const double p = 1 / (1 + std::exp(-logitAt(position, 0)));
        return {1 - p, p};
    }
    std::vector<double> values(outputs_);
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::size_t k = 0; k < outputs_; ++k) largest = std::max(largest, values[k] = logitAt(position, k));
    for (double& value : values) sum += value = std::exp(value - largest);
    for (double& value : values) value /= sum;
    return values;
}

double PathPicture::chordAt(double position, std::size_t k) const {
    const auto segment = static_cast<std::size_t>(std::max(0.0, std::ceil(position) - 1));
    if (segment + 1 >= anchorRows_.size()) return kNone;
    const double t = position - static_cast<double>(segment);
    return (1 - t) * logit(anchorRows_[segment], k) + t * logit(anchorRows_[segment + 1], k);
}

int PathPicture::nearestCrossing(double position, double& at) const {
    int nearest = -1;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const auto& all = layers_[i].positions;
        const auto next = std::lower_bound(all.begin(), all.end(), position);
        for (const auto candidate : {next, next == all.begin() ? all.end() : std::prev(next)}) {
            if (candidate == all.end()) continue;
            if (nearest >= 0 && std::abs(*candidate - position) >= std::abs(at - position)) continue;
            nearest = static_cast<int>(i), at = *candidate;
        }
    }
    return nearest;
}

std::vector<QPointF> PathPicture::curve(std::size_t k, double low, double high, int columns) const {
    low = std::max(low, 0.0), high = std::min(high, end());
    std::vector<QPointF> points;
    if (!(high > low)) return points;
    points.emplace_back(low, logitAt(low, k));
    const double perColumn = std::max(columns, 1) / (high - low);
    auto row = static_cast<std::size_t>(
        std::distance(positions_.begin(), std::upper_bound(positions_.begin(), positions_.end(), low)));
    while (row < positions_.size() && positions_[row] < high) {
        const auto column = static_cast<qint64>((positions_[row] - low) * perColumn);
        const std::size_t first = row;
        std::size_t lowest = row, highest = row, last = row;
        for (; row < positions_.size() && positions_[row] < high &&
               static_cast<qint64>((positions_[row] - low) * perColumn) == column;
             ++row) {
            if (logit(row, k) < logit(lowest, k)) lowest = row;
            if (logit(row, k) > logit(highest, k)) highest = row;
            last = row;
        }
        std::size_t kept[] = {first, std::min(lowest, highest), std::max(lowest, highest), last};
        for (int i = 0; i < 4; ++i)
            if (i == 0 || kept[i] != kept[i - 1]) points.emplace_back(positions_[kept[i]], logit(kept[i], k));
    }
    points.emplace_back(high, logitAt(high, k));
    return points;
}

QColor pathLayerColour(std::size_t layer, std::size_t count) {
    const double depth = count > 1 ? static_cast<double>(layer) / static_cast<double>(count - 1) : 0;
    return QColor(viridis(0.12 + 0.76 * depth));
}

}  // namespace tessera
