// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_view_state.h"

#include <array>
#include <cmath>

namespace tessera {
namespace {

using Fill = VolumeLook::Fill;
constexpr std::array<std::pair<Fill, const char*>, 4> kFills{{{Fill::Class, "class"},
                                                              {Fill::Pattern, "pattern"},
                                                              {Fill::SlopeNorm, "slope-norm"},
                                                              {Fill::Volume, "volume"}}};

// Switches and numbers of a look, by name: read, written and declared from one list.
struct Switch {
    const char *name, *label, *sentence;
    bool VolumeLook::*field;
};
constexpr std::array<Switch, 10> kSwitches{{
    {"boundary", "Decision boundary", "Shows the decision boundary, exact where there are cells.",
     &VolumeLook::boundary},
    {"sampled-boundary", "Sampled boundary", "Shows the sampled boundary where there is an exact one too.",
     &VolumeLook::sampled},
    {"cells", "Cells", "Shows the cells.", &VolumeLook::cells},
    {"samples", "Samples", "Shows the samples that the volume goes through.", &VolumeLook::samples},
    {"paths", "Counterfactual paths", "Shows the searches, where there are any.", &VolumeLook::paths},
    {"trust-ball", "Trust ball", "Shows the balls that the searches are kept within.",
     &VolumeLook::trustBall},
    {"outlines", "Outlines", "Draws the outlines of cells.", &VolumeLook::cellEdges},
    {"boundary-outlines", "Boundary outlines", "Draws the outlines of the boundary's polygons.",
     &VolumeLook::boundaryEdges},
    {"cut", "Cut", "Shows the exact cut by the plane.", &VolumeLook::cut},
    {"clip", "Clip", "Leaves out what lies between the eye and the plane.", &VolumeLook::clips},
}};
struct Number {
    const char *name, *label, *sentence;
    double VolumeLook::*field;
    double most;
};
constexpr std::array<Number, 3> kNumbers{{
    {"boundary-opacity", "Boundary opacity", "How opaque the boundary is.", &VolumeLook::boundaryOpacity, 1},
    {"cell-opacity", "Cell opacity", "How opaque the cells are.", &VolumeLook::cellOpacity, 1},
    {"explode", "Explode", "Cells are moved apart by this times their distance from the middle.",
     &VolumeLook::explode, 2},
}};

std::vector<Parameter> declare() {
    const VolumeLook look;
    std::vector<Parameter> list;
    for (const auto& one : kSwitches)
        list.push_back({one.name, one.label, one.sentence, "", look.*one.field});
    for (const auto& one : kNumbers)
        list.push_back({one.name, one.label, one.sentence, "", look.*one.field, 0, one.most});
    Parameter fill{"colour-by", "Colour by", "What the colours of cells and of the cut mean.", "",
                   std::string(kFills.front().second)};
    for (const auto& [value, name] : kFills) fill.choices.push_back(name);
    list.push_back(std::move(fill));
    list.push_back({"hidden-classes", "Hidden classes", "Classes whose cells are left out: \"0 3\".", "",
                    std::string()});
    list.push_back({"step", "Step", "How far along the searches are shown; -1: to their ends.", "",
                    std::int64_t{look.step}, -1, INT32_MAX});
    list.push_back({"cut-normal", "Cut normal", "Direction across the cut plane, in s, t and r.", "",
                    vectorText(look.cutPlane.normal)});
    list.push_back({"cut-position", "Cut position", "Of the cut plane along its normal.", "input units",
                    look.cutPlane.position});
    for (auto& parameter : cameraParameters()) list.push_back(std::move(parameter));
    return list;
}

}  // namespace

const std::vector<Parameter>& volumeViewParameters() {
    static const std::vector<Parameter> list = declare();
    return list;
}

ParameterMap volumeViewValues(const VolumeViewState& state) {
    const VolumeLook& look = state.look;
    ParameterMap values;
    for (const auto& one : kSwitches) values[one.name] = look.*one.field;
    for (const auto& one : kNumbers) values[one.name] = look.*one.field;
    for (const auto& [value, name] : kFills)
        if (value == look.fill) values["colour-by"] = std::string(name);
    values["hidden-classes"] = classesText(look.hiddenClass);
    values["step"] = std::int64_t{look.step};
    values["cut-normal"] = vectorText(look.cutPlane.normal);
    values["cut-position"] = look.cutPlane.position;
    putCamera(state.camera, values);
    return values;
}

Result<VolumeViewState> volumeViewState(const ParameterMap& given) {
    auto known = knownValues(volumeViewParameters(), given);
    if (!known.isOk()) return std::move(known).propagate<VolumeViewState>();
    const ParameterMap& values = known.value();
    VolumeViewState state;
    VolumeLook& look = state.look;
    for (const auto& one : kSwitches) look.*one.field = parameterValue<bool>(values, one.name);
    for (const auto& one : kNumbers) look.*one.field = parameterValue<double>(values, one.name);
    for (const auto& [value, name] : kFills)
        if (parameterValue<std::string>(values, "colour-by") == name) look.fill = value;
    auto hidden = classesValue(values, "hidden-classes");
    if (!hidden.isOk()) return std::move(hidden).propagate<VolumeViewState>();
    look.hiddenClass = std::move(hidden).value();
    auto normal = vectorValue(values, "cut-normal");
    if (!normal.isOk()) return std::move(normal).propagate<VolumeViewState>();
    if (!(normal.value().norm() > 0))
        return inputError("Setting cut-normal of the view is zero; give a direction, such as \"0 0 1\".");
    look.cutPlane = {normal.value(), parameterValue<double>(values, "cut-position")};
    // One that was normal stays as it is, to the last digit.
    if (std::abs(look.cutPlane.normal.norm() - 1) > 1e-12) look.cutPlane.normal.normalize();
    look.step = static_cast<std::int32_t>(parameterValue<std::int64_t>(values, "step"));
    auto camera = readCamera(values);
    if (!camera.isOk()) return std::move(camera).propagate<VolumeViewState>();
    state.camera = std::move(camera).value();
    return state;
}

Result<Done> checkVolumeView(const ParameterMap& values) {
    auto state = volumeViewState(values);
    if (!state.isOk()) return std::move(state).propagate<Done>();
    return Done{};
}

}  // namespace tessera
