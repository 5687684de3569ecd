// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/record_view.h"

#include <QFileInfo>
#include <QLabel>
#include <QTabWidget>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/views/panel_canvas.h"
#include "widgets/views/record_origin.h"
#include "widgets/views/record_summary.h"

namespace tessera {

RecordView::RecordView(const ViewContext& context, RecordScenes scenes, QWidget* parent)
    : ResultView(parent),
      context_(context),
      scenes_(scenes),
      thumbnails_(context.jobs),
      otherData_(new QLabel),
      tabs_(new QTabWidget),
      summary_(new QTextBrowser) {
    tabs_->setDocumentMode(true);
    summary_->setAccessibleName(tr("Summary of the result"));
    summary_->setFrameShape(QFrame::NoFrame);
    summary_->document()->setDocumentMargin(12);
    tabs_->addTab(summary_, tr("Summary"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    otherData_->setObjectName(QStringLiteral("otherData"));
    otherData_->setWordWrap(true);
    otherData_->setMargin(6);
    otherData_->hide();
    layout->addWidget(otherData_);
    layout->addWidget(tabs_);
    thumbnails_.setDataset(context.workspace.dataset());
    connect(&context.workspace, &Workspace::datasetChanged, this, [this] {
        thumbnails_.setDataset(context_.workspace.dataset());
        findOrigin();
    });
    RecordView::show(nullptr);
}

void RecordView::show(std::shared_ptr<const ResultRecord> record) {
    record_ = std::move(record);
    context_.jobs.cancelKey(this, QStringLiteral("pictures"));
    isDrawing_ = false;
    showPictures({});
    const std::size_t tables = record_ ? record_->tables.size() : 0;
    while (pages_.size() > tables) {
        delete pages_.back();
        pages_.pop_back();
    }
    if (!record_) {
        findOrigin();
        return summary_->setPlainText(tr("No result yet."));
    }
    summary_->setHtml(recordSummaryHtml(*record_));
    for (std::size_t i = 0; i < tables; ++i) {
        const Table& table = record_->tables[i];
        const QString title = QString::fromStdString(table.title.empty() ? table.name : table.title);
        if (i == pages_.size()) {
            pages_.push_back(new TablePage(context_, thumbnails_));
            connect(&pages_.back()->tableView(), &TableView::noticeRaised, this, &RecordView::noticeRaised);
            tabs_->addTab(pages_.back(), title);
        }
        tabs_->setTabText(tabs_->indexOf(pages_[i]), title);
        pages_[i]->setTable(std::shared_ptr<const Table>(record_, &table));
    }
    findOrigin();
    if (!scenes_) return;
    isDrawing_ = true;
    using Scenes = std::vector<std::shared_ptr<const PanelScene>>;
    context_.jobs.start<Scenes>(
        this, QStringLiteral("pictures"), QString(), JobLane::Interactive,
        [scenes = scenes_, shown = record_, context = sceneContext(context_.workspace)](
            std::stop_token, Progress&) -> Result<Scenes> { return scenes(shown, context); },
        [this](Result<Scenes> pictures) {
            isDrawing_ = false;
            if (!pictures.isOk()) return;
            showPictures(std::move(pictures).value());
            Q_EMIT picturesShown();
        });
}

// Samples are numbers: those of other data would select, and show, whatever has that number here.
void RecordView::findOrigin() {
    context_.jobs.cancelKey(this, QStringLiteral("origin"));
    isComparing_ = false;
    const auto data = context_.workspace.dataset();
    const auto known = record_ ? isOfDataByPath(*record_, data.get()) : true;
    isComparing_ = !known;
    setOfOpenData(known.value_or(false));
    if (known) return;
    context_.jobs.start<bool>(
        this, QStringLiteral("origin"), QString(), JobLane::Interactive,
        [record = record_, data](std::stop_token stop, Progress&) {
            return isOfDataByContents(*record, *data, std::move(stop));
        },
        [this](Result<bool> isOfData) {
            isComparing_ = false;
            setOfOpenData(isOfData.isOk() && isOfData.value());
        });
}

void RecordView::setOfOpenData(bool isOfOpenData) {
    isOfOpenData_ = isOfOpenData;
    for (TablePage* page : pages_) page->setOfOpenData(isOfOpenData);
    const bool hasSamples =
        record_ && std::any_of(record_->tables.begin(), record_->tables.end(),
                               [](const Table& table) { return !table.sampleColumn.empty(); });
    otherData_->setVisible(!isOfOpenData && hasSamples && !isComparing_);
    Q_EMIT originFound();
    if (otherData_->isHidden()) return;
    const auto& files = record_->provenance.files;
    otherData_->setText(
        tr("Made on %1, which is not the data set that is open: rows are not linked to samples.")
            .arg(files.size() > 1 ? QFileInfo(QString::fromStdString(files[1].path)).fileName()
                                  : tr("data")));
}

void RecordView::showPictures(std::vector<std::shared_ptr<const PanelScene>> pictures) {
    while (canvases_.size() > pictures.size()) {
        delete canvases_.back();
        canvases_.pop_back();
    }
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        if (i == canvases_.size()) {
            canvases_.push_back(new PanelCanvas(context_.jobs));
            tabs_->insertTab(static_cast<int>(i) + 1, canvases_.back(), QString());
        }
        const QString title = pictures[i]->title();
        tabs_->setTabText(tabs_->indexOf(canvases_[i]),
                          title.isEmpty() ? tr("Picture %1").arg(i + 1) : title);
        canvases_[i]->setScene(pictures[i]);
    }
}

std::vector<std::shared_ptr<const PanelScene>> RecordView::panels() const {
    std::vector<std::shared_ptr<const PanelScene>> front, rest;
    for (const auto* canvas : canvases_)
        if (canvas->scene()) (tabs_->currentWidget() == canvas ? front : rest).push_back(canvas->scene());
    for (const auto* page : pages_)
        for (auto& panel : page->panels())
            (tabs_->currentWidget() == page ? front : rest).push_back(std::move(panel));
    front.insert(front.end(), rest.begin(), rest.end());
    return front;
}

bool RecordView::isSettled() const {
    for (const auto* page : pages_)
        if (!page->isSettled()) return false;
    for (const auto* canvas : canvases_)
        if (canvas->isVisible() && !canvas->isUpToDate()) return false;
    return !isDrawing_ && !isComparing_;
}

}  // namespace tessera
