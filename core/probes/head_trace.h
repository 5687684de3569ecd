// SPDX-License-Identifier: GPL-3.0-or-later
// One head's search for a counterfactual from one point, with all that is said of it step by step: what the
// slider of the compare view scrubs.
#pragma once

#include <algorithm>
#include <optional>

#include "core/probes/counterfactual_closed_form.h"
#include "core/probes/counterfactual_references.h"

namespace tessera {

// As the summaries count it.
enum class FlipOutcome { Supported, Unsupported, NoFlip };
// "supported", "unsupported", "no flip"
inline const char* flipOutcomeText(FlipOutcome outcome) {
    constexpr const char* kTexts[] = {"supported", "unsupported", "no flip"};
    return kTexts[static_cast<int>(outcome)];
}

struct TraceOptions {
    SearchOptions search;  // final: radius in input units. pathPoints: kept of the path, with both ends
    SupportOptions support;
    double curvatureWeight = 0;  // alpha, with References::medianCurvature
    int tangentDimensions = 2;
    int nearest = 5;       // references of the target listed at each step
    bool hasSelf = false;  // the point is a reference itself
};

struct HeadTrace {
    FlipRow flip;
    BoundaryDistance boundary;
    FlipOutcome outcome = FlipOutcome::NoFlip;
    SearchPath path;              // of the steps kept
    Rows logits;                  // one row a step kept
    std::vector<double> support;  // rho against the target, by step kept; +inf: none
    double threshold = 0;         // tau of the target; NaN: none
    Neighbours nearest;           // by step kept; indices into References::samples
    // The nearest point where the predicted class and the target are level: exact for a linear head, else to
    // first order, along the gradient of their difference. None where that is zero.
    std::optional<MinimalFlip> minimal;
    std::size_t steps() const { return path.step.size(); }
    // Place in the list of steps kept of the last one up to `step`; negative: the end.
    std::size_t placeOf(std::int32_t step) const {
        if (step < 0) return steps() - 1;
        const auto after = std::upper_bound(path.step.begin(), path.step.end(), step);
        return after == path.step.begin() ? 0 : static_cast<std::size_t>(after - path.step.begin()) - 1;
    }
    // Target minus predicted logit.
    double margin(std::size_t at) const {
        const auto row = static_cast<Eigen::Index>(at);
        return logits(row, flip.target) - logits(row, flip.predicted);
    }
};

Result<HeadTrace> traceFlip(const LogitField& field, const References& references,
                            const Eigen::RowVectorXd& start, const TraceOptions& options, WorkerTeam& team,
                            std::stop_token stop);

}  // namespace tessera
