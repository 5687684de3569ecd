// SPDX-License-Identifier: GPL-3.0-or-later
// Sanitizers make programs several times slower: there a limit of time is wider by this factor, not absent.
#pragma once

namespace tessera {

#ifdef TESSERA_SANITIZED
inline constexpr int kSlowdown = 10;
#else
inline constexpr int kSlowdown = 1;
#endif

}  // namespace tessera
