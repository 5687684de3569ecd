// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/decision_boundary.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <utility>

namespace tessera {
namespace {

// A difference of logits below this fraction of their size is rounding, whatever its slope.
constexpr double kRounding = 1e-14;
// A boundary that leaves an edge halfway does so for at least this fraction of the edge; less is rounding in
// the two faces' cut points.
constexpr double kPartOfEdge = 1e-6;

struct Form {
    double a = 0, b = 0, c = 0;
    double at(const Eigen::Vector2d& offset) const { return a * offset.x() + b * offset.y() + c; }
    Form minus(const Form& other) const { return {a - other.a, b - other.b, c - other.c}; }
};

// A corner of a class cell; `side` is what runs from it to the next corner: >= 0 a side of the face, else the
// tie with class -1 - side.
struct Corner {
    Eigen::Vector2d offset;  // from formOrigin
    std::int32_t side = 0;
};

// What one face predicts along a stretch of one of its edges, in fractions of v0 -> v1.
struct Stretch {
    std::int32_t edge = 0;
    bool left = true;
    double from = 0, to = 1;
    std::int32_t label = 0;
};

// A single logit z is two classes with forms 0 and z.
Form formOf(const Arrangement& map, std::int32_t face, std::int32_t k) {
    if (map.outputs == 1 && k == 0) return {};
    const double* at =
        map.forms.data() + (static_cast<std::size_t>(face) * map.outputs + (map.outputs == 1 ? 0 : k)) * 3;
    return {at[0], at[1], at[2]};
}

class BoundaryTracer {
  public:
    BoundaryTracer(Arrangement& map, const std::vector<std::int32_t>& sideEdge)
        : map_(map), sideEdge_(sideEdge) {}

    void trace(const std::vector<char>& contested) {
        const auto faces = static_cast<std::int32_t>(map_.faceCount());
        std::vector<bool> crossed(faces, false);
        for (std::int32_t face = 0; face < faces; ++face) {
            if (!contested[face]) continue;
            findCandidates(face);
            if (candidates_.size() > 1) crossed[face] = cutFace(face);
        }
        std::sort(stretches_.begin(), stretches_.end(), [](const Stretch& x, const Stretch& y) {
            return std::tie(x.edge, y.left, x.from) < std::tie(y.edge, x.left, y.from);
        });
        std::size_t next = 0;
        for (std::int32_t e = 0; e < static_cast<std::int32_t>(map_.edges.size()); ++e) {
            const ArrangementEdge& edge = map_.edges[e];
            const std::size_t begin = next;
            while (next < stretches_.size() && stretches_[next].edge == e) ++next;
            if (edge.left < 0 || edge.right < 0) continue;
            if (next == begin) {
                if (!crossed[edge.left] && !crossed[edge.right] &&
                    map_.label[edge.left] != map_.label[edge.right]) {
                    addAlong(edge, map_.label[edge.left], map_.label[edge.right], 0, 1);
                }
                continue;
            }
            compareSides(edge, begin, next);
        }
    }

  private:
    // Classes that win somewhere on the face by more than the tolerance, and the one at its centroid.
    void findCandidates(std::int32_t face) {
        const std::int32_t label = map_.label[face];
        const Form top = formOf(map_, face, label);
        corners_.clear();
        for (std::int32_t i = map_.faceBegin[face]; i < map_.faceBegin[face + 1]; ++i) {
            corners_.push_back(
                {map_.vertices[map_.faceVertices[i]] - map_.formOrigin, i - map_.faceBegin[face]});
        }
        candidates_.clear();
        const int classes = map_.classCount();
        for (std::int32_t k = 0; k < classes; ++k) {
            if (k == label) {
                candidates_.push_back(k);
                continue;
            }
            const Form ahead = formOf(map_, face, k).minus(top);
            double largest = 0;
            for (const auto& corner : corners_) largest = std::max(largest, ahead.at(corner.offset));
            if (largest > 0 && largest > toleranceOf(face, ahead, k, label)) candidates_.push_back(k);
        }
    }

