// SPDX-License-Identifier: GPL-3.0-or-later
#include <QActionGroup>
#include <QApplication>
#include <QDesktopServices>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QStandardPaths>
#include <QToolBar>
#include <QToolButton>
#include <QUrl>

#include "app/window/main_window.h"
#include "app/window/selection_menu.h"
#include "widgets/dialogs/about_dialogs.h"
#include "widgets/dialogs/normalisation_dialog.h"
#include "widgets/dialogs/opened.h"
#include "widgets/panels/gallery_panel.h"
#include "widgets/panels/message_bar.h"
#include "widgets/panels/model_chooser.h"

namespace tessera {

namespace {

QString manualPage() {
    for (const QString& folder :
         {QCoreApplication::applicationDirPath() + QStringLiteral("/../share/tessera/manual"),
          samplesFolder() + QStringLiteral("/../manual")})
        for (const char* page : {"index.html", "index.md", "README.md"})
            if (QFileInfo::exists(folder + '/' + QLatin1String(page)))
                return QDir::cleanPath(folder + '/' + QLatin1String(page));
    return {};
}

}  // namespace

void MainWindow::makeMenus() {
    makeFileMenu();
    makeEditMenu();
    makeViewMenu();
    makeSelectionMenu();
    makeSliceMenu();
    makeProbesMenu();
    makeHeadsMenu();
    makeHelpMenu();
    makeToolBar();
}

void MainWindow::makeFileMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&File"));
    auto* model = menu->addAction(themedIcon(QStringLiteral("model")), tr("Open &Model…"), QKeySequence::Open,
                                  this, &MainWindow::chooseModel);
    model->setObjectName(QStringLiteral("openModel"));
    auto* data = menu->addAction(themedIcon(QStringLiteral("data")), tr("Open &Data…"),
                                 QKeySequence(Qt::CTRL | Qt::Key_D), this, &MainWindow::chooseData);
    data->setObjectName(QStringLiteral("openData"));
    auto* folder = menu->addAction(themedIcon(QStringLiteral("open")), tr("Open &Image Folder…"));
    connect(folder, &QAction::triggered, this, [this] {
        auto* dialog = new QFileDialog(this, tr("Open a folder with one sub-folder of images per class"),
                                       settings_.folder());
        dialog->setFileMode(QFileDialog::Directory);
        dialog->setOption(QFileDialog::ShowDirsOnly);
        connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& chosen) { open({chosen}); });
        opened(dialog);
    });
    QMenu* samples = menu->addMenu(tr("Open &Sample"));
    samples->setObjectName(QStringLiteral("samplesMenu"));
    samples->setEnabled(!samples_.isEmpty());
    samples->setToolTipsVisible(true);
    for (const BundledSample& sample : samples_)
        samples->addAction(sample.title, this, [this, id = sample.id] { openSample(id); })
            ->setToolTip(sample.description);
    QMenu* generated = menu->addMenu(tr("Open &Generated Data"));
    for (const char* kind : {"moons", "circles", "spirals", "xor"})
        generated->addAction(QString::fromLatin1(kind), this, [this, kind] {
            open({QStringLiteral("generate:%1?samples=1000&noise=0.1&seed=7").arg(QLatin1String(kind))});
        });
    recentMenu_ = menu->addMenu(tr("&Recent"));
    fillRecentMenu();
    menu->addSeparator();
    addSessionActions(menu);
    menu->addSeparator();
    QAction* close = menu->addAction(tr("&Close the Model"), this, [this] {
        if (workspace_.model()) opener_->closeModel(workspace_.model());
    });
    close->setEnabled(false);
    connect(&workspace_, &Workspace::modelChanged, close,
            [this, close] { close->setEnabled(workspace_.model() != nullptr); });
    menu->addSeparator();
    exportAction_ =
        menu->addAction(themedIcon(QStringLiteral("export")), tr("&Export Figure…"),
                        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), this, &MainWindow::exportFigure);
    exportAction_->setObjectName(QStringLiteral("exportFigure"));
    menu->addSeparator();
    menu->addAction(tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, &QWidget::close);
}

