// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_scene.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/scenes/colour_bar.h"
#include "widgets/scenes/volume_edges.h"
#include "widgets/scenes/volume_path_drawing.h"

namespace tessera {
namespace {

QRgb mixed(const QColor& a, const QColor& b) {
    return qRgb((a.red() + b.red()) / 2, (a.green() + b.green()) / 2, (a.blue() + b.blue()) / 2);
}

class DrawingBuilder {
  public:
    DrawingBuilder(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
                   const SceneContext& context)
        : result_(result),
          look_(look),
          theme_(theme),
          context_(context),
          bar_(volumeColourBar(result, look)) {
        drawing_.low = result.volume.low;
        drawing_.high = result.volume.high;
    }

    VolumeDrawing base() {
        const bool hasExact = result_.cells && !result_.cells->cellLabel.empty();
        if (look_.cells && result_.cells) addCells(*result_.cells);
        if (look_.boundary && hasExact && look_.explode == 0) {
            std::vector<std::int32_t> cells;
            const SurfaceMesh boundary = result_.cells->boundary(&cells);
            addSurface(boundary, cells, kBoundaryLayer, look_.boundaryEdges);
        }
        if (result_.sampled && (look_.sampled || (look_.boundary && !hasExact))) {
            // Polygons have no cell: their own numbers, so that they can be pointed at.
            const SurfaceMesh& surface = *result_.sampled->surface;
            std::vector<std::int32_t> numbers(static_cast<std::size_t>(surface.faceCount()));
            std::iota(numbers.begin(), numbers.end(), 0);
            addSurface(surface, numbers, hasExact ? kSampledLayer : kBoundaryLayer, false);
        }
        if (look_.samples) addSamples();
        return std::move(drawing_);
    }

    VolumeDrawing overlay(const VolumeSection* cut) {
        if (look_.cut && cut != nullptr) addCut(*cut);
        addPaths(result_, look_, theme_, context_, drawing_);
        return std::move(drawing_);
    }

  private:
    // Of cells without labels (stopped early) the pattern.
    QRgb colourOf(const CellComplex& map, std::int32_t cell) const {
        const std::int32_t region = map.cellRegion[cell];
        switch (map.cellLabel.empty() && look_.fill == VolumeLook::Fill::Class ? VolumeLook::Fill::Pattern
                                                                               : look_.fill) {
            case VolumeLook::Fill::Class:
                return classColour(map.cellLabel[cell], result_.classCount()).rgb();
            case VolumeLook::Fill::Pattern:
                return patternColour(patternColourIndex(map.patternHash[region]), theme_.dark);
            case VolumeLook::Fill::SlopeNorm:
                return map.slopeNorm.empty() ? theme_.notComputed.rgb()
                                             : barColour(*bar_, map.slopeNorm[region], theme_);
            case VolumeLook::Fill::Volume:
                return barColour(*bar_, map.regionVolume[region], theme_);
        }
        return 0;
    }

    VolumeFaces faces(const char* name, double opacity, bool edges) const {
        VolumeFaces layer;
        layer.name = QString::fromLatin1(name);
        layer.opacity = opacity;
        layer.edges = edges;
        layer.edgeColour = theme_.edge;
        return layer;
    }

    // Neighbours that are drawn as one: a side between them shows nothing.
    bool belongTogether(const CellComplex& map, std::int32_t a, std::int32_t b) const {
        const bool sameClass = map.cellLabel.empty() || map.cellLabel[a] == map.cellLabel[b];
        return sameClass && (map.cellRegion[a] == map.cellRegion[b] || explodesByClass_);
    }

