// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tessera {

// OpenBLAS picks its kernels when it is loaded, and an older one takes a processor newer than itself for one
// without AVX: float64 products then run at a third of their speed. If that has happened, has it pick again,
// with AVX2 kernels. An OPENBLAS_CORETYPE that is already set is left alone. Call before anything is
// computed.
void useFittingBlasKernels();

}  // namespace tessera
