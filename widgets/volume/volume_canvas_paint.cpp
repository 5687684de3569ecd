// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/mark_labels.h"
#include "widgets/scenes/volume_axes.h"
#include "widgets/volume/cut_frame.h"
#include "widgets/volume/volume_canvas.h"
#include "widgets/volume/volume_gl_vtk.h"
#include "widgets/volume/volume_stage_vtk.h"
#include "widgets/volume/volume_triad.h"

namespace tessera {
namespace {

constexpr double kSlowMs = 45;     // a moving picture that must show less: 20 a second with what Qt adds
constexpr double kSmoothMs = 120;  // a still picture that may be drawn four times as large
constexpr qint64 kMostSmooth = 17'000'000;  // pixels then drawn
constexpr int kMostThrift = 4;
constexpr int kPeels = 16, kPeelsOfMany = 6;
constexpr std::size_t kMany = 50000;  // triangles, for a processor that draws them
constexpr int kSamples = 4;
constexpr double kScreenLines = 720;
constexpr std::size_t kMostMovingNames = 200;

}  // namespace

PanelStyle VolumeCanvas::style() const {
    PanelStyle style;
    style.theme = theme_;
    style.theme.paper.setAlpha(255);
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

// What is left out while the hand moves, little by little: the order of translucent faces, outlines, faces
// too small to be missed, every second pixel.
VolumeDetail VolumeCanvas::movingDetail() const {
    VolumeDetail detail;
    detail.peels = thrift_ == 0 ? kPeelsOfMany : 0;
    detail.outlines = thrift_ < 2;
    detail.coarse = thrift_ >= 3;
    return detail;
}

QImage VolumeCanvas::draw(const QSize& pixels, double pixelsPerPoint, const VolumeDetail& detail,
                          int samples) {
    stage_->setHidden(hidden_);
    stage_->setCut(cut_);
    stage_->arrange(camera_, detail, pixelsPerPoint);
    return gl_->draw(pixels, samples);
}

QImage VolumeCanvas::drawBest(const QSize& pixels, double pixelsPerPoint, bool smooth) {
    stage_->setHidden(hidden_);
    stage_->setCut(cut_);
    VolumeDetail detail;
    // Samples within a pixel and depth peeling exclude each other: then more pixels are drawn.
    const bool isTranslucent = stage_->showsTranslucent();
    if (smooth && !isTranslucent) return draw(pixels, pixelsPerPoint, detail, kSamples);
    if (isTranslucent) {
        const bool isMany = gl_->isSoftware() && stage_->volume()->triangles > kMany;
        detail.peels = isMany ? kPeelsOfMany : kPeels;
    }
    const QSize twice = pixels * 2;
    if (!smooth || qint64(twice.width()) * twice.height() > kMostSmooth ||
        std::max(twice.width(), twice.height()) > gl_->mostPixels()) {
        detail.softenEdges = true;
        return draw(pixels, pixelsPerPoint, detail, 0);
    }
    const QImage large = draw(twice, 2 * pixelsPerPoint, detail, 0);
    QImage image(pixels, QImage::Format_RGB32);
    if (large.isNull() || image.isNull()) return {};
    QPainter painter(&image);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRectF(image.rect()), large);
    return image;
}

void VolumeCanvas::drawPicture(Quality quality) {
    QElapsedTimer clock;
    clock.start();
    const double pixelsPerPoint = style().pixelsPerPoint;
    const QSize pixels = pixelSize();
    if (quality == Quality::Moving) {
        const bool isHalf = thrift_ >= kMostThrift;
        const QSize drawn = isHalf ? (pixels / 2).expandedTo({1, 1}) : pixels;
        picture_ = draw(drawn, isHalf ? pixelsPerPoint / 2 : pixelsPerPoint, movingDetail(), 0);
    } else {
        picture_ = drawBest(pixels, pixelsPerPoint, quality == Quality::Best);
    }
    pictureSize_ = pixels;
    quality_ = quality;
    frameMs_ = static_cast<double>(clock.nsecsElapsed()) / 1e6;
    if (quality == Quality::Moving) {
        movingMs_ = frameMs_;
        if (frameMs_ > kSlowMs && !isThriftNew_ && thrift_ < kMostThrift) {
            ++thrift_;
            isThriftNew_ = true;
        } else {
            isThriftNew_ = false;
        }
    } else if (quality == Quality::Still) {
        stillMs_ = frameMs_;
        if (frameMs_ < kSmoothMs)
            stillTimer_.start(0);
        else
            quality_ = Quality::Best;  // as good as it gets
    }
}

float VolumeCanvas::lightFrom(const Eigen::Vector3d& pointInVolume, const VolumeProjection& sight) const {
    if (cut_.hides(pointInVolume, camera_)) return 0;
    const Eigen::Vector3d page = sight.pageFromVolume(pointInVolume);
    const VolumeRay ray = rayThrough(sight, {page.x(), page.y()});
    // Half a mark is before what it lies on.
    const double distance = (pointInVolume - ray.origin).dot(ray.direction) * (1 - 1e-3);
    const auto& volume = *stage_->volume();
    double light = 1;
    volume.picker.nearest(ray, [&](const VolumeHit& hit) {
        const VolumeFaces& layer = volume.drawing->faces[static_cast<std::size_t>(hit.layer)];
        if (hit.distance < distance && isLayerVisible(layer.name) && !cut_.hides(hit.point, camera_))
            light *= 1 - std::min(layer.opacity, 1.0);
        return light == 0;  // else all that is before it counts
    });
    return static_cast<float>(light);
}

void VolumeCanvas::paintMarkNames(QPainter& painter, const VolumeProjection& inPoints, const PanelStyle& look,
                                  const QRectF& room, const VolumeAxes& axes) const {
    VolumeDrawing named;
    std::size_t count = 0;
    for (const auto& marks : stage_->volume()->drawing->marks) {
        if (!isLayerVisible(marks.name)) continue;
        named.marks.push_back(marks);
        for (const auto& label : marks.labels) count += !label.isEmpty();
    }
    if (count == 0 || (quality_ == Quality::Moving && count > kMostMovingNames)) return;
    const auto shapes = shapesOnPage(named, inPoints, room, {});
    if (!shapes) return;
    std::vector<float> seen;
    for (const auto& mark : shapes->marks)
        seen.push_back(lightFrom(
            named.marks[static_cast<std::size_t>(mark.layer)].points[static_cast<std::size_t>(mark.mark)],
            inPoints));
    std::vector<QRectF> taken;
    for (const auto& axis : axes.axes) {
        if (!axis.titleBox.isEmpty()) taken.push_back(axis.titleBox.boundingRect());
        for (const auto& tick : axis.ticks)
            if (!tick.text.isEmpty()) taken.push_back(tick.rect);
    }
    paintMarkLabels(painter, named, *shapes, seen, taken, look, room);
}

void VolumeCanvas::paintText(QPainter& painter, const QSizeF& sizePt, const PanelStyle& look) const {
    const QRectF room(QPointF(0, 0), sizePt);
    const VolumeProjection inPoints(camera_, room);
    const VolumeDrawing& shown = *stage_->volume()->drawing;
    const VolumeAxes axes = layoutVolumeAxes(shown, inPoints, outermost_, look, room);
    paintVolumeAxes(painter, axes, look);
    paintMarkNames(painter, inPoints, look, room, axes);
    if (cut_.isVisible) {
        if (isCutHot_) {
            QPolygonF frame;
            for (const auto& corner : cutFrame(shown, cut_.plane)) {
                const Eigen::Vector3d page = inPoints.pageFromVolume(corner);
                frame << QPointF(page.x(), page.y());
            }
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(cutColour(theme_), 2));
            painter.drawPolygon(frame);
        }
        paintCutHandle(painter, shown, inPoints, cut_.plane, theme_, isCutHot_);
    }
    const double reach = volumeTriadReach(look);
    paintVolumeTriad(painter, shown.axes, inPoints.axes(), {reach, sizePt.height() - reach}, look);
}

void VolumeCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QColor paper = theme_.paper;
    paper.setAlpha(255);
    painter.fillRect(rect(), paper);
    if (!problem_.isEmpty() || !drawing_) {
        painter.setPen(theme_.faintInk);
        painter.drawText(rect().adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap,
                         problem_.isEmpty() ? emptyText_ : problem_);
        return;
    }
    if (!stage_->volume()) return;
    const bool isNew = quality_ == Quality::None || pictureSize_ != pixelSize();
    if (isNew) drawPicture(wanted_);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, picture_.size() != pictureSize_);
    painter.drawImage(QRectF(QPointF(0, 0), QSizeF(pictureSize_) / devicePixelRatioF()), picture_);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(pointScale(), pointScale());
    paintText(painter, QSizeF(size()) / pointScale(), style());
    painter.end();
    if (isNew) Q_EMIT rendered();
}

QImage VolumeCanvas::snapshot(const QSize& pixels, double pixelsPerPoint) {
    if (!gl_ || !drawing_ || pixels.isEmpty() ||
        std::max(pixels.width(), pixels.height()) > gl_->mostPixels())
        return {};
    gl_->makeCurrent();
    if (!stage_->volume() || stage_->volume()->drawing != drawing_) {
        jobs_.cancelKey(this, QStringLiteral("volume"));
        uploadTimer_.stop();
        stage_->setNext(prepareVolume(drawing_, {}));
        showVolume();
    }
    PanelStyle look = style();
    look.pixelsPerPoint =
        pixelsPerPoint > 0
            ? pixelsPerPoint
            : 96.0 / 72 * std::max(std::min(pixels.width(), pixels.height()) / kScreenLines, 0.25);
    QImage image = drawBest(pixels, look.pixelsPerPoint, true);
    if (image.isNull()) return image;
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(look.pixelsPerPoint, look.pixelsPerPoint);
    paintText(painter, QSizeF(pixels) / look.pixelsPerPoint, look);
    return image;
}

}  // namespace tessera
