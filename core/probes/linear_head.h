// SPDX-License-Identifier: GPL-3.0-or-later
// A linear head, logits = W z + b, and what its weights alone say: inner products and distances of rows.
#pragma once

#include <cstdint>

#include "core/numerics/rows.h"

namespace tessera {

struct LinearHead {
    Rows weight;           // K x D
    Eigen::VectorXd bias;  // K
    std::int64_t classes() const { return weight.rows(); }
    std::int64_t width() const { return weight.cols(); }
    // points x K
    Rows logits(ConstRows points) const;
};

struct HeadGeometry {
    Eigen::MatrixXd gram;      // w_i . w_j
    Eigen::MatrixXd distance;  // ||w_i - w_j||, of the differences themselves
    explicit HeadGeometry(const LinearHead& head);
};

// The first of the largest logits, of all or of all but one class.
std::int32_t largestLogit(const double* logits, std::int64_t classes);
std::int32_t largestOther(const double* logits, std::int64_t classes, std::int32_t than);
// The first of the smallest logits of all but one class.
std::int32_t smallestOther(const double* logits, std::int64_t classes, std::int32_t than);

}  // namespace tessera
