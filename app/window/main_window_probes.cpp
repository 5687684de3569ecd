// SPDX-License-Identifier: GPL-3.0-or-later
// Probes, their results, and undo, in the window.
#include <QDockWidget>
#include <QFileDialog>
#include <QMenuBar>
#include <QStatusBar>

#include "app/window/main_window.h"
#include "app/window/probe_runner.h"
#include "app/window/undo_recorder.h"
#include "app/window/view_area.h"
#include "widgets/dialogs/compare_dialog.h"
#include "widgets/dialogs/opened.h"
#include "widgets/panels/probe_panel.h"
#include "widgets/panels/results_panel.h"

namespace tessera {

namespace {
constexpr int kNoticeMs = 8000;
}

void MainWindow::makeProbes(const std::vector<CatalogueEntry>& probes) {
    runner_ = new ProbeRunner(workspace_, *jobs_, results_, *views_, probes, this);
    probePanel_ = new ProbePanel(workspace_, runner_->descriptions());
    resultsPanel_ = new ResultsPanel(results_, *jobs_, runner_->descriptions());
    probesDock_ = addDock(Qt::RightDockWidgetArea, QStringLiteral("probesDock"), tr("Probes"), probePanel_);
    resultsDock_ =
        addDock(Qt::BottomDockWidgetArea, QStringLiteral("resultsDock"), tr("Results"), resultsPanel_);
    undo_ = new UndoRecorder(workspace_, *opener_, *views_, results_, this);

    connect(probePanel_, &ProbePanel::runRequested, this, [this](const ProbeRequest& request) {
        showDock(resultsDock_);
        resultsPanel_->select(runner_->run(request));
    });
    connect(runner_, &ProbeRunner::notice, this, &MainWindow::say);
    connect(runner_, &ProbeRunner::servedFromCache, resultsPanel_, &ResultsPanel::select);
    connect(resultsPanel_, &ResultsPanel::openRequested, runner_, &ProbeRunner::openView);
    connect(resultsPanel_, &ResultsPanel::rerunRequested, this, [this](const QString& id) {
        const ResultEntry* entry = results_.entry(id);
        if (!entry) return;
        probePanel_->fill(entry->request());
        showDock(probesDock_);
    });
    connect(resultsPanel_, &ResultsPanel::compareRequested, this,
            [this](const QString& first, const QString& second) {
                const ResultEntry *one = results_.entry(first), *other = results_.entry(second);
                if (!one || !other) return;
                auto* dialog = new CompareDialog(one->about, other->about, this);
                dialog->setAttribute(Qt::WA_DeleteOnClose);
                dialog->show();
            });
    connect(resultsPanel_, &ResultsPanel::exportRequested, this, &MainWindow::exportResult);
    connect(resultsPanel_, &ResultsPanel::deleteRequested, undo_, &UndoRecorder::deleteResults);
}

void MainWindow::say(const QString& sentence) {
    log_.note(sentence);
    statusBar()->showMessage(sentence, kNoticeMs);
}

void MainWindow::makeProbesMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Probes"));
    menu->setToolTipsVisible(true);
    for (const auto& description : runner_->descriptions()) {
        QAction* action =
            menu->addAction(themedIcon(QStringLiteral("probe")), QString::fromStdString(description.title),
                            this, [this, name = description.name] {
                                probePanel_->choose(name);
                                showDock(probesDock_);
                            });
        action->setObjectName(QStringLiteral("probe-") + QString::fromStdString(description.name));
        action->setToolTip(QString::fromStdString(description.sentence));
    }
    menu->addSeparator();
    QAction* run = menu->addAction(themedIcon(QStringLiteral("run")), tr("&Run the Probe"), probePanel_,
                                   &ProbePanel::run);
    run->setObjectName(QStringLiteral("runProbeAction"));
    run->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_Enter)});
    menu->addAction(tr("Show R&esults"), this, [this] { showDock(resultsDock_); });
}

void MainWindow::makeEditMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Edit"));
    const auto add = [&](const char* name, const QString& icon, const QList<QKeySequence>& keys,
                         auto action) {
        QAction* entry = menu->addAction(themedIcon(icon), QString(), undo_, action);
        entry->setObjectName(QLatin1String(name));
        entry->setShortcuts(keys);
        entry->setEnabled(false);
        return entry;
    };
    QAction* undo =
        add("undo", QStringLiteral("undo"), {QKeySequence(Qt::CTRL | Qt::Key_Z)}, &UndoRecorder::undo);
    QAction* redo = add("redo", QStringLiteral("redo"),
                        {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)},
                        &UndoRecorder::redo);
    const auto name = [this, undo, redo] {
        QUndoStack& stack = undo_->stack();
        undo->setText(stack.canUndo() ? tr("&Undo %1").arg(stack.undoText()) : tr("&Undo"));
        redo->setText(stack.canRedo() ? tr("&Redo %1").arg(stack.redoText()) : tr("&Redo"));
        undo->setEnabled(stack.canUndo());
        redo->setEnabled(stack.canRedo());
    };
    connect(&undo_->stack(), &QUndoStack::indexChanged, this, name);
    name();
}

void MainWindow::exportResult(const QString& id) {
    const ResultEntry* entry = results_.entry(id);
    if (!entry) return;
    const QString npz = tr("NumPy archive (*.npz)"), csv = tr("Tables as CSV (*.csv)"),
                  json = tr("JSON (*.json)");
    auto* dialog = new QFileDialog(this, tr("Export result %1").arg(id), settings_.folder(),
                                   QStringList{npz, csv, json}.join(QStringLiteral(";;")));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("npz"));
    dialog->selectFile(QString::fromStdString(entry->about.probe) + '-' + id);
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog, csv, json](const QString& filter) {
        dialog->setDefaultSuffix(filter == csv    ? QStringLiteral("csv")
                                 : filter == json ? QStringLiteral("json")
                                                  : QStringLiteral("npz"));
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this, id](const QString& path) {
        using Format = ProbeRunner::Format;
        runner_->exportTo(id,
                          path.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive)    ? Format::Csv
                          : path.endsWith(QLatin1String(".json"), Qt::CaseInsensitive) ? Format::Json
                                                                                       : Format::Npz,
                          path);
    });
    opened(dialog);
}

}  // namespace tessera
