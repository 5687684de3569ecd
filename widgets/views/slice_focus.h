// SPDX-License-Identifier: GPL-3.0-or-later
// The shared selection in a slice: where the current sample, the pinned reference and the selected samples
// fall on the plane, painted over the picture; and the lasso that selects.
#pragma once

#include <QObject>
#include <QPolygonF>
#include <QTimer>
#include <vector>

#include <Eigen/Core>

#include "widgets/jobs/job_runner.h"
#include "widgets/workspace.h"

class QPainter;

namespace tessera {

class SliceView;

class SliceFocus : public QObject {
    Q_OBJECT
  public:
    static constexpr std::size_t kMostSelected = 400;  // rings beyond these would hide the picture

    explicit SliceFocus(SliceView& view);

    struct Mark {
        qint64 sample = -1;
        Eigen::Vector2d pointInSlice = {0, 0};
        double offPlane = 0;  // in input units
        bool isCurrent = false, isReference = false, isSelected = false;
    };
    const std::vector<Mark>& marks() const { return marks_; }
    void paint(QPainter& painter) const;  // in widget coordinates

    // Click without a drag: the sample becomes the current one; toggled in the selection with Ctrl.
    void click(qint64 sample, Qt::KeyboardModifiers keys);
    bool isLassoing() const { return !lasso_.isEmpty(); }
    void startLasso(const QPointF& widgetPoint) { lasso_ = {widgetPoint}; }
    void extendLasso(const QPointF& widgetPoint);
    void endLasso(Qt::KeyboardModifiers keys);  // selects the samples near the plane that lie in it
    void dropLasso() { lasso_.clear(); }

  private:
    void placeSoon();
    void place();
    SliceView& view_;
    QTimer soon_;
    std::vector<Mark> marks_;
    QPolygonF lasso_;
};

}  // namespace tessera
