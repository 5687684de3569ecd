// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/replay.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "app/catalogue.h"
#include "core/probes/regions_record.h"
#include "core/session/file_writer.h"
#include "core/session/record_compare.h"
#include "core/session/record_csv.h"
#include "core/session/record_json.h"

namespace tessera {
namespace {

using Record = std::shared_ptr<const ResultRecord>;

// As many as it was made with; a file may say anything.
int threadsOf(const SessionResult& asked) {
    return std::clamp(asked.provenance.threads, 1, 256);
}

// Where a result on a slice was computed: in its record, else as its slice was held.
Result<SlicePlane> planeOf(const SessionResult& asked, const ResultRecord* stored,
                           const ReplayInputs& inputs) {
    const auto name = "Result " + asked.id;
    if (stored != nullptr) return planeFromRecord(*stored, name);
    const auto* slice = inputs.document().slice(asked.slice);
    if (slice != nullptr && slice->plane) return *slice->plane;
    return inputError("The plane that " + name +
                      " was computed on is not in the session; run it again on a slice and save.");
}

Result<Record> runOnSlice(const SessionResult& asked, const ResultRecord* stored, ReplayInputs& inputs,
                          std::stop_token stop, Progress& progress) {
    auto model = inputs.model(asked.model);
    if (!model.isOk()) return std::move(model).propagate<Record>();
    auto plane = planeOf(asked, stored, inputs);
    if (!plane.isOk()) return std::move(plane).propagate<Record>();
    if (asked.probe == kRegionsProbe) {
        auto options = regionsOptions(asked.parameters);
        if (!options.isOk()) return std::move(options).propagate<Record>();
        // It was complete within its time limit; a slower machine may take longer for the same numbers.
        auto unhurried = options.value();
        unhurried.maxSeconds = 0;
        auto output = LinearRegions::run(*model.value(), plane.value(), unhurried, stop, progress);
        if (!output.isOk()) return std::move(output).propagate<Record>();
        return std::make_shared<const ResultRecord>(regionsRecord(output.value(), options.value()));
    }
    auto options = classMapOptions(asked.parameters);
    if (!options.isOk()) return std::move(options).propagate<Record>();
    auto output = ClassMap::run(*model.value(), plane.value(), options.value(), stop, progress);
    if (!output.isOk()) return std::move(output).propagate<Record>();
    return std::make_shared<const ResultRecord>(classMapRecord(output.value(), options.value()));
}

Result<Record> runFromCatalogue(const SessionResult& asked, ReplayInputs& inputs, std::stop_token stop,
                                Progress& progress) {
    const auto* entry = catalogueEntry(asked.probe);
    if (entry == nullptr)
        return unsupported("This Tessera has no probe \"" + asked.probe.substr(0, 60) +
                           "\"; use the version that saved the session.");
    ProbeInputs given;
    auto model = inputs.model(asked.model);
    if (!model.isOk()) return std::move(model).propagate<Record>();
    auto dataset = inputs.dataset();
    if (!dataset.isOk()) return std::move(dataset).propagate<Record>();
    given.model = model.value();
    given.dataset = dataset.value();
    given.normalisation = asked.normalisation;
    given.samples = asked.samples;
    given.seed = asked.seed;
    given.threads = threadsOf(asked);
    for (const auto& id : asked.others) {
        auto other = inputs.model(id);
        if (!other.isOk()) return std::move(other).propagate<Record>();
        given.others.push_back(std::move(other).value());
    }
    return runProbe(*entry->probe, given, asked.parameters, stop, progress);
}

}  // namespace

const char* replayStatusText(ReplayStatus status) {
    constexpr const char* kTexts[] = {"same", "rounding", "differs", "kept", "skipped", "failed"};
    return kTexts[static_cast<int>(status)];
}

ReplayedResult replayResult(const SessionResult& asked, const StoredRecord* stored, ReplayInputs& inputs,
                            std::stop_token stop, Progress& progress) {
    ReplayedResult result{asked.id, asked.title, asked.probe, ReplayStatus::Failed, {}, 0, 0, nullptr};
    if (asked.outcome == Outcome::Failed || asked.outcome == Outcome::Cancelled) {
        result.status = ReplayStatus::Skipped;
        result.sentence = asked.sentence;
        return result;
    }
    Record old;
    if (stored != nullptr) {
        auto loaded = stored->load(stop, progress);
        if (loaded.isError()) return result.sentence = loaded.error().message, result;
        if (!loaded.isOk()) return result.sentence = "cancelled", result;
        old = std::move(loaded).value();
    }
    // A partial result depends on when it was stopped: it cannot be had a second time.
    if (asked.outcome == Outcome::Partial) {
        result.status = ReplayStatus::Kept;
        result.sentence = asked.sentence;
        result.record = old;
        return result;
    }
    const auto begin = std::chrono::steady_clock::now();
    setComputeThreads(threadsOf(asked));
    const bool isOnSlice = asked.probe == kRegionsProbe || asked.probe == kClassMapProbe;
    auto run = isOnSlice ? runOnSlice(asked, old.get(), inputs, stop, progress)
                         : runFromCatalogue(asked, inputs, stop, progress);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!run.isOk()) {
        result.sentence = run.isError() ? run.error().message : "cancelled";
        return result;
    }
    result.record = std::move(run).value();
    const auto difference =
        old ? compareRecords(*old, *result.record) : compareSummaries(asked.summary, result.record->summary);
    result.status = difference.isSame       ? ReplayStatus::Same
                    : difference.isRounding ? ReplayStatus::Rounding
                                            : ReplayStatus::Differs;
    result.sentence = difference.sentence();
    result.largestDifference = difference.largest;
    return result;
}

Result<std::vector<std::string>> writeReplayed(const std::filesystem::path& folder,
                                               const ResultRecord& record) {
    using Files = std::vector<std::string>;
    auto tables = writeCsvFolder(folder, record.tables);
    if (!tables.isOk()) return std::move(tables).propagate<Files>();
    Files files;
    for (const auto& path : tables.value()) files.push_back(path.string());
    auto npz = writeRecordNpz(folder / "numbers.npz", record);
    if (!npz.isOk()) return std::move(npz).propagate<Files>();
    files.push_back((folder / "numbers.npz").string());
    const auto text = recordJson(record, {.columnValues = false})
                          .dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
    auto written = writeTextFile(folder / "record.json", text + "\n");
    if (!written.isOk()) return std::move(written).propagate<Files>();
    files.push_back((folder / "record.json").string());
    return files;
}

}  // namespace tessera