    void addCells(const CellComplex& map) {
        auto layer = faces(kCellLayer, look_.cellOpacity, look_.cellEdges);
        const bool explodes = look_.explode > 0;
        explodesByClass_ = explodes && !map.cellLabel.empty() &&
                           static_cast<std::int64_t>(map.cellFaces.size()) > kMostExploded;
        const auto shown = [&](std::int32_t cell) {
            return cell >= 0 && (map.cellLabel.empty() || !look_.hides(map.cellLabel[cell]));
        };
        const auto shift = explodes ? shiftOfCells(map) : std::vector<Eigen::Vector3d>();
        for (std::int64_t f = 0; f < map.faceCount(); ++f) {
            const auto [one, other] = map.faceCells[f];
            if (shown(one) && shown(other)) {
                // Inside what is shown: seen only through gaps, or through colours.
                if (belongTogether(map, one, other)) continue;
                if (!explodes && look_.cellOpacity >= 1) continue;
            }
            for (const std::int32_t cell : {one, other}) {
                if (!shown(cell)) continue;
                addFace(layer, map, f, colourOf(map, cell), cell,
                        explodes ? shift[cell] : Eigen::Vector3d::Zero());
                if (!explodes) break;
            }
        }
        fadeEdges(layer, (drawing_.high - drawing_.low).maxCoeff());
        drawing_.faces.push_back(std::move(layer));
    }

    // A region's cells of one class move together, away from the middle of the box.
    std::vector<Eigen::Vector3d> shiftOfCells(const CellComplex& map) const {
        std::vector<Eigen::Vector3d> sum;
        std::vector<double> count;
        std::vector<std::int64_t> groupOf(static_cast<std::size_t>(map.cellCount()));
        const std::int64_t classes = result_.classCount();
        const std::int64_t groups = (explodesByClass_ ? 1 : map.regionCount()) * classes;
        sum.assign(static_cast<std::size_t>(groups), Eigen::Vector3d::Zero());
        count.assign(static_cast<std::size_t>(groups), 0);
        for (std::int64_t c = 0; c < map.cellCount(); ++c) {
            const std::int64_t label = map.cellLabel.empty() ? 0 : map.cellLabel[c];
            const std::int64_t group = (explodesByClass_ ? 0 : map.cellRegion[c]) * classes + label;
            groupOf[c] = group;
            sum[group] += map.cellVolume[c] * map.middleOfCell(c);
            count[group] += map.cellVolume[c];
        }
        const Eigen::Vector3d middle = (map.low + map.high) / 2;
        std::vector<Eigen::Vector3d> shift(groupOf.size(), Eigen::Vector3d::Zero());
        for (std::size_t c = 0; c < groupOf.size(); ++c)
            if (count[groupOf[c]] > 0)
                shift[c] = look_.explode * (sum[groupOf[c]] / count[groupOf[c]] - middle);
        return shift;
    }

    static void addFace(VolumeFaces& layer, const CellComplex& map, std::int64_t face, QRgb colour,
                        std::int32_t cell, const Eigen::Vector3d& shift) {
        for (const std::int32_t v : map.verticesOfFace(face)) {
            layer.faceVertices.push_back(static_cast<std::int32_t>(layer.points.size()));
            layer.points.push_back(map.vertices[v] + shift);
        }
        layer.faceBegin.push_back(static_cast<std::int32_t>(layer.faceVertices.size()));
        layer.colour.push_back(colour);
        layer.meaning.push_back(cell);
    }

    QRgb pairColour(std::int32_t a, std::int32_t b) const {
        const int classes = result_.classCount();
        return mixed(classColour(a, classes), classColour(b, classes));
    }

    // `meaning`: one a polygon.
    void addSurface(const SurfaceMesh& surface, const std::vector<std::int32_t>& meaning, const char* name,
                    bool edges) {
        auto layer = faces(name, look_.boundaryOpacity, edges);
        layer.points = surface.vertices;
        for (std::int64_t f = 0; f < surface.faceCount(); ++f) {
            if (look_.hides(surface.classA[f]) && look_.hides(surface.classB[f])) continue;
            for (std::int32_t i = surface.faceBegin[f]; i < surface.faceBegin[f + 1]; ++i)
                layer.faceVertices.push_back(surface.faceVertices[i]);
            layer.faceBegin.push_back(static_cast<std::int32_t>(layer.faceVertices.size()));
            layer.colour.push_back(pairColour(surface.classA[f], surface.classB[f]));
            layer.meaning.push_back(meaning[f]);
        }
        fadeEdges(layer, (drawing_.high - drawing_.low).maxCoeff());
        drawing_.faces.push_back(std::move(layer));
    }

