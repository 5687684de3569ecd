// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/document.h"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace tessera {
namespace {

template <typename List>
auto* withId(const List& list, std::string_view id) {
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.id == id; });
    return found == list.end() ? nullptr : &*found;
}

}  // namespace

const SessionModel* SessionDocument::model(std::string_view id) const {
    return withId(models, id);
}

const SessionSlice* SessionDocument::slice(std::string_view id) const {
    return withId(slices, id);
}

const SessionResult* SessionDocument::result(std::string_view id) const {
    return withId(results, id);
}

const char* outcomeText(Outcome outcome) {
    constexpr const char* kTexts[] = {"complete", "partial", "cancelled", "failed"};
    return kTexts[static_cast<int>(outcome)];
}

void describeRecord(const ResultRecord& record, SessionResult& result) {
    result.probe = record.probe;
    result.parameters = record.parameters;
    result.summary = record.summary;
    result.notes = record.notes;
    result.provenance = record.provenance;
    result.outcome = record.provenance.complete ? Outcome::Complete : Outcome::Partial;
    result.sentence = record.provenance.complete ? "" : record.provenance.note;
    result.bytes = record.bytes();
}

std::string utcNow() {
    return utcText(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
}

std::string utcText(std::time_t time) {
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

}  // namespace tessera