    // The value below which the difference of two logits counts as zero on the face whose corners are in
    // corners_.
    double toleranceOf(std::int32_t face, const Form& difference, std::int32_t i, std::int32_t j) const {
        double size = 0;
        const Form first = formOf(map_, face, i), second = formOf(map_, face, j);
        for (const auto& corner : corners_) {
            size = std::max({size, std::abs(first.at(corner.offset)), std::abs(second.at(corner.offset))});
        }
        return std::max(map_.tolerance * std::hypot(difference.a, difference.b), kRounding * size);
    }

    bool cutFace(std::int32_t face) {
        const std::size_t cellsBefore = map_.cells.size();
        const std::size_t segmentsBefore = map_.boundary.size();
        const std::size_t stretchesBefore = stretches_.size();
        for (const std::int32_t k : candidates_) {
            cell_ = corners_;
            for (const std::int32_t other : candidates_) {
                if (other != k && !cell_.empty()) clip(face, k, other);
            }
            if (cell_.size() < 3) continue;
            keepCell(face, k);
        }
        if (map_.cells.size() - cellsBefore > 1) return true;
        // Nothing but touching: the face keeps the label of its centroid.
        map_.cells.resize(cellsBefore);
        map_.boundary.resize(segmentsBefore);
        stretches_.resize(stretchesBefore);
        return false;
    }

    // Keeps the part of cell_ where class k is ahead of `other`. As with units, a tie line cuts only if there
    // are corners beyond the tolerance on both sides, and goes through corners that lie on it.
    void clip(std::int32_t face, std::int32_t k, std::int32_t other) {
        const Form ahead = formOf(map_, face, k).minus(formOf(map_, face, other));
        const double tolerance = toleranceOf(face, ahead, k, other);
        values_.clear();
        std::size_t most = 0, least = 0;
        for (const auto& corner : cell_) {
            values_.push_back(ahead.at(corner.offset));
            if (values_.back() > values_[most]) most = values_.size() - 1;
            if (values_.back() < values_[least]) least = values_.size() - 1;
        }
        if (values_[most] <= tolerance) {
            const bool tie = values_[least] >= -tolerance;  // all over the cell: the lower class has it
            if (!tie || other < k) cell_.clear();
            return;
        }
        if (values_[least] >= -tolerance) return;
        const std::size_t count = cell_.size();
        const auto after = [&](std::size_t i) { return i + 1 == count ? 0 : i + 1; };
        std::size_t leave = most, enter = least;  // last corner ahead; last corner before being ahead again
        while (values_[after(leave)] > tolerance) leave = after(leave);
        while (values_[after(enter)] <= tolerance) enter = after(enter);
        const auto meet = [&](std::size_t from, std::size_t to) {
            const double t = values_[from] / (values_[from] - values_[to]);
            return Eigen::Vector2d(cell_[from].offset + t * (cell_[to].offset - cell_[from].offset));
        };
        clipped_.clear();
        if (values_[enter] >= -tolerance) {
            clipped_.push_back(cell_[enter]);
        } else {
            clipped_.push_back({meet(enter, after(enter)), cell_[enter].side});
        }
        for (std::size_t i = after(enter); i != after(leave); i = after(i)) clipped_.push_back(cell_[i]);
        const std::size_t beyond = after(leave);
        const std::int32_t tie = -1 - other;
        if (values_[beyond] >= -tolerance) {
            clipped_.push_back({cell_[beyond].offset, tie});
        } else {
            clipped_.push_back({meet(leave, beyond), tie});
        }
        cell_.swap(clipped_);
    }

