// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_view_state.h"

#include <Eigen/Geometry>
#include <array>
#include <charconv>
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

constexpr const char* kThree = "three numbers with spaces between them, such as \"0 0 1\"";

std::string text(const Eigen::Vector3d& vector) {
    return parameterText(vector.x()) + " " + parameterText(vector.y()) + " " + parameterText(vector.z());
}

std::optional<Eigen::Vector3d> vectorOf(std::string_view text) {
    Eigen::Vector3d vector;
    const char* at = text.data();
    const char* end = at + text.size();
    for (int i = 0; i < 3; ++i) {
        while (at < end && (*at == ' ' || *at == ',')) ++at;
        const auto read = std::from_chars(at, end, vector[i]);
        if (read.ec != std::errc{} || !std::isfinite(vector[i])) return std::nullopt;
        at = read.ptr;
    }
    while (at < end && *at == ' ') ++at;
    if (at != end) return std::nullopt;
    return vector;
}

std::vector<Parameter> declare() {
    const VolumeLook look;
    const VolumeCamera camera;
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
                    text(look.cutPlane.normal)});
    list.push_back({"cut-position", "Cut position", "Of the cut plane along its normal.", "input units",
                    look.cutPlane.position});
    list.push_back({"eye", "Eye", "Where it is looked at from, in s, t and r; empty: the usual side.", "",
                    std::string()});
    list.push_back({"focus", "Focus", "The point looked at.", "", text(camera.focus)});
    list.push_back({"up", "Up", "The direction that points up the page.", "", text(camera.up)});
    list.push_back({"fitted", "Fitted",
                    "The box fills the picture: of eye and focus only the direction counts.", "", true});
    list.push_back({"parallel", "Parallel", "Parallel projection, not perspective.", "", camera.parallel});
    list.push_back(
        {"angle", "View angle", "Of a perspective view, vertical.", "degrees", camera.viewAngle, 1, 170});
    list.push_back({"parallel-scale", "Parallel scale", "Half the height of what a parallel view sees.", "",
                    camera.parallelScale, 1e-12, 1e12});
    return list;
}

Error wrong(const std::string& name, const std::string& found, const std::string& wanted) {
    return inputError("Setting " + name + " of the view is \"" + found + "\"; give " + wanted + ".");
}

Result<Done> readClasses(const std::string& text, std::vector<char>& hidden) {
    constexpr int kMostClasses = 100'000;
    const char* at = text.data();
    const char* end = at + text.size();
    while (at < end) {
        if (*at == ' ' || *at == ',') {
            ++at;
            continue;
        }
        int label = 0;
        const auto read = std::from_chars(at, end, label);
        if (read.ec != std::errc{} || label < 0 || label >= kMostClasses)
            return wrong("hidden-classes", text, "class numbers, such as \"0 3\"");
        at = read.ptr;
        hidden.resize(std::max(hidden.size(), static_cast<std::size_t>(label) + 1), 0);
        hidden[static_cast<std::size_t>(label)] = 1;
    }
    return Done{};
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
    std::string hidden;
    for (std::size_t label = 0; label < look.hiddenClass.size(); ++label)
        if (look.hiddenClass[label]) hidden += (hidden.empty() ? "" : " ") + std::to_string(label);
    values["hidden-classes"] = hidden;
    values["step"] = std::int64_t{look.step};
    values["cut-normal"] = text(look.cutPlane.normal);
    values["cut-position"] = look.cutPlane.position;
    if (state.camera) {
        values["eye"] = text(state.camera->position);
        values["focus"] = text(state.camera->focus);
        values["up"] = text(state.camera->up);
        values["parallel"] = state.camera->parallel;
        values["angle"] = state.camera->viewAngle;
        values["parallel-scale"] = state.camera->parallelScale;
    }
    values["fitted"] = state.isFitted;
    return values;
}

Result<VolumeViewState> volumeViewState(const ParameterMap& given) {
    ParameterMap values;
    for (const auto& parameter : volumeViewParameters()) {
        const auto found = given.find(parameter.name);
        if (found == given.end()) {
            values[parameter.name] = parameter.standard;
            continue;
        }
        auto value = checkParameter(parameter, found->second);
        if (!value.isOk()) return std::move(value).propagate<VolumeViewState>();
        values[parameter.name] = std::move(value).value();
    }
    const auto textOf = [&](const char* name) { return parameterValue<std::string>(values, name); };
    VolumeViewState state;
    VolumeLook& look = state.look;
    for (const auto& one : kSwitches) look.*one.field = parameterValue<bool>(values, one.name);
    for (const auto& one : kNumbers) look.*one.field = parameterValue<double>(values, one.name);
    for (const auto& [value, name] : kFills)
        if (textOf("colour-by") == name) look.fill = value;
    if (auto done = readClasses(textOf("hidden-classes"), look.hiddenClass); !done.isOk())
        return std::move(done).propagate<VolumeViewState>();
    std::map<std::string, Eigen::Vector3d> vectors;
    for (const char* name : {"cut-normal", "eye", "focus", "up"}) {
        if (textOf(name).empty() && std::string_view(name) == "eye") continue;
        const auto vector = vectorOf(textOf(name));
        if (!vector) return wrong(name, textOf(name), kThree);
        vectors[name] = *vector;
    }
    for (const char* name : {"cut-normal", "up"})
        if (!(vectors[name].norm() > 0)) return wrong(name, textOf(name), "a direction that is not zero");
    look.cutPlane = {vectors["cut-normal"], parameterValue<double>(values, "cut-position")};
    // One that was normal stays as it is, to the last digit.
    if (std::abs(look.cutPlane.normal.norm() - 1) > 1e-12) look.cutPlane.normal.normalize();
    look.step = static_cast<std::int32_t>(parameterValue<std::int64_t>(values, "step"));
    state.isFitted = parameterValue<bool>(values, "fitted");
    if (!vectors.contains("eye")) return state;
    VolumeCamera camera;
    camera.position = vectors["eye"];
    camera.focus = vectors["focus"];
    camera.up = vectors["up"];
    if (!((camera.position - camera.focus).norm() > 0))
        return wrong("eye", textOf("eye"), "a point other than the focus");
    camera.parallel = parameterValue<bool>(values, "parallel");
    camera.viewAngle = parameterValue<double>(values, "angle");
    camera.parallelScale = parameterValue<double>(values, "parallel-scale");
    state.camera = camera;
    return state;
}

Result<Done> checkVolumeView(const ParameterMap& values) {
    auto state = volumeViewState(values);
    if (!state.isOk()) return std::move(state).propagate<Done>();
    return Done{};
}

VolumeCamera cameraOf(const VolumeViewState& state, const SliceVolume& volume) {
    if (!state.camera) return standardCamera(volume);
    if (!state.isFitted) return *state.camera;
    VolumeCamera camera = VolumeCamera::around(
        volume.low, volume.high, state.camera->position - state.camera->focus, state.camera->up);
    camera.parallel = state.camera->parallel;
    camera.viewAngle = state.camera->viewAngle;
    return camera;
}

}  // namespace tessera
