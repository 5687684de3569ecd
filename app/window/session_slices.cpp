// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/session_slices.h"

namespace tessera {

SessionSlice sessionSliceOf(const SliceView& view, const QString& title, bool isLocked) {
    const SliceState state = sliceState(view);
    SessionSlice slice;
    slice.title = title.toStdString();
    if (isLocked) slice.lock = "axes";
    slice.kind = planeKindText(state.recipe.kind);
    slice.completion = planeCompletionText(state.recipe.completion);
    slice.seed = state.recipe.seed;
    slice.classA = state.recipe.classA;
    slice.classB = state.recipe.classB;
    slice.anchors.assign(view.workspace().anchors().begin(), view.workspace().anchors().end());
    for (const auto& [place, input] : state.recipe.moved) {
        slice.moved[place] = {input.data(), input.data() + input.size()};
        if (place >= 0 && place < static_cast<int>(slice.anchors.size()))
            slice.anchors[static_cast<std::size_t>(place)] = -1;
    }
    slice.pasted = state.recipe.pasted;
    slice.rotation = state.turn.rotation;
    slice.tilt = state.turn.tilt;
    slice.secondTilt = state.turn.secondTilt;
    slice.lookCentre = state.look.centre;
    slice.unitsPerPoint = state.look.unitsPerPoint;
    slice.isFitted = state.look.isFitted;
    const auto low = view.visibleLow(), high = view.visibleHigh();
    if (view.computation().hasPlane() && !view.computation().isLaying()) {
        slice.plane = view.computation().plane();
        if (high.x() > low.x() && high.y() > low.y())
            slice.plane->window = rectanglePolygon(low.x(), low.y(), high.x(), high.y());
    }
    slice.maxRegions = state.budget.maxRegions;
    slice.maxSeconds = state.budget.maxSeconds;
    slice.resolution = state.budget.resolution;
    slice.fill = sliceFillText(state.switches.fill);
    slice.edges = state.switches.edges;
    slice.boundary = state.switches.boundary;
    slice.samples = state.switches.samples;
    slice.grid = state.switches.grid;
    slice.classLabels = state.switches.classLabels;
    slice.legend = state.switches.legend;
    slice.caption = state.switches.caption;
    slice.samplesShown = state.samplesShown;
    return slice;
}

}  // namespace tessera
