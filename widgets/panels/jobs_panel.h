// SPDX-License-Identifier: GPL-3.0-or-later
// Running, waiting and recent work: how far, how long, and a way to stop it.
#pragma once

#include <QHash>
#include <QWidget>

#include "widgets/jobs/job_runner.h"

class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace tessera {

class JobsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit JobsPanel(JobRunner& jobs, QWidget* parent = nullptr);

  private:
    void rebuild();
    void refresh(JobId id);
    void cancelSelected();
    void updateButtons();
    static void fill(QTreeWidgetItem* item, const JobInfo& job);

    JobRunner& jobs_;
    QTreeWidget* list_;
    QPushButton* cancel_;
    QPushButton* cancelAll_;
    QHash<JobId, QTreeWidgetItem*> items_;
};

QString jobStateText(JobInfo::State state);
// "step 1 of 2 · 1,200 of 2,500 · 310 per second · measuring samples", "43 % · refining conv2"; "" if nothing
// was reported.
QString jobProgressText(const JobInfo& job);
// "0.3 s", "12 s", "3 min 20 s", "2 h 5 min".
QString durationText(qint64 milliseconds);

}  // namespace tessera
