// SPDX-License-Identifier: GPL-3.0-or-later
// Locked views: what one slice does to its plane and visible window, the others do too; and results of one
// probe are held alike, whatever model they are of: camera, layers, cut.
#pragma once

#include <QObject>
#include <QPointer>
#include <vector>

namespace tessera {

class ResultView;
class SliceView;

class AxesLink : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;
    void add(SliceView* view);
    void add(ResultView* view);       // if locked, it is held as those that are there
    void setLeader(SliceView* view);  // the one that the others are brought in line with
    void setLocked(bool locked);
    bool isLocked() const { return isLocked_; }

  Q_SIGNALS:
    void lockedChanged(bool locked);

  private:
    void follow();
    void followResult(const ResultView& leader);
    std::vector<QPointer<SliceView>> views_;
    std::vector<QPointer<ResultView>> results_;
    QPointer<SliceView> leader_;
    QPointer<ResultView> lastHeld_;  // the result that a hand was on last
    bool isLocked_ = false, isFollowing_ = false;
};

}  // namespace tessera
