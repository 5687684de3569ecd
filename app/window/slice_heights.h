// SPDX-License-Identifier: GPL-3.0-or-later
// The logits of a slice as heights, in a view of their own that follows the slice and goes with it.
#pragma once

#include <QObject>
#include <memory>

#include "core/probes/linear_regions.h"
#include "widgets/views/result_view.h"

namespace tessera {

class SliceView;
class ViewArea;

class SliceHeights : public QObject {
    Q_OBJECT
  public:
    SliceHeights(Workspace& workspace, JobRunner& jobs, ViewArea& views);

    // Opens the view, or shows the one that is open.
    void show(SliceView& slice);

  Q_SIGNALS:
    void notice(const QString& sentence);

  private:
    void follow(ResultView& heights, std::shared_ptr<const LinearRegions::Output> regions);

    Workspace& workspace_;
    JobRunner& jobs_;
    ViewArea& views_;
};

}  // namespace tessera
