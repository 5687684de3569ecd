// SPDX-License-Identifier: GPL-3.0-or-later
// Chosen samples of the bundled digits, with a bundled network.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/probes/probe.h"

namespace tessera::test {

inline ProbeInputs digits(const char* model, std::vector<std::int64_t> samples) {
    ProbeInputs inputs;
    inputs.model = loadModel(std::string(TESSERA_SAMPLES) + "/" + model).value();
    inputs.dataset = openDataset(std::string(TESSERA_SAMPLES) + "/mnist-images-idx3-ubyte.gz").value();
    inputs.normalisation = {{0.1307}, {0.3081}};
    inputs.samples = std::move(samples);
    return inputs;
}

}  // namespace tessera::test
