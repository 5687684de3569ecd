// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/logit_mesh.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/geometry/max_envelope.h"
#include "core/geometry/row_polygon.h"

namespace tessera {
namespace {

constexpr double kNoise = 1e-12;  // of the largest logit

double cross(const Eigen::Vector2d& a, const Eigen::Vector2d& b) {
    return a.x() * b.y() - a.y() * b.x();
}

// A single logit is that of the second of two classes, whose boundary is at zero.
template <typename Scalar>
void putLogits(std::span<const Scalar> from, std::span<double> to) {
    const std::size_t first = to.size() - from.size();
    if (first > 0) to[0] = 0;
    for (std::size_t k = 0; k < from.size(); ++k) to[first + k] = static_cast<double>(from[k]);
}

class GridMesh {
  public:
    GridMesh(const LogitGrid& grid, const Polygon& window) : grid_(grid), window_(window) {
        mesh_.classes = grid.outputs == 1 ? 2 : grid.outputs;
        const auto points = static_cast<std::size_t>(grid.columns) * static_cast<std::size_t>(grid.rows);
        const auto outputs = static_cast<std::size_t>(grid.outputs), classes = std::size_t(mesh_.classes);
        mesh_.vertices.reserve(points);
        mesh_.logits.resize(points * classes);
        for (int row = 0; row < grid.rows; ++row)
            for (int column = 0; column < grid.columns; ++column) {
                const std::size_t at = mesh_.vertices.size();
                mesh_.vertices.push_back(grid.position(column, row));
                putLogits(std::span(grid.logits).subspan(at * outputs, outputs),
                          std::span(mesh_.logits).subspan(at * classes, classes));
            }
        const double size = (grid.high - grid.low).maxCoeff();
        noise_ = 1e-12 * size * size;
    }

    LogitMesh mesh() {
        for (int row = 0; row + 1 < grid_.rows; ++row)
            for (int column = 0; column + 1 < grid_.columns; ++column) {
                const std::int32_t a = row * grid_.columns + column, b = a + 1, c = b + grid_.columns,
                                   d = a + grid_.columns;
                addTriangle({a, b, c});
                addTriangle({a, c, d});
            }
        return std::move(mesh_);
    }

  private:
    void addTriangle(const std::array<std::int32_t, 3>& corners) {
        polygon_.clear(2 + mesh_.classes);
        std::vector<double> row(static_cast<std::size_t>(polygon_.width));
        for (const std::int32_t v : corners) {
            const auto& at = mesh_.vertices[static_cast<std::size_t>(v)];
            row[0] = at.x(), row[1] = at.y();
            std::ranges::copy(mesh_.logitsOf(v), row.begin() + 2);
            polygon_.add(row, v, -1, -1);
        }
        for (std::size_t side = 0; side < window_.size(); ++side) {
            const auto &from = window_[side], &to = window_[(side + 1) % window_.size()];
            distance_.clear();
            for (std::size_t i = 0; i < polygon_.size(); ++i)
                distance_.push_back(cross(to - from, polygon_.at(i) - from));
            if (std::ranges::all_of(distance_, [&](double d) { return d >= -noise_; })) continue;
            if (!clipRows(polygon_, distance_, noise_, -1, clipped_)) return;
            std::swap(polygon_, clipped_);
        }
        for (std::size_t i = 0; i < polygon_.size(); ++i) {
            std::int32_t v = polygon_.vertex[i];
            if (v < 0) {
                v = static_cast<std::int32_t>(mesh_.vertices.size());
                mesh_.vertices.push_back(polygon_.at(i));
                const auto values = polygon_.row(i).subspan(2);
                mesh_.logits.insert(mesh_.logits.end(), values.begin(), values.end());
            }
            mesh_.faceVertices.push_back(v);
        }
        mesh_.faceBegin.push_back(static_cast<std::int32_t>(mesh_.faceVertices.size()));
    }

