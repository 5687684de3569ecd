// SPDX-License-Identifier: GPL-3.0-or-later
// The recursion of the depth-first engine: cuts a face by the units of one stage after the other and streams
// out the pieces. A walk can stop a few levels down and hand out what is left as tasks for other threads.
#pragma once

#include <cstdint>
#include <vector>

#include "core/geometry/bump_arena.h"
#include "core/geometry/crossing_table.h"
#include "core/geometry/form_kernels.h"
#include "core/geometry/prepared_chain.h"
#include "core/geometry/walk_monitor.h"
#include "core/geometry/walk_output.h"

namespace tessera {

class FaceWalk {
  public:
    FaceWalk(const PreparedChain& chain, const WalkSettings& settings, WalkMonitor& monitor);

    // From the window (corners relative to formOrigin, counter-clockwise); faces at taskLevel are added to
    // `tasks`.
    void walkWindow(const std::vector<WalkVertex>& window, WalkOutput& output, std::vector<WalkTask>& tasks);
    // One task to its end. `firstVertex`: how many vertices the walk that made it has.
    void walkTask(const WalkTask& task, std::int32_t firstVertex, WalkOutput& output);

  private:
    struct Lines {  // those that cut the face; padded to whole packs
        double *a, *b, *c, *tolerance;
        std::int32_t* id;
        int count;
    };
    struct Node {
        std::int32_t stage;
        int level;
        FaceCorner* corners;
        int cornerCount;
        Lines lines;
        double* sums;   // the next stage's forms, as far as units are decided
        bool ownsSums;  // no other node reads them
        std::uint64_t hash;
        double reach;  // how large this stage's outputs get on the window
    };

    // A face at the door of a stage.
    struct Arrival {
        FaceCorner* corners;
        int cornerCount;
        const double* forms;
        std::uint64_t hash;
        double inputReach;
        int level;
    };
    // Arrivals kept until there are enough to multiply together.
    struct WaitingRoom {
        Arrival arrivals[kBatch];
        std::vector<FaceCorner> corners[kBatch];
        PackedDoubles forms;
        std::size_t count = 0;
    };

    void arrive(std::int32_t stage, const Arrival& arrival);
    void enter(std::int32_t stage, const Arrival* arrivals, std::size_t count);
    std::uint64_t sortUnits(const PreparedStage& stage, const Arrival& arrival, Lines& lines, double* gates,
                            double* shifts, double& reach);
    void sumDecided(const PreparedStage& stage, const Arrival* arrivals, std::size_t count, double* sums);
    void emptyRooms();
    void cut(Node& node);
    void descend(const Node& parent, bool above, bool last, FaceCorner* corners, int cornerCount);
    void split(const Node& node, FaceCorner* above, int& aboveCount, FaceCorner* below, int& belowCount);
    FaceCorner crossing(const FaceCorner& from, const FaceCorner& to, double t, std::int32_t label);
    void emit(const FaceCorner* corners, int cornerCount, const double* forms, std::uint64_t hash);
    void handOut(const Node& node);
    Lines allocateLines(std::size_t capacity);
    static void fillLastPack(Lines& lines);
    void noteMargin(double ratio);
    bool spend(std::size_t work);

    const PreparedChain& chain_;
    const WalkSettings settings_;
    WalkMonitor& monitor_;
    BumpArena arena_;
    CrossingTable table_;
    PackedDoubles low_, high_, look_, gates_, shifts_;
    std::size_t widest_ = kPack;
    std::vector<WaitingRoom> rooms_;  // per stage
    std::vector<BatchTerm> batchTerms_;
    std::vector<FormTerm> terms_;
    WalkOutput* output_ = nullptr;
    std::vector<WalkTask>* tasks_ = nullptr;
    double offLimit_ = 0;  // (smallestOff * tolerance)^2
    std::int64_t work_ = 0;
    bool stopped_ = false;
};

}  // namespace tessera
