// SPDX-License-Identifier: GPL-3.0-or-later
// Controls for a probe's parameters, made from their descriptions: nothing about any one probe is known here.
#pragma once

#include <QWidget>
#include <functional>
#include <vector>

#include "core/base/parameter.h"

class QFormLayout;
class QToolButton;

namespace tessera {

class ParameterForm : public QWidget {
    Q_OBJECT
  public:
    explicit ParameterForm(QWidget* parent = nullptr);
    void setParameters(std::vector<Parameter> parameters);  // all at their defaults
    const std::vector<Parameter>& parameters() const { return parameters_; }
    ParameterMap values() const;                // complete
    void setValues(const ParameterMap& given);  // others go to their defaults; unfit ones are left out
    bool isStandard() const;
    // For tests and the guide: objectName is "parameter-NAME".
    QWidget* control(const std::string& name) const;

  public Q_SLOTS:
    void reset();

  Q_SIGNALS:
    void changed();

  private:
    struct Row {
        QWidget* control;
        QToolButton* reset;
        std::function<ParameterValue()> get;
        std::function<void(const ParameterValue&)> set;
    };
    Row makeRow(const Parameter& parameter);
    void showResets();
    std::vector<Parameter> parameters_;
    std::vector<Row> rows_;
    QFormLayout* form_;
    bool isFilling_ = false;
};

}  // namespace tessera
