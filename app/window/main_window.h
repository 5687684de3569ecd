// SPDX-License-Identifier: GPL-3.0-or-later
// Assembly of the window: menus, docks, status bar. What they do lives in the panels, the views and the
// opener.
#pragma once

#include <QMainWindow>
#include <QString>
#include <QStringList>

#include "app/window/opener.h"
#include "app/window/settings.h"
#include "widgets/jobs/job_runner.h"
#include "widgets/panels/message_log.h"
#include "widgets/workspace.h"

class QDockWidget;
class QLabel;
class QMenu;
class QStackedWidget;
class QToolButton;

namespace tessera {

class GalleryPanel;
class JobIndicator;
class LayersPanel;
class MessageBar;
class SliceView;
class StartPanel;

class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    explicit MainWindow(QWidget* parent = nullptr);
    ~MainWindow() override;

    void open(const QStringList& sources) { opener_->open(sources); }
    bool openSample(const QString& id);  // false: no such sample
    void setDevice(const QString& device, int threads);
    Opener& opener() { return *opener_; }

    Workspace& workspace() { return workspace_; }
    JobRunner& jobs() { return *jobs_; }
    MessageLog& log() { return log_; }
    SliceView* sliceView() const { return sliceView_; }
    GalleryPanel* gallery() const { return gallery_; }
    MessageBar* messageBar() const { return messageBar_; }
    StartPanel* startPanel() const { return start_; }
    bool isSliceUpToDate() const;  // also when there is none to show

  protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void makeCentre();
    void makeDocks();
    void makeStatusBar();
    void makeMenus();  // main_window_menus.cpp
    void makeFileMenu();
    void makeViewMenu();
    void makeSliceMenu();
    void makeHelpMenu();
    void makeToolBar();
    void connectParts();
    void restore();
    QDockWidget* addDock(Qt::DockWidgetArea area, const QString& name, const QString& title,
                         QWidget* content);
    void showDock(QDockWidget* dock);

    void chooseModel();
    void chooseData();
    void choose(const QString& title, const QString& filter);
    void fillRecentMenu();
    void askNormalisation();
    void offerRemedy(const OpenProblem& problem);
    void showKeys();
    void exportFigure();  // main_window_slice.cpp
    void addSliceActions(QMenu* menu);
    void takeWorkspace();
    void setFullScreen(bool full);

    Settings settings_;
    Workspace workspace_;
    MessageLog log_;
    JobRunner*
        jobs_;  // a child deleted by hand first: joins the workers while all they report to still lives
    Opener* opener_;
    QList<BundledSample> samples_;

    QStackedWidget* centre_ = nullptr;
    StartPanel* start_ = nullptr;
    SliceView* sliceView_ = nullptr;
    MessageBar* messageBar_ = nullptr;
    GalleryPanel* gallery_ = nullptr;
    LayersPanel* layers_ = nullptr;
    JobIndicator* indicator_ = nullptr;
    QDockWidget *galleryDock_ = nullptr, *layersDock_ = nullptr, *sliceDock_ = nullptr,
                *statisticsDock_ = nullptr, *messagesDock_ = nullptr, *jobsDock_ = nullptr;
    QMenu* recentMenu_ = nullptr;
    QAction *exportAction_ = nullptr, *normalisationAction_ = nullptr, *pickAction_ = nullptr,
            *selectionAction_ = nullptr, *fullScreenAction_ = nullptr;
    QList<QAction*> sliceActions_;  // those that need a slice
    QToolButton* normalisationButton_ = nullptr;
    QLabel* deviceLabel_ = nullptr;
    bool wasMaximized_ = false;
};

}  // namespace tessera
