// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/slice_computation.h"

#include <QThread>
#include <algorithm>

namespace tessera {
namespace {

struct Refined {
    std::shared_ptr<const LinearRegions::Output> regions;
    std::shared_ptr<const PreparedArrangement> prepared;
};

// Up to rounding, and to less than a pixel for the window.
bool samePlane(const SlicePlane& a, const SlicePlane& b) {
    const auto close = [](const Eigen::VectorXd& one, const Eigen::VectorXd& other) {
        return one.size() == other.size() && (one - other).norm() <= 1e-9 * (1 + one.norm());
    };
    if (!close(a.origin, b.origin) || !close(a.u, b.u) || !close(a.v, b.v)) return false;
    const auto boxA = boundingBox(a.window), boxB = boundingBox(b.window);
    const double most = 1e-5 * (boxA.high - boxA.low).norm();
    return (boxA.low - boxB.low).norm() <= most && (boxA.high - boxB.high).norm() <= most;
}

}  // namespace

SliceComputation::SliceComputation(Workspace& workspace, JobRunner& jobs, QObject* parent)
    : QObject(parent), workspace_(workspace), jobs_(jobs) {
    // Opening a model and its data sends several signals: one plane is laid for all of them.
    rebuildTimer_.setSingleShot(true);
    connect(&rebuildTimer_, &QTimer::timeout, this, &SliceComputation::rebuild);
    connect(&workspace, &Workspace::modelChanged, this, [this] {
        offered_.reset();
        // Nothing may be computed on a plane of another input space while the next one is laid.
        const auto& model = workspace_.model();
        if (hasPlane() &&
            (!model || elementCount(model->info().inputShape) != elementCount(plane_.inputShape))) {
            clear();
            Q_EMIT planeChanged(true);
        }
        rebuildSoon();
    });
    connect(&workspace, &Workspace::datasetChanged, this, [this] {
        recipe_.moved.clear();
        rebuildSoon();
    });
    connect(&workspace, &Workspace::normalisationChanged, this, [this] {
        recipe_.moved.clear();
        rebuildSoon();
    });
    connect(&workspace, &Workspace::anchorsChanged, this, [this] {
        // A moved anchor is forgotten when its place is given to another sample.
        const auto& now = workspace_.anchors();
        std::erase_if(recipe_.moved, [&](const auto& entry) {
            const auto place = static_cast<std::size_t>(entry.first);
            return place >= now.size() || place >= builtAnchors_.size() || now[place] != builtAnchors_[place];
        });
        rebuildSoon();
    });
    connect(&jobs, &JobRunner::jobChanged, this, [this](JobId id) {
        if (isRefining_ && id == refining_) Q_EMIT statusChanged();
    });
    rebuildSoon();
}

void SliceComputation::rebuildSoon() {
    if (!isLaying()) wantedTurn_ = {};
    rebuildTimer_.start(0);
}

PlaneSource SliceComputation::source() const {
    return {workspace_.model(), workspace_.dataset(), workspace_.normalisation(), workspace_.anchors()};
}

void SliceComputation::setRecipe(PlaneRecipe recipe, const SliceTurn& turn) {
    recipe_ = std::move(recipe);
    offered_.reset();
    rebuildSoon();
    wantedTurn_ = turn;
    Q_EMIT recipeChanged();
}

void SliceComputation::setBudget(const SliceBudget& budget) {
    if (budget == budget_) return;
    budget_ = budget;
    offered_.reset();
    Q_EMIT recipeChanged();
    if (!hasPlane()) return;
    sampleWindow();
    refineWindow();
}

void SliceComputation::clear() {
    cancel();
    built_.reset();
    ++planeVersion_;  // what is still under way answers for nothing
    forgetResults();
    isLaying_ = isSampling_ = isRefining_ = isSearching_ = false;
    for (const char* key : {"plane", "class-map", "regions", "samples"})
        jobs_.cancelKey(this, QLatin1String(key));
}

void SliceComputation::forgetResults() {
    field_.reset();
    arrangement_.reset();
    nearby_ = {};
    if (regions_) {
        regions_.reset();
        Q_EMIT regionsChanged();
    }
}

void SliceComputation::rebuild() {
    problem_.clear();
    const PlaneSource inputs = source();
    const bool isFlat = inputs.model && elementCount(inputs.model->info().inputShape) == 2;
    const bool needsData =
        recipe_.kind == PlaneKind::ClassDifference || recipe_.kind == PlaneKind::PrincipalComponents;
    QString missing;
    if (!inputs.model) {
        missing = tr("Open a model to slice its input space.");
    } else if (const QString mismatch = workspace_.mismatch(); !mismatch.isEmpty()) {
        missing = mismatch;
    } else if (needsData && !inputs.dataset) {
        missing = tr("Open a dataset: this plane is laid along its directions.");
    } else if (recipe_.kind == PlaneKind::Samples && inputs.dataset && inputs.anchors.empty() && !isFlat) {
        missing =
            tr("Choose one to three samples in the gallery, or another kind of plane in the Slice panel.");
    }
    if (!missing.isEmpty()) {
        clear();
        problem_ = missing;
        Q_EMIT planeChanged(true);
        Q_EMIT statusChanged();
        return;
    }
    isLaying_ = true;
    builtAnchors_ = inputs.anchors;
    Q_EMIT statusChanged();
    jobs_.start<BuiltPlane>(
        this, QStringLiteral("plane"), tr("Laying the plane"), JobLane::Interactive,
        [inputs, recipe = recipe_](std::stop_token stop, Progress& progress) {
            return buildPlane(inputs, recipe, stop, progress);
        },
        [this, model = inputs.model](Result<BuiltPlane> result) {
            isLaying_ = false;
            if (model != workspace_.model()) return;  // the next model's plane is on its way
            if (!result.isOk()) {
                if (result.isError()) {
                    clear();
                    problem_ = QString::fromStdString(result.error().message);
                    Q_EMIT planeChanged(true);
                }
                Q_EMIT statusChanged();
                return;
            }
            built_ = std::make_shared<BuiltPlane>(std::move(result).value());
            turn_ = wantedTurn_;
            setPlane(turn_ == SliceTurn{} ? built_->plane : turned(*built_, turn_));
            Q_EMIT planeChanged(true);
        });
}

void SliceComputation::setPlane(const SlicePlane& plane) {
    plane_ = plane;
    ++planeVersion_;
    // Jobs of the old plane answer for nothing any more.
    for (const char* key : {"class-map", "regions", "samples"}) jobs_.cancelKey(this, QLatin1String(key));
    isSampling_ = isRefining_ = isSearching_ = false;
    forgetResults();
}

void SliceComputation::setTurn(const SliceTurn& turn) {
    if (!hasPlane() || turn == turn_) return;
    turn_ = turn;
    const Polygon window = plane_.window;
    SlicePlane plane = turned(*built_, turn);
    plane.window = window;
    setPlane(plane);
    Q_EMIT planeChanged(false);
    Q_EMIT recipeChanged();
}

void SliceComputation::moveAnchor(int place, const Eigen::Vector2d& pointInSlice) {
    if (!hasPlane() || place < 0 || place >= static_cast<int>(built_->anchors.size())) return;
    auto moved = std::make_shared<BuiltPlane>(*built_);
    auto& anchor = moved->anchors[static_cast<std::size_t>(place)];
    anchor.input = plane_.inputFromSlice(pointInSlice);
    if (!anchor.isMoved) anchor.name = QStringLiteral("moved anchor (from %1)").arg(anchor.name);
    anchor.isMoved = true;
    recipe_.moved[place] = anchor.input;
    built_ = std::move(moved);  // the same plane: a point moved within it
    Q_EMIT resultsChanged();
    Q_EMIT recipeChanged();
}

void SliceComputation::replaceAnchor(int place, qint64 sample) {
    auto anchors = workspace_.anchors();
    if (sample < 0 || place < 0) return;
    recipe_.moved.erase(place);
    if (place < static_cast<int>(anchors.size())) {
        if (anchors[static_cast<std::size_t>(place)] == sample) return rebuildSoon();
        anchors[static_cast<std::size_t>(place)] = sample;
    } else if (anchors.size() < 3) {
        anchors.push_back(sample);
    }
    workspace_.setAnchors(anchors);
}

std::vector<SliceMarker> SliceComputation::anchorMarkers() const {
    std::vector<SliceMarker> markers;
    if (!hasPlane()) return markers;
    for (const auto& anchor : built_->anchors)
        markers.push_back({plane_.pointInSlice(anchor.input), plane_.offPlaneDistance(anchor.input),
                           anchor.label, anchor.name, true, anchor.isMoved ? -1 : anchor.sample});
    return markers;
}

void SliceComputation::computeWindow(const Eigen::Vector2d& low, const Eigen::Vector2d& high) {
    if (!hasPlane()) return;
    plane_.window = rectanglePolygon(low.x(), low.y(), high.x(), high.y());
    wasCancelled_ = false;
    exactProblem_.clear();
    sampleWindow();
    refineWindow();
    Q_EMIT statusChanged();
}

void SliceComputation::sampleWindow() {
    isSampling_ = true;
    ClassMap::Options options;
    options.resolution = budget_.resolution;
    options.coarse = std::min(options.coarse, options.resolution);
    const auto version = planeVersion_;
    jobs_.start<ClassMap::Output>(
        this, QStringLiteral("class-map"), tr("Class map"), JobLane::Interactive,
        // The worker may outlive this object: `this` is only handed on, to be followed on the window's
        // thread.
        [this, &jobs = jobs_, model = workspace_.model(), plane = plane_, options, version](
            std::stop_token stop, Progress& progress) {
            const JobId id = JobRunner::currentJob();
            return ClassMap::run(*model, plane, options, stop, progress,
                                 [&](std::shared_ptr<const SampledField> level) {
                                     jobs.post(this, id, [this, level, version] {
                                         if (version != planeVersion_) return;
                                         field_ = level;
                                         Q_EMIT resultsChanged();
                                         Q_EMIT statusChanged();
                                     });
                                 });
        },
        [this, version](Result<ClassMap::Output> result) {
            if (version != planeVersion_) return;
            isSampling_ = false;
            if (nearby_.searched == 0) findSamples();  // only now: a lane is left free for painting
            if (result.isOk()) {
                field_ = result.value().field;
                sampledProvenance_ = result.value().provenance;
                Q_EMIT resultsChanged();
            } else if (result.isError()) {
                Q_EMIT failed(QString::fromStdString(result.error().message));
            }
            Q_EMIT statusChanged();
        });
}

LinearRegions::Options SliceComputation::regionsOptions() const {
    LinearRegions::Options options;
    options.maxRegions = budget_.maxRegions;
    options.maxSeconds = budget_.maxSeconds;
    options.threads = std::max(1, QThread::idealThreadCount() - 1);  // one is left to the window
    return options;
}

void SliceComputation::refineWindow() {
    if (!workspace_.model()->isExact()) return;
    isRefining_ = true;
    const LinearRegions::Options options = regionsOptions();
    const auto known = offered_ && samePlane(offered_->plane, plane_) ? offered_ : nullptr;
    const auto version = planeVersion_;
    refining_ = jobs_.start<Refined>(
        this, QStringLiteral("regions"), tr("Exact regions"), JobLane::Heavy,
        [model = workspace_.model(), plane = plane_, options, known](std::stop_token stop,
                                                                     Progress& progress) -> Result<Refined> {
            Refined refined;
            refined.regions = known;
            if (!known) {
                auto result = LinearRegions::run(*model, plane, options, stop, progress);
                if (!result.isOk()) return std::move(result).propagate<Refined>();
                refined.regions = std::make_shared<LinearRegions::Output>(std::move(result).value());
            }
            if (refined.regions->arrangement->faceCount() == 0)
                return Cancelled{};  // stopped before the first face
            refined.prepared = std::make_shared<PreparedArrangement>(refined.regions->arrangement);
            return refined;
        },
        [this, version](Result<Refined> result) {
            if (version != planeVersion_) return;
            isRefining_ = false;
            if (result.isOk()) {
                regions_ = result.value().regions;
                arrangement_ = result.value().prepared;
                Q_EMIT resultsChanged();
                Q_EMIT regionsChanged();
            } else if (result.isError()) {
                exactProblem_ = QString::fromStdString(result.error().message);
                Q_EMIT failed(exactProblem_);
            }
            Q_EMIT statusChanged();
        });
}

void SliceComputation::findSamples() {
    const PlaneSource inputs = source();
    if (!inputs.dataset || !workspace_.mismatch().isEmpty()) return;
    const auto version = planeVersion_;
    isSearching_ = true;
    jobs_.start<NearbySamples>(
        this, QStringLiteral("samples"), tr("Samples near the plane"), JobLane::Interactive,
        [inputs, plane = plane_](std::stop_token stop, Progress& progress) {
            return findNearbySamples(inputs, plane, stop, progress);
        },
        [this, version](Result<NearbySamples> result) {
            if (version != planeVersion_) return;
            isSearching_ = false;
            if (result.isOk()) {
                nearby_ = std::move(result).value();
                Q_EMIT resultsChanged();
            } else if (result.isError()) {
                Q_EMIT failed(QString::fromStdString(result.error().message));
            }
        });
}

void SliceComputation::cancel() {
    if (isBusy()) wasCancelled_ = true;
    for (const char* key : {"plane", "class-map", "regions", "samples"})
        jobs_.cancelKey(this, QLatin1String(key));
}

}  // namespace tessera
