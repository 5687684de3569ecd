// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/head_search.h"

#include <QThread>
#include <algorithm>
#include <map>

#include "core/data/splits.h"
#include "core/probes/compare_heads.h"
#include "core/probes/linear_regions.h"
#include "core/probes/sample_inputs.h"

namespace tessera {
namespace {

constexpr int kPathPoints = 501;  // kept of a search; the presets take no more steps
constexpr int kResolution = 224, kSupportResolution = 128;
// Of the exact picture, which is an extra here.
constexpr std::int64_t kMostRegions = 50'000;
constexpr double kMostSeconds = 4;

std::vector<std::string> texts(const std::vector<ComparedColumn>& columns) {
    std::vector<std::string> names;
    for (const auto& column : columns) names.push_back(column.name.toStdString());
    return names;
}

}  // namespace

struct HeadSearch::Heads {
    std::vector<std::unique_ptr<const LogitField>> fields;
    CounterfactualSettings settings;
    std::shared_ptr<const References> references;
    std::vector<unsigned char> isReference;  // by sample
    ProbeInputs inputs;                      // of the first head
    std::optional<ValidRange> valid;
};

struct HeadSearch::Found {
    std::vector<std::shared_ptr<const HeadTrace>> traces;
    std::shared_ptr<const LaidTracePlane> laid;
    Eigen::RowVectorXd start;
};

HeadSearch::HeadSearch(Workspace& workspace, JobRunner& jobs, QObject* parent)
    : QObject(parent), workspace_(workspace), jobs_(jobs) {}

void HeadSearch::setColumns(std::vector<ComparedColumn> columns, ParameterMap parameters,
                            std::uint64_t seed) {
    for (const char* key : {"heads", "trace", "maps", "exact"}) jobs_.cancelKey(this, QLatin1String(key));
    columns_ = std::move(columns);
    parameters_ = std::move(parameters);
    seed_ = seed;
    heads_.reset(), references_.reset(), laid_.reset();
    traces_.clear(), maps_.clear();
    isReading_ = isTracing_ = isMapping_ = isRefining_ = isMoved_ = false;
    problem_.clear();
    if (!columns_.empty() && workspace_.dataset()) readHeads();
    Q_EMIT tracesChanged(true);
    Q_EMIT statusChanged();
}

void HeadSearch::fail(const Error& error) {
    problem_ = QString::fromStdString(error.message);
    Q_EMIT statusChanged();
}

void HeadSearch::readHeads() {
    isReading_ = true;
    ProbeInputs inputs;
    inputs.model = columns_.front().model;
    inputs.dataset = workspace_.dataset();
    inputs.normalisation = workspace_.normalisation();
    inputs.seed = seed_;
    inputs.threads = std::max(1, computeThreads());
    jobs_.start<std::shared_ptr<const Heads>>(
        this, QStringLiteral("heads"), tr("References of the heads"), JobLane::Interactive,
        [inputs, columns = columns_, parameters = counterfactualParameters(parameters_)](
            std::stop_token stop, Progress& progress) -> Result<std::shared_ptr<const Heads>> {
            using Read = std::shared_ptr<const Heads>;
            auto heads = std::make_shared<Heads>();
            heads->settings = counterfactualSettings(parameters);
            heads->inputs = inputs;
            for (const auto& column : columns) {
                auto field = logitFieldOf(*column.model, heads->settings.headScale);
                if (!field.isOk()) return std::move(field).propagate<Read>();
                heads->fields.push_back(std::move(field).value());
            }
            auto splits = splitsOf(*inputs.dataset, inputs.seed, heads->settings.referenceShare,
                                   heads->settings.testShare);
            if (!splits.isOk()) return std::move(splits).propagate<Read>();
            WorkerTeam team(inputs.threads);
            auto references =
                readReferences(inputs, heads->settings, splits.value().reference, team, stop, progress);
            if (!references.isOk()) return std::move(references).propagate<Read>();
            heads->references = std::make_shared<const References>(std::move(references).value());
            heads->isReference = heads->references->isReference(inputs.dataset->size());
            if (heads->settings.clip && inputs.dataset->isImage())
                heads->valid = pixelRange(inputs.normalisation, inputs.dataset->sampleShape());
            return Read(std::move(heads));
        },
        [this](Result<std::shared_ptr<const Heads>> read) {
            isReading_ = false;
            if (read.isError()) return fail(read.error());
            if (!read.isOk()) return Q_EMIT statusChanged();
            heads_ = std::move(read).value();
            references_ = heads_->references;
            if (sample_ >= 0) trace(std::nullopt);
            Q_EMIT statusChanged();
        });
}

void HeadSearch::setSample(qint64 sample) {
    if (sample == sample_ && !isMoved_) return;
    sample_ = sample;
    if (heads_ && sample_ >= 0) trace(std::nullopt);
}

void HeadSearch::moveStart(const Eigen::Vector2d& pointInSlice) {
    if (!heads_ || !laid_) return;
    // While one is under way the newest waits: replacing it at every move of the mouse would finish none.
    if (isTracing_ && isMoved_) {
        wantedStart_ = pointInSlice;
        return;
    }
    trace(pointInSlice);
}

void HeadSearch::setPlane(TracePlane plane) {
    if (plane == plane_) return;
    plane_ = plane;
    if (heads_ && sample_ >= 0) trace(std::nullopt);
}

void HeadSearch::trace(std::optional<Eigen::Vector2d> from) {
    isTracing_ = true;
    isMoved_ = from.has_value();
    wantedStart_.reset();
    problem_.clear();
    Q_EMIT statusChanged();
    jobs_.start<Found>(
        this, QStringLiteral("trace"), from ? QString() : tr("Searches of the heads"), JobLane::Interactive,
        [heads = heads_, columns = columns_, sample = sample_, from, laid = laid_, kind = plane_](
            std::stop_token stop, Progress& progress) -> Result<Found> {
            Found found;
            const auto& inputs = heads->inputs;
            if (from) {
                found.start = laid->plane.inputFromSlice(*from).transpose();
                if (heads->valid)
                    found.start = found.start.cwiseMax(heads->valid->low).cwiseMin(heads->valid->high);
            } else {
                ProbeInputs one = inputs;
                one.samples = {sample};
                SampleInputs reader(one);
                auto read = reader.read(0, 1);
                if (!read.isOk()) return std::move(read).propagate<Found>();
                found.start = Eigen::Map<const Eigen::RowVectorXd>(
                    read.value().data(), static_cast<Eigen::Index>(read.value().size()));
            }
            WorkerTeam team(inputs.threads);
            std::vector<HeadTrace> traces;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                progress.report(static_cast<std::int64_t>(i), static_cast<std::int64_t>(columns.size()),
                                "searching");
                TraceOptions options;
                options.search = heads->settings.search;
                options.search.radius = columns[i].radius;
                options.search.step = columns[i].step;
                options.search.shiftWeight = columns[i].shiftWeight;
                options.search.supportWeight = columns[i].supportWeight;
                options.search.valid = heads->valid;
                options.search.pathPoints = kPathPoints;
                options.support = heads->settings.support;
                options.curvatureWeight = heads->settings.curvatureWeight;
                options.tangentDimensions = heads->settings.tangentDimensions;
                options.hasSelf = !from && heads->isReference[static_cast<std::size_t>(sample)] != 0;
                auto trace =
                    traceFlip(*heads->fields[i], *heads->references, found.start, options, team, stop);
                if (trace.isError())
                    return inputError(columns[i].name.toStdString() + ": " + trace.error().message);
                if (!trace.isOk()) return Cancelled{};
                traces.push_back(std::move(trace).value());
            }
            found.laid = laid;
            if (!from) {
                auto plane = planeOfTraces(kind, inputs.model->info().inputShape, found.start, traces,
                                           texts(columns), *heads->references, inputs.dataset->classNames());
                if (plane.isError())
                    return inputError(inputs.dataset->path().string() + ": " + plane.error().message);
                if (!plane.isOk()) return Cancelled{};
                found.laid = std::make_shared<const LaidTracePlane>(std::move(plane).value());
            }
            for (auto& trace : traces)
                found.traces.push_back(std::make_shared<const HeadTrace>(std::move(trace)));
            return found;
        },
        [this](Result<Found> result) {
            isTracing_ = false;
            if (result.isError()) return fail(result.error());
            if (!result.isOk()) return Q_EMIT statusChanged();
            auto& found = result.value();
            const bool isNew = found.laid != laid_;
            traces_ = std::move(found.traces);
            start_ = std::move(found.start);
            laid_ = std::move(found.laid);
            if (isNew) {
                maps_.assign(columns_.size(), {});
                ++mapVersion_;
                for (const char* key : {"maps", "exact"}) jobs_.cancelKey(this, QLatin1String(key));
                isMapping_ = isRefining_ = false;
            }
            Q_EMIT tracesChanged(isNew);
            Q_EMIT statusChanged();
            if (wantedStart_) trace(*wantedStart_);
        });
}

