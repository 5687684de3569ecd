// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/boundary_rays.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

using Rows = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

Rows rowsOf(std::span<const double> values, std::int64_t width) {
    return {values.data(), static_cast<Eigen::Index>(values.size()) / width, width};
}

}  // namespace

BoundaryRays::BoundaryRays(const Linearisation& model, const RayTargets& targets, std::int64_t outputs,
                           std::int64_t width, Options options)
    : model_(model),
      targets_(targets),
      outputs_(outputs),
      width_(width),
      options_(options),
      pace_((width + outputs) * static_cast<std::int64_t>(sizeof(double)), model.model()) {
    const auto points = rowsOf(targets.points, width);
    for (Eigen::Index row = 0; row < points.rows(); ++row)
        targetNorms_.push_back(points.row(row).squaredNorm());
}

std::int64_t BoundaryRays::samplesAtOnce(std::int64_t budgetBytes) const {
    // Some tiles a step: more would only delay the first finished rows. Not by the clock, which would show in
    // the last bits.
    constexpr std::int64_t kTiles = 8, kMost = 256;
    const auto rays = std::max<std::int64_t>(1, outputs_ - 1);
    const auto most = std::min(kMost, (kTiles * model_.model().tileRows() + rays - 1) / rays);
    const auto perSample =
        width_ * static_cast<std::int64_t>(sizeof(float) + sizeof(double)) +  // as read and as given
        static_cast<std::int64_t>(targets_.size() * sizeof(double)) +
        std::max<std::int64_t>(2, outputs_) * static_cast<std::int64_t>(sizeof(Ray) + sizeof(Point));
    return std::clamp<std::int64_t>(budgetBytes / perSample, 1, most);
}

BoundaryRays::Walk BoundaryRays::walkOf(std::span<const double> point, std::int64_t predicted, double margin,
                                        std::size_t sample, std::span<const double> squaredDistances) const {
    Walk walk;
    walk.sample = sample;
    walk.ownClass = static_cast<std::int32_t>(predicted);
    std::vector<std::int32_t> nearest(static_cast<std::size_t>(std::max<std::int64_t>(2, outputs_)), -1);
    for (std::size_t i = 0; i < targets_.size(); ++i) {
        auto& best = nearest[static_cast<std::size_t>(targets_.classes[i])];
        if (best < 0 || squaredDistances[i] < squaredDistances[static_cast<std::size_t>(best)])
            best = static_cast<std::int32_t>(i);
    }
    const auto targets = rowsOf(targets_.points, width_);
    const auto from = rowsOf(point, width_);
    double longest = 0;
    walk.reach = std::numeric_limits<double>::infinity();
    for (std::size_t label = 0; label < nearest.size(); ++label) {
        const auto target = nearest[label];
        if (target < 0 || static_cast<std::int32_t>(label) == walk.ownClass) continue;
        const double length = (targets.row(target) - from.row(0)).norm();
        if (!(length > 0)) continue;
        walk.rays.push_back({target, length, margin, 0, -1});
        longest = std::max(longest, length);
        // The change is there at the latest.
        if (targets_.predicted[static_cast<std::size_t>(target)] != walk.ownClass)
            walk.reach = std::min(walk.reach, length);
    }
    if (!std::isfinite(walk.reach)) walk.reach = longest;
    walk.step = walk.reach / options_.steps;
    return walk;
}

// Fills in margin and prediction of every point asked for, in batches short enough to stop between them.
Result<Done> BoundaryRays::evaluate(std::span<const double> points, std::stop_token stop) {
    const auto targets = rowsOf(targets_.points, width_);
    const auto from = rowsOf(points, width_);
    for (std::size_t first = 0; first < asked_.size();) {
        if (stop.stop_requested()) return Cancelled{};
        const auto count = std::min(static_cast<std::size_t>(pace_.next()), asked_.size() - first);
        pace_.begin();
        rows_.resize(std::max(rows_.size(), count * static_cast<std::size_t>(width_)));
        logits_.resize(std::max(logits_.size(), count * static_cast<std::size_t>(outputs_)));
        for (std::size_t i = 0; i < count; ++i) {
            const auto& point = asked_[first + i];
            const auto& walk = walks_[point.walk];
            const auto& ray = walk.rays[point.ray];
            const auto end = targets.row(ray.target),
                       begin = from.row(static_cast<Eigen::Index>(walk.sample));
            Eigen::Map<Eigen::RowVectorXd> row(&rows_[i * static_cast<std::size_t>(width_)], width_);
            if (point.distance >= ray.length)
                row = end;
            else
                row = begin + (point.distance / ray.length) * (end - begin);
        }
        auto done = model_.logits(rows_.data(), static_cast<std::int64_t>(count), logits_.data());
        if (!done.isOk()) return done;
        for (std::size_t i = 0; i < count; ++i) {
            auto& point = asked_[first + i];
            const double* logits = &logits_[i * static_cast<std::size_t>(outputs_)];
            point.predicted = predictedClass(logits, outputs_);
            point.margin = marginOfClass(logits, outputs_, walks_[point.walk].ownClass);
        }
        first += count;
        pace_.end(static_cast<std::int64_t>(count));
    }
    return Done{};
}

