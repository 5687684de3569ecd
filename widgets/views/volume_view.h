// SPDX-License-Identifier: GPL-3.0-or-later
// One result of "volume": the picture that one can turn, with its controls and what lies under the pointer;
// and the summary and tables behind it.
#pragma once

#include "widgets/scenes/volume_scene.h"
#include "widgets/views/record_view.h"

class QLabel;
class QToolButton;

namespace tessera {

class VolumeCanvas;
class VolumeControls;
class VolumeOrbit;
class VolumeReadout;

class VolumeView : public ResultView {
    Q_OBJECT
  public:
    explicit VolumeView(const ViewContext& context, QWidget* parent = nullptr);
    ~VolumeView() override;

    void show(std::shared_ptr<const ResultRecord> record) override;
    std::shared_ptr<const ResultRecord> record() const override { return record_; }
    // The picture as it is seen now, then the tables.
    std::vector<std::shared_ptr<const PanelScene>> panels() const override;

    VolumeCanvas& canvas() const { return *canvas_; }
    VolumeControls& controls() const { return *controls_; }
    VolumeReadout& readout() const { return *readout_; }
    RecordView& tables() const { return *tables_; }
    const std::shared_ptr<const VolumeResult>& result() const { return result_; }
    const std::shared_ptr<const VolumeSection>& section() const { return section_; }
    bool isSettled() const;

    // By the suffix: the boundary (.vtp, .ply, .npz) or the cells (.vtu).
    void saveMesh(const QString& path);
    // `frames` pictures from all round, and orbit.mp4 where ffmpeg is installed (volume_orbit.h).
    void saveOrbit(const QString& folder, int frames, const QSize& pixels);

  protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void arrived(std::shared_ptr<const VolumeResult> result);
    void draw();
    void updateCut();
    void cutArrived(VolumeSection section);
    void openCutAsSlice();
    void askForMesh();
    void askForOrbit();
    void orbitPressed();
    // The model that the result was made with, if it is open.
    std::shared_ptr<const Model> model() const;
    SceneContext context() const { return sceneContext(context_.workspace); }

    ViewContext context_;
    std::shared_ptr<const ResultRecord> record_;
    std::shared_ptr<const VolumeResult> result_;
    std::shared_ptr<const VolumeSection> section_;
    RecordView* tables_;
    VolumeCanvas* canvas_;
    VolumeControls* controls_;
    VolumeReadout* readout_;
    QLabel* notice_;
    QWidget* controlColumn_;
    QToolButton* showControls_;
    bool isControlsChosen_ = false;  // by the user: no longer by the room there is
    bool isReading_ = false, isDrawing_ = false, isCutting_ = false;
    std::shared_ptr<const VolumeDrawing> drawing_;
    VolumeOrbit* orbit_ = nullptr;  // once one was asked for
};

}  // namespace tessera
