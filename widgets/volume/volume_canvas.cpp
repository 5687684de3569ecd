// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_canvas.h"

#include <QElapsedTimer>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/volume_axes.h"
#include "widgets/volume/volume_gl_vtk.h"
#include "widgets/volume/volume_stage_vtk.h"

namespace tessera {
namespace {

constexpr int kStillAfterMs = 200;
constexpr double kEasyMs = 15;    // a moving picture that may show more
constexpr double kUploadMs = 12;  // of pieces between two events
constexpr double kHeldMs = 150;   // a still picture that would hold up a drag
constexpr QSize kUploadSize{16, 16};

}  // namespace

VolumeCanvas::VolumeCanvas(JobRunner& jobs, QWidget* parent) : QWidget(parent), jobs_(jobs) {
    setAttribute(Qt::WA_OpaquePaintEvent);
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("3-D view"));
    for (QTimer* timer : {&stillTimer_, &uploadTimer_, &hoverTimer_}) timer->setSingleShot(true);
    connect(&stillTimer_, &QTimer::timeout, this, &VolumeCanvas::refine);
    connect(&uploadTimer_, &QTimer::timeout, this, &VolumeCanvas::uploadPieces);
    connect(&hoverTimer_, &QTimer::timeout, this, &VolumeCanvas::hover);
    auto gl = VolumeGl::create();
    if (!gl.isOk()) {
        problem_ = QString::fromStdString(gl.error().message);
        return;
    }
    gl_ = std::move(gl).value();
    stage_ = std::make_unique<VolumeStage>();
    gl_->addRenderer(stage_->renderer());
}

VolumeCanvas::~VolumeCanvas() {
    if (gl_) gl_->makeCurrent();
}

void VolumeCanvas::setDrawing(std::shared_ptr<const VolumeDrawing> drawing) {
    if (drawing == drawing_) return;
    drawing_ = std::move(drawing);
    outermost_ = drawing_ ? outermostPoints(*drawing_) : std::vector<Eigen::Vector3d>();
    if (drawing_) setCutPlane(cut_.plane, cut_.isVisible);
    if (isFitted_) fit();
    requestVolume();
    update();
}

void VolumeCanvas::requestVolume() {
    if (!gl_) return;
    uploadTimer_.stop();
    isUploading_ = false;
    if (!drawing_) {
        jobs_.cancelKey(this, QStringLiteral("volume"));
        gl_->makeCurrent();
        stage_->setNext(nullptr);
        picture_ = {};
        quality_ = Quality::None;
        return;
    }
    using Prepared = std::shared_ptr<const PreparedVolume>;
    jobs_.start<Prepared>(
        this, QStringLiteral("volume"), QString(), JobLane::Interactive,
        [drawing = drawing_](std::stop_token stop, Progress&) -> Result<Prepared> {
            auto volume = prepareVolume(drawing, stop);
            if (!volume) return Cancelled{};
            return volume;
        },
        [this](Result<Prepared> result) {
            if (result.isOk()) volumeArrived(std::move(result).value());
        });
}

void VolumeCanvas::volumeArrived(std::shared_ptr<const PreparedVolume> volume) {
    gl_->makeCurrent();
    stage_->setNext(std::move(volume));
    isUploading_ = true;
    uploadTimer_.start(0);
}

void VolumeCanvas::uploadPieces() {
    QElapsedTimer clock;
    clock.start();
    gl_->makeCurrent();
    while (stage_->showNextPiece()) {
        gl_->draw(kUploadSize, 0);
        if (static_cast<double>(clock.nsecsElapsed()) / 1e6 > kUploadMs) return uploadTimer_.start(0);
    }
    showVolume();
}

void VolumeCanvas::showVolume() {
    stage_->showNext();
    isUploading_ = false;
    // A guess; pictures that are too slow make it more.
    const std::size_t triangles = stage_->volume()->triangles;
    thrift_ = !gl_->isSoftware() ? 0 : triangles < 3000 ? 1 : triangles < 60000 ? 2 : 3;
    isThriftNew_ = true;
    pictureChanged();
    stillTimer_.start(0);
}

void VolumeCanvas::setTheme(const SceneTheme& theme) {
    theme_ = theme;
    if (stage_) stage_->setTheme(theme);
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

void VolumeCanvas::pictureChanged() {
    if (quality_ == Quality::Best && thrift_ > 0 && movingMs_ > 0 && movingMs_ < kEasyMs) {
        --thrift_;  // only as a motion begins: a change in its middle would be seen
        isThriftNew_ = true;
    }
    wanted_ = Quality::Moving;
    quality_ = Quality::None;
    stillTimer_.start(kStillAfterMs);
    update();
}

void VolumeCanvas::refine() {
    // A hand that rests and still holds will move on.
    if (drag_ != Drag::None && stillMs_ > kHeldMs) return stillTimer_.start(kStillAfterMs);
    wanted_ = wanted_ == Quality::Still ? Quality::Best : Quality::Still;
    quality_ = Quality::None;
    update();
}

bool VolumeCanvas::isUpToDate() const {
    if (!gl_ || !drawing_) return true;
    return !isUploading_ && stage_->volume() && stage_->volume()->drawing == drawing_ &&
           quality_ == Quality::Best && pictureSize_ == pixelSize();
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
    camera_ = fittedCamera(*drawing_, outermost_, camera_, look, view,
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
