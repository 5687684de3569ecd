// SPDX-License-Identifier: GPL-3.0-or-later
// The words that a session has for how a slice is held, for the window and for replay.
#pragma once

#include "core/session/session_slice.h"
#include "widgets/views/slice_state.h"

namespace tessera {

const char* planeKindText(PlaneKind kind);
const char* planeCompletionText(PlaneCompletion completion);

SliceState sliceStateOf(const SessionSlice& slice);

}  // namespace tessera
