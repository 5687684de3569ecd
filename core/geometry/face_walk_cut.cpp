// SPDX-License-Identifier: GPL-3.0-or-later
// Faces within a stage: cutting one by a line, and what of the other lines is left on either side.
#include <algorithm>
#include <cmath>

#include "core/geometry/face_walk.h"

namespace tessera {

// Cuts the face by its first line. Corners within the tolerance lie on the line and become corners of both
// parts.
void FaceWalk::split(const Node& node, FaceCorner* above, int& aboveCount, FaceCorner* below,
                     int& belowCount) {
    const int count = node.cornerCount;
    const FaceCorner* const corners = node.corners;
    const double a = node.lines.a[0], b = node.lines.b[0], c = node.lines.c[0],
                 tolerance = node.lines.tolerance[0];
    const std::int32_t label = chain_.stages[node.stage].firstLabel + node.lines.id[0];
    const BumpArena::Mark mark = arena_.mark();
    double* const values = arena_.allocate<double>(count);
    int most = 0, least = 0;
    const double offLimit = output_->margins.smallestOff * tolerance;
    for (int i = 0; i < count; ++i) {
        values[i] = a * corners[i].x + (b * corners[i].y + c);
        if (values[i] > values[most]) most = i;
        if (values[i] < values[least]) least = i;
        if (std::abs(values[i]) < offLimit) noteMargin(std::abs(values[i]) / tolerance);
    }
    // On a convex face the values fall from `most` to `least` and rise again, so there is one way out and one
    // way in.
    const auto after = [count](int i) { return i + 1 == count ? 0 : i + 1; };
    int leave = most, enter = least;
    while (after(leave) != least && values[after(leave)] > tolerance) leave = after(leave);
    while (after(enter) != most && values[after(enter)] <= tolerance) enter = after(enter);
    const int beyond = after(leave), first = after(enter);
    const bool outOnCorner = beyond != least && values[beyond] >= -tolerance;
    const bool inOnCorner = enter != least && values[enter] >= -tolerance;
    const FaceCorner out = outOnCorner ? corners[beyond]
                                       : crossing(corners[leave], corners[beyond],
                                                  values[leave] / (values[leave] - values[beyond]), label);
    const FaceCorner in = inOnCorner ? corners[enter]
                                     : crossing(corners[enter], corners[first],
                                                values[enter] / (values[enter] - values[first]), label);
    FaceCorner* to = above;
    *to++ = in;
    for (int i = first; i != beyond; i = after(i)) *to++ = corners[i];
    *to++ = {out.x, out.y, out.vertex, out.vertex, in.vertex, label * 2};
    aboveCount = static_cast<int>(to - above);
    to = below;
    *to++ = out;
    for (int i = outOnCorner ? after(beyond) : beyond; i != enter; i = after(i)) *to++ = corners[i];
    if (!inOnCorner) *to++ = corners[enter];
    *to++ = {in.x, in.y, in.vertex, in.vertex, out.vertex, label * 2};
    belowCount = static_cast<int>(to - below);
    arena_.release(mark);
}

// The corner that a line makes on the side from -> to; the rest of that side runs from it.
FaceCorner FaceWalk::crossing(const FaceCorner& from, const FaceCorner& to, double t, std::int32_t label) {
    const std::int32_t next = output_->firstVertex + static_cast<std::int32_t>(output_->vertices.size());
    const CrossingKey key(from.base0, from.base1, label);
    const std::int32_t known = table_.findOrAdd(key, next);
    if (known >= 0) {
        const WalkVertex& vertex = output_->vertices[known - output_->firstVertex];
        return {vertex.x, vertex.y, known, from.base0, from.base1, from.side};
    }
    const WalkVertex vertex{from.x + t * (to.x - from.x), from.y + t * (to.y - from.y)};
    output_->vertices.push(vertex);
    if (tasks_ || from.isShared()) output_->shared.push({next, key});
    return {vertex.x, vertex.y, next, from.base0, from.base1, from.side};
}

// Goes on with one part of a face cut by its first line: which of the other lines still cut it, and what is
// decided.
void FaceWalk::descend(const Node& parent, bool above, bool last, FaceCorner* corners, int cornerCount) {
    const PreparedStage& stage = chain_.stages[parent.stage];
    const Lines& from = parent.lines;
    const BumpArena::Mark mark = arena_.mark();
    Node child{parent.stage, parent.level + 1,        corners,     cornerCount, {},
               parent.sums,  last && parent.ownsSums, parent.hash, parent.reach};
    std::size_t termCount = 0;
    const auto settle = [&](int i) {
        const PreparedLine& line = stage.lines[from.id[i]];
        child.hash ^= line.key;
        terms_[termCount++] = {stage.columns.data() + line.unit * stage.nextPadded, line.bend * from.a[i],
                               line.bend * from.b[i], line.bend * from.c[i]};
    };
    if (above) settle(0);
    if (from.count > 1) {
        formRanges(from.a, from.b, from.c, paddedToPack(from.count), corners, cornerCount, low_.data(),
                   high_.data());
        child.lines = allocateLines(from.count - 1);
        Lines& to = child.lines;
        for (int i = 1; i < from.count; ++i) {
            const double least = low_.data()[i], most = high_.data()[i], tolerance = from.tolerance[i];
            if (least < -tolerance && most > tolerance) {
                to.a[to.count] = from.a[i];
                to.b[to.count] = from.b[i];
                to.c[to.count] = from.c[i];
                to.tolerance[to.count] = tolerance;
                to.id[to.count++] = from.id[i];
                continue;
            }
            const bool isAbove = most > -least;
            const double nearest = std::abs(isAbove ? least : most);
            if (nearest < output_->margins.smallestOff * tolerance) noteMargin(nearest / tolerance);
            if (isAbove) settle(i);
        }
        fillLastPack(to);
    }
    if (termCount > 0) {
        if (!child.ownsSums) child.sums = arena_.allocate<double>(3 * stage.nextPadded);
        child.ownsSums = true;
        addColumns(parent.sums, child.sums, stage.nextPadded, terms_.data(), termCount);
    }
    cut(child);
    arena_.release(mark);
}

}  // namespace tessera
