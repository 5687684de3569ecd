// SPDX-License-Identifier: GPL-3.0-or-later
// How well reference data of a class support a point, and how curved the data are there. The support radius
// rho_k(z; t) is the distance to the k-th nearest reference point whose label is t: small means supported. A
// class's threshold tau is a quantile of its own points' leave-one-out radii.
#pragma once

#include "core/numerics/nearest_neighbours.h"

namespace tessera {

// A class with fewer than k points: take those there are (v1), or never count as supported (v2).
enum class FewPoints { Shrink, Unsupported };

struct SupportOptions {
    int neighbours = 20;    // k
    double quantile = 0.5;  // of the leave-one-out radii
    FewPoints fewPoints = FewPoints::Shrink;
};

// rho_k from the k smallest distances to a class, ascending, +inf where there are fewer. +inf: no radius.
double supportRadius(std::span<const double> distances, FewPoints fewPoints);

// How many neighbours to look for: k, but no more than show that every class has fewer.
int neighboursWanted(const NeighbourPool& pool, int k);

struct ClassThresholds {
    std::vector<double> tau;          // NaN: too few points; nothing is at most NaN
    std::vector<std::int64_t> count;  // reference points
};
Result<ClassThresholds> supportThresholds(const NeighbourPool& pool, const SupportOptions& options,
                                          WorkerTeam& team, std::stop_token stop);

// Between the two values next to it, linearly (NumPy's default). NaN of none.
double quantileOf(std::vector<double> values, double share);

struct CurvatureOptions {
    int neighbours = 20;
    int dimensions = 2;  // m, of the tangent space: 1 <= m < min(k, width)
};
// kappa = mean_j ||N_j|| / (mean_j ||T_j||^2 + 1e-8) over the k nearest of all reference points, whose
// offsets from the query are split into T in the span of their m leading right singular vectors and N across
// it. On a surface it tends to half a principal curvature. NaN: fewer than m + 1 neighbours.
Result<std::vector<double>> localCurvature(const NeighbourPool& pool, ConstRows queries,
                                           std::span<const unsigned char> hasSelf,
                                           const CurvatureOptions& options, WorkerTeam& team,
                                           std::stop_token stop);
// Of one point, with the offsets of its neighbours as rows.
double curvatureOf(const Rows& offsets, int dimensions);

// The other support estimate: Mahalanobis distance to the mean of the class, with its covariance and a ridge
// of 1e-3 of the mean variance.
class MahalanobisSupport {
  public:
    // Cancelled on a stop. Memory: classes x width^2.
    static Result<MahalanobisSupport> of(const NeighbourPool& pool, double quantile, WorkerTeam& team,
                                         std::stop_token stop);
    // +inf: the class has too few points, or no spread.
    std::vector<double> distances(ConstRows queries, std::span<const std::int32_t> ofClass) const;
    const ClassThresholds& thresholds() const { return thresholds_; }

  private:
    struct Class {
        Eigen::RowVectorXd mean;
        Rows factor;  // lower Cholesky factor; empty: none
    };
    std::vector<Class> classes_;
    ClassThresholds thresholds_;
};

}  // namespace tessera
