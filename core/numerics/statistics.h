// SPDX-License-Identifier: GPL-3.0-or-later
// Rank correlation and least squares of a few predictors, as tables of results need them.
#pragma once

#include <span>
#include <vector>

#include "core/numerics/rows.h"

namespace tessera {

// Ranks from 1, equal values share their mean rank.
std::vector<double> averageRanks(std::span<const double> values);
// Spearman's rank correlation with average ranks; NaN if either side is constant, or of fewer than 2 values.
double spearman(std::span<const double> x, std::span<const double> y);

// y = intercept + sum_j coefficient_j z_j by least squares, z the predictors less their mean, over their
// standard deviation (population), both of the rows it was fitted on; a constant predictor counts as 0.
struct LinearFit {
    Eigen::RowVectorXd mean, scale;
    Eigen::VectorXd coefficients;
    double intercept = 0;
    double predict(const Eigen::Ref<const Eigen::RowVectorXd>& predictors) const;
};
LinearFit fitLinear(ConstRows predictors, std::span<const double> y);
// 1 - (squared error) / (squared deviation from the mean of these y); NaN if the y are constant.
double determination(const LinearFit& fit, ConstRows predictors, std::span<const double> y);

}  // namespace tessera
