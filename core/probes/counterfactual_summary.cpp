// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include "core/probes/counterfactual_record.h"

namespace tessera {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kDistance = "input units";

// Values of a column, without missing ones; of flips alone if asked for.
class Values {
  public:
    explicit Values(const Table& table)
        : table_(table), flipped_(std::get<std::vector<std::int64_t>>(table.column("flipped")->values)) {}

    std::vector<double> of(const char* name, bool flipsOnly = false) const {
        std::vector<double> values;
        std::visit(
            [&](const auto& column) {
                if constexpr (!std::is_same_v<std::decay_t<decltype(column[0])>, std::string>)
                    for (std::size_t i = 0; i < column.size(); ++i)
                        if (const auto value = static_cast<double>(column[i]);
                            !std::isnan(value) && (!flipsOnly || flipped_[i] != 0))
                            values.push_back(value);
            },
            table_.column(name)->values);
        return values;
    }
    double mean(const char* name, bool flipsOnly = false) const {
        const auto values = of(name, flipsOnly);
        double sum = 0;
        for (const double value : values) sum += value;
        return values.empty() ? kNan : sum / static_cast<double>(values.size());
    }
    double median(const char* name, bool flipsOnly = false) const {
        return quantileOf(of(name, flipsOnly), 0.5);
    }

  private:
    const Table& table_;
    const std::vector<std::int64_t>& flipped_;
};

struct Shares {
    double supported = 0, unsupported = 0, none = 0, accuracy = kNan;
};

Shares sharesOf(const Table& table, const CounterfactualRows& found) {
    Shares shares;
    std::int64_t supported = 0, unsupported = 0, none = 0, labelled = 0, correct = 0;
    for (const auto& outcome : std::get<std::vector<std::string>>(table.column("outcome")->values))
        ++(outcome == "supported" ? supported : outcome == "unsupported" ? unsupported : none);
    for (const auto& row : found.rows)
        labelled += row.label >= 0, correct += row.label >= 0 && row.label == row.flip.predicted;
    const auto all = static_cast<double>(found.rows.size());
    shares.supported = static_cast<double>(supported) / all;
    shares.unsupported = static_cast<double>(unsupported) / all;
    shares.none = static_cast<double>(none) / all;
    if (labelled > 0) shares.accuracy = static_cast<double>(correct) / static_cast<double>(labelled);
    return shares;
}

}  // namespace

