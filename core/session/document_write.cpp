// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/provenance.h"
#include "core/session/base64.h"
#include "core/session/document.h"
#include "core/session/json_fields.h"
#include "core/session/json_limits.h"
#include "core/session/record_json.h"

namespace tessera {
namespace {

using Json = nlohmann::ordered_json;

Json referenceJson(const FileReference& file) {
    return {{"relative", file.relative}, {"absolute", file.absolute}, {"sha256", file.sha256}};
}

Json normalisationJson(const Normalisation& normalisation) {
    return {{"mean", numbersJson(normalisation.mean)}, {"std", numbersJson(normalisation.std)}};
}

Json pointJson(const Eigen::Vector2d& point) {
    return {point.x(), point.y()};
}

Json vectorJson(const Eigen::VectorXd& vector) {
    return numbersJson({vector.data(), vector.data() + vector.size()});
}

Json planeJson(const SlicePlane& plane) {
    std::vector<double> window;
    for (const auto& corner : plane.window) window.insert(window.end(), {corner.x(), corner.y()});
    return {{"input_shape", plane.inputShape},
            {"origin", vectorJson(plane.origin)},
            {"u", vectorJson(plane.u)},
            {"v", vectorJson(plane.v)},
            {"window", numbersJson(window)}};
}

Json modelJson(const SessionModel& model) {
    Json json{{"id", model.id}, {"file", referenceJson(model.file)}, {"device", model.device}};
    if (model.architecture) json["architecture"] = referenceJson(*model.architecture);
    if (model.inputShape) json["input_shape"] = *model.inputShape;
    return json;
}

Json dataJson(const SessionData& data) {
    Json parts = Json::array();
    for (const auto& part : data.parts) parts.push_back(referenceJson(part));
    return {{"generated", data.generated},
            {"file", referenceJson(data.file)},
            {"parts", std::move(parts)},
            {"label_column", data.options.labelColumn},
            {"sample_shape", data.options.sampleShape}};
}

Json sliceJson(const SessionSlice& slice) {
    Json moved = Json::array();
    for (const auto& [place, input] : slice.moved)
        moved.push_back({{"anchor", place}, {"input", numbersJson(input)}});
    Json json{{"id", slice.id}, {"title", slice.title}, {"model", slice.model}, {"lock", slice.lock}};
    json["recipe"] = {{"kind", slice.kind},       {"completion", slice.completion},
                      {"seed", slice.seed},       {"class_a", slice.classA},
                      {"class_b", slice.classB},  {"anchors", slice.anchors},
                      {"moved", std::move(moved)}};
    if (slice.pasted) json["recipe"]["pasted"] = planeJson(*slice.pasted);
    json["turn"] = {{"rotation", slice.rotation}, {"tilt", slice.tilt}, {"second_tilt", slice.secondTilt}};
    json["look"] = {{"centre", pointJson(slice.lookCentre)},
                    {"units_per_point", slice.unitsPerPoint},
                    {"fitted", slice.isFitted}};
    if (slice.plane) json["plane"] = planeJson(*slice.plane);
    json["budget"] = {{"max_regions", slice.maxRegions},
                      {"max_seconds", slice.maxSeconds},
                      {"resolution", slice.resolution}};
    json["shown"] = {{"fill", slice.fill},
                     {"edges", slice.edges},
                     {"boundary", slice.boundary},
                     {"samples", slice.samples},
                     {"samples_shown", slice.samplesShown},
                     {"grid", slice.grid},
                     {"class_labels", slice.classLabels},
                     {"legend", slice.legend},
                     {"caption", slice.caption},
                     {"hover_card", slice.hoverCard}};
    json["results"] = slice.results;
    return json;
}

Json resultJson(const SessionResult& result) {
    ResultRecord head;
    head.probe = result.probe;
    head.parameters = result.parameters;
    head.summary = result.summary;
    head.notes = result.notes;
    head.provenance = result.provenance;
    return {{"id", result.id},
            {"title", result.title},
            {"outcome", outcomeText(result.outcome)},
            {"sentence", result.sentence},
            {"started", result.started},
            {"model", result.model},
            {"others", result.others},
            {"normalisation", normalisationJson(result.normalisation)},
            {"samples", result.samples},
            {"seed", result.seed},
            {"slice", result.slice},
            {"request_key", result.requestKey},
            {"view", parametersJson(result.view)},
            {"has_numbers", result.hasNumbers},
            {"bytes", result.bytes},
            {"record", recordJson(head)}};
}

Json figureJson(const SessionFigure& figure) {
    Json panels = Json::array();
    for (const auto& panel : figure.panels)
        panels.push_back({{"result", panel.result},
                          {"slice", panel.slice},
                          {"scene", panel.scene},
                          {"title", panel.title},
                          {"view", parametersJson(panel.view)}});
    return {{"id", figure.id},
            {"title", figure.title},
            {"file", figure.file},
            {"width_mm", figure.widthMm},
            {"height_mm", figure.heightMm},
            {"font_pt", figure.fontPt},
            {"line_pt", figure.linePt},
            {"dpi", figure.dpi},
            {"theme", figure.theme},
            {"columns", figure.columns},
            {"letters", figure.letters},
            {"shared_colour_bar", figure.sharedColourBar},
            {"titles", figure.titles},
            {"axes", figure.axes},
            {"legend", figure.legend},
            {"colour_bar", figure.colourBar},
            {"caption", figure.caption},
            {"grid", figure.grid},
            {"panels", std::move(panels)}};
}

template <typename List, typename ToJson>
Json listJson(const List& list, const ToJson& toJson) {
    Json json = Json::array();
    for (const auto& item : list) json.push_back(toJson(item));
    return json;
}

}  // namespace

std::string sessionText(const SessionDocument& document) {
    Json json;
    json["tessera_session"] = {{"major", kSessionMajor},
                               {"minor", kSessionMinor},
                               {"program", document.program},
                               {"saved", document.saved}};
    json["models"] = listJson(document.models, modelJson);
    json["current_model"] = document.currentModel;
    json["data"] = document.data ? dataJson(*document.data) : Json();
    json["normalisation"] = normalisationJson(document.normalisation);
    json["anchors"] = document.anchors;
    json["current_sample"] = document.currentSample;
    json["reference_sample"] = document.referenceSample;
    json["selection"] = document.selection;
    json["subsets"] = Json::array();
    for (const auto& [name, samples] : document.subsets)
        json["subsets"].push_back({{"name", name}, {"samples", samples}});
    json["slices"] = listJson(document.slices, sliceJson);
    json["results"] = listJson(document.results, resultJson);
    json["figures"] = listJson(document.figures, figureJson);
    json["current_view"] = document.currentView;
    json["window_layout"] = base64Text(document.windowLayout);
    return readableJson(json);
}

}  // namespace tessera
