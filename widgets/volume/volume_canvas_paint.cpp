// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainter>
#include <algorithm>

#include "widgets/volume/volume_canvas.h"
#include "widgets/volume/volume_meshes_vtk.h"
#include "widgets/volume/volume_renderer.h"
#include "widgets/volume/volume_text.h"

namespace tessera {
namespace {

constexpr double kScreenLines = 720;

}  // namespace

PanelStyle VolumeCanvas::style() const {
    PanelStyle style;
    style.theme = theme_;
    const double size = font().pointSizeF();
    style.fontPt = size > 0 ? std::max(size * 0.95, 6.0) : 9;
    style.linePt = 0.75;
    style.family = font().family();
    style.pixelsPerPoint = pointScale() * devicePixelRatioF();
    return style;
}

QSize VolumeCanvas::pixelSize() const {
    return (QSizeF(size()) * devicePixelRatioF()).toSize();
}

void VolumeCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme_.paper);
    if (!problem_.isEmpty() || !drawing_) {
        painter.setPen(theme_.faintInk);
        painter.drawText(rect().adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap,
                         problem_.isEmpty() ? emptyText_ : problem_);
        return;
    }
    if (!shown_) return;
    if (shown_->of.version == version_ && shown_->of.pixels != pixelSize())
        pictureChanged();  // another screen
    // Until there is one of this size: as a camera would show it.
    const QSizeF size = QSizeF(shown_->of.pixels) / devicePixelRatioF();
    const double scale = height() / std::max(size.height(), 1.0);
    if (size.toSize() != this->size()) {
        painter.translate((width() - size.width() * scale) / 2, 0);
        painter.scale(scale, scale);
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform,
                          shown_->image.size() != shown_->of.pixels || size.toSize() != this->size());
    painter.drawImage(QRectF(QPointF(0, 0), size), shown_->image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(pointScale(), pointScale());
    paintVolumeText(painter, shown_->of, size / pointScale(), style(), isCutHot_);
    painter.end();
    if (std::exchange(isShownNew_, false)) Q_EMIT rendered();
}

VolumeRequest VolumeCanvas::snapshotRequest(const QSize& pixels, double pixelsPerPoint) {
    if (!hasGl() || !drawing_ || pixels.isEmpty()) return {};
    if (!volume_ || volume_->drawing != drawing_) {
        jobs_.cancelKey(this, QStringLiteral("volume"));
        volumeArrived(prepareVolume(drawing_, {}));
    }
    if (overlayDrawing_ && (!overlay_ || overlay_->drawing != overlayDrawing_))
        overlayArrived(prepareVolume(overlayDrawing_, {}));
    VolumeRequest wanted = view();
    wanted.pixels = pixels, wanted.isMoving = false;
    wanted.pixelsPerPoint =
        pixelsPerPoint > 0
            ? pixelsPerPoint
            : 96.0 / 72 * std::max(std::min(pixels.width(), pixels.height()) / kScreenLines, 0.25);
    return wanted;
}

QImage VolumeCanvas::finishedSnapshot(const VolumePicture& picture) const {
    QImage image = picture.image;
    if (image.isNull()) return image;
    PanelStyle look = style();
    look.pixelsPerPoint = picture.of.pixelsPerPoint;
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(look.pixelsPerPoint, look.pixelsPerPoint);
    paintVolumeText(painter, picture.of, QSizeF(picture.of.pixels) / look.pixelsPerPoint, look, false);
    return image;
}

QImage VolumeCanvas::snapshot(const QSize& pixels, double pixelsPerPoint) {
    VolumePicture picture;
    picture.of = snapshotRequest(pixels, pixelsPerPoint);
    if (!picture.of.volume) return {};
    picture.image = renderer_->draw(picture.of);
    return finishedSnapshot(picture);
}

}  // namespace tessera
