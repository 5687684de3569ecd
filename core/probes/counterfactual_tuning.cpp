// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/counterfactual_tuning.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/random.h"

namespace tessera {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double meanOf(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? kNan : sum / static_cast<double>(values.size());
}

// At most so many points of the pool, evenly spread and thus of all classes.
Rows someOf(const NeighbourPool& pool, std::int64_t most) {
    const auto count = std::min(most, pool.size());
    Rows points(count, pool.width());
    for (std::int64_t i = 0; i < count; ++i) points.row(i) = pool.points().row(i * pool.size() / count);
    return points;
}

class Tuner {
  public:
    Tuner(const LogitField& field, const NeighbourPool& pool, const CounterfactualSettings& settings,
          WorkerTeam& team, std::stop_token stop)
        : field_(field),
          pool_(pool),
          settings_(settings),
          team_(team),
          stop_(std::move(stop)),
          points_(someOf(pool, settings.tuningSamples)) {
        result_.samples = points_.rows();
    }
    TuningResult& result() { return result_; }

    Result<Done> measureScales() {
        auto logits = logitsOf(field_, points_, team_, stop_);
        if (!logits.isOk()) return std::move(logits).propagate<Done>();
        auto boundaries = boundaryDistances(field_, points_, logits.value(), team_, stop_);
        if (!boundaries.isOk()) return std::move(boundaries).propagate<Done>();
        std::vector<double> distances;
        std::vector<std::int32_t> targets;
        for (std::int64_t i = 0; i < points_.rows(); ++i) {
            const double* row = logits.value().row(i).data();
            const auto classes = field_.classes();
            targets.push_back(flipTarget(FlipTarget::RunnerUp, row, classes, largestLogit(row, classes)));
            const double distance = boundaries.value()[static_cast<std::size_t>(i)].runnerUp;
            if (std::isfinite(distance)) distances.push_back(distance);
        }
        auto radii = radiiOf(points_, targets);
        if (!radii.isOk()) return std::move(radii).propagate<Done>();
        result_.supportScale = quantileOf(std::move(radii).value(), 0.5);
        result_.boundaryScale = quantileOf(std::move(distances), 0.5);
        if (settings_.tuning != Tuning::Geometry || (result_.supportScale > 0 && result_.boundaryScale > 0))
            return Done{};
        return inputError(
            "The references are all on top of each other or of the boundary, so there is no scale to tune "
            "by; "
            "set tuning to grid.");
    }

    // v2: around the given step and radius; the most flips, and of those the shortest.
    Result<Done> tryGrid(Progress& progress) {
        for (const double step : {0.5, 1.0, 2.0})
            for (const double radius : {0.5, 1.0, 2.0}) {
                TuningTrial trial{step * settings_.search.step, radius * settings_.search.radius,
                                  settings_.search.shiftWeight, settings_.search.supportWeight};
                if (auto done = run(trial); !done.isOk()) return done;
                progress.report(static_cast<std::int64_t>(result_.trials.size()), 9, "tuning");
            }
        result_.best = bestBy([](const TuningTrial& a, const TuningTrial& b) {
            if (a.flips != b.flips) return a.flips > b.flips;
            return a.distance < b.distance;  // NaN only where neither flips
        });
        return Done{};
    }

