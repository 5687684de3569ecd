// SPDX-License-Identifier: GPL-3.0-or-later
// Two small rasterisers for drawings of 10^5 polygons, where QPainter's path machinery takes seconds.
#pragma once

#include <Eigen/Core>
#include <QImage>
#include <cmath>
#include <cstdint>
#include <vector>

namespace tessera {

// Fills convex polygons without antialiasing by the pixel-centre rule. Polygons that share an edge share no
// pixel and leave none out: the crossing of an edge and a row is computed the same from either side.
class ConvexSpans {
  public:
    ConvexSpans(int width, int height)
        : width_(width), height_(height), left_(static_cast<std::size_t>(height)), right_(left_) {}

    // Calls span(row, firstColumn, endColumn) for each row that the polygon covers. Points in pixels, any
    // orientation.
    template <typename Span>
    void fill(const Eigen::Vector2d* points, int count, Span&& span) {
        double lowest = points[0].y(), highest = lowest;
        for (int i = 1; i < count; ++i) {
            lowest = std::min(lowest, points[i].y());
            highest = std::max(highest, points[i].y());
        }
        const int first = firstCentre(lowest, height_), end = firstCentre(highest, height_);
        if (first >= end) return;
        for (int row = first; row < end; ++row) {
            left_[static_cast<std::size_t>(row)] = 1e30;
            right_[static_cast<std::size_t>(row)] = -1e30;
        }
        for (int i = 0; i < count; ++i) edge(points[i], points[i + 1 == count ? 0 : i + 1], first, end);
        for (int row = first; row < end; ++row) {
            const int from = firstCentre(left_[static_cast<std::size_t>(row)], width_);
            const int to = firstCentre(right_[static_cast<std::size_t>(row)], width_);
            if (from < to) span(row, from, to);
        }
    }

  private:
    // The first pixel whose centre is at or beyond `position`, within 0..limit.
    static int firstCentre(double position, int limit) {
        const double first = std::ceil(position - 0.5);
        return first <= 0 ? 0 : first >= limit ? limit : static_cast<int>(first);
    }
    void edge(const Eigen::Vector2d& a, const Eigen::Vector2d& b, int first, int end) {
        const bool up = a.y() < b.y() || (a.y() == b.y() && a.x() < b.x());
        const Eigen::Vector2d& p = up ? a : b;
        const Eigen::Vector2d& q = up ? b : a;
        const int from = std::max(first, firstCentre(p.y(), height_)),
                  to = std::min(end, firstCentre(q.y(), height_));
        if (from >= to) return;
        const double slope = (q.x() - p.x()) / (q.y() - p.y());
        for (int row = from; row < to; ++row) {
            const double x = p.x() + (row + 0.5 - p.y()) * slope;
            left_[static_cast<std::size_t>(row)] = std::min(left_[static_cast<std::size_t>(row)], x);
            right_[static_cast<std::size_t>(row)] = std::max(right_[static_cast<std::size_t>(row)], x);
        }
    }

    int width_, height_;
    std::vector<double> left_, right_;
};

// Antialiased lines collected as coverage (the largest wins, so crossings and dense bundles do not add up to
// black), then blended once.
class LineMask {
  public:
    LineMask(int width, int height)
        : width_(width),
          height_(height),
          coverage_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0) {}

    // Points in pixels; strength 0..1 scales the coverage. Lines wider than 1.5 get round ends.
    void line(Eigen::Vector2d a, Eigen::Vector2d b, double width, double strength);
    void blend(QImage& image, const QColor& colour) const;  // Format_ARGB32_Premultiplied or Format_RGB32
    unsigned char at(int column, int row) const { return coverage_[index(column, row)]; }

  private:
    std::size_t index(int column, int row) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) +
               static_cast<std::size_t>(column);
    }
    void raise(int column, int row, double coverage) {
        auto& value = coverage_[index(column, row)];
        const auto wanted = static_cast<unsigned char>(coverage * 255 + 0.5);
        if (wanted > value) value = wanted;
    }
    void disc(const Eigen::Vector2d& centre, double radius, double strength);

    int width_, height_;
    std::vector<unsigned char> coverage_;
};

// Cuts a segment to a rectangle; false if nothing is left.
bool clipSegment(Eigen::Vector2d& a, Eigen::Vector2d& b, const Eigen::Vector2d& low,
                 const Eigen::Vector2d& high);
// Cuts a convex polygon to the half-plane normal . p <= offset.
void clipConvex(std::vector<Eigen::Vector2d>& polygon, const Eigen::Vector2d& normal, double offset);
void clipConvex(std::vector<Eigen::Vector2d>& polygon, const Eigen::Vector2d& low,
                const Eigen::Vector2d& high);

}  // namespace tessera
