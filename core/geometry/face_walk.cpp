// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/face_walk.h"

#include <algorithm>
#include <utility>

namespace tessera {
namespace {

// Work (roughly, multiplications) between two looks at the clock: well under a millisecond.
constexpr std::int64_t kWorkPerLook = 1'000'000;

}  // namespace

FaceWalk::FaceWalk(const PreparedChain& chain, const WalkSettings& settings, WalkMonitor& monitor)
    : chain_(chain), settings_(settings), monitor_(monitor) {
    for (const auto& stage : chain.stages) {
        widest_ = std::max({widest_, stage.padded, paddedToPack(stage.lines.size())});
    }
    low_ = PackedDoubles(widest_);
    high_ = PackedDoubles(widest_);
    look_ = PackedDoubles(widest_);
    gates_ = PackedDoubles(kBatch * widest_);
    shifts_ = PackedDoubles(kBatch * widest_);
    terms_.resize(widest_);
    batchTerms_.resize(widest_);
    rooms_.resize(chain.stages.size());
    for (std::size_t s = 0; s < rooms_.size(); ++s) {
        rooms_[s].forms = PackedDoubles(kBatch * 3 * chain.stages[s].padded);
    }
}

void FaceWalk::walkWindow(const std::vector<WalkVertex>& window, WalkOutput& output,
                          std::vector<WalkTask>& tasks) {
    output_ = &output;
    tasks_ = &tasks;
    offLimit_ = std::numeric_limits<double>::infinity();
    output.regionsAfter.assign(chain_.stages.size(), 0);
    const int count = static_cast<int>(window.size());
    FaceCorner* const corners = arena_.allocate<FaceCorner>(count);
    for (int i = 0; i < count; ++i) {
        corners[i] = {window[i].x, window[i].y, i, i, (i + 1) % count, -2};
        output.vertices.push(window[i]);
    }
    arrive(0, {corners, count, chain_.firstForms.data(), 0, std::max(settings_.reachX, settings_.reachY), 0});
    emptyRooms();
    output.stopped = stopped_;
}

void FaceWalk::walkTask(const WalkTask& task, std::int32_t firstVertex, WalkOutput& output) {
    output_ = &output;
    tasks_ = nullptr;
    table_.clear();
    stopped_ = false;
    offLimit_ = std::numeric_limits<double>::infinity();
    output.firstVertex = firstVertex;
    output.regionsAfter.assign(chain_.stages.size(), 0);
    arena_.release({0, 0});
    const int count = static_cast<int>(task.corners.size());
    FaceCorner* const corners = arena_.allocate<FaceCorner>(count);
    std::copy(task.corners.begin(), task.corners.end(), corners);
    // Any side but the window's own may border another task.
    for (int i = 0; i < count; ++i) corners[i].side |= corners[i].label() >= 0 ? 1 : 0;
    double* const sums = arena_.allocate<double>(task.sums.size());
    std::copy(task.sums.begin(), task.sums.end(), sums);
    Node node{task.stage, 0,    corners,   count,     allocateLines(task.lineIds.size()),
              sums,       true, task.hash, task.reach};
    node.lines.count = static_cast<int>(task.lineIds.size());
    std::copy(task.lineA.begin(), task.lineA.end(), node.lines.a);
    std::copy(task.lineB.begin(), task.lineB.end(), node.lines.b);
    std::copy(task.lineC.begin(), task.lineC.end(), node.lines.c);
    std::copy(task.lineTolerance.begin(), task.lineTolerance.end(), node.lines.tolerance);
    std::copy(task.lineIds.begin(), task.lineIds.end(), node.lines.id);
    fillLastPack(node.lines);
    cut(node);
    emptyRooms();
    output.stopped = stopped_;
}

bool FaceWalk::spend(std::size_t work) {
    work_ += static_cast<std::int64_t>(work);
    if (work_ > kWorkPerLook) {
        work_ = 0;
        stopped_ = stopped_ || monitor_.mustStop();
    }
    return !stopped_;
}

FaceWalk::Lines FaceWalk::allocateLines(std::size_t capacity) {
    const std::size_t padded = paddedToPack(std::max<std::size_t>(capacity, 1));
    double* const at = arena_.allocate<double>(4 * padded);
    return {at, at + padded, at + 2 * padded, at + 3 * padded, arena_.allocate<std::int32_t>(padded), 0};
}

// Whole packs are tested, so the last one must hold numbers.
void FaceWalk::fillLastPack(Lines& lines) {
    const std::size_t end = paddedToPack(lines.count);
    for (std::size_t i = lines.count; i < end; ++i) lines.a[i] = lines.b[i] = lines.c[i] = 0;
}

// `ratio`: distance of the nearest corner from a line, in units of the tolerance.
void FaceWalk::noteMargin(double ratio) {
    output_->margins.note(ratio, 1);
    if (ratio == output_->margins.smallestOff)
        offLimit_ = ratio * settings_.tolerance * ratio * settings_.tolerance;
}

void FaceWalk::cut(Node& node) {
    if (node.lines.count == 0) {
        arrive(node.stage + 1,
               {node.corners, node.cornerCount, node.sums, node.hash, node.reach, node.level});
        return;
    }
    if (tasks_ && node.level >= settings_.taskLevel) {
        handOut(node);
        return;
    }
    if (!spend(64 + 16 * node.lines.count)) return;
    const BumpArena::Mark mark = arena_.mark();
    FaceCorner* const above = arena_.allocate<FaceCorner>(node.cornerCount + 2);
    FaceCorner* const below = arena_.allocate<FaceCorner>(node.cornerCount + 2);
    int aboveCount = 0, belowCount = 0;
    split(node, above, aboveCount, below, belowCount);
    descend(node, true, false, above, aboveCount);
    descend(node, false, true, below, belowCount);
    arena_.release(mark);
}

void FaceWalk::emit(const FaceCorner* corners, int cornerCount, const double* forms, std::uint64_t hash) {
    if (static_cast<std::int64_t>(output_->hash.size()) >= settings_.maxFaces) {
        stopped_ = true;
        return;
    }
    output_->faceSize.push(cornerCount);
    std::int32_t* const vertices = output_->faceVertices.extend(cornerCount);
    std::int32_t* const labels = output_->sideLabels.extend(cornerCount);
    for (int i = 0; i < cornerCount; ++i) {
        vertices[i] = corners[i].vertex;
        labels[i] = corners[i].label();
    }
    output_->hash.push(hash);
    const std::size_t padded = paddedToPack(chain_.outputs);
    double* const out = output_->forms.extend(3 * static_cast<std::size_t>(chain_.outputs));
    for (std::int32_t k = 0; k < chain_.outputs; ++k) {
        out[3 * k] = forms[k];
        out[3 * k + 1] = forms[padded + k];
        out[3 * k + 2] = forms[2 * padded + k];
    }
}

void FaceWalk::handOut(const Node& node) {
    WalkTask& task = tasks_->emplace_back();
    const Lines& lines = node.lines;
    task.stage = node.stage;
    task.corners.assign(node.corners, node.corners + node.cornerCount);
    task.lineA.assign(lines.a, lines.a + lines.count);
    task.lineB.assign(lines.b, lines.b + lines.count);
    task.lineC.assign(lines.c, lines.c + lines.count);
    task.lineTolerance.assign(lines.tolerance, lines.tolerance + lines.count);
    task.lineIds.assign(lines.id, lines.id + lines.count);
    task.sums.assign(node.sums, node.sums + 3 * chain_.stages[node.stage].nextPadded);
    task.hash = node.hash;
    task.reach = node.reach;
}

}  // namespace tessera
