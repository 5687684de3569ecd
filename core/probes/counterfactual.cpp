// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/counterfactual.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/data/splits.h"
#include "core/probes/counterfactual_record.h"
#include "core/probes/counterfactual_references.h"
#include "core/probes/counterfactual_settings.h"
#include "core/probes/sample_inputs.h"

namespace tessera {
namespace {

class Run {
  public:
    Run(const ProbeInputs& inputs, CounterfactualSettings settings,
        std::shared_ptr<const References> references, std::stop_token stop, Progress& progress)
        : inputs_(inputs),
          stop_(std::move(stop)),
          progress_(progress),
          team_(inputs.threads),
          references_(std::move(references)) {
        found_.settings = std::move(settings);
        width_ = elementCount(inputs.dataset->sampleShape());
    }

    Result<ResultRecord> run() {
        progress_.report(0, 0, "reading references");
        if (auto done = prepare(); !done.isOk()) return std::move(done).propagate<ResultRecord>();
        if (auto done = measure(); !done.isOk()) return std::move(done).propagate<ResultRecord>();
        if (auto done = tune(); !done.isOk()) return std::move(done).propagate<ResultRecord>();
        auto done = search();
        if (done.isError()) return std::move(done).propagate<ResultRecord>();
        if (found_.rows.empty()) return Cancelled{};
        auto record = counterfactualRecord(found_);
        record.provenance.device = found_.isLinear ? "cpu" : inputs_.model->info().device;
        return record;
    }

  private:
    CounterfactualSettings& settings() { return found_.settings; }

    // Who is evaluated, against which references, by which logits.
    Result<Done> prepare() {
        auto splits =
            splitsOf(*inputs_.dataset, inputs_.seed, settings().referenceShare, settings().testShare);
        if (!splits.isOk()) return std::move(splits).propagate<Done>();
        found_.areChosen = !inputs_.samples.empty();
        found_.isSplitGiven = splits.value().isGiven;
        found_.isNormalised = !inputs_.normalisation.isIdentity();
        evaluated_ = inputs_;
        found_.classNames = inputs_.dataset->classNames();
        if (!found_.areChosen) evaluated_.samples = splits.value().test;
        found_.wanted = static_cast<std::int64_t>(evaluated_.samples.size());
        if (found_.wanted == 0)
            return inputError(inputs_.dataset->path().string() +
                              " has no test samples to evaluate; choose samples, or give it a test part.");
        auto field = logitFieldOf(*inputs_.model, settings().headScale);
        if (!field.isOk()) return std::move(field).propagate<Done>();
        field_ = std::move(field).value();
        found_.isLinear = field_->linearHead() != nullptr;
        if (settings().clip && inputs_.dataset->isImage())
            settings().search.valid = pixelRange(inputs_.normalisation, inputs_.dataset->sampleShape());
        found_.isClipped = settings().search.valid.has_value();
        if (!references_) {
            auto references =
                readReferences(inputs_, settings(), splits.value().reference, team_, stop_, progress_);
            if (!references.isOk()) return std::move(references).propagate<Done>();
            references_ = std::make_shared<const References>(std::move(references).value());
        }
        auto predicted = predictedReferences(*references_, *field_, inputs_, team_, stop_);
        if (!predicted.isOk()) return std::move(predicted).propagate<Done>();
        predictedByPlace_ = std::move(predicted).value();
        found_.references = static_cast<std::int64_t>(references_->samples.size());
        found_.thresholds = references_->thresholds;
        isReference_ = references_->isReference(inputs_.dataset->size());
        return Done{};
    }

    // A chunk is a whole number of blocks, so that its size changes no result; small ones of a slow model
    // keep what a stop would lose small.
    std::int64_t chunkRows() const {
        const auto block = field_->blockRows();
        const auto wanted = found_.isLinear ? 1024 : block * static_cast<std::int64_t>(team_.size());
        const auto fitting = found_.settings.budgetBytes / 4 / (8 * 8 * width_);
        return std::max<std::int64_t>(1, std::min(wanted, fitting) / block) * block;
    }

    Result<ConstRows> chunk(SampleInputs& samples, std::int64_t first) {
        const auto count = std::min(chunkRows(), samples.size() - first);
        auto read = samples.read(first, count);
        if (!read.isOk()) return std::move(read).propagate<ConstRows>();
        return ConstRows(Eigen::Map<const Rows>(read.value().data(), count, width_));
    }

