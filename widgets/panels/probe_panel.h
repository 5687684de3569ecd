// SPDX-License-Identifier: GPL-3.0-or-later
// Asks a question of the model: which probe, with which parameters, on which samples. The form is made from
// the probe's description; running is left to whoever listens.
#pragma once

#include <QWidget>

#include "core/probes/probe.h"
#include "widgets/workspace.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace tessera {

class ParameterForm;

// What Run asks for.
struct ProbeRequest {
    std::string probe;
    ParameterMap parameters;            // complete
    std::vector<std::int64_t> samples;  // empty: all
    QString scope;                      // "12 selected samples"
    std::uint64_t seed = 0;
};

class ProbePanel : public QWidget {
    Q_OBJECT
  public:
    ProbePanel(Workspace& workspace, std::vector<ProbeDescription> probes, QWidget* parent = nullptr);

    void choose(const std::string& probe);
    // For a run with a parameter changed: fills everything in; its samples become the choice "as before".
    void fill(const ProbeRequest& request);
    std::optional<ProbeRequest> request() const;  // none: see problem()
    QString problem() const { return problem_; }  // why it cannot run, one sentence
    ParameterForm* form() const { return form_; }
    void run();

  Q_SIGNALS:
    void runRequested(const tessera::ProbeRequest& request);

  private:
    const ProbeDescription* current() const;
    QWidget* makeAbout();
    void takeProbe();
    void fillScopes();
    void check();
    std::vector<std::int64_t> samplesOf(const QString& scope) const;

    Workspace& workspace_;
    std::vector<ProbeDescription> probes_;
    std::optional<ProbeRequest> before_;
    QString problem_;
    bool isScopeChosen_ = false;  // by hand
    QComboBox *probe_, *scope_;
    QLabel *sentence_, *about_, *problemText_;
    ParameterForm* form_;
    QSpinBox* seed_;
    QPushButton *run_, *reset_;
};

}  // namespace tessera
