// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_shapes.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr std::size_t kShapesPerCheck = 4096;
constexpr double kAmbient = 0.55;
constexpr double kLeastArea = 1e-7;  // square points of a polygon that is drawn

struct Corner {
    Eigen::Vector3d at;
    std::uint8_t outline;
};

// Keeps what is at or beyond `offset` along `normal`; cut edges are not outlines.
void clip(std::vector<Corner>& polygon, std::vector<Corner>& scratch, const Eigen::Vector3d& normal,
          double offset) {
    scratch.clear();
    const std::size_t count = polygon.size();
    for (std::size_t i = 0; i < count; ++i) {
        const Corner &a = polygon[i], &b = polygon[i + 1 == count ? 0 : i + 1];
        const double da = normal.dot(a.at) - offset, db = normal.dot(b.at) - offset;
        if (da >= 0) scratch.push_back(a);
        if ((da >= 0) == (db >= 0)) continue;
        const Eigen::Vector3d crossing = a.at + (b.at - a.at) * (da / (da - db));
        scratch.push_back({crossing, da >= 0 ? std::uint8_t(0) : a.outline});
    }
    polygon.swap(scratch);
}

Eigen::Vector3d newellNormal(const std::vector<Corner>& polygon) {
    Eigen::Vector3d sum = Eigen::Vector3d::Zero();
    for (std::size_t i = 1; i + 1 < polygon.size(); ++i)
        sum += (polygon[i].at - polygon[0].at).cross(polygon[i + 1].at - polygon[0].at);
    return sum;
}

class ShapeMaker {
  public:
    ShapeMaker(const VolumeProjection& projection, const QRectF& target, PageShapes& shapes)
        : projection_(projection), target_(target), shapes_(shapes) {}

    void addFace(const VolumeFaces& layer, std::size_t face, std::int32_t layerIndex) {
        polygon_.clear();
        bool isBehind = false;
        for (auto i = layer.faceBegin[face]; i < layer.faceBegin[face + 1]; ++i) {
            const auto vertex = static_cast<std::size_t>(layer.faceVertices[static_cast<std::size_t>(i)]);
            polygon_.push_back({projection_.eyeFromVolume(layer.points[vertex]), 1});
            isBehind = isBehind || polygon_.back().at.z() < projection_.nearest();
        }
        if (polygon_.size() < 3) return;
        const Eigen::Vector3d normal = newellNormal(polygon_).normalized();
        if (!normal.allFinite()) return;
        double offset = 0;
        for (const auto& corner : polygon_) offset += normal.dot(corner.at) / double(polygon_.size());
        if (isBehind) clip(polygon_, scratch_, Eigen::Vector3d::UnitZ(), projection_.nearest());
        for (auto& corner : polygon_) corner.at = projection_.pageFromEye(corner.at);
        clipToTarget();
        const Eigen::Vector3d onPage = newellNormal(polygon_);
        if (polygon_.size() < 3 || !(std::abs(onPage.z()) > 2 * kLeastArea)) return;
        PageFace made;
        made.begin = static_cast<std::int32_t>(shapes_.corners.size());
        made.count = static_cast<std::int32_t>(polygon_.size());
        made.nearest = INFINITY, made.farthest = -INFINITY;
        for (const auto& corner : polygon_) {
            const double key = projection_.keyFromDepth(corner.at.z());
            made.nearest = std::min(made.nearest, key), made.farthest = std::max(made.farthest, key);
            shapes_.corners.emplace_back(corner.at.x(), corner.at.y());
            shapes_.outline.push_back(corner.outline);
        }
        made.key = projection_.keyOfPlane(normal, offset);
        // So nearly on edge that rounding is all there is of its slope.
        if (!made.key.allFinite()) made.key = {0, 0, (made.nearest + made.farthest) / 2};
        made.colour = litColour(layer.colour[face], normal.z());
        made.layer = layerIndex;
        shapes_.faces.push_back(made);
    }

