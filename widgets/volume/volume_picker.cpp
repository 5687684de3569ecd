// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_picker.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace tessera {
namespace {

constexpr std::int32_t kLeaf = 4;
constexpr double kOnEdge = 1e-9;  // barycentric: polygons that share an edge leave no gap

// Boxes are rounded outwards, so that single precision loses no hit.
Eigen::Vector3f floorOf(const Eigen::Vector3d& p) {
    return p
        .unaryExpr([](double x) {
            const float f = static_cast<float>(x);
            return static_cast<double>(std::nextafter(f, -std::numeric_limits<float>::infinity()));
        })
        .cast<float>();
}
Eigen::Vector3f ceilOf(const Eigen::Vector3d& p) {
    return -floorOf(-p);
}

std::optional<double> enterBox(const Eigen::Vector3f& low, const Eigen::Vector3f& high,
                               const Eigen::Vector3d& origin, const Eigen::Vector3d& inverse, double most) {
    double enter = 0, leave = most;
    for (int axis = 0; axis < 3; ++axis) {
        double a = (low[axis] - origin[axis]) * inverse[axis],
               b = (high[axis] - origin[axis]) * inverse[axis];
        if (std::isnan(a) || std::isnan(b)) continue;  // along a side, in its plane
        if (a > b) std::swap(a, b);
        enter = std::max(enter, a), leave = std::min(leave, b);
    }
    return enter <= leave ? std::optional(enter) : std::nullopt;
}

std::optional<double> meetTriangle(const VolumeRay& ray, const Eigen::Vector3d& a, const Eigen::Vector3d& b,
                                   const Eigen::Vector3d& c) {
    const Eigen::Vector3d ab = b - a, ac = c - a, p = ray.direction.cross(ac);
    const double determinant = ab.dot(p);
    if (determinant == 0) return std::nullopt;
    const Eigen::Vector3d from = ray.origin - a, q = from.cross(ab);
    const double u = from.dot(p) / determinant, v = ray.direction.dot(q) / determinant;
    if (!(u >= -kOnEdge && v >= -kOnEdge && u + v <= 1 + kOnEdge)) return std::nullopt;
    const double distance = ac.dot(q) / determinant;
    return distance > 0 ? std::optional(distance) : std::nullopt;
}

}  // namespace

VolumePicker::VolumePicker(std::shared_ptr<const VolumeDrawing> drawing) : drawing_(std::move(drawing)) {
    if (!drawing_) return;
    std::vector<Eigen::AlignedBox3d> boxes;
    for (std::size_t layer = 0; layer < drawing_->faces.size(); ++layer) {
        const VolumeFaces& faces = drawing_->faces[layer];
        for (std::size_t face = 0; face + 1 < faces.faceBegin.size(); ++face) {
            Eigen::AlignedBox3d box;
            for (auto i = faces.faceBegin[face]; i < faces.faceBegin[face + 1]; ++i)
                box.extend(
                    faces.points[static_cast<std::size_t>(faces.faceVertices[static_cast<std::size_t>(i)])]);
            if (box.isEmpty()) continue;
            faces_.push_back({static_cast<std::int32_t>(layer), static_cast<std::int32_t>(face)});
            boxes.push_back(box);
        }
    }
    if (faces_.empty()) return;
    std::vector<std::int32_t> order(faces_.size());
    std::iota(order.begin(), order.end(), 0);
    nodes_.reserve(faces_.size());
    nodes_.emplace_back();
    nodes_[0].count = static_cast<std::int32_t>(faces_.size());
    for (std::size_t node = 0; node < nodes_.size(); ++node) split(node, boxes, order);
    std::vector<Face> sorted;
    sorted.reserve(faces_.size());
    for (const auto i : order) sorted.push_back(faces_[static_cast<std::size_t>(i)]);
    faces_ = std::move(sorted);
}

// Halves along the longest side of the centres' box.
void VolumePicker::split(std::size_t node, const std::vector<Eigen::AlignedBox3d>& boxes,
                         std::vector<std::int32_t>& order) {
    const std::int32_t begin = nodes_[node].begin, count = nodes_[node].count;
    const auto first = order.begin() + begin, last = first + count;
    Eigen::AlignedBox3d all, centres;
    for (auto it = first; it != last; ++it) {
        const auto& box = boxes[static_cast<std::size_t>(*it)];
        all.extend(box), centres.extend(box.center());
    }
    nodes_[node].low = floorOf(all.min()), nodes_[node].high = ceilOf(all.max());
    if (count <= kLeaf) return;
    Eigen::Index axis = 0;
    centres.sizes().maxCoeff(&axis);
    const std::int32_t half = count / 2;
    std::nth_element(first, first + half, last, [&](std::int32_t a, std::int32_t b) {
        return boxes[static_cast<std::size_t>(a)].center()[axis] <
               boxes[static_cast<std::size_t>(b)].center()[axis];
    });
    nodes_[node].begin = static_cast<std::int32_t>(nodes_.size());
    nodes_[node].count = 0;
    nodes_.emplace_back().begin = begin;
    nodes_.back().count = half;
    nodes_.emplace_back().begin = begin + half;
    nodes_.back().count = count - half;
}

std::optional<VolumeHit> VolumePicker::nearest(const VolumeRay& ray,
                                               const std::function<bool(const VolumeHit&)>& accepts) const {
    std::optional<VolumeHit> best;
    if (nodes_.empty()) return best;
    double most = std::numeric_limits<double>::infinity();
    const Eigen::Vector3d inverse = ray.direction.cwiseInverse();
    std::vector<std::int32_t> open{0};
    while (!open.empty()) {
        const Node& node = nodes_[static_cast<std::size_t>(open.back())];
        const std::int32_t children = node.begin;
        open.pop_back();
        if (!enterBox(node.low, node.high, ray.origin, inverse, most)) continue;
        if (node.count == 0) {
            // The nearer child first, so that the farther one is mostly passed over.
            const auto distance = [&](std::int32_t child) {
                const Node& at = nodes_[static_cast<std::size_t>(child)];
                return enterBox(at.low, at.high, ray.origin, inverse, most)
                    .value_or(std::numeric_limits<double>::infinity());
            };
            const bool isFirstNearer = distance(children) <= distance(children + 1);
            open.push_back(isFirstNearer ? children + 1 : children);
            open.push_back(isFirstNearer ? children : children + 1);
            continue;
        }
        for (std::int32_t i = node.begin; i < node.begin + node.count; ++i) {
            const Face& at = faces_[static_cast<std::size_t>(i)];
            const VolumeFaces& layer = drawing_->faces[static_cast<std::size_t>(at.layer)];
            const auto corner = [&](std::int32_t k) -> const Eigen::Vector3d& {
                return layer
                    .points[static_cast<std::size_t>(layer.faceVertices[static_cast<std::size_t>(k)])];
            };
            const auto begin = layer.faceBegin[static_cast<std::size_t>(at.face)];
            const auto end = layer.faceBegin[static_cast<std::size_t>(at.face) + 1];
            for (auto k = begin + 1; k + 1 < end; ++k) {
                const auto distance = meetTriangle(ray, corner(begin), corner(k), corner(k + 1));
                if (!distance || *distance >= most) continue;
                const VolumeHit hit{at.layer, at.face, *distance, ray.origin + ray.direction * *distance};
                if (!accepts(hit)) continue;
                most = *distance;
                best = hit;
            }
        }
    }
    return best;
}

}  // namespace tessera
