// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/depth_first.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>

#include "core/geometry/arrangement_resolution.h"
#include "core/geometry/chain_evaluation.h"
#include "core/geometry/face_walk.h"
#include "core/geometry/walk_merge.h"

namespace tessera {
namespace {

// Splits before a face becomes a task of its own: at most 2^6 tasks, always the same ones.
constexpr int kTaskLevel = 6;
// Every face is compared with the network up to this many, else this many spread over all: a few percent of
// the time.
constexpr std::int64_t kMostChecked = 1'000;

// The engine's own contract; a file can break it only by holding values that are not finite.
Result<Done> checkChain(const AffineChain& chain, const Polygon& window) {
    const auto broken = [](const std::string& what) {
        return Error{ErrorKind::Internal, what, {"depth-first"}};
    };
    if (chain.stages.empty() || chain.sites.size() + 1 != chain.stages.size()) {
        return broken("A chain needs one affine stage more than it has activations.");
    }
    if (window.size() < 3 || !(signedArea(window) > 0))
        return broken("The window is not a counter-clockwise polygon.");
    Eigen::Index inputs = 2;
    for (std::size_t s = 0; s < chain.stages.size(); ++s) {
        const auto& [weights, bias] = chain.stages[s];
        if (weights.cols() != inputs || weights.rows() != bias.size() || bias.size() == 0) {
            return broken("The affine stages of a chain do not fit each other.");
        }
        if (s < chain.sites.size() && chain.sites[s].kind != SiteKind::PiecewiseLinear) {
            return broken("A chain has activations only.");
        }
        if (!weights.allFinite() || !bias.allFinite()) {
            const std::string name =
                s < chain.sites.size() ? "before \"" + chain.sites[s].name + "\"" : "at the output";
            return inputError(
                "The layer " + name +
                " holds a weight that is not finite; open a model whose training did not diverge.");
        }
        inputs = bias.size();
    }
    return Done{};
}

// Takes note of finished tasks, and when those without a gap from the first reach the budget.
class TaskLedger {
  public:
    TaskLedger(std::size_t tasks, std::int64_t faces, std::int64_t maxFaces, WalkMonitor& monitor)
        : faces_(tasks, -1), sum_(faces), maxFaces_(maxFaces), monitor_(monitor) {}
    void finished(std::size_t task, std::int64_t faces) {
        const std::lock_guard lock(mutex_);
        faces_[task] = faces;
        while (prefix_ < faces_.size() && faces_[prefix_] >= 0) sum_ += faces_[prefix_++];
        monitor_.tasksDone(static_cast<std::int64_t>(++done_), static_cast<std::int64_t>(faces_.size()));
        if (sum_ >= maxFaces_ && prefix_ < faces_.size()) monitor_.halt();
    }

  private:
    std::mutex mutex_;
    std::vector<std::int64_t> faces_;
    std::int64_t sum_;
    std::int64_t maxFaces_;
    std::size_t prefix_ = 0, done_ = 0;
    WalkMonitor& monitor_;
};

// The network run forward at face centroids, against the faces' forms and patterns; in parts that threads can
// share.
class NetworkCheck {
  public:
    NetworkCheck(const AffineChain& chain, std::int64_t faces)
        : chain_(chain),
          samples_(std::min(faces, kMostChecked)),
          found_(static_cast<std::size_t>((samples_ + kPart - 1) / kPart)) {}
    std::size_t parts() const { return found_.size(); }
    void run(const Arrangement& map, std::size_t part) {
        const std::int64_t faces = map.faceCount();
        const std::int64_t begin = static_cast<std::int64_t>(part) * kPart;
        const std::int64_t end = std::min(samples_, begin + kPart);
        std::vector<Eigen::Vector2d> points;
        for (std::int64_t i = begin; i < end; ++i) points.push_back(map.centroid(i * faces / samples_));
        std::vector<double> logits(points.size() * map.outputs);
        std::vector<std::uint64_t> hashes(points.size());
        forwardChain(chain_, points, logits.data(), hashes.data());
        for (std::size_t p = 0; p < points.size(); ++p) {
            const std::int64_t face = (begin + static_cast<std::int64_t>(p)) * faces / samples_;
            if (hashes[p] != map.patternHash[face] &&
                !patternFits(chain_, points[p], map.patternHash[face])) {
                ++found_[part].mismatches;
            }
            const Eigen::Vector2d offset = points[p] - map.formOrigin;
            for (std::int32_t k = 0; k < map.outputs; ++k) {
                const double* const form = map.forms.data() + (face * map.outputs + k) * 3;
                const double expected = form[0] * offset.x() + form[1] * offset.y() + form[2];
                found_[part].error =
                    std::max(found_[part].error, std::abs(expected - logits[p * map.outputs + k]));
            }
        }
    }
    void writeTo(ArrangementChecks& checks) const {
        checks.facesChecked = samples_;
        for (const auto& part : found_) {
            checks.maxInterpolationError = std::max(checks.maxInterpolationError, part.error);
            checks.patternMismatches += part.mismatches;
        }
    }

