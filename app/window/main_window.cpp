// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/main_window.h"

#include <QCloseEvent>
#include <QDockWidget>
#include <QKeyEvent>
#include <QMimeData>
#include <QScreen>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>

#include "app/window/following_panel.h"
#include "app/window/probe_runner.h"
#include "app/window/session_keeper.h"
#include "app/window/slice_heights.h"
#include "app/window/train_heads_window.h"
#include "app/window/undo_recorder.h"
#include "app/window/view_area.h"
#include "app/window/volume_slices.h"
#include "widgets/dialogs/value_text.h"
#include "widgets/panels/gallery_panel.h"
#include "widgets/panels/guide_strip.h"
#include "widgets/panels/job_indicator.h"
#include "widgets/panels/jobs_panel.h"
#include "widgets/panels/layers_panel.h"
#include "widgets/panels/message_bar.h"
#include "widgets/panels/messages_panel.h"
#include "widgets/panels/slice_panel.h"
#include "widgets/panels/start_panel.h"
#include "widgets/panels/statistics_panel.h"
#include "widgets/views/slice_view.h"

namespace tessera {

MainWindow::MainWindow(QWidget* parent, const std::vector<CatalogueEntry>& probes)
    : QMainWindow(parent), jobs_(new JobRunner(this)) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowIcon(applicationIcon());
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    opener_ = new Opener(workspace_, *jobs_, log_, settings_, this);
    if (const QString folder = samplesFolder(); !folder.isEmpty()) {
        auto samples = readSamples(folder);
        if (samples.isOk())
            samples_ = std::move(samples).value();
        else if (samples.isError())
            log_.note(QString::fromStdString(samples.error().message));
    }
    makeCentre();
    makeDocks(probes);
    makeSessions();
    makeStatusBar();
    makeMenus();
    connectParts();
    watchGuide();
    takeWorkspace();
    restore();
}

MainWindow::~MainWindow() {
    // Those that listen go first, then the workers are joined while the workspace still lives.
    jobs_->cancelAll();
    delete trainHeads_;
    delete undo_;
    delete takeCentralWidget();
    const auto docks = findChildren<QDockWidget*>(Qt::FindDirectChildrenOnly);
    qDeleteAll(docks);
    delete runner_;
    delete opener_;
    delete jobs_;
    keeper_->finish();
    delete keeper_;
}

void MainWindow::makeCentre() {
    QList<StartPanel::Offer> offers;
    for (const BundledSample& sample : samples_)
        offers.push_back({sample.id, sample.title, sample.description});
    start_ = new StartPanel(offers);
    messageBar_ = new MessageBar(log_);
    centre_ = new QStackedWidget;
    centre_->addWidget(start_);
    views_ = new ViewArea(workspace_, *jobs_);
    new VolumeSlices(*views_);
    heights_ = new SliceHeights(workspace_, *jobs_, *views_);
    connect(heights_, &SliceHeights::notice, this, &MainWindow::say);
    centre_->addWidget(views_);
    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(messageBar_);
    layout->addWidget(centre_, 1);
    guide_ = new GuideStrip;
    layout->addWidget(guide_);
    setCentralWidget(centre);
}

QDockWidget* MainWindow::addDock(Qt::DockWidgetArea area, const QString& name, const QString& title,
                                 QWidget* content) {
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setWidget(content);
    addDockWidget(area, dock);
    return dock;
}

void MainWindow::makeDocks(const std::vector<CatalogueEntry>& probes) {
    gallery_ = new GalleryPanel(workspace_, *jobs_);
    layers_ = new LayersPanel(workspace_);
    galleryDock_ = addDock(Qt::LeftDockWidgetArea, QStringLiteral("samplesDock"), tr("Samples"), gallery_);
    layersDock_ = addDock(Qt::LeftDockWidgetArea, QStringLiteral("layersDock"), tr("Layers"), layers_);
    tabifyDockWidget(galleryDock_, layersDock_);
    galleryDock_->raise();
    sliceDock_ = addDock(Qt::RightDockWidgetArea, QStringLiteral("sliceDock"), tr("Slice"),
                         new FollowingPanel(
                             *views_, [](SliceView& view) { return new SlicePanel(view); },
                             tr("Open a slice (Ctrl+T): its plane and its drawing are set here.")));
    statisticsDock_ = addDock(Qt::RightDockWidgetArea, QStringLiteral("statisticsDock"), tr("Statistics"),
                              new FollowingPanel(
                                  *views_, [](SliceView& view) { return new StatisticsPanel(view); },
                                  tr("Open a slice (Ctrl+T): the numbers of its regions appear here.")));
    makeProbes(probes);
    tabifyDockWidget(sliceDock_, statisticsDock_);
    tabifyDockWidget(statisticsDock_, probesDock_);
    sliceDock_->raise();
    for (QDockWidget* dock : {galleryDock_, layersDock_, sliceDock_, statisticsDock_, probesDock_})
        dock->setTitleBarWidget(new QWidget(dock));  // their tabs name them
    messagesDock_ = addDock(Qt::BottomDockWidgetArea, QStringLiteral("messagesDock"), tr("Messages"),
                            new MessagesPanel(log_));
    jobsDock_ =
        addDock(Qt::BottomDockWidgetArea, QStringLiteral("jobsDock"), tr("Jobs"), new JobsPanel(*jobs_));
    tabifyDockWidget(resultsDock_, messagesDock_);
    tabifyDockWidget(messagesDock_, jobsDock_);
    resultsDock_->hide();
    messagesDock_->hide();
    jobsDock_->hide();
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    explainDocks();
}

