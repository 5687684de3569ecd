// SPDX-License-Identifier: GPL-3.0-or-later
// The result browser: every run with its parameters, outcome and time, and what can be done with it.
#pragma once

#include <QWidget>

#include "widgets/panels/results_model.h"

class QLabel;
class QPushButton;
class QTreeView;
class QTreeWidget;

namespace tessera {

class ResultsPanel : public QWidget {
    Q_OBJECT
  public:
    ResultsPanel(ResultList& results, JobRunner& jobs, std::vector<ProbeDescription> probes,
                 QWidget* parent = nullptr);

    QTreeView* view() const { return view_; }
    void select(const QString& id);
    QStringList selected() const;  // ids, top to bottom

  Q_SIGNALS:
    void openRequested(const QString& id);
    void rerunRequested(const QString& id);  // fill the probe panel
    void compareRequested(const QString& first, const QString& second);
    void exportRequested(const QString& id);
    void deleteRequested(const QStringList& ids);

  private:
    QWidget* makeButtons();
    void update();
    void showDetails();
    void showMenu(const QPoint& position);
    void cancelSelected();

    ResultList& results_;
    JobRunner& jobs_;
    ResultsModel* model_;
    QTreeView* view_;
    QTreeWidget* details_;
    QLabel* empty_;
    QPushButton *open_, *rerun_, *compare_, *export_, *delete_, *cancel_;
};

}  // namespace tessera
