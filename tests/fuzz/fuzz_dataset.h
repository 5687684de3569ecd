// SPDX-License-Identifier: GPL-3.0-or-later
// What every dataset reader promises, whatever the bytes: one sentence, or samples and labels within their
// bounds.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace tessera::fuzz {

inline void check(bool holds) {
    if (!holds) std::abort();
}

inline void checkSentence(const Error& error) {
    const auto& text = error.message;
    check(!text.empty() && text.back() == '.');
    check(std::none_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }));
}

template <typename T>
bool isOk(const Result<T>& result) {
    if (result.isError()) checkSentence(result.error());
    return result.isOk();
}

inline void checkDataset(const Result<std::shared_ptr<const Dataset>>& opened) {
    if (!isOk(opened)) return;
    const Dataset& data = *opened.value();
    const auto elements = elementCount(data.sampleShape());
    check(data.size() > 0 && elements > 0);
    const auto some = std::min<std::int64_t>(data.size(), 64);
    for (std::int64_t i = 0; i < some; ++i) {
        check(data.label(i) >= -1 && data.label(i) < static_cast<std::int32_t>(data.classNames().size()));
        check(!data.sampleName(i).empty());
    }
    const auto notes = data.notes();
    check(std::none_of(notes.begin(), notes.end(), [](const auto& note) {
        return std::any_of(note.begin(), note.end(), [](char c) { return c >= 0 && c < 32; });
    }));
    if (const auto items = data.items()) {
        check(items->size() == data.size() && !items->items());
        std::vector<float> picture(static_cast<std::size_t>(elementCount(items->sampleShape())));
        const std::int64_t first[] = {0};
        isOk(items->read(first, picture.data()));
    }
    if (elements > 1 << 20) return;
    std::vector<std::int64_t> indices(
        static_cast<std::size_t>(std::min<std::int64_t>(some, (1 << 20) / elements)));
    std::iota(indices.begin(), indices.end(), data.size() - static_cast<std::int64_t>(indices.size()));
    std::vector<float> values(indices.size() * static_cast<std::size_t>(elements));
    isOk(data.read(indices, values.data()));
}

// Files of this process, in a folder that goes with it.
class Folder {
  public:
    Folder()
        : path_(std::filesystem::temp_directory_path() / ("tessera_fuzz_" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(path_);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::filesystem::path write(const char* name, std::span<const std::uint8_t> bytes) const {
        std::ofstream(path_ / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        return path_ / name;
    }
    void remove(const char* name) const { std::filesystem::remove(path_ / name); }

  private:
    std::filesystem::path path_;
};

}  // namespace tessera::fuzz
