// SPDX-License-Identifier: GPL-3.0-or-later
// Everything a drawing of a slice shows, as one plain value. View and figure paint it with the same code,
// with QPainter and no widget, from any thread.
#pragma once

#include <QPainter>
#include <QString>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/probes/class_map.h"
#include "widgets/scenes/colours.h"
#include "widgets/scenes/prepared_arrangement.h"
#include "widgets/scenes/slice_map.h"

namespace tessera {

enum class SliceFill { Class, Pattern, SlopeNorm, Depth, None };
const char* sliceFillText(
    SliceFill fill);  // "class", "pattern", ...: for settings files, the command line and metadata
std::optional<SliceFill> sliceFillFromText(const std::string& text);

struct SliceMarker {
    Eigen::Vector2d position = Eigen::Vector2d::Zero();  // of the projection, slice coordinates
    double offPlane = 0;                                 // input units
    int label = -1;
    QString name;
    bool isAnchor = false;
    qint64 sample = -1;  // index in the data; -1: a free point
};

struct SliceSwitches {
    SliceFill fill = SliceFill::Class;
    bool edges = true, boundary = true, samples = true, grid = false, classLabels = true, legend = true,
         caption = true;
};

struct SliceScene {
    std::shared_ptr<const SampledField> field;  // may be null
    std::shared_ptr<const PreparedArrangement>
        arrangement;  // may be null; drawn over the field where it has faces
    std::vector<SliceMarker> markers;
    int classCount = 2;
    std::vector<QString> classNames;                // shorter than classCount: "class 3"
    Eigen::Vector2d low = {-1, -1}, high = {1, 1};  // what is shown, slice coordinates
    SliceSwitches switches;
    SceneTheme theme = SceneTheme::light();
    QString title, caption;  // above the plot; caption says what the picture is: "exact: 9,974 regions"

    QString className(int label) const;
    // The fill asked for, or Class where that one needs an arrangement and there is none.
    SliceFill effectiveFill() const;
};

// "exact: 9,974 regions", "sampled 256 x 256", "partial: region budget of 20000 reached".
QString describeResult(const SliceScene& scene);

// --- painting; all lengths in points (1/72 inch), the painter scaled so that one unit is one point ---

struct SliceStyle {
    double fontPt = 7;
    double linePt = 0.5;  // axes and ticks
    double boundaryPt = 1.1;
    double edgePt = 0.35;
    double markerPt = 5;              // diameter of an ordinary sample
    double pixelsPerPoint = 1;        // of the device, for raster layers
    bool vector = false;              // true: fill and edges as paths; false: as one image
    double rasterDpi = 600;           // of the fill in a vector figure that is too large for paths
    std::int64_t mostFaces = 50'000;  // drawn as paths; fill and edges of more are one image
    QString family;                   // empty: the application's
};

// The plot area alone: fill, edges, boundary, class labels. `target` is what scene.low..high covers.
void paintPlot(QPainter& painter, const SliceScene& scene, const SliceStyle& style, const QRectF& target,
               std::stop_token stop = {});
// Those of the markers that lie within `target`; separate, so that a view can move anchors without painting
// the plot again.
enum class MarkerKind { Samples, Anchors };
void paintMarkers(QPainter& painter, const SliceScene& scene, const SliceStyle& style, const SliceMap& map,
                  const QRectF& target, MarkerKind kind);
// The whole drawing: plot, axes, legend (slice_layout.h says where), markers.
void paintSlice(QPainter& painter, const SliceScene& scene, const SliceStyle& style, const QSizeF& size,
                std::stop_token stop = {});

}  // namespace tessera
