// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/record_origin.h"

namespace tessera {
namespace {

// After the model's: the file of the samples first, then those that go with it. Null: none is named.
const SourceFile* samplesFile(const ResultRecord& record) {
    const auto& files = record.provenance.files;
    return files.size() > 1 ? &files[1] : nullptr;
}

}  // namespace

std::optional<bool> isOfDataByPath(const ResultRecord& record, const Dataset* data) {
    const auto* file = samplesFile(record);
    if (data == nullptr) return false;
    if (file == nullptr) return true;
    const auto sources = data->sourceFiles();
    if (sources.empty())  // a folder, which may have moved, or a generated set
        return std::filesystem::path(file->path).filename() == data->path().filename();
    if (file->path == sources.front().string()) return true;
    return file->sha256.empty() ? std::optional(false) : std::nullopt;
}

Result<bool> isOfDataByContents(const ResultRecord& record, const Dataset& data, std::stop_token stop) {
    const auto* file = samplesFile(record);
    const auto sources = data.sourceFiles();
    if (file == nullptr || sources.empty()) return false;
    const auto hash = sha256OfFile(sources.front(), std::move(stop));
    if (hash.isCancelled()) return Cancelled{};
    return hash.isOk() && hash.value() == file->sha256;
}

}  // namespace tessera
