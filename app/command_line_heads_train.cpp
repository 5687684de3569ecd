// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/command_line_console.h"
#include "app/command_line_heads.h"
#include "app/command_line_model.h"
#include "app/report.h"
#include "core/heads/head_file.h"
#include "core/heads/head_table.h"
#include "core/session/record_csv.h"

namespace tessera {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string fileNameOf(const HeadRecipe& recipe) {
    std::string name = recipeText(recipe);
    std::replace(name.begin(), name.end(), ' ', '-');
    return name + ".safetensors";
}

HeadMethod methodNamed(const std::string& name) {
    return *std::find_if(std::begin(kHeadMethods), std::end(kHeadMethods),
                         [&](HeadMethod method) { return name == headMethodName(method); });
}

std::vector<HeadRecipe> recipesAsked(const TrainHeadsOptions& options) {
    std::vector<HeadRecipe> recipes;
    for (const auto& name : options.methods) {
        HeadSweep sweep = options.sweep;
        sweep.base.method = methodNamed(name);
        for (const auto& recipe : recipesOf(sweep)) recipes.push_back(recipe);
    }
    return recipes;
}

// How each head was trained, beside how good it is.
Table headsTable(const Embeddings& embeddings, const HeadTraining& training) {
    std::vector<std::string> names, files, notes;
    std::vector<std::int64_t> seeds, epochs, best, complete;
    std::vector<double> rates, decays, accuracy, loss, ece, reference;
    const Rows points = embeddings.pointsOf(embeddings.splits.test);
    const auto labels = embeddings.labelsOf(embeddings.splits.test);
    for (const auto& head : training.heads) {
        const bool byEpochs = isTrainedByEpochs(head.recipe.method), isThere = !head.head.layers.empty();
        const auto quality =
            isThere ? qualityOf(logitsOf(head.head, points), labels) : LogitQuality{kNaN, kNaN, kNaN};
        names.push_back(recipeText(head.recipe));
        files.push_back(isThere ? fileNameOf(head.recipe) : "");
        notes.push_back(head.note);
        seeds.push_back(static_cast<std::int64_t>(head.recipe.seed));
        epochs.push_back(static_cast<std::int64_t>(head.curve.size()));
        best.push_back(head.bestEpoch);
        complete.push_back(head.isComplete ? 1 : 0);
        rates.push_back(byEpochs ? head.recipe.learningRate : kNaN);
        decays.push_back(byEpochs ? head.recipe.weightDecay : kNaN);
        reference.push_back(head.bestEpoch >= 0
                                ? head.curve[static_cast<std::size_t>(head.bestEpoch)].referenceAccuracy
                                : kNaN);
        accuracy.push_back(quality.accuracy);
        loss.push_back(quality.crossEntropy);
        ece.push_back(quality.ece);
    }
    return {"heads",
            "Trained heads",
            {{"head", "Head", "", "Method and what varies.", names},
             {"accuracy", "Accuracy", "", "On the test part.", accuracy},
             {"cross_entropy", "Cross-entropy", "nats", "On the test part.", loss},
             {"ece", "ECE", "", "Expected calibration error, 15 equal bins, on the test part.", ece},
             {"reference_accuracy", "Reference accuracy", "", "Of the epoch that was kept.", reference},
             {"epochs", "Epochs", "", "That were run.", epochs},
             {"best_epoch", "Best epoch", "", "Whose weights were kept, from 0; -1: not by epochs.", best},
             {"seed", "Seed", "", "Of the first weights and the order.", seeds},
             {"learning_rate", "Learning rate", "", "Of Adam.", rates},
             {"weight_decay", "Weight decay", "", "Coupled L2.", decays},
             {"complete", "Complete", "", "0: stopped before its end.", complete},
             {"file", "File", "", "In the folder of --out.", files},
             {"note", "Note", "", "What went wrong.", notes}}};
}

Table curvesTable(const HeadTraining& training) {
    std::vector<std::string> names;
    std::vector<std::int64_t> epochs;
    std::vector<double> train, reference, accuracy;
    for (const auto& head : training.heads)
        for (const auto& point : head.curve) {
            names.push_back(recipeText(head.recipe));
            epochs.push_back(point.epoch);
            train.push_back(point.trainLoss);
            reference.push_back(point.referenceLoss);
            accuracy.push_back(point.referenceAccuracy);
        }
    return {"curves",
            "Training curves",
            {{"head", "Head", "", "Method and what varies.", names},
             {"epoch", "Epoch", "", "From 0.", epochs},
             {"train_loss", "Train loss", "nats", "Mean over the epoch's batches, before each step.", train},
             {"reference_loss", "Reference loss", "nats", "After the epoch.", reference},
             {"reference_accuracy", "Reference accuracy", "", "After the epoch.", accuracy}}};
}

Result<Done> saveHeads(const TrainHeadsOptions& options, const HeadTraining& training,
                       const std::string& sha256) {
    std::error_code error;
    std::filesystem::create_directories(options.out, error);
    if (error)
        return fileError(options.out + " cannot be made (" + error.message() + "); choose another folder.");
    for (const auto& head : training.heads) {
        if (head.head.layers.empty()) continue;
        auto saved =
            saveHead(std::filesystem::path(options.out) / fileNameOf(head.recipe), head,
                     {{"tessera.embeddings", options.embeddings}, {"tessera.embeddings_sha256", sha256}});
        if (!saved.isOk()) return saved;
    }
    return Done{};
}

}  // namespace

