// SPDX-License-Identifier: GPL-3.0-or-later
// The command line: `tessera inspect|evaluate|regions|probe ...` run here and return an exit status; anything
// else asks for the window. No display is needed for any subcommand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tessera {

// Exit statuses are a contract: scripts depend on them.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed =
    1;  // one line on standard error names the file and the cause; also after Ctrl-C
inline constexpr int kExitUsage = 2;

// What the window was asked to show.
struct WindowRequest {
    std::vector<std::string>
        files;           // models and data sets in any order; the window tells them apart by content
    std::string sample;  // id of a bundled sample ("mnist-mlp"); empty: none
    std::string
        screenshot;  // PNG: save a picture of the window here once the first slice is exact, then quit
    std::string device = "cpu";
    int threads = 0;  // 0: as many as there are cores
    std::uint64_t seed = 0;
};

// Returns the exit status when a subcommand was handled, help was printed or the usage was wrong; otherwise
// fills `request` and returns nothing, and the caller opens the window. Call before any QApplication exists.
std::optional<int> runCommandLine(int argc, char** argv, WindowRequest& request);

}  // namespace tessera
