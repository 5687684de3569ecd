// SPDX-License-Identifier: GPL-3.0-or-later
// The status bar's entry for work: what runs now, how far it is, when it will be done, and a cancel button.
#pragma once

#include <QWidget>

#include "widgets/jobs/job_runner.h"

class QLabel;
class QProgressBar;
class QToolButton;

namespace tessera {

class JobIndicator : public QWidget {
    Q_OBJECT
  public:
    explicit JobIndicator(JobRunner& jobs, QWidget* parent = nullptr);
    void cancelCurrent();  // the job shown

  Q_SIGNALS:
    void listRequested();

  private:
    void refresh();
    JobRunner& jobs_;
    JobId shown_ = 0;
    QLabel* text_;
    QProgressBar* bar_;
    QToolButton* cancel_;
    QToolButton* list_;
};

}  // namespace tessera
