// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/face_locator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tessera {
namespace {

// A point this far outside a face (fraction of the window) still counts as on its side.
constexpr double kOnSide = 1e-9;

// How far inside a convex counter-clockwise face the point is: the smallest signed distance to its sides.
double depthInFace(const Arrangement& arrangement, std::int32_t face, const Eigen::Vector2d& point) {
    double depth = std::numeric_limits<double>::infinity();
    const std::int32_t begin = arrangement.faceBegin[face], end = arrangement.faceBegin[face + 1];
    Eigen::Vector2d from = arrangement.vertices[arrangement.faceVertices[end - 1]];
    for (std::int32_t i = begin; i < end; ++i) {
        const Eigen::Vector2d to = arrangement.vertices[arrangement.faceVertices[i]];
        const Eigen::Vector2d side = to - from, offset = point - from;
        const double length = side.norm();
        if (length > 0) depth = std::min(depth, (side.x() * offset.y() - side.y() * offset.x()) / length);
        from = to;
    }
    return depth;
}

}  // namespace

FaceLocator::FaceLocator(std::shared_ptr<const Arrangement> arrangement)
    : arrangement_(std::move(arrangement)) {
    const Arrangement& map = *arrangement_;
    if (map.window.empty()) return;
    const auto box = boundingBox(map.window);
    low_ = box.low;
    const int side =
        static_cast<int>(std::clamp(std::sqrt(static_cast<double>(map.faceCount())), 1.0, 2048.0));
    columns_ = rows_ = side;
    const Eigen::Vector2d extent = (box.high - box.low).cwiseMax(std::numeric_limits<double>::min());
    cellsPerUnit_ = Eigen::Vector2d(columns_, rows_).cwiseQuotient(extent);

    // Two passes over the same walk: count, then fill. Row by row, a face claims only the columns it reaches
    // there, so long thin faces do not claim their whole bounding box.
    std::vector<double> left, right;
    const auto walk = [&](std::int32_t face, auto&& visit) {
        const std::int32_t begin = map.faceBegin[face], end = map.faceBegin[face + 1];
        double bottom = std::numeric_limits<double>::infinity(), top = -bottom;
        for (std::int32_t i = begin; i < end; ++i) {
            const double y = (map.vertices[map.faceVertices[i]].y() - low_.y()) * cellsPerUnit_.y();
            bottom = std::min(bottom, y);
            top = std::max(top, y);
        }
        const int firstRow = std::clamp(static_cast<int>(bottom), 0, rows_ - 1);
        const int lastRow = std::clamp(static_cast<int>(top), 0, rows_ - 1);
        left.assign(lastRow - firstRow + 1, std::numeric_limits<double>::infinity());
        right.assign(lastRow - firstRow + 1, -std::numeric_limits<double>::infinity());
        Eigen::Vector2d from = (map.vertices[map.faceVertices[end - 1]] - low_).cwiseProduct(cellsPerUnit_);
        for (std::int32_t i = begin; i < end; ++i) {
            const Eigen::Vector2d to = (map.vertices[map.faceVertices[i]] - low_).cwiseProduct(cellsPerUnit_);
            const Eigen::Vector2d& lower = from.y() <= to.y() ? from : to;
            const Eigen::Vector2d& upper = from.y() <= to.y() ? to : from;
            const double run = upper.y() > lower.y() ? (upper.x() - lower.x()) / (upper.y() - lower.y()) : 0;
            const int begins = std::clamp(static_cast<int>(lower.y()), firstRow, lastRow);
            const int ends = std::clamp(static_cast<int>(upper.y()), firstRow, lastRow);
            for (int row = begins; row <= ends; ++row) {
                const double xLow = lower.y() < row ? lower.x() + (row - lower.y()) * run : lower.x();
                const double xHigh =
                    upper.y() > row + 1 ? lower.x() + (row + 1 - lower.y()) * run : upper.x();
                double& l = left[row - firstRow];
                double& r = right[row - firstRow];
                l = std::min({l, xLow, xHigh});
                r = std::max({r, xLow, xHigh});
            }
            from = to;
        }
        for (int row = firstRow; row <= lastRow; ++row) {
            const double l = left[row - firstRow], r = right[row - firstRow];
            if (!(l <= r)) continue;
            const int firstColumn = std::clamp(static_cast<int>(l - kOnSide), 0, columns_ - 1);
            const int lastColumn = std::clamp(static_cast<int>(r + kOnSide), 0, columns_ - 1);
            for (int column = firstColumn; column <= lastColumn; ++column) visit(row * columns_ + column);
        }
    };
    cellBegin_.assign(static_cast<std::size_t>(columns_) * rows_ + 1, 0);
    const auto faces = static_cast<std::int32_t>(map.faceCount());
    for (std::int32_t face = 0; face < faces; ++face) {
        walk(face, [&](int cell) { ++cellBegin_[cell + 1]; });
    }
    for (std::size_t i = 1; i < cellBegin_.size(); ++i) cellBegin_[i] += cellBegin_[i - 1];
    cellFaces_.resize(cellBegin_.back());
    std::vector<std::int32_t> next(cellBegin_.begin(), cellBegin_.end() - 1);
    for (std::int32_t face = 0; face < faces; ++face) {
        walk(face, [&](int cell) { cellFaces_[next[cell]++] = face; });
    }
}

