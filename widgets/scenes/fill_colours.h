// SPDX-License-Identifier: GPL-3.0-or-later
// From faces, classes and confidences to colours: one table for the raster and the vector painter, so that
// they agree.
#pragma once

#include <vector>

#include "widgets/scenes/slice_scene.h"

namespace tessera {

class FillColours {
  public:
    explicit FillColours(const SliceScene& scene);

    SliceFill fill() const { return fill_; }
    QRgb ofClass(int label, double confidence) const {
        return classes_[row(label) + static_cast<std::size_t>(
                                         confidenceStrength(confidence, classCount_) * (kLevels - 1) + 0.5)];
    }
    // For fills that colour a whole face alike (all but Class).
    QRgb ofFace(std::int32_t face) const;

    static constexpr int kLevels = 64;

  private:
    std::size_t row(int label) const {
        return static_cast<std::size_t>(label < 0 ? 0 : label % colours_) * kLevels;
    }
    const PreparedArrangement* arrangement_;
    SliceFill fill_;
    int classCount_, colours_;
    std::vector<QRgb> classes_;   // colours_ x kLevels
    std::vector<QRgb> patterns_;  // kPatternColours
};

// Depth d of dMax as a colour (d = 0: no cut at all).
QRgb depthColour(int depth, int depthMax);

// How strongly region edges are drawn, 0..1: fainter the denser they are, none where they would only be grey.
// From the size (root of the area, in points) of the face that a typical point of the picture lies in.
double edgeStrength(double typicalFacePt);
double typicalFaceSize(const Arrangement& arrangement,
                       const std::vector<std::int32_t>& faces);  // slice length

}  // namespace tessera
