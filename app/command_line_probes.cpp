// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line_probes.h"

#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/command_line_console.h"
#include "app/command_line_figure.h"
#include "app/command_line_parser.h"
#include "app/probe_manual.h"
#include "app/report.h"
#include "widgets/scenes/volume_mesh.h"

namespace tessera {

using Json = nlohmann::ordered_json;

struct ProbeCommands::Command {
    const CatalogueEntry& entry;
    CLI::App* app = nullptr;
    ProbeOptions options;
};

namespace {

// Lines of at most 100 letters, indented.
std::string wrapped(const std::string& text) {
    constexpr std::size_t kMost = 100;
    std::string lines, line = " ";
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (line.size() + word.size() + 1 > kMost) lines += line + "\n", line = " ";
        line += " " + word;
    }
    return lines + line;
}

// "[16 samples; 1 to 10000]"
std::string rangeOf(const Parameter& parameter) {
    std::string text = "[" + parameterText(parameter.standard);
    if (!parameter.unit.empty()) text += " " + parameter.unit;
    if (hasRange(parameter))
        text +=
            "; " + limitText(parameter, parameter.minimum) + " to " + limitText(parameter, parameter.maximum);
    return text + "]";
}

std::string typeOf(const Parameter& parameter) {
    if (std::holds_alternative<bool>(parameter.standard)) return "true|false";
    if (std::holds_alternative<std::int64_t>(parameter.standard)) return "N";
    if (std::holds_alternative<double>(parameter.standard)) return "X";
    std::string choices;
    for (const auto& choice : parameter.choices) choices += (choices.empty() ? "" : "|") + choice;
    return choices.empty() ? "TEXT" : choices;
}

void addParameter(CLI::App& app, const Parameter& parameter, ParameterMap& values,
                  const std::string& prefix = "", const std::string& group = "Settings") {
    app.add_option_function<std::string>(
           "--" + prefix + parameter.name,
           [parameter, &values](const std::string& text) {
               auto value = parseParameter(parameter, text);
               if (!value.isOk()) throw CLI::ValidationError(value.error().message);
               values[parameter.name] = value.value();
           },
           parameter.sentence + " " + rangeOf(parameter))
        ->type_name(typeOf(parameter))
        ->group(group);
}

std::string footerOf(const ProbeDescription& description) {
    return "What it computes\n" + wrapped(description.definition) + "\n\nCost\n" + wrapped(description.cost) +
           "\n\nSource\n" + wrapped(description.source);
}

void addOutputs(CLI::App& app, ProbeOptions& options) {
    app.add_option("--csv", options.csv, "write each table as CSV into this folder")->type_name("DIR");
    app.add_option("--npz", options.npz, "write all arrays and number columns to this .npz file");
    addFigureOptions(app, options.figures, options.figureWidth, options.figureDpi, "result");
}

struct ListEntry {
    std::string name, sentence;
    std::vector<Parameter> parameters;
};

// With the three that have a command of their own.
std::vector<ListEntry> listOfProbes() {
    std::vector<ListEntry> list;
    const auto add = [&list](ListEntry entry) {
        if (!catalogueEntry(entry.name)) list.push_back(std::move(entry));
    };
    add({"class-map", "predicted class and confidence on a grid over a slice",
         ClassMap::Options::parameters()});
    add({"evaluate", "accuracy, cross-entropy and calibration on a data set",
         Evaluation::Options::parameters()});
    add({"regions", "exact linear regions and decision boundary on a slice",
         LinearRegions::Options::parameters()});
    for (const auto& entry : catalogue()) {
        const auto& description = entry.probe->description();
        list.push_back({description.name, description.sentence, description.parameters});
    }
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return list;
}

int runProbeList(const std::string& json) {
    auto document = Json::array();
    std::string text;
    for (const auto& probe : listOfProbes()) {
        document.push_back({{"name", probe.name},
                            {"sentence", probe.sentence},
                            {"parameters", parametersJson(probe.parameters)}});
        text += probe.name + ": " + probe.sentence + "\n";
        for (const auto& parameter : probe.parameters)
            text += "    " + parameter.name + ": " + parameter.sentence + "\n";
    }
    const auto written = writeReport(document, text, json);
    return written.isOk() ? kExitDone : failWith(written.error(), "");
}

int runManual(const std::string& folder) {
    std::vector<ProbeDescription> probes;
    for (const auto& entry : catalogue()) probes.push_back(entry.probe->description());
    const auto written = writeProbeManual(folder, probes);
    return written.isOk() ? kExitDone : failWith(written.error(), folder);
}

}  // namespace

