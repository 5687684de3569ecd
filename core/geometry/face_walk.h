// SPDX-License-Identifier: GPL-3.0-or-later
// The recursion of the depth-first engine: cuts a face by the units of one stage after the other and streams out the
// pieces. A walk can stop a few levels down and hand out what is left as tasks for other threads.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/geometry/bump_arena.h"
#include "core/geometry/crossing_table.h"
#include "core/geometry/form_kernels.h"
#include "core/geometry/prepared_chain.h"

namespace tessera {

// An append-only array without initialisation.
template <typename T>
class Stream {
  public:
    T* extend(std::size_t count) {
        if (size_ + count > capacity_) {
            capacity_ = std::max(size_ + count, 2 * capacity_);
            std::unique_ptr<T[]> larger(new T[capacity_]);
            std::copy(data_.get(), data_.get() + size_, larger.get());
            data_ = std::move(larger);
        }
        size_ += count;
        return data_.get() + size_ - count;
    }
    void push(const T& value) { *extend(1) = value; }
    std::size_t size() const { return size_; }
    const T& operator[](std::size_t i) const { return data_[i]; }
    const T* begin() const { return data_.get(); }
    const T* end() const { return data_.get() + size_; }

  private:
    std::unique_ptr<T[]> data_;
    std::size_t size_ = 0, capacity_ = 0;
};

struct WalkVertex {
    double x, y;  // relative to formOrigin
};
// A vertex on a side that a face of another task may share.
struct SharedVertex {
    std::int32_t vertex;
    CrossingKey key{0, 0, 0};
};

// What one walk produced. Vertex ids below firstVertex belong to the walk that made the task.
struct WalkOutput {
    std::int32_t firstVertex = 0;
    Stream<WalkVertex> vertices;
    Stream<SharedVertex> shared;
    Stream<std::int32_t> faceSize, faceVertices, sideLabels;
    Stream<std::uint64_t> hash;
    Stream<double> forms;
    std::vector<std::int64_t> regionsAfter;
    double smallestOff = std::numeric_limits<double>::infinity(), largestOn = 0;  // in units of the tolerance
    bool stopped = false;  // ended early
};

// A face part of the way through a stage: what a walk needs to go on from there.
struct WalkTask {
    std::int32_t stage = 0;
    std::vector<FaceCorner> corners;
    std::vector<double> lineA, lineB, lineC, lineTolerance;
    std::vector<std::int32_t> lineIds;
    std::vector<double> sums;
    std::uint64_t hash = 0;
    double reach = 0;
};

struct WalkSettings {
    double tolerance = 0;  // distance
    double reachX = 1, reachY = 1;  // of the window from formOrigin
    std::int64_t maxFaces = std::numeric_limits<std::int64_t>::max();  // of one walk
    int taskLevel = std::numeric_limits<int>::max();                   // splits before a face becomes a task
};

// Asked by every walk every few hundred microseconds of work.
class WalkMonitor {
  public:
    WalkMonitor(std::stop_token stop, double maxSeconds, Progress& progress);
    bool mustStop();
    void halt() { halted_.store(true, std::memory_order_relaxed); }
    void tasksDone(std::int64_t done, std::int64_t total);
    bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
    bool outOfTime() const { return outOfTime_.load(std::memory_order_relaxed); }

  private:
    using Clock = std::chrono::steady_clock;
    std::stop_token stop_;
    Progress& progress_;
    Clock::time_point start_ = Clock::now();
    double maxSeconds_;
    std::atomic<bool> halted_{false}, cancelled_{false}, outOfTime_{false};
    std::atomic<std::int64_t> done_{0}, total_{0}, nextReport_{100};  // milliseconds since start
};

class FaceWalk {
  public:
    FaceWalk(const PreparedChain& chain, const WalkSettings& settings, WalkMonitor& monitor);

    // From the window (corners relative to formOrigin, counter-clockwise); faces at taskLevel are added to `tasks`.
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
