// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/axes_link.h"

#include "widgets/views/slice_state.h"

namespace tessera {

void AxesLink::add(SliceView* view) {
    std::erase_if(views_, [](const auto& held) { return held.isNull(); });
    views_.emplace_back(view);
    connect(view, &SliceView::lookChanged, this, &AxesLink::follow);
    connect(&view->computation(), &SliceComputation::recipeChanged, this, &AxesLink::follow);
    follow();
}

void AxesLink::setLeader(SliceView* view) {
    leader_ = view;
}

void AxesLink::setLocked(bool locked) {
    if (locked == isLocked_) return;
    isLocked_ = locked;
    Q_EMIT lockedChanged(locked);
    follow();
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

}  // namespace tessera