ProbeCommands::ProbeCommands() = default;
ProbeCommands::~ProbeCommands() = default;

void ProbeCommands::addTo(CLI::App& app) {
    app.require_subcommand(0, 1);
    app.add_flag("--list", list_, "the probes with their parameters");
    app.add_option("--manual", manual_, "write a reference page for each probe into this folder")
        ->type_name("DIR");
    app.add_option("--json", json_, "with --list: write it as JSON to this file; - is standard output");
    app.add_option("NAME", unknown_, "of a probe")->group("");  // what is not a subcommand ends here
    for (const auto& entry : catalogue()) {
        const auto& description = entry.probe->description();
        commands_.push_back(std::make_unique<Command>(Command{entry, nullptr, {}}));
        auto& command = *commands_.back();
        command.app = app.add_subcommand(description.name, description.sentence);
        command.app->footer(footerOf(description));
        addCommonOptions(*command.app, command.options.common);
        if (description.minimumModels > 1)
            command.app->add_option("OTHERS", command.options.others, "models to compare it with")
                ->required()
                ->expected(description.minimumModels - 1, 10'000);
        addDataOptions(*command.app, command.options.source);
        auto* data = command.app->get_option("--data");
        if (description.needsData) data->required();
        addListOption(*command.app, "--samples", command.options.samples,
                      description.orderMatters ? "samples of --data, in the order of the path"
                                               : "these samples of --data only",
                      "3,14,15");
        command.app->add_option("--limit", command.options.limit, "the first samples of --data only; 0: all")
            ->check(CLI::NonNegativeNumber)
            ->capture_default_str()
            ->excludes("--samples")
            ->needs(data);
        command.app->get_option("--samples")->needs(data);
        addOutputs(*command.app, command.options);
        if (entry.writeMesh)
            command.app
                ->add_option("--mesh", command.options.meshes,
                             "write the surface to this .vtp, .ply or .npz, or the cells of a volume to this "
                             ".vtu; may "
                             "be repeated")
                ->type_name("FILE");
        for (const auto& parameter : description.parameters)
            addParameter(*command.app, parameter, command.options.parameters);
        if (entry.viewParameters)
            for (const auto& parameter : entry.viewParameters())
                addParameter(*command.app, parameter, command.options.view, "view-", "Figure");
    }
}

std::string ProbeCommands::usageProblem() const {
    std::string names;
    for (const auto& command : commands_)
        names += (names.empty() ? "" : ", ") + command->entry.probe->description().name;
    if (!unknown_.empty()) {
        const auto& name = unknown_.front();
        if (name == "evaluate" || name == "regions")
            return "'" + name + "' has a command of its own: tessera " + name;
        return "there is no probe called '" + name + "'; there are " + names;
    }
    for (const auto& command : commands_) {
        if (!command->app->parsed()) continue;
        const auto& options = command->options;
        const auto& description = command->entry.probe->description();
        // A model may be small enough to need none.
        const bool mayTakeNone = description.minimumInputs > 1 && options.samples.empty();
        if (static_cast<int>(options.samples.size()) < description.minimumSamples && options.limit == 0 &&
            !mayTakeNone)
            return description.name + " needs --samples with at least " +
                   std::to_string(description.minimumSamples) + " numbers";
        if (const auto fits = checkFigureNames(options.figures); !fits.isOk()) return fits.error().message;
        if (!options.view.empty() && options.figures.empty())
            return description.name + " takes --view settings for a figure only; add --figure FILE";
        if (command->entry.checkView)
            if (const auto fits = command->entry.checkView(options.view); !fits.isOk())
                return fits.error().message;
        for (const auto& mesh : options.meshes)
            if (const auto fits = checkMeshPath(mesh); !fits.isOk()) return fits.error().message;
        if (!options.figures.empty() && !command->entry.scenes)
            return description.name + " has no picture, so --figure cannot be drawn";
        return {};
    }
    if (!list_ && manual_.empty()) return "probe needs a name (" + names + ") or --list";
    return {};
}

int ProbeCommands::run() const {
    for (const auto& command : commands_)
        if (command->app->parsed()) return runProbeCommand(command->entry, command->options);
    return list_ ? runProbeList(json_) : runManual(manual_);
}

}  // namespace tessera
