// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the window for a request of the command line.
#pragma once

#include "app/command_line.h"
#include "app/window/main_window.h"

namespace tessera {

// Shows the window, opens what was asked for, and runs until it is closed. Returns the exit status. With
// `screenshot`, saves a picture once everything asked for is drawn, and quits.
int runWindow(MainWindow& window, const WindowRequest& request);

}  // namespace tessera
