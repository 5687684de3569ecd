// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/height_surface.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "core/geometry/row_polygon.h"

namespace tessera {
namespace {

class SurfaceBuilder {
  public:
    enum class Kind { Winning, Margin, Confidence };
    SurfaceBuilder(const LogitMesh& mesh, Kind kind, int steps)
        : mesh_(mesh), kind_(kind), noise_(mesh.noise()) {
        if (kind != Kind::Confidence) return;
        const auto box = boundingBox(mesh.vertices);
        for (int axis = 0; axis < 2; ++axis)
            for (int i = 1; i < steps; ++i)
                lines_[axis].push_back(box.low[axis] + (box.high[axis] - box.low[axis]) * i / steps);
    }

    HeightSurface surface() {
        for (std::int64_t face = 0; face < mesh_.faceCount(); ++face) addFace(face);
        return std::move(surface_);
    }

  private:
    // Classes that can be the largest somewhere on the face, or the second where that is asked for. One that
    // is ahead of another at no corner is ahead of it nowhere.
    void findCandidates(std::int64_t face) {
        const auto corners = mesh_.corners(face);
        const auto classes = static_cast<std::size_t>(mesh_.classes);
        sum_.assign(classes, 0);
        for (const std::int32_t v : corners)
            for (std::size_t k = 0; k < classes; ++k) sum_[k] += mesh_.logitsOf(v)[k];
        candidates_.clear();
        if (kind_ == Kind::Confidence) {  // the softmax needs them all
            for (std::size_t k = 0; k < classes; ++k) candidates_.push_back(static_cast<std::int32_t>(k));
            return;
        }
        const auto first = static_cast<std::size_t>(std::ranges::max_element(sum_) - sum_.begin());
        std::size_t second = first == 0 ? 1 : 0;
        for (std::size_t k = 0; k < classes; ++k)
            if (k != first && sum_[k] > sum_[second]) second = k;
        for (std::size_t k = 0; k < classes; ++k) {
            const bool isAhead = std::ranges::any_of(corners, [&](std::int32_t v) {
                const auto z = mesh_.logitsOf(v);
                return z[k] >= (kind_ == Kind::Margin ? std::min(z[first], z[second]) : z[first]) - noise_;
            });
            if (isAhead || k == first) candidates_.push_back(static_cast<std::int32_t>(k));
        }
    }

    void addFace(std::int64_t face) {
        findCandidates(face);
        RowPolygon whole;
        whole.clear(2 + static_cast<int>(candidates_.size()));
        std::vector<double> row(static_cast<std::size_t>(whole.width));
        for (const std::int32_t v : mesh_.corners(face)) {
            const auto& at = mesh_.vertices[static_cast<std::size_t>(v)];
            row[0] = at.x(), row[1] = at.y();
            for (std::size_t c = 0; c < candidates_.size(); ++c)
                row[2 + c] = mesh_.logitsOf(v)[static_cast<std::size_t>(candidates_[c])];
            whole.add(row, v, -1, -1);
        }
        for (std::size_t top = 0; top < candidates_.size(); ++top) {
            RowPolygon part = whole;
            if (!keepWhere(part, top, candidates_.size(), true)) continue;
            if (kind_ == Kind::Winning) {
                add(face, top, part, [&](std::span<const double> at) { return at[2 + top]; });
            } else if (kind_ == Kind::Confidence) {
                addPieces(face, top, part);
            } else {
                for (std::size_t second = 0; second < candidates_.size(); ++second) {
                    if (second == top) continue;
                    RowPolygon piece = part;
                    if (!keepWhere(piece, second, top, false)) continue;
                    add(face, top, piece,
                        [&](std::span<const double> at) { return at[2 + top] - at[2 + second]; });
                }
            }
        }
    }

    // The part where `winner` is ahead of all candidates but `except`; false if there is none.
    bool keepWhere(RowPolygon& polygon, std::size_t winner, std::size_t except, bool isDecision) {
        for (std::size_t loser = 0; loser < candidates_.size(); ++loser) {
            if (loser == winner || loser == except) continue;
            lead_.clear();
            for (std::size_t i = 0; i < polygon.size(); ++i)
                lead_.push_back(polygon.row(i)[2 + winner] - polygon.row(i)[2 + loser]);
            const bool isTied =
                std::ranges::all_of(lead_, [&](double lead) { return std::abs(lead) <= noise_; });
            if (isTied && winner < loser) continue;
            if (!clipRows(polygon, lead_, noise_, isDecision ? candidates_[loser] : -1, clipped_))
                return false;
            std::swap(polygon, clipped_);
        }
        return true;
    }

    // Along the lines of a grid, so that neighbours are cut at the same points, and then into triangles.
    void addPieces(std::int64_t face, std::size_t top, const RowPolygon& part) {
        const auto height = [&](std::span<const double> at) { return softmaxOf(at.subspan(2), top); };
        std::vector<RowPolygon> now{part}, next;
        for (int axis = 0; axis < 2; ++axis) {
            next.clear();
            for (auto& polygon : now) {
                double low = INFINITY, high = -INFINITY;
                for (std::size_t i = 0; i < polygon.size(); ++i) {
                    low = std::min(low, polygon.at(i)[axis]), high = std::max(high, polygon.at(i)[axis]);
                }
                auto rest = polygon;
                const auto& lines = lines_[axis];
                for (auto line = std::upper_bound(lines.begin(), lines.end(), low);
                     line != lines.end() && *line < high; ++line) {
                    lead_.clear();
                    for (std::size_t i = 0; i < rest.size(); ++i) lead_.push_back(*line - rest.at(i)[axis]);
                    RowPolygon below, above;
                    if (clipRows(rest, lead_, 0, -1, below)) next.push_back(std::move(below));
                    for (double& d : lead_) d = -d;
                    if (!clipRows(rest, lead_, 0, -1, above)) {
                        rest.clear(rest.width);
                        break;
                    }
                    rest = std::move(above);
                }
                if (rest.size() >= 3) next.push_back(std::move(rest));
            }
            std::swap(now, next);
        }
        for (const auto& polygon : now) {
            addTies(top, polygon, height);
            for (std::size_t i = 1; i + 1 < polygon.size(); ++i)
                addPolygon(face, top, {0, i, i + 1}, polygon, height);
        }
    }

