// SPDX-License-Identifier: GPL-3.0-or-later
// Assembly of the window: menus, docks, status bar. What they do lives in the panels, the views and the
// opener.
#pragma once

#include <QMainWindow>
#include <QString>
#include <QStringList>
#include <functional>

#include "app/catalogue.h"
#include "app/window/opener.h"
#include "app/window/settings.h"
#include "widgets/jobs/job_runner.h"
#include "widgets/panels/message_log.h"
#include "widgets/panels/result_list.h"
#include "widgets/workspace.h"

class QDockWidget;
class QLabel;
class QMenu;
class QStackedWidget;
class QToolButton;

namespace tessera {

struct FigureChoice;
class FigureExporter;
class SliceHeights;
class GalleryPanel;
class GuideStrip;
class JobIndicator;
class LayersPanel;
class MessageBar;
class ProbePanel;
class ProbeRunner;
class ResultsPanel;
class SessionKeeper;
struct Recoverable;
class SliceView;
class StartPanel;
class TrainHeadsWindow;
class UndoRecorder;
class ViewArea;

class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    explicit MainWindow(QWidget* parent = nullptr, const std::vector<CatalogueEntry>& probes = catalogue());
    ~MainWindow() override;

    void open(const QStringList& sources);  // models, data and sessions in any order
    bool openSample(const QString& id);     // false: no such sample
    WindowSettings windowSettings() const { return applied_; }
    void applySettings(const WindowSettings& settings);  // for this run; main_window_tools.cpp
    void startKeeping();                                 // autosave, recovery, first steps
    Opener& opener() { return *opener_; }

    Workspace& workspace() { return workspace_; }
    JobRunner& jobs() { return *jobs_; }
    MessageLog& log() { return log_; }
    ViewArea* views() const { return views_; }
    SliceView* sliceView() const;  // the current one; null: none open
    GalleryPanel* gallery() const { return gallery_; }
    ResultList& results() { return results_; }
    ProbeRunner* probes() const { return runner_; }
    ProbePanel* probePanel() const { return probePanel_; }
    ResultsPanel* resultsPanel() const { return resultsPanel_; }
    SessionKeeper* keeper() const { return keeper_; }
    FigureExporter* figures() const { return figures_; }
    GuideStrip* guide() const { return guide_; }
    UndoRecorder* undo() const { return undo_; }
    TrainHeadsWindow* trainHeads() const { return trainHeads_; }  // null: not shown yet
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
    void makeDocks(const std::vector<CatalogueEntry>& probes);
    void makeProbes(const std::vector<CatalogueEntry>& probes);  // main_window_probes.cpp
    void makeStatusBar();
    void makeMenus();     // main_window_menus.cpp
    void makeSessions();  // main_window_session.cpp
    void addSessionActions(QMenu* menu);
    void openDocument(const QString& question, std::function<void()> open);  // once nothing would be lost
    void saveSession();
    void saveSessionAs();
    void nameWindow();
    void askToSave(const QString& question, std::function<void()> then);
    void offerRecovery(const std::shared_ptr<Recoverable>& found);
    // Stores this one setting and applies it: what the command line says for this run is not stored with it.
    template <typename T>
    void change(T WindowSettings::*member, const T& value) {
        WindowSettings stored = settings_.window(), now = applied_;
        stored.*member = now.*member = value;
        settings_.setWindow(stored);
        applySettings(now);
    }
    void addToolActions(QMenu* menu);  // main_window_tools.cpp
    void makeSettingsButton();
    void showPalette();
    void showSettings();
    void showContextHelp();
    void explainDocks();
    void startGuide();
    void watchGuide();
    void makeFileMenu();
    void makeEditMenu();    // main_window_probes.cpp
    void makeProbesMenu();  // main_window_probes.cpp
    void makeViewMenu();
    void makeSelectionMenu();
    void makeSliceMenu();
    void makeHeadsMenu();  // main_window_heads.cpp
    void showTrainHeads();
    void proposeHeadFolder();
    void askWhereToCut();
    QString freshNameBesideData(const QString& suffix) const;
    void makeHelpMenu();
    void makeToolBar();
    void connectParts();
    void restore();
    QDockWidget* addDock(Qt::DockWidgetArea area, const QString& name, const QString& title,
                         QWidget* content);
    void showDock(QDockWidget* dock);

    void saveScreenshot();
    void chooseModel();
    void chooseData();
    void choose(const QString& title, const QString& filter);
    void fillRecentMenu();
    void askNormalisation();
    void offerRemedy(const OpenProblem& problem);
    void showKeys();
    void exportResult(const QString& id);
    void say(const QString& sentence);
    void exportFigure();  // main_window_slice.cpp
    void exportPanels(std::vector<FigureChoice> choices);
    void addSliceActions(QMenu* menu);
    void addViewActions(QMenu* menu);
    void adoptSlice(SliceView* view);
    void takeViews();
    void showPanels(bool shown);
    void takeWorkspace();
    void setFullScreen(bool full);

    Settings settings_;
    Workspace workspace_;
    MessageLog log_;
    ResultList results_;
    JobRunner*
        jobs_;  // a child deleted by hand first: joins the workers while all they report to still lives
    Opener* opener_;
    QList<BundledSample> samples_;

    QStackedWidget* centre_ = nullptr;
    StartPanel* start_ = nullptr;
    ViewArea* views_ = nullptr;
    MessageBar* messageBar_ = nullptr;
    GalleryPanel* gallery_ = nullptr;
    LayersPanel* layers_ = nullptr;
    JobIndicator* indicator_ = nullptr;
    ProbeRunner* runner_ = nullptr;
    ProbePanel* probePanel_ = nullptr;
    ResultsPanel* resultsPanel_ = nullptr;
    UndoRecorder* undo_ = nullptr;
    SessionKeeper* keeper_ = nullptr;
    FigureExporter* figures_ = nullptr;
    SliceHeights* heights_ = nullptr;
    GuideStrip* guide_ = nullptr;
    TrainHeadsWindow* trainHeads_ = nullptr;  // made when it is first wanted
    WindowSettings applied_;
    QStringList devices_;
    std::function<void()> afterSave_;
    bool isQuitting_ = false;
    QDockWidget *galleryDock_ = nullptr, *layersDock_ = nullptr, *sliceDock_ = nullptr,
                *statisticsDock_ = nullptr, *messagesDock_ = nullptr, *jobsDock_ = nullptr,
                *probesDock_ = nullptr, *resultsDock_ = nullptr;
    QMenu* recentMenu_ = nullptr;
    QAction *exportAction_ = nullptr, *normalisationAction_ = nullptr, *pickAction_ = nullptr,
            *selectionAction_ = nullptr, *fullScreenAction_ = nullptr;
    QList<QAction*> sliceActions_, viewActions_;  // those that need a slice, or any view
    QList<QAction*> themeActions_;
    QByteArray beforeMaximised_;
    QToolButton* normalisationButton_ = nullptr;
    QToolButton* settingsButton_ = nullptr;
    bool wasMaximized_ = false;
};

}  // namespace tessera
