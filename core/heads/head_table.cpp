// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/head_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/model/model_cut.h"

namespace tessera {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

HeadLayer rowCentred(HeadLayer layer) {
    const Eigen::RowVectorXd mean = layer.weight.colwise().mean();
    layer.weight.rowwise() -= mean;
    layer.bias.array() -= layer.bias.mean();
    return layer;
}

// Largest minus second largest logit of each row.
Eigen::VectorXd margins(const Rows& logits) {
    Eigen::VectorXd found(logits.rows());
    for (Eigen::Index i = 0; i < logits.rows(); ++i) {
        double first = -std::numeric_limits<double>::infinity(), second = first;
        for (Eigen::Index c = 0; c < logits.cols(); ++c) {
            const double value = logits(i, c);
            if (value > first)
                second = first, first = value;
            else
                second = std::max(second, value);
        }
        found(i) = first - second;
    }
    return found;
}

bool differInSeedOnly(const HeadRecipe& a, const HeadRecipe& b) {
    HeadRecipe same = b;
    same.seed = a.seed;
    return recipeText(same) == recipeText(a) && a.batch == b.batch && a.epochs == b.epochs &&
           a.patience == b.patience && a.cost == b.cost && a.shrinkage == b.shrinkage;
}

Result<Done> checkHead(const ComparedHead& head, std::int64_t dimension, int classes) {
    const auto& info = head.model->info();
    if (elementCount(info.inputShape) != dimension)
        return inputError(head.name + " takes " + std::to_string(elementCount(info.inputShape)) +
                          " values, but the embeddings have " + std::to_string(dimension) +
                          "; compare heads over the representation that they were trained on.");
    if (head.model->classCount() < classes)
        return inputError(head.name + " tells " + std::to_string(head.model->classCount()) +
                          " classes apart, but the embeddings have " + std::to_string(classes) +
                          "; compare heads of the same classes.");
    return Done{};
}

}  // namespace

LogitQuality qualityOf(const ConstRows& logits, std::span<const std::int32_t> labels, int bins) {
    LogitQuality quality;
    std::vector<double> confidence(static_cast<std::size_t>(bins)), correct(confidence.size());
    for (Eigen::Index i = 0; i < logits.rows(); ++i) {
        const auto label = labels[static_cast<std::size_t>(i)];
        Eigen::Index top = 0;
        const double largest = logits.row(i).maxCoeff(&top);  // the first of equals
        const double sum = (logits.row(i).array() - largest).exp().sum(), sure = 1 / sum;
        quality.crossEntropy += std::log(sum) - (logits(i, label) - largest);
        // (0, 1/15], (1/15, 2/15], ...
        const auto bin = static_cast<std::size_t>(std::clamp(std::ceil(sure * bins) - 1, 0.0, bins - 1.0));
        confidence[bin] += sure;
        correct[bin] += top == label ? 1 : 0;
        quality.accuracy += top == label ? 1 : 0;
    }
    const auto count = static_cast<double>(std::max<Eigen::Index>(1, logits.rows()));
    for (std::size_t b = 0; b < confidence.size(); ++b)
        quality.ece += std::abs(confidence[b] - correct[b]) / count;
    quality.accuracy /= count;
    quality.crossEntropy /= count;
    return quality;
}

Result<Rows> logitsOf(const Model& model, const ConstRows& points) {
    const Rows packed = points;
    Rows logits(points.rows(), model.info().outputs);
    if (auto run = model.logits(packed.data(), packed.rows(), logits.data()); !run.isOk())
        return std::move(run).propagate<Rows>();
    if (logits.cols() > 1) return logits;
    Rows two(logits.rows(), 2);
    two << -0.5 * logits, 0.5 * logits;
    return two;
}

Result<std::optional<HeadLayer>> linearLayerOf(const Model& model) {
    if (!isAffine(model)) return std::optional<HeadLayer>();
    const std::int64_t dimension = elementCount(model.info().inputShape);
    Rows axes = Rows::Zero(dimension + 1, dimension);  // the last row is the origin
    axes.topRows(dimension).setIdentity();
    auto values = logitsOf(model, axes);
    if (!values.isOk()) return std::move(values).propagate<std::optional<HeadLayer>>();
    const Eigen::RowVectorXd bias = values.value().row(dimension);
    return std::optional(
        HeadLayer{(values.value().topRows(dimension).rowwise() - bias).transpose(), bias.transpose()});
}

double angleBetween(const HeadLayer& a, const HeadLayer& b) {
    const HeadLayer first = rowCentred(a), second = rowCentred(b);
    const double normA = std::sqrt(first.weight.squaredNorm() + first.bias.squaredNorm()),
                 normB = std::sqrt(second.weight.squaredNorm() + second.bias.squaredNorm());
    if (normA == 0 || normB == 0) return kNaN;
    // Of the half-way difference and sum: exact for small angles, where the arc cosine is not.
    const Rows w1 = first.weight / normA, w2 = second.weight / normB;
    const Eigen::VectorXd b1 = first.bias / normA, b2 = second.bias / normB;
    const double apart = std::sqrt((w1 - w2).squaredNorm() + (b1 - b2).squaredNorm()),
                 together = std::sqrt((w1 + w2).squaredNorm() + (b1 + b2).squaredNorm());
    return 2 * std::atan2(apart, together) * 180 / std::numbers::pi;
}

Result<HeadTable> compareHeads(const Embeddings& embeddings, std::span<const ComparedHead> heads, Part part,
                               std::stop_token stop, Progress& progress) {
    const auto& samples = embeddings.splits.of(part);
    return compareHeads(embeddings.pointsOf(samples), embeddings.labelsOf(samples), samples,
                        embeddings.classes(), heads, std::move(stop), progress);
}

