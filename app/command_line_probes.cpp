// SPDX-License-Identifier: GPL-3.0-or-later
// `tessera probe --list`.
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/command_line_console.h"
#include "app/command_line_options.h"
#include "app/report.h"

namespace tessera {

int runProbeList(const std::string& json) {
    struct Entry {
        const char* name;
        const char* sentence;
        std::vector<Parameter> parameters;
    };
    const std::vector<Entry> probes{{"class-map", "predicted class and confidence on a grid over a slice",
                                     ClassMap::Options::parameters()},
                                    {"evaluate", "accuracy, cross-entropy and calibration on a data set",
                                     Evaluation::Options::parameters()},
                                    {"regions", "exact linear regions and decision boundary on a slice",
                                     LinearRegions::Options::parameters()}};
    auto document = nlohmann::ordered_json::array();
    std::string text;
    for (const auto& probe : probes) {
        document.push_back({{"name", probe.name},
                            {"sentence", probe.sentence},
                            {"parameters", parametersJson(probe.parameters)}});
        text += std::string(probe.name) + ": " + probe.sentence + "\n";
        for (const auto& parameter : probe.parameters)
            text += "    " + parameter.name + ": " + parameter.sentence + "\n";
    }
    const auto written = writeReport(document, text, json);
    return written.isOk() ? kExitDone : failWith(written.error(), "");
}

}  // namespace tessera
