// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/face_walk.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace tessera {
namespace {

// Values below this fraction of the terms they were summed from are rounding: such a unit vanishes on the face.
constexpr double kRounding = 0x1p-48;
// Work (roughly, multiplications) between two looks at the clock: well under a millisecond.
constexpr std::int64_t kWorkPerLook = 1'000'000;

std::int32_t labelOf(const FaceCorner& corner) { return corner.side >> 1; }
bool isShared(const FaceCorner& corner) { return corner.side & 1; }

}  // namespace

WalkMonitor::WalkMonitor(std::stop_token stop, double maxSeconds, Progress& progress)
    : stop_(std::move(stop)), progress_(progress), maxSeconds_(maxSeconds) {}

bool WalkMonitor::mustStop() {
    if (halted_.load(std::memory_order_relaxed)) return true;
    if (stop_.stop_requested()) {
        cancelled_.store(true, std::memory_order_relaxed);
        halt();
        return true;
    }
    const auto elapsed = Clock::now() - start_;
    if (maxSeconds_ > 0 && std::chrono::duration<double>(elapsed).count() > maxSeconds_) {
        outOfTime_.store(true, std::memory_order_relaxed);
        halt();
        return true;
    }
    const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
    std::int64_t due = nextReport_.load(std::memory_order_relaxed);
    if (now >= due && nextReport_.compare_exchange_strong(due, now + 100, std::memory_order_relaxed)) {
        progress_.report(done_.load(std::memory_order_relaxed), total_.load(std::memory_order_relaxed),
                         "cutting regions");
    }
    return false;
}

void WalkMonitor::tasksDone(std::int64_t done, std::int64_t total) {
    done_.store(done, std::memory_order_relaxed);
    total_.store(total, std::memory_order_relaxed);
}

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

void FaceWalk::walkWindow(const std::vector<WalkVertex>& window, WalkOutput& output, std::vector<WalkTask>& tasks) {
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
    for (int i = 0; i < count; ++i) corners[i].side |= labelOf(corners[i]) >= 0 ? 1 : 0;
    double* const sums = arena_.allocate<double>(task.sums.size());
    std::copy(task.sums.begin(), task.sums.end(), sums);
    Node node{task.stage, 0, corners, count, allocateLines(task.lineIds.size()), sums, true, task.hash,
              task.reach};
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
    if (ratio > 1) {
        if (ratio < output_->smallestOff) {
            output_->smallestOff = ratio;
            offLimit_ = ratio * settings_.tolerance * ratio * settings_.tolerance;
        }
    } else if (ratio > output_->largestOn) {
        output_->largestOn = ratio;
    }
}

// A face at the door of a stage, its forms there known. Faces are let in by the batch where that saves reading weights.
void FaceWalk::arrive(std::int32_t stageIndex, const Arrival& arrival) {
    if (stageIndex > 0) ++output_->regionsAfter[stageIndex - 1];
    if (stageIndex == static_cast<std::int32_t>(chain_.stages.size())) {
        emit(arrival.corners, arrival.cornerCount, arrival.forms, arrival.hash);
        return;
    }
    const PreparedStage& stage = chain_.stages[stageIndex];
    if (stage.nextUnits <= kFewUnits) {
        enter(stageIndex, &arrival, 1);
        return;
    }
    WaitingRoom& room = rooms_[stageIndex];
    const std::size_t place = room.count++;
    room.corners[place].assign(arrival.corners, arrival.corners + arrival.cornerCount);
    double* const forms = room.forms.data() + place * 3 * stage.padded;
    std::copy(arrival.forms, arrival.forms + 3 * stage.padded, forms);
    room.arrivals[place] = arrival;
    room.arrivals[place].corners = room.corners[place].data();
    room.arrivals[place].forms = forms;
    if (room.count < kBatch) return;
    enter(stageIndex, room.arrivals, room.count);
    room.count = 0;
}

// Lets in what is still waiting, early stages first since they send more faces on.
void FaceWalk::emptyRooms() {
    for (std::size_t s = 0; s < rooms_.size(); ++s) {
        if (rooms_[s].count == 0) continue;
        enter(static_cast<std::int32_t>(s), rooms_[s].arrivals, rooms_[s].count);
        rooms_[s].count = 0;
    }
}

