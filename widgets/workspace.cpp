// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace.h"

namespace tessera {

Workspace::Workspace(QObject* parent) : QObject(parent) {}

int Workspace::classCount() const {
    if (model_) return model_->classCount();
    return dataset_ ? static_cast<int>(dataset_->classNames().size()) : 0;
}

QString Workspace::className(int label) const {
    if (label < 0) return tr("no label");
    if (dataset_ && label < static_cast<int>(dataset_->classNames().size()))
        return QString::fromStdString(dataset_->classNames()[static_cast<std::size_t>(label)]);
    return tr("class %1").arg(label);
}

QString Workspace::mismatch() const {
    if (!model_ || !dataset_) return {};
    return QString::fromStdString(shapeMismatch(model_->info().inputShape, dataset_->sampleShape(), dataset_->path().string()));
}

void Workspace::open(std::shared_ptr<const Model> model, std::shared_ptr<const Dataset> dataset, const Normalisation& normalisation,
                     std::vector<qint64> anchors) {
    model_ = std::move(model);
    dataset_ = std::move(dataset);
    normalisation_ = normalisation;
    evaluation_.reset();
    anchors_ = std::move(anchors);
    currentSample_ = anchors_.empty() ? -1 : anchors_.front();
    Q_EMIT modelChanged();
    Q_EMIT datasetChanged();
    Q_EMIT normalisationChanged();
    Q_EMIT evaluationChanged();
    Q_EMIT currentSampleChanged(currentSample_);
    Q_EMIT anchorsChanged();
}

void Workspace::setModel(std::shared_ptr<const Model> model) {
    model_ = std::move(model);
    evaluation_.reset();
    Q_EMIT modelChanged();
    Q_EMIT evaluationChanged();
}

void Workspace::setDataset(std::shared_ptr<const Dataset> dataset) {
    dataset_ = std::move(dataset);
    evaluation_.reset();
    currentSample_ = -1;
    anchors_.clear();
    Q_EMIT datasetChanged();
    Q_EMIT evaluationChanged();
    Q_EMIT currentSampleChanged(currentSample_);
    Q_EMIT anchorsChanged();
}

void Workspace::setNormalisation(const Normalisation& normalisation) {
    normalisation_ = normalisation;
    Q_EMIT normalisationChanged();
}

void Workspace::setEvaluation(std::shared_ptr<const Evaluation::Output> evaluation) {
    evaluation_ = std::move(evaluation);
    Q_EMIT evaluationChanged();
}

void Workspace::setCurrentSample(qint64 index) {
    if (index == currentSample_) return;
    currentSample_ = index;
    Q_EMIT currentSampleChanged(index);
}

void Workspace::setAnchors(std::vector<qint64> anchors) {
    if (anchors == anchors_) return;
    anchors_ = std::move(anchors);
    Q_EMIT anchorsChanged();
}

}  // namespace tessera
