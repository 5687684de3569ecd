// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/logit_surface.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/geometry/grid_vertices.h"
#include "core/geometry/tetrahedron_envelope.h"

namespace tessera {
namespace {

constexpr double kLargest = 1e60, kSmallest = 1e-60;

// A corner of a cube is a set of bits: 1 along s, 2 along t, 4 along r. A tetrahedron goes from corner 0 to
// corner 7 by one axis after another; the order of the axes decides on which hand it is.
struct KuhnTetrahedron {
    std::array<int, 4> corners;
    bool isPositive;
};
constexpr std::array<KuhnTetrahedron, 6> kTetrahedra{{{{0, 1, 3, 7}, true},
                                                      {{0, 1, 5, 7}, false},
                                                      {{0, 2, 3, 7}, false},
                                                      {{0, 2, 6, 7}, true},
                                                      {{0, 4, 5, 7}, true},
                                                      {{0, 4, 6, 7}, false}}};

template <typename Scalar>
class SurfaceTracer {
  public:
    SurfaceTracer(const GridShape& grid, std::int32_t outputs, std::span<const Scalar> logits)
        : grid_(grid), outputs_(outputs), logits_(logits) {
        for (int corner = 0; corner < 8; ++corner) {
            step_[corner] = grid.at(corner & 1, corner >> 1 & 1, corner >> 2 & 1);
        }
    }

    // Of the points of layer k. False: a value is not finite or too large, and badPoint() says where.
    bool findLabels(int k) {
        labels_.resize(static_cast<std::size_t>(grid_.points()));
        for (auto point = grid_.at(0, 0, k); point < grid_.at(0, 0, k + 1); ++point) {
            const Scalar* const row = logits_.data() + point * outputs_;
            Scalar largest = row[0];
            std::int32_t label = 0;
            bool isFine = std::abs(row[0]) <= kLargest;
            for (std::int32_t n = 1; n < outputs_; ++n) {
                isFine &= std::abs(row[n]) <= kLargest;
                if (flushed(row[n]) > flushed(largest)) largest = row[n], label = n;
            }
            if (!isFine) return badPoint_ = point, false;
            if (outputs_ == 1) label = flushed(row[0]) > 0 ? 1 : 0;
            labels_[static_cast<std::size_t>(point)] = static_cast<std::uint16_t>(label);
        }
        return true;
    }
    std::int64_t badPoint() const { return badPoint_; }

    // The cubes between the points of layer k and the next.
    void traceLayer(int k) {
        for (int j = 0; j + 1 < grid_.ny; ++j) {
            const std::uint16_t* const row = labels_.data() + grid_.at(0, j, k);
            for (int i = 0; i + 1 < grid_.nx; ++i) {
                const std::uint16_t first = row[i];
                int different = 0;
                for (int corner = 1; corner < 8; ++corner) different |= row[i + step_[corner]] ^ first;
                if (different != 0) traceCube(i, j, k);
            }
        }
    }

    // Whether another layer can be counted in 32 bits.
    bool isFull() const { return mesh_.faceVertices.size() > std::size_t{1} << 30; }
    SurfaceMesh takeMesh() { return std::move(mesh_); }

  private:
    using Eight = std::array<double, 8>;

    static double flushed(Scalar value) {
        const auto number = static_cast<double>(value);
        return std::abs(number) < kSmallest ? 0 : number;
    }
    double valueOf(std::int32_t label, std::int64_t point) const {
        if (outputs_ == 1) return label == 0 ? 0 : flushed(logits_[static_cast<std::size_t>(point)]);
        return flushed(logits_[static_cast<std::size_t>(point * outputs_ + label)]);
    }

    // Whether class x is behind class y at all of the corners: it is then behind it everywhere between them.
    static bool isBehind(std::int32_t x, const double* valuesX, std::int32_t y, const double* valuesY,
                         int count) {
        for (int i = 0; i < count; ++i) {
            if (valuesX[i] > valuesY[i] || (valuesX[i] == valuesY[i] && x <= y)) return false;
        }
        return true;
    }

