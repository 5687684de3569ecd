// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/probes/local_support.h"

namespace tessera {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Orthonormal columns that span the m leading right singular vectors: by the eigenvectors of the small matrix
// of inner products, made orthonormal again.
Eigen::MatrixXd leadingDirections(const Rows& offsets, int dimensions) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(offsets * offsets.transpose());
    Eigen::MatrixXd directions(offsets.cols(), dimensions);
    int kept = 0;
    for (int m = 0; m < dimensions; ++m) {
        Eigen::VectorXd direction = offsets.transpose() * solver.eigenvectors().col(offsets.rows() - 1 - m);
        const double length = direction.norm();
        for (int pass = 0; pass < 2; ++pass)
            for (int j = 0; j < kept; ++j) direction -= directions.col(j) * directions.col(j).dot(direction);
        // What is left of a direction that the others already span is rounding.
        if (!(direction.norm() > 1e-9 * length) || length == 0) continue;
        directions.col(kept++) = direction.normalized();
    }
    return directions.leftCols(kept);
}

}  // namespace

double curvatureOf(const Rows& offsets, int dimensions) {
    if (offsets.rows() <= dimensions) return kNan;
    const Eigen::MatrixXd directions = leadingDirections(offsets, dimensions);
    const Eigen::MatrixXd along = offsets * directions;
    const Eigen::MatrixXd across = offsets - along * directions.transpose();
    return across.rowwise().norm().mean() / (along.rowwise().squaredNorm().mean() + 1e-8);
}

Result<std::vector<double>> localCurvature(const NeighbourPool& pool, ConstRows queries,
                                           std::span<const unsigned char> hasSelf,
                                           const CurvatureOptions& options, WorkerTeam& team,
                                           std::stop_token stop) {
    const int k = static_cast<int>(std::min<std::int64_t>(options.neighbours, pool.size()));
    auto found = nearestNeighbours(pool, queries, {}, k, hasSelf, team, stop);
    if (!found.isOk()) return std::move(found).propagate<std::vector<double>>();
    std::vector<double> curvature(static_cast<std::size_t>(queries.rows()), kNan);
    forBlocks(team, queries.rows(), 16, [&](std::int64_t i) {
        if (stop.stop_requested()) return;
        const auto indices = found.value().indices(i);
        const auto there =
            std::count_if(indices.begin(), indices.end(), [](auto index) { return index >= 0; });
        Rows offsets(there, queries.cols());
        for (std::int64_t j = 0; j < there; ++j)
            offsets.row(j) =
                pool.points().row(pool.placeOf(indices[static_cast<std::size_t>(j)])) - queries.row(i);
        curvature[static_cast<std::size_t>(i)] = curvatureOf(offsets, options.dimensions);
    });
    if (stop.stop_requested()) return Cancelled{};
    return curvature;
}

}  // namespace tessera
