// SPDX-License-Identifier: GPL-3.0-or-later
// What paintEvent does: pixels that a worker made, then axes, anchors, notices and the hover card.
#include <QPainter>
#include <QPainterPath>

#include "widgets/scenes/scene_text.h"
#include "widgets/views/plot_style.h"
#include "widgets/views/slice_view.h"

namespace tessera {

void SliceView::paintImage(QPainter& painter) {
    const QRectF plot = plotRect();
    const SceneTheme theme = screenTheme(*this);
    painter.save();
    painter.setClipRect(plot);
    painter.fillRect(plot, theme.notComputed);
    if (!image_.isNull()) {
        const SliceMap map = SliceMap::onto(plot, layout_.low, layout_.high);
        const QPointF topLeft = map.toDrawing({image_.low.x(), image_.high.y()}),
                      bottomRight = map.toDrawing({image_.high.x(), image_.low.y()});
        const QRectF target(topLeft, bottomRight);
        const SliceTurn& turn = computation_.turn();
        if (image_.builtVersion == builtVersion_ && image_.rotation != turn.rotation &&
            computation_.hasPlane()) {
            // The axes turned one way, so the old picture turns the other, about the point both share.
            const QPointF pivot = map.toDrawing(windowCentre(computation_.built().plane));
            painter.translate(pivot);
            painter.rotate((turn.rotation - image_.rotation) * 180 / M_PI);
            painter.translate(-pivot);
        }
        const double dpr = devicePixelRatioF();
        const bool isToScale = std::abs(target.width() * dpr / image_.pixels.width() - 1) < 0.002;
        if (isToScale && painter.transform().type() <= QTransform::TxTranslate) {
            // On whole device pixels: a copy, with no resampling.
            QImage pixels = image_.pixels;  // shares the data
            pixels.setDevicePixelRatio(dpr);
            painter.drawImage(
                QPointF(std::round(topLeft.x() * dpr) / dpr, std::round(topLeft.y() * dpr) / dpr), pixels);
        } else {
            painter.drawImage(target, image_.pixels);
        }
        painter.resetTransform();
        const bool isOld = image_.planeVersion != computation_.planeVersion() || !isToScale;
        if (isOld && computation_.isBusy() && !dimTimer_.isActive()) {
            QColor veil = theme.paper;
            veil.setAlpha(110);
            painter.fillRect(plot, veil);
        }
    }
    painter.restore();
}

void SliceView::paintNotices(QPainter& painter) {
    const SliceStyle s = style();
    const SceneText text(s);
    const SceneTheme theme = screenTheme(*this);
    const double em = s.fontPt;
    const auto strip = [&](const QString& sentence, bool atTop, const QColor& mark) {
        const QRectF& plot = layout_.plot;
        const QStringList lines = text.wrapped(sentence, plot.width() - em * 2.6, 3);
        double width = 0;
        for (const auto& line : lines) width = std::max(width, text.width(line));
        const double height = text.height() * static_cast<double>(lines.size()) + em * 0.6;
        const QRectF box(plot.left() + em * 0.4,
                         atTop ? plot.top() + em * 0.4 : plot.bottom() - em * 0.4 - height, width + em * 1.8,
                         height);
        QColor paper = theme.paper;
        paper.setAlpha(226);
        painter.setPen(Qt::NoPen);
        painter.setBrush(paper);
        painter.drawRoundedRect(box, em * 0.3, em * 0.3);
        if (mark.isValid()) {
            painter.setBrush(mark);
            painter.drawRect(QRectF(box.left(), box.top(), em * 0.35, box.height()));
        }
        double top = box.top() + em * 0.3;
        for (const auto& line : lines) {
            text.draw(painter, {box.left() + em * 0.9, top}, Qt::AlignTop, line, theme.ink);
            top += text.height();
        }
    };
    if (!banner().isEmpty()) strip(banner(), true, QColor(230, 159, 0));
    if (!status().isEmpty()) strip(status(), false, {});
}

void SliceView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Window));
    const double k = pointScale();
    const SliceStyle s = style();
    if (!computation_.hasPlane()) {
        painter.setPen(palette().color(QPalette::Text));
        const QString sentence = !banner().isEmpty()     ? banner()
                                 : computation_.isBusy() ? tr("Laying the plane …")
                                                         : QString();
        painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, sentence);
        return;
    }
    paintImage(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(k, k);
    SliceScene scene = screenScene();
    paintFrame(painter, scene, s, layout_);
    if (switches_.samples) {
        scene.markers = anchors_;
        painter.save();
        painter.setClipRect(layout_.plot);
        paintMarkers(painter, scene, s, SliceMap::onto(layout_.plot, layout_.low, layout_.high), layout_.plot,
                     MarkerKind::Anchors);
        painter.restore();
        painter.save();
        painter.scale(1 / k, 1 / k);
        focus_->paint(painter);
        painter.restore();
    }
    paintNotices(painter);
    if (isHoverCardShown_ && hover_.isValid && drag_ == Drag::None)
        paintHoverCard(painter, hover_, scene, s, pointer_ / k, QRectF(0, 0, width() / k, height() / k));
}

}  // namespace tessera
