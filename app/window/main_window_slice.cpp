// SPDX-License-Identifier: GPL-3.0-or-later
// What the window borrows from the slice view.
#include <QDir>
#include <QDockWidget>
#include <QFileInfo>
#include <QMenu>
#include <QStackedWidget>
#include <QStatusBar>
#include <algorithm>

#include "app/window/figure_exporter.h"
#include "app/window/main_window.h"
#include "app/window/slice_heights.h"
#include "app/window/view_area.h"
#include "widgets/dialogs/opened.h"
#include "widgets/dialogs/sheet_dialog.h"
#include "widgets/panels/guide_strip.h"
#include "widgets/views/slice_state.h"

namespace tessera {

namespace {
constexpr double kZoomStep = 1.5;
}  // namespace

SliceView* MainWindow::sliceView() const {
    return views_->currentSlice();
}

void MainWindow::exportFigure() {
    exportPanels(figures_->choices());
}

void MainWindow::exportPanels(std::vector<FigureChoice> given) {
    auto choices = std::make_shared<std::vector<FigureChoice>>(std::move(given));
    if (choices->empty()) return say(tr("There is no picture to export yet."));
    std::vector<SheetDialog::Panel> panels;
    for (const FigureChoice& choice : *choices)
        panels.push_back({choice.title, choice.isCurrent, choice.scene});
    auto* dialog = new SheetDialog(std::move(panels), this);
    dialog->setPath(QDir(settings_.folder()).filePath(QStringLiteral("figure.pdf")));
    connect(dialog, &QDialog::accepted, this, [this, dialog, choices] {
        std::vector<FigureChoice> chosen;
        for (const int place : dialog->chosen())
            chosen.push_back((*choices)[static_cast<std::size_t>(place)]);
        settings_.setFolder(QFileInfo(dialog->path()).absolutePath());
        figures_->write(dialog->path(), dialog->sheet(), chosen);
    });
    opened(dialog);
}

void MainWindow::addViewActions(QMenu* menu) {
    const auto add = [&](const QString& icon, const QString& text, const QKeySequence& key, auto action) {
        QAction* entry = menu->addAction(text, key, views_, action);
        if (!icon.isEmpty()) entry->setIcon(themedIcon(icon));
        return entry;
    };
    add(QStringLiteral("add"), tr("&New Slice"), QKeySequence(Qt::CTRL | Qt::Key_T), [this] {
        views_->addSlice();
    })->setObjectName(QStringLiteral("newSlice"));
    sliceActions_ << add({}, tr("&Duplicate the Slice"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_T),
                         [this] { views_->duplicateSlice(); });
    sliceActions_.back()->setObjectName(QStringLiteral("duplicateSlice"));
    QAction* lock = add(QStringLiteral("lock"), tr("&Lock Axes"), QKeySequence(Qt::CTRL | Qt::Key_L), [] {});
    lock->setObjectName(QStringLiteral("lockAxes"));
    lock->setCheckable(true);
    lock->setToolTip(
        tr("All slices show the same plane and window, and volumes the same camera, layers and cut: a move "
           "in one "
           "is a move in all"));
    connect(lock, &QAction::toggled, &views_->axes(), &AxesLink::setLocked);
    connect(&views_->axes(), &AxesLink::lockedChanged, lock, &QAction::setChecked);
    QAction* maximise =
        add(QStringLiteral("maximise"), tr("&Maximise the View"), QKeySequence(Qt::CTRL | Qt::Key_M), [] {});
    maximise->setObjectName(QStringLiteral("maximise"));
    maximise->setCheckable(true);
    connect(maximise, &QAction::triggered, views_, [this, maximise](bool on) {
        views_->setMaximised(on);
        maximise->setChecked(views_->isMaximised());
    });
    connect(views_, &ViewArea::maximisedChanged, maximise, &QAction::setChecked);
    QAction* detach = add(QStringLiteral("detach"), tr("Into a &Window of Its Own"), {}, [this] {
        if (QDockWidget* dock = views_->currentDock()) dock->setFloating(!dock->isFloating());
    });
    QAction* close = add({}, tr("&Close the View"), QKeySequence(Qt::CTRL | Qt::Key_W),
                         [this] { views_->closeCurrent(); });
    viewActions_ << maximise << detach << close;
    menu->addSeparator();
}

void MainWindow::addSliceActions(QMenu* menu) {
    menu->addSeparator();
    const auto add = [&](const QString& text, const QList<QKeySequence>& keys, auto action) {
        QAction* entry = menu->addAction(text, this, [this, action] {
            if (SliceView* view = sliceView()) action(*view);
        });
        entry->setShortcuts(keys);
        sliceActions_ << entry;
    };
    add(tr("Compute &Anew"), {QKeySequence(Qt::CTRL | Qt::Key_R), QKeySequence(Qt::Key_F5)},
        [](SliceView& view) {
            const SliceState state = sliceState(view);
            view.computation().setRecipe(state.recipe, state.turn);
            view.setLook(state.look);
        });
    add(tr("&Reset the View"), {QKeySequence(Qt::CTRL | Qt::Key_0)}, [](SliceView& view) { view.fit(); });
    add(tr("Zoom &In"), {QKeySequence::ZoomIn, QKeySequence(Qt::CTRL | Qt::Key_Equal)},
        [](SliceView& view) { view.zoom(kZoomStep); });
    add(tr("Zoom &Out"), {QKeySequence::ZoomOut}, [](SliceView& view) { view.zoom(1 / kZoomStep); });
    menu->addSeparator();
    add(tr("Show as &Heights"), {QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_H)},
        [this](SliceView& view) { heights_->show(view); });
    sliceActions_.back()->setObjectName(QStringLiteral("showHeights"));
    sliceActions_.back()->setToolTip(tr("The logits over this slice, in a view that follows it"));
    add(tr("&Copy the Plane"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C)},
        [](SliceView& view) { view.copyPlane(); });
    add(tr("&Paste the Plane"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_V)},
        [](SliceView& view) { view.pastePlane(); });
}