void HeadSearch::computeWindow(const Eigen::Vector2d& low, const Eigen::Vector2d& high) {
    if (!laid_ || !heads_ || traces_.empty()) return;
    SlicePlane plane = laid_->plane;
    plane.window = rectanglePolygon(low.x(), low.y(), high.x(), high.y());
    mapWindow(plane, ++mapVersion_);
}

void HeadSearch::mapWindow(const SlicePlane& plane, quint64 version) {
    isMapping_ = true;
    isRefining_ = false;
    jobs_.cancelKey(this, QStringLiteral("exact"));  // of an earlier window
    Q_EMIT statusChanged();
    std::vector<std::int32_t> targets;
    for (const auto& trace : traces_) targets.push_back(trace->flip.target);
    jobs_.start<Done>(
        this, QStringLiteral("maps"), tr("Slices of the heads"), JobLane::Interactive,
        // The worker may outlive this object: `this` is only handed on.
        [this, &jobs = jobs_, heads = heads_, columns = columns_, plane, targets, version](
            std::stop_token stop, Progress& progress) -> Result<Done> {
            const JobId id = JobRunner::currentJob();
            const auto put = [&](std::size_t head, auto member, auto value) {
                jobs.post(this, id, [this, head, member, value, version] {
                    if (version != mapVersion_ || head >= maps_.size()) return;
                    maps_[head].*member = value;
                    Q_EMIT mapsChanged(head);
                });
            };
            WorkerTeam team(heads->inputs.threads);
            // Heads with one target have one field of support.
            std::map<std::int32_t, std::shared_ptr<const SupportField>> supports;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                if (heads->references->mahalanobis) break;
                auto& support = supports[targets[i]];
                if (!support) {
                    auto made = supportField(heads->references->pool, heads->references->thresholds,
                                             heads->settings.support, targets[i], plane, kSupportResolution,
                                             team, stop);
                    if (!made.isOk()) return std::move(made).propagate<Done>();
                    support = std::move(made).value();
                }
                put(i, &HeadMaps::support, support);
            }
            ClassMap::Options options;
            options.resolution = kResolution;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                auto map = ClassMap::run(
                    *columns[i].model, plane, options, stop, progress,
                    [&](std::shared_ptr<const SampledField> level) { put(i, &HeadMaps::field, level); });
                if (!map.isOk()) return std::move(map).propagate<Done>();
                put(i, &HeadMaps::field, map.value().field);
                // An exact picture of another window would cover it.
                put(i, &HeadMaps::arrangement, std::shared_ptr<const PreparedArrangement>());
            }
            return Done{};
        },
        [this, plane, version](Result<Done> result) {
            if (version != mapVersion_) return;
            isMapping_ = false;
            if (result.isError()) problem_ = QString::fromStdString(result.error().message);
            if (result.isOk()) refineWindow(plane, version);
            Q_EMIT statusChanged();
        });
}

