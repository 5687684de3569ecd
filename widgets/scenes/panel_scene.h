// SPDX-License-Identifier: GPL-3.0-or-later
// One picture that a view shows and a figure prints: an immutable snapshot, painted with QPainter by the same
// code on screen, SVG, PDF and PNG, from any thread, with no widget and no display.
#pragma once

#include <QRectF>
#include <QSizeF>
#include <QString>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/base/parameter.h"
#include "core/base/record.h"
#include "widgets/scenes/colours.h"

class QPainter;

namespace tessera {

// How, not what: lengths in points (1/72 inch); the painter is scaled so that one unit is one point.
struct PanelStyle {
    SceneTheme theme = SceneTheme::light();
    double fontPt = 7;
    double linePt = 0.5;
    double pixelsPerPoint = 1;  // of the device, for raster layers
    bool vector = false;        // true: shapes as paths; false: as pixels
    double rasterDpi = 600;     // of layers in a vector figure that are too large for paths
    bool title = true, axes = true, legend = true, colourBar = true;
    int mostShapes = 8000;  // of a vector figure: a layer with more than this is drawn as pixels
    QString family;         // empty: the application's
};

// Numbers to colours. Panels with equal bars may share one.
struct ColourBar {
    enum class Map { Viridis, Cividis, Diverging };
    Map map = Map::Viridis;
    double low = 0, high = 1;
    bool logarithmic = false;
    QString label;  // with unit
    bool operator==(const ColourBar&) const = default;
};

// One row of a legend. Panels with equal legends may share one.
struct LegendItem {
    enum class Mark { Heading, Swatch, Dot, Ring, Diamond, Cross, Line, Dashes, Note };
    QString text;
    QColor colour;
    Mark mark = Mark::Swatch;
    bool operator==(const LegendItem&) const = default;
};

class PanelScene {
  public:
    virtual ~PanelScene() = default;
    virtual QString title() const = 0;
    // Wanted width / height of the whole picture; 0: any.
    virtual double aspect() const { return 0; }
    // The height that suits a width; of a scene of any shape 3/4 of it.
    virtual double heightForWidth(double widthPt, const PanelStyle& style) const;
    virtual void paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
                       std::stop_token stop) const = 0;
    virtual std::optional<ColourBar> colourBar() const { return std::nullopt; }
    virtual std::vector<LegendItem> legend() const { return {}; }
    // The numbers in the picture, written beside a figure as CSV and npz.
    virtual std::vector<Table> numbers() const { return {}; }
};

inline double PanelScene::heightForWidth(double widthPt, const PanelStyle&) const {
    return aspect() > 0 ? widthPt / aspect() : widthPt * 0.75;
}

// What a record's drawing needs beside the record.
struct SceneContext {
    std::vector<QString> classNames;
    int classCount = 0;
    ParameterMap view = {};  // how the record's view is held (ResultView::viewState); empty: as it opens
};
// A probe's pictures of one result; the catalogue pairs it with the probe.
using RecordScenes = std::vector<std::shared_ptr<const PanelScene>> (*)(
    const std::shared_ptr<const ResultRecord>& record, const SceneContext& context);

}  // namespace tessera
