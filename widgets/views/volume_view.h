// SPDX-License-Identifier: GPL-3.0-or-later
// One result of "volume": the picture that one can turn, with its controls and what lies under the pointer;
// and the summary and tables behind it.
#pragma once

#include "widgets/scenes/volume_scene.h"
#include "widgets/views/canvas_view.h"

namespace tessera {

class VolumeControls;
class VolumeOrbit;
class VolumeReadout;

// A slice view, its whole plane, and what is seen of it.
struct NamedSlice {
    QString name, title;
    SlicePlane plane;
    Polygon seen;
};

class VolumeView : public CanvasView {
    Q_OBJECT
  public:
    explicit VolumeView(const ViewContext& context, QWidget* parent = nullptr);
    ~VolumeView() override;

    void show(std::shared_ptr<const ResultRecord> record) override;
    // The picture as it is seen now, then the tables.
    std::vector<std::shared_ptr<const PanelScene>> panels() const override;
    // volume_view_state.h
    ParameterMap viewState() const override;
    void setViewState(const ParameterMap& state) override;

    VolumeControls& controls() const { return *controls_; }
    VolumeReadout& readout() const { return *readout_; }
    const std::shared_ptr<const VolumeResult>& result() const { return result_; }
    const std::shared_ptr<const VolumeSection>& section() const { return section_; }
    bool isSettled() const;

    // What is seen of a slice in the volume.
    struct Outline {
        QString title;
        std::vector<Eigen::Vector3d> corners;
    };
    // The slice views there are. Those whose plane lies in this volume are shown in it, and can be its cut.
    void setSlices(std::vector<NamedSlice> slices);

    // By the suffix: the boundary (.vtp, .ply, .npz) or the cells (.vtu).
    void saveMesh(const QString& path);
    // `frames` pictures from all round, and orbit.mp4 where ffmpeg is installed (volume_orbit.h).
    void saveOrbit(const QString& folder, int frames, const QSize& pixels);

  Q_SIGNALS:
    void sliceMoved(const QString& name, const tessera::SlicePlane& plane);  // by hand, in the volume

  private:
    void arrived(std::shared_ptr<const VolumeResult> result);
    void lookChanged();
    void showCutPlane();
    void draw();                // what is not there yet
    void drawAgain() override;  // all of it: another result, or other colours
    void drawOverlay();
    void updateCut();
    void openCutAsSlice();
    void moveSlice(const NamedSlice& slice, const VolumePlane& to);
    void meshPressed();
    void askForOrbit();
    void orbitPressed();
    // The model that the result was made with, if it is open.
    std::shared_ptr<const Model> model() const;

    std::shared_ptr<const VolumeResult> result_;
    std::shared_ptr<const VolumeSection> section_;
    std::vector<NamedSlice> slices_;
    std::vector<Outline> outlines_;        // of those in the volume
    std::optional<VolumePlane> openedAs_;  // a slice of this plane is being opened
    VolumeControls* controls_;
    VolumeReadout* readout_;
    bool isDrawing_ = false, isCutting_ = false, isOverlaying_ = false;
    bool isOverlayOld_ = false;            // by the time it is ready
    std::optional<VolumeLook> drawnLook_;  // baseLook() of what is drawn or being drawn
    VolumeOrbit* orbit_ = nullptr;         // once one was asked for
};

}  // namespace tessera
