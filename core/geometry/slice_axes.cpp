// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/slice_axes.h"

namespace tessera {
namespace {

std::string sizeText(const Shape& shape) {
    return shapeText(shape) + " (" + std::to_string(elementCount(shape)) + " values)";
}

}  // namespace

Eigen::VectorXd without(Eigen::VectorXd vector, std::span<const Eigen::VectorXd> axes) {
    for (int pass = 0; pass < 2; ++pass) {
        for (const auto& axis : axes) vector -= axis * axis.dot(vector);
    }
    return vector;
}

Result<Done> checkSliceVector(const std::string& owner, const char* name, const Eigen::VectorXd& vector,
                              const Shape& shape) {
    if (vector.size() != elementCount(shape)) {
        return inputError("The " + owner + "'s " + name + " has " + std::to_string(vector.size()) +
                          " values, but the input is " + sizeText(shape) + "; give one value per input.");
    }
    if (!vector.allFinite()) {
        return inputError("The " + owner + "'s " + name + " holds a value that is not finite; replace it.");
    }
    return Done{};
}

Result<Done> checkSliceSamples(std::span<const Eigen::VectorXd> samples, const Shape& shape) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (samples[i].size() != elementCount(shape)) {
            return inputError("Sample " + std::to_string(i + 1) + " has " +
                              std::to_string(samples[i].size()) + " values, but the input is " +
                              sizeText(shape) + "; choose samples of that shape.");
        }
        if (!samples[i].allFinite()) {
            return inputError("Sample " + std::to_string(i + 1) +
                              " holds a value that is not finite; choose another.");
        }
    }
    return Done{};
}

}  // namespace tessera
