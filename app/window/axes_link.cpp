// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/axes_link.h"

#include <utility>

#include "widgets/views/result_view.h"
#include "widgets/views/slice_state.h"

namespace tessera {
namespace {

bool areAlike(const ResultView& a, const ResultView& b) {
    return a.record() && b.record() && a.record()->probe == b.record()->probe;
}

}  // namespace

void AxesLink::add(SliceView* view) {
    std::erase_if(views_, [](const auto& held) { return held.isNull(); });
    views_.emplace_back(view);
    connect(view, &SliceView::lookChanged, this, &AxesLink::follow);
    connect(&view->computation(), &SliceComputation::recipeChanged, this, &AxesLink::follow);
    follow();
}

void AxesLink::add(ResultView* view) {
    std::erase_if(results_, [](const auto& held) { return held.isNull(); });
    if (isLocked_)
        for (const auto& other : results_)
            if (areAlike(*view, *other)) {
                view->setViewState(other->viewState());
                break;
            }
    results_.emplace_back(view);
    connect(view, &ResultView::viewStateChanged, this, [this, view] {
        if (isFollowing_) return;
        lastHeld_ = view;
        followResult(*view);
    });
}

void AxesLink::setLeader(SliceView* view) {
    leader_ = view;
}

void AxesLink::setLocked(bool locked) {
    if (locked == isLocked_) return;
    isLocked_ = locked;
    Q_EMIT lockedChanged(locked);
    follow();
    if (lastHeld_) followResult(*lastHeld_);
}

// Whoever moved, the leader is right: hands are on it, and the others are only ever moved from here.
void AxesLink::follow() {
    if (!isLocked_ || isFollowing_ || !leader_) return;
    isFollowing_ = true;
    const SliceState led = sliceState(*leader_);
    for (const auto& view : views_) {
        if (!view || view == leader_) continue;
        SliceState state = sliceState(*view);
        state.recipe = led.recipe;
        state.turn = led.turn;
        state.look = led.look;
        applySliceState(*view, state);
    }
    isFollowing_ = false;
}

void AxesLink::followResult(const ResultView& leader) {
    if (!isLocked_ || std::exchange(isFollowing_, true)) return;
    const ParameterMap state = leader.viewState();
    for (const auto& view : results_)
        if (view && view != &leader && areAlike(*view, leader)) view->setViewState(state);
    isFollowing_ = false;
}

}  // namespace tessera