    // Logits and boundary distances of all samples: the radius may depend on them.
    Result<Done> measure() {
        SampleInputs samples(evaluated_);
        for (std::int64_t first = 0; first < samples.size();) {
            auto points = chunk(samples, first);
            if (!points.isOk()) return std::move(points).propagate<Done>();
            auto logits = logitsOf(*field_, points.value(), team_, stop_);
            if (!logits.isOk()) return std::move(logits).propagate<Done>();
            for (std::int64_t i = 0; i < logits.value().rows(); ++i)
                if (!logits.value().row(i).allFinite()) return notNumbers(samples.sample(first + i));
            auto distances = boundaryDistances(*field_, points.value(), logits.value(), team_, stop_);
            if (!distances.isOk()) return std::move(distances).propagate<Done>();
            boundaries_.insert(boundaries_.end(), distances.value().begin(), distances.value().end());
            first += points.value().rows();
            progress_.report(first, 2 * samples.size(), "measuring samples");
        }
        auto& options = settings().search;
        if (settings().radiusInDistances) {
            std::vector<double> distances;
            for (const auto& boundary : boundaries_)
                if (std::isfinite(boundary.runnerUp)) distances.push_back(boundary.runnerUp);
            const double median = quantileOf(std::move(distances), 0.5);
            if (!(median > 0))
                return inputError(
                    "The median boundary distance of the samples is not a positive number and cannot be a "
                    "unit; "
                    "set radius-unit to input.");
            options.radius *= median;
        }
        return Done{};
    }

    // Step, radius and weights are final after it.
    Result<Done> tune() {
        auto& options = settings().search;
        if (settings().tuning != Tuning::None) {
            auto tuned = tuneOnReferences(*field_, references_->pool, settings(), inputs_.seed, team_, stop_,
                                          progress_);
            if (!tuned.isOk()) return std::move(tuned).propagate<Done>();
            const auto best = tuned.value().trials[tuned.value().best];
            options.step = best.step, options.radius = best.radius;
            options.shiftWeight = best.shiftWeight, options.supportWeight = best.supportWeight;
            found_.tuning = std::move(tuned).value();
        }
        found_.radius = options.radius, found_.step = options.step;
        found_.hasClosedForm = found_.isLinear && options.target != FlipTarget::Untargeted &&
                               options.stepRule == StepRule::Sgd && options.shiftWeight == 0 &&
                               options.supportWeight == 0 && !options.valid;
        return Done{};
    }

    Error notNumbers(std::int64_t sample) const {
        return inputError(inputs_.model->info().path.string() +
                          " gives logits that are not numbers for sample " +
                          inputs_.dataset->sampleName(sample) + " of " + inputs_.dataset->path().string() +
                          "; check its weights, the data and the normalisation.");
    }

    Result<Done> search() {
        const auto pathBytes = 8 * width_ * settings().search.pathPoints;
        const auto room = settings().budgetBytes / 4 / std::max<std::int64_t>(1, pathBytes);
        found_.pathsAsked = std::min(settings().paths, found_.wanted);
        pathsLeft_ = std::min(found_.pathsAsked, room);
        SampleInputs samples(evaluated_);
        for (std::int64_t first = 0; first < samples.size();) {
            auto points = chunk(samples, first);
            if (!points.isOk()) return std::move(points).propagate<Done>();
            if (auto done = searchChunk(samples, first, points.value()); !done.isOk()) return done;
            first += points.value().rows();
            progress_.report(samples.size() + first, 2 * samples.size(), "searching");
        }
        return Done{};
    }

    Result<Done> searchChunk(const SampleInputs& samples, std::int64_t first, ConstRows points) {
        const auto count = static_cast<std::size_t>(points.rows());
        std::vector<unsigned char> hasSelf;
        for (std::size_t i = 0; i < count; ++i)
            hasSelf.push_back(
                isReference_[static_cast<std::size_t>(samples.sample(first + static_cast<std::int64_t>(i)))]);
        found_.hasSelf =
            found_.hasSelf || std::any_of(hasSelf.begin(), hasSelf.end(), [](auto f) { return f; });
        std::vector<double> curvature(count, std::numeric_limits<double>::quiet_NaN()), stepScale;
        if (settings().curvature) {
            auto measured = localCurvature(references_->pool, points, hasSelf, settings().curvatureOptions(),
                                           team_, stop_);
            if (!measured.isOk()) return std::move(measured).propagate<Done>();
            curvature = std::move(measured).value();
        }
        if (settings().curvatureWeight > 0)
            for (const double kappa : curvature)
                stepScale.push_back(references_->stepScale(kappa, settings().curvatureWeight));
        auto options = settings().search;
        options.pathCount = pathsLeft_;
        auto searched = searchFlips(*field_, points, stepScale, &references_->pool, options, team_, stop_);
        if (!searched.isOk()) return std::move(searched).propagate<Done>();
        auto& output = searched.value();
        std::vector<CounterfactualRow> rows(count);
        for (std::size_t i = 0; i < count; ++i) {
            auto& row = rows[i];
            row.sample = samples.sample(first + static_cast<std::int64_t>(i));
            row.label = inputs_.dataset->label(row.sample);
            row.flip = output.rows[i];
            row.boundary = boundaries_[static_cast<std::size_t>(first) + i];
            row.curvature = curvature[i];
        }
        if (auto done = support(points, output.ends, hasSelf, rows); !done.isOk()) return done;
        if (found_.hasClosedForm) closedForms(points, stepScale, rows);
        found_.rows.insert(found_.rows.end(), rows.begin(), rows.end());
        pathsLeft_ -= static_cast<std::int64_t>(output.paths.size());
        for (auto& path : output.paths) found_.paths.push_back(std::move(path));
        return Done{};
    }

