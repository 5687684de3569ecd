// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/head_trace.h"

#include <cmath>

namespace tessera {

namespace {

// As in "counterfactual": steps shrink where the data are curved.
Result<double> stepScale(const References& references, const Rows& start, const TraceOptions& options,
                         WorkerTeam& team, const std::stop_token& stop) {
    if (options.curvatureWeight == 0) return 1.0;
    const unsigned char self = options.hasSelf ? 1 : 0;
    auto measured = localCurvature(references.pool, start, {&self, 1},
                                   {options.search.neighbours, options.tangentDimensions}, team, stop);
    if (!measured.isOk()) return std::move(measured).propagate<double>();
    return references.stepScale(measured.value().front(), options.curvatureWeight);
}

Result<Done> measureSupport(HeadTrace& trace, const References& references, const TraceOptions& options,
                            WorkerTeam& team, const std::stop_token& stop) {
    const auto& points = trace.path.points;
    const auto& pool = references.pool;
    const std::vector<std::int32_t> targets(static_cast<std::size_t>(points.rows()), trace.flip.target);
    // Only where the search begins can a reference be its own neighbour.
    std::vector<unsigned char> hasSelf(targets.size(), 0);
    hasSelf.front() = options.hasSelf ? 1 : 0;
    const int k = std::max(neighboursWanted(pool, options.support.neighbours), options.nearest);
    auto found = nearestNeighbours(pool, points, targets, k, hasSelf, team, stop);
    if (!found.isOk()) return std::move(found).propagate<Done>();
    const int wanted = neighboursWanted(pool, options.support.neighbours);
    auto& nearest = trace.nearest;
    nearest.k = options.nearest;
    for (std::int64_t at = 0; at < points.rows(); ++at) {
        const auto distances = found.value().distances(at);
        const auto indices = found.value().indices(at);
        if (!references.mahalanobis)
            trace.support.push_back(
                supportRadius(distances.first(static_cast<std::size_t>(wanted)), options.support.fewPoints));
        for (int i = 0; i < options.nearest; ++i) {
            nearest.distance.push_back(distances[static_cast<std::size_t>(i)]);
            nearest.index.push_back(indices[static_cast<std::size_t>(i)]);
        }
    }
    if (references.mahalanobis) trace.support = references.mahalanobis->distances(points, targets);
    trace.threshold = references.thresholds.tau[static_cast<std::size_t>(trace.flip.target)];
    trace.outcome = !trace.flip.flipped                       ? FlipOutcome::NoFlip
                    : trace.support.back() <= trace.threshold ? FlipOutcome::Supported  // never of NaN
                                                              : FlipOutcome::Unsupported;
    return Done{};
}

Result<Done> findMinimalFlip(HeadTrace& trace, const LogitField& field, const Rows& start) {
    const auto c = trace.flip.predicted, t = trace.flip.target;
    if (const auto* head = field.linearHead()) {
        if ((head->weight.row(t) - head->weight.row(c)).squaredNorm() > 0)
            trace.minimal = minimalFlip(*head, start.row(0), c, t);
        return Done{};
    }
    Rows logits, gradient;
    auto done = field.gradients(
        start,
        [&](const Rows&, Rows& coefficients) {
            coefficients.setZero();
            coefficients(0, t) = 1, coefficients(0, c) = -1;
        },
        logits, gradient);
    if (!done.isOk()) return done;
    const double squared = gradient.squaredNorm(), gap = logits(0, c) - logits(0, t);
    if (!(squared > 0) || !std::isfinite(gap)) return Done{};
    trace.minimal = MinimalFlip{start.row(0) + gap / squared * gradient.row(0), gap / std::sqrt(squared)};
    return Done{};
}

}  // namespace

Result<HeadTrace> traceFlip(const LogitField& field, const References& references,
                            const Eigen::RowVectorXd& start, const TraceOptions& options, WorkerTeam& team,
                            std::stop_token stop) {
    const Rows starts = start;
    auto scale = stepScale(references, starts, options, team, stop);
    if (!scale.isOk()) return std::move(scale).propagate<HeadTrace>();
    auto startLogits = logitsOf(field, starts, team, stop);
    if (!startLogits.isOk()) return std::move(startLogits).propagate<HeadTrace>();
    if (!startLogits.value().allFinite())
        return inputError("The logits at this point are not numbers; check the weights of the head.");
    auto search = options.search;
    search.pathPoints = std::max(2, search.pathPoints);
    const double own = scale.value();
    auto searched = searchFlips(field, starts, {&own, 1}, &references.pool, search, team, stop);
    if (!searched.isOk()) return std::move(searched).propagate<HeadTrace>();
    auto distances = boundaryDistances(field, starts, startLogits.value(), team, stop);
    if (!distances.isOk()) return std::move(distances).propagate<HeadTrace>();
    HeadTrace trace;
    trace.flip = searched.value().rows.front();
    trace.boundary = distances.value().front();
    trace.path = std::move(searched.value().paths.front());
    // The last point is the end itself: a path in the span of the weights rounds otherwise on its way.
    trace.path.points.bottomRows(1) = searched.value().ends.topRows(1);
    auto logits = logitsOf(field, trace.path.points, team, stop);
    if (!logits.isOk()) return std::move(logits).propagate<HeadTrace>();
    trace.logits = std::move(logits).value();
    if (auto done = measureSupport(trace, references, options, team, stop); !done.isOk())
        return std::move(done).propagate<HeadTrace>();
    if (auto done = findMinimalFlip(trace, field, starts); !done.isOk())
        return std::move(done).propagate<HeadTrace>();
    return trace;
}

}  // namespace tessera