Result<HeadTable> compareHeads(ConstRows points, std::span<const std::int32_t> labels,
                               std::span<const std::int64_t> samples, int classes,
                               std::span<const ComparedHead> heads, std::stop_token stop,
                               Progress& progress) {
    HeadTable table;
    table.heads.assign(heads.begin(), heads.end());
    table.samples = points.rows();
    Eigen::VectorXd firstMargins;
    std::optional<HeadLayer> firstLayer;
    for (std::size_t i = 0; i < heads.size(); ++i) {
        if (stop.stop_requested()) return Cancelled{};
        progress.report(static_cast<std::int64_t>(i), static_cast<std::int64_t>(heads.size()),
                        "comparing heads");
        if (auto fits = checkHead(heads[i], points.cols(), classes); !fits.isOk())
            return std::move(fits).propagate<HeadTable>();
        auto logits = logitsOf(*heads[i].model, points);
        if (!logits.isOk()) return std::move(logits).propagate<HeadTable>();
        for (Eigen::Index row = 0; row < logits.value().rows(); ++row)
            if (!logits.value().row(row).allFinite())
                return inputError(heads[i].name + " gives logits that are not numbers for sample " +
                                  std::to_string(samples[static_cast<std::size_t>(row)]) +
                                  " of the embeddings; check its weights, or leave it out.");
        auto layer = linearLayerOf(*heads[i].model);
        if (!layer.isOk()) return std::move(layer).propagate<HeadTable>();
        const auto quality = qualityOf(logits.value(), labels);
        const Eigen::VectorXd ownMargins = margins(logits.value());
        if (i == 0) firstMargins = ownMargins, firstLayer = layer.value();
        HeadFigures figures{quality.accuracy, quality.crossEntropy, quality.ece, kNaN, kNaN, kNaN};
        if (points.rows() > 0) figures.marginDifference = (ownMargins - firstMargins).cwiseAbs().mean();
        if (layer.value()) figures.logitScale = rowCentred(*layer.value()).weight.norm();
        if (layer.value() && firstLayer && layer.value()->weight.rows() == firstLayer->weight.rows())
            figures.angle = angleBetween(*layer.value(), *firstLayer);
        table.figures.push_back(figures);
        if (heads[0].recipe && heads[i].recipe && differInSeedOnly(*heads[0].recipe, *heads[i].recipe))
            table.seedVariants.push_back(i);
    }
    progress.report(static_cast<std::int64_t>(heads.size()), static_cast<std::int64_t>(heads.size()),
                    "comparing heads");
    return table;
}

std::vector<Table> tablesOf(const HeadTable& table, std::vector<Column> extra) {
    const auto numbers = [&](const char* name, const char* label, const char* unit, const char* sentence,
                             double HeadFigures::*figure) {
        std::vector<double> values;
        for (const auto& figures : table.figures) values.push_back(figures.*figure);
        return Column{name, label, unit, sentence, std::move(values)};
    };
    std::vector<Column> columns{
        numbers("accuracy", "Accuracy", "", "Share of samples whose label has the largest logit.",
                &HeadFigures::accuracy),
        numbers("cross_entropy", "Cross-entropy", "nats", "Mean of -log softmax of the label.",
                &HeadFigures::crossEntropy),
        numbers("ece", "ECE", "", "Expected calibration error over 15 equal bins of confidence.",
                &HeadFigures::ece),
        numbers("angle", "Angle", "degrees", "To the first head: of row-centred, flattened (W, b).",
                &HeadFigures::angle),
        numbers(
            "margin_difference", "Margin difference", "logits",
            "Mean over samples of how much the gap of the two largest logits differs from the first head's.",
            &HeadFigures::marginDifference),
        numbers("logit_scale", "Scale of W", "", "Frobenius norm of the row-centred weights.",
                &HeadFigures::logitScale)};
    std::move(extra.begin(), extra.end(), std::back_inserter(columns));
    std::vector<std::string> names;
    for (const auto& head : table.heads) names.push_back(head.name);
    Table heads{"heads", "Heads", {Column{"head", "Head", "", "Name of the head.", std::move(names)}}};
    Table ranges{
        "ranges",
        "Range over seeds at fixed representation",
        {Column{"quantity", "Quantity", "", "Column of the table of heads.", std::vector<std::string>()},
         Column{"lowest", "Lowest", "", "Over the first head and its seed-only variants.",
                std::vector<double>()},
         Column{"highest", "Highest", "", "Over the same heads.", std::vector<double>()},
         Column{"range", "Range", "", "Highest minus lowest.", std::vector<double>()}}};
    for (auto& column : columns) {
        const auto* values = std::get_if<std::vector<double>>(&column.values);
        if (values != nullptr && table.seedVariants.size() > 1) {
            double low = std::numeric_limits<double>::infinity(), high = -low;
            for (const auto i : table.seedVariants)
                if (!std::isnan((*values)[i]))
                    low = std::min(low, (*values)[i]), high = std::max(high, (*values)[i]);
            const bool any = low <= high;
            std::get<std::vector<std::string>>(ranges.columns[0].values).push_back(column.name);
            std::get<std::vector<double>>(ranges.columns[1].values).push_back(any ? low : kNaN);
            std::get<std::vector<double>>(ranges.columns[2].values).push_back(any ? high : kNaN);
            std::get<std::vector<double>>(ranges.columns[3].values).push_back(any ? high - low : kNaN);
        }
        heads.columns.push_back(std::move(column));
    }
    std::vector<Table> tables{std::move(heads)};
    if (ranges.rows() > 0) tables.push_back(std::move(ranges));
    return tables;
}

}  // namespace tessera
