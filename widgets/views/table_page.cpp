// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/table_page.h"

#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace tessera {
namespace {

// Something to plot: two rows, and a column of numbers that are not mere indices.
bool canBeDrawn(const Table& table) {
    return table.rows() >= 2 &&
           std::any_of(table.columns.begin(), table.columns.end(), [&](const auto& column) {
               return column.values.index() != 2 && column.name != table.sampleColumn;
           });
}

}  // namespace

TablePage::TablePage(const ViewContext& context, ThumbnailCache& thumbnails, QWidget* parent)
    : QWidget(parent),
      rows_(context.workspace),
      splitter_(new QSplitter(Qt::Vertical)),
      plots_(new QTabWidget),
      table_(new TableView(context, rows_, thumbnails)),
      scatter_(new ScatterView(context, rows_, thumbnails)),
      histogram_(new HistogramView(context, rows_)) {
    plots_->setDocumentMode(true);
    plots_->addTab(scatter_, tr("Scatter"));
    plots_->addTab(histogram_, tr("Histogram"));
    splitter_->addWidget(plots_);
    splitter_->addWidget(table_);
    splitter_->setChildrenCollapsible(true);
    splitter_->setStretchFactor(0, 3);
    splitter_->setStretchFactor(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter_);
}

void TablePage::setTable(std::shared_ptr<const Table> table) {
    rows_.setTable(table);
    table_->setTable(table);
    const bool drawn = table && canBeDrawn(*table);
    plots_->setVisible(drawn);
    scatter_->setTable(drawn ? table : nullptr);
    histogram_->setTable(drawn ? table : nullptr);
}

std::vector<std::shared_ptr<const PanelScene>> TablePage::panels() const {
    std::vector<std::shared_ptr<const PanelScene>> panels;
    if (auto scene = scatter_->plot().scene()) panels.push_back(std::move(scene));
    if (auto scene = histogram_->plot().scene()) panels.push_back(std::move(scene));
    if (plots_->currentWidget() == histogram_) std::reverse(panels.begin(), panels.end());
    return panels;
}

void TablePage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const auto wanted = width() > 1.7 * height() && width() > 900 ? Qt::Horizontal : Qt::Vertical;
    if (splitter_->orientation() == wanted && hasSizes_) return;
    splitter_->setOrientation(wanted);
    const int length = wanted == Qt::Horizontal ? width() : height();
    splitter_->setSizes({length * 11 / 20, length * 9 / 20});
    hasSizes_ = true;
}

}  // namespace tessera