// Faces whose forms at this stage are known: finds the units that cut each, sums up what the others hand on, cuts.
void FaceWalk::enter(std::int32_t stageIndex, const Arrival* arrivals, std::size_t count) {
    const PreparedStage& stage = chain_.stages[stageIndex];
    const BumpArena::Mark mark = arena_.mark();
    double* const sums = arena_.allocate<double>(kBatch * 3 * stage.nextPadded);
    Node nodes[kBatch];
    for (std::size_t f = 0; f < count; ++f) {
        if (!spend(3 * stage.nextPadded * stage.units)) break;
        const Arrival& arrival = arrivals[f];
        for (int i = 0; i < arrival.cornerCount; ++i) {
            arrival.corners[i].base0 = arrival.corners[i].vertex;
            arrival.corners[i].base1 = arrival.corners[i + 1 == arrival.cornerCount ? 0 : i + 1].vertex;
        }
        Node& node = nodes[f];
        node = {stageIndex, arrival.level, arrival.corners, arrival.cornerCount, allocateLines(stage.lines.size()),
                sums + f * 3 * stage.nextPadded, true, arrival.hash, 0};
        node.hash ^= sortUnits(stage, arrival, node.lines, gates_.data() + f * widest_, shifts_.data() + f * widest_,
                               node.reach);
        fillLastPack(node.lines);
    }
    if (!stopped_) {
        sumDecided(stage, arrivals, count, sums);
        for (std::size_t f = 0; f < count; ++f) cut(nodes[f]);
    }
    arena_.release(mark);
}

// Which units of a stage cut a face (they join `lines`), and what each hands on apart from them: gate * form + shift.
// Returns the hash of those decided.
std::uint64_t FaceWalk::sortUnits(const PreparedStage& stage, const Arrival& arrival, Lines& lines, double* gates,
                                  double* shifts, double& reach) {
    const std::size_t padded = stage.padded;
    const double *const a = arrival.forms, *const b = a + padded, *const c = b + padded;
    const double *const low = low_.data(), *const high = high_.data();
    const double tolerance = settings_.tolerance;
    // Is unit i above this knot on the whole face? If it is on both sides, the line joins `lines`.
    const auto decide = [&](std::int32_t i, double knot, std::int32_t id) {
        const double least = low[i] - knot, most = high[i] - knot;
        const bool above = most > -least;
        const double nearest = above ? least : -most;  // negative: corners on both sides
        const double square = a[i] * a[i] + b[i] * b[i];
        if (nearest >= 0 && nearest * nearest >= offLimit_ * square) [[likely]] return above;
        const double allowed = tolerance * std::sqrt(square);
        if (nearest >= -allowed) {
            if (allowed > 0) noteMargin(std::abs(nearest) / allowed);
            return above;
        }
        const double rounding =
            kRounding * (stage.rowSize.data()[i] * arrival.inputReach + stage.biasSize.data()[i]);
        if (std::max(most, -least) <= rounding) return false;  // vanishes here
        const int at = lines.count++;
        lines.a[at] = a[i];
        lines.b[at] = b[i];
        lines.c[at] = c[i] - knot;
        lines.tolerance[at] = allowed;
        lines.id[at] = id;
        return false;
    };
    if (stage.relu) {
        ReluSides sides = reluSides(arrival.forms, padded, arrival.corners, arrival.cornerCount, stage.keys.data(),
                                    offLimit_, settings_.reachX, settings_.reachY, low_.data(), high_.data(), gates,
                                    look_.data());
        const double* const look = look_.data();
        for (std::int32_t first = 0; first < stage.units; first += kPack) {
            std::int64_t signs = 0;
            for (std::size_t i = 0; i < kPack; ++i) signs |= std::bit_cast<std::int64_t>(look[first + i]);
            if (signs >= 0) [[likely]] continue;
            const std::int32_t end = std::min<std::int32_t>(first + kPack, stage.units);
            for (std::int32_t i = first; i < end; ++i) {
                if (!(look[i] < 0)) continue;
                const bool above = decide(i, 0, i);
                if (above != (gates[i] != 0)) sides.hash ^= stage.keys.data()[i];
                gates[i] = above;
            }
        }
        std::fill_n(shifts, padded, 0.0);
        reach = sides.reach;
        return sides.hash;
    }
    formRanges(a, b, c, padded, arrival.corners, arrival.cornerCount, low_.data(), high_.data());
    std::uint64_t hash = 0;
    for (std::int32_t i = 0; i < stage.units; ++i) {
        std::int32_t piece = 0;
        for (std::int32_t id = stage.lineBegin[i]; id < stage.lineBegin[i + 1]; ++id) {
            if (!decide(i, stage.lines[id].knot, id)) continue;
            piece = stage.lines[id].piece;
            hash ^= stage.lines[id].key;
        }
        gates[i] = stage.slopes[piece * stage.units + i];
        shifts[i] = stage.intercepts[piece * stage.units + i];
    }
    for (std::size_t i = stage.units; i < padded; ++i) gates[i] = shifts[i] = 0;
    reach = stage.steepest * formReach(arrival.forms, padded, settings_.reachX, settings_.reachY) + stage.highest;
    return hash;
}

