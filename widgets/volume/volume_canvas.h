// SPDX-License-Identifier: GPL-3.0-or-later
// A volume that one can turn: shows a VolumeDrawing with VTK and says what the hand did. Pictures are drawn
// on another thread (volume_renderer.h): shown is the newest that is finished, with its text laid out for the
// same camera. Where the display has no OpenGL it says so in one sentence, and everything but the picture
// works.
//
// Left: turn; middle or Shift: move; wheel or Ctrl: nearer, at the pointer; the cut plane's frame: move the
// cut. Keys: X, Y, Z or 1..6 the side (Shift: the opposite one), 0 isometric, R all of it, P parallel or
// perspective, arrows turn, + and - nearer and farther.
#pragma once

#include <QTimer>
#include <QWidget>
#include <memory>
#include <optional>

#include "widgets/jobs/job_runner.h"
#include "widgets/scenes/panel_scene.h"
#include "widgets/volume/volume_motion.h"
#include "widgets/volume/volume_request.h"

namespace tessera {

class VolumeRenderer;

// What lies under the pointer: a polygon with a meaning, or a mark, whose meaning is its number in its layer.
struct VolumePick {
    QString layer;
    std::int32_t meaning = -1;
    Eigen::Vector3d pointInVolume = Eigen::Vector3d::Zero();
};

class VolumeCanvas : public QWidget {
    Q_OBJECT
  public:
    explicit VolumeCanvas(JobRunner& jobs, QWidget* parent = nullptr);
    ~VolumeCanvas() override;

    // Made ready in a worker; the old picture stays until then. Null: none. Its box is brought into sight
    // unless the camera has been moved or set.
    void setDrawing(std::shared_ptr<const VolumeDrawing> drawing);
    const std::shared_ptr<const VolumeDrawing>& drawing() const { return drawing_; }
    // Drawn with it, in the same box, and made ready by itself: what changes often, and is small. Null: none.
    void setOverlay(std::shared_ptr<const VolumeDrawing> overlay);
    const std::shared_ptr<const VolumeDrawing>& overlay() const { return overlayDrawing_; }
    void setTheme(const SceneTheme& theme);  // paper is taken as opaque
    void setEmptyText(const QString& text);  // where there is no drawing
    void setLayerVisible(const QString& name, bool visible);
    bool isLayerVisible(const QString& name) const { return !hidden_.contains(name); }

    const VolumeCamera& camera() const { return camera_; }
    void setCamera(const VolumeCamera& camera);
    void resetCamera();                          // all of the box and its text, from where it is seen now
    bool isFitted() const { return isFitted_; }  // since then: it stays so when resized
    void setStandardView(tessera::StandardView view);
    void setParallel(bool parallel);
    // From the volume to the widget, in its coordinates.
    VolumeProjection projection() const;

    // Its normal has length 1; its position is kept so that it meets the box.
    void setCutPlane(const VolumePlane& plane, bool visible);
    const VolumePlane& cutPlane() const { return cut_.plane; }
    bool isCutVisible() const { return cut_.isVisible; }
    // Hides what lies on the eye's side of the cut plane, seen or not; clicks pass through it.
    void setClip(bool clip);
    bool isClipped() const { return cut_.clips; }

    // A polygon without a meaning is nothing; an opaque one hides what is behind it.
    std::optional<VolumePick> pickAt(const QPointF& widgetPoint) const;

    // Waits for the driver to be loaded, once in a process, unless a drawing has been set before.
    bool hasGl();
    QString problem();  // one sentence, if there is no picture; else empty
    // The picture on screen is of this drawing and camera, at its best.
    bool isUpToDate() const;
    // Milliseconds that the last picture took to draw.
    double lastFrameMs() const { return shown_ ? shown_->milliseconds : 0; }

    // At its best with all text, at any size; the view stays as it is. pixelsPerPoint 0: as large as text is
    // on a screen with 720 lines. Waits for a drawing that is not ready. Null without OpenGL, and for a side
    // that is longer than the graphics card allows.
    QImage snapshot(const QSize& pixels, double pixelsPerPoint = 0);
    // The same in two, for one who has it drawn by a renderer of his own and does not wait: what is seen now
    // at that size (without a volume where there is nothing to draw), and the finished picture with its text.
    VolumeRequest snapshotRequest(const QSize& pixels, double pixelsPerPoint = 0);
    QImage finishedSnapshot(const VolumePicture& picture) const;

    QSize sizeHint() const override { return {800, 600}; }
    QSize minimumSizeHint() const override { return {200, 160}; }

  Q_SIGNALS:
    void cameraChanged(const tessera::VolumeCamera& camera);  // by hand
    void picked(const QString& layer, int meaning, const Eigen::Vector3d& pointInVolume);
    void pickedNothing();  // a click on none
    // About 30 times a second while the pointer moves; empty layer: nothing is there.
    void hovered(const QString& layer, int meaning, const Eigen::Vector3d& pointInVolume);
    void cutPlaneMoved(const tessera::VolumePlane& plane);  // by hand, along its normal
    void rendered();                                        // a new picture, coarse or best, is on screen

  protected:
    void paintEvent(QPaintEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    enum class Drag { None, Turn, Pan, Zoom, Cut };

    void start();
    void requestVolume();
    void volumeArrived(std::shared_ptr<const PreparedVolume> volume);
    void requestOverlay();
    void overlayArrived(std::shared_ptr<const PreparedVolume> overlay);
    std::vector<Eigen::Vector3d> outermost() const;
    void pictureChanged();  // coarse now, best soon
    void ask();
    void pictureArrived();
    VolumeRequest view() const;                   // as it is wanted now
    void moveCamera(const VolumeCamera& camera);  // by hand
    void fit();
    PanelStyle style() const;
    double pointScale() const { return logicalDpiY() / 72.0; }  // widget lengths per point
    QSize pixelSize() const;
    void hover();
    Drag dragFor(Qt::MouseButton button, Qt::KeyboardModifiers modifiers, const QPointF& at) const;
    bool isOnCut(const QPointF& widgetPoint) const;
    void setCutHot(bool hot);
    void dragTo(const QPointF& at);

    JobRunner& jobs_;
    std::unique_ptr<VolumeRenderer> renderer_;
    bool isStarted_ = false;
    QString problem_, emptyText_;
    SceneTheme theme_ = SceneTheme::light();
    std::shared_ptr<const VolumeDrawing> drawing_;
    std::shared_ptr<const PreparedVolume> volume_;  // of the drawing, or of the one before until it is ready
    std::vector<Eigen::Vector3d> outermost_;        // points that stick out of its box
    std::shared_ptr<const VolumeDrawing> overlayDrawing_;
    std::shared_ptr<const PreparedVolume> overlay_;  // as volume_
    bool isOverlayBeingMade_ = false;
    QSet<QString> hidden_;
    VolumeCamera camera_;
    bool isFitted_ = true;  // until moved by hand or set: stays so when resized
    VolumeCut cut_;

    int version_ = 0;  // of all that a picture depends on
    bool wantsBest_ = false;
    std::optional<VolumePicture> shown_;  // the newest that is finished
    bool isShownNew_ = false;             // not painted yet
    QTimer askTimer_, stillTimer_, hoverTimer_;

    Drag drag_ = Drag::None;
    bool isDragging_ = false;  // beyond a click
    QPointF pressedAt_, draggedAt_, pointer_;
    VolumePlane cutAtPress_;
    bool isCutHot_ = false;  // the pointer is over its frame
};

}  // namespace tessera
