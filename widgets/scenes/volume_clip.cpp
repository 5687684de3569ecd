// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_clip.h"

namespace tessera {
namespace {

class Clip {
  public:
    Clip(const VolumePlane& plane, double side, double on) : plane_(plane), side_(side), on_(on) {}

    double depth(const Eigen::Vector3d& point) const {
        const double depth = side_ * plane_.distance(point);
        return depth > -on_ && depth < on_ ? 0 : depth;
    }
    static Eigen::Vector3d crossing(const Eigen::Vector3d& a, double depthA, const Eigen::Vector3d& b,
                                    double depthB) {
        return a + depthA / (depthA - depthB) * (b - a);
    }

    VolumeFaces of(const VolumeFaces& layer) const {
        VolumeFaces kept = layer;
        kept.points.clear(), kept.faceVertices.clear(), kept.faceBegin = {0};
        kept.colour.clear(), kept.meaning.clear();
        std::vector<double> depths(layer.points.size());
        for (std::size_t i = 0; i < depths.size(); ++i) depths[i] = depth(layer.points[i]);
        // Corners stay shared, so that a clipped surface has no seams.
        std::vector<std::int32_t> numberOf(layer.points.size(), -1);
        const auto keep = [&](std::size_t point) {
            if (numberOf[point] < 0) {
                numberOf[point] = static_cast<std::int32_t>(kept.points.size());
                kept.points.push_back(layer.points[point]);
            }
            kept.faceVertices.push_back(numberOf[point]);
        };
        for (std::size_t f = 0; f + 1 < layer.faceBegin.size(); ++f) {
            const auto begin = static_cast<std::size_t>(layer.faceBegin[f]),
                       end = static_cast<std::size_t>(layer.faceBegin[f + 1]);
            const auto before = kept.faceVertices.size();
            auto last = static_cast<std::size_t>(layer.faceVertices[end - 1]);
            for (auto i = begin; i < end; ++i) {
                const auto here = static_cast<std::size_t>(layer.faceVertices[i]);
                if ((depths[last] < 0 && depths[here] > 0) || (depths[last] > 0 && depths[here] < 0)) {
                    kept.faceVertices.push_back(static_cast<std::int32_t>(kept.points.size()));
                    kept.points.push_back(
                        crossing(layer.points[last], depths[last], layer.points[here], depths[here]));
                }
                if (depths[here] >= 0) keep(here);
                last = here;
            }
            if (kept.faceVertices.size() < before + 3) {
                kept.faceVertices.resize(before);
                continue;
            }
            kept.faceBegin.push_back(static_cast<std::int32_t>(kept.faceVertices.size()));
            kept.colour.push_back(layer.colour[f]);
            if (!layer.meaning.empty()) kept.meaning.push_back(layer.meaning[f]);
        }
        return kept;
    }

    // A line that goes out and comes back becomes two.
    VolumeLines of(const VolumeLines& layer) const {
        VolumeLines kept = layer;
        kept.points.clear(), kept.lineBegin = {0};
        const auto finish = [&] {
            const auto begin = static_cast<std::size_t>(kept.lineBegin.back());
            if (kept.points.size() >= begin + 2)
                kept.lineBegin.push_back(static_cast<std::int32_t>(kept.points.size()));
            else
                kept.points.resize(begin);
        };
        for (std::size_t line = 0; line + 1 < layer.lineBegin.size(); ++line) {
            for (auto i = static_cast<std::size_t>(layer.lineBegin[line]);
                 i < static_cast<std::size_t>(layer.lineBegin[line + 1]); ++i) {
                const double here = depth(layer.points[i]);
                if (i > static_cast<std::size_t>(layer.lineBegin[line])) {
                    const double before = depth(layer.points[i - 1]);
                    if ((before < 0 && here > 0) || (before > 0 && here < 0))
                        kept.points.push_back(crossing(layer.points[i - 1], before, layer.points[i], here));
                }
                if (here >= 0)
                    kept.points.push_back(layer.points[i]);
                else
                    finish();
            }
            finish();
        }
        return kept;
    }

    VolumeMarks of(const VolumeMarks& layer) const {
        VolumeMarks kept = layer;
        kept.points.clear(), kept.colour.clear(), kept.labels.clear();
        for (std::size_t i = 0; i < layer.points.size(); ++i) {
            if (depth(layer.points[i]) < 0) continue;
            kept.points.push_back(layer.points[i]);
            kept.colour.push_back(layer.colour[i]);
            if (!layer.labels.empty()) kept.labels.push_back(layer.labels[i]);
        }
        return kept;
    }

  private:
    const VolumePlane& plane_;
    double side_, on_;
};

}  // namespace

double eyeSide(const VolumePlane& plane, const VolumeCamera& camera) {
    const double depth =
        camera.parallel ? plane.normal.dot(camera.position - camera.focus) : plane.distance(camera.position);
    return depth < 0 ? -1 : 1;
}

std::vector<Eigen::Vector3d> polygonInBox(std::vector<Eigen::Vector3d> corners, const Eigen::Vector3d& low,
                                          const Eigen::Vector3d& high) {
    for (int axis = 0; axis < 3; ++axis)
        for (const double side : {1.0, -1.0}) {
            const double limit = side > 0 ? high[axis] : -low[axis];
            const auto inside = [&](const Eigen::Vector3d& point) { return limit - side * point[axis]; };
            std::vector<Eigen::Vector3d> kept;
            for (std::size_t i = 0; i < corners.size(); ++i) {
                const auto &here = corners[i], &next = corners[(i + 1) % corners.size()];
                const double a = inside(here), b = inside(next);
                if (a >= 0) kept.push_back(here);
                if ((a < 0) != (b < 0) && a != b) kept.push_back(here + a / (a - b) * (next - here));
            }
            corners = std::move(kept);
        }
    return corners;
}

VolumeDrawing clipped(const VolumeDrawing& drawing, const VolumePlane& plane, double side) {
    const Clip clip(plane, side, 1e-9 * (drawing.high - drawing.low).maxCoeff());
    VolumeDrawing kept = drawing;
    for (auto& layer : kept.faces) layer = clip.of(layer);
    for (auto& layer : kept.lines) layer = clip.of(layer);
    for (auto& layer : kept.marks) layer = clip.of(layer);
    return kept;
}

}  // namespace tessera
