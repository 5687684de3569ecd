// SPDX-License-Identifier: GPL-3.0-or-later
// The middle of the window: slices and results as docks that split, tab, float, maximise and close. One slice
// is the current one, which panels and menus follow.
#pragma once

#include <QDockWidget>
#include <QMainWindow>

#include "app/window/axes_link.h"
#include "widgets/jobs/job_runner.h"
#include "widgets/views/slice_view.h"
#include "widgets/workspace.h"

namespace tessera {

class DockTitle;

class ViewArea : public QMainWindow {
    Q_OBJECT
  public:
    ViewArea(Workspace& workspace, JobRunner& jobs, QWidget* parent = nullptr);
    ~ViewArea() override;

    // Beside the last, as the first one looks; never over `inSight`, a view that it belongs to.
    SliceView* addSlice(QWidget* inSight = nullptr);
    SliceView* duplicateSlice();                               // of the current one
    void replaceSlices(int count);                             // closes all and opens that many fresh ones
    SliceView* currentSlice() const { return currentSlice_; }  // null: none open
    QList<SliceView*> slices() const;                          // oldest first
    QString sliceTitle(SliceView* view) const;

    // Takes ownership; a name seen before shows that view again instead (and deletes the new one).
    QDockWidget* addView(QWidget* view, const QString& name, const QString& title);
    QWidget* view(const QString& name) const;  // null: not open
    void showView(QWidget* view);
    void setViewTitle(QWidget* view, const QString& title);
    QList<QDockWidget*> docks() const;  // of all views, oldest first
    QDockWidget* currentDock() const { return currentDock_; }

    AxesLink& axes() { return axes_; }
    bool isMaximised() const { return !beforeMaximised_.isEmpty(); }
    void setMaximised(bool maximised);  // the current view fills the window
    void closeCurrent();
    void makeCurrent(QDockWidget* dock);

  Q_SIGNALS:
    void currentSliceChanged(tessera::SliceView* view);  // may be null
    void currentViewChanged();
    void sliceAdded(tessera::SliceView* view);
    void sliceAboutToClose(tessera::SliceView* view);
    void viewsChanged();
    void maximisedChanged(bool maximised);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QDockWidget* addDock(QWidget* content, const QString& name, const QString& title,
                         QWidget* inSight = nullptr);
    void place(QDockWidget* dock, QWidget* inSight);
    void dockClosed(QDockWidget* dock);
    void setCurrentSlice(SliceView* view);
    void updateTitles();
    DockTitle* titleOf(QDockWidget* dock) const;

    Workspace& workspace_;
    JobRunner& jobs_;
    AxesLink axes_;
    QList<QDockWidget*> docks_;
    SliceView* currentSlice_ = nullptr;
    QDockWidget* currentDock_ = nullptr;
    QByteArray beforeMaximised_;
    int slicesMade_ = 0;
    bool isClosing_ = false;
};

}  // namespace tessera
