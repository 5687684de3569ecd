// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/linear_head.h"

#include <algorithm>

namespace tessera {

Rows LinearHead::logits(ConstRows points) const {
    Rows logits(points.rows(), classes());
    logits.noalias() = points * weight.transpose();
    logits.rowwise() += bias.transpose();
    return logits;
}

HeadGeometry::HeadGeometry(const LinearHead& head)
    : gram(head.weight * head.weight.transpose()), distance(head.classes(), head.classes()) {
    for (std::int64_t i = 0; i < head.classes(); ++i)
        for (std::int64_t j = 0; j < head.classes(); ++j)
            distance(i, j) = (head.weight.row(i) - head.weight.row(j)).norm();
}

std::int32_t largestLogit(const double* logits, std::int64_t classes) {
    return static_cast<std::int32_t>(std::max_element(logits, logits + classes) - logits);
}

std::int32_t largestOther(const double* logits, std::int64_t classes, std::int32_t than) {
    std::int32_t best = than == 0 ? 1 : 0;
    for (std::int32_t j = best + 1; j < classes; ++j)
        if (j != than && logits[j] > logits[best]) best = j;
    return best;
}

std::int32_t smallestOther(const double* logits, std::int64_t classes, std::int32_t than) {
    std::int32_t best = than == 0 ? 1 : 0;
    for (std::int32_t j = best + 1; j < classes; ++j)
        if (j != than && logits[j] < logits[best]) best = j;
    return best;
}

}  // namespace tessera
