// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/table_view.h"

#include <QCheckBox>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/session/record_csv.h"
#include "widgets/scenes/column_values.h"
#include "widgets/scenes/scene_text.h"
#include "widgets/views/table_grid.h"

namespace tessera {
namespace {

QStringList classNames(const Workspace& workspace) {
    QStringList names;
    for (int i = 0; i < workspace.classCount(); ++i) names << workspace.className(i);
    return names;
}

// The given rows of a table, in this order.
Table rowsOf(const Table& table, const std::vector<std::size_t>& rows) {
    Table result{table.name, table.title, {}, table.sampleColumn};
    for (const auto& column : table.columns) {
        Column copy{column.name, column.label, column.unit, column.sentence, {}};
        std::visit(
            [&](const auto& values) {
                std::decay_t<decltype(values)> taken;
                taken.reserve(rows.size());
                for (const auto row : rows) taken.push_back(values[row]);
                copy.values = std::move(taken);
            },
            column.values);
        result.columns.push_back(std::move(copy));
    }
    return result;
}

}  // namespace

TableView::TableView(const ViewContext& context, RowSelection& rows, ThumbnailCache& thumbnails,
                     QWidget* parent)
    : QWidget(parent),
      workspace_(context.workspace),
      jobs_(context.jobs),
      rows_(rows),
      model_(rows, thumbnails),
      grid_(new TableGrid(model_, rows)),
      filter_(new QLineEdit),
      count_(new QLabel),
      problem_(new QLabel),
      pictures_(new QCheckBox(tr("Pictures"))) {
    filter_->setPlaceholderText(tr("Filter: words, or margin < 0.5 and label != predicted"));
    filter_->setClearButtonEnabled(true);
    filter_->setAccessibleName(tr("Filter rows"));
    filter_->setToolTip(
        tr("Words that a row must hold, or comparisons of columns: < <= > >= = != and ~ (holds), "
           "joined by and, or, not and brackets."));
    grid_->setAccessibleName(tr("Table"));
    problem_->setWordWrap(true);
    problem_->hide();
    auto* more = new QToolButton;
    more->setText(tr("Export"));
    more->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(more);
    menu->addAction(tr("Copy selected rows"), this, &TableView::copySelected);
    menu->addAction(tr("Save shown rows as CSV …"), this, &TableView::exportCsv);
    more->setMenu(menu);
    auto* bar = new QHBoxLayout;
    bar->addWidget(filter_, 1);
    bar->addWidget(pictures_);
    bar->addWidget(more);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 6, 6, 6);
    column->addLayout(bar);
    column->addWidget(problem_);
    column->addWidget(grid_, 1);
    column->addWidget(count_);

    connect(filter_, &QLineEdit::textChanged, this, &TableView::reorder);
    connect(grid_->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this,
            [this](int section, Qt::SortOrder order) {
                sortColumn_ = section;
                descending_ = order == Qt::DescendingOrder;
                reorder();
            });
    connect(grid_, &TableGrid::copyRequested, this, &TableView::copySelected);
    connect(&rows_, &RowSelection::currentChanged, this, &TableView::showCurrent);
    connect(&rows_, &RowSelection::changed, this, &TableView::updateCount);
    connect(pictures_, &QCheckBox::toggled, this, [this](bool shown) {
        const int height = shown ? 44 : fontMetrics().height() + 6;
        grid_->setIconSize({40, 40});
        grid_->verticalHeader()->setDefaultSectionSize(height);
        model_.setThumbnailsShown(shown);
        if (grid_->horizontalHeader()->sectionSize(0) < 110 && shown) grid_->setColumnWidth(0, 110);
        showCurrent();
    });
}

QTableView* TableView::grid() const {
    return grid_;
}

