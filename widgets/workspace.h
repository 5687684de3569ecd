// SPDX-License-Identifier: GPL-3.0-or-later
// What is open and what is selected, shared by every panel and view. Lives on the window's thread; holds immutable snapshots.
#pragma once

#include <QColor>
#include <QObject>
#include <QString>
#include <memory>
#include <vector>

#include "core/data/dataset.h"
#include "core/model/model.h"
#include "core/probes/evaluation.h"

namespace tessera {

class Workspace : public QObject {
    Q_OBJECT
  public:
    explicit Workspace(QObject* parent = nullptr);

    const std::shared_ptr<const Model>& model() const { return model_; }
    const std::shared_ptr<const Dataset>& dataset() const { return dataset_; }
    const Normalisation& normalisation() const { return normalisation_; }
    const std::shared_ptr<const Evaluation::Output>& evaluation() const { return evaluation_; }  // may be null
    qint64 currentSample() const { return currentSample_; }                                      // -1: none
    const std::vector<qint64>& anchors() const { return anchors_; }  // 0 to 3 samples that the slice goes through
    int classCount() const;              // of the model, else of the data
    QString className(int label) const;  // data's names, else "class 3"
    // Why samples of the data cannot be fed to the model, in one sentence; empty if they can, or if one is missing.
    QString mismatch() const;

    // A matching set at once: all is in place before the first signal, so that no view sees a half-opened pair.
    void open(std::shared_ptr<const Model> model, std::shared_ptr<const Dataset> dataset, const Normalisation& normalisation,
              std::vector<qint64> anchors);
    void setModel(std::shared_ptr<const Model> model);        // clears the evaluation
    void setDataset(std::shared_ptr<const Dataset> dataset);  // clears evaluation, selection and anchors
    void setNormalisation(const Normalisation& normalisation);
    void setEvaluation(std::shared_ptr<const Evaluation::Output> evaluation);
    void setCurrentSample(qint64 index);
    void setAnchors(std::vector<qint64> anchors);

  Q_SIGNALS:
    void modelChanged();
    void datasetChanged();
    void normalisationChanged();
    void evaluationChanged();
    void currentSampleChanged(qint64 index);
    void anchorsChanged();

  private:
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const Dataset> dataset_;
    Normalisation normalisation_;
    std::shared_ptr<const Evaluation::Output> evaluation_;
    qint64 currentSample_ = -1;
    std::vector<qint64> anchors_;
};

}  // namespace tessera
