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
#include "core/base/record_columns.h"
#include "core/heads/head_folder.h"
#include "core/heads/head_table.h"
#include "core/session/record_csv.h"

namespace tessera {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

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
    struct Row {
        const TrainedHead* trained;
        LogitQuality quality;
    };
    const Rows points = embeddings.pointsOf(embeddings.splits.test);
    const auto labels = embeddings.labelsOf(embeddings.splits.test);
    const auto isThere = [](const Row& row) { return isWorthKeeping(*row.trained); };
    std::vector<Row> rows;
    for (const auto& head : training.heads) {
        rows.push_back({&head, {kNaN, kNaN, kNaN}});
        if (isThere(rows.back())) rows.back().quality = qualityOf(logitsOf(head.head, points), labels);
    }
    const auto ifByEpochs = [](const Row& row, double value) {
        return isTrainedByEpochs(row.trained->recipe.method) ? value : kNaN;
    };
    Table table{"heads", "Trained heads", {}};
    RecordColumns columns(table, rows);
    columns.add("head", "Head", "", "Method and what varies.",
                [](const Row& row) { return recipeText(row.trained->recipe); });
    columns.add("accuracy", "Accuracy", "", "On the test part.",
                [](const Row& row) { return row.quality.accuracy; });
    columns.add("cross_entropy", "Cross-entropy", "nats", "On the test part.",
                [](const Row& row) { return row.quality.crossEntropy; });
    columns.add("ece", "ECE", "", "Expected calibration error, 15 equal bins, on the test part.",
                [](const Row& row) { return row.quality.ece; });
    columns.add(
        "reference_accuracy", "Reference accuracy", "", "Of the epoch that was kept.", [](const Row& row) {
            const auto best = row.trained->bestEpoch;
            return best >= 0 ? row.trained->curve[static_cast<std::size_t>(best)].referenceAccuracy : kNaN;
        });
    columns.add("epochs", "Epochs", "", "That were run.",
                [](const Row& row) { return row.trained->curve.size(); });
    columns.add("best_epoch", "Best epoch", "", "Whose weights were kept, from 0; -1: not by epochs.",
                [](const Row& row) { return row.trained->bestEpoch; });
    columns.add("seed", "Seed", "", "Of the first weights and the order.",
                [](const Row& row) { return row.trained->recipe.seed; });
    columns.add("learning_rate", "Learning rate", "", "Of Adam.",
                [&](const Row& row) { return ifByEpochs(row, row.trained->recipe.learningRate); });
    columns.add("weight_decay", "Weight decay", "", "Coupled L2.",
                [&](const Row& row) { return ifByEpochs(row, row.trained->recipe.weightDecay); });
    columns.add("complete", "Complete", "", "0: stopped before its end.",
                [](const Row& row) { return row.trained->isComplete; });
    columns.add("file", "File", "", "In the folder of --out.",
                [&](const Row& row) { return isThere(row) ? headFileName(*row.trained) : std::string(); });
    columns.add("note", "Note", "", "What went wrong.", [](const Row& row) { return row.trained->note; });
    return table;
}

Table curvesTable(const HeadTraining& training) {
    struct Row {
        const HeadRecipe* recipe;
        const EpochPoint* point;
    };
    std::vector<Row> rows;
    for (const auto& head : training.heads)
        for (const auto& point : head.curve) rows.push_back({&head.recipe, &point});
    Table table{"curves", "Training curves", {}};
    RecordColumns columns(table, rows);
    columns.add("head", "Head", "", "Method and what varies.",
                [](const Row& row) { return recipeText(*row.recipe); });
    columns.add("epoch", "Epoch", "", "From 0.", [](const Row& row) { return row.point->epoch; });
    columns.add("train_loss", "Train loss", "nats", "Mean over the epoch's batches, before each step.",
                [](const Row& row) { return row.point->trainLoss; });
    columns.add("reference_loss", "Reference loss", "nats", "After the epoch.",
                [](const Row& row) { return row.point->referenceLoss; });
    columns.add("reference_accuracy", "Reference accuracy", "", "After the epoch.",
                [](const Row& row) { return row.point->referenceAccuracy; });
    return table;
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
    // Before the training, which may take long.
    if (auto made = makeFolder(options.out); !made.isOk())
        return failWith(std::move(made).error(), options.out);
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
        if (auto hash = sha256OfFile(options.embeddings, interrupt.token()); hash.isOk())
            sha256 = hash.value();
    auto trained = trainHeads(embeddings, recipesAsked(options), threadCount(options.threads),
                              interrupt.token(), progress);
    progress.clear();
    if (trained.isError()) return failWith(std::move(trained).error(), options.embeddings);
    const HeadTraining& training = trained.value();
    if (auto saved =
            saveHeads(options.out, training,
                      {{"tessera.embeddings", options.embeddings}, {"tessera.embeddings_sha256", sha256}});
        !saved.isOk())
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
