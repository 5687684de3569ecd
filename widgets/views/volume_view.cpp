// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/volume_view.h"

#include <algorithm>
#include <cmath>

#include "widgets/scenes/volume_clip.h"
#include "widgets/scenes/volume_panel_scene.h"
#include "widgets/scenes/volume_view_state.h"
#include "widgets/views/plot_style.h"
#include "widgets/views/volume_controls.h"
#include "widgets/views/volume_cut_controls.h"
#include "widgets/views/volume_readout.h"
#include "widgets/volume/volume_canvas.h"

namespace tessera {
namespace {

bool isOneClass(const CellComplex& map) {
    return !map.cellLabel.empty() &&
           std::all_of(map.cellLabel.begin(), map.cellLabel.end(),
                       [&](std::int32_t label) { return label == map.cellLabel.front(); });
}

}  // namespace

VolumeView::VolumeView(const ViewContext& context, QWidget* parent)
    : CanvasView(context, parent),
      controls_(new VolumeControls),
      readout_(new VolumeReadout(context.workspace, context.jobs)) {
    setAccessibleName(tr("Volume"));
    build(controls_, readout_, tr("Volume"), tr("What is shown of the volume, and how"));
    connect(controls_, &VolumeControls::lookChanged, this, &VolumeView::lookChanged);
    connect(&controls_->cut(), &VolumeCutControls::sliceMoved, this,
            [this](const QString& name, const VolumePlane& to) {
                for (const auto& slice : slices_)
                    if (slice.name == name) moveSlice(slice, to);
            });
    connect(controls_, &VolumeControls::viewChosen, this, [this](StandardView view) {
        canvas_->setStandardView(view);
        Q_EMIT viewStateChanged();
    });
    connect(controls_, &VolumeControls::resetChosen, this, [this] {
        canvas_->resetCamera();
        Q_EMIT viewStateChanged();
    });
    connect(&controls_->cut(), &VolumeCutControls::sliceWanted, this, &VolumeView::openCutAsSlice);
    connect(controls_, &VolumeControls::meshChosen, this, &VolumeView::meshPressed);
    connect(controls_, &VolumeControls::orbitChosen, this, &VolumeView::orbitPressed);
    connect(canvas_, &VolumeCanvas::hovered, readout_, &VolumeReadout::showPoint);
    connect(canvas_, &VolumeCanvas::cutPlaneMoved, &controls_->cut(), &VolumeCutControls::setPlane);
    connect(&context.workspace, &Workspace::modelsChanged, this, &VolumeView::updateCut);
    VolumeView::show(nullptr);
}

VolumeView::~VolumeView() = default;

void VolumeView::show(std::shared_ptr<const ResultRecord> record) {
    using Read = std::shared_ptr<const VolumeResult>;
    readRecord<Read>(
        std::move(record),
        [](const ResultRecord& from) -> Result<Read> {
            auto read = volumeFromRecord(from, "This result");
            if (!read.isOk()) return std::move(read).propagate<Read>();
            return Read(std::make_shared<const VolumeResult>(std::move(read).value()));
        },
        [this](Read read) { arrived(std::move(read)); });
}

void VolumeView::arrived(std::shared_ptr<const VolumeResult> result) {
    result_ = std::move(result);
    section_.reset();
    controls_->setResult(result_.get(), context());
    readout_->setModel(model());
    readout_->setResult(result_);
    QString notice;
    if (result_ && result_->cells && !result_->cells->complete)
        notice = tr("Stopped early: %1. %2 of %3 layers are cut whole, so these are parts of the box and not "
                    "yet its "
                    "linear regions.")
                     .arg(QString::fromStdString(result_->cells->stopReason))
                     .arg(result_->cells->refinedSites)
                     .arg(result_->cells->sites.size());
    else if (result_ && result_->cells && isOneClass(*result_->cells))
        notice =
            tr("One class is predicted in the whole box: there is no decision boundary in it. Show the "
               "cells, or "
               "take a larger margin.");
    setNotice(notice);
    context_.jobs.cancelKey(this, QStringLiteral("cut"));  // of another volume
    isCutting_ = false;
    setSlices(std::move(slices_));
    updateCut();
    drawAgain();
}

void VolumeView::lookChanged() {
    const VolumeLook& look = controls_->look();
    showCutPlane();
    Q_EMIT viewStateChanged();
    if (!look.cut || !section_ || !(section_->plane == look.cutPlane)) updateCut();
    draw();
}

void VolumeView::drawAgain() {
    drawnLook_.reset();
    draw();
}

void VolumeView::draw() {
    using Drawing = std::shared_ptr<const VolumeDrawing>;
    drawOverlay();
    if (!result_) {
        context_.jobs.cancelKey(this, QStringLiteral("drawing"));
        isDrawing_ = false;
        return canvas_->setDrawing(nullptr);
    }
    const VolumeLook look = baseLook(controls_->look());
    if (drawnLook_ == look) return;
    drawnLook_ = look;
    isDrawing_ = true;
    context_.jobs.start<Drawing>(
        this, QStringLiteral("drawing"), QString(), JobLane::Interactive,
        [result = result_, look, theme = screenTheme(*this), context = context()](
            std::stop_token, Progress&) -> Result<Drawing> {
            return Drawing(std::make_shared<const VolumeDrawing>(volumeBase(*result, look, theme, context)));
        },
        [this](Result<Drawing> drawing) {
            isDrawing_ = false;
            if (drawing.isOk()) canvas_->setDrawing(drawing.value());
        });
}

std::shared_ptr<const Model> VolumeView::model() const {
    if (!record_ || record_->provenance.files.empty()) return nullptr;
    return context_.workspace.modelOf(record_->provenance.files.front());
}

std::vector<std::shared_ptr<const PanelScene>> VolumeView::panels() const {
    auto panels = tables_->panels();
    const auto& base = canvas_->drawing();
    if (!result_ || !base) return panels;
    auto drawing = canvas_->overlay() ? together(*base, *canvas_->overlay()) : *base;
    const VolumeLook& look = controls_->look();
    if (look.clips) drawing = clipped(drawing, look.cutPlane, -eyeSide(look.cutPlane, canvas_->camera()));
    const auto shown = context();
    auto scene = std::make_shared<VolumePanelScene>(
        std::make_shared<const VolumeDrawing>(std::move(drawing)), canvas_->camera(), tr("Volume"),
        volumeLegend(*result_, controls_->look(), shown), volumeColourBar(*result_, controls_->look()));
    scene->tables = volumeTables(*record_);
    panels.insert(panels.begin(), std::move(scene));
    return panels;
}

ParameterMap VolumeView::viewState() const {
    return volumeViewValues({controls_->look(), heldCamera()});
}

void VolumeView::setViewState(const ParameterMap& values) {
    if (values.empty()) return;
    auto state = volumeViewState(values);
    if (!state.isOk()) return;
    VolumeLook look = std::move(state.value().look);
    if (result_) look.hiddenClass.resize(static_cast<std::size_t>(result_->classCount()), 0);
    controls_->setLook(look);
    holdCamera(state.value().camera);
}

bool VolumeView::isSettled() const {
    return !isReading() && !isDrawing_ && !isCutting_ && !isOverlaying_ && tables_->isSettled() &&
           readout_->isSettled() && canvas_->isUpToDate();
}

}  // namespace tessera
