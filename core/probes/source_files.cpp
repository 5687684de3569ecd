// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/source_files.h"

namespace tessera {

std::vector<SourceFile> sourceFilesOf(const Model& model, const Dataset* data) {
    std::vector<SourceFile> files{{model.info().path.string(), model.info().sha256}};
    if (data == nullptr) return files;
    for (const auto& path : data->sourceFiles()) {
        auto hash = sha256OfFile(path);
        files.push_back({path.string(), hash.isOk() ? std::move(hash).value() : std::string()});
    }
    if (data->sourceFiles().empty()) files.push_back({data->path().string(), {}});
    return files;
}

}  // namespace tessera
