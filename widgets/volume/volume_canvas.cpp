// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_canvas.h"

#include <algorithm>

#include "widgets/volume/volume_meshes_vtk.h"
#include "widgets/volume/volume_renderer.h"

namespace tessera {
namespace {

constexpr int kStillAfterMs = 200;

}  // namespace

VolumeCanvas::VolumeCanvas(JobRunner& jobs, QWidget* parent) : QWidget(parent), jobs_(jobs) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("3-D view"));
    for (QTimer* timer : {&askTimer_, &stillTimer_, &hoverTimer_}) timer->setSingleShot(true);
    connect(&askTimer_, &QTimer::timeout, this, &VolumeCanvas::ask);
    connect(&stillTimer_, &QTimer::timeout, this, [this] {
        wantsBest_ = true;
        ask();
    });
    connect(&hoverTimer_, &QTimer::timeout, this, &VolumeCanvas::hover);
}

VolumeCanvas::~VolumeCanvas() = default;

void VolumeCanvas::start() {
    if (std::exchange(isStarted_, true)) return;
    auto renderer = VolumeRenderer::create();
    if (!renderer.isOk()) {
        problem_ = QString::fromStdString(renderer.error().message);
        return update();
    }
    renderer_ = std::move(renderer).value();
    connect(renderer_.get(), &VolumeRenderer::drawn, this, &VolumeCanvas::pictureArrived);
}

bool VolumeCanvas::hasGl() {
    start();
    return renderer_ != nullptr;
}

QString VolumeCanvas::problem() {
    start();
    return problem_;
}

void VolumeCanvas::setDrawing(std::shared_ptr<const VolumeDrawing> drawing) {
    if (drawing == drawing_) return;
    drawing_ = std::move(drawing);
    if (drawing_) setCutPlane(cut_.plane, cut_.isVisible);
    requestVolume();
    update();
}

void VolumeCanvas::requestVolume() {
    if (isStarted_ && !renderer_) {  // no picture will want it ready
        outermost_ = drawing_ ? outermostPoints(*drawing_) : std::vector<Eigen::Vector3d>();
        if (isFitted_) fit();
        return;
    }
    if (!drawing_) {
        jobs_.cancelKey(this, QStringLiteral("volume"));
        volume_.reset();
        shown_.reset();
        if (renderer_) renderer_->request({});
        return;
    }
    using Prepared = std::shared_ptr<const PreparedVolume>;
    jobs_.start<Prepared>(
        this, QStringLiteral("volume"), QString(), JobLane::Interactive,
        [drawing = drawing_](std::stop_token stop, Progress&) -> Result<Prepared> {
            VolumeRenderer::loadDriver();
            auto volume = prepareVolume(drawing, stop);
            if (!volume) return Cancelled{};
            return volume;
        },
        [this](Result<Prepared> result) {
            if (result.isOk()) volumeArrived(std::move(result).value());
        });
}

void VolumeCanvas::volumeArrived(std::shared_ptr<const PreparedVolume> volume) {
    start();
    outermost_ = volume->outermost;
    if (renderer_) volume_ = std::move(volume);
    if (isFitted_) fit();
    pictureChanged();
}

void VolumeCanvas::setOverlay(std::shared_ptr<const VolumeDrawing> overlay) {
    if (overlay == overlayDrawing_) return;
    overlayDrawing_ = std::move(overlay);
    requestOverlay();
}

// One that is being made is finished, so that something is seen while a hand moves on and on.
void VolumeCanvas::requestOverlay() {
    if (isOverlayBeingMade_) return;
    if (!overlayDrawing_) return overlayArrived(nullptr);
    using Prepared = std::shared_ptr<const PreparedVolume>;
    isOverlayBeingMade_ = true;
    jobs_.start<Prepared>(
        this, QStringLiteral("overlay"), QString(), JobLane::Interactive,
        [drawing = overlayDrawing_](std::stop_token stop, Progress&) -> Result<Prepared> {
            auto overlay = prepareVolume(drawing, stop);
            if (!overlay) return Cancelled{};
            return overlay;
        },
        [this](Result<Prepared> result) {
            isOverlayBeingMade_ = false;
            if (!result.isOk()) return;
            const bool isLatest = result.value()->drawing == overlayDrawing_;
            overlayArrived(std::move(result).value());
            if (!isLatest) requestOverlay();
        });
}

void VolumeCanvas::overlayArrived(std::shared_ptr<const PreparedVolume> overlay) {
    const bool stuckOut = overlay_ && !overlay_->outermost.empty();
    overlay_ = std::move(overlay);
    const bool sticksOut = overlay_ && !overlay_->outermost.empty();
    if (isFitted_ && (stuckOut || sticksOut)) fit();
    pictureChanged();
}

