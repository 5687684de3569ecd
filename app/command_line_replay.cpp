// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line_replay.h"

#include <QGuiApplication>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/command_line_console.h"
#include "app/command_line_figure.h"
#include "app/replay.h"
#include "app/replay_figures.h"
#include "app/report.h"
#include "core/session/resolve.h"
#include "core/session/session_entries.h"
#include "widgets/scenes/figure.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

const char* fileStatusText(FileStatus status) {
    constexpr const char* kTexts[] = {"found", "moved", "changed", "missing"};
    return kTexts[static_cast<int>(status)];
}

// All that is not as it was, in the order it was found; the first becomes the line on standard error.
struct Replay {
    Json results = Json::array(), figures = Json::array(), files = Json::array();
    std::vector<std::string> problems;
    std::string text;
    std::map<std::string, std::shared_ptr<const ResultRecord>> records;
};

void tellFiles(const ResolvedSession& session, Replay& replay) {
    for (const auto& file : session.files) {
        replay.files.push_back({{"role", file.role},
                                {"status", fileStatusText(file.status)},
                                {"path", file.path.string()},
                                {"sha256", file.reference.sha256}});
        if (file.status == FileStatus::Changed || file.status == FileStatus::Missing)
            replay.problems.push_back(file.sentence);
        else if (file.status == FileStatus::Moved)
            printNote(file.sentence);
    }
}

Result<Done> replayResults(const OpenedSession& session, const fs::path& folder, ReplayInputs& inputs,
                           std::stop_token stop, Progress& progress, Replay& replay) {
    for (const auto& asked : inputs.document().results) {
        const auto stored = session.numbers.find(asked.id);
        const auto result = replayResult(
            asked, stored == session.numbers.end() ? nullptr : stored->second.get(), inputs, stop, progress);
        if (stop.stop_requested()) return Cancelled{};
        Json files = Json::array();
        if (result.record) {
            // Results of one name never meet: the folder is named as the entry in the session.
            const auto place = folder / fs::path(resultEntry(asked.id)).replace_extension();
            auto written = writeReplayed(place, *result.record);
            if (!written.isOk()) return std::move(written).propagate<Done>();
            files = written.value();
        }
        replay.records[asked.id] = result.record;
        Json entry{{"id", result.id},
                   {"title", result.title},
                   {"probe", result.probe},
                   {"status", replayStatusText(result.status)},
                   {"sentence", result.sentence},
                   {"largest_difference", result.largestDifference},
                   {"seconds", result.seconds},
                   {"files", std::move(files)}};
        if (std::isinf(result.largestDifference)) entry["largest_difference"] = "Infinity";
        replay.results.push_back(std::move(entry));
        replay.text += result.id + "  " + replayStatusText(result.status) + "  " + result.title +
                       (result.sentence.empty() ? "" : ": " + result.sentence) + "\n";
        if (result.status == ReplayStatus::Differs || result.status == ReplayStatus::Failed)
            replay.problems.push_back("Result " + result.id + " (" + result.title + ") " +
                                      (result.status == ReplayStatus::Failed ? "cannot be run again: " : "") +
                                      result.sentence);
    }
    return Done{};
}

void replayFigures(const fs::path& folder, ReplayInputs& inputs, std::stop_token stop, Progress& progress,
                   Replay& replay) {
    if (inputs.document().figures.empty()) return;
    quietQtMessages();
    const auto application = offscreenApplication();  // text needs fonts, and fonts an application
    for (const auto& figure : inputs.document().figures) {
        if (stop.stop_requested()) return;
        const auto drawn = replayFigure(figure, folder / "figures", replay.records, inputs, stop, progress);
        replay.figures.push_back(
            {{"id", drawn.id}, {"title", drawn.title}, {"files", drawn.files}, {"problem", drawn.problem}});
        replay.text += drawn.id + "  " + (drawn.problem.empty() ? drawn.files.front() : drawn.problem) + "\n";
        if (!drawn.problem.empty())
            replay.problems.push_back("Figure " + drawn.id + " cannot be drawn: " + drawn.problem);
    }
}

Error firstProblem(const Replay& replay) {
    std::string sentence = replay.problems.front();
    if (replay.problems.size() > 1) {
        while (!sentence.empty() && sentence.back() == '.') sentence.pop_back();
        sentence += "; and " + std::to_string(replay.problems.size() - 1) + " more, see --json";
    }
    return {ErrorKind::Input, sentence, {}};
}

}  // namespace

int runReplay(const ReplayOptions& options) {
    InterruptGuard interrupt;
    ConsoleProgress progress;
    const auto stop = interrupt.token();
    auto session = openSession(options.session);
    if (!session.isOk()) return failWith(session.error(), options.session);
    for (const auto& note : session.value().notes) printNote(note);
    const fs::path folder(options.out);
    std::error_code error;
    fs::create_directories(folder / "figures", error);
    if (error)
        return failWith(
            fileError(options.out + " cannot be made (" + error.message() + "); choose another folder."), "");
    auto resolved = resolveFiles(session.value().document, fs::absolute(options.session).parent_path(), {},
                                 stop, progress);
    const Error cancelled = inputError("The replay was interrupted.");
    if (!resolved.isOk()) return failWith(resolved.isError() ? resolved.error() : cancelled, options.session);

    Replay replay;
    tellFiles(resolved.value(), replay);
    ReplayInputs inputs(resolved.value().document);
    auto done = replayResults(session.value(), folder, inputs, stop, progress, replay);
    if (done.isError()) return failWith(done.error(), options.session);
    if (done.isOk()) replayFigures(folder, inputs, stop, progress, replay);
    progress.clear();
    if (stop.stop_requested()) return failWith(cancelled, options.session);

    const auto& document = session.value().document;
    const Json json{
        {"session", options.session},      {"saved", document.saved},         {"saved_by", document.program},
        {"replayed_by", tesseraVersion()}, {"same", replay.problems.empty()}, {"problems", replay.problems},
        {"files", replay.files},           {"results", replay.results},       {"figures", replay.figures}};
    if (const auto written = writeReport(json, replay.text, options.json); !written.isOk())
        return failWith(written.error(), "");
    return replay.problems.empty() ? kExitDone : failWith(firstProblem(replay), options.session);
}

}  // namespace tessera
