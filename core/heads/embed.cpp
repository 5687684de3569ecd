// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/embed.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/base/provenance.h"
#include "core/base/sha256.h"
#include "core/data/byte_store.h"
#include "core/data/npz.h"
#include "core/data/splits.h"
#include "core/heads/row_file.h"
#include "core/model/model_cut.h"

namespace tessera {
namespace {

// Between two looks at the stop request: a few samples even of a large network.
constexpr std::int64_t kMostTogether = 64;
constexpr std::int64_t kBytesTogether = 32 << 20;

Result<Done> addFile(Sha256& hash, const std::filesystem::path& path, std::stop_token stop) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        std::vector<std::string> entries;
        for (std::filesystem::recursive_directory_iterator it(path, error), end; !error && it != end;
             it.increment(error)) {
            if (stop.stop_requested()) return Cancelled{};
            std::error_code ignored;
            entries.push_back(it->path().string() + " " + std::to_string(it->file_size(ignored)) + " " +
                              std::to_string(it->last_write_time(ignored).time_since_epoch().count()) + "\n");
        }
        std::sort(entries.begin(), entries.end());
        for (const auto& entry : entries) hash.add(entry);
        return Done{};
    }
    if (!std::filesystem::exists(path, error)) return Done{};  // a generated set: its name says all
    auto digest = sha256OfFile(path, stop);
    if (!digest.isOk()) return std::move(digest).propagate<Done>();
    hash.add(digest.value());
    return Done{};
}

template <typename T>
std::string_view bytesOf(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string originText(const EmbedRequest& request, const std::string& layer) {
    const nlohmann::ordered_json origin{{"program", std::string("tessera ") + tesseraVersion()},
                                        {"model", request.model->info().path.string()},
                                        {"model_sha256", request.model->info().sha256},
                                        {"layer", layer},
                                        {"data", request.data->path().string()},
                                        {"mean", request.normalisation.mean},
                                        {"std", request.normalisation.std}};
    return origin.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// The layer by its name in the model, resolved where none was given.
Result<std::string> layerOf(const EmbedRequest& request) {
    if (!request.layer.empty()) return request.layer;
    std::string layer = penultimateLayer(*request.model);
    if (layer.empty())
        return inputError(request.model->info().path.string() +
                          " has no linear layer with another layer before it; say at which layer to cut.");
    return layer;
}

Result<Done> fillRows(const EmbedRequest& request, const Model& cut, RowFile& rows, std::stop_token stop,
                      Progress& progress) {
    const std::int64_t width = elementCount(cut.info().inputShape), dimension = cut.info().outputs,
                       count = request.data->size();
    const std::int64_t block =
        std::clamp<std::int64_t>(kBytesTogether / (4 * (width + dimension)), 1, kMostTogether);
    std::vector<float> inputs(static_cast<std::size_t>(block * width)),
        values(static_cast<std::size_t>(block * dimension));
    std::vector<std::int64_t> indices;
    for (std::int64_t done = rows.rows(); done < count;) {
        if (stop.stop_requested()) return Cancelled{};
        indices.resize(static_cast<std::size_t>(std::min(block, count - done)));
        std::iota(indices.begin(), indices.end(), done);
        const auto some = static_cast<std::int64_t>(indices.size());
        if (auto read = request.data->read(indices, inputs.data()); !read.isOk()) return read;
        normalise(request.normalisation, request.data->sampleShape(), some, inputs.data());
        if (auto run = cut.logits(inputs.data(), some, values.data()); !run.isOk()) return run;
        const auto bad = std::find_if(values.begin(), values.begin() + some * dimension,
                                      [](float value) { return !std::isfinite(value); });
        if (bad != values.begin() + some * dimension)
            return inputError(request.model->info().path.string() + " gives values that are not finite for " +
                              request.data->sampleName(done + (bad - values.begin()) / dimension) +
                              "; check the data and its normalisation.");
        if (auto written = rows.append({values.data(), static_cast<std::size_t>(some * dimension)});
            !written.isOk())
            return written;
        done += some;
        progress.report(done, count, "embedding samples");
    }
    return Done{};
}

Result<Done> writeEmbeddings(const std::filesystem::path& path, const EmbedRequest& request,
                             const std::string& layer, const RowFile& rows) {
    const std::int64_t count = request.data->size();
    auto mapped = rows.map();
    if (!mapped.isOk()) return std::move(mapped).propagate<Done>();
    std::vector<NpzEntry> entries{{"x", "<f4", {count, rows.width()}, mapped.value().get()}};
    std::vector<std::int32_t> labels, parts(static_cast<std::size_t>(count), 0);
    for (std::int64_t i = 0; i < count; ++i) labels.push_back(request.data->label(i));
    if (!request.data->classNames().empty()) entries.push_back({"y", "<i4", {count}, labels.data()});
    // Too few samples for three parts leave the split to whoever opens the file.
    if (const auto splits =
            splitsOf(*request.data, request.splitSeed, request.referenceShare, request.testShare);
        splits.isOk()) {
        for (const auto i : splits.value().reference) parts[static_cast<std::size_t>(i)] = 1;
        for (const auto i : splits.value().test) parts[static_cast<std::size_t>(i)] = 2;
        entries.push_back({"split", "<i4", {count}, parts.data()});
    }
    const std::string origin = originText(request, layer);
    entries.push_back({"origin", "|u1", {static_cast<std::int64_t>(origin.size())}, origin.data()});
    return writeNpz(path, entries);
}

bool isWhole(const std::filesystem::path& file, std::int64_t samples, std::int64_t dimension) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return false;
    const auto opened = openDataset(file.string());
    return opened.isOk() && opened.value()->size() == samples &&
           opened.value()->sampleShape() == Shape{dimension};
}

// Oldest first until the rest fits; `kept` stays.
void prune(const EmbedCache& cache, const std::filesystem::path& kept) {
    struct Held {
        std::filesystem::file_time_type time;
        std::uint64_t bytes;
        std::filesystem::path path;
    };
    std::vector<Held> held;
    std::uint64_t total = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator it(cache.folder, error), end; !error && it != end;
         it.increment(error)) {
        const auto suffix = it->path().extension();
        if (suffix != ".npz" && suffix != ".rows") continue;
        std::error_code ignored;
        held.push_back({it->last_write_time(ignored), it->file_size(ignored), it->path()});
        total += held.back().bytes;
    }
    std::sort(held.begin(), held.end(), [](const Held& a, const Held& b) { return a.time < b.time; });
    for (const auto& entry : held) {
        if (total <= cache.mostBytes) return;
        std::error_code ignored;
        if (entry.path != kept && std::filesystem::remove(entry.path, ignored)) total -= entry.bytes;
    }
}

}  // namespace

