// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/local_geometry_record.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kDistance = "input units";  // of the network, after normalisation
constexpr const char* kSlope = "logits per input unit";

// Of what there is; NaN where there is nothing.
struct Spread {
    std::size_t count = 0;
    double mean = kNan, rms = kNan, median = kNan, least = kNan, most = kNan;
};

Spread spreadOf(std::vector<double> values) {
    std::erase_if(values, [](double value) { return std::isnan(value); });
    Spread spread;
    spread.count = values.size();
    if (values.empty()) return spread;
    double sum = 0, squares = 0;
    for (const double value : values) sum += value, squares += value * value;
    const auto count = static_cast<double>(values.size());
    spread.mean = sum / count;
    spread.rms = std::sqrt(squares / count);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    spread.least = *least, spread.most = *most;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    spread.median = *middle;
    if (values.size() % 2 == 0) spread.median = 0.5 * (*middle + *std::max_element(values.begin(), middle));
    return spread;
}

std::vector<double> firstOrderDistances(const LocalRows& rows) {
    std::vector<double> distances;
    for (std::size_t i = 0; i < rows.marginGradient.size(); ++i)
        distances.push_back(rows.marginGradient[i] > 0 ? rows.margin[i] / rows.marginGradient[i] : kNan);
    return distances;
}

void addClasses(Table& table, const LocalRows& rows) {
    std::vector<std::int64_t> correct;
    for (std::size_t i = 0; i < rows.sample.size(); ++i)
        correct.push_back(rows.label[i] < 0 ? -1 : rows.label[i] == rows.predicted[i] ? 1 : 0);
    table.columns.push_back({"sample", "Sample", "", "Index in the data set, from 0.", rows.sample});
    table.columns.push_back({"label", "Label", "", "Class in the data set; -1: none.", rows.label});
    table.columns.push_back({"predicted", "Predicted", "", "Class of the largest logit.", rows.predicted});
    table.columns.push_back(
        {"correct", "Correct", "",
         "1 where the predicted class is the label, 0 where it is not, -1 without a label.",
         std::move(correct)});
    table.columns.push_back({"confidence", "Confidence", "",
                             "Softmax probability of the predicted class (sigmoid for a single logit).",
                             rows.confidence});
    table.columns.push_back({"margin", "Margin", "logits",
                             "Largest logit minus the runner-up; distance from zero for a single logit.",
                             rows.margin});
    table.columns.push_back(
        {"entropy", "Entropy", "nats", "Of the predicted class probabilities.", rows.entropy});
}

void addJacobian(Table& table, const LocalRows& rows) {
    if (rows.jacobianNorm.empty()) return;
    table.columns.push_back({"jacobian_norm", "Jacobian norm", kSlope,
                             "Largest singular value of J = d logits / d input.", rows.jacobianNorm});
    table.columns.push_back({"jacobian_frobenius", "Jacobian, Frobenius", kSlope,
                             "Square root of the sum of squares of J.", rows.jacobianFrobenius});
    table.columns.push_back({"margin_gradient", "Margin gradient", kSlope,
                             "Norm of the gradient of the margin in the input.", rows.marginGradient});
    table.columns.push_back(
        {"first_order_distance", "First-order distance", kDistance,
         "Derived: margin / margin gradient, the distance to the boundary if the network were affine.",
         firstOrderDistances(rows)});
}

void addBoundary(Table& table, const LocalRows& rows) {
    if (!rows.hasRays) return;
    std::vector<double> distance, bracket;
    std::vector<std::int64_t> beyond, towards;
    for (std::size_t i = 0; i < rows.sample.size(); ++i) {
        const auto hit = i < rows.hits.size() ? rows.hits[i] : BoundaryHit{};
        distance.push_back(hit.distance);
        bracket.push_back(hit.target < 0 ? kNan : hit.bracket);
        beyond.push_back(hit.classBeyond);
        towards.push_back(hit.target < 0 ? -1
                          : rows.toMeans ? rows.targets.classes[static_cast<std::size_t>(hit.target)]
                                         : rows.targets.samples[static_cast<std::size_t>(hit.target)]);
    }
    table.columns.push_back({"boundary_distance", "Boundary distance", kDistance,
                             "From the sample to the first change of the predicted class on its rays.",
                             std::move(distance)});
    table.columns.push_back({"boundary_bracket", "Boundary bracket", kDistance,
                             "Width of the interval that is certain to hold that change.",
                             std::move(bracket)});
    table.columns.push_back({"boundary_class", "Class beyond", "",
                             "Predicted behind the boundary; -1: no boundary was found.", std::move(beyond)});
    table.columns.push_back({rows.toMeans ? "ray_class" : "ray_sample",
                             rows.toMeans ? "Ray to mean of" : "Ray to sample", "",
                             rows.toMeans ? "Class whose mean the ray leads to; -1: no boundary was found."
                                          : "Sample that the ray leads to; -1: no boundary was found.",
                             std::move(towards)});
}

