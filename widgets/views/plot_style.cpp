// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/plot_style.h"

#include <QImage>
#include <QPainter>
#include <QWidget>
#include <algorithm>

namespace tessera {

double screenPointScale(const QWidget& widget) {
    return widget.logicalDpiY() / 72.0;
}

SceneTheme screenTheme(const QWidget& widget) {
    return widget.palette().color(QPalette::Window).lightness() < 128 ? SceneTheme::darkTheme()
                                                                      : SceneTheme::light();
}

PanelStyle screenStyle(const QWidget& widget) {
    PanelStyle style;
    style.theme = screenTheme(widget);
    const double size = widget.font().pointSizeF();
    style.fontPt = size > 0 ? std::max(size * 0.95, 6.0) : 9;
    style.linePt = 0.75;
    style.family = widget.font().family();
    style.pixelsPerPoint = screenPointScale(widget) * widget.devicePixelRatioF();
    return style;
}

void paintEmpty(QPainter& painter, const QWidget& widget, const QString& sentence) {
    painter.fillRect(widget.rect(), screenTheme(widget).paper);
    painter.setPen(widget.palette().color(QPalette::PlaceholderText));
    painter.drawText(widget.rect().adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap, sentence);
}

void paintScene(QImage& image, const QWidget& widget, const PanelScene& scene) {
    const PanelStyle style = screenStyle(widget);
    const double dpr = widget.devicePixelRatioF();
    const QSize pixels = (QSizeF(widget.size()) * dpr).toSize();
    if (image.size() != pixels) image = QImage(pixels, QImage::Format_RGB32);
    image.setDevicePixelRatio(1);
    image.fill(style.theme.paper);
    QPainter painter(&image);
    painter.scale(style.pixelsPerPoint, style.pixelsPerPoint);
    scene.paint(painter, style, QSizeF(widget.size()) / screenPointScale(widget), {});
    painter.end();
    image.setDevicePixelRatio(dpr);
}

SelectionMode selectionModeFor(Qt::KeyboardModifiers modifiers) {
    const bool adds = modifiers & Qt::ControlModifier, removes = modifiers & Qt::AltModifier;
    if (adds && removes) return SelectionMode::Toggle;
    return adds ? SelectionMode::Add : removes ? SelectionMode::Remove : SelectionMode::Replace;
}

}  // namespace tessera
