// SPDX-License-Identifier: GPL-3.0-or-later
// Settings, command palette, context help and the first steps.
#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QMenu>
#include <QMenuBar>
#include <QStatusBar>
#include <QThread>
#include <QToolButton>
#include <QWhatsThis>

#include "app/window/main_window.h"
#include "app/window/probe_runner.h"
#include "app/window/session_keeper.h"
#include "app/window/view_area.h"
#include "core/model/devices.h"
#include "widgets/dialogs/command_palette.h"
#include "widgets/dialogs/opened.h"
#include "widgets/panels/gallery_panel.h"
#include "widgets/panels/guide_strip.h"

namespace tessera {

namespace {

QString memoryText(int megabytes) {
    return megabytes % 1024 == 0 ? QObject::tr("%1 GiB").arg(megabytes / 1024)
                                 : QObject::tr("%1 MiB").arg(megabytes);
}

}  // namespace

void MainWindow::applySettings(const WindowSettings& settings) {
    const bool isOtherTheme = settings.theme != applied_.theme;
    applied_ = settings;
    if (isOtherTheme) applyTheme(settings.theme);
    for (QAction* action : themeActions_) action->setChecked(action->data().toInt() == int(settings.theme));
    const int threads = settings.threads > 0 ? settings.threads : QThread::idealThreadCount();
    setComputeThreads(threads);
    runner_->setThreads(threads);
    opener_->setDevice(settings.device.toStdString());
    results_.cache().setMemoryBudget(std::int64_t(settings.memoryMegabytes) << 20);
    settingsButton_->setText(tr("%1 · %2 · %3")
                                 .arg(settings.device.toUpper(),
                                      threads == 1 ? tr("1 thread") : tr("%1 threads").arg(threads),
                                      memoryText(settings.memoryMegabytes)));
}

void MainWindow::startKeeping() {
    keeper_->startAutosave(settings_.recoveryFolder(), applied_.autosaveSeconds);
    if (!settings_.isGuideDone()) startGuide();
}

// Device, threads and memory at hand in the status bar; the menu is made when it is opened.
void MainWindow::makeSettingsButton() {
    settingsButton_ = new QToolButton;
    settingsButton_->setObjectName(QStringLiteral("resources"));
    settingsButton_->setAutoRaise(true);
    settingsButton_->setPopupMode(QToolButton::InstantPopup);
    settingsButton_->setToolTip(
        tr("Where networks are run, with how many threads, and how much memory results "
           "may take"));
    auto* menu = new QMenu(settingsButton_);
    settingsButton_->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        menu->clear();
        const auto choose = [&](const QString& title, const auto& values, auto member, auto text) {
            menu->addSection(title);
            auto* group = new QActionGroup(menu);
            for (const auto& value : values) {
                QAction* action = group->addAction(menu->addAction(text(value)));
                action->setCheckable(true);
                action->setChecked(applied_.*member == value);
                connect(action, &QAction::triggered, this, [this, member, value] { change(member, value); });
            }
        };
        choose(tr("Device"), devices_, &WindowSettings::device,
               [](const QString& device) { return device.toUpper(); });
        choose(tr("Threads"), QList<int>{0, 1, 2, 4, 8}, &WindowSettings::threads, [](int threads) {
            return threads == 0 ? tr("As many as cores (%1)").arg(QThread::idealThreadCount())
                                : QString::number(threads);
        });
        choose(tr("Memory for results"), QList<int>{256, 1024, 4096, 16384}, &WindowSettings::memoryMegabytes,
               memoryText);
        menu->addSeparator();
        menu->addAction(tr("Settings…"), this, &MainWindow::showSettings);
    });
    statusBar()->addPermanentWidget(settingsButton_);
    applied_ = settings_.window();
    applySettings(applied_);
    // Asking the driver may take a second; until it has answered, what is set is believed.
    devices_ = {QStringLiteral("cpu")};
    if (!devices_.contains(applied_.device)) devices_ << applied_.device;
    jobs_->start<QStringList>(
        this, QStringLiteral("devices"), {}, JobLane::Background,
        [](std::stop_token, Progress&) -> Result<QStringList> {
            QStringList names;
            for (const auto& name : availableDevices()) names << QString::fromStdString(name);
            return names;
        },
        [this](Result<QStringList> names) {
            if (names.isOk()) devices_ = std::move(names).value();
        });
}

void MainWindow::addToolActions(QMenu* menu) {
    QAction* palette = menu->addAction(tr("Command &Palette…"), this, &MainWindow::showPalette);
    palette->setObjectName(QStringLiteral("palette"));
    palette->setShortcuts(
        {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P), QKeySequence(Qt::CTRL | Qt::Key_Space)});
    QAction* settings = menu->addAction(tr("&Settings…"), QKeySequence(Qt::CTRL | Qt::Key_Comma), this,
                                        &MainWindow::showSettings);
    settings->setObjectName(QStringLiteral("settings"));
}

