// SPDX-License-Identifier: GPL-3.0-or-later
// A record as text for people.
#pragma once

#include <string>

#include "core/probes/probe.h"

namespace tessera {

std::string recordText(const ResultRecord& record, const ProbeDescription& description);

}  // namespace tessera
