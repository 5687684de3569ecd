// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/camera_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tessera {
namespace {

constexpr int kMostClasses = 100'000;

Error wrong(const std::string& name, const std::string& found, const std::string& wanted) {
    return inputError("Setting " + name + " of the view is \"" + found + "\"; give " + wanted + ".");
}

}  // namespace

std::string vectorText(const Eigen::Vector3d& vector) {
    return parameterText(vector.x()) + " " + parameterText(vector.y()) + " " + parameterText(vector.z());
}

Result<Eigen::Vector3d> vectorValue(const ParameterMap& values, const std::string& name) {
    const auto& text = parameterValue<std::string>(values, name);
    const auto refused = wrong(name, text, "three numbers with spaces between them, such as \"0 0 1\"");
    Eigen::Vector3d vector;
    const char* at = text.data();
    const char* end = at + text.size();
    for (int i = 0; i < 3; ++i) {
        while (at < end && (*at == ' ' || *at == ',')) ++at;
        const auto read = std::from_chars(at, end, vector[i]);
        if (read.ec != std::errc{} || !std::isfinite(vector[i])) return refused;
        at = read.ptr;
    }
    while (at < end && *at == ' ') ++at;
    if (at != end) return refused;
    return vector;
}

std::string classesText(const std::vector<char>& marked) {
    std::string text;
    for (std::size_t label = 0; label < marked.size(); ++label)
        if (marked[label]) text += (text.empty() ? "" : " ") + std::to_string(label);
    return text;
}

Result<std::vector<char>> classesValue(const ParameterMap& values, const std::string& name) {
    const auto& text = parameterValue<std::string>(values, name);
    std::vector<char> marked;
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
            return wrong(name, text, "class numbers, such as \"0 3\"");
        at = read.ptr;
        marked.resize(std::max(marked.size(), static_cast<std::size_t>(label) + 1), 0);
        marked[static_cast<std::size_t>(label)] = 1;
    }
    return marked;
}

Result<ParameterMap> knownValues(const std::vector<Parameter>& declared, const ParameterMap& given) {
    ParameterMap values;
    for (const auto& parameter : declared) {
        const auto found = given.find(parameter.name);
        if (found == given.end()) {
            values[parameter.name] = parameter.standard;
            continue;
        }
        auto value = checkParameter(parameter, found->second);
        if (!value.isOk()) return std::move(value).propagate<ParameterMap>();
        values[parameter.name] = std::move(value).value();
    }
    return values;
}

std::vector<Parameter> cameraParameters() {
    const VolumeCamera camera;
    return {{"eye", "Eye", "Where it is looked at from; empty: the usual side.", "", std::string()},
            {"focus", "Focus", "The point looked at.", "", vectorText(camera.focus)},
            {"up", "Up", "The direction that points up the page.", "", vectorText(camera.up)},
            {"fitted", "Fitted", "The box fills the picture: of eye and focus only the direction counts.", "",
             true},
            {"parallel", "Parallel", "Parallel projection, not perspective.", "", camera.parallel},
            {"angle", "View angle", "Of a perspective view, vertical.", "degrees", camera.viewAngle, 1, 170},
            {"parallel-scale", "Parallel scale", "Half the height of what a parallel view sees.", "",
             camera.parallelScale, 1e-12, 1e12}};
}

void putCamera(const HeldCamera& held, ParameterMap& values) {
    values["fitted"] = held.isFitted;
    if (!held.camera) return;
    values["eye"] = vectorText(held.camera->position);
    values["focus"] = vectorText(held.camera->focus);
    values["up"] = vectorText(held.camera->up);
    values["parallel"] = held.camera->parallel;
    values["angle"] = held.camera->viewAngle;
    values["parallel-scale"] = held.camera->parallelScale;
}

Result<HeldCamera> readCamera(const ParameterMap& values) {
    HeldCamera held;
    held.isFitted = parameterValue<bool>(values, "fitted");
    auto focus = vectorValue(values, "focus"), up = vectorValue(values, "up");
    if (!focus.isOk()) return std::move(focus).propagate<HeldCamera>();
    if (!up.isOk()) return std::move(up).propagate<HeldCamera>();
    if (!(up.value().norm() > 0))
        return wrong("up", parameterValue<std::string>(values, "up"), "a direction that is not zero");
    if (parameterValue<std::string>(values, "eye").empty()) return held;
    auto eye = vectorValue(values, "eye");
    if (!eye.isOk()) return std::move(eye).propagate<HeldCamera>();
    if (!((eye.value() - focus.value()).norm() > 0))
        return wrong("eye", parameterValue<std::string>(values, "eye"), "a point other than the focus");
    VolumeCamera camera;
    camera.position = eye.value(), camera.focus = focus.value(), camera.up = up.value();
    camera.parallel = parameterValue<bool>(values, "parallel");
    camera.viewAngle = parameterValue<double>(values, "angle");
    camera.parallelScale = parameterValue<double>(values, "parallel-scale");
    held.camera = camera;
    return held;
}

VolumeCamera cameraFor(const HeldCamera& held, const Eigen::Vector3d& low, const Eigen::Vector3d& high,
                       const Eigen::Vector3d& standard) {
    if (!held.camera) return VolumeCamera::around(low, high, standard);
    if (!held.isFitted) return *held.camera;
    auto camera =
        VolumeCamera::around(low, high, held.camera->position - held.camera->focus, held.camera->up);
    camera.parallel = held.camera->parallel;
    camera.viewAngle = held.camera->viewAngle;
    return camera;
}

}  // namespace tessera