    // v1: at random, uniform in the logarithm.
    Result<Done> tryPrior(std::uint64_t seed, Progress& progress) {
        Random random(seed, 0x7475'6e65);
        const auto draw = [&](double low, double high) {
            return std::exp(random.uniform(std::log(low), std::log(high)));
        };
        const double support = result_.supportScale, boundary = result_.boundaryScale;
        const bool follows = settings_.tuning == Tuning::Geometry;
        for (int i = 0; i < settings_.tuningTrials; ++i) {
            TuningTrial trial;
            trial.step = follows ? draw(0.1, 1) * support : draw(1e-4, 1);
            trial.radius = follows ? draw(0.1, 10) * boundary : draw(0.01, 100);
            trial.shiftWeight = follows ? draw(0.1, 10) / support : draw(1e-3, 100);
            trial.supportWeight = follows ? draw(0.1, 10) / (support * support) : draw(1e-4, 100);
            if (auto done = run(trial); !done.isOk()) return done;
            progress.report(i + 1, settings_.tuningTrials, "tuning");
        }
        result_.best = bestBy([](const TuningTrial& a, const TuningTrial& b) { return a.loss < b.loss; });
        return Done{};
    }

  private:
    template <typename Better>
    std::size_t bestBy(const Better& better) const {
        return static_cast<std::size_t>(
            std::min_element(result_.trials.begin(), result_.trials.end(), better) - result_.trials.begin());
    }

    // Finite radii of the points against these classes.
    Result<std::vector<double>> radiiOf(const Rows& points, const std::vector<std::int32_t>& targets) {
        const int k = neighboursWanted(pool_, settings_.support.neighbours);
        auto found = nearestNeighbours(pool_, points, targets, k, {}, team_, stop_);
        if (!found.isOk()) return std::move(found).propagate<std::vector<double>>();
        std::vector<double> radii;
        for (std::int64_t i = 0; i < points.rows(); ++i)
            if (const double radius = supportRadius(found.value().distances(i), settings_.support.fewPoints);
                std::isfinite(radius))
                radii.push_back(radius);
        return radii;
    }

    Result<Done> run(TuningTrial trial) {
        auto options = settings_.search;
        options.step = trial.step, options.radius = trial.radius;
        options.shiftWeight = trial.shiftWeight, options.supportWeight = trial.supportWeight;
        options.pathPoints = 0;
        auto output = searchFlips(field_, points_, {}, &pool_, options, team_, stop_);
        if (!output.isOk()) return std::move(output).propagate<Done>();
        std::vector<double> flipped, all;
        std::vector<std::int32_t> targets;
        for (const auto& row : output.value().rows) {
            all.push_back(row.distance), targets.push_back(row.target);
            if (row.flipped) flipped.push_back(row.distance);
        }
        trial.flips = static_cast<double>(flipped.size()) / static_cast<double>(all.size());
        trial.supportEnd = trial.loss = kNan;
        trial.distance = meanOf(settings_.tuning == Tuning::Grid ? flipped : all);
        if (settings_.tuning != Tuning::Grid) {
            auto radii = radiiOf(output.value().ends, targets);
            if (!radii.isOk()) return std::move(radii).propagate<Done>();
            trial.supportEnd = meanOf(radii.value());
            const double scale = std::max(result_.supportScale, 1e-8);
            trial.loss = 5 * (1 - trial.flips) + (trial.distance + trial.supportEnd) / scale;
            // Without any radius nothing speaks for a trial.
            if (std::isnan(trial.loss)) trial.loss = std::numeric_limits<double>::infinity();
        }
        result_.trials.push_back(trial);
        return Done{};
    }

    const LogitField& field_;
    const NeighbourPool& pool_;
    const CounterfactualSettings& settings_;
    WorkerTeam& team_;
    std::stop_token stop_;
    Rows points_;
    TuningResult result_;
};

}  // namespace

Result<TuningResult> tuneOnReferences(const LogitField& field, const NeighbourPool& pool,
                                      const CounterfactualSettings& settings, std::uint64_t seed,
                                      WorkerTeam& team, std::stop_token stop, Progress& progress) {
    Tuner tuner(field, pool, settings, team, std::move(stop));
    auto done = tuner.measureScales();
    if (done.isOk())
        done = settings.tuning == Tuning::Grid ? tuner.tryGrid(progress) : tuner.tryPrior(seed, progress);
    if (!done.isOk()) return std::move(done).propagate<TuningResult>();
    return std::move(tuner.result());
}

}  // namespace tessera
