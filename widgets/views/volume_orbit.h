// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of a volume from all round it, one a frame, and a video of them where ffmpeg is installed. Frames
// are drawn and written beside the window; the camera on screen stays as it is.
#pragma once

#include <QObject>
#include <QSize>
#include <QString>

#include "widgets/jobs/job_runner.h"
#include "widgets/volume/volume_request.h"

namespace tessera {

class VolumeCanvas;
class VolumeRenderer;

class VolumeOrbit : public QObject {
    Q_OBJECT
  public:
    VolumeOrbit(VolumeCanvas& canvas, JobRunner& jobs, QObject* parent);
    ~VolumeOrbit() override;

    // frame_0000.png and so on in `folder`, once round; replaces one that is under way.
    void start(const QString& folder, int frames, const QSize& pixels);
    void cancel();
    bool isRunning() const { return next_ < frames_; }

  Q_SIGNALS:
    void progressed(int done, int frames);
    void finished(const QString& sentence);  // what was written, or why not

  private:
    void drawNext();
    void frameDrawn();
    void encode();
    void end(const QString& sentence);

    VolumeCanvas& canvas_;
    JobRunner& jobs_;
    QString folder_;
    QSize pixels_;
    VolumeRequest seen_;  // what the canvas showed when it was started
    std::unique_ptr<VolumeRenderer> renderer_;
    int next_ = 0, frames_ = 0;
};

}  // namespace tessera
