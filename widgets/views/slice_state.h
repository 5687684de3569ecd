// SPDX-License-Identifier: GPL-3.0-or-later
// All that makes a slice view look as it does: what a duplicate copies, undo restores and a session keeps.
#pragma once

#include "widgets/views/slice_view.h"

namespace tessera {

struct SliceState {
    PlaneRecipe recipe;
    SliceTurn turn;
    SliceBudget budget;
    SliceSwitches switches;
    SliceLook look;
    int samplesShown = 40;
};

SliceState sliceState(const SliceView& view);
void applySliceState(SliceView& view, const SliceState& state);

bool sameRecipe(const PlaneRecipe& a, const PlaneRecipe& b);
bool sameSwitches(const SliceSwitches& a, const SliceSwitches& b);
// All but where it looks.
bool sameDocument(const SliceState& a, const SliceState& b);

}  // namespace tessera
