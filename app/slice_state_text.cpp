// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/slice_state_text.h"

#include <array>

namespace tessera {
namespace {

// In the order of the enumerations.
constexpr std::array kKinds{"samples", "class-difference", "principal-components", "random", "pasted"};
constexpr std::array kCompletions{"random-directions", "other-samples"};

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

const char* planeKindText(PlaneKind kind) {
    return asText(kKinds, kind);
}

const char* planeCompletionText(PlaneCompletion completion) {
    return asText(kCompletions, completion);
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
    state.switches.fill = sliceFillFromText(slice.fill).value_or(SliceFill::Class);
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
