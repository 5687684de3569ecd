// SPDX-License-Identifier: GPL-3.0-or-later
// What the breadth-first engine needs to know of a network restricted to a slice: its sites in execution
// order, and the live values at a set of points, advanced from site to site. Implemented over the layer graph
// in core/model; tests implement it by hand.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/geometry/piecewise_linear.h"

namespace tessera {

// A new row between two rows: (1 - t) * row0 + t * row1, for every live value.
struct RowBlend {
    std::int32_t row0 = 0, row1 = 0;
    double t = 0;
};

// All values that later layers still need, at a list of points ("rows"), just before one site. Float64.
class LiveValues {
  public:
    virtual ~LiveValues() = default;
    virtual std::int64_t rows() const = 0;
    virtual int site()
        const = 0;  // index into SiteNetwork::sites(); sites().size() once only the outputs are left
    // The site's input (or the logits, at the end), row-major rows x width. Valid until the next non-const
    // call.
    virtual const double* values() const = 0;
    virtual std::int64_t width() const = 0;
    virtual std::int64_t bytesPerRow() const = 0;  // of all live values
    // Appends blended rows; a blend may refer to rows appended earlier in the same call.
    virtual void append(std::span<const RowBlend> blends) = 0;
    // A new set holding only these rows, in this order.
    virtual std::unique_ptr<LiveValues> gather(std::span<const std::int32_t> rows) const = 0;
    // Applies the site's function and every affine layer up to the next site (or to the logits).
    virtual void advance() = 0;
    // Recomputes all live values from the points themselves (stops drift after many blends).
    virtual void refresh(std::span<const Eigen::Vector2d> pointsInSlice) = 0;
};

class SiteNetwork {
  public:
    virtual ~SiteNetwork() = default;
    virtual const std::vector<Site>& sites() const = 0;
    virtual std::int32_t outputs() const = 0;
    // Evaluates the points up to the first site.
    virtual std::unique_ptr<LiveValues> start(std::span<const Eigen::Vector2d> pointsInSlice) const = 0;
    // The affine map of the region that each point lies in: logit = a*(s - origin.x) + b*(t - origin.y) + c,
    // written points x outputs x 3, by pushing value and two tangents through the network; and the pattern
    // hash at the point.
    virtual void formsAt(std::span<const Eigen::Vector2d> pointsInSlice, const Eigen::Vector2d& origin,
                         double* forms, std::uint64_t* patternHash) const = 0;
};

}  // namespace tessera
