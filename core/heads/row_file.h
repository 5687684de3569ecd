// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of float32 that a long job appends to a file, so that the next run goes on where this one ended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "core/base/result.h"

namespace tessera {

class RowFile {
  public:
    // Takes what is there: whole rows, at most `most`; a row that was cut short is written again. One process
    // at a time: a second is refused in a sentence.
    static Result<RowFile> open(const std::filesystem::path& path, std::int64_t width, std::int64_t most);
    RowFile(RowFile&& other) noexcept;
    RowFile& operator=(RowFile&&) = delete;
    ~RowFile();

    std::int64_t width() const { return width_; }
    std::int64_t rows() const { return rows_; }
    Result<Done> append(std::span<const float> rows);
    // All rows, without reading them into memory; must not outlive the file.
    Result<std::shared_ptr<const float>> map() const;
    void remove();

  private:
    RowFile(int descriptor, std::filesystem::path path, std::int64_t width, std::int64_t rows)
        : descriptor_(descriptor), path_(std::move(path)), width_(width), rows_(rows) {}
    Error failed() const;

    int descriptor_;
    std::filesystem::path path_;
    std::int64_t width_, rows_;
};

}  // namespace tessera
