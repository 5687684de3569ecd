// SPDX-License-Identifier: GPL-3.0-or-later
// What is in the window as panels of one figure: drawn by the views' own painters, written in a job, and kept
// in the session so that replay makes the same figure again.
#pragma once

#include <QObject>

#include "core/session/session_figure.h"
#include "widgets/panels/result_list.h"
#include "widgets/scenes/figure_sheet.h"

namespace tessera {

class ProbeRunner;
class ResultView;
class SessionKeeper;
class SliceView;
class ViewArea;

struct FigureChoice {
    QString title;       // "Slice 1", "Regions along a path · r1: Logits"
    SessionPanel panel;  // a slice by its view's name
    std::shared_ptr<const PanelScene> scene;
    bool isCurrent = false;  // of the view that has the focus
};

class FigureExporter : public QObject {
    Q_OBJECT
  public:
    FigureExporter(Workspace& workspace, JobRunner& jobs, ViewArea& views, ResultList& results,
                   SessionKeeper& keeper, const ProbeRunner& runner, QObject* parent = nullptr);

    // Of the open views, in their order.
    std::vector<FigureChoice> choices() const;
    // `sheet` says how; its panels and session are filled in here.
    void write(const QString& path, FigureSheet sheet, const std::vector<FigureChoice>& panels);

  Q_SIGNALS:
    void written(const QStringList& files);
    void notice(const QString& sentence);

  private:
    void addSlice(SliceView& view, std::vector<FigureChoice>& choices) const;
    void addResult(const ResultView& view, const QString& id, std::vector<FigureChoice>& choices) const;

    Workspace& workspace_;
    JobRunner& jobs_;
    ViewArea& views_;
    ResultList& results_;
    SessionKeeper& keeper_;
    const ProbeRunner& runner_;
};

}  // namespace tessera
