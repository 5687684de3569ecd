// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>

namespace tessera {

struct PrincipalDirections {
    Eigen::VectorXd mean;
    Eigen::MatrixXd axes;  // unit columns, by falling variance; only those along which the data vary
    double extent = 1;     // largest absolute coordinate along the first two axes
};

// Of the columns of `data`, by the smaller of its two Gram matrices.
PrincipalDirections principalDirections(const Eigen::MatrixXd& data, int most);

}  // namespace tessera
