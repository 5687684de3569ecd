// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/session_loading.h"

#include "app/window/opening.h"
#include "core/probes/regions_record.h"

namespace tessera {

Result<LoadedSession> loadSession(OpenedSession session, const std::filesystem::path& folder,
                                  const Replacements& replacements, const std::string& device,
                                  std::stop_token stop, Progress& progress) {
    LoadedSession loaded;
    loaded.session = std::move(session);
    constexpr int kSteps = 3;
    progress.beginStep(1, kSteps, "looking for its files");
    auto resolved = resolveFiles(loaded.session.document, folder, replacements, stop, progress);
    if (!resolved.isOk()) return std::move(resolved).propagate<LoadedSession>();
    loaded.resolved = std::move(resolved).value();
    if (!loaded.resolved.isAllThere()) return loaded;
    loaded.session.document = loaded.resolved.document;
    const SessionDocument& document = loaded.session.document;
    for (const auto& file : loaded.resolved.files)
        if (file.status == FileStatus::Changed) loaded.problems.push_back(file.sentence);
    progress.beginStep(2, kSteps, "reading models and data");
    std::int64_t done = 0;
    const auto total = static_cast<std::int64_t>(document.models.size()) + (document.data ? 1 : 0);
    for (const auto& entry : document.models) {
        if (stop.stop_requested()) return Cancelled{};
        const std::filesystem::path path = entry.file.absolute;
        progress.report(done++, total, "reading " + path.filename().string());
        LoadOptions options;
        options.device = device.empty() ? entry.device : device;
        options.inputShape = entry.inputShape;
        if (entry.architecture) options.architecture = entry.architecture->absolute;
        auto model = loadModel(path, options);
        if (model.isOk())
            loaded.models[entry.id] = std::move(model).value();
        else if (model.isError())
            loaded.problems.push_back(model.error().message);
    }
    if (document.data) {
        if (stop.stop_requested()) return Cancelled{};
        const auto& data = *document.data;
        progress.report(done, total, "reading the data");
        auto dataset =
            openDataset(data.generated.empty() ? data.file.absolute : data.generated, data.options);
        if (dataset.isOk())
            loaded.dataset = std::move(dataset).value();
        else if (dataset.isError())
            loaded.problems.push_back(dataset.error().message);
    }
    progress.beginStep(3, kSteps, "reading regions");
    // The slices show what was saved; only what cannot be read is computed again.
    for (const auto& result : document.results) {
        const auto numbers = loaded.session.numbers.find(result.id);
        if (result.slice.empty() || result.probe != kRegionsProbe || numbers == loaded.session.numbers.end())
            continue;
        if (stop.stop_requested()) return Cancelled{};
        auto record = numbers->second->load(stop, progress);
        if (!record.isOk()) continue;
        if (auto regions = regionsFromRecord(*record.value(), numbers->second->what()); regions.isOk())
            loaded.regions[result.id] =
                std::make_shared<const LinearRegions::Output>(std::move(regions).value());
    }
    const auto current = loaded.models.find(document.currentModel);
    if (current != loaded.models.end() && loaded.dataset)
        loaded.pair = pairFingerprint(*current->second, *loaded.dataset).toStdString();
    return loaded;
}

Result<Done> Hashes::complete(FileReference& reference, std::stop_token stop) {
    if (!reference.sha256.empty() || reference.absolute.empty()) return Done{};
    std::error_code ignored;
    const std::filesystem::path path = reference.absolute;
    const bool isFile = std::filesystem::is_regular_file(path, ignored);
    const std::string key =
        reference.absolute + '|' + (isFile ? std::to_string(std::filesystem::file_size(path, ignored)) : "") +
        '|' + std::to_string(std::filesystem::last_write_time(path, ignored).time_since_epoch().count());
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = known_.find(key); found != known_.end()) {
            reference.sha256 = found->second;
            return Done{};
        }
    }
    auto hash = fingerprint(path, stop);
    if (hash.isCancelled()) return Cancelled{};
    // A file that went away meanwhile is still named: it is asked for on opening.
    if (hash.isError()) return Done{};
    reference.sha256 = hash.value();
    const std::lock_guard lock(mutex_);
    known_[key] = reference.sha256;
    return Done{};
}

Result<Done> Hashes::complete(SessionSnapshot& snapshot, std::stop_token stop) {
    SessionDocument& document = snapshot.document;
    for (const auto& regions : snapshot.regions) {
        auto record = std::make_shared<const ResultRecord>(regionsRecord(*regions.output, regions.options));
        SessionResult result;
        result.id = regions.id;
        result.title = "Regions in view";
        result.model = document.currentModel;
        result.normalisation = document.normalisation;
        result.slice = regions.slice;
        result.started = document.saved;
        describeRecord(*record, result);
        document.results.push_back(std::move(result));
        snapshot.numbers.push_back({regions.id, std::move(record), nullptr});
    }
    std::vector<FileReference*> references;
    for (auto& model : document.models) {
        references.push_back(&model.file);
        if (model.architecture) references.push_back(&*model.architecture);
    }
    if (document.data) {
        if (document.data->generated.empty()) references.push_back(&document.data->file);
        for (auto& part : document.data->parts) references.push_back(&part);
    }
    for (FileReference* reference : references)
        if (auto done = complete(*reference, stop); !done.isOk()) return done;
    return Done{};
}

}  // namespace tessera
