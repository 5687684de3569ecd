// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/compare_view.h"

#include <QFileInfo>
#include <QScrollArea>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/record_columns.h"

namespace tessera {
namespace {

double valueAt(const std::vector<double>* values, std::size_t row, double otherwise) {
    return values && row < values->size() && std::isfinite((*values)[row]) ? (*values)[row] : otherwise;
}

}  // namespace

CompareView::CompareView(const ViewContext& context, RecordScenes scenes, QWidget* parent)
    : ResultView(parent),
      context_(context),
      thumbnails_(context.jobs),
      columns_(new HeadColumns(context.workspace, context.jobs, thumbnails_)),
      tables_(new RecordView(context, scenes)),
      splitter_(new QSplitter(Qt::Vertical)) {
    setAccessibleName(tr("Compare heads"));
    splitter_->addWidget(columns_);
    // Where there is little room the tables scroll, so that the pictures keep theirs.
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(tables_);
    splitter_->addWidget(scroll);
    splitter_->setStretchFactor(0, 3);
    splitter_->setStretchFactor(1, 2);
    splitter_->setSizes({420, 260});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter_);
    thumbnails_.setDataset(context.workspace.dataset());
    connect(tables_, &RecordView::originFound, this, &CompareView::findHeads);
    connect(tables_, &RecordView::noticeRaised, this, &CompareView::noticeRaised);
    // What the result says at a glance comes first.
    connect(tables_, &RecordView::picturesShown, this, [this] {
        if (tables_->tabs()->currentIndex() == 0 && tables_->tabs()->count() > 1)
            tables_->tabs()->setCurrentIndex(1);
    });
    connect(columns_, &HeadColumns::nextWanted, this, &CompareView::goToNext);
    connect(&context.workspace, &Workspace::datasetChanged, this, [this] {
        thumbnails_.setDataset(context_.workspace.dataset());
        shownBefore_.clear();
        findHeads();
    });
    connect(&context.workspace, &Workspace::modelsChanged, this, &CompareView::findHeads);
    connect(&context.workspace, &Workspace::normalisationChanged, this, [this] {
        shownBefore_.clear();
        findHeads();
    });
    CompareView::show(nullptr);
}

void CompareView::show(std::shared_ptr<const ResultRecord> record) {
    record_ = std::move(record);
    shownBefore_.clear();
    tables_->show(record_);  // finds the heads, once it knows that the data are its own
    // A sample that tells the heads apart is the one to begin with.
    if (record_ && context_.workspace.dataset() && context_.workspace.currentSample() < 0) goToNext();
}

// As the result names them, with their searches as they were set after units and tuning.
std::vector<CompareView::WantedHead> CompareView::wantedHeads() const {
    std::vector<WantedHead> wanted;
    if (!record_) return wanted;
    if (const auto* heads = record_->table("heads")) {
        const auto *names = columnValues<std::string>(*heads, "head"),
                   *hashes = columnValues<std::string>(*heads, "sha256"),
                   *files = columnValues<std::string>(*heads, "file");
        const auto *radius = columnValues<double>(*heads, "radius"),
                   *step = columnValues<double>(*heads, "step"),
                   *shift = columnValues<double>(*heads, "shift_weight"),
                   *support = columnValues<double>(*heads, "support_weight");
        for (std::size_t row = 0; names && hashes && files && row < names->size(); ++row)
            wanted.push_back({{QString::fromStdString((*names)[row]), nullptr, valueAt(radius, row, 1),
                               valueAt(step, row, 0.01), valueAt(shift, row, 0), valueAt(support, row, 0)},
                              (*files)[row],
                              (*hashes)[row]});
        return wanted;
    }
    // Of one model: its file comes first, and what was used is in the summary.
    if (record_->provenance.files.empty() || !record_->metric("radius")) return wanted;
    const auto& file = record_->provenance.files.front();
    const auto used = [&](const char* name, double otherwise) {
        const auto* metric = record_->metric(name);
        return metric && std::isfinite(metric->value) ? metric->value : otherwise;
    };
    wanted.push_back(
        {{QFileInfo(QString::fromStdString(file.path)).completeBaseName(), nullptr, used("radius", 1),
          used("step", 0.01), used("shift_weight", 0), used("support_weight", 0)},
         file.path,
         file.sha256});
    return wanted;
}

