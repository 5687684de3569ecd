// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numerics/statistics.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tessera {

std::vector<double> averageRanks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
        const double mean = (static_cast<double>(first + 1) + static_cast<double>(end)) / 2;
        for (; first < end; ++first) ranks[order[first]] = mean;
    }
    return ranks;
}

double spearman(std::span<const double> x, std::span<const double> y) {
    if (x.size() != y.size() || x.size() < 2) return std::numeric_limits<double>::quiet_NaN();
    const auto a = averageRanks(x), b = averageRanks(y);
    const double mean = (static_cast<double>(x.size()) + 1) / 2;
    double together = 0, ofA = 0, ofB = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        together += (a[i] - mean) * (b[i] - mean);
        ofA += (a[i] - mean) * (a[i] - mean), ofB += (b[i] - mean) * (b[i] - mean);
    }
    if (ofA == 0 || ofB == 0) return std::numeric_limits<double>::quiet_NaN();
    return together / std::sqrt(ofA) / std::sqrt(ofB);
}

double LinearFit::predict(const Eigen::Ref<const Eigen::RowVectorXd>& predictors) const {
    return intercept + (predictors - mean).cwiseQuotient(scale).dot(coefficients.transpose());
}

LinearFit fitLinear(ConstRows predictors, std::span<const double> y) {
    LinearFit fit;
    const Eigen::Map<const Eigen::VectorXd> values(y.data(), static_cast<Eigen::Index>(y.size()));
    fit.mean = predictors.colwise().mean();
    Rows standard = predictors.rowwise() - fit.mean;
    const auto count = static_cast<double>(std::max<Eigen::Index>(1, predictors.rows()));
    fit.scale = (standard.colwise().squaredNorm() / count).cwiseSqrt();
    for (Eigen::Index j = 0; j < standard.cols(); ++j) {
        // Constant but for rounding.
        if (!(fit.scale[j] > 1e-12 * std::abs(fit.mean[j]))) {
            fit.scale[j] = std::numeric_limits<double>::infinity();
            standard.col(j).setZero();
        } else {
            standard.col(j) /= fit.scale[j];
        }
    }
    fit.intercept = values.mean();
    // Predictors may repeat each other: the shortest of the solutions.
    fit.coefficients =
        standard.completeOrthogonalDecomposition().solve((values.array() - fit.intercept).matrix());
    return fit;
}

double determination(const LinearFit& fit, ConstRows predictors, std::span<const double> y) {
    const Eigen::Map<const Eigen::VectorXd> values(y.data(), static_cast<Eigen::Index>(y.size()));
    if (y.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double mean = values.mean();
    double error = 0, deviation = 0;
    for (Eigen::Index i = 0; i < values.size(); ++i) {
        const double off = values[i] - fit.predict(predictors.row(i));
        error += off * off;
        deviation += (values[i] - mean) * (values[i] - mean);
    }
    return deviation > 0 ? 1 - error / deviation : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace tessera
