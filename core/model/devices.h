// SPDX-License-Identifier: GPL-3.0-or-later
// Where LibTorch can run networks on this machine.
#pragma once

#include <string>
#include <vector>

namespace tessera {

// "cpu" first, then "cuda" where there is one. The first call may take a second: the driver is asked.
std::vector<std::string> availableDevices();

}  // namespace tessera