    // rho at both ends, and the nearest reference of the target.
    Result<Done> support(ConstRows points, const Rows& ends, const std::vector<unsigned char>& hasSelf,
                         std::vector<CounterfactualRow>& rows) {
        std::vector<std::int32_t> targets;
        for (const auto& row : rows) targets.push_back(row.flip.target);
        const auto& pool = references_->pool;
        const int k = references_->mahalanobis ? 1 : neighboursWanted(pool, settings().support.neighbours);
        auto start = nearestNeighbours(pool, points, targets, k, hasSelf, team_, stop_);
        if (!start.isOk()) return std::move(start).propagate<Done>();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            auto& row = rows[i];
            const auto at = static_cast<std::int64_t>(i);
            const auto nearest = start.value().indices(at).front();
            row.supportStart = supportRadius(start.value().distances(at), settings().support.fewPoints);
            row.retrievalDistance = start.value().distances(at).front();
            if (nearest < 0) continue;
            row.retrievalSample = references_->samples[static_cast<std::size_t>(nearest)];
            row.retrievalFlips =
                row.retrievalDistance <= settings().search.radius &&
                predictedByPlace_[static_cast<std::size_t>(pool.placeOf(nearest))] == row.flip.target;
        }
        if (references_->mahalanobis) {
            const auto atStart = references_->mahalanobis->distances(points, targets),
                       atEnd = references_->mahalanobis->distances(ends, targets);
            for (std::size_t i = 0; i < rows.size(); ++i)
                rows[i].supportStart = atStart[i], rows[i].supportEnd = atEnd[i];
            return Done{};
        }
        auto end = nearestNeighbours(pool, ends, targets, k, {}, team_, stop_);
        if (!end.isOk()) return std::move(end).propagate<Done>();
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i].supportEnd = supportRadius(end.value().distances(static_cast<std::int64_t>(i)),
                                               settings().support.fewPoints);
        return Done{};
    }

    void closedForms(ConstRows points, const std::vector<double>& stepScale,
                     std::vector<CounterfactualRow>& rows) {
        const HeadGeometry geometry(*field_->linearHead());
        const Rows logits = field_->linearHead()->logits(points);
        const auto& options = settings().search;
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i].closedForm = closedFormFlip(geometry, logits.row(static_cast<std::int64_t>(i)).data(),
                                                rows[i].flip.predicted, rows[i].flip.target,
                                                options.step * (stepScale.empty() ? 1 : stepScale[i]),
                                                options.radius, options.steps, options.rule);
    }

    const ProbeInputs& inputs_;
    std::stop_token stop_;
    Progress& progress_;
    WorkerTeam team_;
    std::int64_t width_ = 0;
    ProbeInputs evaluated_;
    std::unique_ptr<const LogitField> field_;
    std::shared_ptr<const References> references_;
    std::vector<std::int32_t> predictedByPlace_;  // of the references
    std::vector<unsigned char> isReference_;      // by sample
    std::vector<BoundaryDistance> boundaries_;
    std::int64_t pathsLeft_ = 0;
    CounterfactualRows found_;
};

}  // namespace

const ProbeDescription& Counterfactual::description() const {
    static const ProbeDescription description = counterfactualDescription();
    return description;
}

Result<ResultRecord> Counterfactual::run(const ProbeInputs& inputs, const ParameterMap& parameters,
                                         std::stop_token stop, Progress& progress) const {
    return searchCounterfactuals(inputs, counterfactualSettings(parameters), nullptr, std::move(stop),
                                 progress);
}

Result<Done> checkSearch(const ProbeInputs& inputs, const CounterfactualSettings& settings) {
    if (auto text = classCountMismatch(inputs.model->classCount(), *inputs.dataset); !text.empty())
        return inputError(std::move(text));
    if (settings.curvature && settings.tangentDimensions >= settings.search.neighbours)
        return inputError("Setting tangent-dimensions is " + std::to_string(settings.tangentDimensions) +
                          ", which is not fewer than the " + std::to_string(settings.search.neighbours) +
                          " neighbours; lower it.");
    return Done{};
}

Result<ResultRecord> searchCounterfactuals(const ProbeInputs& inputs, CounterfactualSettings settings,
                                           std::shared_ptr<const References> references, std::stop_token stop,
                                           Progress& progress) {
    if (auto fits = checkSearch(inputs, settings); !fits.isOk())
        return std::move(fits).propagate<ResultRecord>();
    return Run(inputs, std::move(settings), std::move(references), std::move(stop), progress).run();
}

}  // namespace tessera
