// SPDX-License-Identifier: GPL-3.0-or-later
// Which of two shapes on the page hides the other, and cutting them where neither does.
#pragma once

#include "widgets/scenes/volume_order.h"

namespace tessera {

std::vector<PageItem> pageItems(const PageShapes& shapes, const VolumeSight& sight);

enum class ItemRelation { Apart, FirstBehind, FirstBefore, Cutting };
// `scratch` saves memory between calls; afterwards it holds where the two overlap.
ItemRelation relationOf(const PageItem& first, const PageItem& second, double keyTolerance,
                        std::vector<Eigen::Vector2d>& scratch);

// Keeps of `item` the part where normal . p <= offset on the page and gives the rest; nothing, and `item` as
// it was, if one of the two would be too small to be seen.
std::optional<PageItem> cutItem(PageItem& item, const PageShapes& shapes, const Eigen::Vector2d& normal,
                                double offset);

double polygonArea(const std::vector<Eigen::Vector2d>& polygon);

// Pairs (i < j) whose bounding boxes overlap, as lists of the others of each.
std::vector<std::vector<std::int32_t>> neighboursOnPage(const std::vector<PageItem>& items);

}  // namespace tessera
