// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/record_origin.h"

#include <algorithm>
#include <span>

namespace tessera {
namespace {

// The first file is the model's.
std::span<const SourceFile> dataFiles(const ResultRecord& record) {
    const std::span all(record.provenance.files);
    return all.empty() ? all : all.subspan(1);
}

}  // namespace

std::optional<bool> isOfDataByPath(const ResultRecord& record, const Dataset* data) {
    const auto files = dataFiles(record);
    if (data == nullptr) return false;
    if (files.empty()) return true;
    for (const auto& source : data->sourceFiles())
        for (const auto& file : files)
            if (file.path == source.string()) return true;
    return std::nullopt;
}

Result<bool> isOfDataByContents(const ResultRecord& record, const Dataset& data, std::stop_token stop) {
    for (const auto& source : data.sourceFiles()) {
        const auto hash = sha256OfFile(source, stop);
        if (hash.isCancelled()) return Cancelled{};
        if (!hash.isOk()) continue;
        for (const auto& file : dataFiles(record))
            if (file.sha256 == hash.value()) return true;
    }
    return false;
}

}  // namespace tessera
