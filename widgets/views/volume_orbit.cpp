// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/volume_orbit.h"

#include <QDir>
#include <QProcess>
#include <QStandardPaths>

#include "widgets/volume/volume_canvas.h"
#include "widgets/volume/volume_renderer.h"

namespace tessera {
namespace {

constexpr int kFramesPerSecond = 30;

QString framePath(const QString& folder, int frame) {
    return QDir(folder).filePath(QStringLiteral("frame_%1.png").arg(frame, 4, 10, QLatin1Char('0')));
}

}  // namespace

VolumeOrbit::VolumeOrbit(VolumeCanvas& canvas, JobRunner& jobs, QObject* parent)
    : QObject(parent), canvas_(canvas), jobs_(jobs) {}

void VolumeOrbit::start(const QString& folder, int frames, const QSize& pixels) {
    folder_ = folder;
    // Encoders want even sides.
    pixels_ = QSize(pixels.width() / 2 * 2, pixels.height() / 2 * 2);
    seen_ = canvas_.snapshotRequest(pixels_);
    next_ = 0;
    frames_ = frames;
    if (!seen_.volume) return end(canvas_.hasGl() ? tr("There is nothing to go round.") : canvas_.problem());
    auto renderer = VolumeRenderer::create();
    if (!renderer.isOk()) return end(QString::fromStdString(renderer.error().message));
    renderer_ = std::move(renderer).value();
    connect(renderer_.get(), &VolumeRenderer::drawn, this, &VolumeOrbit::frameDrawn);
    drawNext();
}

VolumeOrbit::~VolumeOrbit() = default;

void VolumeOrbit::cancel() {
    if (isRunning()) end(tr("Cancelled: %1 of %2 frames are in %3.").arg(next_).arg(frames_).arg(folder_));
}

void VolumeOrbit::drawNext() {
    VolumeRequest frame = seen_;
    frame.camera = seen_.camera.turned(360.0 * next_ / frames_, 0);
    frame.version = next_;
    renderer_->request(frame);
}

void VolumeOrbit::frameDrawn() {
    if (!isRunning() || !renderer_) return;
    const auto drawn = renderer_->take();
    if (!drawn || !drawn->isBest || drawn->of.version != next_) return;
    const QImage picture = canvas_.finishedSnapshot(*drawn);
    const QString path = framePath(folder_, next_);
    if (picture.isNull())
        return end(tr("Frames of %1 by %2 pixels cannot be drawn here; choose smaller ones.")
                       .arg(pixels_.width())
                       .arg(pixels_.height()));
    // Compressing a picture takes as long as drawing it: beside the window.
    jobs_.start<Done>(
        this, QStringLiteral("frame"), QString(), JobLane::Background,
        [picture, path](std::stop_token, Progress&) -> Result<Done> {
            if (picture.save(path)) return Done{};
            return fileError(path.toStdString() + " cannot be written; choose another folder.");
        },
        [this](Result<Done> written) {
            if (!isRunning()) return;
            if (written.isError()) return end(QString::fromStdString(written.error().message));
            ++next_;
            Q_EMIT progressed(next_, frames_);
            if (isRunning()) return drawNext();
            renderer_.reset();
            encode();
        });
}

void VolumeOrbit::encode() {
    const QString ffmpeg = QStandardPaths::findExecutable(QStringLiteral("ffmpeg"));
    const QString pictures = tr("%1 frames are in %2").arg(frames_).arg(folder_);
    if (ffmpeg.isEmpty())
        return end(tr("%1; with ffmpeg installed there would be a video as well.").arg(pictures));
    auto* process = new QProcess(this);
    process->setWorkingDirectory(folder_);
    connect(process, &QProcess::finished, this, [this, process, pictures](int code) {
        process->deleteLater();
        end(code == 0 ? tr("%1, and a video of them: orbit.mp4.").arg(pictures)
                      : tr("%1; ffmpeg could not make a video of them.").arg(pictures));
    });
    connect(process, &QProcess::errorOccurred, this, [this, process, pictures](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart) return;
        process->deleteLater();
        end(tr("%1; ffmpeg could not be started.").arg(pictures));
    });
    process->start(ffmpeg,
                   {QStringLiteral("-y"), QStringLiteral("-loglevel"), QStringLiteral("error"),
                    QStringLiteral("-framerate"), QString::number(kFramesPerSecond), QStringLiteral("-i"),
                    QStringLiteral("frame_%04d.png"), QStringLiteral("-pix_fmt"), QStringLiteral("yuv420p"),
                    QStringLiteral("orbit.mp4")});
}

void VolumeOrbit::end(const QString& sentence) {
    next_ = frames_ = 0;
    renderer_.reset();
    seen_ = {};
    Q_EMIT finished(sentence);
}

}  // namespace tessera
