// SPDX-License-Identifier: GPL-3.0-or-later
// What shows one result of a probe. A view draws a record and nothing else, so a result from a session file
// looks like a fresh one.
#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "core/base/record.h"
#include "core/geometry/slice_plane.h"
#include "widgets/jobs/job_runner.h"
#include "widgets/scenes/panel_scene.h"
#include "widgets/workspace.h"

namespace tessera {

struct ViewContext {
    Workspace& workspace;
    JobRunner& jobs;
};

// Names and number of the classes, for scenes.
SceneContext sceneContext(const Workspace& workspace);

class ResultView : public QWidget {
    Q_OBJECT
  public:
    using QWidget::QWidget;
    // Null clears the view.
    virtual void show(std::shared_ptr<const ResultRecord> record) = 0;
    virtual std::shared_ptr<const ResultRecord> record() const = 0;
    // What is seen now, for a figure.
    virtual std::vector<std::shared_ptr<const PanelScene>> panels() const = 0;
    // How it is held (camera, layers, ...), by names of its own: kept in sessions, and drawn in figures
    // (SceneContext::view). What is not known or does not fit is left alone.
    virtual ParameterMap viewState() const { return {}; }
    virtual void setViewState(const ParameterMap& /*state*/) {}

  Q_SIGNALS:
    void viewStateChanged();
    void noticeRaised(const QString& sentence);
    void sliceWanted(const tessera::SlicePlane& plane);  // a plane that is shown here, as a slice of its own
};

}  // namespace tessera
