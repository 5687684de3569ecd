// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/volume_sampler.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <new>
#include <numeric>
#include <utility>

#include "core/model/batch_pace.h"
#include "core/probes/volume_points.h"
#include "core/probes/volume_refinement.h"

namespace tessera {
namespace {

using Clock = std::chrono::steady_clock;
using Options = VolumeSampling::Options;

// What a level takes while it is made from the one before: logits, labels, flags and what refinement keeps.
double bytesOfLevel(const GridShape& grid, std::int64_t outputs, bool isFirst) {
    const double each = 4.0 * static_cast<double>(outputs) + 6;
    const double points = static_cast<double>(grid.points());
    return isFirst ? points * each : points * each + points / 8 * (each + 9);
}

// The coarsest grid, and how often its spacing is to be halved.
std::pair<GridShape, int> coarsestGrid(const SliceVolume& volume, const Options& options) {
    int halvings = 0;
    const auto cellsAt = [&](int times) { return (options.resolution + (1 << times) - 1) >> times; };
    while (cellsAt(halvings) > options.coarse) ++halvings;
    const Eigen::Vector3d size = volume.high - volume.low;
    const auto pointsAlong = [&](int axis) {
        const double cells = size[axis] / size.maxCoeff() * cellsAt(halvings);
        return 1 + std::max(1, static_cast<int>(std::lround(cells)));
    };
    return {{pointsAlong(0), pointsAlong(1), pointsAlong(2), volume.low, volume.high}, halvings};
}

double leastSpacing(GridShape grid, int halvings) {
    for (; halvings > 0; --halvings) grid = halvedSpacing(grid);
    const Eigen::Vector3d cells(grid.nx - 1, grid.ny - 1, grid.nz - 1);
    return (grid.high - grid.low).cwiseQuotient(cells).minCoeff();
}

// Fills one level after another; one object a run.
class LevelMaker {
  public:
    LevelMaker(const Model& model, const SliceVolume& volume, const GridShape& coarsest, int levels,
               double step, bool isAdaptive, std::stop_token stop, Progress& progress)
        : points_(model, volume, step),
          pace_(2 * points_.inputsOfRun() * static_cast<std::int64_t>(sizeof(float)), points_.runModel()),
          isAdaptive_(isAdaptive),
          stop_(std::move(stop)),
          progress_(progress) {
        next_.grid = coarsest;
        next_.outputs = static_cast<std::int32_t>(model.info().outputs);
        next_.levels = levels;
    }

    Result<std::shared_ptr<const SampledVolume>> first() {
        const auto points = static_cast<std::size_t>(next_.grid.points());
        next_.logits.resize(points * static_cast<std::size_t>(next_.outputs));
        next_.label.assign(points, 0);
        next_.evaluated.assign(points, 0);
        std::vector<std::int64_t> all(points);
        std::iota(all.begin(), all.end(), std::int64_t{0});
        std::vector<std::int64_t> wrong;
        auto done = evaluate(all, wrong);
        if (!done.isOk()) return std::move(done).propagate<std::shared_ptr<const SampledVolume>>();
        return finished();
    }

    Result<std::shared_ptr<const SampledVolume>> after(const SampledVolume& coarse) {
        std::vector<std::int64_t> chosen, checks, wrong;
        auto begun = refined(coarse, stop_, chosen, checks);
        if (!begun.isOk()) return std::move(begun).propagate<std::shared_ptr<const SampledVolume>>();
        next_ = std::move(begun).value();
        if (!isAdaptive_) {
            chosen.clear();
            checks.clear();
            for (std::size_t point = 0; point < next_.evaluated.size(); ++point)
                if (next_.evaluated[point] == 0) chosen.push_back(static_cast<std::int64_t>(point));
        }
        auto done = evaluate(checks, wrong);
        next_.spotChecks = static_cast<std::int64_t>(checks.size());
        next_.spotMisses = static_cast<std::int64_t>(wrong.size());
        // Where a guess was wrong, look around it, until no guess is.
        while (done.isOk() && !chosen.empty()) {
            done = evaluate(chosen, wrong);
            chosen = unevaluatedAround(next_, wrong);
            wrong.clear();
        }
        if (!done.isOk()) return std::move(done).propagate<std::shared_ptr<const SampledVolume>>();
        return finished();
    }

    const VolumePoints& points() const { return points_; }

  private:
    // Appends to `wrong` the points whose class had been another.
    Result<Done> evaluate(const std::vector<std::int64_t>& points, std::vector<std::int64_t>& wrong) {
        const auto& grid = next_.grid;
        const auto outputs = static_cast<std::size_t>(next_.outputs);
        std::vector<Eigen::Vector3d> places;
        std::vector<float> logits;
        for (std::size_t done = 0; done < points.size();) {
            if (stop_.stop_requested()) return Cancelled{};
            const auto count =
                std::min<std::size_t>(static_cast<std::size_t>(pace_.next()), points.size() - done);
            pace_.begin();
            places.clear();
            for (std::size_t i = done; i < done + count; ++i) {
                const auto point = points[i];
                places.push_back(grid.position(static_cast<int>(point % grid.nx),
                                               static_cast<int>(point / grid.nx % grid.ny),
                                               static_cast<int>(point / grid.nx / grid.ny)));
            }
            logits.resize(count * outputs);
            auto run = points_.logitsAt(places, logits.data());
            if (!run.isOk()) return run;
            for (std::size_t i = 0; i < count; ++i) {
                const auto point = static_cast<std::size_t>(points[done + i]);
                const float* const row = logits.data() + i * outputs;
                const auto label = predictedClass(row, next_.outputs);
                if (label != next_.label[point]) wrong.push_back(points[done + i]);
                next_.label[point] = label;
                next_.evaluated[point] = 1;
                std::copy_n(row, outputs,
                            next_.logits.begin() + static_cast<std::ptrdiff_t>(point * outputs));
            }
            next_.evaluations += static_cast<std::int64_t>(count);
            pace_.end(static_cast<std::int64_t>(count));
            done += count;
            const double share = static_cast<double>(done) / static_cast<double>(points.size());
            progress_.reportShare((next_.level + share) / next_.levels, "sampling the volume");
        }
        return Done{};
    }

