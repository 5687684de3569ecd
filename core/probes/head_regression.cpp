// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/head_regression.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "core/base/record_columns.h"
#include "core/numerics/statistics.h"

namespace tessera {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kHeldOut = 5;  // every fifth

using Predictor = double (*)(const RegressionRow& row);

struct PredictorSet {
    const char* name;
    std::vector<Predictor> predictors;
    bool isOfHead;  // the same for all rows of a head
};

const std::vector<PredictorSet>& predictorSets() {
    static const Predictor accuracy = [](const RegressionRow& row) { return row.accuracy; };
    static const Predictor crossEntropy = [](const RegressionRow& row) { return row.crossEntropy; };
    static const Predictor boundary = [](const RegressionRow& row) { return row.boundary; };
    static const Predictor support = [](const RegressionRow& row) { return row.support; };
    static const Predictor both = [](const RegressionRow& row) { return row.boundary * row.support; };
    static const std::vector<PredictorSet> sets{{"accuracy", {accuracy}, true},
                                                {"cross-entropy", {crossEntropy}, true},
                                                {"d_b", {boundary}, false},
                                                {"d_b, rho", {boundary, support}, false},
                                                {"d_b, rho, d_b rho", {boundary, support, both}, false}};
    return sets;
}

struct Line {
    std::string heads, outcome, predictors;
    double r2 = kNan, rank = kNan;
    std::size_t fitted = 0, heldOut = 0;
};

struct Parts {
    std::vector<const RegressionRow*> fitted, heldOut;
};

Line lineOf(const Parts& parts, const PredictorSet& set, Predictor outcome) {
    Line line;
    line.predictors = set.name;
    line.fitted = parts.fitted.size(), line.heldOut = parts.heldOut.size();
    const auto width = static_cast<Eigen::Index>(set.predictors.size());
    const auto values = [&](const std::vector<const RegressionRow*>& rows, Rows& predictors,
                            std::vector<double>& y) {
        predictors.resize(static_cast<Eigen::Index>(rows.size()), width);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            for (Eigen::Index j = 0; j < width; ++j)
                predictors(static_cast<Eigen::Index>(i), j) =
                    set.predictors[static_cast<std::size_t>(j)](*rows[i]);
            y.push_back(outcome(*rows[i]));
        }
    };
    Rows fitOn, testOn;
    std::vector<double> y, held;
    values(parts.fitted, fitOn, y), values(parts.heldOut, testOn, held);
    // As many rows as coefficients say nothing.
    if (y.size() > static_cast<std::size_t>(width) + 1 && held.size() >= 2)
        line.r2 = determination(fitLinear(fitOn, y), testOn, held);
    if (width == 1) {
        std::vector<double> x;
        for (Eigen::Index i = 0; i < fitOn.rows(); ++i) x.push_back(fitOn(i, 0));
        for (Eigen::Index i = 0; i < testOn.rows(); ++i) x.push_back(testOn(i, 0));
        y.insert(y.end(), held.begin(), held.end());
        line.rank = spearman(x, y);
    }
    return line;
}

}  // namespace

Table regressionTable(const std::vector<RegressionRow>& rows, const std::vector<std::string>& heads,
                      bool distanceOfFlipsOnly, std::uint64_t seed) {
    std::vector<Parts> ofHead(heads.size()), flipsOfHead(heads.size());
    for (std::size_t head = 0; head < heads.size(); ++head) {
        std::vector<const RegressionRow*> own;
        for (const auto& row : rows)
            if (row.head == head && std::isfinite(row.boundary) && std::isfinite(row.support))
                own.push_back(&row);
        Random(seed, head).shuffle(std::span(own));
        for (std::size_t i = 0; i < own.size(); ++i) {
            const bool isHeld = i % kHeldOut == 0;
            (isHeld ? ofHead[head].heldOut : ofHead[head].fitted).push_back(own[i]);
            if (own[i]->success != 0)
                (isHeld ? flipsOfHead[head].heldOut : flipsOfHead[head].fitted).push_back(own[i]);
        }
    }
    const auto together = [](const std::vector<Parts>& parts) {
        Parts all;
        for (const auto& own : parts) {
            all.fitted.insert(all.fitted.end(), own.fitted.begin(), own.fitted.end());
            all.heldOut.insert(all.heldOut.end(), own.heldOut.begin(), own.heldOut.end());
        }
        return all;
    };
    std::vector<Line> lines;
    const auto add = [&](const std::string& name, const Parts& all, const Parts& flips, bool ofOneHead) {
        for (const bool isDistance : {false, true}) {
            const Predictor outcome = isDistance
                                          ? Predictor([](const RegressionRow& row) { return row.distance; })
                                          : Predictor([](const RegressionRow& row) { return row.success; });
            for (const auto& set : predictorSets()) {
                if (ofOneHead && set.isOfHead) continue;
                auto line = lineOf(isDistance && distanceOfFlipsOnly ? flips : all, set, outcome);
                line.heads = name;
                line.outcome = isDistance ? "distance" : "flip";
                lines.push_back(std::move(line));
            }
        }
    };
    add("all", together(ofHead), together(flipsOfHead), false);
    if (heads.size() > 1)
        for (std::size_t head = 0; head < heads.size(); ++head)
            add(heads[head], ofHead[head], flipsOfHead[head], true);

    Table table{"regression", "What explains the outcome", {}};
    RecordColumns<Line> columns(table, lines);
    columns.add("heads", "Heads", "", "Rows of all heads together, or of one.",
                [](const Line& line) { return line.heads; });
    columns.add("outcome", "Outcome", "",
                distanceOfFlipsOnly ? "Whether the sample flips, or how far flips go."
                                    : "Whether the sample flips, or how far its search goes.",
                [](const Line& line) { return line.outcome; });
    columns.add("predictors", "Predictors", "",
                "d_b: boundary distance; rho: support radius of the target at the sample.",
                [](const Line& line) { return line.predictors; });
    columns.add("r2", "R\xC2\xB2, held out", "",
                "1 - squared error / variance on the held-out fifth; at most 0 explains nothing; none: the "
                "outcome is constant there.",
                [](const Line& line) { return line.r2; });
    columns.add("spearman", "Spearman", "",
                "Rank correlation of a single predictor with the outcome over all rows; none: one of them is "
                "constant.",
                [](const Line& line) { return line.rank; });
    columns.add("fitted", "Fitted on", "", "Rows.", [](const Line& line) { return line.fitted; });
    columns.add("held_out", "Held out", "", "Rows.", [](const Line& line) { return line.heldOut; });
    return table;
}

}  // namespace tessera