    void traceCube(int i, int j, int k) {
        const std::int64_t base = grid_.at(i, j, k);
        std::array<std::int32_t, 8> labels;
        for (int corner = 0; corner < 8; ++corner) {
            labels[corner] = labels_[static_cast<std::size_t>(base + step_[corner])];
        }
        auto ahead = labels;
        std::sort(ahead.begin(), ahead.end());
        const auto end = std::unique(ahead.begin(), ahead.end());
        classes_.clear();
        values_.clear();
        Eight aheadValues[8];
        for (auto label = ahead.begin(); label != end; ++label) {
            for (int corner = 0; corner < 8; ++corner) {
                aheadValues[label - ahead.begin()][corner] = valueOf(*label, base + step_[corner]);
            }
        }
        for (std::int32_t x = 0; x < std::max(2, outputs_); ++x) {
            Eight values;
            for (int corner = 0; corner < 8; ++corner) values[corner] = valueOf(x, base + step_[corner]);
            bool isBeaten = false;
            for (auto label = ahead.begin(); label != end && !isBeaten; ++label) {
                isBeaten = isBehind(x, values.data(), *label, aheadValues[label - ahead.begin()].data(), 8);
            }
            if (isBeaten) continue;
            classes_.push_back(x);
            values_.push_back(values);
        }
        for (const auto& tetrahedron : kTetrahedra) {
            const auto& corners = tetrahedron.corners;
            if (labels[corners[0]] == labels[corners[1]] && labels[corners[0]] == labels[corners[2]] &&
                labels[corners[0]] == labels[corners[3]]) {
                continue;  // a class that is nowhere ahead at the corners is nowhere ahead of this one
            }
            traceTetrahedron(tetrahedron, labels, i, j, k);
        }
    }

    void traceTetrahedron(const KuhnTetrahedron& tetrahedron, const std::array<std::int32_t, 8>& labels,
                          int i, int j, int k) {
        near_.clear();
        nearValues_.clear();
        for (std::size_t c = 0; c < classes_.size(); ++c) {
            near_.push_back(classes_[c]);
            auto& values = nearValues_.emplace_back();
            for (int n = 0; n < 4; ++n) values[n] = values_[c][tetrahedron.corners[n]];
        }
        std::size_t kept = 0;
        std::array<TetrahedronEnvelope::Values, 4> winner;
        for (int n = 0; n < 4; ++n) {
            const auto c = std::lower_bound(near_.begin(), near_.end(), labels[tetrahedron.corners[n]]);
            winner[n] = nearValues_[static_cast<std::size_t>(c - near_.begin())];
        }
        for (std::size_t c = 0; c < near_.size(); ++c) {
            bool isBeaten = false;
            for (int n = 0; n < 4 && !isBeaten; ++n) {
                isBeaten = isBehind(near_[c], nearValues_[c].data(), labels[tetrahedron.corners[n]],
                                    winner[n].data(), 4);
            }
            if (isBeaten) continue;
            near_[kept] = near_[c];
            nearValues_[kept++] = nearValues_[c];
        }
        near_.resize(kept);
        nearValues_.resize(kept);
        envelope_.compute(nearValues_, tetrahedron.isPositive);
        for (const auto& face : envelope_.faces()) {
            for (std::int32_t p = face.begin; p < face.end; ++p) {
                mesh_.faceVertices.push_back(
                    vertexOf(envelope_.points()[static_cast<std::size_t>(p)], tetrahedron, i, j, k));
            }
            mesh_.faceBegin.push_back(static_cast<std::int32_t>(mesh_.faceVertices.size()));
            mesh_.classA.push_back(near_[static_cast<std::size_t>(face.classA)]);
            mesh_.classB.push_back(near_[static_cast<std::size_t>(face.classB)]);
        }
    }

