// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/panel_layer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/geometry/instruction_sets.h"

namespace tessera {
namespace {

constexpr std::int64_t kPanel = PanelLayer::kWidth;
constexpr std::int64_t kTogether = 4;  // rows, or inputs, whose sums stay in registers
static_assert(kPanel == 2 * kLanes);

// By reference: a vector as a value would cross functions of different instruction sets.
TESSERA_INLINE void load(Lanes& lanes, const double* from) {
    std::memcpy(&lanes, from, sizeof lanes);
}
TESSERA_INLINE void store(double* to, const Lanes& lanes) {
    std::memcpy(to, &lanes, sizeof lanes);
}

// The same sums in the same order for one row and for four.
template <int Count>
TESSERA_INLINE void forwardSome(const double* const* rows, std::int64_t inputs, const double* panel,
                                double* out, std::int64_t stride) {
    Lanes low[Count], high[Count];
    const double* bias = panel + inputs * kPanel;
    for (int r = 0; r < Count; ++r) load(low[r], bias), load(high[r], bias + kLanes);
    for (std::int64_t d = 0; d < inputs; ++d) {
        Lanes a, b;
        load(a, panel + d * kPanel), load(b, panel + d * kPanel + kLanes);
        for (int r = 0; r < Count; ++r) {
            low[r] += rows[r][d] * a;
            high[r] += rows[r][d] * b;
        }
    }
    for (int r = 0; r < Count; ++r) {
        store(out + r * stride, low[r]);
        store(out + r * stride + kLanes, high[r]);
    }
}

TESSERA_CLONES
void forwardPanel(const double* const* rows, std::int64_t count, std::int64_t inputs, const double* panel,
                  double* out, std::int64_t stride) {
    std::int64_t r = 0;
    for (; r + kTogether <= count; r += kTogether)
        forwardSome<kTogether>(rows + r, inputs, panel, out + r * stride, stride);
    for (; r < count; ++r) forwardSome<1>(rows + r, inputs, panel, out + r * stride, stride);
}

template <int Count>
TESSERA_INLINE void gradientSome(const double* const* rows, std::int64_t count, std::int64_t input,
                                 const double* error, std::int64_t stride, double* gradient) {
    Lanes low[Count], high[Count];
    for (int i = 0; i < Count; ++i)
        load(low[i], gradient + i * kPanel), load(high[i], gradient + i * kPanel + kLanes);
    for (std::int64_t r = 0; r < count; ++r) {
        Lanes a, b;
        load(a, error + r * stride), load(b, error + r * stride + kLanes);
        const double* row = rows[r] + input;
        for (int i = 0; i < Count; ++i) {
            low[i] += row[i] * a;
            high[i] += row[i] * b;
        }
    }
    for (int i = 0; i < Count; ++i) {
        store(gradient + i * kPanel, low[i]);
        store(gradient + i * kPanel + kLanes, high[i]);
    }
}

TESSERA_CLONES
void gradientPanel(const double* const* rows, std::int64_t count, std::int64_t inputs, const double* error,
                   std::int64_t stride, double* gradient) {
    std::int64_t d = 0;
    for (; d + kTogether <= inputs; d += kTogether)
        gradientSome<kTogether>(rows, count, d, error, stride, gradient + d * kPanel);
    for (; d < inputs; ++d) gradientSome<1>(rows, count, d, error, stride, gradient + d * kPanel);
    double* bias = gradient + inputs * kPanel;
    for (std::int64_t r = 0; r < count; ++r)
        for (std::int64_t c = 0; c < kPanel; ++c) bias[c] += error[r * stride + c];
}

// In PyTorch's order of operations.
TESSERA_CLONES
void adamPanel(std::int64_t values, const double* learningRate, const double* weightDecay, double correction1,
               double rootCorrection2, const double* gradient, double* weights, double* mean,
               double* square) {
    constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
    const double overRoot = 1 / rootCorrection2;
    double rate[kPanel], decay[kPanel];
    for (std::int64_t c = 0; c < kPanel; ++c)
        rate[c] = learningRate[c] / correction1, decay[c] = weightDecay[c];
    for (std::int64_t at = 0; at < values; at += kPanel)
        for (std::int64_t c = 0; c < kPanel; ++c) {
            const std::int64_t i = at + c;
            const double g = gradient[i] + decay[c] * weights[i];
            mean[i] = kBeta1 * mean[i] + (1 - kBeta1) * g;
            square[i] = kBeta2 * square[i] + (1 - kBeta2) * g * g;
            weights[i] -= rate[c] * mean[i] / (std::sqrt(square[i]) * overRoot + kEpsilon);
        }
}

}  // namespace

PanelLayer::PanelLayer(std::int64_t inputs, std::int64_t columns)
    : inputs_(inputs), columns_(columns), panels_((columns + kWidth - 1) / kWidth) {
    const auto size = static_cast<std::size_t>(panels_ * (inputs_ + 1) * kWidth);
    for (auto* values : {&weights_, &gradient_, &mean_, &square_}) values->assign(size, 0.0);
}

void PanelLayer::set(std::int64_t first, const HeadLayer& layer) {
    for (std::int64_t c = 0; c < layer.weight.rows(); ++c) {
        for (std::int64_t d = 0; d < inputs_; ++d) weights_[place(d, first + c)] = layer.weight(c, d);
        weights_[place(inputs_, first + c)] = layer.bias(c);
    }
}

HeadLayer PanelLayer::unpack(const std::vector<double>& from, std::int64_t first, std::int64_t count) const {
    HeadLayer layer{Rows(count, inputs_), Eigen::VectorXd(count)};
    for (std::int64_t c = 0; c < count; ++c) {
        for (std::int64_t d = 0; d < inputs_; ++d) layer.weight(c, d) = from[place(d, first + c)];
        layer.bias(c) = from[place(inputs_, first + c)];
    }
    return layer;
}

HeadLayer PanelLayer::get(std::int64_t first, std::int64_t count) const {
    return unpack(weights_, first, count);
}
HeadLayer PanelLayer::gradientOf(std::int64_t first, std::int64_t count) const {
    return unpack(gradient_, first, count);
}

void PanelLayer::forward(std::span<const double* const> rows, double* out) const {
    for (std::int64_t p = 0; p < panels_; ++p)
        forwardPanel(rows.data(), static_cast<std::int64_t>(rows.size()), inputs_,
                     weights_.data() + p * (inputs_ + 1) * kWidth, out + p * kWidth, stride());
}

void PanelLayer::gradient(std::span<const double* const> rows, const double* error, bool add) {
    if (!add) std::fill(gradient_.begin(), gradient_.end(), 0.0);
    for (std::int64_t p = 0; p < panels_; ++p)
        gradientPanel(rows.data(), static_cast<std::int64_t>(rows.size()), inputs_, error + p * kWidth,
                      stride(), gradient_.data() + p * (inputs_ + 1) * kWidth);
}

void PanelLayer::descend(const AdamStep& step) {
    const auto number = static_cast<double>(step.number);
    const double correction1 = 1 - std::pow(0.9, number),
                 rootCorrection2 = std::sqrt(1 - std::pow(0.999, number));
    const std::int64_t values = (inputs_ + 1) * kWidth;
    for (std::int64_t p = 0; p < panels_; ++p)
        adamPanel(values, step.learningRate.data() + p * kWidth, step.weightDecay.data() + p * kWidth,
                  correction1, rootCorrection2, gradient_.data() + p * values, weights_.data() + p * values,
                  mean_.data() + p * values, square_.data() + p * values);
}

void PanelLayer::keepColumns(std::span<const std::int64_t> columns) {
    PanelLayer kept(inputs_, static_cast<std::int64_t>(columns.size()));
    for (std::size_t c = 0; c < columns.size(); ++c)
        for (std::int64_t d = 0; d <= inputs_; ++d) {
            const std::size_t from = place(d, columns[c]), to = kept.place(d, static_cast<std::int64_t>(c));
            kept.weights_[to] = weights_[from];
            kept.mean_[to] = mean_[from];
            kept.square_[to] = square_[from];
        }
    *this = std::move(kept);
}

}  // namespace tessera
