// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <QPainter>
#include <algorithm>

#include "widgets/scenes/path_scene.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("tessera::PathScene", text);
}
// What makes no difference to the logits is drawn pale.
QColor pale(QColor colour) {
    colour.setAlphaF(0.35F);
    return colour;
}

}  // namespace

QString PathLayersScene::title() const {
    return tr("Crossings per layer");
}

std::vector<LegendItem> PathLayersScene::legend() const {
    qint64 silent = 0;
    for (const auto& layer : picture_->layers()) silent += layer.withoutEffect;
    if (silent == 0) return {};
    return {{tr("bends the logits"), QColor(90, 90, 90), LegendItem::Mark::Swatch},
            {tr("without effect"), QColor(200, 200, 200), LegendItem::Mark::Swatch}};
}

void PathLayersScene::paint(QPainter& painter, const PanelStyle& style, const QSizeF& size,
                            std::stop_token) const {
    const auto& layers = picture_->layers();
    const auto count = layers.size();
    PlotSpec spec;
    spec.title = title();
    spec.x.title = tr("crossings");
    qint64 most = 1;
    for (const auto& layer : layers) most = std::max(most, layer.crossings);
    spec.x.low = 0, spec.x.high = static_cast<double>(most) * 1.12;  // room for the number beside the bar
    // The first layer on top.
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) spec.y.categories << layer->name;
    if (layers.empty()) spec.y.categories << tr("no layer bends");
    spec.y.low = -0.5, spec.y.high = static_cast<double>(std::max<std::size_t>(count, 1)) - 0.5;
    spec.legend = legend();
    const PlotFrame frame(spec, style, size);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    frame.paintPaper(painter);
    const SceneText text(style);
    const double lane = frame.plot().height() / static_cast<double>(std::max<std::size_t>(count, 1));
    frame.clip(painter);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& layer = layers[i];
        const double y = frame.drawingY(static_cast<double>(count - 1 - i)), height = lane * 0.7;
        const double left = frame.drawingX(0), right = frame.drawingX(static_cast<double>(layer.crossings)),
                     bending = frame.drawingX(static_cast<double>(layer.crossings - layer.withoutEffect));
        const QColor colour = pathLayerColour(i, count);
        painter.fillRect(QRectF(left, y - height / 2, bending - left, height), colour);
        painter.fillRect(QRectF(bending, y - height / 2, right - bending, height), pale(colour));
        if (lane <= text.height(0.92)) continue;
        // Beside the bar, or at the end of it where there is no room.
        const QString number = grouped(layer.crossings);
        const double gap = style.fontPt * 0.35;
        const bool isBeside = right + gap + text.width(number, 0.92) < frame.plot().right();
        const QColor ink = isBeside || layer.withoutEffect > 0 ? style.theme.ink : readableOn(colour);
        text.draw(painter, {isBeside ? right + gap : right - gap, y},
                  (isBeside ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter, number, ink, 0.92);
    }
    painter.restore();
    frame.paintAxes(painter);
    painter.restore();
}

std::vector<Table> PathLayersScene::numbers() const {
    const Table* layers = picture_->record()->table("layers");
    return layers ? std::vector<Table>{*layers} : std::vector<Table>{};
}

std::vector<std::shared_ptr<const PanelScene>> pathScenes(const std::shared_ptr<const ResultRecord>& record,
                                                          const SceneContext& context) {
    const auto picture = PathPicture::of(record, context);
    if (!picture) return {};
    return {std::make_shared<PathLogitsScene>(picture, PathLook{}),
            std::make_shared<PathLayersScene>(picture)};
}

}  // namespace tessera
