// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/volume_chain.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/geometry/form_kernels.h"

namespace tessera {
namespace {

// Piece of the unit's function at z, and how many of its knots that bend lie below.
struct Place {
    int piece = 0;
    std::uint64_t state = 0;
};
Place placeOf(const PiecewiseLinear& function, std::int64_t unit, double z) {
    Place place;
    for (int knot = 0; knot + 1 < function.pieces() && z > function.knots[knot]; ++knot) {
        place.piece = knot + 1;
        place.state += function.bends(knot, unit) ? 1 : 0;
    }
    return place;
}

}  // namespace

VolumeChain::VolumeChain(std::vector<AffineChain::Stage> stages, std::vector<Site> sites,
                         const Eigen::Vector3d& origin)
    : stages_(std::move(stages)), sites_(std::move(sites)), origin_(origin) {
    for (const auto& site : sites_) isRelu_.push_back(site.function == PiecewiseLinear::relu());
    for (const auto& stage : stages_)
        widest_ = std::max(widest_, static_cast<std::size_t>(stage.bias.size()));
    noKeys_.assign(widest_, 0);
    noBias_.assign(widest_, 0);
}

void VolumeChain::applySite(std::size_t site, double* values) const {
    const auto& function = sites_[site].function;
    const auto units = static_cast<std::size_t>(sites_[site].units);
    if (isRelu_[site]) {
        alignas(64) std::uint64_t hash[kPointBlock] = {};
        return applyRelu(values, units, noKeys_.data(), hash);
    }
    for (std::size_t unit = 0; unit < units; ++unit) {
        double* const z = values + unit * kPointBlock;
        for (std::size_t p = 0; p < kPointBlock; ++p) {
            const int piece = placeOf(function, static_cast<std::int64_t>(unit), z[p]).piece;
            z[p] = function.slope(piece, static_cast<std::int64_t>(unit)) * z[p] +
                   function.intercept(piece, static_cast<std::int64_t>(unit));
        }
    }
}

void VolumeChain::inputsOfSite(int site, std::int64_t first, std::int64_t count,
                               std::span<const Eigen::Vector3d> points, double* result,
                               std::int64_t stride) const {
    PackedDoubles one(widest_ * kPointBlock), other(widest_ * kPointBlock);
    double *in = one.data(), *out = other.data();
    for (std::size_t begin = 0; begin < points.size(); begin += kPointBlock) {
        const std::size_t rows = std::min(kPointBlock, points.size() - begin);
        for (std::size_t p = 0; p < kPointBlock; ++p) {
            const Eigen::Vector3d offset = points[begin + std::min(p, rows - 1)] - origin_;
            for (int axis = 0; axis < 3; ++axis) in[axis * kPointBlock + p] = offset[axis];
        }
        for (int s = 0; s < site; ++s) {
            const auto& stage = stages_[s];
            applyAffine(stage.weights.data(), stage.bias.data(), stage.weights.rows(), stage.weights.cols(),
                        in, out);
            applySite(s, out);
            std::swap(in, out);
        }
        const auto& last = stages_[site];
        applyAffine(last.weights.data() + first * last.weights.cols(), last.bias.data() + first, count,
                    last.weights.cols(), in, out);
        for (std::int64_t i = 0; i < count; ++i)
            std::copy_n(out + i * kPointBlock, rows, result + i * stride + begin);
    }
}

void VolumeChain::slopesAt(std::span<const Eigen::Vector3d> points, double* slopes,
                           std::uint64_t* patternHash) const {
    // The value and its three derivatives.
    std::array<PackedDoubles, 4> one, other;
    for (int i = 0; i < 4; ++i) {
        one[i] = PackedDoubles(widest_ * kPointBlock);
        other[i] = PackedDoubles(widest_ * kPointBlock);
    }
    const std::int64_t outputs = stages_.back().bias.size();
    for (std::size_t begin = 0; begin < points.size(); begin += kPointBlock) {
        const std::size_t rows = std::min(kPointBlock, points.size() - begin);
        auto *in = &one, *out = &other;
        for (std::size_t p = 0; p < kPointBlock; ++p) {
            const Eigen::Vector3d offset = points[begin + std::min(p, rows - 1)] - origin_;
            for (int axis = 0; axis < 3; ++axis) {
                (*in)[0].data()[axis * kPointBlock + p] = offset[axis];
                for (int along = 0; along < 3; ++along)
                    (*in)[1 + along].data()[axis * kPointBlock + p] = axis == along;
            }
        }
        std::uint64_t hash[kPointBlock] = {};
        for (std::size_t s = 0; s < stages_.size(); ++s) {
            const auto& stage = stages_[s];
            for (int i = 0; i < 4; ++i)
                applyAffine(stage.weights.data(), i == 0 ? stage.bias.data() : noBias_.data(),
                            stage.weights.rows(), stage.weights.cols(), (*in)[i].data(), (*out)[i].data());
            std::swap(in, out);
            if (s == sites_.size()) break;
            const auto& function = sites_[s].function;
            for (std::int64_t unit = 0; unit < sites_[s].units; ++unit) {
                double* const z = (*in)[0].data() + unit * kPointBlock;
                for (std::size_t p = 0; p < kPointBlock; ++p) {
                    const auto [piece, state] = placeOf(function, unit, z[p]);
                    const double slope = function.slope(piece, unit);
                    z[p] = slope * z[p] + function.intercept(piece, unit);
                    for (int i = 1; i < 4; ++i) (*in)[i].data()[unit * kPointBlock + p] *= slope;
                    hash[p] ^= patternKey(s, static_cast<std::uint64_t>(unit), state);
                }
            }
        }
        for (std::size_t p = 0; p < rows; ++p) {
            patternHash[begin + p] = hash[p];
            for (std::int64_t k = 0; k < outputs; ++k)
                for (int along = 0; along < 3; ++along)
                    slopes[((begin + p) * outputs + k) * 3 + along] =
                        (*in)[1 + along].data()[k * kPointBlock + p];
        }
    }
}

}  // namespace tessera
