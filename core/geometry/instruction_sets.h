// SPDX-License-Identifier: GPL-3.0-or-later
// Code for several instruction sets from one source.
#pragma once

namespace tessera {

// Eight doubles at once; the compiler maps it to whatever registers the processor has.
constexpr int kLanes = 8;
using Lanes = double __attribute__((vector_size(kLanes * sizeof(double))));

}  // namespace tessera

// Before a function that becomes part of one compiled for some instruction set, so that it is so too.
#define TESSERA_INLINE inline __attribute__((always_inline))

// Before a function: compile it for several instruction sets, to be chosen when the program starts.
// Clones are resolved before a sanitizer is ready for them, and clang 14 knows no clones by architecture.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define TESSERA_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TESSERA_CLONES
#endif
