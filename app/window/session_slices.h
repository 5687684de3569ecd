// SPDX-License-Identifier: GPL-3.0-or-later
// A slice view as a session keeps it, and back.
#pragma once

#include "core/session/session_slice.h"
#include "widgets/views/slice_state.h"

namespace tessera {

SessionSlice sessionSliceOf(const SliceView& view, const QString& title, bool isLocked);
SliceState sliceStateOf(const SessionSlice& slice);

}  // namespace tessera
