// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/slice_state.h"

#include <tuple>

namespace tessera {
namespace {

bool sameVector(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
    return a.size() == b.size() && a == b;
}

bool samePasted(const std::optional<SlicePlane>& a, const std::optional<SlicePlane>& b) {
    if (!a || !b) return a.has_value() == b.has_value();
    return a->inputShape == b->inputShape && sameVector(a->origin, b->origin) && sameVector(a->u, b->u) &&
           sameVector(a->v, b->v) && a->window == b->window;
}

bool sameMoved(const std::map<int, Eigen::VectorXd>& a, const std::map<int, Eigen::VectorXd>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
        return one.first == other.first && sameVector(one.second, other.second);
    });
}

auto parts(const SliceSwitches& s) {
    return std::make_tuple(s.fill, s.edges, s.boundary, s.samples, s.grid, s.classLabels, s.legend,
                           s.caption);
}

}  // namespace

SliceState sliceState(const SliceView& view) {
    const auto& computation = view.computation();
    return {computation.recipe(), computation.wantedTurn(), computation.budget(), view.switches(),
            view.look(),          view.samplesShown()};
}

void applySliceState(SliceView& view, const SliceState& state) {
    auto& computation = view.computation();
    computation.setBudget(state.budget);
    if (!sameSwitches(view.switches(), state.switches)) view.setSwitches(state.switches);
    if (view.samplesShown() != state.samplesShown) view.setSamplesShown(state.samplesShown);
    if (!sameRecipe(computation.recipe(), state.recipe))
        computation.setRecipe(state.recipe, state.turn);
    else if (!(computation.wantedTurn() == state.turn)) {
        // While the plane is being laid there is nothing to turn yet.
        if (computation.isLaying())
            computation.setRecipe(state.recipe, state.turn);
        else
            computation.setTurn(state.turn);
    }
    view.setLook(state.look);
}

bool sameRecipe(const PlaneRecipe& a, const PlaneRecipe& b) {
    return a.kind == b.kind && a.completion == b.completion && a.seed == b.seed && a.classA == b.classA &&
           a.classB == b.classB && sameMoved(a.moved, b.moved) && samePasted(a.pasted, b.pasted);
}

bool sameSwitches(const SliceSwitches& a, const SliceSwitches& b) {
    return parts(a) == parts(b);
}

bool sameDocument(const SliceState& a, const SliceState& b) {
    return sameRecipe(a.recipe, b.recipe) && a.turn == b.turn && a.budget == b.budget &&
           sameSwitches(a.switches, b.switches) && a.samplesShown == b.samplesShown;
}

}  // namespace tessera
