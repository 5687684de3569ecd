// SPDX-License-Identifier: GPL-3.0-or-later
// One result of "logit-heights": the surface that one can turn, what lies under the pointer, and the tables
// behind it.
#pragma once

#include "widgets/scenes/logit_heights_scene.h"
#include "widgets/views/record_view.h"

class QLabel;
class QToolButton;

namespace tessera {

class LogitHeightsControls;
class VolumeCanvas;

class LogitHeightsView : public ResultView {
    Q_OBJECT
  public:
    explicit LogitHeightsView(const ViewContext& context, QWidget* parent = nullptr);

    void show(std::shared_ptr<const ResultRecord> record) override;
    std::shared_ptr<const ResultRecord> record() const override { return record_; }
    std::vector<std::shared_ptr<const PanelScene>> panels() const override;
    ParameterMap viewState() const override;  // logit_heights_scene.h
    void setViewState(const ParameterMap& state) override;

    VolumeCanvas& canvas() const { return *canvas_; }
    LogitHeightsControls& controls() const { return *controls_; }
    const std::shared_ptr<const LogitHeightsResult>& result() const { return result_; }
    QString readout() const;
    bool isSettled() const;
    void saveMesh(const QString& path);  // .vtp, .ply or .npz

  protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    struct Read;
    void arrived(const Read& read);
    void draw();
    void showPoint(const QString& layer, int face, const Eigen::Vector3d& point);
    void askForMesh();
    SceneContext context() const { return sceneContext(context_.workspace); }

    ViewContext context_;
    std::shared_ptr<const ResultRecord> record_;
    std::shared_ptr<const LogitHeightsResult> result_;
    std::shared_ptr<const LogitMesh> mesh_;
    std::shared_ptr<const HeightsDrawing> drawn_;
    RecordView* tables_;
    VolumeCanvas* canvas_;
    LogitHeightsControls* controls_;
    QLabel *readout_, *notice_;
    QWidget* controlColumn_;
    QToolButton* showControls_;
    bool isControlsChosen_ = false;  // by the user: no longer by the room there is
    bool isReading_ = false, isDrawing_ = false;
};

}  // namespace tessera
