// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/session_slices.h"

#include <array>

namespace tessera {

namespace {

// In the order of the enumerations.
constexpr std::array kKinds{"samples", "class-difference", "principal-components", "random", "pasted"};
constexpr std::array kCompletions{"random-directions", "other-samples"};
constexpr std::array kFills{"class", "pattern", "slope", "depth", "none"};

template <typename Enum, std::size_t N>
Enum fromText(const std::array<const char*, N>& names, const std::string& text) {
    for (std::size_t i = 0; i < N; ++i)
        if (text == names[i]) return static_cast<Enum>(i);
    return static_cast<Enum>(0);
}

template <typename Enum, std::size_t N>
const char* asText(const std::array<const char*, N>& names, Enum value) {
    return names[static_cast<std::size_t>(value)];
}

}  // namespace

SessionSlice sessionSliceOf(const SliceView& view, const QString& title, bool isLocked) {
    const SliceState state = sliceState(view);
    SessionSlice slice;
    slice.title = title.toStdString();
    if (isLocked) slice.lock = "axes";
    slice.kind = asText(kKinds, state.recipe.kind);
    slice.completion = asText(kCompletions, state.recipe.completion);
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
    slice.fill = asText(kFills, state.switches.fill);
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

SliceState sliceStateOf(const SessionSlice& slice) {
    SliceState state;
    state.recipe.kind = fromText<PlaneKind>(kKinds, slice.kind);
    state.recipe.completion = fromText<PlaneCompletion>(kCompletions, slice.completion);
    state.recipe.seed = slice.seed;
    state.recipe.classA = slice.classA;
    state.recipe.classB = slice.classB;
    for (const auto& [place, values] : slice.moved)
        state.recipe.moved[place] =
            Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
    state.recipe.pasted = slice.pasted;
    state.turn = {slice.rotation, slice.tilt, slice.secondTilt};
    state.look = {slice.lookCentre, slice.unitsPerPoint, slice.isFitted};
    state.budget.maxRegions = slice.maxRegions;
    state.budget.maxSeconds = slice.maxSeconds;
    state.budget.resolution = slice.resolution;
    state.switches.fill = fromText<SliceFill>(kFills, slice.fill);
    state.switches.edges = slice.edges;
    state.switches.boundary = slice.boundary;
    state.switches.samples = slice.samples;
    state.switches.grid = slice.grid;
    state.switches.classLabels = slice.classLabels;
    state.switches.legend = slice.legend;
    state.switches.caption = slice.caption;
    state.samplesShown = slice.samplesShown;
    return state;
}

}  // namespace tessera
