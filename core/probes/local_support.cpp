// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/local_support.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kRidge = 1e-3;  // of the mean variance

std::vector<std::int32_t> classesByPlace(const NeighbourPool& pool) {
    std::vector<std::int32_t> classes;
    for (std::int32_t name = 0; name < pool.classCount(); ++name)
        classes.insert(classes.end(), static_cast<std::size_t>(pool.count(name)), name);
    return classes;
}

ClassThresholds emptyThresholds(const NeighbourPool& pool) {
    ClassThresholds thresholds;
    for (std::int32_t name = 0; name < pool.classCount(); ++name)
        thresholds.tau.push_back(kNan), thresholds.count.push_back(pool.count(name));
    return thresholds;
}

}  // namespace

double supportRadius(std::span<const double> distances, FewPoints fewPoints) {
    if (distances.empty()) return kInfinity;
    if (fewPoints == FewPoints::Unsupported) return distances.back();
    const auto last = std::find_if(distances.rbegin(), distances.rend(),
                                   [](double distance) { return std::isfinite(distance); });
    return last == distances.rend() ? kInfinity : *last;
}

int neighboursWanted(const NeighbourPool& pool, int k) {
    return static_cast<int>(std::min<std::int64_t>(k, pool.largestClass() + 1));
}

double quantileOf(std::vector<double> values, double share) {
    if (values.empty()) return kNan;
    const double at = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(values.begin(), middle, values.end());
    const double low = *middle, part = at - static_cast<double>(below);
    if (part == 0) return low;
    return low + part * (*std::min_element(middle + 1, values.end()) - low);
}

Result<ClassThresholds> supportThresholds(const NeighbourPool& pool, const SupportOptions& options,
                                          WorkerTeam& team, std::stop_token stop) {
    auto thresholds = emptyThresholds(pool);
    const std::vector<unsigned char> hasSelf(static_cast<std::size_t>(pool.size()), 1);
    auto found = nearestNeighbours(pool, pool.points(), classesByPlace(pool),
                                   neighboursWanted(pool, options.neighbours), hasSelf, team, stop);
    if (!found.isOk()) return std::move(found).propagate<ClassThresholds>();
    for (std::int32_t name = 0; name < pool.classCount(); ++name) {
        const auto fewest = options.fewPoints == FewPoints::Shrink ? 1 : options.neighbours;
        if (pool.count(name) <= fewest) continue;
        const auto [begin, end] = pool.range(name);
        std::vector<double> radii;
        for (auto place = begin; place < end; ++place)
            radii.push_back(supportRadius(found.value().distances(place), options.fewPoints));
        thresholds.tau[static_cast<std::size_t>(name)] = quantileOf(std::move(radii), options.quantile);
    }
    return thresholds;
}

Result<MahalanobisSupport> MahalanobisSupport::of(const NeighbourPool& pool, double quantile,
                                                  WorkerTeam& team, std::stop_token stop) {
    MahalanobisSupport support;
    support.thresholds_ = emptyThresholds(pool);
    support.classes_.resize(static_cast<std::size_t>(pool.classCount()));
    team.forEach(support.classes_.size(), [&](std::size_t name, std::size_t) {
        const auto [begin, end] = pool.range(static_cast<std::int32_t>(name));
        if (stop.stop_requested() || end - begin < 2) return;
        auto& own = support.classes_[name];
        const auto points = pool.points().middleRows(begin, end - begin);
        own.mean = points.colwise().mean();
        const Rows centred = points.rowwise() - own.mean;
        Rows covariance = Rows::Zero(pool.width(), pool.width());
        covariance.selfadjointView<Eigen::Lower>().rankUpdate(centred.transpose(),
                                                              1 / static_cast<double>(end - begin - 1));
        const double variance = covariance.trace() / static_cast<double>(pool.width());
        if (!(variance > 0) || stop.stop_requested()) return;
        covariance.diagonal().array() += kRidge * variance;
        const Eigen::LLT<Rows, Eigen::Lower> factor(covariance);
        if (factor.info() == Eigen::Success) own.factor = factor.matrixL();
        const std::vector<std::int32_t> names(static_cast<std::size_t>(end - begin),
                                              static_cast<std::int32_t>(name));
        if (own.factor.size() > 0)
            support.thresholds_.tau[name] = quantileOf(support.distances(points, names), quantile);
    });
    if (stop.stop_requested()) return Cancelled{};
    return support;
}

std::vector<double> MahalanobisSupport::distances(ConstRows queries,
                                                  std::span<const std::int32_t> ofClass) const {
    std::vector<double> distances;
    for (std::int64_t i = 0; i < queries.rows(); ++i) {
        const auto& own = classes_[static_cast<std::size_t>(ofClass[static_cast<std::size_t>(i)])];
        if (own.factor.size() == 0) {
            distances.push_back(kInfinity);
            continue;
        }
        Eigen::VectorXd offset = (queries.row(i) - own.mean).transpose();
        own.factor.triangularView<Eigen::Lower>().solveInPlace(offset);
        distances.push_back(offset.norm());
    }
    return distances;
}

}  // namespace tessera
