// SPDX-License-Identifier: GPL-3.0-or-later
// Brings sessions of older major versions up to date, one version at a time.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "core/base/result.h"

namespace tessera {

// Turns a session of version `from` into one of `from` + 1. The version itself is raised by the caller.
struct Migration {
    int from;
    void (*apply)(nlohmann::ordered_json& session);
};
std::span<const Migration> sessionMigrations();

// From the version in the file to `to`; a higher one, or one for which there is no way, is refused.
Result<Done> migrateSession(nlohmann::ordered_json& session, std::span<const Migration> migrations, int to,
                            const std::string& what);

}  // namespace tessera
