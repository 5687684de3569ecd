// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line_figure.h"

namespace tessera {
namespace {

std::string suffixOf(const std::string& name) {
    const auto dot = name.find_last_of('.');
    std::string suffix = dot == std::string::npos ? "" : name.substr(dot + 1);
    for (auto& letter : suffix) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return suffix;
}

}  // namespace

Result<Done> checkFigureNames(const std::vector<std::string>& figures) {
    for (const auto& name : figures) {
        const auto suffix = suffixOf(name);
        if (suffix != "svg" && suffix != "pdf" && suffix != "png")
            return inputError("--figure " + name + " does not end in .svg, .pdf or .png.");
    }
    return Done{};
}

// The painter comes with widgets/scenes/figure.h; until then asking for a figure is refused, never ignored.
Result<Done> writeExactFigures(const RegionsOptions& options, const LinearRegions::Output&,
                               const ChosenPlane&) {
    if (options.figures.empty()) return Done{};
    return unsupported("--figure is not in this build.");
}

Result<Done> writeSampledFigures(const RegionsOptions& options, const ClassMap::Output&, const ChosenPlane&) {
    if (options.figures.empty()) return Done{};
    return unsupported("--figure is not in this build.");
}

}  // namespace tessera
