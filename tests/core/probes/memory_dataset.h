// SPDX-License-Identifier: GPL-3.0-or-later
// A data set that a test writes down.
#pragma once

#include <algorithm>

#include "core/data/dataset.h"

namespace tessera::test {

class MemoryDataset final : public Dataset {
  public:
    // `labels` may be empty: no labels.
    MemoryDataset(Shape shape, std::vector<float> values, std::vector<std::int32_t> labels, int classes = 0)
        : shape_(std::move(shape)), values_(std::move(values)), labels_(std::move(labels)) {
        for (int k = 0; k < classes; ++k) names_.push_back(std::to_string(k));
    }
    std::int64_t size() const override {
        return static_cast<std::int64_t>(values_.size()) / elementCount(shape_);
    }
    const Shape& sampleShape() const override { return shape_; }
    const std::vector<std::string>& classNames() const override { return names_; }
    std::int32_t label(std::int64_t index) const override {
        return labels_.empty() ? -1 : labels_[static_cast<std::size_t>(index)];
    }
    std::string sampleName(std::int64_t index) const override { return "row " + std::to_string(index); }
    Result<Done> read(std::span<const std::int64_t> indices, float* out) const override {
        const auto width = elementCount(shape_);
        for (const auto index : indices) out = std::copy_n(values_.begin() + index * width, width, out);
        return Done{};
    }
    const std::string& format() const override { return format_; }
    const std::filesystem::path& path() const override { return path_; }
    std::vector<std::filesystem::path> sourceFiles() const override { return {}; }

  private:
    Shape shape_;
    std::vector<float> values_;
    std::vector<std::int32_t> labels_;
    std::vector<std::string> names_;
    std::string format_ = "memory";
    std::filesystem::path path_ = "memory.csv";
};

}  // namespace tessera::test
