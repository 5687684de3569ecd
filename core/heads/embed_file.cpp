// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/embed_file.h"

#include <nlohmann/json.hpp>

#include "core/base/provenance.h"
#include "core/data/item_files.h"
#include "core/data/npy_texts.h"
#include "core/data/splits.h"

namespace tessera {
namespace {

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

// As text from a folder; absolute if no folder is given or no way leads there.
std::string pathFrom(const std::filesystem::path& folder, const std::filesystem::path& path) {
    const auto whole = wholePath(path);
    const auto relative = folder.empty() ? std::filesystem::path() : whole.lexically_relative(folder);
    return (relative.empty() ? whole : relative).generic_string();
}

// Where the raw items are, as seen from a folder: behind data that have items those, else the data
// themselves. Nothing for generated sets.
std::vector<PackedTexts> itemTexts(const Dataset& data, const std::filesystem::path& folder) {
    const auto items = data.items();
    std::vector<PackedTexts> texts;
    if (const auto* files = dynamic_cast<const ItemFiles*>(items.get())) {
        std::vector<std::string> paths;
        for (std::int64_t i = 0; i < files->size(); ++i) paths.push_back(pathFrom(folder, files->file(i)));
        texts.emplace_back("items", paths);
        return texts;
    }
    const auto& source = items ? items->path() : data.path();
    std::error_code ignored;
    if (std::filesystem::exists(source, ignored))
        texts.emplace_back("items_source", std::vector{pathFrom(folder, source)});
    return texts;
}

}  // namespace

std::filesystem::path wholePath(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return path;
    auto whole = std::filesystem::absolute(path, error);
    if (!whole.has_filename()) whole = whole.parent_path();
    // The last name stays: a link may be what the user means.
    const auto folder = std::filesystem::weakly_canonical(whole.parent_path(), error);
    return error ? path : folder / whole.filename();
}

Result<Done> writeEmbeddings(const std::filesystem::path& path, const EmbedRequest& request,
                             const std::string& layer, const RowFile& rows) {
    const auto& data = *request.data;
    const std::int64_t count = data.size();
    auto mapped = rows.map();
    if (!mapped.isOk()) return std::move(mapped).propagate<Done>();
    std::vector<NpzEntry> entries{{"x", "<f4", {count, rows.width()}, mapped.value().get()}};
    std::vector<std::int32_t> labels, parts(static_cast<std::size_t>(count), 0);
    for (std::int64_t i = 0; i < count; ++i) labels.push_back(data.label(i));
    std::vector<PackedTexts> texts = itemTexts(data, {});
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < count; ++i) names.push_back(data.sampleName(i));
    texts.emplace_back("names", names);
    if (!data.classNames().empty()) {
        entries.push_back({"y", "<i4", {count}, labels.data()});
        texts.emplace_back("class_names", data.classNames());
    }
    for (const auto& text : texts) entries.push_back(text.entry());
    // Too few samples for three parts leave the split to whoever opens the file.
    if (const auto splits = splitsOf(data, request.splitSeed, request.referenceShare, request.testShare);
        splits.isOk()) {
        for (const auto i : splits.value().reference) parts[static_cast<std::size_t>(i)] = 1;
        for (const auto i : splits.value().test) parts[static_cast<std::size_t>(i)] = 2;
        entries.push_back({"split", "<i4", {count}, parts.data()});
    }
    const std::string origin = originText(request, layer);
    entries.push_back({"origin", "|u1", {static_cast<std::int64_t>(origin.size())}, origin.data()});
    return writeNpz(path, entries);
}

Result<Done> copyEmbeddings(const Embedded& embedded, const Dataset& data, const std::filesystem::path& to) {
    std::error_code error;
    const auto folder =
        std::filesystem::weakly_canonical(std::filesystem::absolute(to, error).parent_path(), error);
    const auto texts = itemTexts(data, error ? std::filesystem::path() : folder);
    std::vector<NpzEntry> replaced;
    for (const auto& text : texts) replaced.push_back(text.entry());
    return copyNpz(embedded.file, to, replaced);
}

}  // namespace tessera
