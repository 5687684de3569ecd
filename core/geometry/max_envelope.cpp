// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/max_envelope.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

double cross(const Eigen::Vector2d& a, const Eigen::Vector2d& b) {
    return a.x() * b.y() - a.y() * b.x();
}

int farthestFrom(std::span<const Eigen::Vector2d> corners, int from) {
    int best = from;
    double largest = -1;
    for (int i = 0; i < static_cast<int>(corners.size()); ++i) {
        const double squared = (corners[i] - corners[from]).squaredNorm();
        if (squared > largest) largest = squared, best = i;
    }
    return best;
}

}  // namespace

void LocalFrame::fit(std::span<const Eigen::Vector2d> corners) {
    corner_[0] = farthestFrom(corners, 0);
    corner_[1] = farthestFrom(corners, corner_[0]);
    base_ = corners[corner_[0]];
    u_ = corners[corner_[1]] - base_;
    corner_[2] = corner_[0];
    area_ = 0;
    for (int i = 0; i < static_cast<int>(corners.size()); ++i) {
        const double area = cross(u_, corners[i] - base_);
        if (std::abs(area) > std::abs(area_)) area_ = area, corner_[2] = i;
    }
    v_ = corners[corner_[2]] - base_;
    gpp_ = u_.squaredNorm();
    gpq_ = u_.dot(v_);
    gqq_ = v_.squaredNorm();
    const double determinant = area_ * area_;
    if (determinant > 0) {
        ipp_ = gqq_ / determinant;
        ipq_ = -gpq_ / determinant;
        iqq_ = gpp_ / determinant;
    } else {
        ipp_ = gpp_ > 0 ? 1 / gpp_ : 0;
        ipq_ = iqq_ = 0;
    }
}

Eigen::Vector2d LocalFrame::localFromPlane(const Eigen::Vector2d& point) const {
    const Eigen::Vector2d offset = point - base_;
    if (area_ == 0) return {gpp_ > 0 ? offset.dot(u_) / gpp_ : 0, 0};
    return {cross(offset, v_) / area_, cross(u_, offset) / area_};
}

double LocalFrame::gradientNorm(const AffineForm& form) const {
    const double squared = form.a * form.a * ipp_ + 2 * form.a * form.b * ipq_ + form.b * form.b * iqq_;
    return std::sqrt(std::max(squared, 0.0));
}

Eigen::Vector3d LocalFrame::planeForm(const AffineForm& form) const {
    Eigen::Vector2d slope = Eigen::Vector2d::Zero();
    if (area_ != 0) {
        slope = Eigen::Vector2d(form.a * v_.y() - form.b * u_.y(), form.b * u_.x() - form.a * v_.x()) / area_;
    } else if (gpp_ > 0) {
        slope = form.a / gpp_ * u_;
    }
    return {slope.x(), slope.y(), form.c - slope.dot(base_)};
}

double LocalFrame::distance(double dp, double dq) const {
    return (dp * u_ + dq * v_).norm();
}

bool findCrossings(std::span<const double> d, double tolerance, std::vector<std::int8_t>& sign,
                   LineCrossing& leaving, LineCrossing& entering) {
    const int n = static_cast<int>(d.size());
    sign.resize(n);
    bool positive = false, negative = false;
    for (int i = 0; i < n; ++i) {
        sign[i] = d[i] > tolerance ? 1 : d[i] < -tolerance ? -1 : 0;
        positive |= sign[i] > 0;
        negative |= sign[i] < 0;
    }
    if (!positive || !negative) return false;
    leaving = entering = {};
    for (int i = 0; i < n; ++i) {
        if (sign[i] == 0) continue;
        LineCrossing crossing{i, 0};
        int next = i + 1 == n ? 0 : i + 1;
        if (sign[next] == 0) {
            // A run of corners on the line: the one closest to it is where the line passes.
            crossing.corner = next;
            while (sign[next] == 0) {
                if (std::abs(d[next]) < std::abs(d[crossing.corner])) crossing.corner = next;
                next = next + 1 == n ? 0 : next + 1;
            }
        } else {
            crossing.fraction = d[i] / (d[i] - d[next]);
        }
        if (sign[i] == sign[next]) continue;
        LineCrossing& slot = sign[i] > 0 ? leaving : entering;
        if (slot.corner < 0) slot = crossing;
    }
    return leaving.corner >= 0 && entering.corner >= 0;
}

