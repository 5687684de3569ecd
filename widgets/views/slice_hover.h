// SPDX-License-Identifier: GPL-3.0-or-later
// What is known about one point of a slice. Cheap: a look-up and one affine map, fit for every mouse move.
#pragma once

#include <QImage>
#include <QPainter>
#include <vector>

#include "widgets/scenes/slice_scene.h"
#include "widgets/views/slice_computation.h"

namespace tessera {

struct SliceHover {
    bool isValid = false;  // false: not over the plot, or nothing known there
    Eigen::Vector2d point = {0, 0};
    bool isExact = false;
    int label = -1;
    double confidence = 0;
    std::vector<std::pair<int, double>>
        logits;  // largest first, at most five; exact only. Of a single logit: label 1
    std::int32_t face = -1;
    double area = 0, slopeNorm = 0;
    int depth = 0;
    QString depthName;  // of the deepest layer that cuts this face
    std::uint64_t pattern = 0;
    QImage picture;  // the input there, denormalised; null if it is no image
};

SliceHover hoverAt(const SliceComputation& computation, const Workspace& workspace,
                   const Eigen::Vector2d& point);
// "0.312, −1.07" and so on, one fact a line; for the panel and for copying.
QString hoverText(const SliceHover& hover, const Workspace& workspace);

// A card beside the pointer, inside `bounds`; lengths in points.
void paintHoverCard(QPainter& painter, const SliceHover& hover, const SliceScene& scene,
                    const SliceStyle& style, const QPointF& pointer, const QRectF& bounds);

}  // namespace tessera
