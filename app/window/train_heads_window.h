// SPDX-License-Identifier: GPL-3.0-or-later
// Trains heads: what on, which, live curves and a table of them. A window of its own that leaves the main one
// usable; closing it leaves the training running.
#pragma once

#include <QWidget>

#include "app/window/opener.h"
#include "core/heads/head_maker.h"
#include "widgets/jobs/job_runner.h"
#include "widgets/workspace.h"

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QScrollArea;
class QTableView;

namespace tessera {

class HeadCurvesScene;
class HeadRunsModel;
class HeadSourceForm;
class HeadSweepForm;
class PanelCanvas;
class PanelScene;

class TrainHeadsWindow : public QWidget {
    Q_OBJECT
  public:
    TrainHeadsWindow(Workspace& workspace, JobRunner& jobs, Opener& opener, QWidget* parent);
    // Where heads are proposed to be written, of the open data.
    void setFolder(const QString& folder);
    bool isTraining() const { return job_ != 0; }
    HeadRunsModel& runs() const { return *runs_; }
    std::shared_ptr<const PanelScene> curves() const;  // null: none yet
    PanelCanvas* canvas() const { return canvas_; }

  Q_SIGNALS:
    void exportRequested();  // of the curves
    void folderProposalWanted();
    void notice(const QString& sentence);

  private:
    struct Outcome;
    struct Live;
    QWidget* makeForm();
    QWidget* makeRuns();
    QWidget* makeFoot();
    void check();
    void train();
    MakeHeadsRequest request() const;
    void takePoints(Live& live);
    void finish(Result<std::shared_ptr<Outcome>> result);
    void showCurves();
    void showJob();
    void say(const QString& sentence, bool isProblem = false);
    void browse();

    Workspace& workspace_;
    JobRunner& jobs_;
    Opener& opener_;
    HeadSourceForm* source_ = nullptr;
    HeadSweepForm* sweep_ = nullptr;
    HeadRunsModel* runs_ = nullptr;
    PanelCanvas* canvas_ = nullptr;
    QTableView* table_ = nullptr;
    QScrollArea* form_ = nullptr;
    QLineEdit* folder_ = nullptr;
    QLabel *status_ = nullptr, *count_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QPushButton *train_ = nullptr, *cancel_ = nullptr, *openFolder_ = nullptr, *export_ = nullptr;
    std::shared_ptr<const HeadCurvesScene> scene_;
    QString writtenTo_;
    JobId job_ = 0;
    bool isFolderChosen_ = false;
};

}  // namespace tessera
