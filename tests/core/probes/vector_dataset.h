// SPDX-License-Identifier: GPL-3.0-or-later
// Samples held in memory, as given.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace tessera::test {

class VectorDataset final : public Dataset {
  public:
    VectorDataset(Shape shape, std::vector<std::vector<float>> samples)
        : shape_(std::move(shape)), samples_(std::move(samples)) {}

    std::int64_t size() const override { return static_cast<std::int64_t>(samples_.size()); }
    const Shape& sampleShape() const override { return shape_; }
    const std::vector<std::string>& classNames() const override { return names_; }
    std::int32_t label(std::int64_t index) const override { return static_cast<std::int32_t>(index % 3); }
    std::string sampleName(std::int64_t index) const override { return "sample " + std::to_string(index); }
    Result<Done> read(std::span<const std::int64_t> indices, float* out) const override {
        for (const auto index : indices) {
            const auto& sample = samples_[static_cast<std::size_t>(index)];
            out = std::copy(sample.begin(), sample.end(), out);
        }
        return Done{};
    }
    const std::string& format() const override { return format_; }
    const std::filesystem::path& path() const override { return path_; }
    std::vector<std::filesystem::path> sourceFiles() const override { return {}; }

  private:
    Shape shape_;
    std::vector<std::vector<float>> samples_;
    std::vector<std::string> names_{"a", "b", "c"};
    std::string format_ = "memory";
    std::filesystem::path path_ = "memory";
};

}  // namespace tessera::test
