// SPDX-License-Identifier: GPL-3.0-or-later
// Predicted class and confidence at every pixel of a face, from the face's affine map: exact at any zoom.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/geometry/arrangement.h"
#include "widgets/scenes/fill_colours.h"

namespace tessera {

class ClassShader {
  public:
    ClassShader(const Arrangement& arrangement, const FillColours& colours, const SliceMap& mapToPixels);

    // Sets up the face whose corners these are (slice coordinates).
    void begin(std::int32_t face, const std::vector<Eigen::Vector2d>& corners);
    void span(int row, int from, int to, QRgb* pixels);

  private:
    const Arrangement& arrangement_;
    const FillColours& colours_;
    const SliceMap& map_;
    // Classes that come within reach of the leading one somewhere on the face, with their logits in pixel
    // coordinates.
    std::vector<int> label_;
    std::vector<double> perColumn_, perRow_, constant_;
    std::vector<float> value_, step_;
    QRgb flat_ = 0;  // if only one class is in reach
};

// Softmax probability of the leading class given logits; sigmoid for a single one. Sets `label`.
double leadingConfidence(const double* logits, int outputs, int& label);
// (class, logit), the largest first, `most` at most; of a single logit: class 1.
std::vector<std::pair<int, double>> largestLogits(std::span<const double> logits, std::size_t most);

}  // namespace tessera