  private:
    static constexpr std::int64_t kPart = 128;
    struct Found {
        double error = 0;
        std::int64_t mismatches = 0;
    };
    const AffineChain& chain_;
    std::int64_t samples_;
    std::vector<Found> found_;
};

std::string stopReason(const WalkMonitor& monitor, const ArrangementBudget& budget) {
    if (monitor.cancelled()) return "cancelled";
    std::ostringstream text;
    if (monitor.outOfTime()) {
        text << "time budget of " << budget.maxSeconds << " s reached";
    } else {
        text << "region budget of " << budget.maxRegions << " reached";
    }
    return text.str();
}

Arrangement walkChain(const AffineChain& chain, const PreparedChain& prepared, const Polygon& window,
                      const ArrangementOptions& options, std::stop_token stop, Progress& progress,
                      WorkerTeam& team) {
    WalkSettings settings;
    settings.tolerance = options.relativeTolerance * windowHalfWidth(window);
    settings.taskLevel = kTaskLevel;
    if (options.budget.maxRegions > 0) settings.maxFaces = options.budget.maxRegions;
    std::vector<WalkVertex> corners;
    settings.reachX = settings.reachY = 0;
    for (const auto& corner : window) {
        const Eigen::Vector2d offset = corner - chain.formOrigin;
        corners.push_back({offset.x(), offset.y()});
        settings.reachX = std::max(settings.reachX, std::abs(offset.x()));
        settings.reachY = std::max(settings.reachY, std::abs(offset.y()));
    }

    WalkMonitor monitor(std::move(stop), options.budget.maxSeconds, progress);
    std::vector<WalkTask> tasks;
    std::vector<WalkOutput> outputs(1);
    std::vector<std::unique_ptr<FaceWalk>> walks(team.size());
    walks[0] = std::make_unique<FaceWalk>(prepared, settings, monitor);
    walks[0]->walkWindow(corners, outputs[0], tasks);
    outputs.resize(1 + tasks.size());
    const auto firstVertex = static_cast<std::int32_t>(outputs[0].vertices.size());
    TaskLedger ledger(tasks.size(), static_cast<std::int64_t>(outputs[0].hash.size()), settings.maxFaces,
                      monitor);
    bool unfinished = outputs[0].stopped;
    std::vector<char> skipped(tasks.size(), 0);
    team.forEach(tasks.size(), [&](std::size_t task, std::size_t worker) {
        if (monitor.mustStop()) {
            skipped[task] = 1;
            return;
        }
        if (!walks[worker]) walks[worker] = std::make_unique<FaceWalk>(prepared, settings, monitor);
        walks[worker]->walkTask(tasks[task], firstVertex, outputs[task + 1]);
        tasks[task] = {};
        ledger.finished(task, static_cast<std::int64_t>(outputs[task + 1].hash.size()));
    });
    walks.clear();

    std::int64_t faces = 0;
    for (std::size_t w = 0; w < outputs.size(); ++w) {
        unfinished = unfinished || outputs[w].stopped || (w > 0 && skipped[w - 1]);
        faces += static_cast<std::int64_t>(outputs[w].hash.size());
    }
    RawFaces raw =
        mergeWalks(outputs, prepared, chain.formOrigin, settings.tolerance, settings.maxFaces, team);
    if (unfinished || faces > settings.maxFaces) {
        dropUnusedVertices(raw);
        raw.complete = false;
        raw.stopReason = stopReason(monitor, options.budget);
    }
    NetworkCheck check(chain, static_cast<std::int64_t>(raw.patternHash.size()));
    const FaceJobs checks{check.parts(),
                          [&](const Arrangement& map, std::size_t part) { check.run(map, part); }};
    Arrangement map =
        assembleArrangement(std::move(raw), window, chain.sites, settings.tolerance, team, checks);
    check.writeTo(map.checks);
    return map;
}

}  // namespace

Result<Arrangement> arrangementDepthFirst(const AffineChain& chain, const Polygon& window,
                                          const ArrangementOptions& options, std::stop_token stop,
                                          Progress& progress) {
    if (auto valid = checkChain(chain, window); !valid.isOk())
        return std::move(valid).propagate<Arrangement>();
    WorkerTeam team(options.threads);
    const PreparedChain prepared = prepareChain(chain);
    return arrangementWithinResolution(
        options, progress, [&](const ArrangementOptions& attempt, Progress& told) -> Result<Arrangement> {
            return walkChain(chain, prepared, window, attempt, stop, told, team);
        });
}

}  // namespace tessera
