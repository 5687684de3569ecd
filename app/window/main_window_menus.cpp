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
#include "widgets/dialogs/about_dialogs.h"
#include "widgets/dialogs/architecture_dialog.h"
#include "widgets/dialogs/normalisation_dialog.h"
#include "widgets/dialogs/shape_dialog.h"
#include "widgets/panels/gallery_panel.h"
#include "widgets/panels/message_bar.h"

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

// Dialogs never block: they live until closed and act when accepted.
template <typename Dialog>
Dialog* opened(Dialog* dialog) {
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
    return dialog;
}

}  // namespace

void MainWindow::makeMenus() {
    makeFileMenu();
    makeViewMenu();
    makeSliceMenu();
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
    exportAction_ =
        menu->addAction(themedIcon(QStringLiteral("export")), tr("&Export Figure…"),
                        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), this, &MainWindow::exportFigure);
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
    int number = 1;
    for (QDockWidget* dock :
         {galleryDock_, layersDock_, sliceDock_, statisticsDock_, messagesDock_, jobsDock_}) {
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
        action->setCheckable(true);
        action->setChecked(settings_.theme() == theme);
        connect(action, &QAction::triggered, this, [this, theme = theme] {
            settings_.setTheme(theme);
            applyTheme(theme);
        });
    }
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

void MainWindow::makeHelpMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Help"));
    if (!manualPage().isEmpty())
        menu->addAction(themedIcon(QStringLiteral("help")), tr("&Manual"), QKeySequence(Qt::Key_F1), this,
                        [] { QDesktopServices::openUrl(QUrl::fromLocalFile(manualPage())); });
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
        const QString group = top->text().remove('&');
        QList<QAction*> pending = top->menu()->actions();
        while (!pending.isEmpty()) {
            QAction* action = pending.takeFirst();
            if (action->menu()) {
                if (action->menu() != recentMenu_) pending = action->menu()->actions() + pending;
                continue;
            }
            QStringList keys;
            for (const QKeySequence& key : action->shortcuts())
                keys << key.toString(QKeySequence::NativeText);
            if (!keys.isEmpty())
                rows.push_back(
                    {group, keys.join(tr(" or ")), action->text().remove('&').remove(QStringLiteral("…"))});
        }
        if (top->menu() == menuBar()->actions().front()->menu())
            rows.push_back({group, tr("Ctrl+1 to Ctrl+9"), tr("Recent files")});
    }
    const QString samples = tr("In the list of samples");
    rows.push_back({samples, tr("Arrows"), tr("Previous and next sample")});
    rows.push_back({samples, tr("Enter or 1"), tr("Use as anchor 1")});
    rows.push_back({samples, tr("2, 3"), tr("Use as anchor 2, 3")});
    rows.push_back({samples, QStringLiteral("A"), tr("Slice through the selection")});
    rows.push_back({samples, tr("Ctrl+click, Shift+click"), tr("Select more samples")});
    const QString slice = tr("In the slice");
    rows.push_back({slice, tr("Drag, arrows"), tr("Move the window")});
    rows.push_back({slice, tr("Wheel, + and −"), tr("Zoom; the regions are computed anew")});
    rows.push_back({slice, tr("Home or R"), tr("Show all anchors again")});
    rows.push_back({slice, tr("1 to 5"), tr("Fill by class, pattern, slope, depth, or not at all")});
    rows.push_back({slice, QStringLiteral("E, B"), tr("Region edges, decision boundary")});
    rows.push_back({slice, tr("Drag a sample onto an anchor"), tr("Replace the anchor")});
    rows.push_back(
        {tr("Anywhere"), QStringLiteral("Esc"), tr("Cancel the running job, or leave the full screen")});
    opened(new ShortcutsDialog(rows, this));
}

}  // namespace tessera
