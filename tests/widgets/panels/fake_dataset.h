// SPDX-License-Identifier: GPL-3.0-or-later
// A made-up data set of any size: label i % classes, names "item 17", one file per sample that may be
// unreadable.
#pragma once

#include <atomic>
#include <set>

#include "core/data/dataset.h"
#include "core/probes/evaluation.h"

namespace tessera {

class FakeDataset final : public Dataset {
  public:
    FakeDataset(std::int64_t size, Shape shape, int classes)
        : size_(size), shape_(std::move(shape)), classes_(classes) {
        for (int i = 0; i < classes; ++i) names_.push_back(i == 1 ? "cat" : std::to_string(i));
    }
    std::int64_t size() const override { return size_; }
    const Shape& sampleShape() const override { return shape_; }
    const std::vector<std::string>& classNames() const override { return names_; }
    std::int32_t label(std::int64_t index) const override {
        return classes_ == 0 ? -1 : static_cast<std::int32_t>(index % classes_);
    }
    std::string sampleName(std::int64_t index) const override { return "item " + std::to_string(index); }
    Result<Done> read(std::span<const std::int64_t> indices, float* out) const override {
        const auto width = elementCount(shape_);
        for (const auto index : indices) {
            if (unreadable.contains(index))
                return fileError("item " + std::to_string(index) + " is damaged; remove it.");
            ++reads;
            for (std::int64_t i = 0; i < width; ++i) *out++ = static_cast<float>((index + i) % 16) / 15.0f;
        }
        return Done{};
    }
    const std::string& format() const override { return format_; }
    const std::filesystem::path& path() const override { return path_; }

    mutable std::atomic<int> reads = 0;
    std::set<std::int64_t> unreadable;

  private:
    std::int64_t size_;
    Shape shape_;
    int classes_;
    std::vector<std::string> names_;
    std::string format_ = "made up";
    std::filesystem::path path_ = "made-up";
};

// Predictions: right except for every tenth sample, which is taken for class 0 (so label 0 is never wrong).
inline std::shared_ptr<const Evaluation::Output> fakeEvaluation(const Dataset& data) {
    auto output = std::make_shared<Evaluation::Output>();
    output->samples = output->labelled = data.size();
    for (std::int64_t i = 0; i < data.size(); ++i) {
        output->label.push_back(data.label(i));
        output->predicted.push_back(i % 10 == 3 ? 0 : data.label(i));
        output->confidence.push_back(static_cast<float>(1 + (i * 37) % 100) / 101.0f);
    }
    output->accuracy = 0.9;
    return output;
}

}  // namespace tessera
