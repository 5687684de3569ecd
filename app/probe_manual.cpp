// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/probe_manual.h"

#include <fstream>

namespace tessera {
namespace {

// A cell may hold neither a bar nor a line break.
std::string cell(const std::string& text) {
    std::string safe;
    for (const char letter : text) {
        if (letter == '|') safe += '\\';
        safe += letter == '\n' ? ' ' : letter;
    }
    return safe;
}

std::string valuesOf(const Parameter& parameter) {
    if (std::holds_alternative<bool>(parameter.standard)) return "true, false";
    if (std::holds_alternative<std::string>(parameter.standard)) {
        std::string list;
        for (const auto& choice : parameter.choices) list += (list.empty() ? "" : ", ") + choice;
        return list.empty() ? "text" : list;
    }
    const char* kind = std::holds_alternative<std::int64_t>(parameter.standard) ? "whole number" : "number";
    if (!hasRange(parameter)) return kind;
    return std::string(kind) + ", " + limitText(parameter, parameter.minimum) + " to " +
           limitText(parameter, parameter.maximum);
}

std::string needsOf(const ProbeDescription& description) {
    std::string text = description.needsExact ? "A model whose layers are all exact" : "Any model";
    text += description.needsData ? ", and data of its shape" : "; no data";
    if (description.minimumSamples > 0)
        text += ", with at least " + std::to_string(description.minimumSamples) + " samples chosen";
    if (description.orderMatters) text += ", in the order in which they were chosen";
    return text + ".";
}

bool write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    return static_cast<bool>(file);
}

}  // namespace

std::string probeManualPage(const ProbeDescription& description) {
    std::string text = "# " + description.title + "\n\n" + description.sentence + "\n\n    tessera probe " +
                       description.name + " MODEL" + (description.minimumModels > 1 ? " OTHERS..." : "") +
                       (description.needsData ? " --data DATA" : "") +
                       (description.minimumSamples > 0 ? " --samples i,j,..." : "") + "\n\n## Needs\n\n" +
                       needsOf(description) + "\n\n## What it computes\n\n" + description.definition +
                       "\n\n## Settings\n\n";
    if (description.parameters.empty()) text += "None.\n";
    if (!description.parameters.empty())
        text += "| option | what | values | unit | default |\n|--|--|--|--|--|\n";
    for (const auto& parameter : description.parameters) {
        const auto standard = parameterText(parameter.standard);
        text += "| `--" + parameter.name + "` | " + cell(parameter.sentence) + " | " +
                cell(valuesOf(parameter)) + " | " + cell(parameter.unit) + " | " + cell(standard) + " |\n";
    }
    return text + "\n## Cost\n\n" + description.cost + "\n\n## Source\n\n" + description.source + "\n";
}

Result<Done> writeProbeManual(const std::filesystem::path& folder, std::span<const ProbeDescription> probes) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    std::string index = "# Probes\n\n";
    bool good = !failure;
    for (const auto& probe : probes) {
        good = good && write(folder / (probe.name + ".md"), probeManualPage(probe));
        index += "- [" + probe.title + "](" + probe.name + ".md): " + probe.sentence + "\n";
    }
    if (!good || !write(folder / "index.md", index))
        return fileError(folder.string() + " cannot be written; give a folder that can be made or changed.");
    return Done{};
}

}  // namespace tessera