// The columns are those heads of the result that are open.
void CompareView::findHeads() {
    const auto wanted = wantedHeads();
    const auto showNone = [&](const QString& why) {
        shownBefore_.clear();
        columns_->setColumns({}, {}, 0);
        columns_->setNote(why);
    };
    if (wanted.empty())
        return showNone(record_ ? tr("This result names no heads; run the probe again.")
                                : tr("No result. Open two or more heads and run Compare heads."));
    const auto data = context_.workspace.dataset();
    if (!data) return showNone(tr("Open the data that the heads were compared on to see them side by side."));
    if (tables_->isComparingData()) return showNone(tr("Checking whether these are the data of the result…"));
    if (!tables_->isOfOpenData())
        return showNone(
            tr("The heads were compared on other data; open those to see the heads side by side."));
    std::vector<ComparedColumn> columns;
    QStringList missing;
    for (const auto& head : wanted) {
        const auto found = context_.workspace.modelOf({head.file, head.sha256});
        if (!found) {
            missing << QFileInfo(QString::fromStdString(head.file)).fileName();
            continue;
        }
        columns.push_back(head.column);
        columns.back().model = found;
    }
    // The same heads in the same state need no new search.
    if (columns.empty() || columns != shownBefore_) {
        shownBefore_ = columns;
        columns_->setColumns(std::move(columns), record_->parameters, record_->provenance.seed);
    }
    columns_->setNote(missing.isEmpty() ? QString()
                                        : tr("Not open: %1. Open what is missing to see its column.")
                                              .arg(missing.join(QStringLiteral(", "))));
}

void CompareView::goToNext() {
    const auto* samples = record_ ? record_->table("samples") : nullptr;
    const auto* index = samples ? columnValues<std::int64_t>(*samples, "sample") : nullptr;
    if (!index || index->empty()) return;
    const auto *predictions = columnValues<std::int64_t>(*samples, "predictions"),
               *flips = columnValues<std::int64_t>(*samples, "flips"),
               *supported = columnValues<std::int64_t>(*samples, "supported"),
               *heads = columnValues<std::int64_t>(*samples, "heads"),
               *flipped = columnValues<std::int64_t>(*samples, "flipped");
    const bool areHeads = predictions && flips && supported && heads;
    // Of several heads one that they take differently, of one head a flip.
    const auto isTelling = [&](std::size_t row) {
        if (!areHeads) return flipped && (*flipped)[row] != 0;
        const auto part = [&](std::int64_t count) { return count > 0 && count < (*heads)[row]; };
        return (*predictions)[row] > 1 || part((*flips)[row]) || part((*supported)[row]);
    };
    const auto current = context_.workspace.currentSample();
    const auto count = index->size();
    const auto at =
        static_cast<std::size_t>(std::upper_bound(index->begin(), index->end(), current) - index->begin());
    for (std::size_t i = 0; i < count; ++i)
        if (const auto row = (at + i) % count; isTelling(row))
            return context_.workspace.setCurrentSample((*index)[row]);
    Q_EMIT noticeRaised(areHeads ? tr("The heads agree on every sample: in prediction, flip and support.")
                                 : tr("No sample flips."));
    if (current < 0) context_.workspace.setCurrentSample(index->front());
}

std::vector<std::shared_ptr<const PanelScene>> CompareView::panels() const {
    auto panels = columns_->panels();
    for (auto& panel : tables_->panels()) panels.push_back(std::move(panel));
    return panels;
}

bool CompareView::isSettled() const {
    return columns_->isSettled() && tables_->isSettled();
}

}  // namespace tessera