std::vector<Eigen::Vector3d> VolumeCanvas::outermost() const {
    auto points = outermost_;
    if (overlay_) points.insert(points.end(), overlay_->outermost.begin(), overlay_->outermost.end());
    return points;
}

void VolumeCanvas::setTheme(const SceneTheme& theme) {
    theme_ = theme;
    theme_.paper.setAlpha(255);
    pictureChanged();
}

void VolumeCanvas::setEmptyText(const QString& text) {
    emptyText_ = text;
    update();
}

void VolumeCanvas::setLayerVisible(const QString& name, bool visible) {
    if (visible == isLayerVisible(name)) return;
    visible ? void(hidden_.remove(name)) : void(hidden_.insert(name));
    pictureChanged();
}

// However much changes between two events, one picture is asked for.
void VolumeCanvas::pictureChanged() {
    ++version_;
    wantsBest_ = false;
    stillTimer_.start(kStillAfterMs);
    askTimer_.start(0);
}

VolumeRequest VolumeCanvas::view() const {
    return {volume_,     overlay_, camera_,     cut_,
            hidden_,     theme_,   pixelSize(), pointScale() * devicePixelRatioF(),
            !wantsBest_, version_};
}

void VolumeCanvas::ask() {
    if (renderer_ && volume_ && isVisible()) renderer_->request(view());
}

void VolumeCanvas::pictureArrived() {
    auto picture = renderer_->take();
    if (!picture || !volume_) return;  // taken before; of a drawing that is gone
    const bool isNewVolume = !shown_ || shown_->of.volume != picture->of.volume;
    shown_ = std::move(picture);
    isShownNew_ = true;
    problem_ = shown_->image.isNull()
                   ? tr("The graphics driver could not draw this view; make it smaller, or use Export, which "
                        "draws without it.")
                   : QString();
    // Nothing moves: what is new need not wait for its best.
    if (isNewVolume && shown_->of.version == version_ && !shown_->isBest) stillTimer_.start(0);
    update();
}

bool VolumeCanvas::isUpToDate() const {
    if (!drawing_ || (isStarted_ && !renderer_)) return true;
    return shown_ && shown_->isBest && shown_->of.version == version_ &&
           shown_->of.volume->drawing == drawing_ && shown_->of.pixels == pixelSize() &&
           (overlay_ ? overlay_->drawing : nullptr) == overlayDrawing_ && shown_->of.overlay == overlay_;
}

void VolumeCanvas::setCamera(const VolumeCamera& camera) {
    isFitted_ = false;
    camera_ = camera;
    pictureChanged();
}

void VolumeCanvas::moveCamera(const VolumeCamera& camera) {
    setCamera(camera);
    Q_EMIT cameraChanged(camera_);
}

void VolumeCanvas::fit() {
    if (!drawing_ || width() < 8 || height() < 8) return;
    const PanelStyle look = style();
    const QRectF view(QPointF(0, 0), QSizeF(size()) / pointScale());
    const double margin = look.fontPt * 0.8;
    camera_ = fittedCamera(*drawing_, outermost(), camera_, look, view,
                           view.adjusted(margin, margin, -margin, -margin));
    pictureChanged();
}

void VolumeCanvas::resetCamera() {
    isFitted_ = true;
    fit();
}

void VolumeCanvas::setStandardView(StandardView view) {
    camera_ = standardView(camera_, view);
    resetCamera();
    pictureChanged();
}

void VolumeCanvas::setParallel(bool parallel) {
    if (parallel == camera_.parallel) return;
    camera_ = withParallel(camera_, parallel);
    if (isFitted_) fit();
    pictureChanged();
}

VolumeProjection VolumeCanvas::projection() const {
    return {camera_, QRectF(rect())};
}

void VolumeCanvas::setCutPlane(const VolumePlane& plane, bool visible) {
    VolumeCut cut = cut_;
    cut.plane = plane;
    cut.isVisible = visible;
    if (drawing_) {
        const auto [lowest, highest] = positionsInBox(plane.normal, drawing_->low, drawing_->high);
        cut.plane.position = std::clamp(plane.position, lowest, highest);
    }
    if (cut == cut_) return;
    cut_ = cut;
    pictureChanged();
}
void VolumeCanvas::setClip(bool clip) {
    if (clip == cut_.clips) return;
    cut_.clips = clip;
    pictureChanged();
}

}  // namespace tessera
