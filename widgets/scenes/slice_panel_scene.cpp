// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/slice_panel_scene.h"

#include <algorithm>

#include "widgets/scenes/slice_layout.h"

namespace tessera {
namespace {

constexpr const char* kUnit = "input units";

std::vector<Table> arrangementTables(const Arrangement& a) {
    const auto faces = static_cast<std::size_t>(a.faceCount());
    std::vector<std::int64_t> face(faces), label(faces), piece(faces), depth(faces);
    for (std::size_t f = 0; f < faces; ++f)
        face[f] = static_cast<std::int64_t>(f), label[f] = a.label[f], piece[f] = a.piece[f],
        depth[f] = a.depth[f];
    std::vector<std::int64_t> cornerFace;
    std::vector<double> s, t;
    for (std::size_t f = 0; f < faces; ++f)
        for (auto i = a.faceBegin[f]; i < a.faceBegin[f + 1]; ++i) {
            const Eigen::Vector2d& at =
                a.vertices[static_cast<std::size_t>(a.faceVertices[static_cast<std::size_t>(i)])];
            cornerFace.push_back(static_cast<std::int64_t>(f));
            s.push_back(at.x()), t.push_back(at.y());
        }
    std::vector<double> s0, t0, s1, t1;
    std::vector<std::int64_t> classA, classB;
    for (const auto& segment : a.boundary) {
        s0.push_back(segment.a.x()), t0.push_back(segment.a.y());
        s1.push_back(segment.b.x()), t1.push_back(segment.b.y());
        classA.push_back(segment.classA), classB.push_back(segment.classB);
    }
    Table regions{"regions", "Regions", {}};
    regions.columns = {
        {"face", "Face", "", "Number of the region.", std::move(face)},
        {"label", "Class", "", "Predicted at the centroid.", std::move(label)},
        {"piece", "Piece", "", "Regions of one piece share their affine map.", std::move(piece)},
        {"depth", "Depth", "", "1 + the deepest site that cuts.", std::move(depth)},
        {"area", "Area", "square slice units", "Of the region.", a.area}};
    Table corners{"corners", "Corners", {}};
    corners.columns = {{"face", "Face", "", "Region that the corner belongs to.", std::move(cornerFace)},
                       {"s", "s", kUnit, "Slice coordinate.", std::move(s)},
                       {"t", "t", kUnit, "Slice coordinate.", std::move(t)}};
    Table boundary{"boundary", "Decision boundary", {}};
    boundary.columns = {{"s0", "s from", kUnit, "Start of the segment.", std::move(s0)},
                        {"t0", "t from", kUnit, "Start of the segment.", std::move(t0)},
                        {"s1", "s to", kUnit, "End of the segment.", std::move(s1)},
                        {"t1", "t to", kUnit, "End of the segment.", std::move(t1)},
                        {"class_a", "Class", "", "On one side.", std::move(classA)},
                        {"class_b", "Other class", "", "On the other.", std::move(classB)}};
    return {std::move(regions), std::move(corners), std::move(boundary)};
}

Table fieldTable(const SampledField& field) {
    std::vector<double> s, t, confidence;
    std::vector<std::int64_t> label;
    for (int row = 0; row < field.rows; ++row)
        for (int column = 0; column < field.columns; ++column) {
            const auto at = static_cast<std::size_t>(row) * static_cast<std::size_t>(field.columns) +
                            static_cast<std::size_t>(column);
            const Eigen::Vector2d cell =
                (field.high - field.low).cwiseQuotient(Eigen::Vector2d(field.columns, field.rows));
            s.push_back(field.low.x() + (column + 0.5) * cell.x());
            t.push_back(field.low.y() + (row + 0.5) * cell.y());
            label.push_back(field.label[at]);
            confidence.push_back(static_cast<double>(field.confidence[at]));
        }
    Table table{"map", "Sampled map", {}};
    table.columns = {{"s", "s", kUnit, "Slice coordinate.", std::move(s)},
                     {"t", "t", kUnit, "Slice coordinate.", std::move(t)},
                     {"label", "Class", "", "Predicted there.", std::move(label)},
                     {"confidence", "Confidence", "", "Largest probability.", std::move(confidence)}};
    return table;
}

}  // namespace

SliceStyle sliceStyle(const PanelStyle& style) {
    SliceStyle result;
    const double lines = style.linePt / result.linePt;
    result.fontPt = style.fontPt;
    result.linePt *= lines, result.boundaryPt *= lines, result.edgePt *= lines;
    result.markerPt = style.fontPt * 5 / 7;
    result.pixelsPerPoint = style.pixelsPerPoint;
    result.vector = style.vector;
    result.rasterDpi = style.rasterDpi;
    if (style.mostShapes == 0) result.mostFaces = 0;
    result.family = style.family;
    return result;
}

SliceScene SlicePanelScene::themed(const PanelStyle& style) const {
    SliceScene scene = scene_;
    scene.theme = style.theme;
    if (!style.title) scene.title.clear();
    scene.switches.legend = scene.switches.legend && style.legend;
    if (scene.effectiveFill() == SliceFill::SlopeNorm)
        scene.switches.legend = scene.switches.legend && style.colourBar;
    if (scene.caption.isEmpty()) scene.caption = describeResult(scene);
    return scene;
}

double SlicePanelScene::heightForWidth(double widthPt, const PanelStyle& style) const {
    return sliceHeightForWidth(themed(style), sliceStyle(style), widthPt);
}

void SlicePanelScene::paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
                            std::stop_token stop) const {
    const SliceScene scene = themed(style);
    const SliceStyle slice = sliceStyle(style);
    if (style.axes) return paintSlice(painter, scene, slice, sizePt, stop);
    // The plot alone, in its shape, in the middle.
    if (style.theme.paper.alpha() > 0) painter.fillRect(QRectF(QPointF(0, 0), sizePt), style.theme.paper);
    const Eigen::Vector2d extent = scene.high - scene.low;
    const double unit = std::min(sizePt.width() / extent.x(), sizePt.height() / extent.y());
    const QSizeF size(extent.x() * unit, extent.y() * unit);
    const QRectF target(QPointF((sizePt.width() - size.width()) / 2, (sizePt.height() - size.height()) / 2),
                        size);
    paintPlot(painter, scene, slice, target, stop);
    if (!scene.switches.samples) return;
    const SliceMap map = SliceMap::onto(target, scene.low, scene.high);
    for (const auto kind : {MarkerKind::Samples, MarkerKind::Anchors})
        paintMarkers(painter, scene, slice, map, target, kind);
}

std::vector<Table> SlicePanelScene::numbers() const {
    if (scene_.arrangement) return arrangementTables(scene_.arrangement->arrangement());
    if (scene_.field) return {fieldTable(*scene_.field)};
    return {};
}

}  // namespace tessera
