// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/path_regions_record.h"

#include <cmath>
#include <limits>
#include <utility>

namespace tessera {
namespace {

using Reals = std::vector<double>;
using Wholes = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double norm(const Reals& values) {
    double squares = 0;
    for (const double value : values) squares += value * value;
    return std::sqrt(squares);
}
double mean(const Reals& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? kNone : sum / static_cast<double>(values.size());
}

class PathRecord {
  public:
    PathRecord(const SamplePath& path, const LineRegions& lines, const std::vector<Site>& sites,
               const Dataset& data, DeviationRule rule)
        : path_(path),
          lines_(lines),
          sites_(sites),
          data_(data),
          rule_(rule),
          measures_(segmentMeasures(lines, path.lengths, rule)),
          outputs_(static_cast<std::size_t>(lines.outputs)) {}

    ResultRecord record() {
        addSegments();
        addCrossings();
        addLogits();
        addAnchors();
        addArrays();
        addSummary();
        addNotes();
        auto& provenance = record_.provenance;
        provenance.dtype = "float64";
        provenance.tolerance = lines_.tolerance;
        provenance.samples = lines_.pointsEvaluated;
        provenance.complete = lines_.complete;
        provenance.note = lines_.stopReason;
        return std::move(record_);
    }

  private:
    std::string deviationLabel(const std::string& label) const {
        return rule_ == DeviationRule::Released ? label + " (released formula)" : label;
    }

    // One row for each segment that was reached.
    void addSegments() {
        const auto reached = lines_.points.empty()
                                 ? std::size_t{0}
                                 : static_cast<std::size_t>(lines_.points.back().segment) + 1;
        Wholes from, to, crossings, pieces;
        Reals length, covered, density, deviation, deviationL2, variation;
        for (std::size_t i = 0; i < reached; ++i) {
            const auto& m = measures_[i];
            from.push_back(path_.samples[i]), to.push_back(path_.samples[i + 1]);
            length.push_back(path_.lengths[i]), covered.push_back(m.covered);
            crossings.push_back(m.crossings), pieces.push_back(m.pieces);
            density.push_back(static_cast<double>(m.crossings) / (path_.lengths[i] * m.covered));
            deviation.push_back(mean(m.absoluteDeviation)), deviationL2.push_back(norm(m.absoluteDeviation));
            variation.push_back(mean(m.totalVariation));
        }
        record_.tables.push_back(
            {"segments",
             "Segments",
             {{"from", "From sample", "", "Index of the sample that the segment starts at.", from},
              {"to", "To sample", "", "Index of the sample that it ends at.", to},
              {"length", "Length", "input units", "Euclidean distance of the two inputs.", length},
              {"covered", "Covered", "", "Fraction of the segment that was searched; 1: all of it.", covered},
              {"crossings", "Crossings", "", "Points at which the network bends.", crossings},
              {"crossings_per_length", "Crossings per length", "1/input unit",
               "Crossings divided by the searched length.", density},
              {"pieces", "Linear pieces", "", "Regions after merging neighbours with the same slopes.",
               pieces},
              {"absolute_deviation", deviationLabel("Absolute deviation"), "logits x input units",
               "Mean over logits; missing if the segment was not searched to its end.", deviation},
              {"absolute_deviation_l2", deviationLabel("Absolute deviation, L2"), "logits x input units",
               "Euclidean norm over logits.", deviationL2},
              {"total_variation", "Total variation", "logits", "Mean over logits.", variation}},
             "from"});
    }

