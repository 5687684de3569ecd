// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/class_shader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace tessera {
namespace {

constexpr float kReach = 12;  // a logit this far behind adds less than 1e-5 to the softmax's denominator
constexpr int kStepsPerUnit = 64;

const std::array<float, static_cast<std::size_t>(kReach) * kStepsPerUnit + 1>& expTable() {
    static const auto table = [] {
        std::array<float, static_cast<std::size_t>(kReach) * kStepsPerUnit + 1> values{};
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::exp(-(static_cast<float>(i) + 0.5f) / kStepsPerUnit);
        values[0] = 1 - 0.5f / kStepsPerUnit;
        return values;
    }();
    return table;
}

}  // namespace

double leadingConfidence(const double* logits, int outputs, int& label) {
    if (outputs == 1) {
        label = logits[0] > 0 ? 1 : 0;
        return 1 / (1 + std::exp(-std::abs(logits[0])));
    }
    label = static_cast<int>(std::max_element(logits, logits + outputs) - logits);
    double sum = 0;
    for (int k = 0; k < outputs; ++k) sum += std::exp(logits[k] - logits[label]);
    return 1 / sum;
}

std::vector<std::pair<int, double>> largestLogits(std::span<const double> logits, std::size_t most) {
    if (logits.size() == 1) return {{1, logits[0]}};
    std::vector<int> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    const auto shown = std::min(order.size(), most);
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                      [&](int i, int j) {
                          return logits[static_cast<std::size_t>(i)] > logits[static_cast<std::size_t>(j)];
                      });
    std::vector<std::pair<int, double>> largest;
    for (std::size_t i = 0; i < shown; ++i)
        largest.emplace_back(order[i], logits[static_cast<std::size_t>(order[i])]);
    return largest;
}

ClassShader::ClassShader(const Arrangement& arrangement, const FillColours& colours,
                         const SliceMap& mapToPixels)
    : arrangement_(arrangement), colours_(colours), map_(mapToPixels) {}

void ClassShader::begin(std::int32_t face, const std::vector<Eigen::Vector2d>& corners) {
    const int outputs = arrangement_.outputs;
    const double* forms =
        arrangement_.forms.data() + static_cast<std::size_t>(face) * static_cast<std::size_t>(outputs) * 3;
    label_.clear();
    perColumn_.clear();
    perRow_.clear();
    constant_.clear();
    const Eigen::Vector2d& origin = arrangement_.formOrigin;
    const auto add = [&](int label, double a, double b, double c) {
        // s = low.x + (x - bottomLeft.x) / unit, t = low.y + (bottomLeft.y - y) / unit
        label_.push_back(label);
        perColumn_.push_back(a / map_.unit);
        perRow_.push_back(-b / map_.unit);
        constant_.push_back(a * (map_.low.x() - origin.x() - map_.bottomLeft.x() / map_.unit) +
                            b * (map_.low.y() - origin.y() + map_.bottomLeft.y() / map_.unit) + c);
    };
    if (outputs == 1) {
        // Two classes, logits 0 and l: the same softmax.
        add(0, 0, 0, 0);
        add(1, forms[0], forms[1], forms[2]);
    } else {
        // l_k - l_lead is affine, so a class far behind at all corners is far behind everywhere.
        const double* lead =
            forms + static_cast<std::ptrdiff_t>(arrangement_.label[static_cast<std::size_t>(face)]) * 3;
        for (int k = 0; k < outputs; ++k) {
            const double *form = forms + static_cast<std::ptrdiff_t>(k) * 3, a = form[0] - lead[0],
                         b = form[1] - lead[1], c = form[2] - lead[2];
            const bool inReach =
                form == lead || std::any_of(corners.begin(), corners.end(), [&](const Eigen::Vector2d& p) {
                    return a * (p.x() - origin.x()) + b * (p.y() - origin.y()) + c > -kReach;
                });
            if (inReach) add(k, form[0], form[1], form[2]);
        }
    }
    value_.resize(label_.size());
    step_.assign(perColumn_.begin(), perColumn_.end());
    if (label_.size() == 1) flat_ = colours_.ofClass(label_[0], 1);
}

void ClassShader::span(int row, int from, int to, QRgb* pixels) {
    if (label_.size() == 1) {
        std::fill(pixels + from, pixels + to, flat_);
        return;
    }
    const std::size_t count = label_.size();
    // Relative to the first class before narrowing to float, so that large common parts cancel in double.
    const auto exact = [&](std::size_t k) {
        return perColumn_[k] * (from + 0.5) + perRow_[k] * (row + 0.5) + constant_[k];
    };
    const double base = exact(0);
    for (std::size_t k = 0; k < count; ++k) {
        value_[k] = static_cast<float>(exact(k) - base);
        step_[k] = static_cast<float>(perColumn_[k] - perColumn_[0]);
    }
    const auto& table = expTable();
    for (int column = from; column < to; ++column) {
        std::size_t best = 0;
        for (std::size_t k = 1; k < count; ++k)
            if (value_[k] > value_[best]) best = k;
        const float lead = value_[best];
        float sum = 1;
        for (std::size_t k = 0; k < count; ++k) {
            const float behind = lead - value_[k];
            if (behind < kReach && k != best) sum += table[static_cast<std::size_t>(behind * kStepsPerUnit)];
            value_[k] += step_[k];
        }
        pixels[column] = colours_.ofClass(label_[best], 1 / sum);
    }
}

}  // namespace tessera
