// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/row_selection.h"

#include <algorithm>

namespace tessera {

RowSelection::RowSelection(Workspace& workspace, QObject* parent) : QObject(parent), workspace_(workspace) {
    connect(&workspace, &Workspace::selectionChanged, this, &RowSelection::followSelection);
    connect(&workspace, &Workspace::currentSampleChanged, this, &RowSelection::followCurrent);
    connect(&workspace, &Workspace::referenceSampleChanged, this, &RowSelection::followCurrent);
}

void RowSelection::setTable(std::shared_ptr<const Table> table) {
    table_ = std::move(table);
    readSamples();
}

void RowSelection::setOfOpenData(bool isOfOpenData) {
    if (isOfOpenData == isOfOpenData_) return;
    isOfOpenData_ = isOfOpenData;
    readSamples();
}

void RowSelection::readSamples() {
    samples_.clear();
    rowsOfSample_.clear();
    currentRow_ = referenceRow_ = -1;
    const Column* column = table_ && isOfOpenData_ ? table_->column(table_->sampleColumn) : nullptr;
    if (const auto* samples = column ? std::get_if<std::vector<std::int64_t>>(&column->values) : nullptr) {
        samples_.assign(samples->begin(), samples->end());
        for (std::size_t row = 0; row < samples_.size(); ++row)
            rowsOfSample_.emplace_back(samples_[row], row);
        std::sort(rowsOfSample_.begin(), rowsOfSample_.end());
    }
    mask_.assign(table_ ? table_->rows() : 0, 0);
    count_ = 0;
    if (!isLinked()) {
        countRows();
        Q_EMIT currentChanged();
    }
    followSelection();
    followCurrent();
}

qint64 RowSelection::rowOf(qint64 sample) const {
    const auto found =
        std::lower_bound(rowsOfSample_.begin(), rowsOfSample_.end(), std::pair(sample, std::size_t(0)));
    return found != rowsOfSample_.end() && found->first == sample ? static_cast<qint64>(found->second) : -1;
}

void RowSelection::countRows() {
    count_ = static_cast<std::size_t>(std::count(mask_.begin(), mask_.end(), 1));
    Q_EMIT changed();
}

void RowSelection::followSelection() {
    if (!isLinked()) return;
    const auto& selection = workspace_.selection();  // ascending, as rowsOfSample_ is
    std::fill(mask_.begin(), mask_.end(), 0);
    auto next = selection.begin();
    for (const auto& [sample, row] : rowsOfSample_) {
        while (next != selection.end() && *next < sample) ++next;
        if (next == selection.end()) break;
        if (*next == sample) mask_[row] = 1;
    }
    countRows();
}

void RowSelection::followCurrent() {
    if (!isLinked()) return;
    const qint64 current = workspace_.currentSample();
    // Of several rows of one sample, the one that was clicked stays.
    if (currentRow_ < 0 || samples_[static_cast<std::size_t>(currentRow_)] != current)
        currentRow_ = rowOf(current);
    referenceRow_ = rowOf(workspace_.referenceSample());
    Q_EMIT currentChanged();
}

void RowSelection::select(const std::vector<std::size_t>& rows, SelectionMode mode) {
    if (isLinked()) {
        std::vector<qint64> samples;
        samples.reserve(rows.size());
        for (const auto row : rows)
            if (row < samples_.size()) samples.push_back(samples_[row]);
        workspace_.setSelection(std::move(samples), mode);
        return;
    }
    if (mode == SelectionMode::Replace) std::fill(mask_.begin(), mask_.end(), 0);
    for (const auto row : rows)
        if (row < mask_.size())
            mask_[row] = mode == SelectionMode::Remove ? 0 : mode == SelectionMode::Toggle ? !mask_[row] : 1;
    countRows();
}

void RowSelection::setCurrentRow(qint64 row) {
    if (row == currentRow_ || row >= static_cast<qint64>(mask_.size())) return;
    currentRow_ = row;
    if (isLinked() && row >= 0) workspace_.setCurrentSample(samples_[static_cast<std::size_t>(row)]);
    Q_EMIT currentChanged();
}

}  // namespace tessera
