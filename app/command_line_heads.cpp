// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line_heads.h"

#include <algorithm>

#include "app/catalogue.h"
#include "app/command_line_parser.h"

namespace tessera {
namespace {

void addSplitOptions(CLI::App& app, SplitOptions& split) {
    app.add_option("--split-seed", split.seed, "seed of the split, of data that bring none")
        ->capture_default_str();
    app.add_option("--reference-share", split.referenceShare,
                   "of each class, for early stopping and as the reference pool")
        ->capture_default_str();
    app.add_option("--test-share", split.testShare, "of each class, to judge heads on")
        ->capture_default_str();
}

void addReportOptions(CLI::App& app, std::string& json, std::string& csv) {
    app.add_option("--json", json, "write the result as JSON to this file; - is standard output");
    app.add_option("--csv", csv, "write each table as a CSV file into this folder");
}

template <typename T>
void addValue(CLI::App& app, const char* name, T& value, const char* help) {
    app.add_option(name, value, help)->capture_default_str();
}

void addTrainOptions(CLI::App& app, TrainHeadsOptions& options) {
    HeadRecipe& base = options.sweep.base;
    app.add_option("EMB", options.embeddings,
                   "embeddings with labels: npz (x, y, split), npy, CSV, safetensors")
        ->required();
    app.add_option("--out", options.out, "folder for the heads, one .safetensors each")->required();
    std::vector<std::string> names;
    for (const auto method : kHeadMethods) names.emplace_back(headMethodName(method));
    app.add_option("--method", options.methods, "kind of head; a list trains one sweep of each")
        ->delimiter(',')
        ->check(CLI::IsMember(names))
        ->capture_default_str();
    addListOption(app, "--seeds", options.sweep.seeds, "a head for each seed (softmax, mlp)", "42,43,44");
    addListOption(app, "--lr", options.sweep.learningRates, "and for each learning rate [0.001]",
                  "0.001,0.01");
    addListOption(app, "--wd", options.sweep.weightDecays, "and for each weight decay [0.0001]",
                  "0.0001,0.001");
    addValue(app, "--batch", base.batch, "samples of a step");
    addValue(app, "--epochs", base.epochs, "at most so many");
    addValue(app, "--patience", base.patience, "epochs without a better reference accuracy before the stop");
    addValue(app, "--hidden", base.hidden, "hidden units of mlp");
    addValue(app, "--cost", base.cost, "C of logistic and svm: weight of the data against |W|^2 / 2");
    addValue(app, "--ridge", base.ridge, "penalty of ridge");
    addValue(app, "--shrinkage", base.shrinkage,
             "of lda: share of the mean variance added to the covariance");
    addValue(app, "--scale", base.scale, "multiplies the last layer when done");
    app.add_option("--label-column", options.labelColumn, "of a CSV file");
    addSplitOptions(app, options.split);
    app.add_option("--threads", options.threads, "0: one for each core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    addReportOptions(app, options.json, options.csv);
}

void addCompareOptions(CLI::App& app, CompareHeadsOptions& options) {
    app.add_option("EMB", options.embeddings, "embeddings with labels")->required();
    app.add_option("HEAD", options.heads,
                   "heads over them: any model file; the first is what the others are held against")
        ->required();
    app.add_option("--part", options.part, "samples to judge on")
        ->check(CLI::IsMember({"train", "reference", "test"}))
        ->capture_default_str();
    app.add_flag("--counterfactual", options.counterfactual,
                 "search counterfactuals under each head as well");
    app.add_option("--set", options.settings,
                   "a setting of the search, such as preset=v2 (see tessera probe counterfactual --help); "
                   "may be repeated")
        ->allow_extra_args(false)
        ->needs(app.get_option("--counterfactual"));
    app.add_option("--label-column", options.labelColumn, "of a CSV file");
    addSplitOptions(app, options.split);
    app.add_option("--seed", options.seed, "seed of the search")->capture_default_str();
    app.add_option("--threads", options.threads, "0: one for each core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    addReportOptions(app, options.json, options.csv);
}

}  // namespace

Result<ParameterMap> settingsFrom(const std::vector<std::string>& texts,
                                  const std::vector<Parameter>& known) {
    ParameterMap settings;
    for (const auto& text : texts) {
        const auto equals = text.find('=');
        const auto parameter = std::find_if(known.begin(), known.end(), [&](const Parameter& candidate) {
            return candidate.name == text.substr(0, equals);
        });
        if (equals == std::string::npos || parameter == known.end())
            return inputError("--set " + text + " names no setting; see tessera probe counterfactual --help");
        auto value = parseParameter(*parameter, text.substr(equals + 1));
        if (!value.isOk()) return std::move(value).propagate<ParameterMap>();
        settings[parameter->name] = std::move(value).value();
    }
    return settings;
}

void HeadsCommands::addTo(CLI::App& app) {
    app.require_subcommand(1);
    embed_ =
        app.add_subcommand("embed", "values of one layer of a model for every sample, as an embedding file");
    addCommonOptions(*embed_, embedOptions_.common);
    addDataOptions(*embed_, embedOptions_.source);
    embed_->get_option("--data")->required();
    embed_->add_option("--layer", embedOptions_.layer,
                       "name of the layer; default: what the last linear layer takes");
    embed_->add_option("--out", embedOptions_.out, "the .npz to write: x, y and split")->required();
    embed_->add_option("--cache", embedOptions_.cache, "folder that keeps embeddings for equal requests");
    addSplitOptions(*embed_, embedOptions_.split);
    train_ = app.add_subcommand("train", "train classifier heads over embeddings");
    addTrainOptions(*train_, trainOptions_);
    compare_ = app.add_subcommand("compare", "heads side by side over one representation");
    addCompareOptions(*compare_, compareOptions_);
}

std::string HeadsCommands::usageProblem() const {
    if (train_->parsed())
        for (const auto& recipe : recipesOf(trainOptions_.sweep))
            if (auto valid = validateRecipe(recipe); !valid.isOk()) return valid.error().message;
    if (compare_->parsed() && compareOptions_.counterfactual) {
        const auto* entry = catalogueEntry("counterfactual");
        if (entry == nullptr) return "this build has no counterfactual probe";
        const auto settings = settingsFrom(compareOptions_.settings, entry->probe->description().parameters);
        if (!settings.isOk()) return settings.error().message;
    }
    return {};
}

int HeadsCommands::run() const {
    if (embed_->parsed()) return runEmbed(embedOptions_);
    if (train_->parsed()) return runTrainHeads(trainOptions_);
    return runCompareHeads(compareOptions_);
}

}  // namespace tessera
