// SPDX-License-Identifier: GPL-3.0-or-later
// The list of probes. One line pairs a probe with its pictures and its view; menu, parameter panel, command
// line, sessions and manual are made from it.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "core/probes/probe.h"
#include "widgets/scenes/panel_scene.h"
#include "widgets/views/result_view.h"

namespace tessera {

struct CatalogueEntry {
    std::shared_ptr<const Probe> probe;
    RecordScenes scenes = nullptr;  // pictures with no display: the command line and replay
    ResultView* (*makeView)(const ViewContext& context, QWidget* parent) = nullptr;
    // Meshes for other programs, by the suffix; null: it has none.
    Result<Done> (*writeMesh)(const std::filesystem::path& path, const ResultRecord& record) = nullptr;
    // How its pictures can be held (SceneContext::view, ResultView::viewState); null: in one way only.
    const std::vector<Parameter>& (*viewParameters)() = nullptr;
    Result<Done> (*checkView)(const ParameterMap& view) = nullptr;
};

const std::vector<CatalogueEntry>& catalogue();
const CatalogueEntry* catalogueEntry(std::string_view probe);  // null: none of that name

}  // namespace tessera