    std::int32_t vertexOf(const EnvelopePoint& point, const KuhnTetrahedron& tetrahedron, int i, int j,
                          int k) {
        const int lowest = tetrahedron.corners[std::countr_zero(point.corners)];
        unsigned steps = 0;  // three bits for each further corner; never zero, as corners only gain bits
        for (int n = 0; n < 4; ++n) {
            const int step = tetrahedron.corners[n] ^ lowest;
            if ((point.corners >> n & 1) != 0 && step != 0) steps = steps << 3 | static_cast<unsigned>(step);
        }
        GridVertexKey key{static_cast<std::uint64_t>(grid_.at(i, j, k) + step_[lowest]) << 9 | steps, 0};
        for (std::size_t c = 0; c < point.count; ++c) {
            key.classes = key.classes << 16 | static_cast<std::uint64_t>(near_[point.classes[c]] + 1);
        }
        const auto next = static_cast<std::int32_t>(mesh_.vertices.size());
        if (const std::int32_t known = vertices_.findOrAdd(key, next); known >= 0) return known;
        const auto placeOf = [&](int corner) {
            return grid_.position(i + (corner & 1), j + (corner >> 1 & 1), k + (corner >> 2 & 1));
        };
        const Eigen::Vector3d from = placeOf(lowest);
        Eigen::Vector3d place = from;  // and steps from there: what lies on a side of the box stays on it
        for (int n = 0; n < 4; ++n) {
            if (point.weights[n] != 0) place += point.weights[n] * (placeOf(tetrahedron.corners[n]) - from);
        }
        place = place.cwiseMax(grid_.low).cwiseMin(grid_.high);
        mesh_.vertices.push_back(place);
        return next;
    }

    const GridShape& grid_;
    const std::int32_t outputs_;
    const std::span<const Scalar> logits_;
    std::array<std::int64_t, 8> step_{};
    std::vector<std::uint16_t> labels_;
    // Classes that may be ahead somewhere, ascending: in the cube, in the tetrahedron.
    std::vector<std::int32_t> classes_, near_;
    std::vector<Eight> values_;
    std::vector<TetrahedronEnvelope::Values> nearValues_;
    TetrahedronEnvelope envelope_;
    GridVertexTable vertices_;
    SurfaceMesh mesh_;
    std::int64_t badPoint_ = -1;
};

Result<Done> checkGrid(const GridShape& grid, std::int32_t outputs, std::size_t values) {
    if (grid.nx < 2 || grid.ny < 2 || grid.nz < 2) {
        return inputError("The grid has " + std::to_string(grid.nx) + " x " + std::to_string(grid.ny) +
                          " x " + std::to_string(grid.nz) + " points; give at least two along each side.");
    }
    constexpr std::int32_t kMostClasses = std::numeric_limits<std::uint16_t>::max() - 1;
    if (outputs < 1 || outputs > kMostClasses) {
        return inputError("The grid holds " + std::to_string(outputs) + " logits a point; give 1 to " +
                          std::to_string(kMostClasses) + ".");
    }
    if (values != static_cast<std::size_t>(grid.points()) * static_cast<std::size_t>(outputs)) {
        return inputError("The grid has " + std::to_string(grid.points()) + " points of " +
                          std::to_string(outputs) + " logits, and " + std::to_string(values) +
                          " values were given; give one for each.");
    }
    return Done{};
}

}  // namespace

Eigen::Vector3d GridShape::position(int i, int j, int k) const {
    const auto along = [](double from, double to, int at, int points) {
        return at + 1 == points ? to : from + (to - from) * at / (points - 1);
    };
    return {along(low.x(), high.x(), i, nx), along(low.y(), high.y(), j, ny),
            along(low.z(), high.z(), k, nz)};
}

template <typename Scalar>
Result<SurfaceMesh> logitSurface(const GridShape& grid, std::int32_t outputs, std::span<const Scalar> logits,
                                 std::stop_token stop) {
    if (auto valid = checkGrid(grid, outputs, logits.size()); !valid.isOk()) {
        return std::move(valid).template propagate<SurfaceMesh>();
    }
    SurfaceTracer<Scalar> tracer(grid, outputs, logits);
    for (int k = 0; k < grid.nz; ++k) {
        if (stop.stop_requested()) return Cancelled{};
        if (!tracer.findLabels(k)) {
            return inputError(
                "Point " + std::to_string(tracer.badPoint()) +
                " of the grid holds a logit that is not finite or beyond 1e60; check the model's "
                "weights.");
        }
        if (k > 0) tracer.traceLayer(k - 1);
        if (tracer.isFull()) {
            return Error{
                ErrorKind::Resource, "The boundary has too many faces to count; take a coarser grid.", {}};
        }
    }
    return tracer.takeMesh();
}

template Result<SurfaceMesh> logitSurface(const GridShape&, std::int32_t, std::span<const float>,
                                          std::stop_token);
template Result<SurfaceMesh> logitSurface(const GridShape&, std::int32_t, std::span<const double>,
                                          std::stop_token);

}  // namespace tessera
