// SPDX-License-Identifier: GPL-3.0-or-later
// The first steps, one sentence at a time, in a strip above the status bar. A step is done when the user did
// it, however; the strip stops nothing and goes when dismissed.
#pragma once

#include <QFrame>
#include <functional>
#include <vector>

class QLabel;
class QPushButton;

namespace tessera {

struct GuideStep {
    QString sentence;              // what to do, and where
    std::function<bool()> isDone;  // looked at when something happened
    QString showText = {};         // of a button that points there; empty: none
    std::function<void()> show = {};
};

class GuideStrip : public QFrame {
    Q_OBJECT
  public:
    explicit GuideStrip(QWidget* parent = nullptr);
    void start(std::vector<GuideStep> steps);  // from the first that is not done
    void check();                              // something happened
    bool isRunning() const { return step_ < steps_.size(); }
    std::size_t step() const { return step_; }

  public Q_SLOTS:
    void dismiss();

  Q_SIGNALS:
    void finished();  // all done, or dismissed

  private:
    void showStep();
    std::vector<GuideStep> steps_;
    std::size_t step_ = 0;
    QLabel *count_, *text_;
    QPushButton *show_, *skip_;
};

}  // namespace tessera
