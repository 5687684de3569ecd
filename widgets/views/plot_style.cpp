// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/plot_style.h"

#include <QWidget>
#include <algorithm>

namespace tessera {

double screenPointScale(const QWidget& widget) {
    return widget.logicalDpiY() / 72.0;
}

PanelStyle screenStyle(const QWidget& widget) {
    PanelStyle style;
    style.theme = widget.palette().color(QPalette::Window).lightness() < 128 ? SceneTheme::darkTheme()
                                                                             : SceneTheme::light();
    const double size = widget.font().pointSizeF();
    style.fontPt = size > 0 ? std::max(size * 0.95, 6.0) : 9;
    style.linePt = 0.75;
    style.family = widget.font().family();
    style.pixelsPerPoint = screenPointScale(widget) * widget.devicePixelRatioF();
    return style;
}

SelectionMode selectionModeFor(Qt::KeyboardModifiers modifiers) {
    const bool adds = modifiers & Qt::ControlModifier, removes = modifiers & Qt::AltModifier;
    if (adds && removes) return SelectionMode::Toggle;
    return adds ? SelectionMode::Add : removes ? SelectionMode::Remove : SelectionMode::Replace;
}

}  // namespace tessera
