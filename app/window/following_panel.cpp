// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/following_panel.h"

#include <QLabel>

#include "app/window/view_area.h"

namespace tessera {

FollowingPanel::FollowingPanel(ViewArea& area, Make make, const QString& emptyText, QWidget* parent)
    : QStackedWidget(parent), make_(std::move(make)) {
    auto* empty = new QLabel(emptyText);
    empty->setWordWrap(true);
    empty->setAlignment(Qt::AlignCenter);
    empty->setForegroundRole(QPalette::PlaceholderText);
    empty->setMargin(12);
    addWidget(empty);
    connect(&area, &ViewArea::currentSliceChanged, this, &FollowingPanel::show);
    connect(&area, &ViewArea::sliceAboutToClose, this,
            [this](SliceView* view) { delete panels_.take(view); });
    show(area.currentSlice());
}

void FollowingPanel::show(SliceView* view) {
    if (!view) return setCurrentIndex(0);
    auto& panel = panels_[view];
    if (!panel) {
        panel = make_(*view);
        addWidget(panel);
    }
    setCurrentWidget(panel);
}

// Of the panel in front: the empty one must not dictate the width.
QSize FollowingPanel::sizeHint() const {
    return currentWidget() ? currentWidget()->sizeHint() : QStackedWidget::sizeHint();
}
QSize FollowingPanel::minimumSizeHint() const {
    return currentWidget() ? currentWidget()->minimumSizeHint() : QStackedWidget::minimumSizeHint();
}

}  // namespace tessera
