// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/evaluation.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "core/model/batch_pace.h"
#include "core/probes/source_files.h"

namespace tessera {

namespace {

// -log of the probability of `label`, in double and without overflow; natural logarithm.
double crossEntropyOf(const float* logits, std::int32_t outputs, std::int32_t label) {
    if (outputs == 1) {
        const double z = label == 1 ? -logits[0] : logits[0];  // log(1 + exp(z))
        return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
    }
    const double largest = *std::max_element(logits, logits + outputs);
    double sum = 0;
    for (std::int32_t k = 0; k < outputs; ++k) sum += std::exp(logits[k] - largest);
    return std::log(sum) + largest - logits[label];
}

// Guo et al. 2017: bin m holds confidences in ((m-1)/M, m/M]; |accuracy - confidence| weighted by the bin's
// share.
class CalibrationBins {
  public:
    explicit CalibrationBins(int bins) : bins_(static_cast<std::size_t>(bins)) {}
    void add(double confidence, bool correct) {
        const auto count = static_cast<double>(bins_.size());
        const double at = std::clamp(std::ceil(confidence * count) - 1, 0.0, count - 1);
        auto& bin = bins_[static_cast<std::size_t>(at)];
        bin.confidence += confidence;
        bin.correct += correct ? 1 : 0;
    }
    double error(std::int64_t samples) const {
        double sum = 0;
        for (const auto& bin : bins_) sum += std::abs(bin.correct - bin.confidence);
        return sum / static_cast<double>(samples);
    }

  private:
    struct Bin {
        double confidence = 0, correct = 0;
    };
    std::vector<Bin> bins_;
};

Result<Done> check(const Model& model, const Dataset& data, const Evaluation::Options& options) {
    if (auto text = shapeMismatch(model.info().inputShape, data.sampleShape(), data.path().string());
        !text.empty())
        return inputError(std::move(text));
    if (auto text = classCountMismatch(model.classCount(), data); !text.empty())
        return inputError(std::move(text));
    if (options.bins < 1 || options.bins > 10000)
        return inputError("The number of calibration bins is " + std::to_string(options.bins) +
                          "; give 1 to 10000.");
    if (options.limit < 0)
        return inputError("The sample limit is " + std::to_string(options.limit) + "; give 0 (all) or more.");
    return validateNormalisation(options.normalisation, data.sampleShape());
}

void summarise(Evaluation::Output& output, int bins) {
    CalibrationBins calibration(bins);
    std::int64_t correct = 0;
    double crossEntropy = 0;
    for (std::int64_t i = 0; i < output.samples; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const auto label = output.label[at], predicted = output.predicted[at];
        ++output.classes[static_cast<std::size_t>(predicted)].predicted;
        if (label < 0) continue;
        const bool right = label == predicted;
        auto& row = output.classes[static_cast<std::size_t>(label)];
        ++row.samples;
        row.correct += right ? 1 : 0;
        ++output.labelled;
        correct += right ? 1 : 0;
        crossEntropy += crossEntropyOf(&output.logits[at * static_cast<std::size_t>(output.outputs)],
                                       output.outputs, label);
        calibration.add(output.confidence[at], right);
    }
    if (output.labelled == 0) return;
    output.accuracy = static_cast<double>(correct) / static_cast<double>(output.labelled);
    output.crossEntropy = crossEntropy / static_cast<double>(output.labelled);
    output.ece = calibration.error(output.labelled);
}

}  // namespace

std::vector<Parameter> Evaluation::Options::parameters() {
    const Options standard;
    return {
        {"limit", "Samples", "Evaluate only this many samples from the start (0: all).", "", standard.limit,
         0, 1e9},
        {"bins", "Calibration bins", "Equal-width confidence bins of the expected calibration error.", "",
         std::int64_t{standard.bins}, 1, 10000},
    };
}

Result<Evaluation::Output> Evaluation::run(const Model& model, const Dataset& data, const Options& options,
                                           std::stop_token stop, Progress& progress) {
    auto valid = check(model, data, options);
    if (!valid.isOk()) return std::move(valid).propagate<Output>();
    const auto begin = std::chrono::steady_clock::now();
    const std::int64_t wanted = options.limit == 0 ? data.size() : std::min(options.limit, data.size());
    const std::int64_t width = elementCount(data.sampleShape());
    Output output;
    output.outputs = static_cast<std::int32_t>(model.info().outputs);
    const auto outputs = static_cast<std::size_t>(output.outputs);
    output.logits.resize(static_cast<std::size_t>(wanted) * outputs);

    BatchPace pace(width * static_cast<std::int64_t>(sizeof(float)), model);
    std::vector<std::int64_t> indices;
    std::vector<float> inputs;
    while (output.samples < wanted && !stop.stop_requested()) {
        const std::int64_t count = std::min(pace.next(), wanted - output.samples);
        pace.begin();
        indices.resize(static_cast<std::size_t>(count));
        std::iota(indices.begin(), indices.end(), output.samples);
        inputs.resize(std::max(inputs.size(), static_cast<std::size_t>(count * width)));
        auto read = data.read(indices, inputs.data());
        if (!read.isOk()) return std::move(read).propagate<Output>();
        normalise(options.normalisation, data.sampleShape(), count, inputs.data());
        float* logits = output.logits.data() + static_cast<std::size_t>(output.samples) * outputs;
        auto done = model.logits(inputs.data(), count, logits);
        if (!done.isOk()) return std::move(done).propagate<Output>();
        for (std::int64_t i = 0; i < count; ++i, logits += outputs) {
            const std::int64_t sample = output.samples + i;
            if (std::any_of(logits, logits + outputs, [](float z) { return std::isnan(z); }))
                return inputError(model.info().path.string() +
                                  " gives logits that are not numbers for sample " + data.sampleName(sample) +
                                  " of " + data.path().string() +
                                  "; check its weights, the data and the normalisation.");
            output.predicted.push_back(predictedClass(logits, output.outputs));
            output.confidence.push_back(tessera::confidence(logits, output.outputs));
            output.label.push_back(data.label(sample));
        }
        output.samples += count;
        pace.end(count);
        progress.report(output.samples, wanted, "evaluating samples");
    }
    if (output.samples == 0) return Cancelled{};
    output.logits.resize(static_cast<std::size_t>(output.samples) * outputs);

    const auto& names = data.classNames();
    const auto classes = static_cast<std::size_t>(model.classCount());
    for (std::size_t k = 0; k < classes; ++k)
        output.classes.push_back({names.size() == classes ? names[k] : std::to_string(k), 0, 0, 0});
    summarise(output, options.bins);

    auto& provenance = output.provenance;
    provenance.version = tesseraVersion();
    provenance.dtype = "float32";
    provenance.device = model.info().device;
    provenance.samples = output.samples;
    provenance.threads = computeThreads();
    provenance.complete = output.samples == wanted;
    if (!provenance.complete)
        provenance.note = "cancelled after " + std::to_string(output.samples) + " of " +
                          std::to_string(wanted) + " samples";
    provenance.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    provenance.files = sourceFilesOf(model, &data);
    return output;
}

}  // namespace tessera