void TableView::setTable(std::shared_ptr<const Table> table) {
    jobs_.cancelKey(this, QStringLiteral("order"));
    isOrdering_ = false;
    sortColumn_ = -1;
    {
        const QSignalBlocker quiet(grid_->horizontalHeader());
        grid_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    }
    model_.setTable(table, classNames(workspace_));
    pictures_->setVisible(table && !table->sampleColumn.empty() && workspace_.dataset());
    // From headers and a few rows: 50,000 need not be measured.
    for (int c = 0; c < model_.columnCount(); ++c) {
        int width = grid_->horizontalHeader()->sectionSizeHint(c);
        for (int line = 0; line < std::min(40, model_.rowCount()); ++line)
            width = std::max(width, fontMetrics().horizontalAdvance(
                                        model_.data(model_.index(line, c), Qt::DisplayRole).toString()) +
                                        16);
        grid_->setColumnWidth(c, std::min(width + 6, 320));
    }
    if (!filter_->text().isEmpty()) reorder();
    updateCount();
    showCurrent();
}

void TableView::reorder() {
    const auto table = model_.table();
    if (!table) return;
    auto filter = TableFilter::parse(filter_->text(), table, classNames(workspace_));
    problem_->setVisible(filter.isError());
    if (filter.isError()) return problem_->setText(QString::fromStdString(filter.error().message));
    isOrdering_ = true;
    jobs_.start<std::vector<std::uint32_t>>(
        this, QStringLiteral("order"), QString(), JobLane::Interactive,
        [table, filter = filter.value(), column = sortColumn_, descending = descending_](
            std::stop_token stop, Progress&) -> Result<std::vector<std::uint32_t>> {
            auto order = tableOrder(*table, filter, column, descending, stop);
            if (stop.stop_requested()) return Cancelled{};
            return order;
        },
        [this, table](Result<std::vector<std::uint32_t>> order) {
            isOrdering_ = false;
            if (!order.isOk() || table != model_.table()) return;
            model_.setOrder(std::move(order).value());
            updateCount();
            showCurrent();
        });
}

void TableView::showCurrent() {
    const int line = model_.lineOf(rows_.currentRow());
    if (line < 0 || line == grid_->currentIndex().row()) return;
    grid_->setCurrentIndex(model_.index(line, std::max(0, grid_->currentIndex().column())));
    grid_->scrollTo(model_.index(line, grid_->currentIndex().column()));
}

void TableView::updateCount() {
    const auto all = model_.table() ? static_cast<qint64>(model_.table()->rows()) : 0;
    QString text = model_.rowCount() == all
                       ? tr("%1 rows").arg(grouped(all))
                       : tr("%1 of %2 rows").arg(grouped(model_.rowCount()), grouped(all));
    if (rows_.count() > 0) text += tr(", %1 selected").arg(grouped(static_cast<qint64>(rows_.count())));
    count_->setText(text);
}

std::vector<std::size_t> TableView::shownRows(bool selectedOnly) const {
    std::vector<std::size_t> rows;
    for (const auto row : model_.order())
        if (!selectedOnly || rows_.isSelected(row)) rows.push_back(row);
    return rows;
}

void TableView::copySelected() {
    if (!model_.table()) return;
    auto rows = shownRows(true);
    if (rows.empty()) rows = shownRows(false);
    QGuiApplication::clipboard()->setText(model_.tsv(rows));
    Q_EMIT noticeRaised(tr("%1 rows copied.").arg(grouped(static_cast<qint64>(rows.size()))));
}

void TableView::exportCsv() {
    if (!model_.table()) return;
    auto* dialog = new QFileDialog(this, tr("Save Shown Rows"), {}, tr("CSV (*.csv)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->selectFile(QString::fromStdString(model_.table()->name) + ".csv");
    connect(dialog, &QFileDialog::fileSelected, this, &TableView::writeCsvFile);
    dialog->open();
}

void TableView::writeCsvFile(const QString& path) {
    jobs_.start<Done>(
        this, QStringLiteral("csv"), tr("Writing %1").arg(QFileInfo(path).fileName()), JobLane::Interactive,
        [table = model_.table(), rows = shownRows(false), path](std::stop_token, Progress&) {
            return writeCsv(path.toStdString(), rowsOf(*table, rows));
        },
        [this, path](Result<Done> result) {
            if (result.isOk()) Q_EMIT noticeRaised(tr("Table written: %1").arg(path));
            if (result.isError()) Q_EMIT noticeRaised(QString::fromStdString(result.error().message));
        });
}

}  // namespace tessera
