// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/breadth_first.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/geometry/arrangement_resolution.h"
#include "core/geometry/breadth_first_chunk.h"
#include "core/geometry/breadth_first_forms.h"

namespace tessera {
namespace {

constexpr std::int64_t kStandardBytes = std::int64_t{512} << 20;
// A chunk's live values at most: large enough for batches to pay, small enough for a layer to take well under
// 100 ms and for the allocator to reuse the buffers (beyond 32 MiB, grown ones too, it maps fresh pages).
constexpr std::int64_t kChunkBytes = std::int64_t{8} << 20;

class Refinement {
  public:
    Refinement(const SiteNetwork& network, const Polygon& window, const ArrangementOptions& options,
               std::stop_token stop, Progress& progress, WorkerTeam& team)
        : network_(network),
          window_(window),
          options_(options),
          progress_(progress),
          control_(std::move(stop), options.budget),
          run_{network, control_, team} {}

    Result<Arrangement> arrangement() {
        prepare();
        FinishedFaces finished(run_, origin_);
        if (!refine(finished)) {
            return inputError("The network gives values that are not finite (NaN or infinite) at layer \"" +
                              where_ +
                              "\" inside this window; check the model's weights or move the window.");
        }
        finished.refine();
        RawFaces raw = finished.take();
        raw.regionsAfter = regionsAfter_;
        raw.complete = stopReason_.empty();
        raw.stopReason = stopReason_;
        Arrangement map =
            assembleArrangement(std::move(raw), window_, network_.sites(), run_.tolerance, run_.team);
        finished.check(map);
        return map;
    }

  private:
    void prepare() {
        const int sites = static_cast<int>(network_.sites().size());
        const auto box = boundingBox(window_);
        origin_ = (box.low + box.high) / 2;
        run_.tolerance = options_.relativeTolerance * windowHalfWidth(window_);
        run_.maxFaces = options_.budget.maxRegions;
        const std::int64_t bytes = options_.budget.maxBytes > 0 ? options_.budget.maxBytes : kStandardBytes;
        // Every site of the network can hold one chunk open while the next works on a part of it.
        run_.maxChunkBytes = std::min(kChunkBytes, bytes / (sites + 2));
        for (const auto& corner : window_) run_.positions.push_back(corner - origin_);
        regionsAfter_.assign(sites, 0);
        windowArea_ = signedArea(window_);
        // One point through the whole network tells how wide it is at each site.
        const auto probe = network_.start(std::span(&origin_, 1));
        run_.bytesPerRow.assign(sites + 1, 0);
        for (;; probe->advance()) {
            run_.bytesPerRow[probe->site()] = probe->bytesPerRow();
            if (probe->site() == sites) break;
        }
    }

    FaceChunk wholeWindow() const {
        FaceChunk chunk;
        chunk.live = network_.start(window_);
        const auto corners = static_cast<std::int32_t>(window_.size());
        for (std::int32_t i = 0; i < corners; ++i) {
            chunk.rowVertex.push_back(i);
            chunk.cornerRow.push_back(i);
            chunk.sideSite.push_back(-1);
            chunk.sideUnit.push_back(i);
        }
        chunk.faceBegin.push_back(corners);
        chunk.hash.push_back(0);
        return chunk;
    }

    // Depth first over chunks: the newest is taken on until its faces are finished, so memory stays bounded
    // and what lies nearest to the middle is there first. False: values that are not finite.
    bool refine(FinishedFaces& finished) {
        const int sites = static_cast<int>(network_.sites().size());
        std::vector<std::unique_ptr<SiteStep>> open;
        std::optional<FaceChunk> chunk = wholeWindow();
        while (true) {
            if (chunk) {
                if (chunk->live->site() == sites) {
                    where_ = "output";
                    if (!finished.add(*chunk)) return false;
                    chunk.reset();
                    if (budgetReached(finished, open.empty())) return true;
                    continue;
                }
                open.push_back(std::make_unique<SiteStep>(run_, std::move(*chunk)));
                chunk.reset();
                where_ = network_.sites()[open.back()->site()].name;
                if (!open.back()->finite()) return false;
            }
            if (open.empty()) return true;
            SiteStep& step = *open.back();
            chunk = step.next();
            if (control_.shouldStop()) return stopped();
            const int site = step.site();
            partitioned_ = partitioned_ || !step.wasWhole();
            if (!partitioned_) run_.sideVertices.clear();  // nobody else will ask for these sides
            if (step.exhausted() || !chunk) open.pop_back();
            if (!chunk) continue;
            regionsAfter_[site] += chunk->faces();
            chunk->live->advance();
            workDone_ += finished.areaOf(*chunk) / (sites * windowArea_);
            progress_.reportShare(workDone_, "refining " + network_.sites()[site].name);
            if (control_.shouldStop()) return stopped();
        }
    }

    bool budgetReached(const FinishedFaces& finished, bool nothingLeft) {
        if (!finished.truncated() && (nothingLeft || run_.maxFaces == 0 || finished.faces() < run_.maxFaces))
            return false;
        stopReason_ = "region budget of " + std::to_string(run_.maxFaces) + " reached";
        return true;
    }

    bool stopped() {
        if (control_.cancelled()) {
            stopReason_ = "cancelled";
        } else {
            char text[64];
            std::snprintf(text, sizeof text, "time budget of %g s reached", control_.maxSeconds());
            stopReason_ = text;
        }
        return true;
    }

    const SiteNetwork& network_;
    const Polygon& window_;
    const ArrangementOptions& options_;
    Progress& progress_;
    RunControl control_;
    BreadthRun run_;
    Eigen::Vector2d origin_;
    std::vector<std::int64_t> regionsAfter_;
    std::string stopReason_, where_;
    bool partitioned_ = false;
    double windowArea_ = 0, workDone_ = 0;
};

}  // namespace

Result<Arrangement> arrangementBreadthFirst(const SiteNetwork& network, const Polygon& window,
                                            const ArrangementOptions& options, std::stop_token stop,
                                            Progress& progress) {
    bool finite = window.size() >= 3;
    for (const auto& corner : window) finite = finite && corner.allFinite();
    if (!finite || !(signedArea(window) > 0)) {
        return inputError(
            "The window is not a counter-clockwise polygon with an area; give at least three corners.");
    }
    WorkerTeam team(options.threads);
    return arrangementWithinResolution(
        options, progress, [&](const ArrangementOptions& attempt, Progress& told) {
            return Refinement(network, window, attempt, stop, told, team).arrangement();
        });
}

}  // namespace tessera
