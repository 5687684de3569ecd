// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/logit_heights_view.h"

#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/scenes/class_shader.h"
#include "widgets/scenes/logit_heights_mesh.h"
#include "widgets/scenes/scene_text.h"
#include "widgets/scenes/volume_panel_scene.h"
#include "widgets/views/input_picture.h"
#include "widgets/views/logit_heights_controls.h"
#include "widgets/views/plot_style.h"
#include "widgets/volume/volume_canvas.h"

namespace tessera {
namespace {

constexpr int kRoomForControls = 560;
constexpr std::size_t kLogitsShown = 3;

}  // namespace

struct LogitHeightsView::Read {
    std::shared_ptr<const LogitHeightsResult> result;
    std::shared_ptr<const LogitMesh> mesh;
};

LogitHeightsView::LogitHeightsView(const ViewContext& context, QWidget* parent)
    : ResultView(parent),
      context_(context),
      tables_(new RecordView(context)),
      canvas_(new VolumeCanvas(context.jobs)),
      controls_(new LogitHeightsControls),
      readout_(new QLabel),
      notice_(new QLabel) {
    setAccessibleName(tr("Logits over a plane"));
    notice_->setWordWrap(true);
    notice_->setMargin(6);
    notice_->hide();
    readout_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    readout_->setContentsMargins(8, 4, 8, 4);
    readout_->setMinimumHeight(3 * fontMetrics().lineSpacing() + 10);
    readout_->setMinimumWidth(1);
    readout_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
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
    controlColumn_ = scroll;
    auto* page = new QWidget;
    auto* row = new QHBoxLayout(page);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addLayout(picture, 1);
    row->addWidget(scroll);
    showControls_ = new QToolButton;
    showControls_->setText(tr("Controls"));
    showControls_->setToolTip(tr("What is shown of the surface, and how"));
    showControls_->setCheckable(true);
    showControls_->setChecked(true);
    showControls_->setAutoRaise(true);
    connect(showControls_, &QToolButton::toggled, controlColumn_, &QWidget::setVisible);
    connect(showControls_, &QToolButton::clicked, this, [this] { isControlsChosen_ = true; });
    tables_->tabs()->setCornerWidget(showControls_);
    tables_->tabs()->insertTab(0, page, tr("Heights"));
    tables_->tabs()->setCurrentIndex(0);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(tables_);

    connect(tables_, &RecordView::noticeRaised, this, &LogitHeightsView::noticeRaised);
    connect(controls_, &LogitHeightsControls::lookChanged, this, [this] {
        draw();
        Q_EMIT viewStateChanged();
    });
    const auto moveCamera = [this](auto move) {
        return [this, move] {
            move(*canvas_);
            Q_EMIT viewStateChanged();
        };
    };
    connect(controls_, &LogitHeightsControls::isometricChosen, this,
            moveCamera([](VolumeCanvas& canvas) { canvas.setStandardView(StandardView::Isometric); }));
    connect(controls_, &LogitHeightsControls::aboveChosen, this,
            moveCamera([](VolumeCanvas& canvas) { canvas.setStandardView(StandardView::PlusR); }));
    connect(controls_, &LogitHeightsControls::resetChosen, this,
            moveCamera([](VolumeCanvas& canvas) { canvas.resetCamera(); }));
    connect(controls_, &LogitHeightsControls::meshChosen, this, &LogitHeightsView::askForMesh);
    connect(canvas_, &VolumeCanvas::cameraChanged, this, &LogitHeightsView::viewStateChanged);
    connect(canvas_, &VolumeCanvas::hovered, this, &LogitHeightsView::showPoint);
    canvas_->setEmptyText(tr("Nothing to show yet."));
    canvas_->setTheme(screenTheme(*this));
    LogitHeightsView::show(nullptr);
}

void LogitHeightsView::changeEvent(QEvent* event) {
    ResultView::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    canvas_->setTheme(screenTheme(*this));
    draw();
}

// Where there is little room the picture has it.
void LogitHeightsView::resizeEvent(QResizeEvent* event) {
    ResultView::resizeEvent(event);
    if (!isControlsChosen_) showControls_->setChecked(width() >= kRoomForControls);
}

void LogitHeightsView::show(std::shared_ptr<const ResultRecord> record) {
    record_ = std::move(record);
    tables_->show(record_);
    context_.jobs.cancelKey(this, QStringLiteral("read"));
    isReading_ = record_ != nullptr;
    if (!record_) return arrived({});
    context_.jobs.start<Read>(
        this, QStringLiteral("read"), QString(), JobLane::Interactive,
        [record = record_](std::stop_token, Progress&) -> Result<Read> {
            auto read = logitHeightsFromRecord(*record, "This result");
            if (!read.isOk()) return std::move(read).propagate<Read>();
            auto result = std::make_shared<const LogitHeightsResult>(std::move(read).value());
            return Read{result, std::make_shared<const LogitMesh>(result->mesh())};
        },
        [this](Result<Read> read) {
            isReading_ = false;
            if (read.isOk()) return arrived(read.value());
            if (read.isError()) canvas_->setEmptyText(QString::fromStdString(read.error().message));
            arrived({});
        });
}

void LogitHeightsView::arrived(const Read& read) {
    result_ = read.result;
    mesh_ = read.mesh;
    controls_->setResult(result_.get(), context());
    showPoint({}, -1, {});
    QString notice;
    if (result_ && result_->exact && !result_->exact->complete)
        notice = tr("Stopped early: %1; %2.")
                     .arg(QString::fromStdString(result_->exact->stopReason),
                          QString::fromStdString(result_->exact->coverageNote()));
    notice_->setText(notice);
    notice_->setVisible(!notice.isEmpty());
    draw();
}

void LogitHeightsView::draw() {
    context_.jobs.cancelKey(this, QStringLiteral("drawing"));
    isDrawing_ = result_ != nullptr;
    if (!result_) {
        drawn_.reset();
        return canvas_->setDrawing(nullptr);
    }
    using Drawn = std::shared_ptr<const HeightsDrawing>;
    context_.jobs.start<Drawn>(
        this, QStringLiteral("drawing"), QString(), JobLane::Interactive,
        [result = result_, mesh = mesh_, look = controls_->look(), theme = screenTheme(*this),
         context = context()](std::stop_token, Progress&) -> Result<Drawn> {
            return Drawn(
                std::make_shared<const HeightsDrawing>(heightsDrawing(*result, *mesh, look, theme, context)));
        },
        [this](Result<Drawn> drawn) {
            isDrawing_ = false;
            if (!drawn.isOk()) return;
            drawn_ = drawn.value();
            canvas_->setDrawing({drawn_, &drawn_->drawing});
        });
}

void LogitHeightsView::showPoint(const QString& layer, int face, const Eigen::Vector3d& point) {
    const bool isOnSurface = layer == QLatin1String(kSurfaceLayer) || layer == QLatin1String(kFloorLayer);
    if (!mesh_ || !isOnSurface || face < 0 || face >= mesh_->faceCount())
        return readout_->setText(mesh_ ? tr("Point at the surface to read it.\n"
                                            "Left turns, middle or Shift moves, the wheel comes nearer.")
                                       : QString());
    const auto logits = mesh_->logitsAt(face, point.head<2>());
    int label = 0;
    const double confidence = leadingConfidence(logits.data(), static_cast<int>(logits.size()), label);
    QStringList parts;
    const auto largest = largestLogits(logits, kLogitsShown);
    for (const auto& [of, logit] : largest)
        parts << tr("logit %1: %2").arg(context_.workspace.className(of), shortNumber(logit));
    if (largest.size() > 1) parts << tr("margin %1").arg(shortNumber(largest[0].second - largest[1].second));
    const QString place = tr("s %1,  t %2").arg(shortNumber(point.x(), 4), shortNumber(point.y(), 4));
    readout_->setText(
        tr("%1, confidence %2").arg(context_.workspace.className(label)).arg(confidence, 0, 'f', 3) + '\n' +
        parts.join(QStringLiteral(",  ")) + '\n' +
        (result_->exact ? place : place + tr(",  sampled, not exact")));
}

QString LogitHeightsView::readout() const {
    return readout_->text();
}

std::vector<std::shared_ptr<const PanelScene>> LogitHeightsView::panels() const {
    auto panels = tables_->panels();
    if (!result_ || !drawn_) return panels;
    const HeightsLook& look = controls_->look();
    auto scene = std::make_shared<VolumePanelScene>(
        std::shared_ptr<const VolumeDrawing>(drawn_, &drawn_->drawing), canvas_->camera(),
        heightText(look.height), heightsLegend(*result_, *mesh_, look, context()), drawn_->bar);
    scene->tables = heightsTables(*record_);
    panels.insert(panels.begin(), std::move(scene));
    return panels;
}

ParameterMap LogitHeightsView::viewState() const {
    return heightsViewValues({controls_->look(), {canvas_->camera(), canvas_->isFitted()}});
}

void LogitHeightsView::setViewState(const ParameterMap& values) {
    if (values.empty()) return;
    auto state = heightsViewState(values);
    if (!state.isOk()) return;
    HeightsLook look = std::move(state.value().look);
    if (result_) look.hiddenClass.resize(static_cast<std::size_t>(result_->classCount()), 0);
    controls_->setLook(look);
    const HeldCamera& held = state.value().camera;
    if (!held.camera) return;
    canvas_->setCamera(*held.camera);
    if (held.isFitted) canvas_->resetCamera();
    Q_EMIT viewStateChanged();
}

bool LogitHeightsView::isSettled() const {
    return !isReading_ && !isDrawing_ && tables_->isSettled() && canvas_->isUpToDate();
}

void LogitHeightsView::askForMesh() {
    auto* dialog = new QFileDialog(this, tr("Save the surface"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Surface for ParaView (*.vtp)"), tr("Surface for Blender (*.ply)"),
                            tr("Surface for NumPy (*.npz)")});
    dialog->setDefaultSuffix(QStringLiteral("vtp"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.section(QStringLiteral("*."), 1).chopped(1));
    });
    connect(dialog, &QFileDialog::fileSelected, this, &LogitHeightsView::saveMesh);
    dialog->open();
}

void LogitHeightsView::saveMesh(const QString& path) {
    if (!result_) return;
    context_.jobs.start<Done>(
        this, QStringLiteral("mesh"), tr("Writing %1").arg(QFileInfo(path).fileName()), JobLane::Background,
        [result = result_, mesh = mesh_, look = controls_->look(), path = path.toStdString()](
            std::stop_token, Progress&) { return writeHeightsMesh(path, *result, *mesh, look); },
        [this, path](Result<Done> written) {
            if (written.isOk()) Q_EMIT noticeRaised(tr("Written: %1").arg(path));
            if (written.isError()) Q_EMIT noticeRaised(QString::fromStdString(written.error().message));
        });
}

}  // namespace tessera
