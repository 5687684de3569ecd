// SPDX-License-Identifier: GPL-3.0-or-later
// What a walk is told, what it streams out, and the tasks it hands on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "core/geometry/crossing_table.h"
#include "core/geometry/form_kernels.h"
#include "core/geometry/line_margins.h"

namespace tessera {

// An append-only array without initialisation.
template <typename T>
class Stream {
  public:
    T* extend(std::size_t count) {
        if (size_ + count > capacity_) {
            capacity_ = std::max({size_ + count, 2 * capacity_, kFirst});
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
    static constexpr std::size_t kFirst = 64;
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
    OnOffMargins margins;  // in units of the tolerance
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
    double tolerance = 0;                                              // distance
    double reachX = 1, reachY = 1;                                     // of the window from formOrigin
    std::int64_t maxFaces = std::numeric_limits<std::int64_t>::max();  // of one walk
    int taskLevel = std::numeric_limits<int>::max();                   // splits before a face becomes a task
};

}  // namespace tessera
