// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/gallery_selection.h"

#include <QGuiApplication>
#include <algorithm>
#include <iterator>

namespace tessera {

GallerySelection::GallerySelection(Workspace& workspace, GalleryModel& model, QAbstractItemView& view)
    : QObject(&view), workspace_(workspace), model_(model), view_(view) {
    connect(view.selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &GallerySelection::takeFromView);
    // A click on the only shown sample of the selection changes nothing that the view shows: no signal comes.
    connect(&view, &QAbstractItemView::clicked, this, [this] { takeFromView({}, {}); });
    connect(&workspace, &Workspace::selectionChanged, this, &GallerySelection::showInView);
    connect(&model, &GalleryModel::orderChanged, this, &GallerySelection::showInView);
    // Filtered rows go away without having been deselected by anybody.
    connect(&model, &GalleryModel::modelAboutToBeReset, this, [this] { isShowing_ = true; });
    connect(&model, &GalleryModel::modelReset, this, [this] { isShowing_ = false; });
}

std::vector<qint64> GallerySelection::samplesOf(const QItemSelection& selection) const {
    std::vector<qint64> samples;
    for (const auto& range : selection)
        for (int row = range.top(); row <= range.bottom(); ++row) samples.push_back(model_.sampleAt(row));
    return samples;
}

QItemSelection GallerySelection::rowsOf(const std::vector<qint64>& samples) const {
    std::vector<int> rows;
    rows.reserve(samples.size());
    for (const qint64 sample : samples)
        if (const int row = model_.rowOf(sample); row >= 0) rows.push_back(row);
    std::sort(rows.begin(), rows.end());
    QItemSelection selection;
    for (std::size_t first = 0; first < rows.size();) {
        std::size_t last = first;
        while (last + 1 < rows.size() && rows[last + 1] == rows[last] + 1) ++last;
        if (selection.size() >= kMostRanges) return {};
        selection.append(QItemSelectionRange(model_.index(rows[first]), model_.index(rows[last])));
        first = last + 1;
    }
    return selection;
}

void GallerySelection::takeFromView(const QItemSelection& selected, const QItemSelection& deselected) {
    if (isShowing_) return;
    isTaking_ = true;
    if (QGuiApplication::keyboardModifiers() & Qt::ControlModifier) {
        auto removed = samplesOf(deselected), next = samplesOf(selected);
        std::sort(removed.begin(), removed.end());
        std::set_difference(workspace_.selection().begin(), workspace_.selection().end(), removed.begin(),
                            removed.end(), std::back_inserter(next));
        workspace_.setSelection(std::move(next));
    } else {
        workspace_.setSelection(samplesOf(view_.selectionModel()->selection()));
    }
    isTaking_ = false;
}

void GallerySelection::showInView() {
    view_.viewport()->update();
    if (isTaking_) return;
    isShowing_ = true;
    view_.selectionModel()->select(rowsOf(workspace_.selection()), QItemSelectionModel::ClearAndSelect);
    isShowing_ = false;
}

}  // namespace tessera
