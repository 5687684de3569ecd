// SPDX-License-Identifier: GPL-3.0-or-later
// What slices of two and of three dimensions do alike with directions and samples.
#pragma once

#include <Eigen/Core>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/base/shape.h"

namespace tessera {

// Directions whose independent part is below this fraction of their length count as dependent.
inline constexpr double kDependent = 1e-9;

// What is left of `vector` without its components along orthonormal axes, projected twice against rounding.
Eigen::VectorXd without(Eigen::VectorXd vector, std::span<const Eigen::VectorXd> axes);

// "The plane's origin has 3 values, but ...": one sentence for a vector of another length, or one that is not
// finite. `owner` is what has it: "plane".
Result<Done> checkSliceVector(const std::string& owner, const char* name, const Eigen::VectorXd& vector,
                              const Shape& shape);
// The same of samples that a slice is to go through, by their number.
Result<Done> checkSliceSamples(std::span<const Eigen::VectorXd> samples, const Shape& shape);

}  // namespace tessera