void summariseCounterfactuals(ResultRecord& record, const CounterfactualRows& found) {
    const auto& table = record.tables.front();
    const Values values(table);
    const auto shares = sharesOf(table, found);
    auto& list = record.summary;
    const auto add = [&](const char* name, const char* label, const char* unit, double value,
                         const char* sentence) {
        list.push_back({name, label, unit, value, sentence});
    };
    add("samples", "Samples", "", static_cast<double>(found.rows.size()), "Samples searched from.");
    add("accuracy", "Accuracy", "", shares.accuracy,
        "Share of the labelled samples that are predicted right.");
    add("supported_rate", "Supported flips", "", shares.supported,
        "Share of samples that flip to where references of the target support it.");
    add("unsupported_rate", "Unsupported flips", "", shares.unsupported,
        "Share of samples that flip elsewhere.");
    add("no_flip_rate", "No flip", "", shares.none,
        "Share of samples with no flip within the radius and the steps; the three shares sum to 1.");
    add("success_rate", "Flips", "", shares.supported + shares.unsupported, "Supported or not.");
    const bool second = found.settings.preset == "v2";
    add("distance_mean_all", "Distance, mean of all (v1)", kDistance, values.mean("distance"),
        second ? "Over all samples, those without a flip included; preset v1 reports it."
               : "Over all samples, those without a flip included; reported by this preset.");
    add("distance_mean_flips", "Distance, mean of flips (v2)", kDistance, values.mean("distance", true),
        second ? "Over flips alone; reported by this preset." : "Over flips alone; preset v2 reports it.");
    add("distance_median_flips", "Distance, median of flips", kDistance, values.median("distance", true),
        "Over flips alone.");
    add("effort_mean_all", "Effort, mean of all (v1)", "steps", values.mean("steps"),
        "Steps taken, over all samples; those without a flip take all there are.");
    add("effort_mean_flips", "Effort, mean of flips (v2)", "steps", values.mean("steps", true),
        "Steps taken, over flips alone.");
    add("boundary_distance_median", "Boundary distance, median", kDistance,
        values.median("boundary_distance"), "To the runner-up's boundary.");
    add("nearest_boundary_median", "Nearest boundary, median", kDistance, values.median("nearest_boundary"),
        "To the nearest boundary of any class.");
    add("support_ratio_start_median", "Radius / threshold at start, median", "",
        values.median("support_ratio_start"), "Of the target class at the samples.");
    add("support_ratio_end_median", "Radius / threshold at end, median", "",
        values.median("support_ratio_end"),
        "Of the target class where the searches end; at most 1 is supported.");
    if (found.settings.curvature)
        add("curvature_median", "Local curvature, median", "per input unit", values.median("curvature"),
            "Of the references around the samples.");
    add("retrieval_rate", "Flips by retrieval", "", values.mean("retrieval_flipped"),
        "Share of samples whose nearest reference of the target is within the radius and predicted as it.");
    add("radius", "Trust radius", kDistance, found.radius, "As used.");
    add("step", "Step length", "", found.step, "As used.");
    add("shift_weight", "Weight of the shift", "", found.settings.search.shiftWeight, "As used.");
    add("support_weight", "Weight of support", "", found.settings.search.supportWeight, "As used.");
    if (found.tuning) {
        add("support_scale", "Scale of support", kDistance, found.tuning->supportScale,
            "Median support radius of references against their runner-up class.");
        add("boundary_scale", "Scale of the boundary", kDistance, found.tuning->boundaryScale,
            "Median boundary distance of references.");
    }
    if (!found.hasClosedForm) return;
    double mismatches = 0;
    for (const auto& row : found.rows)
        mismatches += row.flip.flipped != row.closedForm.flipped || row.flip.steps != row.closedForm.steps;
    add("closed_form_mismatches", "Differences from the closed form", "", mismatches,
        "Samples whose search ends at another step; more than a few would be an error, for a step may meet a "
        "boundary to within rounding.");
}

Table tuningTable(const TuningResult& tuning) {
    std::vector<std::int64_t> trial, chosen;
    std::vector<double> step, radius, shift, support, flips, distance, end, loss;
    for (std::size_t i = 0; i < tuning.trials.size(); ++i) {
        const auto& own = tuning.trials[i];
        trial.push_back(static_cast<std::int64_t>(i)), chosen.push_back(i == tuning.best);
        step.push_back(own.step), radius.push_back(own.radius);
        shift.push_back(own.shiftWeight), support.push_back(own.supportWeight);
        flips.push_back(own.flips), distance.push_back(own.distance);
        end.push_back(own.supportEnd), loss.push_back(own.loss);
    }
    Table table{"tuning", "Tuning", {}};
    auto& list = table.columns;
    list.push_back({"trial", "Trial", "", "In the order they were run.", std::move(trial)});
    list.push_back(
        {"chosen", "Chosen", "", "1 for the one that the search uses, else 0.", std::move(chosen)});
    list.push_back({"step", "Step length", "", "Of the trial.", std::move(step)});
    list.push_back({"radius", "Trust radius", kDistance, "Of the trial.", std::move(radius)});
    list.push_back({"shift_weight", "Weight of the shift", "", "Of the trial.", std::move(shift)});
    list.push_back({"support_weight", "Weight of support", "", "Of the trial.", std::move(support)});
    list.push_back({"flips", "Flips", "", "Share of the references.", std::move(flips)});
    list.push_back({"distance", "Distance, mean", kDistance, "Over flips in the grid, else over all.",
                    std::move(distance)});
    list.push_back(
        {"support_end", "Support radius at end, mean", kDistance, "None in the grid.", std::move(end)});
    list.push_back({"loss", "Loss", "",
                    "5 (1 - flips) + (distance + support radius) / its scale; none in the grid.",
                    std::move(loss)});
    return table;
}

}  // namespace tessera