    void keepCell(std::int32_t face, std::int32_t k) {
        ClassCell cell{face, k, {}};
        cell.polygon.reserve(cell_.size());
        const std::int32_t begin = map_.faceBegin[face];
        for (std::size_t i = 0; i < cell_.size(); ++i) {
            const Eigen::Vector2d a = cell_[i].offset + map_.formOrigin;
            const Eigen::Vector2d b = cell_[(i + 1) % cell_.size()].offset + map_.formOrigin;
            cell.polygon.push_back(a);
            const std::int32_t side = cell_[i].side;
            if (side < 0) {
                const std::int32_t other = -1 - side;
                if (k < other && (b - a).norm() > map_.tolerance)
                    map_.boundary.push_back({a, b, k, other, face});
                continue;
            }
            const std::int32_t e = sideEdge_[begin + side];
            const ArrangementEdge& edge = map_.edges[e];
            const Eigen::Vector2d base = map_.vertices[edge.v0], along = map_.vertices[edge.v1] - base;
            const double scale = 1 / along.squaredNorm();
            const double s = (a - base).dot(along) * scale, t = (b - base).dot(along) * scale;
            stretches_.push_back({e, edge.left == face, std::min(s, t), std::max(s, t), k});
        }
        map_.cells.push_back(std::move(cell));
    }

    // Walks an edge with stretches on its left, right or both sides; where the labels differ, the boundary
    // may run along it.
    void compareSides(const ArrangementEdge& edge, std::size_t begin, std::size_t end) {
        std::vector<Stretch> sides[2];
        for (std::size_t i = begin; i < end; ++i) sides[stretches_[i].left ? 0 : 1].push_back(stretches_[i]);
        if (sides[0].empty()) sides[0].push_back({0, true, 0, 1, map_.label[edge.left]});
        if (sides[1].empty()) sides[1].push_back({0, false, 0, 1, map_.label[edge.right]});
        for (const auto& left : sides[0]) {
            for (const auto& right : sides[1]) {
                const double from = std::max({left.from, right.from, 0.0}),
                             to = std::min({left.to, right.to, 1.0});
                if (left.label == right.label || to - from < kPartOfEdge) continue;
                if (tied(edge, left.label, right.label)) addAlong(edge, left.label, right.label, from, to);
            }
        }
    }

    // Whether two classes tie all along an edge.
    bool tied(const ArrangementEdge& edge, std::int32_t i, std::int32_t j) const {
        const Form difference = formOf(map_, edge.left, i).minus(formOf(map_, edge.left, j));
        for (const std::int32_t v : {edge.v0, edge.v1}) {
            const Eigen::Vector2d offset = map_.vertices[v] - map_.formOrigin;
            const double size = std::max(std::abs(formOf(map_, edge.left, i).at(offset)),
                                         std::abs(formOf(map_, edge.left, j).at(offset)));
            const double allowed =
                std::max(4 * map_.tolerance * std::hypot(difference.a, difference.b), 4 * kRounding * size);
            if (std::abs(difference.at(offset)) > allowed) return false;
        }
        return true;
    }

    void addAlong(const ArrangementEdge& edge, std::int32_t i, std::int32_t j, double from, double to) {
        const Eigen::Vector2d base = map_.vertices[edge.v0], along = map_.vertices[edge.v1] - base;
        if (!((to - from) * along.norm() > map_.tolerance)) return;
        map_.boundary.push_back(
            {base + from * along, base + to * along, std::min(i, j), std::max(i, j), edge.left});
    }

    Arrangement& map_;
    const std::vector<std::int32_t>& sideEdge_;
    std::vector<Corner> corners_, cell_, clipped_;
    std::vector<double> values_;
    std::vector<std::int32_t> candidates_;
    std::vector<Stretch> stretches_;
};

}  // namespace

bool isContested(const Arrangement& map, std::int32_t face) {
    const std::int32_t label = map.label[face];
    const Form top = formOf(map, face, label);
    for (std::int32_t k = 0; k < map.classCount(); ++k) {
        if (k == label) continue;
        const Form ahead = formOf(map, face, k).minus(top);
        for (std::int32_t i = map.faceBegin[face]; i < map.faceBegin[face + 1]; ++i) {
            if (ahead.at(map.vertices[map.faceVertices[i]] - map.formOrigin) > 0) return true;
        }
    }
    return false;
}

void traceDecisionBoundary(Arrangement& map, const std::vector<std::int32_t>& sideEdge,
                           const std::vector<char>& contested) {
    BoundaryTracer(map, sideEdge).trace(contested);
}

}  // namespace tessera