void MainWindow::showPalette() {
    auto* palette = new CommandPalette(paletteEntries(menuBar()->actions()), this);
    palette->setAttribute(Qt::WA_DeleteOnClose);
    palette->show();
}

void MainWindow::showSettings() {
    auto* dialog = new SettingsDialog(applied_, devices_, this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        const WindowSettings wanted = dialog->settings();
        const auto take = [&](auto member) {
            if (applied_.*member != wanted.*member) change(member, wanted.*member);
        };
        take(&WindowSettings::theme);
        take(&WindowSettings::device);
        take(&WindowSettings::threads);
        take(&WindowSettings::memoryMegabytes);
        take(&WindowSettings::autosaveSeconds);
        keeper_->setAutosaveSeconds(applied_.autosaveSeconds);
    });
    opened(dialog);
}

void MainWindow::explainDocks() {
    const std::pair<QDockWidget*, QString> texts[] = {
        {galleryDock_,
         tr("<p><b>Samples</b></p><p>The data, one picture a sample, with label and prediction. "
            "Filter and sort; select with click, Ctrl+click and Shift+click. The selection is shared "
            "by the slice, the tables and the probes.</p>")},
        {layersDock_,
         tr("<p><b>Layers</b></p><p>What the network is made of, and which layers are exact "
            "(piecewise linear), sampled (smooth) or opaque. The self-check compares it with the "
            "original.</p>")},
        {sliceDock_,
         tr("<p><b>Slice</b></p><p>How the plane is laid through input space and how it is drawn. "
            "On exact networks the regions and the decision boundary are computed in float64, not "
            "sampled.</p>")},
        {statisticsDock_,
         tr("<p><b>Statistics</b></p><p>The numbers of the exact regions in view, and whether "
            "their checks hold: areas add up, V − E + F = 1.</p>")},
        {resultsDock_,
         tr("<p><b>Results</b></p><p>Every run of a probe with its parameters, outcome and origin. "
            "Results stay with the session; a stopped run keeps its part.</p>")},
        {messagesDock_, tr("<p><b>Messages</b></p><p>All that was said, with the time.</p>")},
        {jobsDock_,
         tr("<p><b>Jobs</b></p><p>What is being computed, how far it is, and a way to stop it.</p>")},
    };
    for (const auto& [dock, text] : texts) dock->widget()->setWhatsThis(text);
}

// What the thing that has the focus is for; of a probe its definition, cost and source.
void MainWindow::showContextHelp() {
    for (QWidget* widget = QApplication::focusWidget(); widget && widget != this;
         widget = widget->parentWidget())
        if (!widget->whatsThis().isEmpty())
            return QWhatsThis::showText(widget->mapToGlobal(QPoint(12, 12)), widget->whatsThis(), widget);
    QWhatsThis::enterWhatsThisMode();
}

void MainWindow::startGuide() {
    const auto firstAnchors = std::make_shared<std::vector<qint64>>();
    const auto isOpen = [this] { return workspace_.model() && workspace_.dataset(); };
    const QString first = samples_.isEmpty() ? QString() : samples_.front().id;
    guide_->start({
        {tr("Open a sample: a small trained network together with its digits."), isOpen,
         tr("Open the digits"), [this, first] { openSample(first); }},
        {tr("Find what the network gets wrong: press “Wrong only” above the samples."),
         [this] { return gallery_->model()->query().wrongOnly; }, tr("Show me"),
         [this] {
             showDock(galleryDock_);
             gallery_->focusWrongOnly();
         }},
        {tr("Select three samples (Ctrl+click) and press A: the slice goes through them."),
         [this, firstAnchors] {
             if (firstAnchors->empty()) *firstAnchors = workspace_.anchors();
             return !firstAnchors->empty() && workspace_.anchors() != *firstAnchors;
         }},
        {tr("Hold the slice: drag to move, wheel to zoom, Ctrl+drag to turn. Regions are computed anew."),
         [this] {
             const SliceView* view = sliceView();
             return view && (!view->look().isFitted || !(view->computation().turn() == SliceTurn{}));
         }},
        {tr("Ask a question of the network: choose a probe, and run it on the selection (Ctrl+Return)."),
         [this] { return !results_.entries().empty(); }, tr("Show probes"),
         [this] { showDock(probesDock_); }},
        {tr("Keep all of it in one file: save the session (Ctrl+S)."),
         [this] { return !keeper_->path().isEmpty(); }, tr("Save…"), [this] { saveSessionAs(); }},
    });
}

void MainWindow::watchGuide() {
    const auto check = [this] { guide_->check(); };
    connect(&workspace_, &Workspace::evaluationChanged, guide_, check);
    connect(&workspace_, &Workspace::anchorsChanged, guide_, check);
    connect(gallery_->model(), &GalleryModel::orderChanged, guide_, check);
    connect(&results_, &ResultList::added, guide_, check);
    connect(keeper_, &SessionKeeper::changed, guide_, check);
    connect(guide_, &GuideStrip::finished, this, [this] { settings_.setGuideDone(true); });
}

}  // namespace tessera
