// SPDX-License-Identifier: GPL-3.0-or-later
// How samples are told apart into training, validation and test: by the file, or by seed and shares.
#pragma once

#include <QWidget>
#include <cstdint>

class QDoubleSpinBox;
class QLabel;
class QSpinBox;

namespace tessera {

class SplitForm : public QWidget {
    Q_OBJECT
  public:
    explicit SplitForm(QWidget* parent = nullptr);
    void setGiven(bool isGiven);  // the data bring a split of their own
    std::uint64_t seed() const;
    double referenceShare() const, testShare() const;  // in (0, 1)
    QString problem() const { return problem_; }       // one sentence; empty: none

  Q_SIGNALS:
    void changed();

  private:
    void check();
    bool isGiven_ = false;
    QString problem_;
    QLabel *given_, *problemText_;
    QWidget* fields_;
    QSpinBox* seed_;
    QDoubleSpinBox *reference_, *test_;
};

}  // namespace tessera