std::int32_t MaxEnvelope::vertexAt(const LineCrossing& crossing, std::int32_t winner, std::int32_t loser,
                                   const LocalFrame& frame, double tolerance) {
    const Side& side = current_[crossing.corner];
    if (crossing.fraction == 0) return side.vertex;
    const Vertex& from = vertices_[side.vertex];
    const Vertex& to = vertices_[current_[(crossing.corner + 1) % current_.size()].vertex];
    Vertex made;
    made.p = from.p + crossing.fraction * (to.p - from.p);
    made.q = from.q + crossing.fraction * (to.q - from.q);
    if (side.segment >= 0) {
        made.segment = side.segment;
        made.first = std::min(winner, loser);
        made.second = std::max(winner, loser);
    }
    // The same point is met from several cells, each time by another pair of lines.
    for (std::size_t i = 0; i < vertices_.size(); ++i) {
        if (frame.distance(vertices_[i].p - made.p, vertices_[i].q - made.q) > 4 * tolerance) continue;
        if (vertices_[i].vertex < 0 && vertices_[i].segment < 0) vertices_[i] = made;
        return static_cast<std::int32_t>(i);
    }
    vertices_.push_back(made);
    return static_cast<std::int32_t>(vertices_.size()) - 1;
}

bool MaxEnvelope::clip(const AffineForm& difference, std::int32_t winner, std::int32_t loser,
                       const LocalFrame& frame, double tolerance, double noise) {
    const int n = static_cast<int>(current_.size());
    const double allowed = std::max(tolerance * frame.gradientNorm(difference), noise);
    d_.resize(n);
    bool above = false, below = false;
    for (int i = 0; i < n; ++i) {
        const Vertex& vertex = vertices_[current_[i].vertex];
        d_[i] = difference.at(vertex.p, vertex.q);
        above |= d_[i] > allowed;
        below |= d_[i] < -allowed;
    }
    if (!above) return !below && winner < loser;  // equal on the whole cell: the earlier form keeps it
    if (!below) return true;
    LineCrossing leaving, entering;
    if (!findCrossings(d_, allowed, sign_, leaving, entering)) return true;
    const std::int32_t exit = vertexAt(leaving, winner, loser, frame, tolerance);
    const std::int32_t entry = vertexAt(entering, winner, loser, frame, tolerance);
    clipped_.clear();
    // From the entry along the outline to the exit, then back along the line.
    if (entering.fraction > 0) clipped_.push_back({entry, current_[entering.corner].segment});
    int i = entering.fraction > 0 ? (entering.corner + 1) % n : entering.corner;
    const int stop = leaving.fraction > 0 ? (leaving.corner + 1) % n : leaving.corner;
    for (; i != stop; i = (i + 1) % n) clipped_.push_back(current_[i]);
    clipped_.push_back({exit, -1});
    // Snapping can make neighbours one: a side without length goes.
    current_.clear();
    for (std::size_t k = 0; k < clipped_.size(); ++k) {
        if (clipped_[k].vertex != clipped_[(k + 1) % clipped_.size()].vertex) current_.push_back(clipped_[k]);
    }
    return current_.size() >= 3;
}

void MaxEnvelope::compute(std::span<const PolygonCorner> polygon, std::span<const AffineForm> forms,
                          const LocalFrame& frame, double tolerance, double noise) {
    vertices_.clear();
    sides_.clear();
    cells_.clear();
    for (const auto& corner : polygon) vertices_.push_back({corner.p, corner.q, corner.vertex, -1, -1, -1});
    const auto count = static_cast<std::int32_t>(forms.size());
    for (std::int32_t form = 0; form < count; ++form) {
        current_.clear();
        for (std::size_t i = 0; i < polygon.size(); ++i) {
            current_.push_back({static_cast<std::int32_t>(i), polygon[i].segment});
        }
        bool alive = true;
        for (std::int32_t other = 0; other < count && alive; ++other) {
            if (other != form) alive = clip(forms[form] - forms[other], form, other, frame, tolerance, noise);
        }
        if (!alive) continue;
        const auto begin = static_cast<std::int32_t>(sides_.size());
        sides_.insert(sides_.end(), current_.begin(), current_.end());
        cells_.push_back({form, begin, static_cast<std::int32_t>(sides_.size())});
    }
}

}  // namespace tessera
