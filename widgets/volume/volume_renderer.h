// SPDX-License-Identifier: GPL-3.0-or-later
// Draws a canvas's pictures on a thread of their own, so that the window is never held up. All canvases share
// the thread: VTK is not made to draw on two at once, and pictures for a moving hand come before others'.
// Where Qt says that the platform has no OpenGL on other threads, the same steps run on the window's thread
// between its events.
#pragma once

#include <QObject>
#include <atomic>
#include <mutex>
#include <optional>

#include "core/base/result.h"
#include "widgets/volume/volume_request.h"

class QThread;

namespace tessera {

class VolumeFrames;
class VolumeGl;

// Made, asked and destroyed on the window's thread.
class VolumeRenderer : public QObject {
    Q_OBJECT
  public:
    // So that create() takes no time; from any thread.
    static void loadDriver();
    // An error where there is no OpenGL that serves. `threaded` false: for tests.
    static Result<std::unique_ptr<VolumeRenderer>> create(bool threaded = true);
    ~VolumeRenderer() override;  // gives up what is under way

    // Returns at once. The latest wins: one that waits is replaced, one that is drawn at its best is given
    // up; a moving one that is under way is finished, so that something is seen.
    void request(VolumeRequest request);
    // The newest finished picture; each is given once.
    std::optional<VolumePicture> take();
    // At its best, and waits for it. Null for a size beyond the graphics card or memory.
    QImage draw(const VolumeRequest& request);

  Q_SIGNALS:
    void drawn();  // there is one to take

  private Q_SLOTS:
    // Called by name: what is posted then holds nothing that ThreadSanitizer would take for unordered.
    void step();  // one picture
    void runWork();

  private:
    VolumeRenderer();
    void wake();
    bool isNext();
    VolumeFrames& frames();
    void runThere(const std::function<void()>& work);  // waits for it
    bool isLeft() const;                               // the picture under way is not worth finishing
    void finish(VolumePicture picture);

    std::shared_ptr<QThread> thread_;  // null: the window's
    std::unique_ptr<VolumeGl> gl_;

    // Between the threads.
    const std::function<void()>* work_ = nullptr;
    std::mutex mutex_;
    std::optional<VolumeRequest> waiting_;
    std::optional<VolumePicture> finished_;
    bool isWoken_ = false;
    std::atomic<bool> isReplaced_ = false, isClosing_ = false;

    // Of the thread that draws.
    std::unique_ptr<VolumeFrames> frames_;
    std::optional<VolumeRequest> present_;
    bool isStillDrawn_ = false;  // of the present one, which is drawn smoothly next
};

}  // namespace tessera
