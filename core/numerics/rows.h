// SPDX-License-Identifier: GPL-3.0-or-later
// Points as rows of a matrix, the layout that data sets, networks and files share.
#pragma once

#include <Eigen/Core>

namespace tessera {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstRows = Eigen::Ref<const Rows>;

}  // namespace tessera
