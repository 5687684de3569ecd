// SPDX-License-Identifier: GPL-3.0-or-later
// Image files: JPEG, PNG and what else the decoder reads. Any thread.
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/base/shape.h"

namespace tessera {

bool hasImageSuffix(const std::filesystem::path& path);

struct ImageHeader {
    int width = 0, height = 0;  // pixels
    bool isGrey = false;
    bool hasSizeOf(const ImageHeader& other) const { return width == other.width && height == other.height; }
};
std::string imageSizeText(const ImageHeader& header);  // "32 x 24"
// From the file's first bytes; huge images are refused.
Result<ImageHeader> readImageHeader(const std::filesystem::path& path);
// On opening, the header of every n-th file of many is read.
std::size_t headerStep(std::size_t files);

// Pixels as 0..1, channels first. An image that is not of `shape` ({1 or 3, H, W}; grey fits both) is
// refused.
Result<Done> readImage(const std::filesystem::path& path, const Shape& shape, float* out);
// To be looked at: fitted into `shape` ({3, H, W}) with its proportions kept, black around it.
Result<Done> readImageFitted(const std::filesystem::path& path, const Shape& shape, float* out);

}  // namespace tessera
