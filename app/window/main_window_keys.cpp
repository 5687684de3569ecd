// SPDX-License-Identifier: GPL-3.0-or-later
// The list of keys, and what the window can do about a file that did not open.
#include <QMenuBar>

#include "app/window/main_window.h"
#include "widgets/dialogs/about_dialogs.h"
#include "widgets/dialogs/architecture_dialog.h"
#include "widgets/dialogs/command_palette.h"
#include "widgets/dialogs/opened.h"
#include "widgets/dialogs/shape_dialog.h"
#include "widgets/panels/message_bar.h"

namespace tessera {

void MainWindow::offerRemedy(const OpenProblem& problem) {
    if (problem.remedy == OpenProblem::Remedy::InputShape) {
        messageBar_->offer(problem.sentence, tr("Give the shape…"), [this, problem] {
            std::optional<Shape> ofTheData;
            if (workspace_.dataset()) ofTheData = workspace_.dataset()->sampleShape();
            auto* dialog = opened(new ShapeDialog(problem.sentence, ofTheData, this));
            connect(dialog, &QDialog::accepted, this, [this, dialog, source = problem.source] {
                LoadOptions options;
                options.inputShape = dialog->shape();
                opener_->open({source}, options);
            });
        });
    } else if (problem.remedy == OpenProblem::Remedy::Architecture) {
        messageBar_->offer(problem.sentence, tr("Choose a description…"), [this, problem] {
            auto* dialog = opened(new ArchitectureDialog(problem.source, problem.sentence, this));
            connect(dialog, &QDialog::accepted, this, [this, dialog, source = problem.source] {
                LoadOptions options;
                options.architecture = dialog->path().toStdString();
                opener_->open({source}, options);
            });
        });
    }
}

void MainWindow::showKeys() {
    QList<ShortcutsDialog::Row> rows;
    for (QAction* top : menuBar()->actions()) {
        QString group;
        for (const PaletteEntry& entry : paletteEntries({top})) {
            group = entry.path.section(kMenuSeparator, 0, 0);
            QStringList keys;
            for (const QKeySequence& key : entry.action->shortcuts())
                keys << key.toString(QKeySequence::NativeText);
            if (!keys.isEmpty() && !recentMenu_->actions().contains(entry.action))
                rows.push_back({group, keys.join(tr(" or ")), entry.path.section(kMenuSeparator, -1)});
        }
        if (top == menuBar()->actions().front())
            rows.push_back({group, tr("Ctrl+1 to Ctrl+9"), tr("Recent files")});
    }
    const QString samples = tr("In the list of samples");
    rows.push_back({samples, tr("Arrows"), tr("Previous and next sample")});
    rows.push_back({samples, tr("Enter or 1"), tr("Use as anchor 1")});
    rows.push_back({samples, tr("2, 3"), tr("Use as anchor 2, 3")});
    rows.push_back({samples, QStringLiteral("A"), tr("Slice through the selection")});
    rows.push_back({samples, tr("Ctrl+click, Shift+click"), tr("Select more samples")});
    rows.push_back({samples, QStringLiteral("P"), tr("Pin as the reference, or unpin")});
    const QString slice = tr("In the slice");
    rows.push_back({slice, tr("Drag, arrows"), tr("Move the window")});
    rows.push_back({slice, tr("Wheel, + and −"), tr("Zoom; the regions are computed anew")});
    rows.push_back({slice, tr("Home or R"), tr("Show all anchors again")});
    rows.push_back({slice, tr("1 to 5"), tr("Fill by class, pattern, slope, depth, or not at all")});
    rows.push_back({slice, QStringLiteral("E, B"), tr("Region edges, decision boundary")});
    rows.push_back({slice, tr("Drag a sample onto an anchor"), tr("Replace the anchor")});
    rows.push_back({slice, tr("Ctrl+drag"), tr("Turn the plane")});
    rows.push_back({slice, tr("Shift+drag"), tr("Lasso: select samples; with Ctrl add to the selection")});
    rows.push_back({slice, tr("Click, Ctrl+click on a sample"), tr("Make it the current one, select it")});
    const QString views = tr("In the views");
    rows.push_back({views, tr("Double-click on a title"), tr("Fill the window with the view, and back")});
    rows.push_back({views, tr("Drag a title"), tr("Dock elsewhere, tab, or float")});
    const QString results = tr("In the list of results");
    rows.push_back({results, tr("Enter, double-click"), tr("Open the result")});
    rows.push_back({results, tr("Del"), tr("Delete; Undo brings it back")});
    rows.push_back(
        {tr("Anywhere"), QStringLiteral("Esc"), tr("Cancel the running job, or leave the full screen")});
    opened(new ShortcutsDialog(rows, this));
}

}  // namespace tessera