void MainWindow::fillRecentMenu() {
    recentMenu_->clear();
    int number = 1;
    for (const QString& source : settings_.recentFiles()) {
        auto* action = recentMenu_->addAction(
            QStringLiteral("&%1  %2").arg(number).arg(
                source.startsWith(QLatin1String("generate:")) ? source : QFileInfo(source).fileName()),
            this, [this, source] { open({source}); });
        action->setShortcut(QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_0 + number)));
        action->setToolTip(source);
        ++number;
    }
    recentMenu_->setToolTipsVisible(true);
    recentMenu_->setEnabled(number > 1);
    if (number == 1) return;
    recentMenu_->addSeparator();
    recentMenu_->addAction(tr("&Clear the list"), this, [this] {
        settings_.clearRecentFiles();
        fillRecentMenu();
    });
}

void MainWindow::makeViewMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&View"));
    addViewActions(menu);
    int number = 1;
    for (QDockWidget* dock : {galleryDock_, layersDock_, sliceDock_, statisticsDock_, probesDock_,
                              resultsDock_, messagesDock_, jobsDock_}) {
        if (!dock) continue;
        QAction* action = dock->toggleViewAction();
        action->setShortcut(QKeySequence(Qt::ALT | Qt::Key(Qt::Key_0 + number++)));
        menu->addAction(action);
    }
    menu->addSeparator();
    menu->addAction(themedIcon(QStringLiteral("search")), tr("&Find Samples"), QKeySequence::Find, this,
                    [this] {
                        showDock(galleryDock_);
                        gallery_->focusFilter();
                    });
    menu->addSeparator();
    QMenu* themes = menu->addMenu(tr("&Theme"));
    auto* group = new QActionGroup(this);
    const std::pair<Theme, QString> choices[] = {
        {Theme::System, tr("&As the system")}, {Theme::Light, tr("&Light")}, {Theme::Dark, tr("&Dark")}};
    for (const auto& [theme, text] : choices) {
        QAction* action = group->addAction(themes->addAction(text));
        action->setObjectName(QStringLiteral("theme-") + themeName(theme));
        action->setData(int(theme));
        action->setCheckable(true);
        action->setChecked(applied_.theme == theme);
        connect(action, &QAction::triggered, this,
                [this, theme = theme] { change(&WindowSettings::theme, theme); });
        themeActions_ << action;
    }
    menu->addAction(tr("Screens&hot…"), QKeySequence(Qt::Key_F12), this, &MainWindow::saveScreenshot)
        ->setObjectName(QStringLiteral("screenshot"));
    fullScreenAction_ = menu->addAction(tr("F&ull Screen"), QKeySequence(Qt::Key_F11), this,
                                        [this] { setFullScreen(fullScreenAction_->isChecked()); });
    fullScreenAction_->setCheckable(true);
}

void MainWindow::makeSliceMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Slice"));
    selectionAction_ =
        menu->addAction(themedIcon(QStringLiteral("slice")), tr("Through the &Selected Samples"), this,
                        [this] { gallery_->sliceThroughSelection(); });
    selectionAction_->setToolTip(tr("A, in the list of samples"));
    pickAction_ = menu->addAction(tr("&Pick Three Samples"), this, [this] { opener_->proposeAnchors(); });
    menu->addSeparator();
    normalisationAction_ =
        menu->addAction(themedIcon(QStringLiteral("normalisation")), tr("&Normalisation…"),
                        QKeySequence(Qt::CTRL | Qt::Key_N), this, &MainWindow::askNormalisation);
    normalisationAction_->setObjectName(QStringLiteral("normalisation"));
    addSliceActions(menu);
}

void MainWindow::makeSelectionMenu() {
    new SelectionMenu(workspace_, *gallery_, menuBar()->addMenu(tr("S&election")), this);
}

void MainWindow::makeHelpMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Help"));
    if (!manualPage().isEmpty())
        menu->addAction(themedIcon(QStringLiteral("help")), tr("&Manual"),
                        QKeySequence(Qt::SHIFT | Qt::Key_F1), this,
                        [] { QDesktopServices::openUrl(QUrl::fromLocalFile(manualPage())); });
    menu->addAction(tr("&What Is This?"), QKeySequence(Qt::Key_F1), this, &MainWindow::showContextHelp)
        ->setObjectName(QStringLiteral("contextHelp"));
    menu->addAction(tr("&First Steps"), this, &MainWindow::startGuide)
        ->setObjectName(QStringLiteral("firstSteps"));
    addToolActions(menu);
    auto* keys = menu->addAction(tr("&Keys"), this, &MainWindow::showKeys);
    keys->setShortcuts({QKeySequence(Qt::Key_Question), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_Slash)});
    menu->addAction(tr("&About Tessera"), this, [this] { opened(new AboutDialog(this)); });
}

