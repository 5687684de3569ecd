// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/compare_heads.h"

#include <algorithm>

#include "core/data/splits.h"
#include "core/heads/head_file.h"
#include "core/probes/compare_heads_record.h"
#include "core/probes/counterfactual.h"
#include "core/probes/counterfactual_references.h"
#include "core/probes/sample_inputs.h"

namespace tessera {
namespace {

const char* const kOfPaths[] = {"paths", "path-points"};  // parameters that mean nothing here

bool isOfPaths(const std::string& name) {
    return std::any_of(std::begin(kOfPaths), std::end(kOfPaths),
                       [&](const char* own) { return name == own; });
}

// On the labelled ones of the samples.
Result<HeadTable> figuresOf(const ProbeInputs& inputs,
                            const std::vector<std::shared_ptr<const Model>>& models,
                            const std::vector<std::string>& names, std::int64_t budgetBytes,
                            std::stop_token stop, Progress& progress) {
    std::vector<std::int64_t> samples;
    std::vector<std::int32_t> labels;
    for (const auto sample : inputs.samples)
        if (const auto label = inputs.dataset->label(sample); label >= 0)
            samples.push_back(sample), labels.push_back(label);
    const auto bytes =
        8 * static_cast<std::int64_t>(samples.size()) * elementCount(inputs.dataset->sampleShape());
    if (bytes > budgetBytes)
        return inputError("The " + std::to_string(samples.size()) + " samples of " +
                          inputs.dataset->path().string() + " need " + mebibytes(bytes) +
                          " of memory; raise the setting memory or choose fewer samples.");
    auto points = readRows(inputs, samples, stop);
    if (!points.isOk()) return std::move(points).propagate<HeadTable>();
    std::vector<ComparedHead> heads;
    for (std::size_t i = 0; i < models.size(); ++i)
        heads.push_back({names[i], models[i], recipeOf(readHeadMetadata(models[i]->info().path))});
    return compareHeads(points.value(), labels, samples,
                        static_cast<int>(inputs.dataset->classNames().size()), heads, std::move(stop),
                        progress);
}

// Of names made of as many words each, those that are not the same in all, a number with the word before it.
// Empty if that leaves two alike, or one without a name.
std::vector<std::string> differingWords(const std::vector<std::string>& names) {
    std::vector<std::vector<std::string>> words;
    for (const auto& name : names) {
        auto& own = words.emplace_back(1);
        for (const char letter : name)
            if (letter == '-' || letter == '_' || letter == ' ')
                own.emplace_back();
            else
                own.back() += letter;
        if (own.size() != words.front().size()) return {};
    }
    const auto count = words.front().size();
    std::vector<bool> isKept(count, false);
    for (std::size_t w = 0; w < count; ++w) {
        const bool differs = std::any_of(words.begin(), words.end(),
                                         [&](const auto& own) { return own[w] != words.front()[w]; });
        if (!differs) continue;
        isKept[w] = true;
        const bool isNumber = std::all_of(words.begin(), words.end(), [&](const auto& own) {
            return !own[w].empty() && own[w].find_first_not_of("0123456789.e+") == std::string::npos;
        });
        if (isNumber && w > 0) isKept[w - 1] = true;
    }
    std::vector<std::string> shortened;
    for (const auto& own : words) {
        std::string name;
        for (std::size_t w = 0; w < count; ++w)
            if (isKept[w]) name += (name.empty() ? "" : " ") + own[w];
        if (name.empty() || std::find(shortened.begin(), shortened.end(), name) != shortened.end()) return {};
        shortened.push_back(std::move(name));
    }
    return shortened;
}

}  // namespace

std::vector<std::string> modelNames(const std::vector<std::shared_ptr<const Model>>& models) {
    std::vector<std::string> stems, names;
    for (const auto& model : models) {
        const auto stem = model->info().path.stem().string();
        stems.push_back(stem.empty() ? "model" : stem);
    }
    const auto differing = differingWords(stems);
    for (std::size_t i = 0; i < models.size(); ++i) {
        const bool isSame = std::count(stems.begin(), stems.end(), stems[i]) > 1;
        std::string name = !differing.empty() ? differing[i]
                           : isSame           ? models[i]->info().path.string()
                                              : stems[i];
        // One file opened twice, on two devices say.
        const auto before = std::count(names.begin(), names.end(), name);
        names.push_back(before == 0 ? name : name + " (" + std::to_string(before + 1) + ")");
    }
    return names;
}

ParameterMap counterfactualParameters(const ParameterMap& parameters) {
    ParameterMap own = parameters;
    own["paths"] = std::int64_t{0};
    auto complete = completeParameters(counterfactualDescription().parameters, own);
    return complete.isOk() ? complete.value() : own;
}

const ProbeDescription& CompareHeads::description() const {
    static const ProbeDescription description = [] {
        const auto search = counterfactualDescription();
        ProbeDescription d;
        d.name = "compare-heads";
        d.title = "Compare heads";
        d.sentence =
            "Which of several equally accurate heads flips more easily, where, and whether data support the "
            "flip.";
        d.definition =
            "For each head: accuracy, mean cross-entropy, calibration (ECE over 15 equal bins of "
            "confidence), "
            "the angle of its row-centred, flattened (W, b) to the first head's, and the counterfactual "
            "search from every sample. " +
            search.definition +
            " The range over seeds is highest minus lowest over the first head and those made like it but "
            "for "
            "the seed: what is left of a difference at a fixed representation. Regressions explain the flip "
            "and the distance by least squares on z-scored predictors, with R^2 on a fifth of each head's "
            "rows "
            "that is held out.";
        d.cost = "One counterfactual search of all samples a head. " + search.cost;
        d.source =
            search.source + " Regressions, ranges and the probe against the linear SVM follow its code.";
        d.minimumModels = 2;
        for (const auto& parameter : search.parameters)
            if (!isOfPaths(parameter.name)) d.parameters.push_back(parameter);
        return d;
    }();
    return description;
}

Result<ResultRecord> CompareHeads::run(const ProbeInputs& inputs, const ParameterMap& parameters,
                                       std::stop_token stop, Progress& progress) const {
    std::vector<std::shared_ptr<const Model>> models{inputs.model};
    models.insert(models.end(), inputs.others.begin(), inputs.others.end());
    const auto steps = static_cast<int>(models.size()) + 1;
    const auto settings = counterfactualSettings(counterfactualParameters(parameters));
    ProbeInputs evaluated = inputs;
    evaluated.others.clear();
    // None chosen: the search takes the same test part, and says that it was not chosen.
    ProbeInputs searched = evaluated;
    auto splits = splitsOf(*inputs.dataset, inputs.seed, settings.referenceShare, settings.testShare);
    if (!splits.isOk()) return std::move(splits).propagate<ResultRecord>();
    if (evaluated.samples.empty()) evaluated.samples = splits.value().test;
    if (evaluated.samples.empty())
        return inputError(inputs.dataset->path().string() +
                          " has no test samples to compare on; choose samples, or give it a test part.");

    progress.beginStep(1, steps, "comparing accuracies");
    for (const auto& model : models) {
        searched.model = model;
        if (auto fits = checkSearch(searched, settings); !fits.isOk())
            return std::move(fits).propagate<ResultRecord>();
    }
    ComparedRecords compared;
    compared.names = modelNames(models);
    if (auto figures = figuresOf(evaluated, models, compared.names, settings.budgetBytes, stop, progress);
        figures.isOk())
        compared.heads = std::move(figures).value();
    else
        return std::move(figures).propagate<ResultRecord>();
    // Distances and thresholds of the references are the same under every head.
    WorkerTeam team(inputs.threads);
    auto read = readReferences(inputs, settings, splits.value().reference, team, stop, progress);
    if (!read.isOk()) return std::move(read).propagate<ResultRecord>();
    const auto references = std::make_shared<const References>(std::move(read).value());
    for (std::size_t i = 0; i < models.size(); ++i) {
        progress.beginStep(static_cast<int>(i) + 2, steps, "searching under " + compared.names[i]);
        searched.model = models[i];
        auto found = searchCounterfactuals(searched, settings, references, stop, progress);
        if (found.isError()) return std::move(found).propagate<ResultRecord>();
        if (!found.isOk()) break;
        const bool isWhole = found.value().provenance.complete;
        compared.searches.push_back(std::move(found).value());
        if (!isWhole) break;
    }
    if (compared.searches.empty()) return Cancelled{};
    compared.distanceOfFlipsOnly = settings.preset == "v2";
    compared.seed = inputs.seed;
    return compareHeadsRecord(compared);
}

}  // namespace tessera
