// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/table_model.h"

#include <QFont>
#include <QGuiApplication>
#include <QPalette>
#include <cmath>
#include <numeric>

#include "widgets/scenes/column_values.h"

namespace tessera {

TableModel::TableModel(RowSelection& rows, ThumbnailCache& thumbnails, QObject* parent)
    : QAbstractTableModel(parent), rows_(rows), thumbnails_(thumbnails) {
    const auto repaint = [this] {
        if (!order_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    };
    connect(&rows, &RowSelection::changed, this, repaint);
    connect(&rows, &RowSelection::currentChanged, this, repaint);
    connect(&thumbnails, &ThumbnailCache::ready, this, [this, repaint] {
        if (thumbnailsShown_) repaint();
    });
}

void TableModel::setTable(std::shared_ptr<const Table> table, QStringList classNames) {
    beginResetModel();
    table_ = std::move(table);
    classNames_ = std::move(classNames);
    namesClass_.clear();
    if (table_)
        for (const auto& column : table_->columns)
            namesClass_.push_back(column.values.index() == 1 && namesClasses(column));
    order_.resize(table_ ? table_->rows() : 0);
    std::iota(order_.begin(), order_.end(), 0);
    lines_.resize(order_.size());
    std::iota(lines_.begin(), lines_.end(), 0);
    endResetModel();
}

void TableModel::setOrder(std::vector<std::uint32_t> order) {
    Q_EMIT layoutAboutToBeChanged();
    const bool sameCount = order.size() == order_.size();
    if (!sameCount) beginResetModel();
    order_ = std::move(order);
    lines_.assign(table_ ? table_->rows() : 0, -1);
    for (std::size_t line = 0; line < order_.size(); ++line) lines_[order_[line]] = static_cast<int>(line);
    if (!sameCount) endResetModel();
    Q_EMIT layoutChanged();
}

void TableModel::setThumbnailsShown(bool shown) {
    thumbnailsShown_ = shown;
    if (!order_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, 0));
}

int TableModel::lineOf(qint64 row) const {
    return row < 0 || row >= static_cast<qint64>(lines_.size()) ? -1 : lines_[static_cast<std::size_t>(row)];
}

int TableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}
int TableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || !table_ ? 0 : static_cast<int>(table_->columns.size());
}

QString TableModel::shownText(const Column& column, std::size_t number, std::size_t row) const {
    const QString text = cellText(column, row);
    if (!namesClass_[number]) return text;
    const QString name = classNames_.value(text.toInt());
    return name.isEmpty() || name == text ? text : text + QStringLiteral(" · ") + name;
}

QVariant TableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !table_) return {};
    const auto row = rowAt(index.row());
    const auto number = static_cast<std::size_t>(index.column());
    const Column& column = table_->columns[number];
    switch (role) {
        case Qt::DisplayRole:
            return shownText(column, number, row);
        case Qt::ToolTipRole:
            if (const auto* reals = std::get_if<std::vector<double>>(&column.values))
                return std::isnan((*reals)[row]) ? tr("no value") : QString::number((*reals)[row], 'g', 17);
            return {};
        case Qt::TextAlignmentRole:
            return column.values.index() == 2 || namesClass_[number]
                       ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
                       : QVariant(Qt::AlignRight | Qt::AlignVCenter);
        case Qt::BackgroundRole:
            if (rows_.isSelected(row)) return QGuiApplication::palette().brush(QPalette::Highlight);
            return {};
        case Qt::ForegroundRole:
            if (rows_.isSelected(row)) return QGuiApplication::palette().brush(QPalette::HighlightedText);
            return {};
        case Qt::FontRole:
            if (static_cast<qint64>(row) == rows_.currentRow()) {
                QFont font;
                font.setBold(true);
                return font;
            }
            return {};
        case Qt::DecorationRole:
            if (thumbnailsShown_ && index.column() == 0 && rows_.isLinked())
                return thumbnails_.thumbnail(rows_.sampleOf(row));
            return {};
        default:
            return {};
    }
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical) return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    if (!table_ || section < 0 || section >= columnCount()) return {};
    const Column& column = table_->columns[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) return titleWithUnit(column);
    if (role == Qt::ToolTipRole)
        return QStringLiteral("<p>%1</p><p><b>%2</b></p>")
            .arg(QString::fromStdString(column.sentence).toHtmlEscaped(),
                 QString::fromStdString(column.name).toHtmlEscaped());
    return {};
}

QString TableModel::tsv(const std::vector<std::size_t>& rows) const {
    QStringList lines, cells;
    for (const auto& column : table_->columns) cells << titleWithUnit(column);
    lines << cells.join('\t');
    for (const auto row : rows) {
        cells.clear();
        for (const auto& column : table_->columns) {
            const auto* reals = std::get_if<std::vector<double>>(&column.values);
            QString text = !reals                      ? cellText(column, row)
                           : std::isnan((*reals)[row]) ? QString()
                                                       : QString::number((*reals)[row], 'g', 17);
            cells << text.replace('\t', ' ').replace('\n', ' ');
        }
        lines << cells.join('\t');
    }
    return lines.join('\n') + '\n';
}

}  // namespace tessera
