// SPDX-License-Identifier: GPL-3.0-or-later
// Locked axes: what one slice does to its plane and visible window, the others do too.
#pragma once

#include <QObject>
#include <QPointer>
#include <vector>

namespace tessera {

class SliceView;

class AxesLink : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;
    void add(SliceView* view);
    void setLeader(SliceView* view);  // the one that the others are brought in line with
    void setLocked(bool locked);
    bool isLocked() const { return isLocked_; }

  Q_SIGNALS:
    void lockedChanged(bool locked);

  private:
    void follow();
    std::vector<QPointer<SliceView>> views_;
    QPointer<SliceView> leader_;
    bool isLocked_ = false, isFollowing_ = false;
};

}  // namespace tessera
