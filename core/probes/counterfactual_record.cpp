// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/counterfactual_record.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "core/base/record_columns.h"

namespace tessera {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kDistance = "input units";  // of the network, after normalisation

using Row = CounterfactualRow;

double finiteOrNone(double value) {
    return std::isfinite(value) ? value : kNan;
}

double tauOf(const CounterfactualRows& found, const Row& row) {
    return found.thresholds.tau[static_cast<std::size_t>(row.flip.target)];
}

double ratioOf(const CounterfactualRows& found, const Row& row, double support) {
    const double tau = tauOf(found, row);
    return tau > 0 ? finiteOrNone(support / tau) : kNan;
}

bool isSupported(const CounterfactualRows& found, const Row& row) {
    return row.flip.flipped && row.supportEnd <= tauOf(found, row);  // nothing is at most NaN
}

const char* outcomeOf(const CounterfactualRows& found, const Row& row) {
    return !row.flip.flipped ? "no flip" : isSupported(found, row) ? "supported" : "unsupported";
}

using Columns = RecordColumns<Row>;

void addOutcomes(Columns& columns, const CounterfactualRows& found) {
    columns.add("sample", "Sample", "", "Index in the data set, from 0.",
                [](const Row& row) { return row.sample; });
    columns.add("outcome", "Outcome", "",
                "Supported or unsupported flip, or no flip within the radius and the steps.",
                [&](const Row& row) { return outcomeOf(found, row); });
    columns.add("label", "Label", "", "Class in the data set; -1: none.",
                [](const Row& row) { return row.label; });
    columns.add("predicted", "Predicted", "", "Class of the largest logit at the sample.",
                [](const Row& row) { return row.flip.predicted; });
    columns.add("target", "Target", "",
                "Class that the search raises and whose references support it; the runner-up if untargeted.",
                [](const Row& row) { return row.flip.target; });
    columns.add("landing_class", "Landing class", "", "Predicted at the end of the search.",
                [](const Row& row) { return row.flip.landing; });
    columns.add("flipped", "Flipped", "", "1 for a flip, else 0.",
                [](const Row& row) { return row.flip.flipped ? 1 : 0; });
}

// The two that say most come first: a scatter of the table begins with them.
void addDistanceAndSupport(Columns& columns, const CounterfactualRows& found) {
    const bool linear = found.isLinear;
    columns.add("boundary_distance", "Boundary distance", kDistance,
                linear ? "Exact, to where the runner-up is level with the predicted class."
                       : "To first order, to where the runner-up is level with the predicted class.",
                [](const Row& row) { return finiteOrNone(row.boundary.runnerUp); });
    columns.add("support_ratio_start", "Radius / threshold at start", "", "At most 1 is supported.",
                [&](const Row& row) { return ratioOf(found, row, row.supportStart); });
    columns.add("support_ratio_end", "Radius / threshold at end", "", "At most 1 is supported.",
                [&](const Row& row) { return ratioOf(found, row, row.supportEnd); });
}

void addWalks(Columns& columns) {
    columns.add("distance", "Distance", kDistance, "From the sample to the end of the search.",
                [](const Row& row) { return row.flip.distance; });
    columns.add("steps", "Steps", "", "Taken until the flip, or all of them (effort).",
                [](const Row& row) { return row.flip.steps; });
    columns.add("margin_start", "Margin at start", "logits", "Target minus predicted logit at the sample.",
                [](const Row& row) { return row.flip.marginStart; });
    columns.add("margin_end", "Margin at end", "logits",
                "Target minus predicted logit at the end; of the class predicted at the sample.",
                [](const Row& row) { return row.flip.marginEnd; });
}

void addGeometry(Columns& columns, const CounterfactualRows& found) {
    const bool linear = found.isLinear, mahalanobis = found.settings.mahalanobis;
    columns.add("nearest_boundary", "Nearest boundary", kDistance,
                linear
                    ? "Exact, to the boundary of the predicted class: the smallest of all other classes."
                    : "To first order, the smallest of all other classes; the runner-up's is an upper bound.",
                [](const Row& row) { return finiteOrNone(row.boundary.nearest); });
    columns.add("nearest_boundary_class", "Class beyond", "", "Other side of the nearest boundary.",
                [](const Row& row) { return row.boundary.beyond; });
    const char* unit = mahalanobis ? "" : kDistance;
    columns.add("support_start", "Support radius at start", unit,
                mahalanobis
                    ? "Mahalanobis distance of the sample to the mean of the target class."
                    : "From the sample to the k-th nearest reference of the target class; none: too few.",
                [](const Row& row) { return finiteOrNone(row.supportStart); });
    columns.add("support_end", "Support radius at end", unit,
                mahalanobis
                    ? "Mahalanobis distance of the end to the mean of the target class."
                    : "From the end to the k-th nearest reference of the target class; none: too few.",
                [](const Row& row) { return finiteOrNone(row.supportEnd); });
    columns.add("support_threshold", "Support threshold", unit,
                "Of the target class (tau); none: too few references.",
                [&](const Row& row) { return tauOf(found, row); });
    if (found.settings.curvature)
        columns.add("curvature", "Local curvature", "per input unit",
                    "Of the references around the sample: half a principal curvature.",
                    [](const Row& row) { return row.curvature; });
}

void addOtherWays(Columns& columns, const CounterfactualRows& found) {
    if (found.hasClosedForm) {
        columns.add("closed_form_steps", "Steps, closed form", "",
                    "As the search should take them, from the weights alone.",
                    [](const Row& row) { return row.closedForm.steps; });
        columns.add("closed_form_distance", "Distance, closed form", kDistance,
                    "Of the end, from the weights alone.",
                    [](const Row& row) { return row.closedForm.distance; });
    }
    columns.add("retrieval_sample", "Nearest reference", "",
                "Sample of the target class nearest to this one; -1: the class has no references.",
                [](const Row& row) { return row.retrievalSample; });
    columns.add("retrieval_distance", "Distance of the reference", kDistance, "From the sample to it.",
                [](const Row& row) { return finiteOrNone(row.retrievalDistance); });
    columns.add("retrieval_flipped", "Reference flips", "",
                "1 where it lies within the trust radius and is predicted as the target, else 0.",
                [](const Row& row) { return row.retrievalFlips ? 1 : 0; });
}

Table samplesTable(const CounterfactualRows& found) {
    Table table{"samples", "Samples", {}, "sample"};
    Columns columns(table, found.rows);
    addOutcomes(columns, found);
    addDistanceAndSupport(columns, found);
    addWalks(columns);
    addGeometry(columns, found);
    addOtherWays(columns, found);
    return table;
}

Table classesTable(const CounterfactualRows& found) {
    const auto classes = found.thresholds.tau.size();
    const auto k = found.settings.support.neighbours;
    std::vector<std::int64_t> index, targeted(classes), flips(classes), supported(classes);
    std::vector<std::string> names, notes;
    for (std::size_t c = 0; c < classes; ++c) {
        index.push_back(static_cast<std::int64_t>(c));
        names.push_back(c < found.classNames.size() ? found.classNames[c] : std::to_string(c));
        const auto count = found.thresholds.count[c];
        const bool isShort = !found.settings.mahalanobis && count < k;
        notes.push_back(std::isnan(found.thresholds.tau[c]) ? "too few references: never supported"
                        : isShort ? "fewer than k references: the radius reaches for those there are"
                                  : "");
    }
    for (const auto& row : found.rows) {
        const auto target = static_cast<std::size_t>(row.flip.target);
        ++targeted[target];
        flips[target] += row.flip.flipped;
        supported[target] += isSupported(found, row);
    }
    Table table{"classes", "Classes", {}};
    auto& list = table.columns;
    list.push_back({"class", "Class", "", "Index of the class.", std::move(index)});
    list.push_back({"name", "Name", "", "In the data set.", std::move(names)});
    list.push_back({"references", "References", "", "Of this label in the pool.", found.thresholds.count});
    list.push_back({"threshold", "Support threshold", found.settings.mahalanobis ? "" : kDistance,
                    "Quantile of the support radii of its own references (tau); none: too few of them.",
                    found.thresholds.tau});
    list.push_back({"targeted", "Targeted", "", "Samples with this target.", std::move(targeted)});
    list.push_back({"flips", "Flips", "", "Of them.", std::move(flips)});
    list.push_back(
        {"supported", "Supported", "", "Flips that its references support.", std::move(supported)});
    list.push_back({"note", "Note", "", "What to know of its threshold.", std::move(notes)});
    return table;
}

void addPaths(ResultRecord& record, const CounterfactualRows& found) {
    if (found.paths.empty()) return;
    std::vector<std::int64_t> samples, begin{0}, steps;
    std::vector<double> points;
    const auto width = found.paths.front().points.cols();
    for (std::size_t i = 0; i < found.paths.size(); ++i) {
        const auto& path = found.paths[i];
        samples.push_back(found.rows[i].sample);
        steps.insert(steps.end(), path.step.begin(), path.step.end());
        begin.push_back(static_cast<std::int64_t>(steps.size()));
        points.insert(points.end(), path.points.data(), path.points.data() + path.points.size());
    }
    const auto count = static_cast<std::int64_t>(steps.size()),
               paths = static_cast<std::int64_t>(samples.size());
    record.arrays.push_back(Array::of("path_samples", {paths}, std::move(samples)));
    record.arrays.push_back(Array::of("path_begin", {paths + 1}, std::move(begin)));
    record.arrays.push_back(Array::of("path_steps", {count}, std::move(steps)));
    record.arrays.push_back(Array::of("path_points", {count, width}, std::move(points)));
}

std::string countText(std::int64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string shortText(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

// Why nothing flips, where it is the settings' doing: radius 1 means something else in every representation.
std::string noFlipNote(const CounterfactualRows& found) {
    std::vector<double> boundaries;
    double farthest = 0;
    for (const auto& row : found.rows) {
        if (row.flip.flipped) return {};
        if (std::isfinite(row.boundary.nearest)) boundaries.push_back(row.boundary.nearest);
        farthest = std::max(farthest, row.flip.distance);
    }
    const double median = quantileOf(std::move(boundaries), 0.5);
    if (!(median > 0)) return {};
    const std::string text = "No sample flips: the median distance to the nearest boundary is " +
                             shortText(median) + " input units, ";
    if (farthest < 0.99 * found.radius)
        return text + "and no search goes farther than " + shortText(farthest) +
               " in the steps it has; raise step or steps.";
    if (median > found.radius)
        return text + "the trust radius " + shortText(found.radius) +
               "; raise it, or give it in boundary distances (radius-unit).";
    return {};
}

void addNotes(ResultRecord& record, const CounterfactualRows& found) {
    auto& notes = record.notes;
    const auto& settings = found.settings;
    notes.push_back(
        std::string("Evaluated: ") + (found.areChosen ? "the chosen samples" : "the test part of the data") +
        "; references: " + countText(found.references, "sample", "samples") + " of its reference part" +
        (found.isSplitGiven ? ", as the file says." : ", drawn by class with the seed."));
    if (found.hasSelf)
        notes.push_back(
            "Some evaluated samples are references themselves; each is left out of its own neighbours.");
    std::string few;
    for (std::size_t c = 0; c < found.thresholds.count.size(); ++c)
        if (found.thresholds.count[c] < settings.support.neighbours)
            few += (few.empty() ? "" : ", ") +
                   (c < found.classNames.size() ? found.classNames[c] : std::to_string(c));
    if (!few.empty() && !settings.mahalanobis)
        notes.push_back(
            "Classes with fewer than " + std::to_string(settings.support.neighbours) + " references: " + few +
            (settings.support.fewPoints == FewPoints::Shrink ? "; their radius reaches for those there are."
                                                             : "; they never count as supporting."));
    if (settings.search.rule == FlipRule::AnyOther)
        notes.push_back(
            "Any other class counts as a flip; support is measured against the target even where the search "
            "lands in another class.");
    if (!found.isLinear) notes.push_back("The network is not affine: boundary distances are of first order.");
    if (auto note = noFlipNote(found); !note.empty()) notes.push_back(std::move(note));
    if (found.isNormalised)
        notes.push_back("Input units are those of the network: of samples after normalisation.");
    if (found.tuning)
        notes.push_back("Tuned on " + countText(found.tuning->samples, "reference", "references") + " in " +
                        countText(static_cast<std::int64_t>(found.tuning->trials.size()), "trial", "trials") +
                        "; the table of tuning has what was chosen.");
    if (found.isClipped) notes.push_back("Steps are cut to valid pixel values.");
    if (const auto kept = static_cast<std::int64_t>(found.paths.size());
        kept < found.pathsAsked && record.provenance.complete)
        notes.push_back("The memory budget leaves room for the paths of " +
                        countText(kept, "sample", "samples") + " of " + std::to_string(found.pathsAsked) +
                        "; raise it to keep more.");
}

}  // namespace

ResultRecord counterfactualRecord(const CounterfactualRows& found) {
    ResultRecord record;
    record.tables.push_back(samplesTable(found));
    record.tables.push_back(classesTable(found));
    if (found.tuning) record.tables.push_back(tuningTable(*found.tuning));
    addPaths(record, found);
    summariseCounterfactuals(record, found);
    auto& provenance = record.provenance;
    provenance.dtype = "float64";
    provenance.samples = static_cast<std::int64_t>(found.rows.size());
    provenance.complete = provenance.samples == found.wanted;
    if (!provenance.complete) {
        provenance.note = "cancelled after " + std::to_string(provenance.samples) + " of " +
                          countText(found.wanted, "sample", "samples");
        record.notes.push_back("Partial: " + provenance.note + ".");
    }
    addNotes(record, found);
    return record;
}

}  // namespace tessera
