// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/sample_inputs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tessera {

SampleInputs::SampleInputs(const ProbeInputs& inputs)
    : data_(*inputs.dataset),
      normalisation_(inputs.normalisation),
      width_(elementCount(data_.sampleShape())),
      chosen_(inputs.samples) {
    if (!chosen_.empty()) return;
    chosen_.resize(static_cast<std::size_t>(data_.size()));
    std::iota(chosen_.begin(), chosen_.end(), 0);
}

Result<std::span<const double>> SampleInputs::read(std::span<const std::int64_t> places) {
    using Values = std::span<const double>;
    const auto count = static_cast<std::int64_t>(places.size());
    indices_.clear();
    for (const auto place : places) indices_.push_back(sample(place));
    const auto total = static_cast<std::size_t>(count * width_);
    raw_.resize(std::max(raw_.size(), total));
    values_.resize(std::max(values_.size(), total));
    if (auto read = data_.read(indices_, raw_.data()); !read.isOk())
        return std::move(read).propagate<Values>();
    normalise(normalisation_, data_.sampleShape(), count, raw_.data());
    const auto isBad = [](float value) { return !std::isfinite(value); };
    const auto last = raw_.begin() + static_cast<std::ptrdiff_t>(total);
    if (const auto bad = std::find_if(raw_.begin(), last, isBad); bad != last) {
        const auto at = static_cast<std::size_t>((bad - raw_.begin()) / width_);
        return inputError("Sample " + std::to_string(indices_[at]) + " (" + data_.sampleName(indices_[at]) +
                          ") of " + data_.path().string() +
                          " holds a value that is not a finite number; leave it out or repair the file.");
    }
    std::copy(raw_.begin(), last, values_.begin());
    return Values(values_.data(), total);
}

Result<std::span<const double>> SampleInputs::read(std::int64_t first, std::int64_t count) {
    std::vector<std::int64_t> places(static_cast<std::size_t>(count));
    std::iota(places.begin(), places.end(), first);
    return read(places);
}

Result<Rows> readRows(const ProbeInputs& inputs, const std::vector<std::int64_t>& samples,
                      const std::stop_token& stop) {
    constexpr std::int64_t kAtOnce = 256;
    const auto count = static_cast<std::int64_t>(samples.size());
    Rows rows(count, elementCount(inputs.dataset->sampleShape()));
    if (count == 0) return rows;  // a reader without samples reads all
    ProbeInputs chosen = inputs;
    chosen.samples = samples;
    SampleInputs reader(chosen);
    for (std::int64_t first = 0; first < count; first += kAtOnce) {
        if (stop.stop_requested()) return Cancelled{};
        auto read = reader.read(first, std::min(kAtOnce, count - first));
        if (!read.isOk()) return std::move(read).propagate<Rows>();
        std::copy(read.value().begin(), read.value().end(), rows.row(first).data());
    }
    return rows;
}

std::string mebibytes(std::int64_t bytes) {
    return std::to_string((bytes >> 20) + 1) + " MiB";
}

}  // namespace tessera
