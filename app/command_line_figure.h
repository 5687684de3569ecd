// SPDX-License-Identifier: GPL-3.0-or-later
// --figure: the view's own painter, to SVG, PDF or PNG, with no display.
#pragma once

#include <string>
#include <vector>

#include "app/command_line_options.h"
#include "app/command_line_plane.h"
#include "core/probes/class_map.h"
#include "core/probes/linear_regions.h"

namespace tessera {

// Before any work is done: every name ends in a format that can be drawn.
Result<Done> checkFigureNames(const std::vector<std::string>& figures);
// Standard error is a contract; what Qt thinks of the environment (a missing XDG_RUNTIME_DIR) does not belong
// there.
void quietQtMessages();
Result<Done> writeExactFigures(const RegionsOptions& options, const LinearRegions::Output& output,
                               const ChosenPlane& chosen);
Result<Done> writeSampledFigures(const RegionsOptions& options, const ClassMap::Output& output,
                                 const ChosenPlane& chosen);

}  // namespace tessera
