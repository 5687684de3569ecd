// SPDX-License-Identifier: GPL-3.0-or-later
// Names inside a session file and a recovery folder.
#pragma once

#include <string>

namespace tessera {

inline constexpr const char* kDocumentEntry = "session.json";
// Ids are chosen by the window ("r1"); any other character than a letter, digit, "_" or "-" is written as its
// hex code, so that an id can never name a file outside.
std::string resultEntry(const std::string& id);  // "results/r1.npz"

}  // namespace tessera
