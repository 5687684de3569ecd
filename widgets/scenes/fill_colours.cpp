// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/fill_colours.h"

#include <algorithm>

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
        case SliceFill::Pattern: return patterns_[static_cast<std::size_t>(patternColourIndex(arrangement_->arrangement().patternHash[f]))];
        case SliceFill::SlopeNorm: return viridis(arrangement_->slopeNorm()[f] / arrangement_->slopeTop());
        case SliceFill::Depth: return depthColour(arrangement_->arrangement().depth[f], arrangement_->depthMax());
        case SliceFill::Class:
        case SliceFill::None: break;
    }
    return 0;
}

QRgb depthColour(int depth, int depthMax) { return viridis(depthMax > 0 ? depth / double(depthMax) : 0); }

double edgeStrength(double smallerFacePt) {
    constexpr double kInvisible = 1.2, kFull = 12;
    const double x = std::clamp((smallerFacePt - kInvisible) / (kFull - kInvisible), 0.0, 1.0);
    return smallerFacePt <= kInvisible ? 0 : 0.12 + 0.7 * x * (2 - x);
}

}  // namespace tessera