    Result<std::shared_ptr<const SampledVolume>> finished() {
        auto surface = logitSurface<float>(next_.grid, next_.outputs, next_.logits, stop_);
        if (!surface.isOk()) return std::move(surface).propagate<std::shared_ptr<const SampledVolume>>();
        next_.surface = std::make_shared<const SurfaceMesh>(std::move(surface).value());
        next_.complete = next_.level + 1 == next_.levels;
        return std::make_shared<const SampledVolume>(std::move(next_));
    }

    VolumePoints points_;
    BatchPace pace_;
    bool isAdaptive_;
    std::stop_token stop_;
    Progress& progress_;
    SampledVolume next_;
};

Result<Done> checkOptions(const Model& model, const SliceVolume& volume, const Options& options) {
    if (auto valid = validateVolume(volume); !valid.isOk()) return valid;
    const auto& info = model.info();
    if (elementCount(volume.inputShape) != elementCount(info.inputShape))
        return inputError("The volume lives in inputs of shape " + shapeText(volume.inputShape) + " but " +
                          info.path.string() + " takes " + shapeText(info.inputShape) +
                          "; make the volume from samples of that shape.");
    if (options.resolution < 1 || options.resolution > 1024 || options.coarse < 1)
        return inputError("The volume's grid has " + std::to_string(options.resolution) +
                          " cells, the first " + std::to_string(options.coarse) +
                          "; give 1 to 1024 for both.");
    return Done{};
}

std::string gridText(const SampledVolume& samples) {
    return std::to_string(samples.grid.nx) + " x " + std::to_string(samples.grid.ny) + " x " +
           std::to_string(samples.grid.nz) + " points";
}

}  // namespace

int SampledVolume::cellsAlongLongest() const {
    return std::max({grid.nx, grid.ny, grid.nz}) - 1;
}

std::size_t SampledVolume::bytes() const {
    return sizeof(*this) + logits.size() * sizeof(float) + label.size() * sizeof(std::int32_t) +
           evaluated.size();
}

Result<VolumeSampling::Output> VolumeSampling::run(const Model& model, const SliceVolume& volume,
                                                   const Options& options, std::stop_token stop,
                                                   Progress& progress, const Level& onLevel) try {
    if (auto valid = checkOptions(model, volume, options); !valid.isOk())
        return std::move(valid).propagate<Output>();
    const auto begin = Clock::now();
    const auto [coarsest, halvings] = coarsestGrid(volume, options);
    const double budget = static_cast<double>(options.maxMegabytes) * (1 << 20);
    if (const double needed = bytesOfLevel(coarsest, model.info().outputs, true); needed > budget)
        return Error{ErrorKind::Resource,
                     "The coarsest grid of the volume needs " +
                         std::to_string(static_cast<std::int64_t>(std::ceil(needed / (1 << 20)))) +
                         " MiB and " + std::to_string(options.maxMegabytes) +
                         " are allowed; allow more or ask for fewer cells.",
                     {}};
    LevelMaker maker(model, volume, coarsest, halvings + 1, leastSpacing(coarsest, halvings),
                     options.adaptive, stop, progress);
    std::shared_ptr<const SampledVolume> latest;
    std::string why;
    for (int level = 0; level <= halvings; ++level) {
        if (latest && bytesOfLevel(halvedSpacing(latest->grid), latest->outputs, false) > budget) {
            why = "stopped by the memory budget of " + std::to_string(options.maxMegabytes) + " MiB at ";
            break;
        }
        auto made = latest ? maker.after(*latest) : maker.first();
        if (made.isCancelled() && latest) {
            why = "cancelled; kept ";
            break;
        }
        if (!made.isOk()) return std::move(made).propagate<Output>();
        latest = std::move(made).value();
        if (onLevel) onLevel(latest);
    }
    Output output{latest, volume, {}};
    auto& provenance = output.provenance;
    provenance.version = tesseraVersion();
    provenance.dtype = maker.points().isFloat32() ? "float32" : "float64";
    provenance.device = maker.points().isFloat32() ? model.info().device : "cpu";
    provenance.samples = latest->evaluations;
    provenance.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    provenance.threads = computeThreads();
    provenance.complete = latest->complete;
    provenance.note = why + gridText(*latest) + ", " + std::to_string(latest->evaluations) +
                      " evaluated, the others interpolated";
    if (latest->spotChecks > 0)
        provenance.note += "; interpolation named the wrong class at " + std::to_string(latest->spotMisses) +
                           " of " + std::to_string(latest->spotChecks) + " points looked at";
    provenance.files = {{model.info().path.string(), model.info().sha256}};
    return output;
} catch (const std::bad_alloc&) {
    return Error{ErrorKind::Resource,
                 "There is not enough memory for the samples of the volume; ask for fewer cells.",
                 {}};
}

}  // namespace tessera
