// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/span_raster.h"

#include <QColor>
#include <algorithm>

namespace tessera {

bool clipSegment(Eigen::Vector2d& a, Eigen::Vector2d& b, const Eigen::Vector2d& low,
                 const Eigen::Vector2d& high) {
    double from = 0, to = 1;
    const Eigen::Vector2d along = b - a;
    for (int axis = 0; axis < 2; ++axis) {
        if (along[axis] == 0) {
            if (a[axis] < low[axis] || a[axis] > high[axis]) return false;
            continue;
        }
        double enter = (low[axis] - a[axis]) / along[axis], leave = (high[axis] - a[axis]) / along[axis];
        if (enter > leave) std::swap(enter, leave);
        from = std::max(from, enter);
        to = std::min(to, leave);
    }
    if (!(from <= to)) return false;
    const Eigen::Vector2d start = a;
    if (from > 0) a = start + from * along;
    if (to < 1) b = start + to * along;
    return true;
}

void clipConvex(std::vector<Eigen::Vector2d>& polygon, const Eigen::Vector2d& normal, double offset) {
    thread_local std::vector<Eigen::Vector2d> kept;
    kept.clear();
    const std::size_t count = polygon.size();
    for (std::size_t i = 0; i < count; ++i) {
        const Eigen::Vector2d &p = polygon[i], &q = polygon[i + 1 == count ? 0 : i + 1];
        const double dp = normal.dot(p) - offset, dq = normal.dot(q) - offset;
        if (dp <= 0) kept.push_back(p);
        if ((dp < 0 && dq > 0) || (dp > 0 && dq < 0)) kept.push_back(p + dp / (dp - dq) * (q - p));
    }
    polygon.assign(kept.begin(), kept.end());
    if (polygon.size() < 3) polygon.clear();
}

void clipConvex(std::vector<Eigen::Vector2d>& polygon, const Eigen::Vector2d& low,
                const Eigen::Vector2d& high) {
    const bool inside = std::all_of(polygon.begin(), polygon.end(), [&](const auto& p) {
        return p.x() >= low.x() && p.x() <= high.x() && p.y() >= low.y() && p.y() <= high.y();
    });
    if (inside) return;
    clipConvex(polygon, {-1, 0}, -low.x());
    if (!polygon.empty()) clipConvex(polygon, {1, 0}, high.x());
    if (!polygon.empty()) clipConvex(polygon, {0, -1}, -low.y());
    if (!polygon.empty()) clipConvex(polygon, {0, 1}, high.y());
}

void LineMask::disc(const Eigen::Vector2d& centre, double radius, double strength) {
    const int top = std::max(0, static_cast<int>(std::floor(centre.y() - radius - 0.5)));
    const int bottom = std::min(height_ - 1, static_cast<int>(std::ceil(centre.y() + radius)));
    const int left = std::max(0, static_cast<int>(std::floor(centre.x() - radius - 0.5)));
    const int right = std::min(width_ - 1, static_cast<int>(std::ceil(centre.x() + radius)));
    for (int row = top; row <= bottom; ++row)
        for (int column = left; column <= right; ++column) {
            const double distance = std::hypot(column + 0.5 - centre.x(), row + 0.5 - centre.y());
            const double inside = std::clamp(radius + 0.5 - distance, 0.0, 1.0);
            if (inside > 0) raise(column, row, inside * strength);
        }
}

void LineMask::line(Eigen::Vector2d a, Eigen::Vector2d b, double width, double strength) {
    const double reach = width + 1;
    if (!clipSegment(a, b, {-reach, -reach}, {width_ + reach, height_ + reach})) return;
    const double radius = width / 2;
    if (width > 1.5) {
        disc(a, radius, strength);
        disc(b, radius, strength);
    }
    const Eigen::Vector2d along = b - a;
    const bool steep = std::abs(along.y()) > std::abs(along.x());
    const int major = steep ? 1 : 0, minor = 1 - major;
    if (a[major] > b[major]) std::swap(a, b);
    const double run = b[major] - a[major];
    if (run < 1e-9) return;
    const double slope = (b[minor] - a[minor]) / run;
    // Half the line's extent across the minor axis, and the most one pixel of a thin line can be covered.
    const double half = radius * std::sqrt(1 + slope * slope);
    const double share = std::min(1.0, run);
    const double most = std::min(1.0, 2 * half) * strength;
    const int majorLimit = steep ? height_ : width_, minorLimit = steep ? width_ : height_;
    const int first = std::max(0, static_cast<int>(std::floor(a[major]))),
              last = std::min(majorLimit - 1, static_cast<int>(std::floor(b[major])));
    for (int step = first; step <= last; ++step) {
        if (width > 1.5 && (step + 0.5 < a[major] || step + 0.5 > b[major]))
            continue;  // round ends fill these
        const double centre = a[minor] + (std::clamp(step + 0.5, a[major], b[major]) - a[major]) * slope;
        const int low = std::max(0, static_cast<int>(std::floor(centre - half - 0.5)));
        const int high = std::min(minorLimit - 1, static_cast<int>(std::floor(centre + half + 0.5)));
        for (int side = low; side <= high; ++side) {
            const double inside =
                std::min(std::clamp(half + 0.5 - std::abs(side + 0.5 - centre), 0.0, 1.0) * strength, most) *
                share;
            if (inside > 0) steep ? raise(side, step, inside) : raise(step, side, inside);
        }
    }
}

void LineMask::blend(QImage& image, const QColor& colour) const {
    const int red = colour.red(), green = colour.green(), blue = colour.blue(), alpha = colour.alpha();
    for (int row = 0; row < height_; ++row) {
        auto* pixels = reinterpret_cast<QRgb*>(image.scanLine(row));
        const unsigned char* coverage = coverage_.data() + index(0, row);
        for (int column = 0; column < width_; ++column) {
            if (coverage[column] == 0) continue;
            const int weight = coverage[column] * alpha / 255, rest = 255 - weight;
            const QRgb under = pixels[column];
            pixels[column] = qRgba(
                (qRed(under) * rest + red * weight) / 255, (qGreen(under) * rest + green * weight) / 255,
                (qBlue(under) * rest + blue * weight) / 255, (qAlpha(under) * rest + 255 * weight) / 255);
        }
    }
}

}  // namespace tessera
