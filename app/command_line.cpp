// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <new>

#include "app/command_line_console.h"
#include "app/command_line_figure.h"
#include "app/command_line_heads.h"
#include "app/command_line_options.h"
#include "app/command_line_parser.h"
#include "app/command_line_probes.h"
#include "app/command_line_replay.h"
#include "core/base/provenance.h"

namespace tessera {
namespace {

void addEvaluateOptions(CLI::App& app, EvaluateOptions& options) {
    addDataOptions(app, options.source);
    app.get_option("--data")->required();
    app.add_option("--logits", options.logits, "write the logits (samples x outputs) to this .npy file");
    app.add_option("--limit", options.limit, "first samples only; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--bins", options.bins, "confidence bins of the calibration error")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
}

void addRegionsOptions(CLI::App& app, RegionsOptions& options) {
    auto* plane =
        app.add_option("--plane", options.plane, "PLANE.npz with origin, u, v and optionally polygon");
    addDataOptions(app, options.source);
    addListOption(app, "--samples", options.samples,
                  "the plane goes through one, two or three samples of --data", "3,14,15");
    plane->excludes("--data")->excludes("--samples");
    app.get_option("--data")->needs("--samples");
    app.get_option("--samples")->needs("--data");
    app.add_option("--margin", options.margin, "around the samples, as a share of their extent")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    app.add_option("--half-width", options.halfWidth, "of the window through one sample, in input units")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    addListOption(app, "--window", options.window, "compute in this rectangle of the plane", "s0,t0,s1,t1",
                  4);
    app.add_option("--save-plane", options.savePlane, "write the plane to this .npz file");
    app.add_option("--max-regions", options.maxRegions, "stop here with a partial result; 0: never")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--max-seconds", options.maxSeconds, "stop here with a partial result; 0: never")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--max-memory", options.maxMemory, "MiB of working buffers")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--engine", options.engine)
        ->check(CLI::IsMember({"auto", "depth-first", "breadth-first"}))
        ->capture_default_str();
    app.add_option("--tolerance", options.tolerance,
                   "distance that counts as zero, relative to the window's half-width")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_flag("--sampled", options.sampled,
                 "a sampled class map instead of exact regions; works for every model");
    app.add_option("--resolution", options.resolution, "points along the longer side, with --sampled")
        ->check(CLI::Range(2, 16384))
        ->capture_default_str();
    addFigureOptions(app, options.figures, options.figureWidth, options.figureDpi, "slice");
    app.add_option("--fill", options.fill, "what the figure's colours show")
        ->check(CLI::IsMember({"class", "pattern", "slope", "depth", "none"}))
        ->capture_default_str();
    app.add_option("--mesh", options.mesh,
                   "write vertices, edges, faces, affine maps and boundary to this .npz file");
}

bool hasDisplay() {
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        const char* value = std::getenv(variable);
        if (value != nullptr && *value != '\0') return true;
    }
    return false;
}

int usageError(const std::string& message) {
    const auto end = message.find_last_not_of(". \n");
    std::fprintf(stderr, "tessera: %s; see tessera --help\n", message.substr(0, end + 1).c_str());
    return kExitUsage;
}

// A mistyped command would otherwise be taken for a file to open in the window.
bool looksLikeACommand(const std::string& word) {
    return word.find_first_of("./:") == std::string::npos && !std::filesystem::exists(word);
}

std::optional<int> parseAndRun(int argc, char** argv, WindowRequest& request) {
    CLI::App app("Tessera: how a trained network cuts its input space. Without a command, opens the window.",
                 "tessera");
    app.set_version_flag("--version", std::string("tessera ") + tesseraVersion());
    app.set_help_flag("-h,--help", "this text");
    app.require_subcommand(0, 1);
    app.add_option("FILE", request.files, "models and data to open in the window");
    app.add_option("--sample", request.sample,
                   "open a bundled sample in the window: mnist-mlp, mnist-cnn or spiral");
    app.add_option("--screenshot", request.screenshot,
                   "save a picture of the window once its slice is exact, then quit");

    CommonOptions common;
    EvaluateOptions evaluate;
    RegionsOptions regions;
    auto* inspectCommand =
        app.add_subcommand("inspect", "layers, shapes, parameters, what is exact, and the self-check");
    addCommonOptions(*inspectCommand, common);
    auto* evaluateCommand =
        app.add_subcommand("evaluate", "accuracy, cross-entropy and calibration on a data set");
    addCommonOptions(*evaluateCommand, common);
    addEvaluateOptions(*evaluateCommand, evaluate);
    auto* regionsCommand =
        app.add_subcommand("regions", "exact linear regions and decision boundary on a plane");
    addCommonOptions(*regionsCommand, common);
    addRegionsOptions(*regionsCommand, regions);
    auto* probeCommand = app.add_subcommand("probe", "run a registered probe, or list them");
    ProbeCommands probes;
    probes.addTo(*probeCommand);
    auto* headsCommand =
        app.add_subcommand("heads", "make embeddings, train classifier heads over them, compare heads");
    HeadsCommands heads;
    heads.addTo(*headsCommand);
    ReplayOptions replay;
    auto* replayCommand =
        app.add_subcommand("replay", "run every result of a session again and draw its figures");
    replayCommand->add_option("SESSION", replay.session, "a .tessera file")->required();
    replayCommand->add_option("--out", replay.out, "folder for tables, arrays and figures")->required();
    replayCommand->add_option("--json", replay.json,
                              "write what was found as JSON to this file; - is standard output");

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        app.exit(success);
        return kExitDone;
    } catch (const CLI::ParseError& error) {
        return usageError(error.what());
    }

    if (inspectCommand->parsed()) return runInspect(common);
    if (evaluateCommand->parsed()) return runEvaluate(common, evaluate);
    if (regionsCommand->parsed()) {
        if (regions.plane.empty() && regions.samples.empty())
            return usageError("regions needs --plane PLANE.npz, or --data DATA with --samples i,j,k");
        if (regions.samples.size() > 3) return usageError("--samples takes one, two or three sample numbers");
        if (regions.sampled && !regions.mesh.empty())
            return usageError("--mesh needs exact regions and cannot go with --sampled");
        if (const auto fits = checkFigureNames(regions.figures); !fits.isOk())
            return usageError(fits.error().message);
        return runRegions(common, regions);
    }
    if (probeCommand->parsed()) {
        if (const auto wrong = probes.usageProblem(); !wrong.empty()) return usageError(wrong);
        return probes.run();
    }
    if (headsCommand->parsed()) {
        if (const auto wrong = heads.usageProblem(); !wrong.empty()) return usageError(wrong);
        return heads.run();
    }
    if (replayCommand->parsed()) return runReplay(replay);

    if (!request.files.empty() && looksLikeACommand(request.files.front()))
        return usageError("there is no command and no file called '" + request.files.front() + "'");
    if (!hasDisplay()) {
        std::fprintf(stderr,
                     "tessera: the window needs a display (DISPLAY or WAYLAND_DISPLAY is not set); "
                     "inspect, evaluate and regions work without one\n");
        return kExitFailed;
    }
    return std::nullopt;
}

}  // namespace

std::optional<int> runCommandLine(int argc, char** argv, WindowRequest& request) {
    try {
        return parseAndRun(argc, argv, request);
    } catch (const std::bad_alloc&) {
        return failWith(
            {ErrorKind::Resource, "there is not enough memory; use a smaller window or budget.", {}}, "");
    } catch (const std::exception& exception) {
        return failWith(
            {ErrorKind::Internal, std::string("this is a bug in Tessera: ") + exception.what(), {}}, "");
    }
}

}  // namespace tessera
