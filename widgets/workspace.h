// SPDX-License-Identifier: GPL-3.0-or-later
// What is open and what is selected, shared by every panel and view. Lives on the window's thread; holds
// immutable snapshots.
#pragma once

#include <QColor>
#include <QObject>
#include <QString>
#include <map>
#include <memory>
#include <vector>

#include "core/data/dataset.h"
#include "core/model/model.h"
#include "core/probes/evaluation.h"

namespace tessera {

enum class SelectionMode { Replace, Add, Remove, Toggle };

class Workspace : public QObject {
    Q_OBJECT
  public:
    explicit Workspace(QObject* parent = nullptr);

    const std::shared_ptr<const Model>& model() const { return model_; }
    const std::shared_ptr<const Dataset>& dataset() const { return dataset_; }
    const Normalisation& normalisation() const { return normalisation_; }
    const std::shared_ptr<const Evaluation::Output>& evaluation() const {
        return evaluation_;
    }                                                        // may be null
    qint64 currentSample() const { return currentSample_; }  // -1: none
    const std::vector<qint64>& anchors() const {
        return anchors_;
    }  // 0 to 3 samples that the slice goes through
    // The set that table, scatter, gallery and probes share: ascending, without duplicates. The current
    // sample is the one in focus; it need not be selected.
    const std::vector<qint64>& selection() const { return selection_; }
    bool isSelected(qint64 sample) const;
    qint64 referenceSample() const { return referenceSample_; }  // pinned to compare with; -1: none
    // Named subsets of the data, by name.
    const std::map<QString, std::vector<qint64>>& subsets() const { return subsets_; }
    // Every open model; model() is the one that views without a model of their own follow.
    const std::vector<std::shared_ptr<const Model>>& models() const { return models_; }

    // The other open models that take the inputs of model() and tell as many classes apart.
    std::vector<std::shared_ptr<const Model>> comparableModels() const;

    // The open model with these contents, as a result's provenance names it; of several the one at this path.
    // Null: it is not open.
    std::shared_ptr<const Model> modelOf(const SourceFile& file) const;

    int classCount() const;              // of the model, else of the data
    QString className(int label) const;  // data's names, else "class 3"
    // Why samples of the data cannot be fed to the model, in one sentence; empty if they can, or if one is
    // missing.
    QString mismatch() const;

    // A matching set at once: all is in place before the first signal, so that no view sees a half-opened
    // pair. Only what changed is signalled, and the model; with the same data the current sample stays.
    void open(std::shared_ptr<const Model> model, std::shared_ptr<const Dataset> dataset,
              const Normalisation& normalisation, std::vector<qint64> anchors);
    // Opens it if it is not open yet, and makes it the current one; clears the evaluation.
    void setModel(std::shared_ptr<const Model> model);
    // The list alone, for a session; the current one is set by open().
    void setModels(std::vector<std::shared_ptr<const Model>> models);
    void closeModel(const std::shared_ptr<const Model>& model);
    // Clears evaluation, selection, reference, subsets and anchors.
    void setDataset(std::shared_ptr<const Dataset> dataset);
    void setNormalisation(const Normalisation& normalisation);
    void setEvaluation(std::shared_ptr<const Evaluation::Output> evaluation);
    void setCurrentSample(qint64 index);
    void setAnchors(std::vector<qint64> anchors);
    void setSelection(std::vector<qint64> samples, SelectionMode mode = SelectionMode::Replace);
    void setReferenceSample(qint64 index);
    void setSubset(const QString& name, std::vector<qint64> samples);  // adds or replaces
    void removeSubset(const QString& name);
    void renameSubset(const QString& from, const QString& to);

  Q_SIGNALS:
    void modelChanged();
    void datasetChanged();
    void normalisationChanged();
    void evaluationChanged();
    void currentSampleChanged(qint64 index);
    void anchorsChanged();
    void selectionChanged();
    void referenceSampleChanged(qint64 index);
    void subsetsChanged();
    void modelsChanged();  // the list, not which one is current

  private:
    void forgetSamples();  // of a data set that is gone; signals
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const Dataset> dataset_;
    Normalisation normalisation_;
    std::shared_ptr<const Evaluation::Output> evaluation_;
    qint64 currentSample_ = -1;
    std::vector<qint64> anchors_;
    std::vector<qint64> selection_;
    qint64 referenceSample_ = -1;
    std::map<QString, std::vector<qint64>> subsets_;
    std::vector<std::shared_ptr<const Model>> models_;
};

}  // namespace tessera
