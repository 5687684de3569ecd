// SPDX-License-Identifier: GPL-3.0-or-later
// A slice view as a session keeps it; back: app/slice_state_text.h.
#pragma once

#include "app/slice_state_text.h"

namespace tessera {

SessionSlice sessionSliceOf(const SliceView& view, const QString& title, bool isLocked);

}  // namespace tessera
