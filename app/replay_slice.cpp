// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/replay_slice.h"

#include "app/scene_context.h"
#include "app/slice_state_text.h"
#include "core/probes/regions_record.h"
#include "widgets/scenes/slice_panel_scene.h"
#include "widgets/views/nearby_samples.h"
#include "widgets/views/slice_recipe.h"

namespace tessera {
namespace {

using Records = std::map<std::string, std::shared_ptr<const ResultRecord>>;

struct Drawn {
    std::optional<LinearRegions::Output> regions;
    std::optional<ClassMap::Output> map;
    const SlicePlane& plane() const { return regions ? regions->plane : map->plane; }
};

Result<Drawn> drawnResults(const SessionSlice& slice, const Records& records) {
    Drawn drawn;
    for (const auto& id : slice.results) {
        const auto found = records.find(id);
        if (found == records.end() || !found->second) continue;
        if (found->second->probe == kRegionsProbe) {
            auto regions = regionsFromRecord(*found->second, "Result " + id);
            if (!regions.isOk()) return std::move(regions).propagate<Drawn>();
            drawn.regions = std::move(regions).value();
        } else if (found->second->probe == kClassMapProbe) {
            auto map = classMapFromRecord(*found->second, "Result " + id);
            if (!map.isOk()) return std::move(map).propagate<Drawn>();
            drawn.map = std::move(map).value();
        }
    }
    return drawn;
}

Result<Done> compute(const SessionSlice& slice, const Model& model, const SlicePlane& plane, Drawn& drawn,
                     std::stop_token stop, Progress& progress) {
    if (model.isExact()) {
        LinearRegions::Options options;
        options.maxRegions = slice.maxRegions;
        auto regions = LinearRegions::run(model, plane, options, stop, progress);
        if (!regions.isOk()) return std::move(regions).propagate<Done>();
        drawn.regions = std::move(regions).value();
    } else {
        ClassMap::Options options;
        options.resolution = slice.resolution;
        auto map = ClassMap::run(model, plane, options, stop, progress);
        if (!map.isOk()) return std::move(map).propagate<Done>();
        drawn.map = std::move(map).value();
    }
    return Done{};
}

std::vector<SliceMarker> anchorMarkers(const BuiltPlane& built, const SlicePlane& plane) {
    std::vector<SliceMarker> markers;
    for (const auto& anchor : built.anchors) {
        SliceMarker marker;
        marker.position = plane.pointInSlice(anchor.input);
        marker.offPlane = plane.offPlaneDistance(anchor.input);
        marker.label = anchor.label;
        marker.name = anchor.name;
        marker.isAnchor = true;
        marker.sample = anchor.isMoved ? -1 : anchor.sample;
        markers.push_back(std::move(marker));
    }
    return markers;
}

}  // namespace

Result<std::shared_ptr<const PanelScene>> sliceScene(const SessionSlice& slice, const Records& records,
                                                     ReplayInputs& inputs, std::stop_token stop,
                                                     Progress& progress) {
    using Scene = std::shared_ptr<const PanelScene>;
    auto model = inputs.model(slice.model);
    if (!model.isOk()) return std::move(model).propagate<Scene>();
    auto dataset = inputs.dataset();
    if (!dataset.isOk()) return std::move(dataset).propagate<Scene>();
    auto results = drawnResults(slice, records);
    if (!results.isOk()) return std::move(results).propagate<Scene>();
    Drawn& drawn = results.value();
    const auto state = sliceStateOf(slice);
    const auto& shape = model.value()->info().inputShape;
    // A record, the model and the data are files of their own, and any of them may be another one by now.
    const bool hasResults = drawn.regions || drawn.map;
    if (hasResults && elementCount(drawn.plane().inputShape) != elementCount(shape))
        return inputError("The results of slice " + slice.id + " lie in inputs of shape " +
                          shapeText(drawn.plane().inputShape) + ", but " +
                          model.value()->info().path.string() + " takes " + shapeText(shape) +
                          "; run them again with this model.");
    std::string mismatch;
    if (dataset.value())
        mismatch = shapeMismatch(shape, dataset.value()->sampleShape(), dataset.value()->path().string());

    PlaneSource source{model.value(), dataset.value(), inputs.document().normalisation, {}};
    for (std::size_t i = 0; i < slice.anchors.size(); ++i) {
        // A dragged anchor stands where it was dragged; the session's own list knows from which sample.
        const auto& all = inputs.document().anchors;
        source.anchors.push_back(slice.anchors[i] < 0 && i < all.size() ? all[i] : slice.anchors[i]);
    }
    auto built = mismatch.empty() ? buildPlane(source, state.recipe, stop, progress)
                                  : Result<BuiltPlane>(inputError(mismatch));
    if (!hasResults) {
        if (!slice.plane && !built.isOk()) return std::move(built).propagate<Scene>();
        const auto plane = slice.plane ? *slice.plane : turned(built.value(), state.turn);
        auto computed = compute(slice, *model.value(), plane, drawn, stop, progress);
        if (!computed.isOk()) return std::move(computed).propagate<Scene>();
    }
    const auto& plane = drawn.plane();
    SliceScene scene;
    scene.title = QString::fromStdString(slice.title);
    if (drawn.regions) scene.arrangement = std::make_shared<PreparedArrangement>(drawn.regions->arrangement);
    if (drawn.map) scene.field = drawn.map->field;
    const auto context = sceneContext(model.value().get(), dataset.value().get());
    scene.classCount = context.classCount;
    scene.classNames = context.classNames;
    const auto box = boundingBox(slice.plane ? slice.plane->window : plane.window);
    scene.low = box.low, scene.high = box.high;
    scene.switches = state.switches;
    if (built.isOk()) scene.markers = anchorMarkers(built.value(), plane);
    if (dataset.value() && mismatch.empty() && slice.samplesShown > 0) {
        auto nearby = findNearbySamples(source, plane, stop, progress);
        if (!nearby.isOk()) return std::move(nearby).propagate<Scene>();
        const auto shown = nearestWithin(nearby.value().markers, scene.low, scene.high,
                                         static_cast<std::size_t>(slice.samplesShown));
        scene.markers.insert(scene.markers.end(), shown.begin(), shown.end());
    }
    scene.caption = describeResult(scene);
    return Scene(std::make_shared<const SlicePanelScene>(std::move(scene)));
}

}  // namespace tessera
