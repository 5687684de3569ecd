// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/blas_kernels.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string_view>

namespace tessera {

void useFittingBlasKernels() {
#if defined(__x86_64__)
    if (std::getenv("OPENBLAS_CORETYPE") || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return;
    const auto coreName = reinterpret_cast<const char* (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_corename"));
    const auto table = static_cast<void**>(dlsym(RTLD_DEFAULT, "gotoblas"));
    const auto pick = reinterpret_cast<void (*)()>(dlsym(RTLD_DEFAULT, "gotoblas_dynamic_init"));
    if (!coreName || !table || !pick) return;
    static constexpr std::string_view kWithoutAvx[] = {"Prescott", "Core2",   "Penryn",   "Dunnington",
                                                       "Nehalem",  "Opteron", "Barcelona"};
    if (std::find(std::begin(kWithoutAvx), std::end(kWithoutAvx), coreName()) == std::end(kWithoutAvx))
        return;
    setenv("OPENBLAS_CORETYPE", "Haswell", 1);
    void* const before = *table;
    *table = nullptr;
    pick();
    if (!*table) *table = before;
    unsetenv("OPENBLAS_CORETYPE");  // not the business of programs started from here
#endif
}

}  // namespace tessera
