// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/item_files.h"

#include <algorithm>

#include "core/data/image_file.h"
#include "core/data/npy_texts.h"

namespace tessera {

namespace {

constexpr int kLargestSide = 256;  // pixels: enough to be looked at

// Pipes and devices would make a reader wait; an empty file holds no image (those of /proc look empty).
// One look at the disk answers both, as there may be very many files: what is no regular file has no size.
bool isThere(const std::filesystem::path& path) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    return !error && bytes > 0;
}

// The size that all images of a sample share, else a square; no larger than is looked at. Empty: none reads.
Shape shapeFor(const std::vector<std::filesystem::path>& files) {
    ImageHeader common;
    int largest = 0;
    bool isOneSize = true;
    const std::size_t step = headerStep(files.size());
    for (std::size_t i = 0; i < files.size(); i += step) {
        const auto header = readImageHeader(files[i]);
        if (!header.isOk() || header.value().width < 1 || header.value().height < 1) continue;
        if (largest == 0) common = header.value();
        isOneSize = isOneSize && header.value().hasSizeOf(common);
        largest = std::max({largest, header.value().width, header.value().height});
    }
    if (largest == 0) return {};
    const int side = std::min(largest, kLargestSide);
    if (!isOneSize) return {3, side, side};
    const auto scaled = [&](int extent) {
        return std::max<std::int64_t>(1, std::int64_t{extent} * side / largest);
    };
    return {3, scaled(common.height), scaled(common.width)};
}

}  // namespace

std::shared_ptr<const ItemFiles> ItemFiles::open(std::vector<std::string> texts,
                                                 const std::filesystem::path& folder, const std::string& what,
                                                 std::vector<std::string>& notes) {
    std::vector<std::filesystem::path> present;
    std::string firstMissing;
    for (const auto& text : texts) {
        auto path = folder / text;
        if (!text.empty() && isThere(path))
            present.push_back(std::move(path));
        else if (firstMissing.empty())
            firstMissing = text.empty() ? "an empty path" : "'" + shownText(text) + "'";
    }
    const auto missing = static_cast<std::int64_t>(texts.size() - present.size());
    if (missing > 0)
        notes.push_back(what + ": " + std::to_string(missing) + " of " +
                        countText(static_cast<std::int64_t>(texts.size()), "file") +
                        (missing == 1 ? " is" : " are") + " missing (" + firstMissing +
                        (missing == 1 ? "" : " is the first") + "); their numbers are drawn instead.");
    DatasetFacts facts;
    facts.shape = shapeFor(present);
    if (facts.shape.empty()) {
        if (!present.empty())
            notes.push_back(what + ": no file can be read as an image; the numbers are drawn instead.");
        return nullptr;
    }
    facts.size = static_cast<std::int64_t>(texts.size());
    facts.format = "image files";
    facts.path = folder;
    facts.image = true;
    return std::shared_ptr<const ItemFiles>(new ItemFiles(std::move(facts), std::move(texts)));
}

std::string ItemFiles::sampleName(std::int64_t index) const {
    const std::filesystem::path path(texts_[static_cast<std::size_t>(index)]);
    // A way from elsewhere says little: "airplane/0001.jpg" is enough then.
    const bool isLong = path.is_absolute() || path.native().starts_with("..");
    const std::string name =
        nameText((isLong ? path.parent_path().filename() / path.filename() : path).generic_string());
    return name.empty() ? "#" + std::to_string(index) : name;
}

Result<Done> ItemFiles::read(std::span<const std::int64_t> indices, float* out) const {
    auto valid = checkIndices(indices);
    if (!valid.isOk()) return valid;
    const auto elements = elementCount(facts_.shape);
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const auto path = file(indices[i]);
        if (!isThere(path))
            return fileError("The item file of sample " + std::to_string(indices[i]) + ", '" +
                             shownText(path.string()) + "', is missing; put it back.");
        if (auto read = readImageFitted(path, facts_.shape, out + static_cast<std::int64_t>(i) * elements);
            !read.isOk())
            return read;
    }
    return Done{};
}

}  // namespace tessera
