// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/fill_colours.h"

#include <algorithm>
#include <cmath>

namespace tessera {

FillColours::FillColours(const SliceScene& scene)
    : arrangement_(scene.arrangement.get()),
      fill_(scene.effectiveFill()),
      classCount_(std::max(scene.classCount, 2)),
      colours_(std::min(classCount_, 20)) {
    QColor paper = scene.theme.paper;
    paper.setAlpha(255);
    classes_.resize(static_cast<std::size_t>(colours_) * kLevels);
    for (int label = 0; label < colours_; ++label)
        for (int level = 0; level < kLevels; ++level)
            classes_[row(label) + static_cast<std::size_t>(level)] =
                shadedClass(classColour(label, classCount_), level / double(kLevels - 1), paper);
    for (int i = 0; i < kPatternColours; ++i) patterns_.push_back(patternColour(i, scene.theme.dark));
}

QRgb FillColours::ofFace(std::int32_t face) const {
    const auto f = static_cast<std::size_t>(face);
    switch (fill_) {
        case SliceFill::Pattern:
            return patterns_[static_cast<std::size_t>(
                patternColourIndex(arrangement_->arrangement().patternHash[f]))];
        case SliceFill::SlopeNorm:
            return viridis(arrangement_->slopeNorm()[f] / arrangement_->slopeTop());
        case SliceFill::Depth:
            return depthColour(arrangement_->arrangement().depth[f], arrangement_->depthMax());
        case SliceFill::Class:
        case SliceFill::None:
            break;
    }
    return 0;
}

QRgb depthColour(int depth, int depthMax) {
    return viridis(depthMax > 0 ? depth / double(depthMax) : 0);
}

double edgeStrength(double typicalFacePt) {
    constexpr double kInvisible = 1.2, kFull = 14;
    const double x = std::clamp((typicalFacePt - kInvisible) / (kFull - kInvisible), 0.0, 1.0);
    return typicalFacePt <= kInvisible ? 0 : 0.1 + 0.65 * x * (2 - x);
}

double typicalFaceSize(const Arrangement& arrangement, const std::vector<std::int32_t>& faces) {
    // The area-weighted mean of the areas is what the eye averages; slivers weigh nothing.
    double sum = 0, squares = 0;
    for (const auto face : faces) {
        const double area = std::max(arrangement.area[static_cast<std::size_t>(face)], 0.0);
        sum += area;
        squares += area * std::sqrt(area);
    }
    return sum > 0 ? squares / sum : 0;
}

}  // namespace tessera
