// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/local_geometry.h"

#include <algorithm>
#include <cmath>

#include "core/model/linearisation.h"
#include "core/probes/local_geometry_record.h"
#include "core/probes/ray_targets.h"
#include "core/probes/sample_inputs.h"

namespace tessera {
namespace {

struct Settings {
    bool jacobian;
    std::string rayTargets;
    std::int64_t targetPool, budgetBytes;
    BoundaryRays::Options rays;
};

Settings settingsOf(const ParameterMap& values) {
    return {parameterValue<bool>(values, "jacobian"),
            parameterValue<std::string>(values, "ray-targets"),
            parameterValue<std::int64_t>(values, "target-pool"),
            parameterValue<std::int64_t>(values, "memory") << 20,
            {static_cast<int>(parameterValue<std::int64_t>(values, "ray-steps")),
             static_cast<int>(parameterValue<std::int64_t>(values, "bisections"))}};
}

// Probability of the predicted class, and entropy in nats.
std::pair<double, double> confidenceAndEntropy(const double* logits, std::int64_t outputs) {
    const double pair[] = {0, logits[0]};
    const double* z = outputs == 1 ? pair : logits;
    const std::int64_t count = std::max<std::int64_t>(2, outputs);
    const double largest = *std::max_element(z, z + count);
    double sum = 0, weighted = 0;  // of exp(z - largest), and of that times (z - largest)
    for (std::int64_t k = 0; k < count; ++k) {
        const double e = std::exp(z[k] - largest);
        sum += e;
        if (e > 0) weighted += e * (z[k] - largest);
    }
    return {1 / sum, std::max(0.0, std::log(sum) - weighted / sum)};
}

class Run {
  public:
    Run(const ProbeInputs& inputs, const Settings& settings, std::stop_token stop, Progress& progress)
        : inputs_(inputs),
          settings_(settings),
          stop_(std::move(stop)),
          progress_(progress),
          samples_(inputs),
          model_(inputs.model),
          outputs_(inputs.model->info().outputs) {
        rows_.wanted = samples_.size();
        rows_.hasRays = settings.rayTargets != "none";
        rows_.toMeans = settings.rayTargets == "mean";
        rows_.isNormalised = !inputs.normalisation.isIdentity();
    }

    Result<ResultRecord> run() {
        if (rows_.hasRays) progress_.beginStep(1, 2, "measuring samples");
        if (auto done = measure(); !done.isOk()) return std::move(done).propagate<ResultRecord>();
        if (rows_.sample.empty()) return Cancelled{};
        if (rows_.hasRays && !stop_.stop_requested())
            if (auto done = walk(); done.isError()) return std::move(done).propagate<ResultRecord>();
        auto record = localGeometryRecord(rows_);
        record.provenance.device = inputs_.model->info().device;
        return record;
    }

  private:
    Error notNumbers(std::int64_t sample) const {
        return inputError(inputs_.model->info().path.string() +
                          " gives logits that are not numbers for sample " +
                          inputs_.dataset->sampleName(sample) + " of " + inputs_.dataset->path().string() +
                          "; check its weights, the data and the normalisation.");
    }

    // Logits and Jacobians of all samples.
    Result<Done> measure() {
        const auto perSample = settings_.jacobian ? model_.bytesPerSample() : 8 * samples_.width();
        BatchPace pace(perSample, model_.model());
        const auto rank = static_cast<std::size_t>(model_.rank());
        std::vector<double> logits, singularValues, frobenius, gradient;
        for (std::int64_t first = 0; first < samples_.size();) {
            if (stop_.stop_requested()) return Done{};
            const auto count = std::min(pace.next(), samples_.size() - first);
            const auto size = static_cast<std::size_t>(count);
            pace.begin();
            auto read = samples_.read(first, count);
            if (!read.isOk()) return std::move(read).propagate<Done>();
            const auto values = read.value();
            logits.resize(size * static_cast<std::size_t>(outputs_));
            if (settings_.jacobian) {
                singularValues.resize(size * rank), frobenius.resize(size), gradient.resize(size);
                auto done = model_.jacobians(
                    values.data(), count,
                    {logits.data(), singularValues.data(), frobenius.data(), gradient.data()},
                    settings_.budgetBytes, stop_);
                if (done.isCancelled()) return Done{};
                if (!done.isOk()) return done;
            } else if (auto done = model_.logits(values.data(), count, logits.data()); !done.isOk()) {
                return done;
            }
            for (std::int64_t i = 0; i < count; ++i) {
                const double* row = &logits[static_cast<std::size_t>(i * outputs_)];
                if (std::any_of(row, row + outputs_, [](double z) { return !std::isfinite(z); }))
                    return notNumbers(samples_.sample(first + i));
                addRow(samples_.sample(first + i), row);
            }
            if (rows_.toMeans) addToMeans(values, count);
            for (std::size_t i = 0; settings_.jacobian && i < size; ++i) {
                rows_.jacobianNorm.push_back(singularValues[i * rank]);
                rows_.jacobianFrobenius.push_back(frobenius[i]);
                rows_.marginGradient.push_back(gradient[i]);
            }
            first += count;
            pace.end(count);
            progress_.report(first, samples_.size(), "measuring samples");
        }
        return Done{};
    }

    void addRow(std::int64_t sample, const double* logits) {
        const auto [confidence, entropy] = confidenceAndEntropy(logits, outputs_);
        rows_.sample.push_back(sample);
        rows_.label.push_back(inputs_.dataset->label(sample));
        rows_.predicted.push_back(predictedClass(logits, outputs_));
        rows_.confidence.push_back(confidence);
        rows_.entropy.push_back(entropy);
        rows_.margin.push_back(marginOf(logits, outputs_));
    }

