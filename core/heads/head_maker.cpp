// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/head_maker.h"

#include <limits>

#include "core/base/provenance.h"
#include "core/model/layered_model.h"
#include "core/model/model_cut.h"

namespace tessera {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Takes back a folder that nothing was kept in.
class FolderGuard {
  public:
    explicit FolderGuard(std::filesystem::path folder) : folder_(std::move(folder)) {}
    FolderGuard(const FolderGuard&) = delete;
    FolderGuard& operator=(const FolderGuard&) = delete;
    ~FolderGuard() {
        std::error_code ignored;
        if (!isKept_) std::filesystem::remove_all(folder_, ignored);
    }
    void keep() { isKept_ = true; }

  private:
    std::filesystem::path folder_;
    bool isKept_ = false;
};

// The values of the layer as a file of its own and as data. From the cache where they are there.
Result<std::shared_ptr<const Dataset>> embeddedAs(const std::filesystem::path& file,
                                                  const EmbedRequest& request, const EmbedCache& cache,
                                                  Embedded& embedded, std::stop_token stop,
                                                  Progress& progress) {
    auto made = embed(request, cache, stop, progress);
    if (!made.isOk()) return std::move(made).propagate<std::shared_ptr<const Dataset>>();
    embedded = std::move(made).value();
    if (auto copied = copyEmbeddings(embedded, *request.data, file); !copied.isOk())
        return std::move(copied).propagate<std::shared_ptr<const Dataset>>();
    return openDataset(file.string());
}

Result<HeadTraining> trained(const MakeHeadsRequest& request, const Embeddings& embeddings,
                             std::stop_token stop, Progress& progress, const EpochListener& listener) {
    auto training = trainHeads(embeddings, request.recipes, request.threads, stop, progress, listener);
    if (!training.isOk()) return training;
    for (const auto& head : training.value().heads)
        if (isWorthKeeping(head)) return training;
    if (stop.stop_requested()) return Cancelled{};
    for (const auto& head : training.value().heads)
        if (!head.note.empty()) return inputError(recipeText(head.recipe) + ": " + head.note);
    return inputError("No head came out of the training; choose other settings.");
}

HeadMetadata originOf(const Dataset& embeddings) {
    HeadMetadata origin{{"tessera.embeddings", embeddings.path().string()}};
    std::error_code ignored;
    if (std::filesystem::is_regular_file(embeddings.path(), ignored))
        if (auto hash = sha256OfFile(embeddings.path()); hash.isOk())
            origin["tessera.embeddings_sha256"] = hash.value();
    return origin;
}

// Saves, judges and opens; not stopped any more, as what was trained is to be kept.
Result<MadeHeads> kept(const MakeHeadsRequest& request, const Embeddings& embeddings, HeadTraining training,
                       MadeHeads made, Progress& progress) {
    auto files = saveHeads(made.folder, training, originOf(*made.embeddings));
    if (!files.isOk()) return std::move(files).propagate<MadeHeads>();
    const Rows points = embeddings.pointsOf(embeddings.splits.test);
    const auto labels = embeddings.labelsOf(embeddings.splits.test);
    LoadOptions options;
    options.device = request.device;
    for (std::size_t i = 0; i < training.heads.size(); ++i) {
        progress.report(static_cast<std::int64_t>(i), static_cast<std::int64_t>(training.heads.size()),
                        "opening heads");
        MadeHead head{std::move(training.heads[i]), {kNaN, kNaN, kNaN}, files.value()[i], nullptr};
        if (!head.file.empty()) {
            if (points.rows() > 0) head.test = qualityOf(logitsOf(head.trained.head, points), labels);
            auto model = loadModel(head.file, options);
            if (!model.isOk()) return std::move(model).propagate<MadeHeads>();
            head.model = std::move(model).value();
        }
        made.heads.push_back(std::move(head));
    }
    return made;
}

}  // namespace

Result<MadeHeads> makeHeads(const MakeHeadsRequest& request, std::stop_token stop, Progress& progress,
                            const EpochListener& listener) {
    const bool isLayer = request.on.model != nullptr;
    const int steps = isLayer ? 4 : 3;
    int step = 0;
    auto folder = makeFreshFolder(request.folder);
    if (!folder.isOk()) return std::move(folder).propagate<MadeHeads>();
    FolderGuard guard(folder.value());
    MadeHeads made;
    made.folder = folder.value();
    made.embeddings = request.on.data;
    if (isLayer) {
        progress.beginStep(++step, steps, "embedding samples");
        Embedded embedded;
        auto data =
            embeddedAs(made.folder / "embeddings.npz", request.on, request.cache, embedded, stop, progress);
        if (!data.isOk()) return std::move(data).propagate<MadeHeads>();
        made.embeddings = std::move(data).value();
    }
    progress.beginStep(++step, steps, "reading the embeddings");
    auto splits =
        splitsOf(*made.embeddings, request.on.splitSeed, request.on.referenceShare, request.on.testShare);
    if (!splits.isOk()) return std::move(splits).propagate<MadeHeads>();
    auto embeddings = readEmbeddings(*made.embeddings, std::move(splits).value(), stop, progress);
    if (!embeddings.isOk()) return std::move(embeddings).propagate<MadeHeads>();
    progress.beginStep(++step, steps, "training heads (epochs)");
    auto training = trained(request, embeddings.value(), stop, progress, listener);
    if (!training.isOk()) return std::move(training).propagate<MadeHeads>();
    guard.keep();  // from here on a failure leaves what was written
    progress.beginStep(++step, steps, "writing and opening heads");
    return kept(request, embeddings.value(), std::move(training).value(), std::move(made), progress);
}

Result<CutModel> cutModel(const CutModelRequest& request, std::stop_token stop, Progress& progress) {
    CutModel cut;
    cut.file = freshPath(request.file);
    if (cut.file.has_parent_path())
        if (auto folder = makeFolder(cut.file.parent_path()); !folder.isOk())
            return std::move(folder).propagate<CutModel>();
    // Told before the samples are gone through, which may take long.
    const Model& model = *request.embed.model;
    const std::string layer = request.embed.layer.empty() ? penultimateLayer(model) : request.embed.layer;
    if (request.keepHead && !isLayeredAfter(model, layer))
        return inputError(
            "What follows layer '" + layer + "' of " + model.info().path.string() +
            " is no linear layer or MLP, so it cannot be kept as a head; cut at a later layer.");
    auto data = embeddedAs(cut.file, request.embed, request.cache, cut.embedded, stop, progress);
    if (!data.isOk()) return std::move(data).propagate<CutModel>();
    cut.embeddings = std::move(data).value();
    if (!request.keepHead) return cut;
    auto layers = layersAfter(model, layer);
    cut.headFile = cut.file;
    cut.headFile.replace_extension();
    cut.headFile = freshPath(cut.headFile.string() + "-head.safetensors");
    HeadMetadata origin = originOf(*cut.embeddings);
    origin["tessera.model"] = model.info().path.string();
    origin["tessera.model_sha256"] = model.info().sha256;
    origin["tessera.layer"] = layer;
    if (auto saved = saveHead(cut.headFile, Head{std::move(*layers)}, std::move(origin)); !saved.isOk())
        return std::move(saved).propagate<CutModel>();
    LoadOptions options;
    options.device = request.device;
    auto head = loadModel(cut.headFile, options);
    if (!head.isOk()) return std::move(head).propagate<CutModel>();
    cut.head = std::move(head).value();
    return cut;
}

}  // namespace tessera
