// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numerics/nearest_neighbours.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>

namespace tessera {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::int64_t kTile = 256;    // pool points of one product: with the queries they stay in the cache
constexpr std::int64_t kQueries = 64;  // of one block

// Bound of the rounding error of ||a||^2 + ||b||^2 - 2ab, a sum of `width` terms.
double roundingOf(std::int64_t width, double squaredNorms) {
    return 3 * static_cast<double>(width + 8) * std::numeric_limits<double>::epsilon() * squaredNorms;
}

struct Block {
    std::int32_t ofClass = kAnyClass;
    std::vector<std::int64_t> queries;
};

// Of one class each; the order of queries alone decides on them.
std::vector<Block> blocksOf(std::int64_t count, std::span<const std::int32_t> ofClass) {
    std::map<std::int32_t, std::vector<std::int64_t>> byClass;
    for (std::int64_t i = 0; i < count; ++i)
        byClass[ofClass.empty() ? kAnyClass : ofClass[static_cast<std::size_t>(i)]].push_back(i);
    std::vector<Block> blocks;
    for (const auto& [name, queries] : byClass)
        for (std::size_t first = 0; first < queries.size(); first += kQueries) {
            const auto last = std::min(queries.size(), first + kQueries);
            blocks.push_back({name,
                              {queries.begin() + static_cast<std::ptrdiff_t>(first),
                               queries.begin() + static_cast<std::ptrdiff_t>(last)}});
        }
    return blocks;
}

}  // namespace

NeighbourPool::NeighbourPool(ConstRows points, std::span<const std::int32_t> classes, int classCount)
    : place_(static_cast<std::size_t>(points.rows()), -1), begin_(static_cast<std::size_t>(classCount) + 1) {
    assert(static_cast<std::size_t>(points.rows()) == classes.size());
    const auto isIn = [&](std::int32_t name) { return name >= 0 && name < classCount; };
    for (const auto name : classes)
        if (isIn(name)) ++begin_[static_cast<std::size_t>(name) + 1];
    for (std::size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
    const auto total = begin_.back();
    points_.resize(total, points.cols());
    norms_.resize(total);
    index_.resize(static_cast<std::size_t>(total));
    auto next = begin_;
    for (std::size_t row = 0; row < classes.size(); ++row) {
        if (!isIn(classes[row])) continue;
        const auto place = next[static_cast<std::size_t>(classes[row])]++;
        points_.row(place) = points.row(static_cast<std::int64_t>(row));
        norms_[place] = points_.row(place).squaredNorm();
        largestNorm_ = std::max(largestNorm_, norms_[place]);
        index_[static_cast<std::size_t>(place)] = static_cast<std::int64_t>(row);
        place_[row] = place;
    }
}

std::pair<std::int64_t, std::int64_t> NeighbourPool::range(std::int32_t ofClass) const {
    if (ofClass == kAnyClass) return {0, size()};
    const auto name = static_cast<std::size_t>(ofClass);
    return {begin_[name], begin_[name + 1]};
}

std::int64_t NeighbourPool::largestClass() const {
    std::int64_t most = 0;
    for (std::size_t i = 1; i < begin_.size(); ++i) most = std::max(most, begin_[i] - begin_[i - 1]);
    return most;
}

// What is farther than the k-th by more than rounding can explain is out.
void NeighbourSearch::cutDown(Shortlist& list, std::size_t k) {
    auto& candidates = list.candidates;
    if (candidates.size() > k) {
        std::nth_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(k - 1),
                         candidates.end());
        list.bound = candidates[k - 1].first + 2 * list.slack;
        std::erase_if(candidates, [&](const Candidate& item) { return item.first > list.bound; });
    }
    list.most = std::max(4 * k + 32, 2 * candidates.size());
}