std::int32_t FaceLocator::faceAt(const Eigen::Vector2d& pointInSlice) const {
    const Eigen::Vector2d cell = (pointInSlice - low_).cwiseProduct(cellsPerUnit_);
    if (columns_ == 0 || !(cell.x() >= 0 && cell.y() >= 0 && cell.x() <= columns_ && cell.y() <= rows_)) {
        return -1;
    }
    const int column = std::min(static_cast<int>(cell.x()), columns_ - 1);
    const int row = std::min(static_cast<int>(cell.y()), rows_ - 1);
    const std::size_t index = static_cast<std::size_t>(row) * columns_ + column;
    // On a shared side rounding may put the point outside both faces: the one it is deepest in (or least
    // outside) wins.
    std::int32_t best = -1;
    double bestDepth = -kOnSide * std::max(columns_ / cellsPerUnit_.x(), rows_ / cellsPerUnit_.y());
    for (std::int32_t i = cellBegin_[index]; i < cellBegin_[index + 1]; ++i) {
        const double depth = depthInFace(*arrangement_, cellFaces_[i], pointInSlice);
        if (depth > bestDepth) {
            best = cellFaces_[i];
            if (depth > 0) return best;
            bestDepth = depth;
        }
    }
    return best;
}

std::vector<std::int32_t> FaceLocator::facesIn(const Eigen::Vector2d& low,
                                               const Eigen::Vector2d& high) const {
    std::vector<std::int32_t> faces;
    const Eigen::Vector2d from = (low - low_).cwiseProduct(cellsPerUnit_);
    const Eigen::Vector2d to = (high - low_).cwiseProduct(cellsPerUnit_);
    if (columns_ == 0 || !(to.x() >= 0 && to.y() >= 0 && from.x() <= columns_ && from.y() <= rows_))
        return faces;
    const int firstColumn = static_cast<int>(std::clamp(from.x(), 0.0, columns_ - 1.0));
    const int lastColumn = static_cast<int>(std::clamp(to.x(), 0.0, columns_ - 1.0));
    const int firstRow = static_cast<int>(std::clamp(from.y(), 0.0, rows_ - 1.0));
    const int lastRow = static_cast<int>(std::clamp(to.y(), 0.0, rows_ - 1.0));
    for (int row = firstRow; row <= lastRow; ++row) {
        const std::size_t base = static_cast<std::size_t>(row) * columns_;
        faces.insert(faces.end(), cellFaces_.begin() + cellBegin_[base + firstColumn],
                     cellFaces_.begin() + cellBegin_[base + lastColumn + 1]);
    }
    std::sort(faces.begin(), faces.end());
    faces.erase(std::unique(faces.begin(), faces.end()), faces.end());
    std::erase_if(faces, [&](std::int32_t face) {
        Eigen::Vector2d faceLow =
            arrangement_->vertices[arrangement_->faceVertices[arrangement_->faceBegin[face]]];
        Eigen::Vector2d faceHigh = faceLow;
        for (std::int32_t i = arrangement_->faceBegin[face]; i < arrangement_->faceBegin[face + 1]; ++i) {
            faceLow = faceLow.cwiseMin(arrangement_->vertices[arrangement_->faceVertices[i]]);
            faceHigh = faceHigh.cwiseMax(arrangement_->vertices[arrangement_->faceVertices[i]]);
        }
        return faceHigh.x() < low.x() || faceLow.x() > high.x() || faceHigh.y() < low.y() ||
               faceLow.y() > high.y();
    });
    return faces;
}

}  // namespace tessera