Result<OpenedEmbeddings> openEmbeddings(const std::string& file, const std::string& labelColumn,
                                        const SplitOptions& split, std::stop_token stop, Progress& progress) {
    DataOptions options;
    options.labelColumn = labelColumn;
    auto data = openDataset(file, options);
    if (!data.isOk()) return std::move(data).propagate<OpenedEmbeddings>();
    auto splits = splitsOf(*data.value(), split.seed, split.referenceShare, split.testShare);
    if (!splits.isOk()) return std::move(splits).propagate<OpenedEmbeddings>();
    auto read = readEmbeddings(*data.value(), std::move(splits).value(), stop, progress);
    if (!read.isOk()) return std::move(read).propagate<OpenedEmbeddings>();
    return OpenedEmbeddings{data.value(), std::move(read).value()};
}

int runTrainHeads(const TrainHeadsOptions& options) {
    const InterruptGuard interrupt;
    ConsoleProgress progress;
    progress.report(0, 0, "reading the embeddings");
    auto opened =
        openEmbeddings(options.embeddings, options.labelColumn, options.split, interrupt.token(), progress);
    if (opened.isCancelled())
        return progress.clear(), failWith(inputError("cancelled; nothing was trained."), options.embeddings);
    if (opened.isError()) return progress.clear(), failWith(std::move(opened).error(), options.embeddings);
    const Embeddings& embeddings = opened.value().embeddings;
    std::error_code ignored;
    std::string sha256;
    if (std::filesystem::is_regular_file(options.embeddings, ignored))
        if (auto hash = sha256OfFile(options.embeddings, {}); hash.isOk()) sha256 = hash.value();
    auto trained = trainHeads(embeddings, recipesAsked(options), threadCount(options.threads),
                              interrupt.token(), progress);
    progress.clear();
    if (trained.isError()) return failWith(std::move(trained).error(), options.embeddings);
    const HeadTraining& training = trained.value();
    if (auto saved = saveHeads(options, training, sha256); !saved.isOk())
        return failWith(std::move(saved).error(), options.out);
    const std::vector<Table> tables{headsTable(embeddings, training), curvesTable(training)};
    if (!options.csv.empty())
        if (auto written = writeCsvFolder(options.csv, tables); !written.isOk())
            return failWith(std::move(written).error(), options.csv);
    ResultRecord record;
    record.probe = "heads-train";
    record.tables = tables;
    for (const auto& head : training.heads)
        if (!head.note.empty()) record.notes.push_back(recipeText(head.recipe) + ": " + head.note);
    record.provenance.version = tesseraVersion();
    record.provenance.dtype = "float64";
    record.provenance.seconds = training.seconds;
    record.provenance.threads = threadCount(options.threads);
    record.provenance.complete = training.isComplete;
    record.provenance.samples = static_cast<std::int64_t>(embeddings.splits.train.size());
    record.provenance.files = {{options.embeddings, sha256}};
    auto document = recordJson(record);
    document["embeddings"] = options.embeddings;
    document["out"] = options.out;
    document["samples"] = {{"train", embeddings.splits.train.size()},
                           {"reference", embeddings.splits.reference.size()},
                           {"test", embeddings.splits.test.size()},
                           {"given", embeddings.splits.isGiven}};
    document["dimension"] = embeddings.dimension();
    document["classes"] = embeddings.classes();
    char seconds[64];
    std::snprintf(seconds, sizeof seconds, "\n%zu heads in %.2f s\n", training.heads.size(),
                  training.seconds);
    Table shown = tables.front();
    shown.columns.resize(7);
    if (const auto written = writeReport(document, tableText(shown) + seconds, options.json); !written.isOk())
        return failWith(written.error(), "");
    for (const auto& note : record.notes) printNote(note);
    return training.isComplete
               ? kExitDone
               : failWith(inputError("cancelled; finished heads are written, unfinished ones are marked."),
                          options.out);
}

}  // namespace tessera
