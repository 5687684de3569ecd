// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/probe.h"

#include <chrono>
#include <exception>
#include <optional>

#include "core/probes/source_files.h"

namespace tessera {
namespace {

std::string samplesText(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " sample" : " samples");
}

}  // namespace

bool takesWholeSpace(const ProbeDescription& description, const Model& model) {
    return description.minimumInputs > 1 &&
           elementCount(model.info().inputShape) == description.minimumInputs;
}

Result<Done> checkInputs(const ProbeDescription& description, const ProbeInputs& inputs) {
    if (!inputs.model) return inputError(description.title + " needs a model; open one first.");
    const auto& info = inputs.model->info();
    if (const auto models = static_cast<int>(inputs.others.size()) + 1; models < description.minimumModels)
        return inputError(description.title + " needs at least " + std::to_string(description.minimumModels) +
                          " models that take the same inputs; open " + (models == 1 ? "another" : "more") +
                          " beside " + info.path.filename().string() + ".");
    for (const auto& other : inputs.others)
        if (elementCount(other->info().inputShape) != elementCount(info.inputShape) ||
            other->classCount() != inputs.model->classCount())
            return inputError(other->info().path.filename().string() + " takes " +
                              std::to_string(elementCount(other->info().inputShape)) + " values and tells " +
                              std::to_string(other->classCount()) + " classes apart, " +
                              info.path.filename().string() + " takes " +
                              std::to_string(elementCount(info.inputShape)) + " and tells " +
                              std::to_string(inputs.model->classCount()) +
                              "; compare models of the same inputs and classes.");
    if (description.needsExact)
        if (const auto* layer = inputs.model->firstInexact())
            return unsupported(info.path.filename().string() + ": layer " + layer->name + " (" + layer->kind +
                               ") is not piecewise linear, so " + description.title +
                               " cannot be exact; choose a model of exact layers.");
    if (elementCount(info.inputShape) < description.minimumInputs)
        return inputError(info.path.filename().string() + " takes " +
                          std::to_string(elementCount(info.inputShape)) + " values, and " +
                          description.title + " needs at least " + std::to_string(description.minimumInputs) +
                          "; choose a model of more inputs.");
    const bool isWholeSpace = inputs.samples.empty() && takesWholeSpace(description, *inputs.model);
    if (!inputs.dataset) {
        if (description.needsData || (description.minimumSamples > 0 && !isWholeSpace) ||
            !inputs.samples.empty())
            return inputError(description.title + " needs data; open a data set first.");
        return Done{};
    }
    const auto& data = *inputs.dataset;
    if (data.size() == 0) return inputError(data.path().string() + " holds no samples; open another set.");
    if (auto mismatch = shapeMismatch(info.inputShape, data.sampleShape(), data.path().string());
        !mismatch.empty())
        return inputError(mismatch);
    if (auto valid = validateNormalisation(inputs.normalisation, data.sampleShape()); !valid.isOk())
        return valid;
    for (const auto index : inputs.samples)
        if (index < 0 || index >= data.size())
            return inputError("Sample " + std::to_string(index) + " is not in " + data.path().string() +
                              ", which holds " + samplesText(data.size()) + "; count from 0.");
    const auto chosen = static_cast<std::int64_t>(inputs.samples.size());
    if (chosen < description.minimumSamples && !isWholeSpace)
        return inputError(description.title + " needs at least " + samplesText(description.minimumSamples) +
                          ", " + (chosen == 0 ? "none" : std::to_string(chosen)) +
                          " chosen; select more of them.");
    if (description.maximumSamples > 0 && chosen > description.maximumSamples)
        return inputError(description.title + " takes at most " + samplesText(description.maximumSamples) +
                          ", " + std::to_string(chosen) + " chosen; select fewer of them.");
    return Done{};
}

Result<std::shared_ptr<const ResultRecord>> runProbe(const Probe& probe, const ProbeInputs& inputs,
                                                     const ParameterMap& given, std::stop_token stop,
                                                     Progress& progress) {
    using Record = std::shared_ptr<const ResultRecord>;
    const auto& description = probe.description();
    if (auto fits = checkInputs(description, inputs); !fits.isOk())
        return std::move(fits).propagate<Record>();
    auto parameters = completeParameters(description.parameters, given);
    if (!parameters.isOk()) return std::move(parameters).propagate<Record>();
    const auto start = std::chrono::steady_clock::now();
    std::optional<std::vector<SourceFile>> files;  // reading them takes its time: once a record needs it
    const auto complete = [&](ResultRecord record) {
        record.probe = description.name;
        record.parameters = parameters.value();
        auto& provenance = record.provenance;
        provenance.version = tesseraVersion();
        provenance.seed = inputs.seed, provenance.threads = inputs.threads;
        provenance.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (!files) {
            files = sourceFilesOf(*inputs.model, inputs.dataset.get());
            for (const auto& other : inputs.others)
                files->push_back({other->info().path.string(), other->info().sha256});
        }
        provenance.files = *files;
        return std::make_shared<const ResultRecord>(std::move(record));
    };
    ProbeInputs watched = inputs;
    if (inputs.onPartial)
        watched.onPartial = [&](std::shared_ptr<const ResultRecord> record) {
            inputs.onPartial(complete(*record));
        };
    Result<ResultRecord> outcome = Cancelled{};
    try {
        outcome = probe.run(watched, parameters.value(), stop, progress);
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::Resource,
                     description.title + " ran out of memory; choose fewer samples or a smaller budget.",
                     {}};
    } catch (const std::exception& exception) {
        return Error{ErrorKind::Internal,
                     description.title + " failed inside: " + std::string(exception.what()).substr(0, 300),
                     {}};
    }
    if (!outcome.isOk()) return std::move(outcome).propagate<Record>();
    return Record(complete(std::move(outcome).value()));
}

}  // namespace tessera
