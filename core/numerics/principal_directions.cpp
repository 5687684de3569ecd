// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numerics/principal_directions.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <vector>

namespace tessera {

PrincipalDirections principalDirections(const Eigen::MatrixXd& data, int most) {
    PrincipalDirections result;
    if (data.cols() == 0) return result;
    result.mean = data.rowwise().mean();
    if (data.cols() < 2) return result;
    const Eigen::MatrixXd centred = data.colwise() - result.mean;
    const bool bySamples = centred.cols() < centred.rows();
    const Eigen::MatrixXd gram = bySamples ? Eigen::MatrixXd(centred.transpose() * centred)
                                           : Eigen::MatrixXd(centred * centred.transpose());
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram);
    const Eigen::Index size = gram.rows();
    const double largest = solver.eigenvalues()[size - 1];
    std::vector<Eigen::VectorXd> axes;
    for (Eigen::Index i = size - 1; i >= 0 && static_cast<int>(axes.size()) < most; --i) {
        if (!(solver.eigenvalues()[i] > 1e-12 * largest)) break;
        const Eigen::VectorXd vector = solver.eigenvectors().col(i);
        axes.push_back(bySamples ? Eigen::VectorXd((centred * vector).normalized()) : vector);
    }
    result.axes.resize(data.rows(), static_cast<Eigen::Index>(axes.size()));
    for (std::size_t i = 0; i < axes.size(); ++i) result.axes.col(static_cast<Eigen::Index>(i)) = axes[i];
    const auto shown = std::min<Eigen::Index>(2, result.axes.cols());
    if (shown > 0) result.extent = (result.axes.leftCols(shown).transpose() * centred).cwiseAbs().maxCoeff();
    return result;
}

}  // namespace tessera