void MainWindow::adoptSlice(SliceView* view) {
    view->setWhatsThis(
        tr("<p><b>Slice</b></p><p>A plane through input space. Colours are the predicted class, "
           "lines are where the network bends, the thick line is the decision boundary. Drag to "
           "move, wheel to zoom (computed anew, not magnified), Ctrl+drag to turn, Shift+drag to "
           "select samples.</p>"));
    connect(view, &SliceView::noticeRaised, this, &MainWindow::say);
    connect(view, &SliceView::exportRequested, this, [this, view] {
        views_->showView(view);  // the one that is ticked
        exportFigure();
    });
    connect(view, &SliceView::lookChanged, guide_, &GuideStrip::check);
}

void MainWindow::takeViews() {
    const bool isSliceable = workspace_.model() && workspace_.mismatch().isEmpty();
    const bool isSlice = isSliceable && views_->currentSlice();
    exportAction_->setEnabled(isSliceable && !views_->docks().isEmpty());
    for (QAction* action : sliceActions_) action->setEnabled(isSlice);
    for (QAction* action : viewActions_) action->setEnabled(isSliceable && !views_->docks().isEmpty());
}

// A maximised view has the whole window to itself; the panels come back as they were.
void MainWindow::showPanels(bool shown) {
    if (shown) {
        if (!beforeMaximised_.isEmpty()) restoreState(std::exchange(beforeMaximised_, {}));
        return;
    }
    beforeMaximised_ = saveState();
    for (QDockWidget* dock : findChildren<QDockWidget*>(Qt::FindDirectChildrenOnly))
        if (!dock->isFloating()) dock->hide();
}

bool MainWindow::isSliceUpToDate() const {
    if (centre_->currentWidget() != views_) return true;
    const auto slices = views_->slices();
    return std::all_of(slices.begin(), slices.end(),
                       [](const SliceView* view) { return !view->isVisible() || view->isUpToDate(); });
}

}  // namespace tessera
