// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions in the window: save, open, recover, and what is asked before quitting.
#include <QCloseEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QLocale>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <utility>

#include "app/window/figure_exporter.h"
#include "app/window/main_window.h"
#include "app/window/probe_runner.h"
#include "app/window/session_keeper.h"
#include "app/window/view_area.h"
#include "widgets/dialogs/missing_files_dialog.h"
#include "widgets/dialogs/opened.h"

namespace tessera {

void MainWindow::makeSessions() {
    keeper_ = new SessionKeeper(workspace_, *jobs_, log_, *opener_, *views_, results_, *undo_, this);
    figures_ = new FigureExporter(workspace_, *jobs_, *views_, results_, *keeper_, *runner_, this);
    connect(figures_, &FigureExporter::notice, this, &MainWindow::say);
    connect(keeper_, &SessionKeeper::changed, this, &MainWindow::nameWindow);
    const auto remember = [this](const QString& path) {
        if (path.isEmpty()) return;
        settings_.addRecentFile(path);
        fillRecentMenu();
    };
    connect(keeper_, &SessionKeeper::saved, this, [this, remember](const QString& path) {
        remember(path);
        say(tr("Session saved: %1").arg(path));
        if (auto then = std::exchange(afterSave_, nullptr)) then();
    });
    connect(keeper_, &SessionKeeper::saveFailed, this, [this] { afterSave_ = nullptr; });
    connect(keeper_, &SessionKeeper::opened, this, remember);
    connect(keeper_, &SessionKeeper::recoveryOffered, this, &MainWindow::offerRecovery);
    connect(keeper_, &SessionKeeper::filesMissing, this,
            [this](const QString& path, const ResolvedSession& resolved,
                   std::function<void(Replacements)> again) {
                auto* dialog = new MissingFilesDialog(path, resolved, this);
                connect(dialog, &QDialog::accepted, this,
                        [dialog, again = std::move(again)] { again(dialog->replacements()); });
                opened(dialog);
            });
}

void MainWindow::addSessionActions(QMenu* menu) {
    const auto add = [&](const char* name, const QString& icon, const QString& text, const QKeySequence& key,
                         auto action) {
        QAction* entry = menu->addAction(text, key, this, action);
        entry->setObjectName(QLatin1String(name));
        if (!icon.isEmpty()) entry->setIcon(themedIcon(icon));
    };
    add("openSession", {}, tr("Open S&ession…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O),
        [this] { choose(tr("Open a session"), tr("Sessions (*.tessera);;All files (*)")); });
    add("saveSession", QStringLiteral("save"), tr("&Save the Session"), QKeySequence::Save,
        [this] { saveSession(); });
    add("saveSessionAs", {}, tr("Save the Session &As…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S),
        [this] { saveSessionAs(); });
}

// Sessions open as such; a figure that carries one reopens what made it; all else is a model or data.
void MainWindow::open(const QStringList& sources) {
    QStringList files;
    for (const QString& source : sources) {
        const QString suffix = QFileInfo(source).suffix().toLower();
        if (isSessionFile(source.toStdString()))
            openDocument(tr("Open another session?"), [this, source] { keeper_->open(source); });
        else if (suffix == QLatin1String("svg") || suffix == QLatin1String("pdf") ||
                 suffix == QLatin1String("png"))
            openDocument(tr("Open the session of this figure?"),
                         [this, source] { keeper_->openFigure(source); });
        else
            files << source;
    }
    opener_->open(files);
}

void MainWindow::openDocument(const QString& question, std::function<void()> open) {
    if (!keeper_->isWorthSaving() || isQuitting_) return open();
    askToSave(question, std::move(open));
}

void MainWindow::saveSession() {
    if (keeper_->path().isEmpty())
        saveSessionAs();
    else
        keeper_->save(keeper_->path());
}

void MainWindow::saveSessionAs() {
    auto* dialog =
        new QFileDialog(this, tr("Save the session"), settings_.folder(), tr("Sessions (*.tessera)"));
    dialog->setObjectName(QStringLiteral("saveSessionDialog"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("tessera"));
    const auto& model = workspace_.model();
    dialog->selectFile(
        keeper_->path().isEmpty()
            ? (model ? QString::fromStdString(model->info().path.stem().string()) : tr("session"))
            : keeper_->path());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        settings_.setFolder(QFileInfo(path).absolutePath());
        keeper_->save(path);
    });
    connect(dialog, &QDialog::rejected, this, [this] { afterSave_ = nullptr; });
    opened(dialog);
}

void MainWindow::nameWindow() {
    const auto& model = workspace_.model();
    const auto& dataset = workspace_.dataset();
    QStringList names;
    if (model) names << QString::fromStdString(model->info().path.filename().string());
    if (dataset) names << QString::fromStdString(dataset->path().filename().string());
    QString name = names.join(QStringLiteral(" + "));
    if (!keeper_->path().isEmpty())
        name = QFileInfo(keeper_->path()).fileName() + QStringLiteral(" · ") + name;
    setWindowTitle(names.isEmpty() ? QStringLiteral("Tessera") : name + QStringLiteral("[*] — Tessera"));
    setWindowModified(keeper_->isModified() && !names.isEmpty());
}

// Asks once; `then` runs after Save (when it is on the disk) or Discard, not after Cancel.
void MainWindow::askToSave(const QString& question, std::function<void()> then) {
    if (findChild<QMessageBox*>(QStringLiteral("askToSave"))) return;
    auto* box = new QMessageBox(QMessageBox::Question, tr("Tessera"), question, QMessageBox::NoButton, this);
    box->setObjectName(QStringLiteral("askToSave"));
    QStringList facts;
    const QLocale locale;
    if (const int running = keeper_->runningProbes())
        facts << (running == 1 ? tr("One probe is still running and will be stopped.")
                               : tr("%1 probes are still running and will be stopped.").arg(running));
    if (keeper_->isWorthSaving())
        facts << tr("%1 results and %2 subsets are in this session; changes since it was last saved would be "
                    "lost.")
                     .arg(locale.toString(qulonglong(results_.entries().size())),
                          locale.toString(qulonglong(workspace_.subsets().size())));
    box->setInformativeText(facts.join(' '));
    QPushButton* save =
        keeper_->isWorthSaving() ? box->addButton(tr("Save"), QMessageBox::AcceptRole) : nullptr;
    QPushButton* discard =
        box->addButton(save ? tr("Don't Save") : tr("Stop Them"), QMessageBox::DestructiveRole);
    box->addButton(QMessageBox::Cancel);
    box->setDefaultButton(save ? save : discard);
    connect(box, &QMessageBox::buttonClicked, this,
            [this, save, discard, then = std::move(then)](QAbstractButton* button) {
                if (button == discard) return then();
                if (button != static_cast<QAbstractButton*>(save)) return;
                afterSave_ = then;
                saveSession();
            });
    opened(box);
}

void MainWindow::offerRecovery(const std::shared_ptr<Recoverable>& found) {
    auto* box = new QMessageBox(QMessageBox::Question, tr("Tessera"), tr("Tessera did not end properly."),
                                QMessageBox::NoButton, this);
    box->setObjectName(QStringLiteral("offerRecovery"));
    const QDateTime saved =
        QDateTime::fromString(QString::fromStdString(found->saved), Qt::ISODate).toLocalTime();
    const bool isReadable = found->problem.empty();
    box->setInformativeText(isReadable ? tr("The session of %1 was kept, with %2 results.")
                                             .arg(QLocale().toString(saved, QLocale::ShortFormat),
                                                  QLocale().toString(qulonglong(found->results)))
                                       : tr("What was kept of its session cannot be recovered: %1")
                                             .arg(QString::fromStdString(found->problem)));
    QAbstractButton* recover = nullptr;
    if (isReadable) {
        auto* button = box->addButton(tr("Recover"), QMessageBox::AcceptRole);
        button->setObjectName(QStringLiteral("recover"));
        box->setDefaultButton(button);
        recover = button;
    }
    auto* discard = box->addButton(tr("Discard"), QMessageBox::DestructiveRole);
    auto* later = box->addButton(tr("Later"), QMessageBox::RejectRole);
    box->setEscapeButton(later);
    if (!isReadable) box->setDefaultButton(later);
    connect(box, &QMessageBox::buttonClicked, this, [this, found, recover, discard](QAbstractButton* button) {
        if (recover && button == recover) keeper_->recover(*found);
        if (button == discard) keeper_->discard(*found);
    });
    opened(box);
}

// What can be computed again is not asked about: only results, subsets and a changed session are.
void MainWindow::closeEvent(QCloseEvent* event) {
    const bool isAsked = isQuitting_ || (!keeper_->isWorthSaving() && keeper_->runningProbes() == 0);
    if (!isAsked) {
        event->ignore();
        return askToSave(tr("Quit Tessera?"), [this] {
            isQuitting_ = true;
            close();
        });
    }
    views_->setMaximised(false);
    if (!isFullScreen()) settings_.setGeometry(saveGeometry(), saveState());
    jobs_->cancelAll();
    keeper_->stop();
    event->accept();
}

}  // namespace tessera