    std::optional<PageLine> line(Eigen::Vector3d from, Eigen::Vector3d to, double width, QRgb colour) const {
        from = projection_.eyeFromVolume(from), to = projection_.eyeFromVolume(to);
        const double near = projection_.nearest();
        if (!from.allFinite() || !to.allFinite() || (from.z() < near && to.z() < near)) return std::nullopt;
        const auto cut = [&](Eigen::Vector3d& behind, const Eigen::Vector3d& ahead) {
            behind += (ahead - behind) * ((near - behind.z()) / (ahead.z() - behind.z()));
            behind.z() = near;
        };
        if (from.z() < near) cut(from, to);
        if (to.z() < near) cut(to, from);
        Eigen::Vector3d a = keyed(from), b = keyed(to);
        if (!clipToTarget(a, b)) return std::nullopt;
        PageLine made;
        made.from = a.head<2>(), made.to = b.head<2>();
        made.keyFrom = a.z(), made.keyTo = b.z();
        made.bulgeFrom = bulge(a.z(), width / 2), made.bulgeTo = bulge(b.z(), width / 2);
        made.width = width, made.colour = colour;
        return made;
    }

    void addMark(const VolumeMarks& layer, std::size_t mark, std::int32_t layerIndex) {
        const Eigen::Vector3d eye = projection_.eyeFromVolume(layer.points[mark]);
        if (eye.z() < projection_.nearest()) return;
        const Eigen::Vector3d at = keyed(eye);
        if (!target_.contains(QPointF(at.x(), at.y()))) return;
        const double radius = layer.sizePt / 2;
        shapes_.marks.push_back({at.head<2>(), at.z(), bulge(at.z(), radius), radius,
                                 mark < layer.colour.size() ? layer.colour[mark] : 0xff808080, layerIndex,
                                 static_cast<std::int32_t>(mark)});
    }

  private:
    Eigen::Vector3d keyed(const Eigen::Vector3d& eye) const {
        Eigen::Vector3d page = projection_.pageFromEye(eye);
        page.z() = projection_.keyFromDepth(eye.z());
        return page;
    }
    // By how much a surface that is `points` nearer than this key has a smaller one.
    double bulge(double key, double points) const {
        const double depth = projection_.isParallel() ? key : -1 / key;
        const double nearer = depth - points / projection_.pointsPerUnit(depth);
        return key - projection_.keyFromDepth(
                         projection_.isParallel() ? nearer : std::max(nearer, projection_.nearest() / 2));
    }
    void clipToTarget() {
        const Eigen::Vector2d low(target_.left(), target_.top()), high(target_.right(), target_.bottom());
        for (int axis = 0; axis < 2; ++axis) {
            bool isBelow = false, isAbove = false;
            for (const auto& corner : polygon_) {
                isBelow = isBelow || corner.at[axis] < low[axis];
                isAbove = isAbove || corner.at[axis] > high[axis];
            }
            // Depth is not affine over the page, its key is.
            if (!isBelow && !isAbove) continue;
            for (auto& corner : polygon_) corner.at.z() = projection_.keyFromDepth(corner.at.z());
            const Eigen::Vector3d along = Eigen::Vector3d::Unit(axis);
            if (isBelow) clip(polygon_, scratch_, along, low[axis]);
            if (isAbove) clip(polygon_, scratch_, -along, -high[axis]);
            if (!projection_.isParallel())
                for (auto& corner : polygon_) corner.at.z() = -1 / corner.at.z();
        }
    }
    bool clipToTarget(Eigen::Vector3d& a, Eigen::Vector3d& b) const {
        double enter = 0, leave = 1;
        const double low[] = {target_.left(), target_.top()}, high[] = {target_.right(), target_.bottom()};
        for (int axis = 0; axis < 2; ++axis) {
            const double step = b[axis] - a[axis];
            if (step == 0 && (a[axis] < low[axis] || a[axis] > high[axis])) return false;
            if (step == 0) continue;
            const double t0 = (low[axis] - a[axis]) / step, t1 = (high[axis] - a[axis]) / step;
            enter = std::max(enter, std::min(t0, t1)), leave = std::min(leave, std::max(t0, t1));
        }
        if (!(enter < leave)) return false;
        const Eigen::Vector3d from = a, way = b - a;
        if (enter > 0) a = from + way * enter;
        if (leave < 1) b = from + way * leave;
        return true;
    }

    const VolumeProjection& projection_;
    const QRectF& target_;
    PageShapes& shapes_;
    std::vector<Corner> polygon_, scratch_;
};

}  // namespace

