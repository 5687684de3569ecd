// SPDX-License-Identifier: GPL-3.0-or-later
// What the colours, lines and marks of a slice mean.
#pragma once

#include <QPainter>
#include <vector>

#include "widgets/scenes/scene_text.h"
#include "widgets/scenes/slice_scene.h"

namespace tessera {

struct LegendEntry {
    enum class Kind {
        Heading,
        Swatch,
        ConfidenceRamp,
        ColourBar,
        BoundaryLine,
        EdgeLine,
        AnchorMark,
        SampleMark,
        Note
    };
    Kind kind = Kind::Note;
    QString text;
    QColor colour = {};
    QString low = {}, high = {};  // ends of a bar
    int rank = 0;                 // of a class: 0 is the last to be left out
};

class SliceLegend {
  public:
    SliceLegend() = default;
    // `visible`: the classes that the picture shows, in order of importance.
    SliceLegend(const SliceScene& scene, const SliceStyle& style, const std::vector<int>& visible);

    // The width that any legend of this scene may need, whatever its fill and results: a view keeps that
    // column free.
    static double reservedWidth(const SliceScene& scene, const SliceStyle& style);

    bool isEmpty() const { return entries_.empty(); }
    double width(const SliceStyle& style) const;
    double height(const SliceStyle& style) const;
    // Leaves out classes from the end ("+ 12 more") until it is no taller than `height`; false if even the
    // rest is.
    bool fit(const SliceStyle& style, double height);
    void paint(QPainter& painter, const SliceScene& scene, const SliceStyle& style, const QRectF& rect) const;
    const std::vector<LegendEntry>& entries() const { return entries_; }

  private:
    std::vector<LegendEntry> entries_;
    int hidden_ = 0;  // classes left out by fit()
};

}  // namespace tessera
