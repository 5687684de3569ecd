// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/cut_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/model/layered_model.h"
#include "core/model/model_cut.h"
#include "widgets/dialogs/opened.h"
#include "widgets/panels/field_problem.h"
#include "widgets/panels/layer_chooser.h"
#include "widgets/panels/split_form.h"

namespace tessera {

namespace {

constexpr int kLetters = 84;  // width of the dialog

}  // namespace

CutDialog::CutDialog(std::shared_ptr<const Model> model, std::shared_ptr<const Dataset> data,
                     std::function<QString(const std::string&)> proposePath, QWidget* parent)
    : QDialog(parent),
      model_(std::move(model)),
      data_(std::move(data)),
      proposePath_(std::move(proposePath)),
      layer_(new LayerChooser),
      split_(new SplitForm),
      path_(new QLineEdit),
      head_(new QCheckBox(tr("Keep the rest of the model as a head"))),
      headText_(fieldNote()),
      size_(fieldNote()),
      problem_(fieldProblem("cutProblem")) {
    setWindowTitle(tr("Cut the model at a layer"));
    setObjectName(QStringLiteral("cutDialog"));
    layer_->setObjectName(QStringLiteral("cutLayer"));
    layer_->setAccessibleName(tr("Layer"));
    path_->setObjectName(QStringLiteral("cutPath"));
    path_->setAccessibleName(tr("File to write"));
    head_->setObjectName(QStringLiteral("cutHead"));
    head_->setChecked(true);
    headText_->setObjectName(QStringLiteral("cutHeadText"));
    size_->setObjectName(QStringLiteral("cutSize"));
    auto* what = new QLabel(tr("%1 is run up to the layer on every sample of %2. The values become data of "
                               "their own, which heads can be trained on.")
                                .arg(QString::fromStdString(model_->info().path.filename().string()),
                                     QString::fromStdString(data_->path().filename().string())));
    what->setWordWrap(true);
    auto* browse = new QPushButton(tr("Browse…"));
    browse->setAutoDefault(false);
    auto* file = new QHBoxLayout;
    file->addWidget(path_, 1);
    file->addWidget(browse);
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Layer"), layer_);
    form->addRow(QString(), size_);
    form->addRow(tr("Split"), split_);
    form->addRow(tr("File"), file);
    form->addRow(QString(), head_);
    form->addRow(QString(), headText_);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    ok_ = buttons->button(QDialogButtonBox::Ok);
    ok_->setObjectName(QStringLiteral("cutOk"));
    ok_->setText(tr("Cut"));
    auto* rows = new QVBoxLayout(this);
    rows->addWidget(what);
    rows->addLayout(form);
    rows->addWidget(problem_);
    rows->addStretch();
    rows->addWidget(buttons);
    setMinimumWidth(kLetters * fontMetrics().averageCharWidth());
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(browse, &QPushButton::clicked, this, &CutDialog::browse);
    connect(layer_, &QComboBox::currentIndexChanged, this, &CutDialog::takeLayer);
    connect(path_, &QLineEdit::textEdited, this, [this] { isPathChosen_ = true; });
    connect(path_, &QLineEdit::textChanged, this, &CutDialog::check);
    connect(split_, &SplitForm::changed, this, &CutDialog::check);
    split_->setGiven(!data_->parts().empty());
    layer_->setModel(model_);
    takeLayer();
}

std::string CutDialog::layer() const {
    return layer_->layer();
}

QString CutDialog::path() const {
    const QString text = path_->text().trimmed();
    return text.endsWith(QLatin1String(".npz"), Qt::CaseInsensitive) ? text : text + QStringLiteral(".npz");
}

bool CutDialog::keepsHead() const {
    return head_->isEnabled() && head_->isChecked();
}

void CutDialog::browse() {
    auto* dialog = new QFileDialog(this, tr("Write the values to"), QFileInfo(path()).absolutePath(),
                                   tr("NumPy archive (*.npz)"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite);  // a number is added instead
    dialog->setDefaultSuffix(QStringLiteral("npz"));
    dialog->selectFile(QFileInfo(path()).fileName());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& chosen) {
        isPathChosen_ = true;
        path_->setText(chosen);
    });
    opened(dialog);
}

void CutDialog::takeLayer() {
    const std::string chosen = layer();
    if (!isPathChosen_ && !chosen.empty()) path_->setText(proposePath_(chosen));
    qint64 width = 0;
    for (const auto& info : model_->info().layers)
        if (info.name == chosen) width = elementCount(info.outputShape);
    const QLocale locale;
    size_->setText(tr("%1 samples of %2 values: %3.")
                       .arg(locale.toString(qlonglong(data_->size())), locale.toString(qlonglong(width)),
                            locale.formattedDataSize(4 * width * data_->size())));
    const bool isHead = isLayeredAfter(*model_, chosen);
    head_->setEnabled(isHead);
    QString rest = tr("It is written beside the file, and opened as the first head over the values.");
    if (!isHead) {
        const std::string usual = penultimateLayer(*model_);
        rest =
            tr("What follows this layer is no linear layer or MLP, so it cannot be kept as a head file; %1.")
                .arg(isLayeredAfter(*model_, usual) ? tr("at %1 it can").arg(QString::fromStdString(usual))
                                                    : tr("train heads on the values instead"));
    }
    headText_->setText(rest);
    check();
}

void CutDialog::check() {
    QString problem = split_->problem().isEmpty() ? QString() : tr("Mend the split first.");
    if (layer().empty())
        problem = tr("%1 has no layer to cut at; open another model.")
                      .arg(QString::fromStdString(model_->info().path.filename().string()));
    if (path_->text().trimmed().isEmpty()) problem = tr("Say which file to write.");
    showProblem(*problem_, problem);
    ok_->setEnabled(problem.isEmpty());
}

}  // namespace tessera
