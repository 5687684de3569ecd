// SPDX-License-Identifier: GPL-3.0-or-later
// The reference pages of the probes, in Markdown, made from their descriptions.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "core/probes/probe.h"

namespace tessera {

std::string probeManualPage(const ProbeDescription& description);
// NAME.md for each probe and index.md; makes the folder if it is not there.
Result<Done> writeProbeManual(const std::filesystem::path& folder, std::span<const ProbeDescription> probes);

}  // namespace tessera