// Behind what is looked at more: an exact slice may be under way.
void HeadSearch::refineWindow(const SlicePlane& plane, quint64 version) {
    isRefining_ = true;
    jobs_.start<Done>(
        this, QStringLiteral("exact"), tr("Exact boundaries of the heads"), JobLane::Heavy,
        [this, &jobs = jobs_, columns = columns_, plane, version](std::stop_token stop,
                                                                  Progress& progress) -> Result<Done> {
            const JobId id = JobRunner::currentJob();
            for (std::size_t i = 0; i < columns.size(); ++i) {
                if (!columns[i].model->isExact()) continue;
                LinearRegions::Options budget;
                budget.maxRegions = kMostRegions, budget.maxSeconds = kMostSeconds;
                budget.threads = std::max(1, QThread::idealThreadCount() - 1);
                auto regions = LinearRegions::run(*columns[i].model, plane, budget, stop, progress);
                if (regions.isCancelled()) return Cancelled{};
                // The sampled map stays where the exact one cannot be had.
                if (!regions.isOk() || !regions.value().provenance.complete) continue;
                const auto prepared =
                    std::make_shared<const PreparedArrangement>(regions.value().arrangement);
                jobs.post(this, id, [this, i, prepared, version] {
                    if (version != mapVersion_ || i >= maps_.size()) return;
                    maps_[i].arrangement = prepared;
                    Q_EMIT mapsChanged(i);
                });
            }
            return Done{};
        },
        [this, version](Result<Done>) {
            if (version != mapVersion_) return;
            isRefining_ = false;
            Q_EMIT statusChanged();
        });
}

}  // namespace tessera
