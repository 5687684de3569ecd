// SPDX-License-Identifier: GPL-3.0-or-later
// Lists of seeds and rates as people type them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace tessera {

// "42-46" or "42, 43 45": whole numbers and ranges, in their order, each once. `what` names the list in the
// sentence of a text that is none.
Result<std::vector<std::uint64_t>> seedsFromText(std::string_view text, const std::string& what);
// "0.001, 1e-2": finite numbers, in their order, each once.
Result<std::vector<double>> ratesFromText(std::string_view text, const std::string& what);

}  // namespace tessera