std::filesystem::path standardEmbedCache() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    const std::filesystem::path base = cache != nullptr && *cache == '/' ? std::filesystem::path(cache)
                                       : home != nullptr ? std::filesystem::path(home) / ".cache"
                                                         : std::filesystem::temp_directory_path();
    return base / "tessera" / "embeddings";
}

Result<std::string> embedKey(const EmbedRequest& request, std::stop_token stop) {
    auto layer = layerOf(request);
    if (!layer.isOk()) return layer;
    const auto& info = request.model->info();
    const auto& data = *request.data;
    Sha256 hash;
    hash.add("tessera embeddings 1\n" + info.sha256 + "\n" + info.architecture + "\n" + info.device + "\n" +
             shapeText(info.inputShape) + "\n" + layer.value() + "\n" + data.path().string() + "\n" +
             shapeText(data.sampleShape()) + "\n" + std::to_string(data.size()) + "\n" +
             std::to_string(request.splitSeed) + "\n");
    hash.add(bytesOf(request.normalisation.mean));
    hash.add("\n");
    hash.add(bytesOf(request.normalisation.std));
    hash.add(bytesOf(std::vector{request.referenceShare, request.testShare}));
    if (!info.architectureFile.empty())
        if (auto added = addFile(hash, info.architectureFile, stop); !added.isOk())
            return std::move(added).propagate<std::string>();
    for (const auto& file : data.sourceFiles())
        if (auto added = addFile(hash, file, stop); !added.isOk())
            return std::move(added).propagate<std::string>();
    std::vector<std::int32_t> labels;  // which column of a CSV holds them is not in the file
    for (std::int64_t i = 0; i < data.size(); ++i) labels.push_back(data.label(i));
    hash.add(bytesOf(labels));
    return hash.text();
}

Result<Embedded> embed(const EmbedRequest& request, const EmbedCache& cache, std::stop_token stop,
                       Progress& progress) {
    auto layer = layerOf(request);
    if (!layer.isOk()) return std::move(layer).propagate<Embedded>();
    progress.report(0, request.data->size(), "looking into the cache");
    auto key = embedKey(request, stop);
    if (!key.isOk()) return std::move(key).propagate<Embedded>();
    auto cut = modelUpTo(*request.model, layer.value());
    if (!cut.isOk()) return std::move(cut).propagate<Embedded>();
    Embedded made{cache.folder / (key.value() + ".npz"), layer.value(), key.value(), request.data->size(),
                  cut.value()->info().outputs};
    std::error_code error;
    std::filesystem::create_directories(cache.folder, error);
    if (error)
        return fileError(cache.folder.string() + " cannot be made (" + error.message() +
                         "); choose another folder for the cache.");
    if (isWhole(made.file, made.samples, made.dimension)) {
        std::filesystem::last_write_time(made.file, std::filesystem::file_time_type::clock::now(), error);
        made.isFromCache = true;
        return made;
    }
    auto rows = RowFile::open(cache.folder / (key.value() + ".rows"), made.dimension, made.samples);
    if (!rows.isOk()) return std::move(rows).propagate<Embedded>();
    made.resumedAt = rows.value().rows();
    if (auto filled = fillRows(request, *cut.value(), rows.value(), stop, progress); !filled.isOk())
        return std::move(filled).propagate<Embedded>();
    if (auto written = writeEmbeddings(made.file, request, layer.value(), rows.value()); !written.isOk())
        return std::move(written).propagate<Embedded>();
    rows.value().remove();
    prune(cache, made.file);
    return made;
}

}  // namespace tessera