void includeLines(PageShapes& shapes) {
    double low = INFINITY, high = -INFINITY;
    const auto include = [&](double nearest, double farthest) {
        low = std::min(low, nearest), high = std::max(high, farthest);
    };
    for (const auto& face : shapes.faces) include(face.nearest, face.farthest);
    for (const auto& line : shapes.lines) {
        include(line.keyFrom - 2 * line.bulgeFrom, line.keyFrom);
        include(line.keyTo - 2 * line.bulgeTo, line.keyTo);
    }
    for (const auto& mark : shapes.marks) include(mark.key - (1 + kMarkNearer) * mark.bulge, mark.key);
    shapes.keyLow = low < high ? low : 0, shapes.keyHigh = low < high ? high : 1;
}

QRgb litColour(QRgb colour, double cosine) {
    const double light = kAmbient + (1 - kAmbient) * std::min(std::abs(cosine), 1.0);
    const auto channel = [&](int value) { return static_cast<int>(std::lround(value * light)); };
    return qRgb(channel(qRed(colour)), channel(qGreen(colour)), channel(qBlue(colour)));
}

std::vector<PageLine> dashed(const PageLine& line, double on, double off) {
    const double length = (line.to - line.from).norm();
    std::vector<PageLine> dashes;
    // At most so many: a line seen from very near may be very long.
    const double period = std::max({on + off, length / 2000, 1e-9});
    for (double start = 0; start < length; start += period) {
        const double t0 = start / length, t1 = std::min(1.0, (start + period * on / (on + off)) / length);
        PageLine dash = line;
        const auto mix = [](double from, double to, double t) { return from + (to - from) * t; };
        dash.from = line.from + (line.to - line.from) * t0, dash.to = line.from + (line.to - line.from) * t1;
        dash.keyFrom = mix(line.keyFrom, line.keyTo, t0), dash.keyTo = mix(line.keyFrom, line.keyTo, t1);
        dash.bulgeFrom = mix(line.bulgeFrom, line.bulgeTo, t0);
        dash.bulgeTo = mix(line.bulgeFrom, line.bulgeTo, t1);
        dashes.push_back(dash);
    }
    return dashes;
}

std::optional<PageLine> lineOnPage(const Eigen::Vector3d& from, const Eigen::Vector3d& to, double widthPt,
                                   QRgb colour, const VolumeProjection& projection, const QRectF& target) {
    PageShapes unused;
    return ShapeMaker(projection, target, unused).line(from, to, widthPt, colour);
}

std::optional<PageShapes> shapesOnPage(const VolumeDrawing& drawing, const VolumeProjection& projection,
                                       const QRectF& target, const std::stop_token& stop) {
    PageShapes shapes;
    ShapeMaker maker(projection, target, shapes);
    std::size_t done = 0;
    const auto isStopped = [&] { return ++done % kShapesPerCheck == 0 && stop.stop_requested(); };
    for (std::size_t layer = 0; layer < drawing.faces.size(); ++layer) {
        const auto& faces = drawing.faces[layer];
        if (!(faces.opacity > 0)) continue;
        for (std::size_t face = 0; face + 1 < faces.faceBegin.size(); ++face) {
            if (isStopped()) return std::nullopt;
            maker.addFace(faces, face, static_cast<std::int32_t>(layer));
        }
    }
    for (const auto& lines : drawing.lines)
        for (std::size_t line = 0; line + 1 < lines.lineBegin.size(); ++line)
            for (auto i = lines.lineBegin[line]; i + 1 < lines.lineBegin[line + 1]; ++i) {
                if (isStopped()) return std::nullopt;
                const auto at = static_cast<std::size_t>(i);
                auto made =
                    maker.line(lines.points[at], lines.points[at + 1], lines.widthPt, lines.colour.rgb());
                if (!made) continue;
                made->tube = lines.tube;
                shapes.lines.push_back(*made);
            }
    for (std::size_t layer = 0; layer < drawing.marks.size(); ++layer)
        for (std::size_t mark = 0; mark < drawing.marks[layer].points.size(); ++mark) {
            if (isStopped()) return std::nullopt;
            maker.addMark(drawing.marks[layer], mark, static_cast<std::int32_t>(layer));
        }
    includeLines(shapes);
    return shapes;
}

}  // namespace tessera
