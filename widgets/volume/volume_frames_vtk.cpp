// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_frames_vtk.h"

#include <QElapsedTimer>
#include <QPainter>
#include <algorithm>

namespace tessera {
namespace {

constexpr double kSlowMs = 45;  // a moving picture that must show less: 20 a second with what Qt adds
constexpr double kEasyMs = 15;  // and one that may show more
constexpr int kMostThrift = 4;
constexpr qint64 kMostSmooth = 17'000'000;  // pixels of a picture drawn four times as large
constexpr int kPeels = 16, kPeelsOfMany = 6;
constexpr std::size_t kMany = 50000;  // triangles, for a processor that draws them
constexpr int kSamples = 4;

}  // namespace

VolumeFrames::VolumeFrames(VolumeGl& gl) : gl_(gl) {
    gl_.start(stage_.renderer());
}

void VolumeFrames::setVolume(const std::shared_ptr<const PreparedVolume>& volume,
                             const std::shared_ptr<const PreparedVolume>& overlay) {
    gl_.makeCurrent();
    stage_.setOverlay(volume ? overlay : nullptr);
    if (volume == stage_.volume()) return;
    stage_.setVolume(volume);
    if (!volume) return;
    // A guess; pictures that are too slow make it more.
    const std::size_t triangles = volume->triangles;
    thrift_ = !gl_.isSoftware() ? 0 : triangles < 3000 ? 1 : triangles < 60000 ? 2 : 3;
    isThriftNew_ = true;
    movingMs_ = 0;
}

QImage VolumeFrames::draw(const VolumeRequest& view, const QSize& pixels, double pixelsPerPoint,
                          const VolumeDetail& detail, int samples, const GiveUp& giveUp) {
    VolumeAbort& abort = stage_.abort();
    abort = {giveUp};
    stage_.arrange(view, detail, pixelsPerPoint);
    QImage image = gl_.draw(pixels, samples, [&] { return abort.asks(); });
    isGivenUp_ = abort.isGivenUp;
    abort = {};
    return image;
}

// What is left out while the hand moves, little by little: the order of translucent faces, outlines, faces
// too small to be missed, every second pixel.
VolumeDetail VolumeFrames::movingDetail() const {
    VolumeDetail detail;
    detail.peels = thrift_ == 0 ? kPeelsOfMany : 0;
    detail.outlines = thrift_ < 2;
    detail.coarse = thrift_ >= 3;
    return detail;
}

QImage VolumeFrames::moving(const VolumeRequest& view, const GiveUp& giveUp) {
    if (isAtRest_ && thrift_ > 0 && movingMs_ > 0 && movingMs_ < kEasyMs) {
        --thrift_;  // only as a motion begins: a change in its middle would be seen
        isThriftNew_ = true;
    }
    const bool isHalf = thrift_ >= kMostThrift;
    QElapsedTimer clock;
    clock.start();
    QImage image = draw(view, isHalf ? (view.pixels / 2).expandedTo({1, 1}) : view.pixels,
                        isHalf ? view.pixelsPerPoint / 2 : view.pixelsPerPoint, movingDetail(), 0, giveUp);
    if (isGivenUp_) return image;
    isAtRest_ = false;
    movingMs_ = static_cast<double>(clock.nsecsElapsed()) / 1e6;
    const bool wasThriftNew = std::exchange(isThriftNew_, false);
    if (movingMs_ > kSlowMs && !wasThriftNew && thrift_ < kMostThrift) {
        ++thrift_;
        isThriftNew_ = true;
    }
    return image;
}

QImage VolumeFrames::whole(const VolumeRequest& view, const GiveUp& giveUp, bool smooth) {
    isAtRest_ = true;
    VolumeDetail detail;
    // Samples within a pixel and depth peeling exclude each other: then more pixels are drawn.
    const bool isTranslucent = stage_.showsTranslucent(view);
    if (smooth && !isTranslucent)
        return draw(view, view.pixels, view.pixelsPerPoint, detail, kSamples, giveUp);
    if (isTranslucent) {
        const bool isMany = gl_.isSoftware() && stage_.volume()->triangles > kMany;
        detail.peels = isMany ? kPeelsOfMany : kPeels;
    }
    const QSize twice = view.pixels * 2;
    if (!smooth || qint64(twice.width()) * twice.height() > kMostSmooth ||
        std::max(twice.width(), twice.height()) > gl_.mostPixels()) {
        detail.softenEdges = true;
        return draw(view, view.pixels, view.pixelsPerPoint, detail, 0, giveUp);
    }
    const QImage large = draw(view, twice, 2 * view.pixelsPerPoint, detail, 0, giveUp);
    QImage image(view.pixels, QImage::Format_RGB32);
    if (large.isNull() || image.isNull()) return {};
    QPainter painter(&image);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRectF(image.rect()), large);
    return image;
}

}  // namespace tessera
