// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/document_links.h"

#include <algorithm>

#include "core/data/byte_store.h"

namespace tessera {
namespace {

class Links {
  public:
    Links(const SessionDocument& document, std::vector<std::string>& notes)
        : document_(document), notes_(notes) {}

    void model(std::string& id, const std::string& of) {
        keep(id, document_.model(id) != nullptr, of, "the model");
    }
    void slice(std::string& id, const std::string& of) {
        keep(id, document_.slice(id) != nullptr, of, "the slice");
    }
    void result(std::string& id, const std::string& of) {
        keep(id, document_.result(id) != nullptr, of, "the result");
    }
    void plane(std::optional<SlicePlane>& plane, const std::string& of) {
        if (!plane) return;
        const bool fits = plane->origin.size() == elementCount(plane->inputShape);
        if (fits && validatePlane(*plane).isOk()) return;
        notes_.push_back(of + " has a plane that is damaged; it is laid anew.");
        plane.reset();
    }

  private:
    void keep(std::string& id, bool isThere, const std::string& of, const std::string& kind) {
        if (id.empty() || isThere) return;
        notes_.push_back(of + " refers to " + kind + " \"" + shownText(id) +
                         "\", which is not in the session.");
        id.clear();
    }
    const SessionDocument& document_;
    std::vector<std::string>& notes_;
};

std::string named(const char* kind, const std::string& id) {
    return kind + (" \"" + shownText(id) + "\"");
}

}  // namespace

void dropDeadLinks(SessionDocument& document, std::vector<std::string>& notes) {
    Links links(document, notes);  // clears references only: what they refer to stays
    links.model(document.currentModel, "The session");
    for (auto& slice : document.slices) {
        const auto of = named("Slice", slice.id);
        links.model(slice.model, of);
        links.plane(slice.plane, of);
        links.plane(slice.pasted, of);
        for (auto& result : slice.results) links.result(result, of);
        std::erase(slice.results, "");
    }
    for (auto& result : document.results) {
        const auto of = named("Result", result.id);
        links.model(result.model, of);
        for (auto& other : result.others) links.model(other, of);
        links.slice(result.slice, of);
    }
    for (auto& figure : document.figures) {
        const auto of = named("Figure", figure.id);
        for (auto& panel : figure.panels) {
            links.result(panel.result, of);
            links.slice(panel.slice, of);
        }
        std::erase_if(figure.panels,
                      [](const auto& panel) { return panel.result.empty() && panel.slice.empty(); });
    }
}

}  // namespace tessera
