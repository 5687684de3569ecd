// SPDX-License-Identifier: GPL-3.0-or-later
// An affine layer trained by Adam, its columns side by side in panels of sixteen: the logits of dozens of
// heads, or the hidden units of one, are one product. A column's numbers never depend on the other columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/heads/head.h"

namespace tessera {

// One of PyTorch's Adam steps with coupled weight decay: beta 0.9 and 0.999, epsilon 1e-8.
struct AdamStep {
    std::int64_t number = 1;                            // 1, 2, ...
    std::span<const double> learningRate, weightDecay;  // one a column, padded to stride()
};

class PanelLayer {
  public:
    static constexpr std::int64_t kWidth = 16;

    PanelLayer(std::int64_t inputs, std::int64_t columns);
    std::int64_t inputs() const { return inputs_; }
    std::int64_t columns() const { return columns_; }
    std::int64_t stride() const { return panels_ * kWidth; }  // columns, padded

    // `layer` (columns x inputs) at columns first, first + 1, ...
    void set(std::int64_t first, const HeadLayer& layer);
    HeadLayer get(std::int64_t first, std::int64_t count) const;
    double weight(std::int64_t input, std::int64_t column) const { return weights_[place(input, column)]; }

    // rows.size() x stride() values: row * weights + bias.
    void forward(std::span<const double* const> rows, double* out) const;
    // Of sum(out * error) in weights and bias; `error` as `out` above, zero in the padding. Replaces the old
    // gradient, or adds to it.
    void gradient(std::span<const double* const> rows, const double* error, bool add = false);
    HeadLayer gradientOf(std::int64_t first, std::int64_t count) const;
    void descend(const AdamStep& step);
    // Keeps these columns only, with their moments.
    void keepColumns(std::span<const std::int64_t> columns);

  private:
    std::size_t place(std::int64_t input, std::int64_t column) const {
        return static_cast<std::size_t>(((column / kWidth) * (inputs_ + 1) + input) * kWidth +
                                        column % kWidth);
    }
    HeadLayer unpack(const std::vector<double>& from, std::int64_t first, std::int64_t count) const;

    std::int64_t inputs_, columns_, panels_;
    // Panel after panel: inputs_ rows of weights and one of biases, kWidth values each.
    std::vector<double> weights_, gradient_, mean_, square_;
};

}  // namespace tessera
