// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/head_source_form.h"

#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLocale>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "core/model/model_cut.h"
#include "widgets/panels/field_problem.h"
#include "widgets/panels/layer_chooser.h"
#include "widgets/panels/split_form.h"

namespace tessera {

namespace {

const char* const kData = "data";
const char* const kLayer = "layer";

QString fileName(const std::filesystem::path& path) {
    return QString::fromStdString(path.filename().string());
}

}  // namespace

HeadSourceForm::HeadSourceForm(Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      source_(new QComboBox),
      layer_(new LayerChooser),
      split_(new SplitForm),
      problemText_(fieldProblem("sourceProblem")) {
    source_->setObjectName(QStringLiteral("headSource"));
    source_->setAccessibleName(tr("Train on"));
    source_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    source_->setMinimumContentsLength(16);
    layer_->setObjectName(QStringLiteral("headLayer"));
    layer_->setAccessibleName(tr("Layer"));
    layerRow_ = new QWidget;
    auto* line = new QHBoxLayout(layerRow_);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(new QLabel(tr("Layer")));
    line->addWidget(layer_, 1);
    auto* on = new QGroupBox(tr("Train on"));
    auto* onRows = new QVBoxLayout(on);
    onRows->addWidget(source_);
    onRows->addWidget(layerRow_);
    onRows->addWidget(problemText_);
    auto* parts = new QGroupBox(tr("Split"));
    auto* partRows = new QVBoxLayout(parts);
    partRows->addWidget(split_);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(10);
    rows->addWidget(on);
    rows->addWidget(parts);
    connect(source_, &QComboBox::currentIndexChanged, this, &HeadSourceForm::check);
    connect(layer_, &QComboBox::currentIndexChanged, this, &HeadSourceForm::check);
    connect(split_, &SplitForm::changed, this, &HeadSourceForm::check);
    connect(&workspace_, &Workspace::modelChanged, this, &HeadSourceForm::takeWorkspace);
    connect(&workspace_, &Workspace::datasetChanged, this, &HeadSourceForm::takeWorkspace);
    takeWorkspace();
}

bool HeadSourceForm::isLayer() const {
    return source_->currentData().toString() == QLatin1String(kLayer);
}

std::string HeadSourceForm::layer() const {
    return layer_->layer();
}

void HeadSourceForm::takeWorkspace() {
    const auto& data = workspace_.dataset();
    const auto& model = workspace_.model();
    const QString held = source_->currentData().toString();
    {
        const QSignalBlocker quietSource(source_), quietLayer(layer_);
        source_->clear();
        if (data)
            source_->addItem(tr("%1: %2 × %3")
                                 .arg(fileName(data->path()), QLocale().toString(qlonglong(data->size())),
                                      QLocale().toString(qlonglong(elementCount(data->sampleShape())))),
                             QLatin1String(kData));
        // A head alone has nothing before its last layer.
        const bool isCuttable =
            data && model && workspace_.mismatch().isEmpty() && !penultimateLayer(*model).empty();
        if (isCuttable)
            source_->addItem(tr("A layer of %1").arg(fileName(model->info().path)), QLatin1String(kLayer));
        layer_->setModel(isCuttable ? model : nullptr);
        // Pictures are seldom what a head is wanted over; numbers are.
        const bool isKnown = data && data == known_;
        const int wanted = isKnown ? source_->findData(held) : -1;
        source_->setCurrentIndex(
            wanted >= 0
                ? wanted
                : std::max(0, data && data->isImage() ? source_->findData(QLatin1String(kLayer)) : 0));
        known_ = data;
    }
    source_->setToolTip(data ? QString::fromStdString(data->path().string()) : QString());
    split_->setGiven(data && !data->parts().empty());
    check();
}

void HeadSourceForm::check() {
    const auto& data = workspace_.dataset();
    layerRow_->setVisible(isLayer());
    problem_.clear();
    if (!data)
        problem_ = tr("No data is open; open an embedding file with labels, or a model and its data.");
    else if (data->classNames().empty())
        problem_ = tr("%1 has no labels; open data with one class per sample.").arg(fileName(data->path()));
    else if (data->classNames().size() < 2)
        problem_ = tr("%1 has only one class; open data of at least two, which a head can tell apart.")
                       .arg(fileName(data->path()));
    showProblem(*problemText_, problem_);
    if (problem_.isEmpty()) problem_ = split_->problem();
    Q_EMIT changed();
}

}  // namespace tessera
