// SPDX-License-Identifier: GPL-3.0-or-later
// The slice one can hold: shows what SliceComputation finds, and turns mouse and keys into new windows,
// planes and anchors. All painting of substance happens in a worker; paintEvent puts down pixels and draws
// axes, anchors and the hover card.
#pragma once

#include <QTimer>
#include <QWidget>
#include <optional>

#include "widgets/scenes/figure.h"
#include "widgets/scenes/slice_layout.h"
#include "widgets/views/plot_image.h"
#include "widgets/views/slice_computation.h"
#include "widgets/views/slice_focus.h"
#include "widgets/views/slice_hover.h"

namespace tessera {

// The part of the plane that a view shows: its centre in slice coordinates, and slice units per point on
// screen. Fitted: the plane's whole window, at whatever size the view has.
struct SliceLook {
    Eigen::Vector2d centre = {0, 0};
    double unitsPerPoint = 0;
    bool isFitted = true;
    bool operator==(const SliceLook&) const = default;
};

class SliceView : public QWidget {
    Q_OBJECT
  public:
    SliceView(Workspace& workspace, JobRunner& jobs, QWidget* parent = nullptr);

    Workspace& workspace() const { return workspace_; }
    JobRunner& jobs() const { return jobs_; }
    SliceComputation& computation() { return computation_; }
    const SliceComputation& computation() const { return computation_; }
    const SliceSwitches& switches() const { return switches_; }
    void setSwitches(const SliceSwitches& switches);
    int samplesShown() const { return samplesShown_; }
    void setSamplesShown(int most);  // nearest to the plane; those in it are always shown
    void setHoverCardShown(bool shown);

    // What is seen now, for a figure.
    SliceScene scene() const;
    std::string provenance() const;
    const std::vector<SliceMarker>& samplesInView() const { return samples_; }
    const SliceFocus& focus() const { return *focus_; }
    const SliceHover& hover() const { return hover_; }
    Eigen::Vector2d visibleLow() const { return layout_.low; }
    Eigen::Vector2d visibleHigh() const { return layout_.high; }
    // Where the view looks: kept over a new plane if it is not laid yet.
    SliceLook look() const { return {centre_, unitsPerPoint_, isFitted_}; }
    void setLook(const SliceLook& look);
    // In widget coordinates.
    QRectF plotRect() const;
    QPointF widgetPoint(const Eigen::Vector2d& pointInSlice) const;
    Eigen::Vector2d slicePoint(const QPointF& widgetPoint) const;
    // True when the picture is that of the present plane, window and settings and nothing is under way.
    bool isUpToDate() const;
    QString status() const { return computation_.status(); }
    QString banner() const { return computation_.banner(); }

    QSize sizeHint() const override { return {900, 640}; }
    QSize minimumSizeHint() const override { return {260, 200}; }

  public Q_SLOTS:
    void fit();
    void zoom(double factor);  // about the centre
    void panBy(double fractionX, double fractionY);
    void cancel() { computation_.cancel(); }
    void copyPlane();  // for another slice view
    void pastePlane();
    void setTurn(const tessera::SliceTurn& turn);
    void exportFigure() { Q_EMIT exportRequested(); }
    void writeFigureFile(const QString& path, tessera::FigureOptions options);

  Q_SIGNALS:
    void resultChanged(
        std::shared_ptr<const tessera::LinearRegions::Output> regions);  // null: none; partial ones say so
    void hoverChanged();
    void switchesChanged();
    void turnChanged();
    void lookChanged();
    void statusChanged();
    void exportRequested();
    void noticeRaised(const QString& sentence);  // something failed, or a figure was written

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    bool event(QEvent* event) override;  // tooltips of samples

  private:
    void planeChanged(bool isNew);
    void resultsChanged();
    void updateLayout();
    void windowMoved();  // layout, cheap repaint, and new results after a pause
    void applyLook(const SliceLook& look);
    void computeVisible();
    void requestImage();
    void imageArrived(PlotImage image);
    bool imageIsCurrent() const;
    void updateHover(const QPointF& widgetPoint);
    void zoomAt(const QPointF& widgetPoint, double factor);
    int anchorAt(const QPointF& widgetPoint) const;  // -1: none
    const SliceMarker* sampleAt(const QPointF& widgetPoint) const;
    void paintImage(QPainter& painter);
    void paintNotices(QPainter& painter);
    SliceStyle style() const;
    double pointScale() const;  // widget lengths per point
    SliceScene screenScene() const;

    Workspace& workspace_;
    JobRunner& jobs_;
    SliceComputation computation_;
    SliceFocus* focus_;
    SliceSwitches switches_;
    int samplesShown_ = 40;
    bool isHoverCardShown_ = true;

    Eigen::Vector2d centre_ = {0, 0};
    double unitsPerPoint_ = 0;             // 0: fit the plane's window at the next layout
    bool isFitted_ = true;                 // until the user moves: stays so when the widget is resized
    std::optional<SliceLook> wantedLook_;  // for the plane that is being laid
    SliceLayout layout_;
    std::vector<SliceMarker> anchors_, samples_;  // of the present plane
    PlotImage image_;
    quint64 builtVersion_ = 0, pictureVersion_ = 0,
            shownVersion_ = 0;  // pictureVersion_ rises with all that changes the picture
    bool isPainting_ = false;
    QTimer computeTimer_, dimTimer_;

    enum class Drag { None, Pan, Anchor, Rotate, Lasso };
    Drag drag_ = Drag::None;
    int draggedAnchor_ = -1;
    QPointF dragFrom_;
    Eigen::Vector2d dragCentre_ = {0, 0};
    SliceTurn dragTurn_;
    QPointF pointer_;
    SliceHover hover_;
};

}  // namespace tessera
