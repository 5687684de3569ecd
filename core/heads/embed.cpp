// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/embed.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "core/base/provenance.h"
#include "core/base/sha256.h"
#include "core/heads/embed_file.h"
#include "core/heads/row_file.h"
#include "core/model/batch_pace.h"
#include "core/model/model_cut.h"

namespace tessera {
namespace {

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
    BatchPace pace(static_cast<std::int64_t>(sizeof(float)) * (width + dimension), cut);
    std::vector<float> inputs, values;
    std::vector<std::int64_t> indices;
    for (std::int64_t done = rows.rows(); done < count;) {
        if (stop.stop_requested()) return Cancelled{};
        // A run that was cut off within a tile begins that tile again: the same bits as without a break.
        const std::int64_t begin = done - done % cut.tileRows();
        indices.resize(static_cast<std::size_t>(std::min(pace.next(), count - begin)));
        std::iota(indices.begin(), indices.end(), begin);
        const auto some = static_cast<std::int64_t>(indices.size());
        inputs.resize(static_cast<std::size_t>(some * width));
        values.resize(static_cast<std::size_t>(some * dimension));
        pace.begin();
        if (auto read = request.data->read(indices, inputs.data()); !read.isOk()) return read;
        normalise(request.normalisation, request.data->sampleShape(), some, inputs.data());
        if (auto run = cut.logits(inputs.data(), some, values.data()); !run.isOk()) return run;
        const auto bad = std::find_if(values.begin(), values.begin() + some * dimension,
                                      [](float value) { return !std::isfinite(value); });
        if (bad != values.begin() + some * dimension)
            return inputError(request.model->info().path.string() + " gives values that are not finite for " +
                              request.data->sampleName(begin + (bad - values.begin()) / dimension) +
                              "; check the data and its normalisation.");
        const auto fresh = std::span(values).subspan(static_cast<std::size_t>((done - begin) * dimension));
        if (auto written = rows.append(fresh); !written.isOk()) return written;
        pace.end(some);
        done = begin + some;
        progress.report(done, count, "embedding samples");
    }
    return Done{};
}

bool isWhole(const std::filesystem::path& file, std::int64_t samples, std::int64_t dimension) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return false;
    DataOptions options;
    options.withItems = false;  // numbers alone: the pictures may be thousands of files
    const auto opened = openDataset(file.string(), options);
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
    hash.add("tessera embeddings 2\n" + info.sha256 + "\n" + info.architecture + "\n" + info.device + "\n" +
             shapeText(info.inputShape) + "\n" + layer.value() + "\n" + wholePath(data.path()).string() +
             "\n" + shapeText(data.sampleShape()) + "\n" + std::to_string(data.size()) + "\n" +
             std::to_string(request.splitSeed) + "\n");
    hash.add(bytesOf(request.normalisation.mean));
    hash.add("\n");
    hash.add(bytesOf(request.normalisation.std));
    hash.add(bytesOf(std::vector{request.referenceShare, request.testShare}));
    if (!info.architectureFile.empty())
        if (auto added = addFile(hash, info.architectureFile, stop); !added.isOk())
            return std::move(added).propagate<std::string>();
    auto files = data.sourceFiles();
    if (files.empty()) files.push_back(data.path());  // a folder of images
    for (const auto& file : files)
        if (auto added = addFile(hash, file, stop); !added.isOk())
            return std::move(added).propagate<std::string>();
    for (const auto& name : data.classNames()) hash.add(name + "\n");  // CIFAR's are in a file beside it
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
