// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/panel_canvas.h"

#include <QEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace tessera {

PanelCanvas::PanelCanvas(JobRunner& jobs, QWidget* parent) : QWidget(parent), jobs_(jobs) {
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void PanelCanvas::setScene(std::shared_ptr<const PanelScene> scene) {
    scene_ = std::move(scene);
    ++version_;
    if (!scene_) image_ = {};
    requestImage();
    update();
}

void PanelCanvas::setEmptyText(const QString& text) {
    emptyText_ = text;
    update();
}

double PanelCanvas::pointScale() const {
    return logicalDpiY() / 72.0;
}

PanelStyle PanelCanvas::panelStyle() const {
    PanelStyle style;
    style.theme =
        palette().color(QPalette::Window).lightness() < 128 ? SceneTheme::darkTheme() : SceneTheme::light();
    style.fontPt = font().pointSizeF() > 0 ? std::max(font().pointSizeF() * 0.95, 6.0) : 9;
    style.linePt = 0.75;
    style.family = font().family();
    style.pixelsPerPoint = pointScale() * devicePixelRatioF();
    return style;
}

// One at a time: replacing a running one at every wheel notch would never finish any.
void PanelCanvas::requestImage() {
    if (isPainting_ || !scene_ || !isVisible() || width() < 8 || height() < 8) return;
    isPainting_ = true;
    const double dpr = devicePixelRatioF();
    jobs_.start<QImage>(
        this, QStringLiteral("paint"), QString(), JobLane::Interactive,
        [scene = scene_, style = panelStyle(), points = sizeInPoints(),
         pixels = (QSizeF(size()) * dpr).toSize(), dpr](std::stop_token stop, Progress&) -> Result<QImage> {
            QImage image(pixels, QImage::Format_RGB32);
            image.fill(style.theme.paper);
            QPainter painter(&image);
            painter.scale(style.pixelsPerPoint, style.pixelsPerPoint);
            scene->paint(painter, style, points, stop);
            painter.end();
            if (stop.stop_requested()) return Cancelled{};
            image.setDevicePixelRatio(dpr);
            return image;
        },
        [this, version = version_](Result<QImage> result) {
            isPainting_ = false;
            shownVersion_ = version;  // a failed one is not tried again
            if (result.isOk() && scene_) image_ = std::move(result).value();
            if (shownVersion_ != version_) requestImage();
            update();
            Q_EMIT painted();
        });
}

void PanelCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), panelStyle().theme.paper);
    if (!scene_) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(rect().adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap, emptyText_);
        return;
    }
    if (!image_.isNull()) painter.drawImage(QPointF(0, 0), image_);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(pointScale(), pointScale());
    paintOverlay(painter);
}

void PanelCanvas::paintOverlay(QPainter&) {}

void PanelCanvas::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    ++version_;
    requestImage();
}

void PanelCanvas::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    switch (event->type()) {
        case QEvent::PaletteChange:
        case QEvent::FontChange:
        case QEvent::StyleChange:
            ++version_;
            requestImage();
            break;
        default:
            break;
    }
}

void PanelCanvas::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (shownVersion_ != version_) requestImage();
}

}  // namespace tessera
