// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/volume_view.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>
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

constexpr int kRoomForControls = 560;

bool isOneClass(const CellComplex& map) {
    return !map.cellLabel.empty() &&
           std::all_of(map.cellLabel.begin(), map.cellLabel.end(),
                       [&](std::int32_t label) { return label == map.cellLabel.front(); });
}

}  // namespace

VolumeView::VolumeView(const ViewContext& context, QWidget* parent)
    : ResultView(parent),
      context_(context),
      tables_(new RecordView(context)),
      canvas_(new VolumeCanvas(context.jobs)),
      controls_(new VolumeControls),
      readout_(new VolumeReadout(context.workspace, context.jobs)),
      notice_(new QLabel) {
    setAccessibleName(tr("Volume"));
    notice_->setWordWrap(true);
    notice_->setMargin(6);
    notice_->hide();
    auto* picture = new QVBoxLayout;
    picture->setContentsMargins(0, 0, 0, 0);
    picture->setSpacing(0);
    picture->addWidget(notice_);
    picture->addWidget(canvas_, 1);
    picture->addWidget(readout_);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(controls_);
    scroll->setFixedWidth(controls_->sizeHint().width() + 20);
    auto* page = new QWidget;
    auto* row = new QHBoxLayout(page);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addLayout(picture, 1);
    row->addWidget(scroll);
    controlColumn_ = scroll;
    showControls_ = new QToolButton;
    showControls_->setText(tr("Controls"));
    showControls_->setToolTip(tr("What is shown of the volume, and how"));
    showControls_->setCheckable(true);
    showControls_->setChecked(true);
    showControls_->setAutoRaise(true);
    connect(showControls_, &QToolButton::toggled, controlColumn_, &QWidget::setVisible);
    connect(showControls_, &QToolButton::clicked, this, [this] { isControlsChosen_ = true; });
    tables_->tabs()->setCornerWidget(showControls_);
    tables_->tabs()->insertTab(0, page, tr("Volume"));
    tables_->tabs()->setCurrentIndex(0);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(tables_);

    connect(tables_, &RecordView::noticeRaised, this, &VolumeView::noticeRaised);
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
    connect(controls_, &VolumeControls::meshChosen, this, &VolumeView::askForMesh);
    connect(controls_, &VolumeControls::orbitChosen, this, &VolumeView::orbitPressed);
    connect(canvas_, &VolumeCanvas::hovered, readout_, &VolumeReadout::showPoint);
    connect(canvas_, &VolumeCanvas::cutPlaneMoved, &controls_->cut(), &VolumeCutControls::setPlane);
    connect(canvas_, &VolumeCanvas::cameraChanged, this, &VolumeView::viewStateChanged);
    connect(&context.workspace, &Workspace::modelsChanged, this, &VolumeView::updateCut);
    canvas_->setEmptyText(tr("Nothing to show yet."));
    canvas_->setTheme(screenTheme(*this));
    VolumeView::show(nullptr);
}

VolumeView::~VolumeView() = default;

void VolumeView::changeEvent(QEvent* event) {
    ResultView::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    canvas_->setTheme(screenTheme(*this));
    drawAgain();
}

// Where there is little room the picture has it.
void VolumeView::resizeEvent(QResizeEvent* event) {
    ResultView::resizeEvent(event);
    if (!isControlsChosen_) showControls_->setChecked(width() >= kRoomForControls);
}

void VolumeView::show(std::shared_ptr<const ResultRecord> record) {
    record_ = std::move(record);
    tables_->show(record_);
    context_.jobs.cancelKey(this, QStringLiteral("read"));
    isReading_ = record_ != nullptr;
    if (!record_) return arrived(nullptr);
    using Read = std::shared_ptr<const VolumeResult>;
    context_.jobs.start<Read>(
        this, QStringLiteral("read"), QString(), JobLane::Interactive,
        [record = record_](std::stop_token, Progress&) -> Result<Read> {
            auto read = volumeFromRecord(*record, "This result");
            if (!read.isOk()) return std::move(read).propagate<Read>();
            return Read(std::make_shared<const VolumeResult>(std::move(read).value()));
        },
        [this](Result<Read> read) {
            isReading_ = false;
            if (read.isOk()) return arrived(read.value());
            if (read.isError()) canvas_->setEmptyText(QString::fromStdString(read.error().message));
            arrived(nullptr);
        });
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
    notice_->setText(notice);
    notice_->setVisible(!notice.isEmpty());
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
    return volumeViewValues({controls_->look(), {canvas_->camera(), canvas_->isFitted()}});
}

void VolumeView::setViewState(const ParameterMap& values) {
    if (values.empty()) return;
    auto state = volumeViewState(values);
    if (!state.isOk()) return;
    VolumeLook look = std::move(state.value().look);
    if (result_) look.hiddenClass.resize(static_cast<std::size_t>(result_->classCount()), 0);
    controls_->setLook(look);
    const HeldCamera& held = state.value().camera;
    if (!held.camera) return;
    canvas_->setCamera(*held.camera);
    if (held.isFitted) canvas_->resetCamera();
    Q_EMIT viewStateChanged();
}

bool VolumeView::isSettled() const {
    return !isReading_ && !isDrawing_ && !isCutting_ && !isOverlaying_ && tables_->isSettled() &&
           readout_->isSettled() && canvas_->isUpToDate();
}

}  // namespace tessera
