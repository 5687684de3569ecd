// SPDX-License-Identifier: GPL-3.0-or-later
// What a session is, as plain values: what is open, what is selected, how the slices are held, which results
// were made from what, which figures are drawn from them. session_file.h puts it into a file with the
// results' numbers. Nothing here runs or opens anything.
#pragma once

#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/shape.h"
#include "core/data/dataset.h"
#include "core/session/session_figure.h"
#include "core/session/session_result.h"
#include "core/session/session_slice.h"

namespace tessera {

// Files of a higher major version are refused; of a higher minor version they are read without what is new.
inline constexpr int kSessionMajor = 1, kSessionMinor = 0;

// A file or folder the session needs. Made by referenceTo() (resolve.h), found again by resolveFiles().
struct FileReference {
    std::string relative;  // to the folder of the session file, separated by "/"; empty: never saved yet
    std::string absolute;
    std::string sha256;  // lower-case hex; of a folder: of its names and sizes; empty: unknown
    bool operator==(const FileReference&) const = default;
};

struct SessionModel {
    std::string id;  // "m1": as slices and results name it
    FileReference file;
    std::optional<FileReference> architecture;  // JSON description, where one was given
    std::optional<Shape> inputShape;            // as given on opening
    std::string device = "cpu";
};

struct SessionData {
    std::string generated;             // "generate:moons?samples=1000"; then the two below are empty
    FileReference file;                // what was opened
    std::vector<FileReference> parts;  // the files it consists of, where they are others: labels, batches
    DataOptions options;
};

struct SessionDocument {
    int major = kSessionMajor, minor = kSessionMinor;  // of the file it was read from
    std::string program;                               // version of Tessera that saved it
    std::string saved;                                 // "2026-11-24T09:51:48Z"

    std::vector<SessionModel> models;
    std::string currentModel;  // id; empty: none
    std::optional<SessionData> data;
    Normalisation normalisation;

    std::vector<std::int64_t> anchors;
    std::int64_t currentSample = -1, referenceSample = -1;  // -1: none
    std::vector<std::int64_t> selection;                    // ascending
    std::map<std::string, std::vector<std::int64_t>> subsets;

    std::vector<SessionSlice> slices;
    std::vector<SessionResult> results;  // in the order of the result browser
    std::vector<SessionFigure> figures;

    std::string currentView;   // id of a slice or result
    std::string windowLayout;  // opaque bytes: geometry and docks

    const SessionModel* model(std::string_view id) const;  // null: none
    const SessionSlice* slice(std::string_view id) const;
    const SessionResult* result(std::string_view id) const;
};

// Readable, indented JSON; equal documents give equal text. Numbers, NaN too, read back as they were.
std::string sessionText(const SessionDocument& document);
// Checks everything: types, ranges, duplicate ids, ids that name nothing. `what` names the file in the one
// sentence for anything wrong. Older versions are brought up to date. `notes` gets what was left out.
Result<SessionDocument> parseSession(std::string_view text, const std::string& what,
                                     std::vector<std::string>* notes = nullptr);

// "2026-11-24T09:51:48Z"
std::string utcNow();
std::string utcText(std::time_t time);

}  // namespace tessera
