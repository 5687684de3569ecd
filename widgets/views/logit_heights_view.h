// SPDX-License-Identifier: GPL-3.0-or-later
// One result of "logit-heights": the surface that one can turn, what lies under the pointer, and the tables
// behind it.
#pragma once

#include "widgets/scenes/logit_heights_scene.h"
#include "widgets/views/canvas_view.h"

class QLabel;

namespace tessera {

class LogitHeightsControls;

class LogitHeightsView : public CanvasView {
    Q_OBJECT
  public:
    explicit LogitHeightsView(const ViewContext& context, QWidget* parent = nullptr);

    void show(std::shared_ptr<const ResultRecord> record) override;
    std::vector<std::shared_ptr<const PanelScene>> panels() const override;
    ParameterMap viewState() const override;  // logit_heights_scene.h
    void setViewState(const ParameterMap& state) override;

    LogitHeightsControls& controls() const { return *controls_; }
    const std::shared_ptr<const LogitHeightsResult>& result() const { return result_; }
    QString readout() const;
    bool isSettled() const;
    void saveMesh(const QString& path);  // .vtp, .ply or .npz

  private:
    struct Read;
    void arrived(const Read& read);
    void draw();
    void drawAgain() override { draw(); }
    void showPoint(const QString& layer, int face, const Eigen::Vector3d& point);

    std::shared_ptr<const LogitHeightsResult> result_;
    std::shared_ptr<const LogitMesh> mesh_;
    std::shared_ptr<const HeightsDrawing> drawn_;
    LogitHeightsControls* controls_;
    QLabel* readout_;
    bool isDrawing_ = false;
};

}  // namespace tessera
