// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/panel_canvas.h"

#include <QEvent>
#include <QPainter>

#include "widgets/views/plot_style.h"

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
    return screenPointScale(*this);
}

PanelStyle PanelCanvas::panelStyle() const {
    return screenStyle(*this);
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
    if (!scene_) return paintEmpty(painter, *this, emptyText_);
    painter.fillRect(rect(), screenTheme(*this).paper);
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
