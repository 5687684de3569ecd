// SPDX-License-Identifier: GPL-3.0-or-later
// When the picture is painted anew, in a worker.
#include <cmath>

#include "widgets/views/slice_view.h"

namespace tessera {

bool SliceView::imageIsCurrent() const {
    if (image_.isNull() || shownVersion_ != pictureVersion_ ||
        image_.planeVersion != computation_.planeVersion())
        return false;
    const double wanted = plotRect().width() * devicePixelRatioF() / (layout_.high.x() - layout_.low.x());
    return image_.covers(layout_.low, layout_.high) && std::abs(image_.pixelsPerUnit() / wanted - 1) < 0.002;
}

void SliceView::requestImage() {
    // One at a time: replacing a running one at every wheel notch would never finish any.
    if (isPainting_ || !computation_.hasPlane() || layout_.plot.isEmpty()) return;
    if (!computation_.field() && !computation_.arrangement()) return;  // the old picture stays
    isPainting_ = true;
    const double dpr = devicePixelRatioF();
    const QSize visible(static_cast<int>(std::lround(plotRect().width() * dpr)),
                        static_cast<int>(std::lround(plotRect().height() * dpr)));
    const auto version = pictureVersion_;
    const auto planeVersion = computation_.planeVersion(), built = builtVersion_;
    const SliceTurn turn = computation_.turn();
    jobs_.start<PlotImage>(
        this, QStringLiteral("paint"), QString(), JobLane::Interactive,
        [scene = screenScene(), s = style(), visible](std::stop_token stop, Progress&) -> Result<PlotImage> {
            PlotImage image = paintPlotImage(scene, s, visible, overscanFor(visible), stop);
            if (stop.stop_requested()) return Cancelled{};
            return image;
        },
        [this, version, planeVersion, built, turn](Result<PlotImage> result) {
            isPainting_ = false;
            if (result.isError()) Q_EMIT noticeRaised(QString::fromStdString(result.error().message));
            if (!result.isOk()) return;
            PlotImage image = std::move(result).value();
            image.planeVersion = planeVersion;
            image.builtVersion = built;
            image.rotation = turn.rotation;
            image.tilt = turn.tilt;
            image.secondTilt = turn.secondTilt;
            shownVersion_ = version;
            imageArrived(std::move(image));
        });
}

void SliceView::imageArrived(PlotImage image) {
    image_ = std::move(image);
    updateLayout();
    if (!imageIsCurrent()) requestImage();
    update();
}

bool SliceView::isUpToDate() const {
    return !computation_.isBusy() && !isPainting_ && !computeTimer_.isActive() && imageIsCurrent();
}

}  // namespace tessera
