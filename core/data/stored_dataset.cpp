// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/stored_dataset.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace tessera {

namespace {

// Neighbouring samples are read together up to this size.
constexpr std::uint64_t kRunBytes = 4u << 20;

std::array<float, 256> pixelTable() {
    std::array<float, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<float>(i) / 255.0f;
    return table;
}
const std::array<float, 256> kPixel = pixelTable();

}  // namespace

float pixelValue(unsigned char byte) {
    return kPixel[byte];
}

Result<Done> takeLabels(DatasetFacts& facts, std::span<const double> labels, const std::string& what) {
    if (static_cast<std::int64_t>(labels.size()) != facts.size)
        return inputError(what + " holds " + countText(static_cast<std::int64_t>(labels.size()), "label") +
                          " but " + facts.path.string() + " " + countText(facts.size, "sample") +
                          "; open files that belong together.");
    const auto limit = static_cast<double>(facts.classNames.empty() ? kMostClasses : facts.classNames.size());
    std::int32_t largest = -1;
    facts.labels.resize(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (!(labels[i] >= -1 && labels[i] < limit) || labels[i] != std::floor(labels[i]))
            return inputError(what + ": the label of sample " + std::to_string(i) + " is " +
                              shortNumber(labels[i]) + "; labels are whole numbers from 0 to " +
                              std::to_string(static_cast<std::int64_t>(limit) - 1) + " (-1: not labelled).");
        facts.labels[i] = static_cast<std::int32_t>(labels[i]);
        largest = std::max(largest, facts.labels[i]);
    }
    if (facts.classNames.empty())
        for (std::int32_t label = 0; label <= largest; ++label)
            facts.classNames.push_back(std::to_string(label));
    if (facts.classNames.empty()) facts.labels.clear();
    return Done{};
}

bool takeImageShape(DatasetFacts& facts, const Shape& stored) {
    const auto isChannels = [](std::int64_t extent) { return extent == 1 || extent == 3; };
    facts.shape = stored;
    facts.image = false;
    if (stored.size() == 2) {
        facts.shape = {1, stored[0], stored[1]};
        facts.image = true;
    } else if (stored.size() == 3 && isChannels(stored[0])) {
        facts.image = true;
    } else if (stored.size() == 3 && isChannels(stored[2])) {
        facts.shape = {stored[2], stored[0], stored[1]};
        facts.image = true;
        facts.notes.push_back("The channels are last in the file; they were moved to the front.");
        return true;
    }
    return false;
}

Result<Done> reshapeSamples(DatasetFacts& facts, const Shape& wanted, const std::string& what) {
    if (wanted.empty()) return Done{};
    if (npyElementCount(wanted) != elementCount(facts.shape))
        return inputError(what + ": samples of " + shapeText(facts.shape) + " cannot be read as " +
                          shapeText(wanted) + "; choose a sample shape of " +
                          countText(elementCount(facts.shape), "value") + ".");
    facts.shape = wanted;
    facts.image = wanted.size() == 3 && (wanted[0] == 1 || wanted[0] == 3);
    return Done{};
}

Result<Done> FactsDataset::checkIndices(std::span<const std::int64_t> indices) const {
    for (const auto index : indices)
        if (index < 0 || index >= facts_.size)
            return inputError(facts_.path.string() + " has no sample " + std::to_string(index) +
                              "; it holds " + countText(facts_.size, "sample") + ", counted from 0.");
    return Done{};
}

RecordDataset::RecordDataset(DatasetFacts facts, std::vector<SampleBlock> blocks, NpyType type,
                             bool channelsLast)
    : FactsDataset(std::move(facts)),
      blocks_(std::move(blocks)),
      type_(type),
      channelsLast_(channelsLast),
      elements_(static_cast<std::size_t>(elementCount(facts_.shape))) {}

void RecordDataset::convert(const unsigned char* bytes, float* out) const {
    if (channelsLast_) {
        const auto channels = static_cast<std::size_t>(facts_.shape[0]), pixels = elements_ / channels;
        if (type_.kind == 'u' && type_.bytes == 1) {
            for (std::size_t c = 0; c < channels; ++c)
                for (std::size_t p = 0; p < pixels; ++p)
                    out[c * pixels + p] = kPixel[bytes[p * channels + c]];
            return;
        }
        std::vector<float> values(elements_);
        convertNpy(type_, bytes, elements_, values.data());
        for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t p = 0; p < pixels; ++p) out[c * pixels + p] = values[p * channels + c];
    } else if (type_.kind == 'u' && type_.bytes == 1) {
        for (std::size_t i = 0; i < elements_; ++i) out[i] = kPixel[bytes[i]];
    } else {
        convertNpy(type_, bytes, elements_, out);
    }
}

Result<Done> RecordDataset::read(std::span<const std::int64_t> indices, float* out) const {
    auto valid = checkIndices(indices);
    if (!valid.isOk()) return valid;
    const std::uint64_t sampleBytes = elements_ * static_cast<std::uint64_t>(type_.bytes);
    std::vector<unsigned char> buffer;
    for (std::size_t i = 0; i < indices.size();) {
        std::int64_t local = indices[i];
        auto block = blocks_.begin();
        while (local >= block->count) local -= block++->count;
        // As many consecutive samples as follow each other both in the request and in the store.
        std::size_t run = 1;
        while (i + run < indices.size() && indices[i + run] == indices[i] + static_cast<std::int64_t>(run) &&
               local + static_cast<std::int64_t>(run) < block->count &&
               (run + 1) * block->stride <= kRunBytes)
            ++run;
        const std::uint64_t length = (run - 1) * block->stride + sampleBytes;
        buffer.resize(std::max<std::size_t>(buffer.size(), length));
        auto read = block->store->read(block->offset + static_cast<std::uint64_t>(local) * block->stride,
                                       length, buffer.data());
        if (!read.isOk()) return read;
        for (std::size_t k = 0; k < run; ++k)
            convert(buffer.data() + k * block->stride, out + (i + k) * elements_);
        i += run;
    }
    return Done{};
}

Result<Done> MemoryDataset::read(std::span<const std::int64_t> indices, float* out) const {
    auto valid = checkIndices(indices);
    if (!valid.isOk()) return valid;
    const auto elements = static_cast<std::size_t>(elementCount(facts_.shape));
    for (std::size_t i = 0; i < indices.size(); ++i)
        std::copy_n(values_.data() + static_cast<std::size_t>(indices[i]) * elements, elements,
                    out + i * elements);
    return Done{};
}

}  // namespace tessera
