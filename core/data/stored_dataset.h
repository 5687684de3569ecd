// SPDX-License-Identifier: GPL-3.0-or-later
// What every dataset has in common, and the two kinds of storage behind most formats: fixed-size records in
// byte stores, read on request, and values in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/data/byte_store.h"
#include "core/data/dataset.h"
#include "core/data/npy_values.h"

namespace tessera {

struct DatasetFacts {
    std::int64_t size = 0;
    Shape shape;
    std::vector<std::string> classNames;  // empty: no labels
    std::vector<std::int32_t> labels;     // size entries, or none
    std::vector<Part> parts;              // size entries, or none
    std::string format;
    std::filesystem::path path;
    std::vector<std::filesystem::path> sources;
    std::vector<std::string> notes;
    std::vector<std::string> names;        // size entries, or none; an empty text is no name
    std::string namePrefix;                // "t2k": samples without a name are "t2k #0", "t2k #1", ...
    std::shared_ptr<const Dataset> items;  // may be null
    bool image = false;
};

inline constexpr std::size_t kMostClasses = 65536;

// Checks labels against the number of samples and the range, fills facts.labels and, where there are none
// yet, class names "0", "1", ... `what` names the labels' file or array.
Result<Done> takeLabels(DatasetFacts& facts, std::span<const double> labels, const std::string& what);
// "Sample shape" rules shared by arrays of images: from (H, W), (C, H, W) or (H, W, C) to channels first.
// Sets facts.shape/image; true if channels are last in the file.
bool takeImageShape(DatasetFacts& facts, const Shape& stored);
// DataOptions::sampleShape for flat rows; `what` names the data.
Result<Done> reshapeSamples(DatasetFacts& facts, const Shape& wanted, const std::string& what);

class FactsDataset : public Dataset {
  public:
    std::int64_t size() const override { return facts_.size; }
    const Shape& sampleShape() const override { return facts_.shape; }
    const std::vector<std::string>& classNames() const override { return facts_.classNames; }
    std::int32_t label(std::int64_t index) const override {
        return facts_.labels.empty() ? -1 : facts_.labels[static_cast<std::size_t>(index)];
    }
    std::span<const Part> parts() const override { return facts_.parts; }
    std::string sampleName(std::int64_t index) const override {
        if (!facts_.names.empty() && !facts_.names[static_cast<std::size_t>(index)].empty())
            return facts_.names[static_cast<std::size_t>(index)];
        if (facts_.items) return facts_.items->sampleName(index);
        return facts_.namePrefix + " #" + std::to_string(index);
    }
    std::shared_ptr<const Dataset> items() const override { return facts_.items; }
    const std::string& format() const override { return facts_.format; }
    const std::filesystem::path& path() const override { return facts_.path; }
    bool isImage() const override { return facts_.image; }
    std::vector<std::filesystem::path> sourceFiles() const override { return facts_.sources; }
    std::vector<std::string> notes() const override { return facts_.notes; }

  protected:
    explicit FactsDataset(DatasetFacts facts) : facts_(std::move(facts)) {}
    Result<Done> checkIndices(std::span<const std::int64_t> indices) const;
    DatasetFacts facts_;
};

// `count` samples in one store; sample i starts at offset + i * stride.
struct SampleBlock {
    std::shared_ptr<const ByteStore> store;
    std::uint64_t offset = 0, stride = 0;
    std::int64_t count = 0;
};

class RecordDataset final : public FactsDataset {
  public:
    // Unsigned bytes are pixels and become 0..1.
    RecordDataset(DatasetFacts facts, std::vector<SampleBlock> blocks, NpyType type, bool channelsLast);
    Result<Done> read(std::span<const std::int64_t> indices, float* out) const override;

  private:
    void convert(const unsigned char* bytes, float* out) const;
    std::vector<SampleBlock> blocks_;
    NpyType type_;
    bool channelsLast_;
    std::size_t elements_;
};

class MemoryDataset final : public FactsDataset {
  public:
    MemoryDataset(DatasetFacts facts, std::vector<float> values)
        : FactsDataset(std::move(facts)), values_(std::move(values)) {}
    Result<Done> read(std::span<const std::int64_t> indices, float* out) const override;

  private:
    std::vector<float> values_;
};

// 8-bit pixel to 0..1, as value / 255 in float32.
float pixelValue(unsigned char byte);

}  // namespace tessera
