// SPDX-License-Identifier: GPL-3.0-or-later
// Samples of a data set as a network takes them: normalised, in float64, checked to be numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/numerics/rows.h"
#include "core/probes/probe.h"

namespace tessera {

class SampleInputs {
  public:
    explicit SampleInputs(const ProbeInputs& inputs);

    std::int64_t size() const { return static_cast<std::int64_t>(chosen_.size()); }
    std::int64_t width() const { return width_; }
    // Index in the data set of the sample at a place in the list of chosen ones.
    std::int64_t sample(std::int64_t place) const { return chosen_[static_cast<std::size_t>(place)]; }
    // The inputs at these places, row-major places x width(); valid until the next call.
    Result<std::span<const double>> read(std::span<const std::int64_t> places);
    Result<std::span<const double>> read(std::int64_t first, std::int64_t count);

  private:
    const Dataset& data_;
    const Normalisation& normalisation_;
    std::int64_t width_;
    std::vector<std::int64_t> chosen_, indices_;
    std::vector<float> raw_;
    std::vector<double> values_;
};

// The inputs of these samples of the data, one a row; Cancelled on a stop.
Result<Rows> readRows(const ProbeInputs& inputs, const std::vector<std::int64_t>& samples,
                      const std::stop_token& stop);
std::string mebibytes(std::int64_t bytes);  // "13 MiB", rounded up, for sentences

}  // namespace tessera
