// SPDX-License-Identifier: GPL-3.0-or-later
// What the window borrows from the slice view.
#include <QMenu>
#include <QStackedWidget>
#include <QStatusBar>

#include "app/window/main_window.h"
#include "widgets/views/slice_view.h"

namespace tessera {

namespace {
constexpr double kZoomStep = 1.5;
constexpr int kNoticeMs = 8000;
}  // namespace

void MainWindow::exportFigure() {
    sliceView_->exportFigure();
}

void MainWindow::addSliceActions(QMenu* menu) {
    menu->addSeparator();
    const auto add = [&](const QString& text, const QList<QKeySequence>& keys, auto action) {
        QAction* entry = menu->addAction(text, sliceView_, action);
        entry->setShortcuts(keys);
        sliceActions_ << entry;
    };
    add(tr("&Reset the View"), {QKeySequence(Qt::CTRL | Qt::Key_0)}, [this] { sliceView_->fit(); });
    add(tr("Zoom &In"), {QKeySequence::ZoomIn, QKeySequence(Qt::CTRL | Qt::Key_Equal)},
        [this] { sliceView_->zoom(kZoomStep); });
    add(tr("Zoom &Out"), {QKeySequence::ZoomOut}, [this] { sliceView_->zoom(1 / kZoomStep); });
    menu->addSeparator();
    add(tr("&Copy the Plane"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C)},
        [this] { sliceView_->copyPlane(); });
    add(tr("&Paste the Plane"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_V)},
        [this] { sliceView_->pastePlane(); });
    connect(sliceView_, &SliceView::noticeRaised, this, [this](const QString& sentence) {
        log_.note(sentence);
        statusBar()->showMessage(sentence, kNoticeMs);
    });
}

bool MainWindow::isSliceUpToDate() const {
    return centre_->currentWidget() != sliceView_ || sliceView_->isUpToDate();
}

}  // namespace tessera
