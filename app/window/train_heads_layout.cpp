// SPDX-License-Identifier: GPL-3.0-or-later
// How the window for training heads is put together.
#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>

#include "app/window/train_heads_window.h"
#include "widgets/dialogs/opened.h"
#include "widgets/panels/field_problem.h"
#include "widgets/panels/head_runs_model.h"
#include "widgets/panels/head_source_form.h"
#include "widgets/panels/head_sweep_form.h"
#include "widgets/views/panel_canvas.h"

namespace tessera {

namespace {
constexpr int kFormLetters = 52;  // width of the form
constexpr int kMargin = 8;
}  // namespace

TrainHeadsWindow::TrainHeadsWindow(Workspace& workspace, JobRunner& jobs, Opener& opener, QWidget* parent)
    : QWidget(parent, Qt::Window), workspace_(workspace), jobs_(jobs), opener_(opener) {
    setObjectName(QStringLiteral("trainHeadsWindow"));
    setWindowTitle(tr("Train heads"));
    auto* middle = new QSplitter;
    middle->setChildrenCollapsible(false);
    middle->addWidget(makeForm());
    middle->addWidget(makeRuns());
    middle->setStretchFactor(1, 1);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(kMargin, kMargin, kMargin, kMargin);
    rows->addWidget(middle, 1);
    rows->addWidget(makeFoot());

    connect(source_, &HeadSourceForm::changed, this, &TrainHeadsWindow::check);
    connect(sweep_, &HeadSweepForm::changed, this, &TrainHeadsWindow::check);
    connect(folder_, &QLineEdit::textEdited, this, [this] { isFolderChosen_ = true; });
    connect(folder_, &QLineEdit::textChanged, this, &TrainHeadsWindow::check);
    connect(train_, &QPushButton::clicked, this, &TrainHeadsWindow::train);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        jobs_.cancel(job_);
        cancel_->setEnabled(false);
    });
    connect(&workspace_, &Workspace::datasetChanged, this, [this] { Q_EMIT folderProposalWanted(); });
    connect(&jobs_, &JobRunner::jobChanged, this, [this](JobId id) {
        if (id == job_) showJob();
    });
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &TrainHeadsWindow::showCurves);
    showCurves();
    check();
    const QSize available = screen()->availableSize();
    const int letter = fontMetrics().averageCharWidth();
    resize(std::min(170 * letter, available.width() - 40), std::min(110 * letter, available.height() - 60));
}

QWidget* TrainHeadsWindow::makeForm() {
    source_ = new HeadSourceForm(workspace_);
    sweep_ = new HeadSweepForm;
    auto* content = new QWidget;
    auto* rows = new QVBoxLayout(content);
    rows->setContentsMargins(0, 0, kMargin, 0);
    rows->setSpacing(10);
    rows->addWidget(source_);
    rows->addWidget(sweep_);
    rows->addStretch();
    form_ = new QScrollArea;
    form_->setObjectName(QStringLiteral("trainForm"));
    form_->setAccessibleName(tr("Settings of the training"));
    form_->setFrameShape(QFrame::NoFrame);
    form_->setWidgetResizable(true);
    form_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    form_->setWidget(content);
    form_->setMinimumWidth(kFormLetters * fontMetrics().averageCharWidth());
    return form_;
}

