// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/migration.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/data/byte_store.h"

namespace tessera {

std::span<const Migration> sessionMigrations() {
    return {};  // version 1 is the first; one line for each step from here on
}

Result<Done> migrateSession(nlohmann::ordered_json& session, std::span<const Migration> migrations, int to,
                            const std::string& what) {
    auto* head =
        session.is_object() && session.contains("tessera_session") ? &session["tessera_session"] : nullptr;
    if (head == nullptr || !head->is_object() || !head->contains("major") ||
        !(*head)["major"].is_number_integer())
        return fileError(what + " is not a session: it names no version; open a .tessera file.");
    auto version = (*head)["major"].get<std::int64_t>();
    if (version > to) {
        const auto program = head->find("program");
        const bool isNamed = program != head->end() && program->is_string();
        return unsupported(
            what + " was saved by " +
            (isNamed ? "Tessera " + shownText(program->get<std::string>()) : "a newer Tessera") +
            " in session format " + std::to_string(version) + ", and this one reads up to " +
            std::to_string(to) + "; open it with a newer Tessera.");
    }
    for (; version < to; ++version) {
        const auto step = std::find_if(migrations.begin(), migrations.end(),
                                       [&](const Migration& one) { return one.from == version; });
        if (step == migrations.end())
            return unsupported(what + " has session format " + std::to_string(version) +
                               ", which was never in use; open another file.");
        try {
            step->apply(session);
        } catch (const std::exception& exception) {
            return Error{ErrorKind::File,
                         what + " cannot be brought from session format " + std::to_string(version) + " to " +
                             std::to_string(version + 1) + "; it was changed by hand or damaged.",
                         {exception.what()}};
        }
        session["tessera_session"]["major"] = version + 1;
    }
    return Done{};
}

}  // namespace tessera
