// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tessera {

std::string base64Text(std::string_view bytes);
std::optional<std::string> bytesFromBase64(std::string_view text);  // none: not base64

}  // namespace tessera