    using Place = std::pair<double, double>;
    using Height = std::function<double(std::span<const double>)>;
    static Eigen::Vector3d pointOf(const RowPolygon& polygon, std::size_t corner, const Height& height) {
        const auto at = polygon.row(corner);
        return {at[0], at[1], height(at)};
    }

    void add(std::int64_t face, std::size_t top, const RowPolygon& polygon, const Height& height) {
        std::vector<std::size_t> corners;
        for (std::size_t i = 0; i < polygon.size(); ++i) corners.push_back(i);
        addPolygon(face, top, corners, polygon, height);
        addTies(top, polygon, height);
    }

    void addPolygon(std::int64_t face, std::size_t top, const std::vector<std::size_t>& corners,
                    const RowPolygon& polygon, const Height& height) {
        for (const std::size_t corner : corners) surface_.points.push_back(pointOf(polygon, corner, height));
        surface_.begin.push_back(static_cast<std::int32_t>(surface_.points.size()));
        surface_.face.push_back(static_cast<std::int32_t>(face));
        surface_.label.push_back(candidates_[top]);
    }

    // A cut inside a face has both classes on it, and the lower says so. Where two tie along a whole side of
    // a face, it is a boundary if the face beyond it has the other class.
    void addTies(std::size_t top, const RowPolygon& polygon, const Height& height) {
        const std::int32_t label = candidates_[top];
        for (std::size_t i = 0; i < polygon.size(); ++i) {
            const std::size_t j = (i + 1) % polygon.size();
            const std::int32_t other = polygon.tie[i];
            if (other > label)
                surface_.ties.push_back(
                    {pointOf(polygon, i, height), pointOf(polygon, j, height), label, other});
            if (other >= 0 || polygon.touch[i] < 0) continue;
            const Eigen::Vector3d a = pointOf(polygon, i, height), b = pointOf(polygon, j, height);
            Place from(a.x(), a.y()), to(b.x(), b.y());
            if (to < from) std::swap(from, to);
            const auto [found, isNew] = sides_.try_emplace({from, to}, label);
            if (isNew || found->second == label) continue;
            surface_.ties.push_back({a, b, std::min(label, found->second), std::max(label, found->second)});
        }
    }

    const LogitMesh& mesh_;
    Kind kind_;
    double noise_;
    std::array<std::vector<double>, 2> lines_;
    HeightSurface surface_;
    std::vector<std::int32_t> candidates_;
    std::vector<double> sum_, lead_;
    RowPolygon clipped_;
    // Sides of faces along which two classes tie, by their ends in the plane, with the class on one side.
    std::map<std::pair<Place, Place>, std::int32_t> sides_;
};

}  // namespace

std::vector<double> HeightSurface::areaPerClass(std::int32_t classes) const {
    std::vector<double> areas(static_cast<std::size_t>(classes), 0);
    for (std::int64_t p = 0; p < size(); ++p) {
        const auto from = static_cast<std::size_t>(begin[static_cast<std::size_t>(p)]),
                   to = static_cast<std::size_t>(begin[static_cast<std::size_t>(p) + 1]);
        double twice = 0;
        for (std::size_t i = from + 1; i + 1 < to; ++i) {
            const Eigen::Vector3d a = points[i] - points[from], b = points[i + 1] - points[from];
            twice += a.x() * b.y() - a.y() * b.x();
        }
        areas[static_cast<std::size_t>(label[static_cast<std::size_t>(p)])] += twice / 2;
    }
    return areas;
}

HeightSurface winningSurface(const LogitMesh& mesh) {
    return SurfaceBuilder(mesh, SurfaceBuilder::Kind::Winning, 0).surface();
}

HeightSurface marginSurface(const LogitMesh& mesh) {
    return SurfaceBuilder(mesh, SurfaceBuilder::Kind::Margin, 0).surface();
}

HeightSurface classSurface(const LogitMesh& mesh, std::int32_t label) {
    HeightSurface surface;
    surface.points.reserve(mesh.faceVertices.size());
    for (std::int64_t face = 0; face < mesh.faceCount(); ++face) {
        for (const std::int32_t v : mesh.corners(face)) {
            const auto& at = mesh.vertices[static_cast<std::size_t>(v)];
            surface.points.emplace_back(at.x(), at.y(), mesh.logitsOf(v)[static_cast<std::size_t>(label)]);
        }
        surface.begin.push_back(static_cast<std::int32_t>(surface.points.size()));
        surface.face.push_back(static_cast<std::int32_t>(face));
        surface.label.push_back(label);
    }
    return surface;
}

HeightSurface confidenceSurface(const LogitMesh& mesh, int steps) {
    return SurfaceBuilder(mesh, SurfaceBuilder::Kind::Confidence, steps).surface();
}

double softmaxOf(std::span<const double> logits, std::size_t label) {
    double sum = 0;
    for (const double z : logits) sum += std::exp(z - logits[label]);
    return 1 / sum;
}

}  // namespace tessera
