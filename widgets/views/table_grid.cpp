// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/table_grid.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QMouseEvent>
#include <algorithm>

namespace tessera {

TableGrid::TableGrid(TableModel& model, RowSelection& rows, QWidget* parent)
    : QTableView(parent), model_(model), rows_(rows) {
    setModel(&model);
    setSelectionMode(QAbstractItemView::NoSelection);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setAlternatingRowColors(true);
    setWordWrap(false);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setTabKeyNavigation(false);
    // A fixed height: the view then never asks 50,000 rows for theirs.
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    verticalHeader()->setVisible(false);
    horizontalHeader()->setSectionsClickable(true);
    horizontalHeader()->setSortIndicatorShown(true);
    horizontalHeader()->setSortIndicatorClearable(true);
    horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setHighlightSections(false);
}

void TableGrid::selectLines(int from, int to, tessera::SelectionMode mode) {
    std::vector<std::size_t> rows;
    for (int line = std::max(0, std::min(from, to)); line <= std::max(from, to) && line < model_.rowCount();
         ++line)
        rows.push_back(model_.rowAt(line));
    rows_.select(rows, mode);
}

void TableGrid::takeLine(int line, Qt::KeyboardModifiers modifiers) {
    if (line < 0 || line >= model_.rowCount()) return;
    const auto row = model_.rowAt(line);
    setCurrentIndex(model_.index(line, std::max(currentIndex().column(), 0)));
    if (modifiers & Qt::ShiftModifier) {
        selectLines(
            anchorLine_, line,
            modifiers & Qt::ControlModifier ? tessera::SelectionMode::Add : tessera::SelectionMode::Replace);
    } else {
        anchorLine_ = line;
        rows_.select({row}, modifiers & Qt::ControlModifier ? tessera::SelectionMode::Toggle
                                                            : tessera::SelectionMode::Replace);
    }
    rows_.setCurrentRow(static_cast<qint64>(row));
}

void TableGrid::mousePressEvent(QMouseEvent* event) {
    QTableView::mousePressEvent(event);
    if (event->button() != Qt::LeftButton) return;
    takeLine(rowAt(event->position().toPoint().y()), event->modifiers());
}

void TableGrid::mouseMoveEvent(QMouseEvent* event) {
    QTableView::mouseMoveEvent(event);
    if (!(event->buttons() & Qt::LeftButton)) return;
    const int line = rowAt(event->position().toPoint().y());
    if (line >= 0 && line != currentIndex().row()) takeLine(line, event->modifiers() | Qt::ShiftModifier);
}

void TableGrid::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) return Q_EMIT copyRequested();
    if (event->matches(QKeySequence::SelectAll))
        return selectLines(0, model_.rowCount() - 1, tessera::SelectionMode::Replace);
    const int before = currentIndex().row();
    if (event->key() == Qt::Key_Space && before >= 0)
        return rows_.select({model_.rowAt(before)}, tessera::SelectionMode::Toggle);
    if (event->key() == Qt::Key_Escape && rows_.count() > 0)
        return rows_.select({}, tessera::SelectionMode::Replace);
    QTableView::keyPressEvent(event);
    const int line = currentIndex().row();
    if (line < 0 || line == before) return;
    // Ctrl moves the focus without selecting.
    if ((event->modifiers() & Qt::ControlModifier) && !(event->modifiers() & Qt::ShiftModifier))
        rows_.setCurrentRow(static_cast<qint64>(model_.rowAt(line)));
    else
        takeLine(line, event->modifiers() & Qt::ShiftModifier);
}

}  // namespace tessera
