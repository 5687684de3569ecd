// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/logit_heights_scene.h"

#include <algorithm>
#include <array>

#include "widgets/scenes/volume_panel_scene.h"

namespace tessera {
namespace {

using Height = HeightsLook::Height;
using Fill = HeightsLook::Fill;
constexpr std::array<std::pair<Height, const char*>, 4> kHeights{{{Height::Winning, "winning"},
                                                                  {Height::Margin, "margin"},
                                                                  {Height::Logits, "logits"},
                                                                  {Height::Confidence, "confidence"}}};
constexpr std::array<std::pair<Fill, const char*>, 3> kFills{
    {{Fill::Class, "class"}, {Fill::Pattern, "pattern"}, {Fill::Height, "height"}}};

struct Switch {
    const char *name, *label, *sentence;
    bool HeightsLook::*field;
};
constexpr std::array<Switch, 4> kSwitches{{
    {"floor", "Floor", "Shows the predicted classes flat under the surface.", &HeightsLook::floor},
    {"boundary", "Decision boundary", "Draws the decision boundary on the surface.", &HeightsLook::boundary},
    {"samples", "Samples", "Shows the samples that the plane goes through.", &HeightsLook::samples},
    {"outlines", "Outlines", "Draws the outlines of the linear regions.", &HeightsLook::outlines},
}};

template <typename Value, std::size_t count>
const char* nameOf(const std::array<std::pair<Value, const char*>, count>& names, Value wanted) {
    for (const auto& [value, name] : names)
        if (value == wanted) return name;
    return "";
}

template <typename Value, std::size_t count>
Parameter choice(const char* name, const char* label, const char* sentence,
                 const std::array<std::pair<Value, const char*>, count>& names) {
    Parameter parameter{name, label, sentence, "", std::string(names.front().second)};
    for (const auto& [value, text] : names) parameter.choices.push_back(text);
    return parameter;
}

std::vector<Parameter> declare() {
    const HeightsLook look;
    std::vector<Parameter> list{
        choice("height", "Height",
               "The largest logit, its lead over the second, each class's own, or the predicted class's "
               "probability.",
               kHeights),
        choice("colour-by", "Colour by", "What the colours of the surface mean.", kFills)};
    for (const auto& one : kSwitches)
        list.push_back({one.name, one.label, one.sentence, "", look.*one.field});
    list.push_back({"opacity", "Opacity", "How opaque the surface is.", "", look.opacity, 0, 1});
    list.push_back(
        {"tall", "Tall", "Height of the box, of the window's longer side.", "", look.tall, 0.1, 3});
    list.push_back(
        {"hidden-classes", "Hidden classes", "Classes that are left out: \"0 3\".", "", std::string()});
    for (auto& parameter : cameraParameters()) list.push_back(std::move(parameter));
    return list;
}

}  // namespace

QString heightText(Height height) {
    switch (height) {
        case Height::Winning:
            return QStringLiteral("Largest logit");
        case Height::Margin:
            return QStringLiteral("Margin (logits)");
        case Height::Logits:
            return QStringLiteral("Logit");
        case Height::Confidence:
            return QStringLiteral("Confidence");
    }
    return {};
}

std::vector<Table> heightsTables(const ResultRecord& record) {
    std::vector<Table> tables;
    for (const char* name : {"classes", "samples"})
        if (const auto* table = record.table(name)) tables.push_back(*table);
    return tables;
}

const std::vector<Parameter>& heightsViewParameters() {
    static const std::vector<Parameter> list = declare();
    return list;
}

ParameterMap heightsViewValues(const HeightsViewState& state) {
    ParameterMap values;
    values["height"] = std::string(nameOf(kHeights, state.look.height));
    values["colour-by"] = std::string(nameOf(kFills, state.look.fill));
    for (const auto& one : kSwitches) values[one.name] = state.look.*one.field;
    values["opacity"] = state.look.opacity;
    values["tall"] = state.look.tall;
    values["hidden-classes"] = classesText(state.look.hiddenClass);
    putCamera(state.camera, values);
    return values;
}

Result<HeightsViewState> heightsViewState(const ParameterMap& given) {
    auto known = knownValues(heightsViewParameters(), given);
    if (!known.isOk()) return std::move(known).propagate<HeightsViewState>();
    const ParameterMap& values = known.value();
    HeightsViewState state;
    for (const auto& [value, name] : kHeights)
        if (parameterValue<std::string>(values, "height") == name) state.look.height = value;
    for (const auto& [value, name] : kFills)
        if (parameterValue<std::string>(values, "colour-by") == name) state.look.fill = value;
    for (const auto& one : kSwitches) state.look.*one.field = parameterValue<bool>(values, one.name);
    state.look.opacity = parameterValue<double>(values, "opacity");
    state.look.tall = parameterValue<double>(values, "tall");
    auto hidden = classesValue(values, "hidden-classes");
    if (!hidden.isOk()) return std::move(hidden).propagate<HeightsViewState>();
    state.look.hiddenClass = std::move(hidden).value();
    auto camera = readCamera(values);
    if (!camera.isOk()) return std::move(camera).propagate<HeightsViewState>();
    state.camera = std::move(camera).value();
    return state;
}

Result<Done> checkHeightsView(const ParameterMap& values) {
    auto state = heightsViewState(values);
    if (!state.isOk()) return std::move(state).propagate<Done>();
    return Done{};
}

std::vector<std::shared_ptr<const PanelScene>> logitHeightsScenes(
    const std::shared_ptr<const ResultRecord>& record, const SceneContext& context) {
    std::vector<std::shared_ptr<const PanelScene>> scenes;
    const auto read = logitHeightsFromRecord(*record, "This result");
    if (!read.isOk()) return scenes;
    const auto& result = read.value();
    const LogitMesh mesh = result.mesh();
    auto held = heightsViewState(context.view);
    const HeightsViewState view = held.isOk() ? std::move(held).value() : HeightsViewState{};
    const auto add = [&](const HeightsLook& look, const QString& title) {
        auto made = heightsDrawing(result, mesh, look, SceneTheme::light(), context);
        const auto camera = cameraFor(view.camera, made.drawing.low, made.drawing.high, kHeightsDirection);
        auto scene =
            std::make_shared<VolumePanelScene>(std::make_shared<const VolumeDrawing>(std::move(made.drawing)),
                                               camera, title, made.legend, made.bar);
        scene->isFitted = view.camera.isFitted;
        scene->tables = heightsTables(*record);
        scenes.push_back(std::move(scene));
    };
    if (!context.view.empty())
        add(view.look, heightText(view.look.height).section(QStringLiteral(" ("), 0, 0));
    HeightsLook look;
    add(look, QStringLiteral("Largest logit"));
    look.height = Height::Logits;
    look.floor = false;
    add(look, QStringLiteral("Logits"));
    look.height = Height::Margin;
    look.floor = true;
    look.fill = Fill::Height;
    add(look, QStringLiteral("Margin"));
    return scenes;
}

}  // namespace tessera
