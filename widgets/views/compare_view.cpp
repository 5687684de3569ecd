// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/compare_view.h"

#include <QFileInfo>
#include <QScrollArea>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "widgets/views/record_origin.h"

namespace tessera {
namespace {

template <typename T>
const std::vector<T>* valuesOf(const Table* table, const char* name) {
    const Column* column = table ? table->column(name) : nullptr;
    return column ? std::get_if<std::vector<T>>(&column->values) : nullptr;
}

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
    tables_->show(record_);
    findHeads();
    // A sample that tells the heads apart is the one to begin with.
    if (record_ && context_.workspace.dataset() && context_.workspace.currentSample() < 0) goToNext();
}

// As the result names them, with their searches as they were set after units and tuning.
std::vector<CompareView::WantedHead> CompareView::wantedHeads() const {
    std::vector<WantedHead> wanted;
    if (!record_) return wanted;
    if (const auto* heads = record_->table("heads")) {
        const auto *names = valuesOf<std::string>(heads, "head"),
                   *hashes = valuesOf<std::string>(heads, "sha256"),
                   *files = valuesOf<std::string>(heads, "file");
        const auto *radius = valuesOf<double>(heads, "radius"), *step = valuesOf<double>(heads, "step"),
                   *shift = valuesOf<double>(heads, "shift_weight"),
                   *support = valuesOf<double>(heads, "support_weight");
        for (std::size_t row = 0; names && hashes && files && row < names->size(); ++row)
            wanted.push_back({(*names)[row], (*files)[row], (*hashes)[row], valueAt(radius, row, 1),
                              valueAt(step, row, 0.01), valueAt(shift, row, 0), valueAt(support, row, 0)});
        return wanted;
    }
    // Of one model: its file comes first, and what was used is in the summary.
    if (record_->provenance.files.empty() || !record_->metric("radius")) return wanted;
    const auto& file = record_->provenance.files.front();
    const auto used = [&](const char* name, double otherwise) {
        const auto* metric = record_->metric(name);
        return metric && std::isfinite(metric->value) ? metric->value : otherwise;
    };
    wanted.push_back({std::filesystem::path(file.path).stem().string(), file.path, file.sha256,
                      used("radius", 1), used("step", 0.01), used("shift_weight", 0),
                      used("support_weight", 0)});
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
    if (!isOfDataByPath(*record_, data.get()).value_or(true))
        return showNone(
            tr("The heads were compared on other data; open those to see the heads side by side."));
    std::vector<ComparedColumn> columns;
    QStringList missing;
    for (const auto& head : wanted) {
        std::shared_ptr<const Model> found;
        for (const auto& model : context_.workspace.models()) {
            const auto& info = model->info();
            const bool isSamePath = info.path.string() == head.file;
            const bool isIt =
                info.sha256.empty() && head.sha256.empty() ? isSamePath : info.sha256 == head.sha256;
            if (isIt && (!found || isSamePath)) found = model;
        }
        if (!found) {
            missing << QFileInfo(QString::fromStdString(head.file)).fileName();
            continue;
        }
        columns.push_back({QString::fromStdString(head.name), found, head.radius, head.step, head.shiftWeight,
                           head.supportWeight});
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
    const auto* index = valuesOf<std::int64_t>(samples, "sample");
    if (!index || index->empty()) return;
    const auto *predictions = valuesOf<std::int64_t>(samples, "predictions"),
               *flips = valuesOf<std::int64_t>(samples, "flips"),
               *supported = valuesOf<std::int64_t>(samples, "supported"),
               *heads = valuesOf<std::int64_t>(samples, "heads"),
               *flipped = valuesOf<std::int64_t>(samples, "flipped");
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