    void addCut(const VolumeSection& cut) {
        auto layer = faces(kCutLayer, 1, look_.cellEdges);
        layer.points = cut.points;
        layer.faceBegin = cut.faceBegin;
        layer.faceVertices = cut.faceVertices;
        layer.colour.reserve(cut.faceCount());
        const bool isOfCells = !cut.cell.empty() && result_.cells;
        for (std::size_t f = 0; f < cut.faceCount(); ++f) {
            layer.meaning.push_back(isOfCells ? cut.cell[f] : -1);
            layer.colour.push_back(isOfCells ? colourOf(*result_.cells, cut.cell[f]) : cutColour(cut, f));
        }
        fadeEdges(layer, (drawing_.high - drawing_.low).maxCoeff());
        drawing_.faces.push_back(std::move(layer));
    }

    // Of a cut that was not read off cells; what is known of cells only is left to their class.
    QRgb cutColour(const VolumeSection& cut, std::size_t face) const {
        if (cut.label.empty()) return theme_.notComputed.rgb();
        switch (look_.fill) {
            case VolumeLook::Fill::Pattern:
                return patternColour(patternColourIndex(cut.patternHash[face]), theme_.dark);
            case VolumeLook::Fill::SlopeNorm:
                if (bar_) return barColour(*bar_, cut.slopeNorm[face], theme_);
                break;
            case VolumeLook::Fill::Class:
            case VolumeLook::Fill::Volume:
                break;
        }
        return classColour(cut.label[face], result_.classCount()).rgb();
    }

    void addSamples() {
        VolumeMarks marks;
        marks.name = QString::fromLatin1(kSampleLayer);
        for (const auto& sample : result_.samples) {
            marks.points.push_back(sample.at);
            const int label = sample.label >= 0 ? sample.label : sample.prediction;
            marks.colour.push_back(classColour(label, result_.classCount()).rgb());
            marks.labels.push_back(
                QStringLiteral("#%1 (%2)").arg(sample.sample).arg(classText(label, context_)));
        }
        drawing_.marks.push_back(std::move(marks));
    }

    const VolumeResult& result_;
    const VolumeLook& look_;
    const SceneTheme& theme_;
    const SceneContext& context_;
    std::optional<ColourBar> bar_;
    VolumeDrawing drawing_;
    bool explodesByClass_ = false;
};

}  // namespace

VolumeDrawing volumeBase(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
                         const SceneContext& context) {
    return DrawingBuilder(result, look, theme, context).base();
}

VolumeDrawing volumeOverlay(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
                            const SceneContext& context, const VolumeSection* cut) {
    return DrawingBuilder(result, look, theme, context).overlay(cut);
}

VolumeDrawing together(VolumeDrawing drawing, const VolumeDrawing& overlay) {
    drawing.faces.insert(drawing.faces.end(), overlay.faces.begin(), overlay.faces.end());
    drawing.lines.insert(drawing.lines.end(), overlay.lines.begin(), overlay.lines.end());
    drawing.marks.insert(drawing.marks.end(), overlay.marks.begin(), overlay.marks.end());
    return drawing;
}

VolumeDrawing volumeDrawing(const VolumeResult& result, const VolumeLook& look, const SceneTheme& theme,
                            const SceneContext& context, const VolumeSection* cut) {
    return together(volumeBase(result, look, theme, context),
                    volumeOverlay(result, look, theme, context, cut));
}

VolumeLook baseLook(VolumeLook look) {
    const VolumeLook standard;
    look.cut = standard.cut, look.cutPlane = standard.cutPlane, look.clips = standard.clips;
    look.paths = standard.paths, look.trustBall = standard.trustBall, look.step = standard.step;
    return look;
}

}  // namespace tessera
