// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/workspace.h"

#include <algorithm>
#include <iterator>

namespace tessera {
namespace {

std::vector<qint64> sortedSet(std::vector<qint64> samples) {
    std::sort(samples.begin(), samples.end());
    samples.erase(std::unique(samples.begin(), samples.end()), samples.end());
    return samples;
}

std::vector<qint64> combined(const std::vector<qint64>& held, const std::vector<qint64>& given,
                             SelectionMode mode) {
    std::vector<qint64> result;
    const auto out = std::back_inserter(result);
    switch (mode) {
        case SelectionMode::Replace:
            return given;
        case SelectionMode::Add:
            std::set_union(held.begin(), held.end(), given.begin(), given.end(), out);
            break;
        case SelectionMode::Remove:
            std::set_difference(held.begin(), held.end(), given.begin(), given.end(), out);
            break;
        case SelectionMode::Toggle:
            std::set_symmetric_difference(held.begin(), held.end(), given.begin(), given.end(), out);
            break;
    }
    return result;
}

bool contains(const std::vector<std::shared_ptr<const Model>>& models,
              const std::shared_ptr<const Model>& model) {
    return std::find(models.begin(), models.end(), model) != models.end();
}

}  // namespace

Workspace::Workspace(QObject* parent) : QObject(parent) {}

std::vector<std::shared_ptr<const Model>> Workspace::comparableModels() const {
    std::vector<std::shared_ptr<const Model>> found;
    if (!model_) return found;
    const auto width = elementCount(model_->info().inputShape);
    for (const auto& other : models_)
        if (other != model_ && other->classCount() == model_->classCount() &&
            elementCount(other->info().inputShape) == width)
            found.push_back(other);
    return found;
}

std::shared_ptr<const Model> Workspace::modelOf(const SourceFile& file) const {
    std::shared_ptr<const Model> found;
    for (const auto& model : models_) {
        const auto& info = model->info();
        const bool isSamePath = info.path.string() == file.path;
        const bool isIt =
            info.sha256.empty() && file.sha256.empty() ? isSamePath : info.sha256 == file.sha256;
        if (isIt && (!found || isSamePath)) found = model;
    }
    return found;
}

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
    return QString::fromStdString(
        shapeMismatch(model_->info().inputShape, dataset_->sampleShape(), dataset_->path().string()));
}

void Workspace::open(std::shared_ptr<const Model> model, std::shared_ptr<const Dataset> dataset,
                     const Normalisation& normalisation, std::vector<qint64> anchors) {
    const bool isOtherData = dataset != dataset_;
    const bool isOtherNormalisation = normalisation != normalisation_;
    const bool areOtherAnchors = isOtherData || anchors != anchors_;  // the same places are other samples
    const qint64 formerSample = currentSample_;
    model_ = std::move(model);
    dataset_ = std::move(dataset);
    normalisation_ = normalisation;
    evaluation_.reset();
    anchors_ = std::move(anchors);
    if (isOtherData || currentSample_ < 0) currentSample_ = anchors_.empty() ? -1 : anchors_.front();
    const bool isNew = model_ && !contains(models_, model_);
    if (isNew) models_.push_back(model_);
    if (isNew) Q_EMIT modelsChanged();
    // Filter, sort, moved anchors and the current sample belong to the data: another model leaves them alone.
    Q_EMIT modelChanged();
    if (isOtherData) Q_EMIT datasetChanged();
    if (isOtherData) forgetSamples();
    if (isOtherNormalisation) Q_EMIT normalisationChanged();
    Q_EMIT evaluationChanged();
    if (isOtherData || currentSample_ != formerSample) Q_EMIT currentSampleChanged(currentSample_);
    if (areOtherAnchors) Q_EMIT anchorsChanged();
}

void Workspace::setModel(std::shared_ptr<const Model> model) {
    model_ = std::move(model);
    evaluation_.reset();
    const bool isNew = model_ && !contains(models_, model_);
    if (isNew) models_.push_back(model_);
    if (isNew) Q_EMIT modelsChanged();
    Q_EMIT modelChanged();
    Q_EMIT evaluationChanged();
}

void Workspace::setModels(std::vector<std::shared_ptr<const Model>> models) {
    models_ = std::move(models);
    Q_EMIT modelsChanged();
}

void Workspace::closeModel(const std::shared_ptr<const Model>& model) {
    const auto found = std::find(models_.begin(), models_.end(), model);
    if (found == models_.end()) return;
    const auto closed = *found;  // `model` may refer into the list
    models_.erase(found);
    Q_EMIT modelsChanged();
    if (closed == model_) setModel(models_.empty() ? nullptr : models_.back());
}

void Workspace::setDataset(std::shared_ptr<const Dataset> dataset) {
    dataset_ = std::move(dataset);
    evaluation_.reset();
    currentSample_ = -1;
    anchors_.clear();
    Q_EMIT datasetChanged();
    forgetSamples();
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

bool Workspace::isSelected(qint64 sample) const {
    return std::binary_search(selection_.begin(), selection_.end(), sample);
}

void Workspace::setSelection(std::vector<qint64> samples, SelectionMode mode) {
    auto selection = combined(selection_, sortedSet(std::move(samples)), mode);
    if (selection == selection_) return;
    selection_ = std::move(selection);
    Q_EMIT selectionChanged();
}

void Workspace::setReferenceSample(qint64 index) {
    if (index == referenceSample_) return;
    referenceSample_ = index;
    Q_EMIT referenceSampleChanged(index);
}

void Workspace::setSubset(const QString& name, std::vector<qint64> samples) {
    subsets_[name] = sortedSet(std::move(samples));
    Q_EMIT subsetsChanged();
}

void Workspace::removeSubset(const QString& name) {
    if (subsets_.erase(name) > 0) Q_EMIT subsetsChanged();
}

void Workspace::renameSubset(const QString& from, const QString& to) {
    auto node = subsets_.extract(from);
    if (!node) return;
    subsets_.erase(to);
    node.key() = to;
    subsets_.insert(std::move(node));
    Q_EMIT subsetsChanged();
}

void Workspace::forgetSamples() {
    const bool hadSubsets = !subsets_.empty();
    subsets_.clear();
    if (hadSubsets) Q_EMIT subsetsChanged();
    setSelection({});
    setReferenceSample(-1);
}

}  // namespace tessera
