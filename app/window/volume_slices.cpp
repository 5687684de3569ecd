// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/volume_slices.h"

#include "app/window/view_area.h"
#include "widgets/views/slice_state.h"
#include "widgets/views/volume_view.h"

namespace tessera {

VolumeSlices::VolumeSlices(ViewArea& views) : QObject(&views), views_(views) {
    soon_.setSingleShot(true);
    soon_.setInterval(0);
    connect(&soon_, &QTimer::timeout, this, &VolumeSlices::tellVolumes);
    connect(&views, &ViewArea::viewsChanged, &soon_, qOverload<>(&QTimer::start));
    connect(&views, &ViewArea::sliceAdded, this, &VolumeSlices::watch);
    for (SliceView* view : views.slices()) watch(view);
}

void VolumeSlices::watch(SliceView* view) {
    connect(view, &SliceView::lookChanged, &soon_, qOverload<>(&QTimer::start));
}

void VolumeSlices::tellVolumes() {
    std::vector<VolumeView*> volumes;
    for (QDockWidget* dock : views_.docks())
        if (auto* volume = qobject_cast<VolumeView*>(dock->widget())) volumes.push_back(volume);
    if (volumes.empty()) return;
    std::vector<NamedSlice> slices;
    for (SliceView* view : views_.slices()) {
        if (!view->computation().hasPlane()) continue;
        const Eigen::Vector2d low = view->visibleLow(), high = view->visibleHigh();
        NamedSlice slice{view->objectName(), views_.sliceTitle(view), view->computation().plane(), {}};
        if (high.x() > low.x() && high.y() > low.y())
            slice.seen = rectanglePolygon(low.x(), low.y(), high.x(), high.y());
        slices.push_back(std::move(slice));
    }
    for (VolumeView* volume : volumes) {
        connect(volume, &VolumeView::sliceMoved, this, &VolumeSlices::move, Qt::UniqueConnection);
        volume->setSlices(slices);
    }
}

void VolumeSlices::move(const QString& name, const SlicePlane& plane) {
    for (SliceView* view : views_.slices()) {
        if (view->objectName() != name) continue;
        SliceState state = sliceState(*view);
        state.recipe = {};
        state.recipe.kind = PlaneKind::Pasted;
        state.recipe.pasted = plane;
        state.turn = {};
        applySliceState(*view, state);
    }
}

}  // namespace tessera
