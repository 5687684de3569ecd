// SPDX-License-Identifier: GPL-3.0-or-later
// A session and its files may move together: paths are kept relative to the session's folder, too.
#pragma once

#include <filesystem>
#include <string>

#include "core/session/document.h"

namespace tessera {

// Fills FileReference::relative everywhere from the absolute paths.
void makePathsRelative(SessionDocument& document, const std::filesystem::path& sessionFile);

// Calls `visit(reference, role)` for every file of the session: "model m1", "architecture of model m1",
// "data", "part of the data".
template <typename Document, typename Visit>
void forEachFile(Document& document, const Visit& visit) {
    for (auto& model : document.models) {
        visit(model.file, "model " + model.id);
        if (model.architecture) visit(*model.architecture, "architecture of model " + model.id);
    }
    if (!document.data || !document.data->generated.empty()) return;
    visit(document.data->file, std::string("data"));
    for (auto& part : document.data->parts) visit(part, std::string("part of the data"));
}

}  // namespace tessera