void MainWindow::makeStatusBar() {
    indicator_ = new JobIndicator(*jobs_);
    statusBar()->addPermanentWidget(indicator_);
    makeSettingsButton();
}

void MainWindow::connectParts() {
    connect(start_, &StartPanel::sampleRequested, this, &MainWindow::openSample);
    connect(start_, &StartPanel::modelRequested, this, &MainWindow::chooseModel);
    connect(start_, &StartPanel::dataRequested, this, &MainWindow::chooseData);
    connect(opener_, &Opener::opened, this, [this](const QStringList& sources) {
        // A sample is one click away anyway; recent files are the user's own.
        for (const QString& source : sources)
            if (std::none_of(samples_.begin(), samples_.end(), [&](const auto& sample) {
                    return sample.model == source || sample.data == source;
                }))
                settings_.addRecentFile(source);
        fillRecentMenu();
    });
    connect(opener_, &Opener::remedyOffered, this, &MainWindow::offerRemedy);
    connect(opener_, &Opener::normalisationQuestion, this, [this](const QString& sentence) {
        messageBar_->offer(sentence, tr("Set normalisation…"), [this] { askNormalisation(); });
    });
    connect(gallery_, &GalleryPanel::problem, &log_, &MessageLog::problem);
    connect(jobs_, &JobRunner::jobFinished, this, [this](JobId id) {
        const JobInfo job = jobs_->job(id);
        if (job.state == JobInfo::State::Failed) log_.problem(job.error);
    });
    connect(indicator_, &JobIndicator::listRequested, this, [this] { showDock(jobsDock_); });
    connect(messageBar_, &MessageBar::logRequested, this, [this] { showDock(messagesDock_); });
    for (SliceView* view : views_->slices()) adoptSlice(view);
    connect(views_, &ViewArea::sliceAdded, this, &MainWindow::adoptSlice);
    connect(views_, &ViewArea::viewsChanged, this, &MainWindow::takeViews);
    connect(views_, &ViewArea::currentSliceChanged, this, &MainWindow::takeViews);
    connect(views_, &ViewArea::maximisedChanged, this, [this](bool maximised) { showPanels(!maximised); });
    connect(&workspace_, &Workspace::modelChanged, this, &MainWindow::takeWorkspace);
    connect(&workspace_, &Workspace::datasetChanged, this, &MainWindow::takeWorkspace);
    connect(&workspace_, &Workspace::normalisationChanged, this, &MainWindow::takeWorkspace);
}

// Title, centre and the state of actions follow what is open.
void MainWindow::takeWorkspace() {
    const auto& model = workspace_.model();
    const auto& dataset = workspace_.dataset();
    const QString dataName =
        dataset ? QString::fromStdString(dataset->path().filename().string()) : QString();
    nameWindow();
    const bool isPair = model && dataset && workspace_.mismatch().isEmpty();
    // A model alone is sliced along random directions.
    const bool isSliceable = model && (!dataset || isPair);
    QString situation;
    if (!model && dataset)
        situation = (dataset->isImage() || dataset->classNames().empty()
                         ? tr("%1 is open. Now open a model that takes inputs of %2.")
                         : tr("%1 is open. Now open a model that takes inputs of %2, or train heads on it "
                              "(Heads › Train Heads)."))
                        .arg(dataName, QString::fromStdString(shapeText(dataset->sampleShape())));
    if (model && dataset && !isPair) situation = workspace_.mismatch();
    start_->setSituation(situation);
    centre_->setCurrentIndex(isSliceable ? 1 : 0);
    normalisationAction_->setEnabled(isPair);
    pickAction_->setEnabled(isPair);
    selectionAction_->setEnabled(isPair);
    takeViews();
    normalisationButton_->setText(
        isPair ? tr("Normalisation: %1").arg(normalisationText(workspace_.normalisation()))
               : tr("Normalisation"));
    if (model && !dataset) layersDock_->raise();
}

bool MainWindow::openSample(const QString& id) {
    const auto found = std::find_if(samples_.begin(), samples_.end(),
                                    [&](const BundledSample& sample) { return sample.id == id; });
    if (found == samples_.end()) return false;
    opener_->openSample(*found);
    return true;
}

void MainWindow::showDock(QDockWidget* dock) {
    if (!dock) return;
    dock->show();
    dock->raise();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (std::any_of(urls.begin(), urls.end(), [](const QUrl& url) { return url.isLocalFile(); }))
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    QStringList sources;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) sources << url.toLocalFile();
    if (sources.isEmpty()) return;
    event->acceptProposedAction();
    open(sources);
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && isFullScreen() && !jobs_->isBusy())
        setFullScreen(false);
    else if (event->key() == Qt::Key_Escape)
        indicator_->cancelCurrent();
    else
        QMainWindow::keyPressEvent(event);
}

void MainWindow::setFullScreen(bool full) {
    if (full == isFullScreen()) return;
    if (full) wasMaximized_ = isMaximized();
    full ? showFullScreen() : wasMaximized_ ? showMaximized() : showNormal();
    fullScreenAction_->setChecked(full);
}

void MainWindow::restore() {
    const QSize available = screen()->availableSize();
    resize(std::min(1400, available.width() - 20), std::min(900, available.height() - 40));
    resizeDocks({galleryDock_, sliceDock_}, {290, 260}, Qt::Horizontal);
    resizeDocks({messagesDock_}, {180}, Qt::Vertical);
    if (const auto geometry = settings_.geometry(); !geometry.isEmpty()) restoreGeometry(geometry);
    if (const auto state = settings_.windowState(); !state.isEmpty()) restoreState(state);
}

}  // namespace tessera