void MainWindow::makeToolBar() {
    QToolBar* bar = addToolBar(tr("Main"));
    bar->setObjectName(QStringLiteral("mainToolBar"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize({18, 18});
    // The same action under a shorter name.
    const auto add = [&](QAction* source, const QString& text) {
        auto* button = new QToolButton;
        button->setIcon(source->icon());
        button->setText(text);
        button->setToolTip(source->toolTip() + (source->shortcut().isEmpty()
                                                    ? QString()
                                                    : QStringLiteral(" (%1)").arg(source->shortcut().toString(
                                                          QKeySequence::NativeText))));
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setEnabled(source->isEnabled());
        connect(button, &QToolButton::clicked, source, &QAction::trigger);
        connect(source, &QAction::enabledChanged, button, &QWidget::setEnabled);
        bar->addWidget(button);
        return button;
    };
    add(findChild<QAction*>(QStringLiteral("openModel")), tr("Model"));
    add(findChild<QAction*>(QStringLiteral("openData")), tr("Data"));
    auto* samples = new QToolButton;
    samples->setText(tr("Samples"));
    samples->setIcon(themedIcon(QStringLiteral("open")));
    samples->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    samples->setPopupMode(QToolButton::InstantPopup);
    samples->setMenu(findChild<QMenu*>(QStringLiteral("samplesMenu")));
    samples->setEnabled(!samples_.isEmpty());
    bar->addWidget(samples);
    bar->addSeparator();
    normalisationButton_ = add(normalisationAction_, tr("Normalisation"));
    add(exportAction_, tr("Export figure"));
    bar->addSeparator();
    auto* chooser = new ModelChooser(workspace_);
    QAction* shown = bar->addWidget(chooser);
    shown->setVisible(false);
    connect(chooser, &ModelChooser::visibilityWanted, shown, &QAction::setVisible);
    connect(chooser, &ModelChooser::chosen, opener_, &Opener::switchModel);
    connect(chooser, &ModelChooser::closeRequested, opener_, &Opener::closeModel);
}

void MainWindow::saveScreenshot() {
    const QPixmap picture = grab();  // before the dialog covers it
    auto* dialog = new QFileDialog(this, tr("Save a picture of the window"), settings_.folder(),
                                   tr("PNG pictures (*.png)"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("png"));
    dialog->selectFile(QStringLiteral("tessera.png"));
    connect(dialog, &QFileDialog::fileSelected, this, [this, picture](const QString& path) {
        if (picture.save(path))
            say(tr("Picture written: %1").arg(path));
        else
            log_.problem(tr("%1 cannot be written; choose another place.").arg(path));
    });
    opened(dialog);
}

void MainWindow::choose(const QString& title, const QString& filter) {
    auto* dialog = new QFileDialog(this, title, settings_.folder(), filter);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
        if (files.isEmpty()) return;
        settings_.setFolder(QFileInfo(files.front()).absolutePath());
        open(files);
    });
    opened(dialog);
}

void MainWindow::chooseModel() {
    choose(tr("Open a model"),
           tr("Models (*.pt *.pth *.th *.tar *.ckpt *.pkl *.safetensors *.bin);;All files (*)"));
}

void MainWindow::chooseData() {
    choose(tr("Open data"), tr("Data (*.gz *ubyte *.idx *.npy *.npz *.csv *.tsv *.bin);;All files (*)"));
}

void MainWindow::askNormalisation() {
    if (!workspace_.dataset()) return;
    auto* dialog = opened(
        new NormalisationDialog(workspace_.normalisation(), workspace_.dataset()->sampleShape(), this));
    connect(dialog, &QDialog::accepted, this, [this, dialog, data = workspace_.dataset()] {
        if (data == workspace_.dataset()) opener_->setNormalisation(dialog->normalisation());
    });
}

}  // namespace tessera
