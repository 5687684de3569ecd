// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <set>

#include "core/data/byte_store.h"
#include "core/session/base64.h"
#include "core/session/document.h"
#include "core/session/document_links.h"
#include "core/session/json_fields.h"
#include "core/session/json_limits.h"
#include "core/session/migration.h"
#include "core/session/record_json.h"

namespace tessera {
namespace {

constexpr std::int64_t kMost = INT64_MAX;
constexpr std::size_t kLongestId = 200;

void readReference(JsonFields& fields, const char* name, FileReference& file) {
    fields.with(name, [&](JsonFields& child) {
        child.take("relative", file.relative);
        child.take("absolute", file.absolute);
        child.take("sha256", file.sha256);
    });
}

void readNormalisation(JsonFields& fields, Normalisation& normalisation) {
    fields.with("normalisation", [&](JsonFields& child) {
        child.take("mean", normalisation.mean);
        child.take("std", normalisation.std);
    });
}

void readPoint(JsonFields& fields, const char* name, Eigen::Vector2d& point) {
    std::vector<double> values{point.x(), point.y()};
    fields.take(name, values);
    if (values.size() != 2) return fields.fail(name, "is not a pair of numbers");
    point = {values[0], values[1]};
}

void readVector(JsonFields& fields, const char* name, Eigen::VectorXd& vector) {
    std::vector<double> values;
    fields.take(name, values);
    vector = Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

void readPlane(JsonFields& fields, const char* name, std::optional<SlicePlane>& plane) {
    fields.with(name, [&](JsonFields& child) {
        SlicePlane read;
        child.take("input_shape", read.inputShape, 1);
        readVector(child, "origin", read.origin);
        readVector(child, "u", read.u);
        readVector(child, "v", read.v);
        std::vector<double> window;
        child.take("window", window);
        if (window.size() % 2 != 0) return child.fail("window", "is not a list of points");
        for (std::size_t i = 0; i < window.size(); i += 2) read.window.push_back({window[i], window[i + 1]});
        plane = std::move(read);
    });
}

void readModel(JsonFields& fields, SessionModel& model) {
    fields.take("id", model.id);
    readReference(fields, "file", model.file);
    fields.take("device", model.device);
    if (fields.has("architecture")) readReference(fields, "architecture", model.architecture.emplace());
    if (fields.has("input_shape")) fields.take("input_shape", model.inputShape.emplace(), 1);
}

void readData(JsonFields& fields, SessionData& data) {
    fields.take("generated", data.generated);
    readReference(fields, "file", data.file);
    fields.take("label_column", data.options.labelColumn);
    fields.take("sample_shape", data.options.sampleShape, 1);
    fields.each("parts", [&](JsonFields& part) {
        auto& file = data.parts.emplace_back();
        part.take("relative", file.relative);
        part.take("absolute", file.absolute);
        part.take("sha256", file.sha256);
    });
}

void readRecipe(JsonFields& fields, SessionSlice& slice) {
    fields.choose("kind", slice.kind,
                  {"samples", "class-difference", "principal-components", "random", "pasted"});
    fields.choose("completion", slice.completion, {"random-directions", "other-samples"});
    fields.take("seed", slice.seed);
    fields.take("class_a", slice.classA, 0, INT32_MAX);
    fields.take("class_b", slice.classB, 0, INT32_MAX);
    fields.take("anchors", slice.anchors, -1);
    fields.each("moved", [&](JsonFields& item) {
        int place = 0;
        item.take("anchor", place, 0, 1000);
        item.take("input", slice.moved[place]);
    });
    readPlane(fields, "pasted", slice.pasted);
}

void readShown(JsonFields& fields, SessionSlice& slice) {
    fields.choose("fill", slice.fill, {"class", "pattern", "slope", "depth", "none"});
    fields.take("edges", slice.edges);
    fields.take("boundary", slice.boundary);
    fields.take("samples", slice.samples);
    fields.take("samples_shown", slice.samplesShown, 0, INT32_MAX);
    fields.take("grid", slice.grid);
    fields.take("class_labels", slice.classLabels);
    fields.take("legend", slice.legend);
    fields.take("caption", slice.caption);
    fields.take("hover_card", slice.hoverCard);
}

void readSlice(JsonFields& fields, SessionSlice& slice) {
    fields.take("id", slice.id);
    fields.take("title", slice.title);
    fields.take("model", slice.model);
    fields.take("lock", slice.lock);
    fields.with("recipe", [&](JsonFields& child) { readRecipe(child, slice); });
    fields.with("turn", [&](JsonFields& child) {
        child.take("rotation", slice.rotation);
        child.take("tilt", slice.tilt);
        child.take("second_tilt", slice.secondTilt);
    });
    fields.with("look", [&](JsonFields& child) {
        readPoint(child, "centre", slice.lookCentre);
        child.take("units_per_point", slice.unitsPerPoint);
        child.take("fitted", slice.isFitted);
    });
    readPlane(fields, "plane", slice.plane);
    fields.with("budget", [&](JsonFields& child) {
        child.take("max_regions", slice.maxRegions, 0, kMost);
        child.take("max_seconds", slice.maxSeconds);
        child.take("resolution", slice.resolution, 2, 16384);
    });
    fields.with("shown", [&](JsonFields& child) { readShown(child, slice); });
    fields.take("results", slice.results);
}

// Names and values are checked by the view that they are of.
void readView(JsonFields& fields, ParameterMap& view) {
    const auto* json = fields.find("view");
    if (json == nullptr) return;
    auto read = parametersFromJson(*json, "the file");
    if (!read.isOk()) return fields.fail("view", "is not a list of settings");
    view = std::move(read).value();
}

void readResult(JsonFields& fields, SessionResult& result) {
    fields.take("id", result.id);
    fields.take("title", result.title);
    std::string outcome = outcomeText(Outcome::Complete);
    fields.choose("outcome", outcome, {"complete", "partial", "cancelled", "failed"});
    for (const auto known : {Outcome::Complete, Outcome::Partial, Outcome::Cancelled, Outcome::Failed})
        if (outcome == outcomeText(known)) result.outcome = known;
    fields.take("sentence", result.sentence);
    fields.take("started", result.started);
    fields.take("model", result.model);
    fields.take("others", result.others);
    readNormalisation(fields, result.normalisation);
    fields.take("samples", result.samples, 0);
    fields.take("seed", result.seed);
    fields.take("slice", result.slice);
    fields.take("request_key", result.requestKey);
    readView(fields, result.view);
    fields.take("has_numbers", result.hasNumbers);
    fields.take("bytes", result.bytes, 0, kMost);
    const auto* record = fields.find("record");
    if (record == nullptr) return;
    auto head = recordFromJson(*record, "the file");
    if (!head.isOk()) return fields.fail("record", "is not that of a result");
    auto& read = head.value();
    result.probe = std::move(read.probe);
    result.parameters = std::move(read.parameters);
    result.summary = std::move(read.summary);
    result.notes = std::move(read.notes);
    result.provenance = std::move(read.provenance);
}

void readFigure(JsonFields& fields, SessionFigure& figure) {
    fields.take("id", figure.id);
    fields.take("title", figure.title);
    fields.take("file", figure.file);
    fields.take("width_mm", figure.widthMm);
    fields.take("height_mm", figure.heightMm);
    fields.take("font_pt", figure.fontPt);
    fields.take("line_pt", figure.linePt);
    fields.take("dpi", figure.dpi, 1, 100000);
    fields.choose("theme", figure.theme, {"light", "dark", "transparent"});
    fields.take("columns", figure.columns, 0, 1000);
    fields.take("letters", figure.letters);
    fields.take("shared_colour_bar", figure.sharedColourBar);
    fields.take("titles", figure.titles);
    fields.take("axes", figure.axes);
    fields.take("legend", figure.legend);
    fields.take("colour_bar", figure.colourBar);
    fields.take("caption", figure.caption);
    fields.take("grid", figure.grid);
    fields.each("panels", [&](JsonFields& item) {
        auto& panel = figure.panels.emplace_back();
        item.take("result", panel.result);
        item.take("slice", panel.slice);
        item.take("scene", panel.scene, 0, 1000);
        item.take("title", panel.title);
        readView(item, panel.view);
    });
}

// Every item has an id of its own.
template <typename Item, typename Read>
void readList(JsonFields& fields, const char* name, std::vector<Item>& items, const Read& read) {
    std::set<std::string> ids;
    fields.each(name, [&](JsonFields& item) {
        read(item, items.emplace_back());
        const auto& id = items.back().id;
        if (id.empty()) item.fail("id", "is missing");
        if (id.size() > kLongestId) item.fail("id", "is longer than any that Tessera gives");
        if (!ids.insert(id).second) item.fail("id", "is \"" + shownText(id) + "\", as that of another entry");
    });
}

void readDocument(JsonFields& fields, SessionDocument& document) {
    fields.with("tessera_session", [&](JsonFields& head) {
        head.take("minor", document.minor, 0, INT32_MAX);
        head.take("program", document.program);
        head.take("saved", document.saved);
    });
    readList(fields, "models", document.models, readModel);
    fields.take("current_model", document.currentModel);
    fields.with("data", [&](JsonFields& child) { readData(child, document.data.emplace()); });
    readNormalisation(fields, document.normalisation);
    fields.take("anchors", document.anchors, 0);
    fields.take("current_sample", document.currentSample, -1, kMost);
    fields.take("reference_sample", document.referenceSample, -1, kMost);
    fields.take("selection", document.selection, 0);
    fields.each("subsets", [&](JsonFields& item) {
        std::string name;
        item.take("name", name);
        item.take("samples", document.subsets[name], 0);
    });
    readList(fields, "slices", document.slices, readSlice);
    readList(fields, "results", document.results, readResult);
    readList(fields, "figures", document.figures, readFigure);
    fields.take("current_view", document.currentView);
    std::string layout;
    fields.take("window_layout", layout);
    auto bytes = bytesFromBase64(layout);
    if (!bytes) return fields.fail("window_layout", "is not base64");
    document.windowLayout = std::move(*bytes);
}

}  // namespace

Result<SessionDocument> parseSession(std::string_view text, const std::string& what,
                                     std::vector<std::string>* notes) {
    auto json = parseJson(text, what + ": session.json");
    if (!json.isOk()) return std::move(json).propagate<SessionDocument>();
    auto migrated = migrateSession(json.value(), sessionMigrations(), kSessionMajor, what);
    if (!migrated.isOk()) return std::move(migrated).propagate<SessionDocument>();
    JsonFailure failure{what, {}};
    SessionDocument document;
    JsonFields fields(json.value(), "", failure);
    readDocument(fields, document);
    if (failure.error) return std::move(*failure.error);
    std::vector<std::string> found;
    if (document.minor > kSessionMinor)
        found.push_back(what + " was saved by a newer Tessera (" + shownText(document.program) +
                        "); what this one does not know is left out when it is saved again.");
    dropDeadLinks(document, found);
    if (notes != nullptr) notes->insert(notes->end(), found.begin(), found.end());
    return document;
}

}  // namespace tessera
