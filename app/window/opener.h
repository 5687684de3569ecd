// SPDX-License-Identifier: GPL-3.0-or-later
// Opens files in the background and puts them into the workspace; a failure leaves everything as it was.
#pragma once

#include <QObject>
#include <functional>

#include "app/window/opening.h"
#include "app/window/sample_catalogue.h"
#include "app/window/settings.h"
#include "widgets/jobs/job_runner.h"
#include "widgets/panels/message_log.h"
#include "widgets/workspace.h"

namespace tessera {

class Opener : public QObject {
    Q_OBJECT
  public:
    Opener(Workspace& workspace, JobRunner& jobs, MessageLog& log, Settings& settings,
           QObject* parent = nullptr);

    void setDevice(const std::string& device) { device_ = device; }
    const std::string& device() const { return device_; }
    void open(const QStringList& sources, LoadOptions options = {});
    void openSample(const BundledSample& sample);
    void setNormalisation(
        const Normalisation& normalisation);  // remembered for the open pair; evaluates again
    void proposeAnchors();
    // Between open models: the data, its anchors and its selection stay.
    void switchModel(const std::shared_ptr<const Model>& model);
    void closeModel(const std::shared_ptr<const Model>& model);
    // Models made here, over the data that are prepared beside the first of them: all are opened, the first
    // becomes the current one (none: the data alone). They take the data as it is, so that no normalisation
    // is asked for.
    void adopt(std::vector<std::shared_ptr<const Model>> models, Opened data);
    const QString& pair() const { return pair_; }
    // What a session says, as it says it: nothing is proposed or remembered.
    void takeSession(std::shared_ptr<const Model> model, std::shared_ptr<const Dataset> dataset,
                     const Normalisation& normalisation, std::vector<qint64> anchors, const QString& pair);

  Q_SIGNALS:
    void opened(const QStringList& sources);  // those that did open
    // A sentence already in the log, and what the window could ask the user for.
    void remedyOffered(const tessera::OpenProblem& problem);
    void normalisationQuestion(const QString& sentence);

  private:
    OpenRequest request(const QStringList& sources, LoadOptions options) const;
    void take(Opened opened, const std::optional<BundledSample>& sample);
    void report(const Opened& opened);
    void evaluate();

    Workspace& workspace_;
    JobRunner& jobs_;
    MessageLog& log_;
    Settings& settings_;
    std::string device_ = "cpu";
    QString pair_;
};

}  // namespace tessera