    void addToMeans(std::span<const double> values, std::int64_t count) {
        const auto first = rows_.sample.size() - static_cast<std::size_t>(count);
        const auto width = static_cast<std::size_t>(samples_.width());
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            const auto row = first + i;
            means_.add(
                static_cast<std::int32_t>(rows_.label[row] < 0 ? rows_.predicted[row] : rows_.label[row]),
                values.subspan(i * width, width));
        }
    }

    // Distances along rays of all samples, block by block.
    Result<Done> walk() {
        progress_.beginStep(2, 2, "walking to the boundary");
        auto targets = rows_.toMeans ? means_.targets(model_, outputs_)
                                     : nearestTargets(samples_, rows_.label, rows_.predicted,
                                                      settings_.targetPool, settings_.budgetBytes / 4, stop_);
        if (!targets.isOk()) return std::move(targets).propagate<Done>();
        rows_.targets = std::move(targets).value();
        BoundaryRays rays(model_, rows_.targets, outputs_, samples_.width(), settings_.rays);
        const auto block = rays.samplesAtOnce(settings_.budgetBytes / 4);
        for (std::int64_t first = 0; first < samples_.size();) {
            const auto count = std::min(block, samples_.size() - first);
            auto read = samples_.read(first, count);
            if (!read.isOk()) return std::move(read).propagate<Done>();
            const auto from = static_cast<std::size_t>(first), size = static_cast<std::size_t>(count);
            auto hits = rays.search(read.value(), std::span(rows_.predicted).subspan(from, size),
                                    std::span(rows_.margin).subspan(from, size), stop_);
            if (!hits.isOk()) return std::move(hits).propagate<Done>();
            rows_.hits.insert(rows_.hits.end(), hits.value().begin(), hits.value().end());
            first += count;
            progress_.report(first, samples_.size(), "walking to the boundary");
        }
        return Done{};
    }

    const ProbeInputs& inputs_;
    const Settings& settings_;
    std::stop_token stop_;
    Progress& progress_;
    SampleInputs samples_;
    Linearisation model_;
    std::int64_t outputs_;
    LocalRows rows_;
    ClassMeans means_;
};

ProbeDescription makeDescription() {
    ProbeDescription d;
    d.name = "local-geometry";
    d.title = "Local geometry of samples";
    d.sentence = "How steep the network is at each sample, how sure it is, and how far the boundary is away.";
    d.definition =
        "For each sample x with logits f(x), classes k and predicted class p: margin = f_p - max of the "
        "other "
        "logits (|f| for a single logit); entropy = -sum_k q_k ln q_k of q = softmax(f); J = df/dx of the "
        "raw "
        "logits, its operator norm (the largest singular value, by eigenvalues of J J^T) and its Frobenius "
        "norm; L_emp = sqrt(mean over samples of ||J||^2). The first-order distance is margin / ||gradient "
        "of "
        "the margin||. The boundary distance is the smallest Euclidean distance from x to a change of the "
        "predicted class on straight rays, one towards each class other than p: to its nearest sample among "
        "those that are predicted as their own label (ray-targets nearest), or to the mean of its samples "
        "(mean). Rays are walked outwards in equal steps up to the nearest target; the first step in which "
        "the prediction changes is bisected, and what remains is closed by linear interpolation of the "
        "margin, which is exact where the network is affine. A class entered and left within one step is "
        "missed. Distances and gradients are in units of the network's input (after normalisation).";
    d.cost =
        "One forward and K backward passes per sample for J, with K the number of logits; for the rays up to "
        "ray-steps x (K - 1) + bisections forward passes per sample, usually about half. Float64 throughout. "
        "Memory: the given budget.";
    d.source =
        "Jacobian norm and empirical Lipschitz constant: Gamba, Azizpour, Bjorkman, On the Lipschitz "
        "Constant "
        "of Deep Networks and Double Descent, BMVC 2023, eq. 1. First-order distance: the linearisation of "
        "Moosavi-Dezfooli et al., DeepFool, CVPR 2016, towards the runner-up only. Derived here: the "
        "distance "
        "along rays.";
    d.parameters = {
        {"ray-targets",
         "Rays to",
         "What the rays of the boundary distance lead to; none leaves it out.",
         "",
         std::string("nearest"),
         0,
         0,
         {"nearest", "mean", "none"}},
        {"target-pool", "Targets per class",
         "Rays choose their nearest target among at most this many samples of each class, evenly taken from "
         "those chosen.",
         "samples", std::int64_t{100}, 1, 100000},
        {"ray-steps", "Steps of a ray", "Points at which the prediction is looked at before the target.", "",
         std::int64_t{16}, 1, 10000},
        {"bisections", "Bisections", "How often the step that holds the change is halved.", "",
         std::int64_t{24}, 0, 60},
        {"jacobian", "Jacobian", "Measure gradients: norms of J and the first-order distance.", "", true},
        {"memory", "Memory budget", "Working memory of gradients and rays.", "MiB", std::int64_t{512}, 16,
         1048576},
    };
    return d;
}

}  // namespace

const ProbeDescription& LocalGeometry::description() const {
    static const ProbeDescription description = makeDescription();
    return description;
}

Result<ResultRecord> LocalGeometry::run(const ProbeInputs& inputs, const ParameterMap& parameters,
                                        std::stop_token stop, Progress& progress) const {
    if (auto text = classCountMismatch(inputs.model->classCount(), *inputs.dataset); !text.empty())
        return inputError(std::move(text));
    const auto settings = settingsOf(parameters);
    return Run(inputs, settings, std::move(stop), progress).run();
}

}  // namespace tessera