    void addCrossings() {
        const SlopeEquality same(lines_);
        Wholes segment, layer, unit, bends;
        Reals position, cosine, change;
        Texts name;
        Wholes counts(sites_.size(), 0), dead(sites_.size(), 0);
        Reals changes(sites_.size(), 0);
        for (std::size_t i = 0; i < lines_.points.size(); ++i) {
            const auto& point = lines_.points[i];
            if (point.site < 0) continue;
            const auto site = static_cast<std::size_t>(point.site);
            const double length = path_.lengths[static_cast<std::size_t>(point.segment)];
            segment.push_back(point.segment), position.push_back(point.segment + point.t);
            layer.push_back(point.site), name.push_back(sites_[site].name), unit.push_back(point.unit);
            ++counts[site];
            // The last point of a path that was cut short has nothing after it.
            if (!lines_.regionBeginsAt(i)) {
                cosine.push_back(kNone), change.push_back(kNone), bends.push_back(1);
                continue;
            }
            const auto slope = slopeChange(lines_, i);
            cosine.push_back(slope.cosine), change.push_back(slope.norm / length);
            bends.push_back(!same.at(i));
            dead[site] += same.at(i);
            changes[site] += slope.norm / length;
        }
        Wholes index;
        Texts layers;
        for (std::size_t s = 0; s < sites_.size(); ++s) {
            index.push_back(static_cast<std::int64_t>(s)), layers.push_back(sites_[s].name);
            changes[s] = counts[s] > 0 ? changes[s] / static_cast<double>(counts[s]) : kNone;
        }
        record_.tables.push_back(
            {"crossings",
             "Crossings",
             {{"segment", "Segment", "", "Counted from 0 along the path.", std::move(segment)},
              {"position", "Position", "", "Segment plus the fraction t of it.", std::move(position)},
              {"layer", "Layer index", "", "Counted from 0 over the layers that can bend.", std::move(layer)},
              {"layer_name", "Layer", "", "Whose unit bends.", std::move(name)},
              {"unit", "Unit", "", "Index within the layer; of a max-pool, of the window.", std::move(unit)},
              {"slope_cosine", "Slope cosine", "",
               "Cosine between the slopes of the logits before and after; missing if one is zero.",
               std::move(cosine)},
              {"slope_change", "Slope change", "logits/input unit",
               "Norm of the difference of the two slopes.", std::move(change)},
              {"bends_logits", "Bends logits", "", "0: the slopes agree, the unit is dead further on.",
               std::move(bends)}}});
        record_.tables.push_back(
            {"layers",
             "Layers",
             {{"index", "Layer index", "", "Counted from 0 over the layers that can bend.", std::move(index)},
              {"name", "Layer", "", "Name in the model.", std::move(layers)},
              {"crossings", "Crossings", "", "On the whole path.", std::move(counts)},
              {"without_effect", "Without effect", "", "Of these, crossings at which the logits do not bend.",
               std::move(dead)},
              {"slope_change_mean", "Slope change, mean", "logits/input unit",
               "Mean norm of the change of slope at this layer's crossings.", std::move(changes)}}});
    }

    void addLogits() {
        deviation_.assign(outputs_, 0), variation_.assign(outputs_, 0);
        for (const auto& m : measures_) {
            if (!m.whole) continue;
            ++wholeSegments_;
            for (std::size_t k = 0; k < outputs_; ++k)
                deviation_[k] += m.absoluteDeviation[k], variation_[k] += m.totalVariation[k];
        }
        if (wholeSegments_ == 0) deviation_.assign(outputs_, kNone), variation_.assign(outputs_, kNone);
        Wholes index;
        Texts name;
        const auto& names = data_.classNames();
        for (std::size_t k = 0; k < outputs_; ++k) {
            index.push_back(static_cast<std::int64_t>(k));
            name.push_back(names.size() == outputs_ ? names[k] : "logit " + std::to_string(k));
        }
        record_.tables.push_back(
            {"logits",
             "Logits",
             {{"index", "Logit", "", "Counted from 0.", index},
              {"name", "Class", "", "Name of the class.", name},
              {"absolute_deviation", deviationLabel("Absolute deviation"), "logits x input units",
               "Sum over the segments.", deviation_},
              {"total_variation", "Total variation", "logits", "Sum over the segments.", variation_}}});
    }

    void addAnchors() {
        Wholes position, label;
        Texts name;
        for (std::size_t i = 0; i < path_.samples.size(); ++i) {
            position.push_back(static_cast<std::int64_t>(i));
            name.push_back(data_.sampleName(path_.samples[i]));
            label.push_back(data_.label(path_.samples[i]));
        }
        record_.tables.push_back({"anchors",
                                  "Samples on the path",
                                  {{"position", "Position", "", "On the path.", position},
                                   {"sample", "Sample", "", "Index in the data.", path_.samples},
                                   {"name", "Name", "", "Of the sample.", name},
                                   {"label", "Label", "", "-1: not labelled.", label}},
                                  "sample"});
    }

