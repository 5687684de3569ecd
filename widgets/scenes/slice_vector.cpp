// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/slice_vector.h"

#include <QPainterPath>
#include <algorithm>
#include <map>

#include "widgets/scenes/class_shader.h"
#include "widgets/scenes/span_raster.h"

namespace tessera {
namespace {

using Corners = std::vector<Eigen::Vector2d>;

constexpr int kFacesPerCheck = 1024;
constexpr double kSeamPt =
    0.12;  // outline in the fill's own colour: viewers leave hairlines between polygons otherwise
constexpr double kSmallestShadePt = 2;  // pieces that a face is cut into to show its confidence
constexpr double kShadeStep = 0.07;

// One path per colour: viewers and files bear 10^4 subpaths better than 10^4 paths.
class PathsByColour {
  public:
    void add(QRgb colour, const Corners& corners, const SliceMap& map) {
        QPainterPath& path = paths_[colour];
        path.moveTo(map.toDrawing(corners[0]));
        for (std::size_t i = 1; i < corners.size(); ++i) path.lineTo(map.toDrawing(corners[i]));
        path.closeSubpath();
    }
    void paint(QPainter& painter) const {
        for (const auto& [colour, path] : paths_) {
            QPainterPath filled = path;
            filled.setFillRule(Qt::WindingFill);
            painter.setPen(QPen(QColor(colour), kSeamPt, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
            painter.setBrush(QColor(colour));
            painter.drawPath(filled);
        }
    }

  private:
    std::map<QRgb, QPainterPath> paths_;  // ordered: the same file in every run
};

struct ConfidencePieces {
    const Arrangement& a;
    const FillColours& colours;
    const SliceMap& map;
    PathsByColour& paths;
    std::vector<double> logits = {};

    double confidenceAt(std::int32_t face, const Eigen::Vector2d& p, int& label) {
        logits.resize(static_cast<std::size_t>(a.outputs));
        const double* form = a.forms.data() + static_cast<std::size_t>(face) * logits.size() * 3;
        for (auto& logit : logits) {
            logit = form[0] * (p.x() - a.formOrigin.x()) + form[1] * (p.y() - a.formOrigin.y()) + form[2];
            form += 3;
        }
        return leadingConfidence(logits.data(), a.outputs, label);
    }

    // Confidence varies over a face: halves it across its longer side until each piece is nearly even.
    void add(std::int32_t face, int label, const Corners& corners) {
        Eigen::Vector2d low = corners[0], high = corners[0], middle = Eigen::Vector2d::Zero();
        double least = 1, most = 0;
        for (const auto& p : corners) {
            low = low.cwiseMin(p);
            high = high.cwiseMax(p);
            middle += p / static_cast<double>(corners.size());
            int ignored = 0;
            const double confidence = confidenceAt(face, p, ignored);
            least = std::min(least, confidence);
            most = std::max(most, confidence);
        }
        const Eigen::Vector2d size = high - low;
        if (most - least < kShadeStep || size.maxCoeff() * map.unit < kSmallestShadePt) {
            int ignored = 0;
            paths.add(colours.ofClass(label, confidenceAt(face, middle, ignored)), corners, map);
            return;
        }
        const int axis = size.x() >= size.y() ? 0 : 1;
        const Eigen::Vector2d normal = axis == 0 ? Eigen::Vector2d(1, 0) : Eigen::Vector2d(0, 1);
        const double cut = (low[axis] + high[axis]) / 2;
        for (const double side : {1.0, -1.0}) {
            Corners half = corners;
            clipConvex(half, side * normal, side * cut);
            if (!half.empty()) add(face, label, half);
        }
    }
};

Corners cornersOf(const Arrangement& a, std::int32_t face) {
    Corners corners;
    const auto f = static_cast<std::size_t>(face);
    for (std::int32_t i = a.faceBegin[f]; i < a.faceBegin[f + 1]; ++i)
        corners.push_back(a.vertices[static_cast<std::size_t>(a.faceVertices[static_cast<std::size_t>(i)])]);
    return corners;
}

struct Clip {
    Eigen::Vector2d low, high;
    Clip(const SliceMap& map, const QRectF& target)
        : low(map.toSlice(target.bottomLeft())), high(map.toSlice(target.topRight())) {}
};

// Segments share end points; chained, they take a third of the bytes and their joins are round.
class Chains {
  public:
    void add(const QPointF& a, const QPointF& b) { segments_.push_back({a, b}); }
    QPainterPath path() const {
        const auto key = [](const QPointF& p) {
            return std::pair(std::llround(p.x() * 1e4), std::llround(p.y() * 1e4));
        };
        std::multimap<std::pair<long long, long long>, std::size_t> ends;
        for (std::size_t i = 0; i < segments_.size(); ++i) {
            ends.emplace(key(segments_[i].first), i);
            ends.emplace(key(segments_[i].second), i);
        }
        std::vector<bool> used(segments_.size(), false);
        QPainterPath path;
        const auto extend = [&](QPointF end, std::vector<QPointF>& line) {
            for (;;) {
                const auto [from, to] = ends.equal_range(key(end));
                const auto next =
                    std::find_if(from, to, [&](const auto& entry) { return !used[entry.second]; });
                if (next == to) return;
                used[next->second] = true;
                const auto& [a, b] = segments_[next->second];
                end = key(a) == key(end) ? b : a;
                line.push_back(end);
            }
        };
        for (std::size_t i = 0; i < segments_.size(); ++i) {
            if (used[i]) continue;
            used[i] = true;
            std::vector<QPointF> forward{segments_[i].second}, back{segments_[i].first};
            extend(segments_[i].second, forward);
            extend(segments_[i].first, back);
            std::reverse(back.begin(), back.end());
            back.insert(back.end(), forward.begin(), forward.end());
            path.moveTo(back[0]);
            for (std::size_t p = 1; p < back.size(); ++p) path.lineTo(back[p]);
        }
        return path;
    }

  private:
    std::vector<std::pair<QPointF, QPointF>> segments_;
};

}  // namespace

bool paintVectorFill(QPainter& painter, const SliceScene& scene, const SliceStyle&, const SliceMap& map,
                     const QRectF& target, const std::stop_token& stop) {
    const FillColours colours(scene);
    const PreparedArrangement& prepared = *scene.arrangement;
    const Arrangement& a = prepared.arrangement();
    const Clip clip(map, target);
    PathsByColour paths;
    ConfidencePieces pieces{a, colours, map, paths};
    int untilCheck = kFacesPerCheck;
    for (const std::int32_t face : prepared.locator().facesIn(clip.low, clip.high)) {
        if (--untilCheck == 0) {
            if (stop.stop_requested()) return false;
            untilCheck = kFacesPerCheck;
        }
        const auto add = [&](Corners corners, int label) {
            clipConvex(corners, clip.low, clip.high);
            if (corners.size() < 3) return;
            colours.fill() == SliceFill::Class ? pieces.add(face, label, corners)
                                               : paths.add(colours.ofFace(face), corners, map);
        };
        const auto cells = prepared.cellsOf(face);
        if (colours.fill() == SliceFill::Class && cells.first != cells.second) {
            for (const auto* cell = cells.first; cell != cells.second; ++cell)
                add(a.cells[static_cast<std::size_t>(*cell)].polygon,
                    a.cells[static_cast<std::size_t>(*cell)].label);
        } else {
            add(cornersOf(a, face), a.label[static_cast<std::size_t>(face)]);
        }
    }
    painter.save();
    paths.paint(painter);
    painter.restore();
    return true;
}

void paintVectorEdges(QPainter& painter, const SliceScene& scene, const SliceStyle& style,
                      const SliceMap& map, const QRectF& target) {
    const Arrangement& a = scene.arrangement->arrangement();
    const Clip clip(map, target);
    const double strength = edgeStrength(
        typicalFaceSize(a, scene.arrangement->locator().facesIn(clip.low, clip.high)) * map.unit);
    if (strength <= 0) return;
    QPainterPath path;
    for (const ArrangementEdge& edge : a.edges) {
        if (edge.left < 0 || edge.right < 0) continue;
        Eigen::Vector2d p = a.vertices[static_cast<std::size_t>(edge.v0)],
                        q = a.vertices[static_cast<std::size_t>(edge.v1)];
        if (!clipSegment(p, q, clip.low, clip.high)) continue;
        path.moveTo(map.toDrawing(p));
        path.lineTo(map.toDrawing(q));
    }
    QColor colour = scene.theme.edge;
    colour.setAlphaF(static_cast<float>(strength));
    painter.save();
    painter.strokePath(path, QPen(colour, style.edgePt, Qt::SolidLine, Qt::RoundCap));
    painter.restore();
}

void paintVectorBoundary(QPainter& painter, const SliceScene& scene, const SliceStyle& style,
                         const SliceMap& map, const QRectF& target) {
    const Clip clip(map, target);
    Chains chains;
    for (const BoundarySegment& segment : scene.arrangement->arrangement().boundary) {
        Eigen::Vector2d p = segment.a, q = segment.b;
        if (clipSegment(p, q, clip.low, clip.high)) chains.add(map.toDrawing(p), map.toDrawing(q));
    }
    const QPainterPath path = chains.path();
    if (path.isEmpty()) return;
    QColor halo = scene.theme.halo;
    halo.setAlphaF(0.75f);
    painter.save();
    painter.strokePath(path, QPen(halo, style.boundaryPt * 2.5, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
    painter.strokePath(
        path, QPen(scene.theme.boundary, style.boundaryPt, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
    painter.restore();
}

}  // namespace tessera
