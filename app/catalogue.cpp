// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/catalogue.h"

#include <algorithm>

#include "core/probes/compare_heads.h"
#include "core/probes/counterfactual.h"
#include "core/probes/local_geometry.h"
#include "core/probes/logit_heights.h"
#include "core/probes/path_regions.h"
#include "core/probes/volume_probe.h"
#include "widgets/scenes/compare_scenes.h"
#include "widgets/scenes/counterfactual_scenes.h"
#include "widgets/scenes/local_geometry_scenes.h"
#include "widgets/scenes/logit_heights_mesh.h"
#include "widgets/scenes/logit_heights_scene.h"
#include "widgets/scenes/path_scene.h"
#include "widgets/scenes/volume_mesh.h"
#include "widgets/scenes/volume_scene.h"
#include "widgets/scenes/volume_view_state.h"
#include "widgets/views/compare_view.h"
#include "widgets/views/logit_heights_view.h"
#include "widgets/views/path_view.h"
#include "widgets/views/record_view.h"
#include "widgets/views/volume_view.h"

namespace tessera {
namespace {

template <typename View>
ResultView* make(const ViewContext& context, QWidget* parent) {
    return new View(context, parent);
}

}  // namespace

const std::vector<CatalogueEntry>& catalogue() {
    static const std::vector<CatalogueEntry> entries{
        {std::make_shared<PathRegionsProbe>(), pathScenes, make<PathView>},
        {std::make_shared<LocalGeometry>(), localGeometryScenes, makeRecordView<localGeometryScenes>},
        {std::make_shared<Counterfactual>(), counterfactualScenes, makeCompareView<counterfactualScenes>},
        {std::make_shared<LogitHeights>(), logitHeightsScenes, make<LogitHeightsView>, writeHeightsRecordMesh,
         heightsViewParameters, checkHeightsView},
        {std::make_shared<VolumeProbe>(), volumeScenes, make<VolumeView>, writeRecordMesh,
         volumeViewParameters, checkVolumeView},
        {std::make_shared<CompareHeads>(), compareScenes, makeCompareView<compareScenes>},
    };
    return entries;
}

const CatalogueEntry* catalogueEntry(std::string_view probe) {
    const auto& all = catalogue();
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const auto& entry) { return entry.probe->description().name == probe; });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace tessera
