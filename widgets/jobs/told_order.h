// SPDX-License-Identifier: GPL-3.0-or-later
// ThreadSanitizer does not see the order that Qt's pools keep with futexes of their own: it is told, so that
// races in our code show and need no suppressions. Costs nothing elsewhere.
#pragma once

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace tessera {

// What this thread did so far comes before what another does after orderedAfter(same address).
inline void orderedBefore([[maybe_unused]] void* address) {
#ifdef __SANITIZE_THREAD__
    __tsan_release(address);
#endif
}

inline void orderedAfter([[maybe_unused]] void* address) {
#ifdef __SANITIZE_THREAD__
    __tsan_acquire(address);
#endif
}

}  // namespace tessera
