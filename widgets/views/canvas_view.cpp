// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/canvas_view.h"

#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/views/plot_style.h"
#include "widgets/volume/volume_canvas.h"

namespace tessera {
namespace {

constexpr int kRoomForControls = 560;

}  // namespace

CanvasView::CanvasView(const ViewContext& context, QWidget* parent)
    : ResultView(parent),
      context_(context),
      tables_(new RecordView(context)),
      canvas_(new VolumeCanvas(context.jobs)),
      notice_(new QLabel),
      showControls_(new QToolButton) {
    connect(tables_, &RecordView::noticeRaised, this, &CanvasView::noticeRaised);
    connect(canvas_, &VolumeCanvas::cameraChanged, this, &CanvasView::viewStateChanged);
    canvas_->setEmptyText(tr("Nothing to show yet."));
    canvas_->setTheme(screenTheme(*this));
}

void CanvasView::build(QWidget* controls, QWidget* readout, const QString& title,
                       const QString& controlsTip) {
    notice_->setWordWrap(true);
    notice_->setMargin(6);
    notice_->hide();
    auto* picture = new QVBoxLayout;
    picture->setContentsMargins(0, 0, 0, 0);
    picture->setSpacing(0);
    picture->addWidget(notice_);
    picture->addWidget(canvas_, 1);
    picture->addWidget(readout);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(controls);
    scroll->setFixedWidth(controls->sizeHint().width() + 20);
    auto* page = new QWidget;
    auto* row = new QHBoxLayout(page);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addLayout(picture, 1);
    row->addWidget(scroll);
    showControls_->setText(tr("Controls"));
    showControls_->setToolTip(controlsTip);
    showControls_->setCheckable(true);
    showControls_->setChecked(true);
    showControls_->setAutoRaise(true);
    connect(showControls_, &QToolButton::toggled, scroll, &QWidget::setVisible);
    connect(showControls_, &QToolButton::clicked, this, [this] { isControlsChosen_ = true; });
    tables_->tabs()->setCornerWidget(showControls_);
    tables_->tabs()->insertTab(0, page, title);
    tables_->tabs()->setCurrentIndex(0);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(tables_);
}

void CanvasView::changeEvent(QEvent* event) {
    ResultView::changeEvent(event);
    if (event->type() != QEvent::PaletteChange) return;
    canvas_->setTheme(screenTheme(*this));
    drawAgain();
}

// Where there is little room the picture has it.
void CanvasView::resizeEvent(QResizeEvent* event) {
    ResultView::resizeEvent(event);
    if (!isControlsChosen_) showControls_->setChecked(width() >= kRoomForControls);
}

void CanvasView::beginReading(std::shared_ptr<const ResultRecord> record) {
    record_ = std::move(record);
    tables_->show(record_);
    context_.jobs.cancelKey(this, QStringLiteral("read"));
    isReading_ = record_ != nullptr;
}

void CanvasView::endReading(const Error* error) {
    isReading_ = false;
    if (error) canvas_->setEmptyText(QString::fromStdString(error->message));
}

void CanvasView::setNotice(const QString& sentence) {
    notice_->setText(sentence);
    notice_->setVisible(!sentence.isEmpty());
}

HeldCamera CanvasView::heldCamera() const {
    return {canvas_->camera(), canvas_->isFitted()};
}

void CanvasView::holdCamera(const HeldCamera& held) {
    if (!held.camera) return;
    canvas_->setCamera(*held.camera);
    if (held.isFitted) canvas_->resetCamera();
    Q_EMIT viewStateChanged();
}

void CanvasView::askForMesh(const QString& title, const QStringList& filters,
                            std::function<void(const QString&)> save) {
    auto* dialog = new QFileDialog(this, title);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters(filters);
    const auto suffixOf = [](const QString& filter) {
        return filter.section(QStringLiteral("*."), 1).chopped(1);
    };
    dialog->setDefaultSuffix(suffixOf(filters.front()));
    connect(dialog, &QFileDialog::filterSelected, dialog,
            [dialog, suffixOf](const QString& filter) { dialog->setDefaultSuffix(suffixOf(filter)); });
    connect(dialog, &QFileDialog::fileSelected, this, std::move(save));
    dialog->open();
}

void CanvasView::writeMesh(const QString& path, std::function<Result<Done>()> write) {
    context_.jobs.start<Done>(
        this, QStringLiteral("mesh"), tr("Writing %1").arg(QFileInfo(path).fileName()), JobLane::Background,
        [write = std::move(write)](std::stop_token, Progress&) { return write(); },
        [this, path](Result<Done> written) {
            if (written.isOk()) Q_EMIT noticeRaised(tr("Written: %1").arg(path));
            if (written.isError()) Q_EMIT noticeRaised(QString::fromStdString(written.error().message));
        });
}

}  // namespace tessera
