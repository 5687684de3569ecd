// SPDX-License-Identifier: GPL-3.0-or-later
// Before a function: compile it for several instruction sets, to be chosen when the program starts.
#pragma once

// Clones are resolved before a sanitizer is ready for them, and clang 14 knows no clones by architecture.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define TESSERA_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define TESSERA_CLONES
#endif
