// SPDX-License-Identifier: GPL-3.0-or-later
// `tessera replay SESSION --out DIR`.
#pragma once

#include <string>

namespace tessera {

struct ReplayOptions {
    std::string session;
    std::string out;   // folder: results/ID/..., figures/...
    std::string json;  // file, "-" for standard output, empty: none
};

int runReplay(const ReplayOptions& options);

}  // namespace tessera