QWidget* TrainHeadsWindow::makeRuns() {
    canvas_ = new PanelCanvas(jobs_);
    canvas_->setObjectName(QStringLiteral("headCurves"));
    canvas_->setAccessibleName(tr("Curves of the heads"));
    runs_ = new HeadRunsModel(this);
    auto* sorted = new QSortFilterProxyModel(this);
    sorted->setSourceModel(runs_);
    sorted->setSortRole(Qt::UserRole);
    table_ = new QTableView;
    table_->setObjectName(QStringLiteral("headRuns"));
    table_->setAccessibleName(tr("Heads"));
    table_->setModel(sorted);
    table_->setSortingEnabled(true);
    table_->sortByColumn(HeadRunsModel::HeadColumn, Qt::AscendingOrder);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->verticalHeader()->hide();
    const int letter = fontMetrics().averageCharWidth();
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    const int letters[] = {40, 14, 10, 12, 13, 10, 40};
    for (int column = 0; column < HeadRunsModel::kColumns; ++column)
        table_->horizontalHeader()->resizeSection(column, letters[column] * letter);
    table_->horizontalHeader()->setSectionResizeMode(HeadRunsModel::HeadColumn, QHeaderView::Stretch);
    table_->horizontalHeader()->setMinimumSectionSize(8 * letter);
    table_->horizontalHeader()->setHighlightSections(false);
    auto* both = new QSplitter(Qt::Vertical);
    both->setChildrenCollapsible(false);
    both->addWidget(canvas_);
    both->addWidget(table_);
    both->setStretchFactor(0, 3);
    both->setStretchFactor(1, 2);
    return both;
}

QWidget* TrainHeadsWindow::makeFoot() {
    folder_ = new QLineEdit;
    folder_->setObjectName(QStringLiteral("headFolder"));
    folder_->setAccessibleName(tr("Folder of the heads"));
    folder_->setToolTip(
        tr("One safetensors file for each head; a folder that is there already is left alone, "
           "and a number is added"));
    auto* browse = new QPushButton(tr("Browse…"));
    connect(browse, &QPushButton::clicked, this, &TrainHeadsWindow::browse);
    count_ = fieldProblem("headCount");
    status_ = fieldProblem("trainStatus");
    progress_ = new QProgressBar;
    progress_->setObjectName(QStringLiteral("trainProgress"));
    progress_->setTextVisible(false);
    progress_->setMaximumHeight(fontMetrics().height() / 2);
    progress_->hide();
    train_ = new QPushButton(themedIcon(QStringLiteral("run")), tr("Train"));
    train_->setObjectName(QStringLiteral("trainHeads"));
    train_->setDefault(true);
    cancel_ = new QPushButton(tr("Cancel"));
    cancel_->setObjectName(QStringLiteral("cancelTraining"));
    cancel_->setToolTip(tr("Keeps the heads that are trained; others keep their best epoch so far"));
    cancel_->hide();
    openFolder_ = new QPushButton(tr("Show the Folder"));
    openFolder_->setObjectName(QStringLiteral("openHeadFolder"));
    openFolder_->hide();
    connect(openFolder_, &QPushButton::clicked, this,
            [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(writtenTo_)); });
    export_ = new QPushButton(themedIcon(QStringLiteral("export")), tr("Export Figure…"));
    export_->setObjectName(QStringLiteral("exportCurves"));
    connect(export_, &QPushButton::clicked, this, &TrainHeadsWindow::exportRequested);

    auto* where = new QHBoxLayout;
    where->addWidget(new QLabel(tr("Write to")));
    where->addWidget(folder_, 1);
    where->addWidget(browse);
    auto* sentences = new QVBoxLayout;
    sentences->setSpacing(2);
    sentences->addWidget(count_);
    sentences->addWidget(status_);
    sentences->addWidget(progress_);
    auto* buttons = new QHBoxLayout;
    buttons->addLayout(sentences, 1);
    for (QPushButton* button : {openFolder_, export_, cancel_, train_})
        buttons->addWidget(button, 0, Qt::AlignBottom);
    auto* foot = new QWidget;
    auto* rows = new QVBoxLayout(foot);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->addLayout(where);
    rows->addLayout(buttons);
    return foot;
}

void TrainHeadsWindow::browse() {
    const QFileInfo proposed(folder_->text());
    auto* dialog = new QFileDialog(this, tr("Make a folder for the heads in"), proposed.absolutePath());
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, name = proposed.fileName()](const QString& chosen) {
                isFolderChosen_ = true;
                folder_->setText(chosen + '/' + (name.isEmpty() ? tr("heads") : name));
            });
    opened(dialog);
}

}  // namespace tessera
