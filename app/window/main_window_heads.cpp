// SPDX-License-Identifier: GPL-3.0-or-later
// Heads over a representation: training them, and cutting a model to get one.
#include <QDir>
#include <QFileInfo>
#include <QMenuBar>
#include <QStandardPaths>

#include "app/window/figure_exporter.h"
#include "app/window/main_window.h"
#include "app/window/opening.h"
#include "app/window/train_heads_window.h"
#include "core/heads/head_maker.h"
#include "core/model/model_cut.h"
#include "widgets/dialogs/cut_dialog.h"
#include "widgets/dialogs/opened.h"
#include "widgets/panels/split_form.h"

namespace tessera {

namespace {

const char* const kCutKey = "cut-model";

// What the job gives: the parts, and what the window needs to show them.
struct Cut {
    CutModel made;
    Opened data;
};

Result<std::shared_ptr<Cut>> cutAndPrepare(const CutModelRequest& request, std::stop_token stop,
                                           Progress& progress) {
    auto made = cutModel(request, stop, progress);
    if (!made.isOk()) return std::move(made).propagate<std::shared_ptr<Cut>>();
    auto cut = std::make_shared<Cut>();
    cut->made = std::move(made).value();
    cut->data.dataset = cut->made.embeddings;
    preparePair(cut->data, cut->made.head.get(), *cut->made.embeddings);
    return cut;
}

}  // namespace

void MainWindow::makeHeadsMenu() {
    QMenu* menu = menuBar()->addMenu(tr("Hea&ds"));
    menu->setObjectName(QStringLiteral("headsMenu"));
    menu->setToolTipsVisible(true);
    QAction* train = menu->addAction(tr("&Train Heads…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_H),
                                     this, &MainWindow::showTrainHeads);
    train->setObjectName(QStringLiteral("trainHeadsAction"));
    train->setToolTip(
        tr("Classifier heads over the open data, or over what a layer of the model makes of it"));
    QAction* cut = menu->addAction(tr("&Cut the Model at a Layer…"), this, &MainWindow::askWhereToCut);
    cut->setObjectName(QStringLiteral("cutModelAction"));
    menu->addSeparator();
    QAction* compare = menu->addAction(tr("C&ompare Heads…"), this, [this] {
        if (auto* probe = findChild<QAction*>(QStringLiteral("probe-compare-heads"))) probe->trigger();
    });
    compare->setObjectName(QStringLiteral("compareHeadsAction"));
    compare->setToolTip(
        tr("The open models side by side: which flips more easily, where, and whether data "
           "support it"));
    const auto update = [this, cut] {
        const bool isPair = workspace_.model() && workspace_.dataset() && workspace_.mismatch().isEmpty();
        cut->setEnabled(isPair);
        cut->setToolTip(isPair ? tr("The values of a layer become data, the layers after it a head")
                               : tr("Open a model and data that fit it first"));
    };
    connect(&workspace_, &Workspace::modelChanged, cut, update);
    connect(&workspace_, &Workspace::datasetChanged, cut, update);
    update();
}

// Beside the data; samples of the program and generated data have no place of their own.
QString MainWindow::freshNameBesideData(const QString& suffix) const {
    QString folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    QString stem = QStringLiteral("data");
    if (workspace_.dataset()) {
        const QString path = QString::fromStdString(workspace_.dataset()->path().string());
        const QFileInfo file(path);
        const bool isFile = !path.startsWith(QLatin1String("generate:"));
        const QString samples = QDir(samplesFolder()).canonicalPath();
        const bool isSample = !samples.isEmpty() && file.canonicalFilePath().startsWith(samples + '/');
        stem = isFile ? file.completeBaseName() : path.section(':', 1).section('?', 0, 0);
        if (stem.endsWith(QLatin1String("-ubyte"))) stem.chop(6);
        if (isFile && !isSample && QFileInfo(file.absolutePath()).isWritable()) folder = file.absolutePath();
    }
    return QString::fromStdString(freshPath((QDir(folder).filePath(stem + suffix)).toStdString()).string());
}

void MainWindow::proposeHeadFolder() {
    if (trainHeads_) trainHeads_->setFolder(freshNameBesideData(QStringLiteral("-heads")));
}

void MainWindow::showTrainHeads() {
    if (!trainHeads_) {
        trainHeads_ = new TrainHeadsWindow(workspace_, *jobs_, *opener_, this);
        connect(trainHeads_, &TrainHeadsWindow::folderProposalWanted, this, &MainWindow::proposeHeadFolder);
        connect(trainHeads_, &TrainHeadsWindow::notice, this, &MainWindow::say);
        connect(trainHeads_, &TrainHeadsWindow::exportRequested, this, [this] {
            if (!trainHeads_->curves()) return;
            auto choices = figures_->choices();
            for (auto& choice : choices) choice.isCurrent = false;
            choices.push_back({tr("Training of the heads"), {}, trainHeads_->curves(), true});
            exportPanels(std::move(choices));
        });
        proposeHeadFolder();
    }
    trainHeads_->show();
    trainHeads_->raise();
    trainHeads_->activateWindow();
}

void MainWindow::askWhereToCut() {
    const auto model = workspace_.model();
    const auto data = workspace_.dataset();
    if (!model || !data || !workspace_.mismatch().isEmpty()) return;
    auto* dialog = opened(new CutDialog(
        model, data,
        [this](const std::string& layer) {
            QString name = QString::fromStdString(layer);
            for (QChar& letter : name)
                if (!letter.isLetterOrNumber() && letter != '.') letter = '-';
            return freshNameBesideData('-' + name + QStringLiteral(".npz"));
        },
        this));
    connect(dialog, &QDialog::accepted, this, [this, dialog, model, data, is = workspace_.normalisation()] {
        CutModelRequest request;
        request.embed = {model,
                         dialog->layer(),
                         data,
                         is,
                         dialog->split().seed(),
                         dialog->split().referenceShare(),
                         dialog->split().testShare()};
        request.cache.folder = standardEmbedCache();
        request.file = dialog->path().toStdString();
        request.keepHead = dialog->keepsHead();
        request.device = opener_->device();
        jobs_->start<std::shared_ptr<Cut>>(
            this, QLatin1String(kCutKey),
            tr("Cutting %1 at %2")
                .arg(QString::fromStdString(model->info().path.filename().string()),
                     QString::fromStdString(request.embed.layer)),
            JobLane::Background,
            [request](std::stop_token stop, Progress& progress) {
                return cutAndPrepare(request, stop, progress);
            },
            [this](Result<std::shared_ptr<Cut>> result) {
                if (result.isCancelled())
                    return say(tr("Cutting was cancelled; the same cut goes on from there next time."));
                if (!result.isOk()) return;  // said by the job
                const auto& [made, values] = *result.value();
                std::vector<std::shared_ptr<const Model>> heads;
                if (made.head) heads.push_back(made.head);
                opener_->adopt(std::move(heads), values);
                const QString file = QString::fromStdString(made.file.string());
                say(made.head ? tr("Written and opened: %1, and the head after it, %2.")
                                    .arg(file, QString::fromStdString(made.headFile.filename().string()))
                              : tr("Written and opened: %1.").arg(file));
            });
    });
}

}  // namespace tessera