void NeighbourSearch::find(ConstRows queries, std::int32_t ofClass, int k, double* distance,
                           std::int64_t* index) {
    const auto [begin, end] = pool_.range(ofClass);
    const auto count = queries.rows();
    const auto wanted = static_cast<std::size_t>(k);
    lists_.resize(std::max(lists_.size(), static_cast<std::size_t>(count)));
    Eigen::VectorXd norms(count);
    for (std::int64_t i = 0; i < count; ++i) {
        norms[i] = queries.row(i).squaredNorm();
        auto& list = lists_[static_cast<std::size_t>(i)];
        list.candidates.clear();
        list.bound = kInfinity;
        list.slack = roundingOf(pool_.width(), norms[i] + pool_.largestSquaredNorm());
        list.most = 4 * wanted + 32;
    }
    for (std::int64_t first = begin; first < end; first += kTile) {
        const auto size = std::min(kTile, end - first);
        products_.resize(count, size);
        products_.noalias() = queries * pool_.points().middleRows(first, size).transpose();
        for (std::int64_t i = 0; i < count; ++i) {
            auto& list = lists_[static_cast<std::size_t>(i)];
            const double* row = products_.data() + i * size;
            for (std::int64_t j = 0; j < size; ++j) {
                double squared = norms[i] + pool_.squaredNorm(first + j) - 2 * row[j];
                if (squared > list.bound) continue;
                if (std::isnan(squared)) squared = -kInfinity;  // overflow: decided by the direct sum
                list.candidates.emplace_back(squared, first + j);
                if (list.candidates.size() >= list.most) cutDown(list, wanted);
            }
        }
    }
    for (std::int64_t i = 0; i < count; ++i) {
        auto& list = lists_[static_cast<std::size_t>(i)];
        cutDown(list, wanted);
        // Places of one class ascend with the index, those of several do not.
        for (auto& [squared, place] : list.candidates) {
            squared = (queries.row(i) - pool_.points().row(place)).squaredNorm();
            place = pool_.index(place);
        }
        const auto kept = std::min(wanted, list.candidates.size());
        std::partial_sort(list.candidates.begin(),
                          list.candidates.begin() + static_cast<std::ptrdiff_t>(kept), list.candidates.end());
        for (std::size_t j = 0; j < wanted; ++j) {
            const auto at = static_cast<std::size_t>(i) * wanted + j;
            distance[at] = j < kept ? std::sqrt(list.candidates[j].first) : kInfinity;
            index[at] = j < kept ? list.candidates[j].second : -1;
        }
    }
}

Result<Neighbours> nearestNeighbours(const NeighbourPool& pool, ConstRows queries,
                                     std::span<const std::int32_t> ofClass, int k,
                                     std::span<const unsigned char> hasSelf, WorkerTeam& team,
                                     std::stop_token stop) {
    const auto wanted = static_cast<std::size_t>(k);
    const auto total = static_cast<std::size_t>(queries.rows()) * wanted;
    Neighbours found{k, std::vector<double>(total, kInfinity), std::vector<std::int64_t>(total, -1)};
    const auto blocks = blocksOf(queries.rows(), ofClass);
    std::vector<NeighbourSearch> searches(team.size(), NeighbourSearch(pool));
    const bool someSelf = std::any_of(hasSelf.begin(), hasSelf.end(), [](auto self) { return self != 0; });
    const auto most = wanted + (someSelf ? 1 : 0);
    team.forEach(blocks.size(), [&](std::size_t at, std::size_t worker) {
        if (stop.stop_requested()) return;
        const auto& block = blocks[at];
        Rows gathered(static_cast<std::int64_t>(block.queries.size()), queries.cols());
        for (std::size_t i = 0; i < block.queries.size(); ++i)
            gathered.row(static_cast<std::int64_t>(i)) = queries.row(block.queries[i]);
        std::vector<double> distance(block.queries.size() * most);
        std::vector<std::int64_t> index(distance.size());
        searches[worker].find(gathered, block.ofClass, static_cast<int>(most), distance.data(), index.data());
        for (std::size_t i = 0; i < block.queries.size(); ++i) {
            const auto query = static_cast<std::size_t>(block.queries[i]);
            const auto own = i * most;
            const bool isSelf = someSelf && hasSelf[query] != 0 && distance[own] <= kSelfDistance;
            std::copy_n(&distance[own + isSelf], wanted, &found.distance[query * wanted]);
            std::copy_n(&index[own + isSelf], wanted, &found.index[query * wanted]);
        }
    });
    if (stop.stop_requested()) return Cancelled{};
    return found;
}

}  // namespace tessera
