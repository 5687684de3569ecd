// SPDX-License-Identifier: GPL-3.0-or-later
// Faces entering a stage: which units cut them, and the product with the weights of those that do not.
#include <algorithm>
#include <bit>
#include <cmath>

#include "core/geometry/face_walk.h"

namespace tessera {
namespace {

// Values below this fraction of the terms they were summed from are rounding: such a unit vanishes on the
// face.
constexpr double kRounding = 0x1p-48;

}  // namespace

// A face at the door of a stage, its forms there known. Faces are let in by the batch where that saves
// reading weights.
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

// Faces whose forms at this stage are known: finds the units that cut each, sums up what the others hand on,
// cuts.
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
        node = {stageIndex,
                arrival.level,
                arrival.corners,
                arrival.cornerCount,
                allocateLines(stage.lines.size()),
                sums + f * 3 * stage.nextPadded,
                true,
                arrival.hash,
                0};
        node.hash ^= sortUnits(stage, arrival, node.lines, gates_.data() + f * widest_,
                               shifts_.data() + f * widest_, node.reach);
        fillLastPack(node.lines);
    }
    if (!stopped_) {
        sumDecided(stage, arrivals, count, sums);
        for (std::size_t f = 0; f < count; ++f) cut(nodes[f]);
    }
    arena_.release(mark);
}

// Which units of a stage cut a face (they join `lines`), and what each hands on apart from them: gate * form
// + shift. Returns the hash of those decided.
std::uint64_t FaceWalk::sortUnits(const PreparedStage& stage, const Arrival& arrival, Lines& lines,
                                  double* gates, double* shifts, double& reach) {
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
        if (nearest >= 0 && nearest * nearest >= offLimit_ * square) [[likely]]
            return above;
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
        ReluSides sides = reluSides(arrival.forms, padded, arrival.corners, arrival.cornerCount,
                                    stage.keys.data(), offLimit_, settings_.reachX, settings_.reachY,
                                    low_.data(), high_.data(), gates, look_.data());
        const double* const look = look_.data();
        for (std::int32_t first = 0; first < stage.units; first += kPack) {
            std::int64_t signs = 0;
            for (std::size_t i = 0; i < kPack; ++i) signs |= std::bit_cast<std::int64_t>(look[first + i]);
            if (signs >= 0) [[likely]]
                continue;
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
    reach =
        stage.steepest * formReach(arrival.forms, padded, settings_.reachX, settings_.reachY) + stage.highest;
    return hash;
}

// The next stage's forms as far as decided units go, for `count` faces.
void FaceWalk::sumDecided(const PreparedStage& stage, const Arrival* arrivals, std::size_t count,
                          double* sums) {
    const std::size_t padded = stage.padded, nextPadded = stage.nextPadded;
    const auto column = [&](std::int32_t i) { return stage.columns.data() + i * nextPadded; };
    if (count < kBatch || stage.nextUnits <= kFewUnits) {
        for (std::size_t f = 0; f < count; ++f) {
            const double *const a = arrivals[f].forms, *const b = a + padded, *const c = b + padded;
            const double *const gates = gates_.data() + f * widest_, *const shifts =
                                                                         shifts_.data() + f * widest_;
            double* const target = sums + f * 3 * nextPadded;
            if (stage.nextUnits <= kFewUnits) {
                std::fill(target, target + 3 * nextPadded, 0.0);
                addRows(stage.nextBias.data(), target, stage.nextUnits, nextPadded, stage.rows.data(), a,
                        padded, gates, shifts);
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

}  // namespace tessera
