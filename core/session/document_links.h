// SPDX-License-Identifier: GPL-3.0-or-later
// What one part of a session says of another.
#pragma once

#include <string>
#include <vector>

#include "core/session/document.h"

namespace tessera {

// A dead link must not keep a session closed: ids that name nothing and planes that span nothing are taken
// out, with a note each.
void dropDeadLinks(SessionDocument& document, std::vector<std::string>& notes);

}  // namespace tessera
