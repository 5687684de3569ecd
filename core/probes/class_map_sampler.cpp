// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/class_map_sampler.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace tessera {

namespace {

constexpr int kFirstPoints =
    8;  // along the longer side; timed, and shown if the next level is slow in coming
constexpr double kPatience = 0.3;
// Logits of every grid point are kept for interpolation up to this size; beyond, the nearest point stands in.
constexpr std::int64_t kLogitBytes = 128ll << 20;

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

ClassMapSampler::ClassMapSampler(const Model& model, const SlicePlane& plane,
                                 const ClassMap::Options& options, std::stop_token stop, Progress& progress)
    : model_(model),
      plane_(plane),
      options_(options),
      stop_(std::move(stop)),
      progress_(progress),
      pace_(2 * plane.origin.size() * static_cast<std::int64_t>(sizeof(float)), model) {
    auto& field = field_;
    const auto box = boundingBox(plane.window);
    field.low = box.low;
    field.high = box.high;
    const Eigen::Vector2d size = field.high - field.low;
    const double cell = size.maxCoeff() / options.resolution;
    const auto cells = [&](double extent) {
        return std::clamp(static_cast<int>(std::lround(extent / cell)), 1, options.resolution);
    };
    field.columns = cells(size.x());
    field.rows = cells(size.y());
    field.outputs = static_cast<std::int32_t>(model.info().outputs);
    columns_.size = field.columns;
    rows_.size = field.rows;
    const auto count = static_cast<std::size_t>(field.columns) * static_cast<std::size_t>(field.rows);
    field.label.assign(count, 0);
    field.confidence.assign(count, 0);
    field.evaluated.assign(count, 0);
    known_.assign(count, 0);
    missed_.assign(count, 0);
    outputs_ = static_cast<std::size_t>(field.outputs);
    keepLogits_ = static_cast<std::int64_t>(count * outputs_ * sizeof(float)) <= kLogitBytes;
    if (keepLogits_) logits_.resize(count * outputs_);
    float32Suffices_ = pixelStepInFloat32(cell) > 32;
}

double ClassMapSampler::pixelStepInFloat32(double cell) const {
    const double reach = field_.low.cwiseAbs().cwiseMax(field_.high.cwiseAbs()).maxCoeff();
    const double axis = std::max(plane_.u.cwiseAbs().maxCoeff(), plane_.v.cwiseAbs().maxCoeff());
    const double largest = plane_.origin.cwiseAbs().maxCoeff() + reach * axis;
    return cell * axis /
           (std::max(largest, std::numeric_limits<double>::min()) * std::numeric_limits<float>::epsilon());
}

template <typename Scalar>
Result<Done> ClassMapSampler::evaluateAs(std::span<const std::int32_t> points) {
    using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
    const Vector origin = plane_.origin.cast<Scalar>(), u = plane_.u.cast<Scalar>(),
                 v = plane_.v.cast<Scalar>();
    const Eigen::Vector2d cell =
        (field_.high - field_.low).cwiseQuotient(Eigen::Vector2d(field_.columns, field_.rows));
    Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic> inputs;  // one point a column
    std::vector<Scalar> logits;
    std::vector<float> row(outputs_);
    for (std::size_t done = 0; done < points.size();) {
        if (stop_.stop_requested()) return Cancelled{};
        const auto count =
            std::min<std::size_t>(static_cast<std::size_t>(pace_.next()), points.size() - done);
        pace_.begin();
        inputs.resize(origin.size(), static_cast<Eigen::Index>(count));
        for (std::size_t i = 0; i < count; ++i) {
            const int r = points[done + i] / field_.columns, c = points[done + i] % field_.columns;
            const auto s = static_cast<Scalar>(field_.low.x() + (c + 0.5) * cell.x());
            const auto t = static_cast<Scalar>(field_.high.y() - (r + 0.5) * cell.y());
            inputs.col(static_cast<Eigen::Index>(i)).noalias() = origin + s * u + t * v;
        }
        logits.resize(count * outputs_);
        auto run = model_.logits(inputs.data(), static_cast<std::int64_t>(count), logits.data());
        if (!run.isOk()) return run;
        for (std::size_t i = 0; i < count; ++i) {
            // Less the largest: the same softmax, and float32 then holds what tells the classes apart.
            const Scalar* all = logits.data() + i * outputs_;
            const Scalar shift = outputs_ == 1 ? Scalar(0) : *std::max_element(all, all + outputs_);
            std::transform(all, all + outputs_, row.begin(),
                           [&](Scalar value) { return static_cast<float>(value - shift); });
            if (std::any_of(row.begin(), row.end(), [](float z) { return std::isnan(z); }))
                return inputError(model_.info().path.string() +
                                  " gives logits that are not numbers on this slice; check its weights, or "
                                  "choose a slice nearer to the data.");
            const auto point = static_cast<std::size_t>(points[done + i]);
            const auto label = predictedClass(row.data(), field_.outputs);
            const float confidence = tessera::confidence(row.data(), field_.outputs);
            // known_ here: a guess was made from the neighbours before
            missed_[point] =
                known_[point] != 0 && (label != field_.label[point] ||
                                       std::abs(confidence - field_.confidence[point]) > kConfidenceBound);
            field_.label[point] = label;
            field_.confidence[point] = confidence;
            field_.evaluated[point] = known_[point] = 1;
            if (keepLogits_)
                std::copy(row.begin(), row.end(),
                          logits_.begin() + static_cast<std::ptrdiff_t>(point * outputs_));
        }
        field_.evaluations += static_cast<std::int64_t>(count);
        pace_.end(static_cast<std::int64_t>(count));
        done += count;
        const double ofLevel = static_cast<double>(done) / static_cast<double>(points.size());
        progress_.reportShare((static_cast<double>(level_) + ofLevel) / static_cast<double>(levels_),
                              "sampling the class map");
    }
    return Done{};
}

Result<Done> ClassMapSampler::evaluate(const std::vector<std::int32_t>& points) {
    return float32Suffices_ ? evaluateAs<float>(points) : evaluateAs<double>(points);
}

void ClassMapSampler::fill(int row, int column, int stride, SampledField& field, float* logits) const {
    const auto x = columns_.around(column, stride), y = rows_.around(row, stride);
    const std::size_t corners[] = {at(y.low, x.low), at(y.low, x.high), at(y.high, x.low),
                                   at(y.high, x.high)};
    const float weights[] = {(1 - x.weight) * (1 - y.weight), x.weight * (1 - y.weight),
                             (1 - x.weight) * y.weight, x.weight * y.weight};
    const std::size_t point = at(row, column);
    if (!keepLogits_) {
        const auto nearest = corners[std::max_element(weights, weights + 4) - weights];
        field.label[point] = field_.label[nearest];
        float sum = 0;
        for (int i = 0; i < 4; ++i) sum += weights[i] * field_.confidence[corners[i]];
        field.confidence[point] = sum;
        return;
    }
    for (std::size_t k = 0; k < outputs_; ++k) {
        float sum = 0;
        for (int i = 0; i < 4; ++i) sum += weights[i] * logits_[corners[i] * outputs_ + k];
        logits[k] = sum;
    }
    field.label[point] = predictedClass(logits, field_.outputs);
    field.confidence[point] = tessera::confidence(logits, field_.outputs);
}

bool ClassMapSampler::needsEvaluation(int row, int column, int stride) const {
    const auto x = columns_.around(column, 2 * stride), y = rows_.around(row, 2 * stride);
    const std::size_t corners[] = {at(y.low, x.low), at(y.low, x.high), at(y.high, x.low),
                                   at(y.high, x.high)};
    float least = 1, most = 0;
    for (const auto corner : corners) {
        if (field_.label[corner] != field_.label[corners[0]] || missed_[corner] != 0) return true;
        least = std::min(least, field_.confidence[corner]);
        most = std::max(most, field_.confidence[corner]);
    }
    return most - least > kConfidenceBound;
}

Result<Done> ClassMapSampler::refine(int stride, bool everywhere) {
    std::vector<std::int32_t> points;
    for (int r = 0; r < rows_.size; r = rows_.next(r, stride))
        for (int c = 0; c < columns_.size; c = columns_.next(c, stride)) {
            const auto point = at(r, c);
            if (known_[point] != 0) continue;
            if (everywhere || needsEvaluation(r, c, stride))
                points.push_back(static_cast<std::int32_t>(point));
        }
    // Misses of earlier levels have done their part: the points around them are in the list.
    std::fill(missed_.begin(), missed_.end(), static_cast<unsigned char>(0));
    // Every new point gets its guess first: the chosen ones are then measured against it.
    if (level_ > 0)
        for (int r = 0; r < rows_.size; r = rows_.next(r, stride))
            for (int c = 0; c < columns_.size; c = columns_.next(c, stride)) {
                const auto point = at(r, c);
                if (known_[point] != 0) continue;
                fill(r, c, 2 * stride, field_, keepLogits_ ? logits_.data() + point * outputs_ : nullptr);
                known_[point] = 1;
            }
    // Where a guess was wrong, look around it, until no guess is.
    while (!points.empty()) {
        auto done = evaluate(points);
        if (!done.isOk() || everywhere) return done;
        std::vector<std::int32_t> around;
        for (const auto point : points) {
            if (missed_[static_cast<std::size_t>(point)] == 0) continue;
            const int row = point / field_.columns, column = point % field_.columns;
            for (int dr = -1; dr <= 1; ++dr)
                for (int dc = -1; dc <= 1; ++dc) {
                    const int r = std::clamp(row + dr * stride, 0, rows_.size - 1),
                              c = std::clamp(column + dc * stride, 0, columns_.size - 1);
                    if (!rows_.holds(r, stride) || !columns_.holds(c, stride) ||
                        field_.evaluated[at(r, c)] != 0)
                        continue;
                    around.push_back(static_cast<std::int32_t>(at(r, c)));
                }
        }
        std::sort(around.begin(), around.end());
        around.erase(std::unique(around.begin(), around.end()), around.end());
        points = std::move(around);
    }
    return Done{};
}

std::shared_ptr<const SampledField> ClassMapSampler::filled(int stride) const {
    auto field = std::make_shared<SampledField>(field_);
    std::vector<float> logits(outputs_);
    for (int r = 0; stride > 1 && r < rows_.size; ++r)
        for (int c = 0; c < columns_.size; ++c)
            if (known_[at(r, c)] == 0) fill(r, c, stride, *field, logits.data());
    return field;
}

Result<ClassMap::Output> ClassMapSampler::run(const ClassMap::Level& onLevel) {
    const auto begin = Clock::now();
    const int longer = std::max(rows_.size, columns_.size);
    const auto pointsAt = [&](int stride) { return (longer + stride - 1) / stride; };
    int stride = 1;
    while (pointsAt(stride) > std::min(kFirstPoints, options_.coarse)) stride *= 2;
    for (int s = stride; s > 1; s /= 2) ++levels_;

    std::shared_ptr<const SampledField> latest;
    bool stopped = false;
    for (;; stride /= 2, ++level_) {
        // Up to the first grid shown every point is evaluated; what is between its points is found by
        // refinement.
        const bool coarse = pointsAt(stride) <= options_.coarse;
        auto done = refine(stride, coarse || !options_.adaptive);
        if (done.isCancelled()) {
            stopped = true;
            break;
        }
        if (!done.isOk()) return std::move(done).propagate<ClassMap::Output>();
        const bool first = coarse && (stride == 1 || pointsAt(stride / 2) > options_.coarse);
        if (!coarse || first || secondsSince(begin) > kPatience) {
            latest = filled(stride);
            if (onLevel) onLevel(latest);
        }
        if (stride == 1) break;
    }
    if (!latest) return Cancelled{};
    ClassMap::Output output{latest, plane_, {}};
    auto& provenance = output.provenance;
    provenance.version = tesseraVersion();
    provenance.dtype = float32Suffices_ ? "float32" : "float64";
    provenance.device = float32Suffices_ ? model_.info().device : "cpu";
    provenance.samples = latest->evaluations;
    provenance.seconds = secondsSince(begin);
    provenance.threads = computeThreads();
    provenance.complete = !stopped;
    if (options_.adaptive) provenance.tolerance = kConfidenceBound;
    provenance.note = std::to_string(latest->evaluations) + " of " + std::to_string(latest->label.size()) +
                      " points evaluated, the others interpolated";
    if (stopped) provenance.note = "cancelled; " + provenance.note;
    provenance.files = {{model_.info().path.string(), model_.info().sha256}};
    return output;
}

}  // namespace tessera
