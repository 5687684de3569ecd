// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/devices.h"

#include <torch/cuda.h>

namespace tessera {

std::vector<std::string> availableDevices() {
    std::vector<std::string> devices{"cpu"};
    if (torch::cuda::is_available()) devices.emplace_back("cuda");
    return devices;
}

}  // namespace tessera
