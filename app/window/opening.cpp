// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/opening.h"

#include <QCryptographicHash>
#include <QFileInfo>
#include <QRegularExpression>
#include <algorithm>
#include <filesystem>

#include "core/base/provenance.h"
#include "core/data/dataset_formats.h"
#include "core/model/state_file.h"

namespace tessera {

namespace {

constexpr const char* kShapeHint = "--input-shape";  // in the loader's sentences
constexpr std::int64_t kAnchors = 3;
constexpr std::int64_t kLabelsLookedAt = 200'000;
constexpr std::uintmax_t kHashedBytes = 512u << 20;  // larger data is told apart by name and size

std::filesystem::path pathOf(const QString& source) {
    return std::filesystem::path(source.toStdString());
}

bool isWeightsOnly(ModelFileKind kind) {
    return kind == ModelFileKind::StateDictZip || kind == ModelFileKind::StateDictLegacy ||
           kind == ModelFileKind::Safetensors;
}

// Nothing for data: also for files that cannot be read, so that the data readers' sentence is the one shown.
std::optional<ModelFileKind> asModel(const QString& source) {
    if (source.startsWith(QLatin1String("generate:")) || QFileInfo(source).isDir()) return std::nullopt;
    auto kind = modelFileKind(pathOf(source));
    if (!kind.isOk() || kind.value() == ModelFileKind::Unknown) return std::nullopt;
    if (kind.value() == ModelFileKind::Safetensors && holdsSamples(pathOf(source))) return std::nullopt;
    return kind.value();
}

OpenProblem problemOf(const QString& source, const Error& error, std::optional<ModelFileKind> kind,
                      const LoadOptions& options) {
    OpenProblem problem{source, sentenceForWindow(error.message), OpenProblem::Remedy::None};
    if (!kind) return problem;
    if (error.message.find(kShapeHint) != std::string::npos)
        problem.remedy = OpenProblem::Remedy::InputShape;
    else if (isWeightsOnly(*kind) && options.architecture.empty() && error.kind == ErrorKind::Input)
        problem.remedy = OpenProblem::Remedy::Architecture;
    return problem;
}

// Some models run on many shapes; the data then says which is meant.
std::shared_ptr<const Model> reloadedForData(const std::filesystem::path& path, const LoadOptions& options,
                                             const Dataset& dataset) {
    LoadOptions shaped = options;
    shaped.inputShape = dataset.sampleShape();
    auto model = loadModel(path, shaped);
    return model.isOk() ? model.value() : nullptr;
}

std::shared_ptr<const Model> reloadedForData(const Model& model, LoadOptions options,
                                             const Dataset& dataset) {
    options.architecture = model.info().architectureFile;
    return reloadedForData(model.info().path, options, dataset);
}

bool fits(const Model& model, const Dataset& dataset) {
    return shapeMismatch(model.info().inputShape, dataset.sampleShape(), "").empty();
}

void pairUp(const OpenRequest& request, Opened& opened) {
    const auto model = opened.model ? opened.model : request.model;
    const auto dataset = opened.dataset ? opened.dataset : request.dataset;
    if (!model || !dataset) return;
    // Also where the guess was right: then it is one no longer.
    if ((!fits(*model, *dataset) || model->info().isShapeGuessed) && !request.options.inputShape)
        if (auto reloaded = reloadedForData(*model, request.options, *dataset))
            opened.model = std::move(reloaded);
    preparePair(opened, opened.model ? opened.model.get() : model.get(), *dataset);
}

}  // namespace

QString sentenceForWindow(const std::string& message) {
    static const QRegularExpression hint(QStringLiteral("\\s*\\(--[^)]*\\)"));
    return QString::fromStdString(message).remove(hint);
}

std::vector<qint64> proposeAnchors(const Dataset& dataset) {
    std::vector<qint64> anchors;
    std::vector<std::int32_t> seen;
    for (std::int64_t index = 0;
         index < std::min(dataset.size(), kLabelsLookedAt) && std::ssize(anchors) < kAnchors; ++index) {
        const std::int32_t label = dataset.label(index);
        if (label < 0 || std::find(seen.begin(), seen.end(), label) != seen.end()) continue;
        seen.push_back(label);
        anchors.push_back(index);
    }
    // Fewer than three classes: more samples, spread over the set.
    for (std::int64_t step = 0; step < kAnchors && std::ssize(anchors) < std::min(kAnchors, dataset.size());
         ++step)
        for (std::int64_t index = step * dataset.size() / kAnchors; index < dataset.size(); ++index)
            if (std::find(anchors.begin(), anchors.end(), index) == anchors.end()) {
                anchors.push_back(index);
                break;
            }
    return anchors;
}

QString pairFingerprint(const Model& model, const Dataset& dataset) {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArray::fromStdString(model.info().sha256));
    hash.addData(QByteArray::fromStdString(dataset.format()));
    for (const auto& file : dataset.sourceFiles()) {
        std::error_code failed;
        const auto size =
            std::filesystem::is_regular_file(file, failed) ? std::filesystem::file_size(file, failed) : 0;
        auto content =
            size > 0 && size <= kHashedBytes ? sha256OfFile(file) : Result<std::string>(Cancelled{});
        hash.addData(QByteArray::fromStdString(
            content.isOk() ? content.value() : file.filename().string() + std::to_string(size)));
    }
    hash.addData(QByteArray::number(qlonglong(dataset.size())));
    return QString::fromLatin1(hash.result().toHex().left(32));
}

void preparePair(Opened& opened, const Model* model, const Dataset& dataset) {
    if (!model || fits(*model, dataset)) opened.anchors = proposeAnchors(dataset);
    if (model) opened.pair = pairFingerprint(*model, dataset);
}

Result<Opened> openSources(const OpenRequest& request, std::stop_token stop, Progress& progress) {
    Opened opened;
    LoadOptions options = request.options;
    QStringList sources = request.sources;
    if (sources.size() > 1 && options.architecture.empty())
        for (const QString& source : request.sources)
            if (source.endsWith(QLatin1String(".json"), Qt::CaseInsensitive)) {
                options.architecture = pathOf(source);
                sources.removeAll(source);
            }
    std::int64_t done = 0;
    for (const QString& source : sources) {
        if (stop.stop_requested()) return Cancelled{};
        progress.report(done++, sources.size() > 1 ? sources.size() : 0,
                        "reading " + QFileInfo(source).fileName().toStdString());
        const auto kind = asModel(source);
        std::optional<Error> error;
        if (kind) {
            auto model = loadModel(pathOf(source), options);
            if (model.isOk())
                opened.model = std::move(model).value();
            else if (model.isError())
                error = std::move(model).error();
            if (error && request.dataset && error->message.find(kShapeHint) != std::string::npos)
                if (auto reloaded = reloadedForData(pathOf(source), options, *request.dataset))
                    opened.model = std::move(reloaded), error.reset();
        } else {
            auto dataset = openDataset(source.toStdString());
            if (dataset.isOk())
                opened.dataset = std::move(dataset).value();
            else if (dataset.isError())
                error = std::move(dataset).error();
        }
        if (error)
            opened.problems.push_back(problemOf(source, *error, kind, options));
        else
            opened.sources << source;
    }
    if (stop.stop_requested()) return Cancelled{};
    progress.report(sources.size(), sources.size() > 1 ? sources.size() : 0, "checking that they fit");
    pairUp(request, opened);
    return opened;
}

}  // namespace tessera
