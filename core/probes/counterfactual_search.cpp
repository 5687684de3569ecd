// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/counterfactual_search.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/probes/counterfactual_block.h"
#include "core/probes/counterfactual_closed_form.h"

namespace tessera {
namespace {

// Work on blocks of rows; the first failure, by place, is the outcome.
template <typename Work>
Result<Done> overBlocks(std::int64_t count, std::int64_t block, WorkerTeam& team, const std::stop_token& stop,
                        const Work& work) {
    std::mutex guard;
    std::int64_t failedAt = count;
    Result<Done> outcome = Done{};
    team.forEach(static_cast<std::size_t>((count + block - 1) / block), [&](std::size_t index, std::size_t) {
        if (stop.stop_requested()) return;
        const auto first = static_cast<std::int64_t>(index) * block;
        auto done = work(first, std::min(block, count - first));
        if (!done.isError()) return;
        const std::lock_guard lock(guard);
        if (first < failedAt) failedAt = first, outcome = std::move(done);
    });
    if (outcome.isOk() && stop.stop_requested()) return Cancelled{};
    return outcome;
}

bool staysInSpan(const LogitField& field, const SearchOptions& options) {
    return options.useSpan && field.linearHead() && options.stepRule == StepRule::Sgd &&
           options.supportWeight == 0 && !options.valid;
}

// Of a list that may be shorter.
template <typename T>
std::span<T> part(std::span<T> whole, std::int64_t first, std::int64_t count) {
    const auto begin = std::min(whole.size(), static_cast<std::size_t>(first));
    return whole.subspan(begin, std::min(whole.size() - begin, static_cast<std::size_t>(count)));
}

}  // namespace

Result<Rows> logitsOf(const LogitField& field, ConstRows points, WorkerTeam& team, std::stop_token stop) {
    Rows logits(points.rows(), field.classes());
    auto done =
        overBlocks(points.rows(), field.blockRows(), team, stop, [&](std::int64_t first, std::int64_t size) {
            Rows own;
            auto read = field.logits(points.middleRows(first, size), own);
            if (read.isOk()) logits.middleRows(first, size) = own;
            return read;
        });
    if (!done.isOk()) return std::move(done).propagate<Rows>();
    return logits;
}

std::int32_t flipTarget(FlipTarget choice, const double* logits, std::int64_t classes,
                        std::int32_t predicted) {
    return choice == FlipTarget::LeastLikely ? smallestOther(logits, classes, predicted)
                                             : largestOther(logits, classes, predicted);
}

bool SearchBlock::settle(std::size_t row, const double* logits, std::int32_t stepsTaken) const {
    const auto classes = field.classes();
    auto& own = rows[row];
    own.steps = stepsTaken;
    own.marginEnd = logits[own.target] - logits[own.predicted];
    if (!std::all_of(logits, logits + classes, [](double z) { return std::isfinite(z); })) return true;
    own.landing = largestLogit(logits, classes);
    const bool toTarget = options.rule == FlipRule::Target && options.target != FlipTarget::Untargeted;
    own.flipped = toTarget ? own.landing == own.target : own.landing != own.predicted;
    return own.flipped;
}

Result<SearchOutput> searchFlips(const LogitField& field, ConstRows starts, std::span<const double> stepScale,
                                 const NeighbourPool* pool, const SearchOptions& options, WorkerTeam& team,
                                 std::stop_token stop) {
    const auto count = starts.rows();
    SearchOutput output;
    output.rows.resize(static_cast<std::size_t>(count));
    output.ends.resize(count, starts.cols());
    if (options.pathPoints > 0)
        output.paths.resize(static_cast<std::size_t>(std::min(count, options.pathCount)));
    std::optional<HeadGeometry> geometry;
    if (staysInSpan(field, options)) geometry.emplace(*field.linearHead());
    auto done = overBlocks(count, field.blockRows(), team, stop, [&](std::int64_t first, std::int64_t size) {
        const ConstRows own = starts.middleRows(first, size);
        Rows logits;
        if (auto read = field.logits(own, logits); !read.isOk()) return read;
        const auto rows = part(std::span(output.rows), first, size);
        for (std::int64_t i = 0; i < size; ++i) {
            const double* row = logits.row(i).data();
            auto& flip = rows[static_cast<std::size_t>(i)];
            flip.predicted = flip.landing = largestLogit(row, logits.cols());
            flip.target = flipTarget(options.target, row, logits.cols(), flip.predicted);
            flip.marginStart = flip.marginEnd = row[flip.target] - row[flip.predicted];
        }
        const SearchBlock block{field,
                                options,
                                pool,
                                own,
                                part(stepScale, first, size),
                                rows,
                                logits,
                                output.ends.row(first).data(),
                                part(std::span(output.paths), first, size),
                                stop};
        if (!geometry) return searchPoints(block);
        searchInSpan(block, *geometry);
        return Result<Done>(Done{});
    });
    if (!done.isOk()) return std::move(done).propagate<SearchOutput>();
    return output;
}

Result<std::vector<BoundaryDistance>> boundaryDistances(const LogitField& field, ConstRows points,
                                                        const Rows& logits, WorkerTeam& team,
                                                        std::stop_token stop) {
    std::vector<BoundaryDistance> distances(static_cast<std::size_t>(points.rows()));
    const auto classes = static_cast<std::int32_t>(field.classes());
    std::optional<HeadGeometry> head;
    if (field.linearHead()) head.emplace(*field.linearHead());
    auto done = overBlocks(
        points.rows(), field.blockRows(), team, stop,
        [&](std::int64_t first, std::int64_t size) -> Result<Done> {
            const ConstRows own = points.middleRows(first, size);
            const auto predicted = [&](std::int64_t i) {
                return largestLogit(logits.row(first + i).data(), classes);
            };
            Rows reached(size, classes), ignored, gradients;  // distances by other class
            for (std::int32_t j = 0; j < classes; ++j) {
                if (stop.stop_requested()) return Done{};
                if (!head) {
                    auto found = field.gradients(
                        own,
                        [&](const Rows&, Rows& coefficients) {
                            coefficients.setZero();
                            for (std::int64_t i = 0; i < size; ++i)
                                coefficients(i, predicted(i)) += 1, coefficients(i, j) -= 1;
                        },
                        ignored, gradients);
                    if (!found.isOk()) return found;
                }
                for (std::int64_t i = 0; i < size; ++i) {
                    const double* row = logits.row(first + i).data();
                    reached(i, j) =
                        head ? pairDistance(*head, row, predicted(i), j)
                             : std::abs(row[predicted(i)] - row[j]) / (gradients.row(i).norm() + 1e-8);
                }
            }
            for (std::int64_t i = 0; i < size; ++i) {
                const auto c = predicted(i);
                auto& distance = distances[static_cast<std::size_t>(first + i)];
                distance.beyond = smallestOther(reached.row(i).data(), classes, c);
                distance.nearest = reached(i, distance.beyond);
                distance.runnerUp = reached(i, largestOther(logits.row(first + i).data(), classes, c));
            }
            return Done{};
        });
    if (!done.isOk()) return std::move(done).propagate<std::vector<BoundaryDistance>>();
    return distances;
}

}  // namespace tessera
