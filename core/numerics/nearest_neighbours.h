// SPDX-License-Identifier: GPL-3.0-or-later
// Exact k nearest neighbours in float64. A matrix product finds candidates, with a margin for its rounding;
// distances of those are then summed directly, so that duplicates are at exactly 0, small distances keep
// their digits, and the answer does not depend on blocks or threads. Equal distances: the lowest index first.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/geometry/worker_team.h"
#include "core/numerics/rows.h"

namespace tessera {

inline constexpr std::int32_t kAnyClass = -1;
inline constexpr double kSelfDistance = 1e-12;  // up to here a neighbour may be the query itself

// Reference points by class. Values must be finite: callers refuse others with a sentence that names the row.
class NeighbourPool {
  public:
    // Copies the rows; those of a class outside [0, classCount) are left out.
    NeighbourPool(ConstRows points, std::span<const std::int32_t> classes, int classCount);

    std::int64_t size() const { return points_.rows(); }
    std::int64_t width() const { return points_.cols(); }
    int classCount() const { return static_cast<int>(begin_.size()) - 1; }
    std::int64_t count(std::int32_t ofClass) const { return range(ofClass).second - range(ofClass).first; }
    std::int64_t largestClass() const;  // its count
    // First and last + 1 place of a class, in which points lie in the order they were given.
    std::pair<std::int64_t, std::int64_t> range(std::int32_t ofClass) const;
    const Rows& points() const { return points_; }  // by place
    double squaredNorm(std::int64_t place) const { return norms_[place]; }
    double largestSquaredNorm() const { return largestNorm_; }
    // Row of the matrix that the pool was made from, and the way back.
    std::int64_t index(std::int64_t place) const { return index_[static_cast<std::size_t>(place)]; }
    std::int64_t placeOf(std::int64_t index) const { return place_[static_cast<std::size_t>(index)]; }

  private:
    Rows points_;
    Eigen::VectorXd norms_;
    double largestNorm_ = 0;
    std::vector<std::int64_t> index_, place_, begin_;
};

// Row-major queries x k, nearest first.
struct Neighbours {
    int k = 0;
    std::vector<double> distance;     // +inf: the class has fewer
    std::vector<std::int64_t> index;  // of the row that the pool was made from; -1: none
    std::span<const double> distances(std::int64_t query) const {
        return std::span(distance).subspan(static_cast<std::size_t>(query * k), static_cast<std::size_t>(k));
    }
    std::span<const std::int64_t> indices(std::int64_t query) const {
        return std::span(index).subspan(static_cast<std::size_t>(query * k), static_cast<std::size_t>(k));
    }
};

// One thread's search, which keeps its scratch between calls.
class NeighbourSearch {
  public:
    explicit NeighbourSearch(const NeighbourPool& pool) : pool_(pool) {}
    // The nearest of one class, or of kAnyClass, to each of a few dozen queries: queries x k numbers each.
    void find(ConstRows queries, std::int32_t ofClass, int k, double* distance, std::int64_t* index);

  private:
    using Candidate = std::pair<double, std::int64_t>;  // squared distance, place
    struct Shortlist {
        std::vector<Candidate> candidates;
        double bound = 0, slack = 0;  // candidates above the bound are out; rounding of a squared distance
        std::size_t most = 0;         // before it is cut down again
    };
    static void cutDown(Shortlist& list, std::size_t k);

    const NeighbourPool& pool_;
    Rows products_;
    std::vector<Shortlist> lists_;
};

// Of many queries, `ofClass` one class for each (empty: kAnyClass for all). Where `hasSelf` is set, one
// neighbour within kSelfDistance is left out: the query is itself in the pool.
Result<Neighbours> nearestNeighbours(const NeighbourPool& pool, ConstRows queries,
                                     std::span<const std::int32_t> ofClass, int k,
                                     std::span<const unsigned char> hasSelf, WorkerTeam& team,
                                     std::stop_token stop);

}  // namespace tessera
