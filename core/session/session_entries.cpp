// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_entries.h"

namespace tessera {

std::string resultEntry(const std::string& id) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string name;
    for (const char c : id) {
        const auto byte = static_cast<unsigned char>(c);
        const bool isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                             c == '_' || c == '-';
        if (isPlain)
            name += c;
        else
            name += std::string("%") + kHex[byte >> 4] + kHex[byte & 15];
    }
    return "results/" + name + ".npz";
}

}  // namespace tessera
