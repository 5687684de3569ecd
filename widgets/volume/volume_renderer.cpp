// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_renderer.h"

#include <QElapsedTimer>
#include <QThread>
#include <algorithm>

#include "widgets/jobs/told_order.h"
#include "widgets/volume/volume_frames_vtk.h"

namespace tessera {
namespace {

constexpr double kSmoothMs = 120;  // a still picture that may be drawn four times as large

// Requests of all canvases that best pictures of others give way to.
std::atomic<int> urgent = 0;

// Ends with the last canvas.
std::shared_ptr<QThread> drawingThread() {
    static std::weak_ptr<QThread> shared;
    auto thread = shared.lock();
    if (thread) return thread;
    thread = std::shared_ptr<QThread>(new QThread, [](QThread* ended) {
        ended->quit();
        ended->wait();
        delete ended;
    });
    thread->setObjectName(QStringLiteral("volume"));
    thread->start();
    shared = thread;
    return thread;
}

}  // namespace

VolumeRenderer::VolumeRenderer() = default;

void VolumeRenderer::loadDriver() {
    VolumeGl::loadDriver();
}

Result<std::unique_ptr<VolumeRenderer>> VolumeRenderer::create(bool threaded) {
    auto gl = VolumeGl::create();
    if (!gl.isOk()) return std::move(gl).propagate<std::unique_ptr<VolumeRenderer>>();
    std::unique_ptr<VolumeRenderer> renderer(new VolumeRenderer);
    renderer->gl_ = std::move(gl).value();
    if (threaded && QOpenGLContext::supportsThreadedOpenGL()) {
        renderer->thread_ = drawingThread();
        renderer->gl_->moveTo(renderer->thread_.get());
        renderer->moveToThread(renderer->thread_.get());
    }
    return renderer;
}

VolumeRenderer::~VolumeRenderer() {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_ && waiting_->isMoving) --urgent;
        waiting_.reset();
        isClosing_ = true;
    }
    // It comes home, so that what is still posted to it goes with it.
    runThere([this, home = QThread::currentThread()] {
        present_.reset();
        frames_.reset();
        gl_->close();
        gl_->moveTo(home);
        moveToThread(home);
    });
}

void VolumeRenderer::runThere(const std::function<void()>& work) {
    work_ = &work;
    if (!thread_) return runWork();
    orderedBefore(this);
    QMetaObject::invokeMethod(this, "runWork", Qt::BlockingQueuedConnection);
    orderedAfter(this);
}

void VolumeRenderer::runWork() {
    orderedAfter(this);
    (*work_)();
    orderedBefore(this);
}

void VolumeRenderer::request(VolumeRequest request) {
    {
        const std::lock_guard lock(mutex_);
        urgent += int(request.isMoving) - int(waiting_ && waiting_->isMoving);
        waiting_ = std::move(request);
        isReplaced_ = true;
    }
    wake();
}

std::optional<VolumePicture> VolumeRenderer::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(finished_, std::nullopt);
}

QImage VolumeRenderer::draw(const VolumeRequest& request) {
    if (request.pixels.isEmpty() ||
        std::max(request.pixels.width(), request.pixels.height()) > gl_->mostPixels())
        return {};
    QImage image;
    ++urgent;
    runThere([&] {
        frames().setVolume(request.volume, request.overlay);
        image = frames().best(request, {});
    });
    --urgent;
    return image;
}

void VolumeRenderer::wake() {
    const std::lock_guard lock(mutex_);
    if (isWoken_) return;
    isWoken_ = true;
    orderedBefore(this);
    QMetaObject::invokeMethod(this, "step", Qt::QueuedConnection);
}

VolumeFrames& VolumeRenderer::frames() {
    if (!frames_) frames_ = std::make_unique<VolumeFrames>(*gl_);
    return *frames_;
}

bool VolumeRenderer::isLeft() const {
    return isClosing_ || (!present_->isMoving && (isReplaced_ || urgent > 0));
}

bool VolumeRenderer::isNext() {
    const std::lock_guard lock(mutex_);
    isWoken_ = false;
    if (isClosing_) return false;
    if (waiting_) {
        if (waiting_->isMoving) --urgent;
        present_ = std::exchange(waiting_, std::nullopt);
        isStillDrawn_ = false;
        isReplaced_ = false;
    }
    return present_.has_value();
}

void VolumeRenderer::step() {
    orderedAfter(this);
    if (!isNext()) return;
    QElapsedTimer clock;
    clock.start();
    frames().setVolume(present_->volume, present_->overlay);
    if (!present_->volume) return present_.reset();
    VolumePicture picture;
    picture.of = *present_;
    const auto giveUp = [this] { return isLeft(); };
    picture.image = present_->isMoving ? frames_->moving(*present_, giveUp)
                    : isStillDrawn_    ? frames_->best(*present_, giveUp)
                                       : frames_->still(*present_, giveUp);
    // For a newer request, or for another canvas; then this one is drawn after it.
    if (frames_->isGivenUp()) return wake();
    picture.milliseconds = static_cast<double>(clock.nsecsElapsed()) / 1e6;
    const bool isLast = present_->isMoving || isStillDrawn_ || picture.milliseconds > kSmoothMs;
    picture.isBest = isLast && !present_->isMoving;
    isStillDrawn_ = true;
    if (isLast) present_.reset();
    finish(std::move(picture));
    if (!isLast) wake();
}

void VolumeRenderer::finish(VolumePicture picture) {
    {
        const std::lock_guard lock(mutex_);
        finished_ = std::move(picture);
    }
    Q_EMIT drawn();
}

}  // namespace tessera