    const LogitGrid& grid_;
    const Polygon& window_;
    LogitMesh mesh_;
    double noise_ = 0;
    RowPolygon polygon_, clipped_;
    std::vector<double> distance_;
};

}  // namespace

Eigen::Vector2d LogitGrid::position(int column, int row) const {
    const Eigen::Vector2d along(static_cast<double>(column) / (columns - 1),
                                static_cast<double>(row) / (rows - 1));
    return low + along.cwiseProduct(high - low);
}

std::span<const std::int32_t> LogitMesh::corners(std::int64_t face) const {
    const auto f = static_cast<std::size_t>(face);
    const auto begin = static_cast<std::size_t>(faceBegin[f]);
    return std::span(faceVertices).subspan(begin, static_cast<std::size_t>(faceBegin[f + 1]) - begin);
}

std::span<const double> LogitMesh::logitsOf(std::int32_t vertex) const {
    const auto count = static_cast<std::size_t>(classes);
    return std::span(logits).subspan(static_cast<std::size_t>(vertex) * count, count);
}

std::vector<double> LogitMesh::logitsAt(std::int64_t face, const Eigen::Vector2d& pointInSlice) const {
    const auto list = corners(face);
    std::vector<Eigen::Vector2d> places;
    for (const std::int32_t v : list) places.push_back(vertices[static_cast<std::size_t>(v)]);
    LocalFrame frame;
    frame.fit(places);
    const Eigen::Vector2d local = frame.localFromPlane(pointInSlice);
    std::vector<double> values;
    for (std::int32_t k = 0; k < classes; ++k) {
        const auto form = frame.formOf([&](int corner) {
            return logitsOf(list[static_cast<std::size_t>(corner)])[static_cast<std::size_t>(k)];
        });
        values.push_back(form.at(local.x(), local.y()));
    }
    return values;
}

double LogitMesh::noise() const {
    double largest = 0;
    for (const double z : logits) largest = std::max(largest, std::abs(z));
    return kNoise * largest;
}

LogitMesh logitMesh(const Arrangement& a) {
    LogitMesh mesh;
    mesh.classes = a.classCount();
    mesh.vertices = a.vertices;
    mesh.faceBegin = a.faceBegin.empty() ? std::vector<std::int32_t>{0} : a.faceBegin;
    mesh.faceVertices = a.faceVertices;
    mesh.patternHash = a.patternHash;
    const auto classes = static_cast<std::size_t>(mesh.classes),
               outputs = static_cast<std::size_t>(a.outputs);
    mesh.logits.assign(a.vertices.size() * classes, 0);
    std::vector<char> isKnown(a.vertices.size(), 0);
    std::vector<double> values(outputs);
    for (std::int64_t face = 0; face < mesh.faceCount(); ++face)
        for (const std::int32_t corner : mesh.corners(face)) {
            const auto v = static_cast<std::size_t>(corner);
            if (isKnown[v]) continue;  // the logits are continuous: any face of it will do
            isKnown[v] = 1;
            const Eigen::Vector2d at = a.vertices[v] - a.formOrigin;
            for (std::size_t k = 0; k < outputs; ++k) {
                const double* form = &a.forms[(static_cast<std::size_t>(face) * outputs + k) * 3];
                values[k] = form[0] * at.x() + form[1] * at.y() + form[2];
            }
            putLogits(std::span<const double>(values), std::span(mesh.logits).subspan(v * classes, classes));
        }
    return mesh;
}

LogitMesh logitMesh(const LogitGrid& grid, const Polygon& window) {
    return GridMesh(grid, window).mesh();
}

std::vector<LogitRange> logitRanges(const LogitMesh& mesh) {
    if (mesh.faceCount() == 0) return {};
    const auto classes = static_cast<std::size_t>(mesh.classes);
    constexpr double kNone = std::numeric_limits<double>::infinity();
    std::vector<LogitRange> ranges(classes, {kNone, -kNone, 0});
    double area = 0;
    for (std::int64_t face = 0; face < mesh.faceCount(); ++face) {
        const auto list = mesh.corners(face);
        const auto place = [&](std::size_t i) { return mesh.vertices[static_cast<std::size_t>(list[i])]; };
        for (const std::int32_t v : list)
            for (std::size_t k = 0; k < classes; ++k) {
                ranges[k].low = std::min(ranges[k].low, mesh.logitsOf(v)[k]);
                ranges[k].high = std::max(ranges[k].high, mesh.logitsOf(v)[k]);
            }
        for (std::size_t i = 1; i + 1 < list.size(); ++i) {
            const double part = cross(place(i) - place(0), place(i + 1) - place(0)) / 2;
            area += part;
            for (std::size_t k = 0; k < classes; ++k)
                ranges[k].mean +=
                    part / 3 *
                    (mesh.logitsOf(list[0])[k] + mesh.logitsOf(list[i])[k] + mesh.logitsOf(list[i + 1])[k]);
        }
    }
    for (auto& range : ranges) range.mean = area > 0 ? range.mean / area : range.low;
    return ranges;
}

}  // namespace tessera