// What the points asked for say of where each walk's nearest change is: up to their distance if a ray has
// left the class by then, and those that did are followed on; beyond it if none has.
Result<Done> BoundaryRays::settle(std::span<const double> points, std::stop_token stop) {
    if (auto done = evaluate(points, std::move(stop)); !done.isOk()) return done;
    for (std::size_t first = 0, last = 0; first < asked_.size(); first = last) {
        auto& walk = walks_[asked_[first].walk];
        std::vector<Ray> leaving;
        for (; last < asked_.size() && asked_[last].walk == asked_[first].walk; ++last) {
            const auto& point = asked_[last];
            if (point.predicted == walk.ownClass) continue;
            leaving.push_back(walk.rays[point.ray]);
            leaving.back().far = point.margin, leaving.back().beyond = point.predicted;
        }
        if (!leaving.empty()) {
            walk.isBracketed = true;
            walk.high = asked_[first].distance;
            walk.rays = std::move(leaving);
            continue;
        }
        walk.low = asked_[first].distance;
        for (auto at = first; at < last; ++at) walk.rays[asked_[at].ray].near = asked_[at].margin;
    }
    return Done{};
}

Result<Done> BoundaryRays::stepOut(std::span<const double> points, int step, std::stop_token stop) {
    asked_.clear();
    for (std::size_t w = 0; w < walks_.size(); ++w) {
        const auto& walk = walks_[w];
        if (walk.isBracketed) continue;
        const double distance = step == options_.steps ? walk.reach : step * walk.step;
        for (std::size_t r = 0; r < walk.rays.size(); ++r)
            if (walk.rays[r].length >= distance) asked_.push_back({w, r, distance});
    }
    return settle(points, std::move(stop));
}

Result<Done> BoundaryRays::bisect(std::span<const double> points, std::stop_token stop) {
    asked_.clear();
    for (std::size_t w = 0; w < walks_.size(); ++w) {
        const auto& walk = walks_[w];
        const double middle = walk.low + 0.5 * (walk.high - walk.low);
        if (!walk.isBracketed || middle <= walk.low || middle >= walk.high) continue;
        for (std::size_t r = 0; r < walk.rays.size(); ++r) asked_.push_back({w, r, middle});
    }
    return settle(points, std::move(stop));
}

// The margin falls from `near` >= 0 to `far` <= 0 across the bracket.
BoundaryHit BoundaryRays::hitOf(const Walk& walk) const {
    BoundaryHit hit;
    if (!walk.isBracketed) return hit;
    hit.bracket = walk.high - walk.low;
    for (const auto& ray : walk.rays) {
        const double fall = ray.near - ray.far;
        const double share = fall > 0 && std::isfinite(fall) ? std::clamp(ray.near / fall, 0.0, 1.0) : 1.0;
        const double distance = walk.low + share * hit.bracket;
        if (hit.target >= 0 && distance >= hit.distance) continue;
        hit.distance = distance;
        hit.target = ray.target;
        hit.classBeyond = ray.beyond;
    }
    return hit;
}

Result<std::vector<BoundaryHit>> BoundaryRays::search(std::span<const double> points,
                                                      std::span<const std::int64_t> predicted,
                                                      std::span<const double> margins, std::stop_token stop) {
    using Hits = std::vector<BoundaryHit>;
    const auto count = points.size() / static_cast<std::size_t>(width_);
    walks_.clear();
    if (targets_.size() > 0) {
        const auto from = rowsOf(points, width_);
        // ||x - t||^2 up to cancellation: enough to choose the nearest; lengths are measured afterwards.
        Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> distances =
            -2 * from * rowsOf(targets_.points, width_).transpose();
        distances.rowwise() += Eigen::Map<const Eigen::RowVectorXd>(
            targetNorms_.data(), static_cast<Eigen::Index>(targetNorms_.size()));
        for (std::size_t i = 0; i < count; ++i)
            walks_.push_back(
                walkOf(points.subspan(i * static_cast<std::size_t>(width_), static_cast<std::size_t>(width_)),
                       predicted[i], margins[i], i,
                       {distances.row(static_cast<Eigen::Index>(i)).data(), targets_.size()}));
        for (int step = 1; step <= options_.steps; ++step)
            if (auto done = stepOut(points, step, stop); !done.isOk())
                return std::move(done).propagate<Hits>();
        for (int round = 0; round < options_.bisections; ++round)
            if (auto done = bisect(points, stop); !done.isOk()) return std::move(done).propagate<Hits>();
    }
    Hits hits(count);
    for (const auto& walk : walks_) hits[walk.sample] = hitOf(walk);
    return hits;
}

}  // namespace tessera