    // Where two segments meet, the end of one and the start of the next are one row.
    void addArrays() {
        Reals position, logits;
        for (std::size_t i = 0; i < lines_.points.size(); ++i) {
            const auto& point = lines_.points[i];
            if (i > 0 && point.segment != lines_.points[i - 1].segment) continue;
            position.push_back(point.segment + point.t);
            logits.insert(logits.end(), lines_.logits.begin() + static_cast<std::ptrdiff_t>(i * outputs_),
                          lines_.logits.begin() + static_cast<std::ptrdiff_t>((i + 1) * outputs_));
        }
        const auto count = static_cast<std::int64_t>(position.size());
        record_.arrays.push_back(Array::of("position", {count}, std::move(position)));
        record_.arrays.push_back(Array::of("logits", {count, lines_.outputs}, std::move(logits)));
        Shape shape{static_cast<std::int64_t>(path_.samples.size())};
        shape.insert(shape.end(), data_.sampleShape().begin(), data_.sampleShape().end());
        record_.arrays.push_back(Array::of("anchors", std::move(shape), path_.values));
    }

    void addSummary() {
        double length = 0, searched = 0;
        std::int64_t crossings = 0, pieces = 0, reached = 0;
        for (std::size_t i = 0; i < measures_.size(); ++i) {
            const auto& m = measures_[i];
            if (m.covered == 0) continue;
            ++reached;
            length += path_.lengths[i], searched += path_.lengths[i] * m.covered;
            crossings += m.crossings, pieces += m.pieces;
        }
        const auto add = [&](const char* name, std::string label, const char* unit, double value,
                             const char* sentence) {
            record_.summary.push_back({name, std::move(label), unit, value, sentence});
        };
        const auto count = [](std::int64_t n) { return static_cast<double>(n); };
        add("segments", "Segments", "", count(reached), "Straight lines between samples.");
        add("length", "Length", "input units", length, "Of these segments together.");
        add("crossings", "Crossings (density)", "", count(crossings), "Points at which the network bends.");
        add("crossings_per_length", "Crossings per length", "1/input unit", count(crossings) / searched,
            "Crossings divided by the searched length.");
        add("regions", "Regions", "", count(lines_.regions()), "Stretches of one activation pattern.");
        add("pieces", "Linear pieces", "", count(pieces),
            "Regions after merging neighbours with the same slopes.");
        add("absolute_deviation_mean", deviationLabel("Absolute deviation, mean"), "logits x input units",
            mean(deviation_), "Sum over the segments, mean over logits; segments cut short are left out.");
        add("absolute_deviation_l2", deviationLabel("Absolute deviation, L2"), "logits x input units",
            norm(deviation_), "Sum over the segments, Euclidean norm over logits.");
        add("total_variation", "Total variation, mean", "logits", mean(variation_),
            "Sum over the segments, mean over logits; segments cut short are left out.");
        add("max_interpolation_error", "Largest error at a middle", "logits", lines_.maxInterpolationError,
            "Self-check: network at the middle of each region against the mean of its ends; rounding only if "
            "the regions are right.");
    }

    void addNotes() {
        record_.notes = path_.notes;
        if (!lines_.complete)
            record_.notes.push_back(
                "Partial: " + lines_.stopReason + " at position " +
                std::to_string(lines_.points.back().segment + lines_.points.back().t) + " of " +
                std::to_string(path_.lengths.size()) +
                "; deviation and variation are those of the segments searched to their end.");
        if (lines_.patternRepeats > 0)
            record_.notes.push_back(
                "Self-check: " + std::to_string(lines_.patternRepeats) +
                " neighbouring regions show the same activation pattern at their middles; "
                "they are so short that rounding hides the difference.");
        if (rule_ == DeviationRule::Released)
            record_.notes.push_back(
                "Absolute deviation follows the formula of the code released with the paper, an upper bound "
                "of the definition; switch it off for the definition.");
    }

    const SamplePath& path_;
    const LineRegions& lines_;
    const std::vector<Site>& sites_;
    const Dataset& data_;
    DeviationRule rule_;
    std::vector<SegmentMeasures> measures_;
    std::size_t outputs_;
    Reals deviation_, variation_;  // per logit
    std::int64_t wholeSegments_ = 0;
    ResultRecord record_;
};

}  // namespace

ResultRecord pathRecord(const SamplePath& path, const LineRegions& lines, const std::vector<Site>& sites,
                        const Dataset& data, DeviationRule rule) {
    return PathRecord(path, lines, sites, data, rule).record();
}

}  // namespace tessera
