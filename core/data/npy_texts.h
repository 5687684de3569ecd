// SPDX-License-Identifier: GPL-3.0-or-later
// Texts in NumPy arrays, "U" (UTF-32, either byte order) and "S" (bytes): read as UTF-8, and written.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/byte_store.h"
#include "core/data/npz.h"

namespace tessera {

// Numbers or texts of a one-dimensional array (or a single one), as texts; `bytes` is the whole .npy. Bytes
// stay what they are; code points that there are not become U+FFFD.
Result<std::vector<std::string>> arrayTexts(const ByteStore& bytes, const std::string& what);

// What a file says, fit to be a name: UTF-8 (other bytes become U+FFFD), one line, at most 200 bytes.
std::string nameText(std::string_view text);
bool isUtf8(std::string_view text);

// An array of texts to be written: "U", as NumPy has them, or "S" if one of them is not UTF-8 (a path).
class PackedTexts {
  public:
    PackedTexts(std::string name, std::span<const std::string> texts);
    NpzEntry entry() const { return {name_, dtype_, shape_, bytes_.data()}; }

  private:
    std::string name_, dtype_;
    Shape shape_;
    std::vector<unsigned char> bytes_;
};

}  // namespace tessera
