// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/histogram_view.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>
#include <QVBoxLayout>

#include "widgets/scenes/column_values.h"
#include "widgets/scenes/scatter_scene.h"

namespace tessera {
namespace {

const QString kCorrect = QStringLiteral("\x01right or wrong");  // can be no column's name

}  // namespace

HistogramView::HistogramView(const ViewContext& context, RowSelection& rows, QWidget* parent)
    : QWidget(parent),
      workspace_(context.workspace),
      jobs_(context.jobs),
      plot_(new HistogramPlot(rows)),
      column_(new QComboBox),
      groups_(new QComboBox),
      binCount_(new QSpinBox),
      logX_(new QCheckBox(tr("log"))),
      logCounts_(new QCheckBox(tr("log counts"))) {
    // Two rows: one would make a window of 1280 pixels wider.
    auto *bar = new QHBoxLayout, *bins = new QHBoxLayout;
    const auto add = [&](QHBoxLayout* row, const QString& text, QWidget* widget, int stretch) {
        auto* label = new QLabel(text);
        label->setBuddy(widget);
        row->addWidget(label);
        row->addWidget(widget, stretch);
    };
    for (auto* box : {column_, groups_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(6);
        connect(box, &QComboBox::currentIndexChanged, this, &HistogramView::prepare);
    }
    column_->setAccessibleName(tr("Column"));
    groups_->setAccessibleName(tr("Stacked by"));
    binCount_->setRange(0, 500);
    binCount_->setSpecialValueText(tr("auto"));
    binCount_->setAccessibleName(tr("Number of bins"));
    binCount_->setToolTip(
        tr("Number of bins; auto goes by the spread of the values (Freedman and Diaconis)."));
    logX_->setToolTip(tr("Logarithmic axis and bins"));
    logX_->setAccessibleName(logX_->toolTip());
    logCounts_->setToolTip(tr("Logarithmic counts, to see bars of one beside bars of thousands"));
    connect(binCount_, &QSpinBox::valueChanged, this, &HistogramView::prepare);
    connect(logX_, &QCheckBox::toggled, this, &HistogramView::prepare);
    connect(logCounts_, &QCheckBox::toggled, this, &HistogramView::prepare);
    add(bar, tr("C&olumn"), column_, 1);
    bar->addWidget(logX_);
    add(bins, tr("&Stacked by"), groups_, 1);
    add(bins, tr("&Bins"), binCount_, 0);
    bins->addWidget(logCounts_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 6, 6, 6);
    column->addLayout(bar);
    column->addLayout(bins);
    column->addWidget(plot_, 1);
}

void HistogramView::setTable(std::shared_ptr<const Table> table) {
    const HistogramChoice before = choice();
    table_ = std::move(table);
    isFilling_ = true;
    column_->clear();
    groups_->clear();
    groups_->addItem(tr("nothing"), QString());
    if (table_) {
        if (!correctRows(*table_).empty()) groups_->addItem(tr("right or wrong"), kCorrect);
        for (const auto& column : table_->columns) {
            const QString label = QString::fromStdString(column.label),
                          name = QString::fromStdString(column.name);
            if (column.name != table_->sampleColumn) column_->addItem(label, name);
            if (namesClasses(column)) groups_->addItem(label, name);
        }
        const auto first = table_->column(before.column) ? before.column : firstChoice(*table_).x;
        column_->setCurrentIndex(std::max(0, column_->findData(QString::fromStdString(first))));
        if (before.groups == HistogramChoice::Groups::Class)
            groups_->setCurrentIndex(
                std::max(0, groups_->findData(QString::fromStdString(before.groupColumn))));
        else if (before.groups == HistogramChoice::Groups::Correct || before.column.empty())
            groups_->setCurrentIndex(std::max(0, groups_->findData(kCorrect)));
    }
    isFilling_ = false;
    prepare();
}

HistogramChoice HistogramView::choice() const {
    HistogramChoice choice;
    choice.column = column_->currentData().toString().toStdString();
    const QString group = groups_->currentData().toString();
    choice.groups = group.isEmpty()     ? HistogramChoice::Groups::None
                    : group == kCorrect ? HistogramChoice::Groups::Correct
                                        : HistogramChoice::Groups::Class;
    if (choice.groups == HistogramChoice::Groups::Class) choice.groupColumn = group.toStdString();
    choice.bins = binCount_->value();
    choice.logarithmic = logX_->isChecked();
    choice.logCounts = logCounts_->isChecked();
    return choice;
}

void HistogramView::setChoice(const HistogramChoice& choice) {
    isFilling_ = true;
    column_->setCurrentIndex(std::max(0, column_->findData(QString::fromStdString(choice.column))));
    const QString group = choice.groups == HistogramChoice::Groups::None ? QString()
                          : choice.groups == HistogramChoice::Groups::Correct
                              ? kCorrect
                              : QString::fromStdString(choice.groupColumn);
    groups_->setCurrentIndex(std::max(0, groups_->findData(group)));
    binCount_->setValue(choice.bins);
    logX_->setChecked(choice.logarithmic);
    logCounts_->setChecked(choice.logCounts);
    isFilling_ = false;
    prepare();
}

void HistogramView::prepare() {
    if (isFilling_) return;
    if (!table_ || column_->count() == 0) {
        jobs_.cancelKey(this, QStringLiteral("bins"));
        isPreparing_ = false;
        return plot_->setBins(nullptr);
    }
    isPreparing_ = true;
    using Bins = std::shared_ptr<const HistogramBins>;
    jobs_.start<Bins>(
        this, QStringLiteral("bins"), QString(), JobLane::Interactive,
        [table = table_, choice = choice(), context = sceneContext(workspace_)](
            std::stop_token, Progress&) -> Result<Bins> { return histogramBins(table, choice, context); },
        [this](Result<Bins> bins) {
            isPreparing_ = false;
            if (bins.isOk()) plot_->setBins(std::move(bins).value());
        });
}

}  // namespace tessera