// The next stage's forms as far as decided units go, for `count` faces.
void FaceWalk::sumDecided(const PreparedStage& stage, const Arrival* arrivals, std::size_t count, double* sums) {
    const std::size_t padded = stage.padded, nextPadded = stage.nextPadded;
    const auto column = [&](std::int32_t i) { return stage.columns.data() + i * nextPadded; };
    if (count < kBatch || stage.nextUnits <= kFewUnits) {
        for (std::size_t f = 0; f < count; ++f) {
            const double *const a = arrivals[f].forms, *const b = a + padded, *const c = b + padded;
            const double *const gates = gates_.data() + f * widest_, *const shifts = shifts_.data() + f * widest_;
            double* const target = sums + f * 3 * nextPadded;
            if (stage.nextUnits <= kFewUnits) {
                std::fill(target, target + 3 * nextPadded, 0.0);
                addRows(stage.nextBias.data(), target, stage.nextUnits, nextPadded, stage.rows.data(), a, padded, gates,
                        shifts);
                continue;
            }
            std::size_t terms = 0;
            for (std::int32_t i = 0; i < stage.units; ++i) {
                terms_[terms] = {column(i), gates[i] * a[i], gates[i] * b[i], gates[i] * c[i] + shifts[i]};
                terms += gates[i] != 0 || shifts[i] != 0;
            }
            addColumns(stage.nextBias.data(), target, nextPadded, terms_.data(), terms);
        }
        return;
    }
    std::size_t terms = 0;
    for (std::int32_t i = 0; i < stage.units; ++i) {
        BatchTerm& term = batchTerms_[terms];
        term.column = column(i);
        bool any = false;
        for (std::size_t f = 0; f < kBatch; ++f) {
            const double gate = gates_.data()[f * widest_ + i], shift = shifts_.data()[f * widest_ + i];
            const double* const form = arrivals[f].forms + i;
            term.forms[3 * f] = gate * form[0];
            term.forms[3 * f + 1] = gate * form[padded];
            term.forms[3 * f + 2] = gate * form[2 * padded] + shift;
            any |= gate != 0 || shift != 0;
        }
        terms += any;
    }
    addColumnsBatch(stage.nextBias.data(), sums, nextPadded, batchTerms_.data(), terms);
}

void FaceWalk::cut(Node& node) {
    if (node.lines.count == 0) {
        arrive(node.stage + 1, {node.corners, node.cornerCount, node.sums, node.hash, node.reach, node.level});
        return;
    }
    if (node.level >= settings_.taskLevel) {
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

// Cuts the face by its first line. Corners within the tolerance lie on the line and become corners of both parts.
void FaceWalk::split(const Node& node, FaceCorner* above, int& aboveCount, FaceCorner* below, int& belowCount) {
    const int count = node.cornerCount;
    const FaceCorner* const corners = node.corners;
    const double a = node.lines.a[0], b = node.lines.b[0], c = node.lines.c[0], tolerance = node.lines.tolerance[0];
    const std::int32_t label = chain_.stages[node.stage].firstLabel + node.lines.id[0];
    const BumpArena::Mark mark = arena_.mark();
    double* const values = arena_.allocate<double>(count);
    int most = 0, least = 0;
    const double offLimit = output_->smallestOff * tolerance;
    for (int i = 0; i < count; ++i) {
        values[i] = a * corners[i].x + (b * corners[i].y + c);
        if (values[i] > values[most]) most = i;
        if (values[i] < values[least]) least = i;
        if (std::abs(values[i]) < offLimit) noteMargin(std::abs(values[i]) / tolerance);
    }
    // On a convex face the values fall from `most` to `least` and rise again, so there is one way out and one way in.
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
    if (tasks_ || isShared(from)) output_->shared.push({next, key});
    return {vertex.x, vertex.y, next, from.base0, from.base1, from.side};
}

// Goes on with one part of a face cut by its first line: which of the other lines still cut it, and what is decided.
void FaceWalk::descend(const Node& parent, bool above, bool last, FaceCorner* corners, int cornerCount) {
    const PreparedStage& stage = chain_.stages[parent.stage];
    const Lines& from = parent.lines;
    const BumpArena::Mark mark = arena_.mark();
    Node child{parent.stage, parent.level + 1, corners, cornerCount, {}, parent.sums, last && parent.ownsSums,
               parent.hash, parent.reach};
    std::size_t termCount = 0;
    const auto settle = [&](int i) {
        const PreparedLine& line = stage.lines[from.id[i]];
        child.hash ^= line.key;
        terms_[termCount++] = {stage.columns.data() + line.unit * stage.nextPadded, line.bend * from.a[i],
                               line.bend * from.b[i], line.bend * from.c[i]};
    };
    if (above) settle(0);
    if (from.count > 1) {
        formRanges(from.a, from.b, from.c, paddedToPack(from.count), corners, cornerCount, low_.data(), high_.data());
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
            if (nearest < output_->smallestOff * tolerance) noteMargin(nearest / tolerance);
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
        labels[i] = labelOf(corners[i]);
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