void summarise(ResultRecord& record, const LocalRows& rows) {
    auto& list = record.summary;
    const auto& table = record.tables.front();
    const auto spread = [&table](const char* name) {
        return spreadOf(std::get<std::vector<double>>(table.column(name)->values));
    };
    const auto count = rows.sample.size();
    std::size_t labelled = 0, correct = 0;
    for (std::size_t i = 0; i < count; ++i)
        labelled += rows.label[i] >= 0, correct += rows.label[i] >= 0 && rows.label[i] == rows.predicted[i];
    list.push_back({"samples", "Samples", "", static_cast<double>(count), "Samples measured."});
    list.push_back({"accuracy", "Accuracy", "",
                    labelled > 0 ? static_cast<double>(correct) / static_cast<double>(labelled) : kNan,
                    "Share of the labelled samples that are predicted right; nothing without labels."});
    const auto margin = spread("margin");
    list.push_back({"margin_mean", "Margin, mean", "logits", margin.mean, "Mean margin of the samples."});
    list.push_back(
        {"entropy_mean", "Entropy, mean", "nats", spread("entropy").mean, "Mean predictive entropy."});
    if (!rows.jacobianNorm.empty()) {
        const auto norm = spread("jacobian_norm");
        const auto& unit = table.column("jacobian_norm")->unit;
        list.push_back(
            {"jacobian_norm_rms", "Empirical Lipschitz constant", unit, norm.rms,
             "Root mean square of the Jacobian norms (L_emp, eq. 1); a lower bound of the true one."});
        list.push_back({"jacobian_norm_mean", "Jacobian norm, mean", unit, norm.mean, "Arithmetic mean."});
        list.push_back({"jacobian_norm_max", "Jacobian norm, largest", unit, norm.most,
                        "The tightest lower bound of the Lipschitz constant among these samples."});
        list.push_back({"first_order_distance_median", "First-order distance, median", kDistance,
                        spread("first_order_distance").median,
                        "Derived: median of margin / margin gradient."});
    }
    if (!rows.hasRays) return;
    const auto distance = spread("boundary_distance");
    list.push_back({"boundary_distance_median", "Boundary distance, median", kDistance, distance.median,
                    "Median over the samples whose rays meet a boundary."});
    list.push_back({"boundary_distance_min", "Boundary distance, smallest", kDistance, distance.least,
                    "The sample nearest to a boundary."});
    list.push_back({"boundaries_found", "Boundaries found", "", static_cast<double>(distance.count),
                    "Samples whose rays meet a boundary."});
    record.provenance.tolerance = distance.count > 0 ? spread("boundary_bracket").most : 0;
}

}  // namespace

ResultRecord localGeometryRecord(const LocalRows& rows) {
    ResultRecord record;
    Table table{"samples", "Samples", {}, "sample"};
    addClasses(table, rows);
    addJacobian(table, rows);
    addBoundary(table, rows);
    record.tables.push_back(std::move(table));
    summarise(record, rows);

    auto& provenance = record.provenance;
    provenance.dtype = "float64";
    provenance.samples = static_cast<std::int64_t>(rows.sample.size());
    const auto measured = rows.sample.size(), walked = rows.hits.size();
    const auto wanted = static_cast<std::size_t>(rows.wanted);
    provenance.complete = measured == wanted && (!rows.hasRays || walked == wanted);
    if (!provenance.complete) {
        provenance.note =
            "cancelled after " + std::to_string(measured) + " of " + std::to_string(wanted) + " samples" +
            (rows.hasRays ? ", " + std::to_string(walked) + " of them with a boundary distance" : "");
        record.notes.push_back("Partial: " + provenance.note + ".");
    }
    if (rows.isNormalised)
        record.notes.push_back("Input units are those of the network: of samples after normalisation.");
    if (!rows.jacobianNorm.empty())
        record.notes.push_back(
            "The first-order distance is derived here: it is exact only up to the first kink of the "
            "network.");
    if (rows.hasRays)
        record.notes.push_back(
            "The boundary distance is derived here: it is measured along rays, so it is an upper bound of "
            "the "
            "distance to the nearest boundary in any direction.");
    if (std::all_of(rows.label.begin(), rows.label.end(), [](auto label) { return label < 0; }))
        record.notes.push_back("The samples have no labels: the predicted class stands in for them.");
    const auto missed = static_cast<std::size_t>(
        std::count_if(rows.hits.begin(), rows.hits.end(), [](const auto& hit) { return hit.target < 0; }));
    if (rows.hasRays && missed > 0)
        record.notes.push_back(std::to_string(missed) + (missed == 1 ? " sample has" : " samples have") +
                               " no boundary on a ray: " +
                               (rows.targets.size() == 0 ? "there is nothing to aim at."
                                : rows.toMeans
                                    ? "the means of the other classes are predicted as their own class, or "
                                      "there is only one class."
                                    : "no sample of another class among those chosen is predicted right."));
    return record;
}

}  // namespace tessera
