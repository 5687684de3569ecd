// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_file.h"

#include <algorithm>

#include "core/base/provenance.h"
#include "core/session/relative_paths.h"
#include "core/session/session_entries.h"
#include "core/session/stored_zip.h"
#include "core/session/zip_writer.h"

namespace tessera {
namespace {

constexpr std::uint64_t kLargestDocument = 64u << 20;

Result<Done> writeNumbers(const ResultNumbers& numbers, ZipWriter& zip, FileWriter& file) {
    const auto name = resultEntry(numbers.id);
    if (numbers.stored) {
        auto written = zip.begin(name, numbers.stored->bytes().size());
        if (written.isOk()) written = writeStored(*numbers.stored, file);
        return written.isOk() ? zip.end(numbers.stored->checksum()) : written;
    }
    // Names, headers and texts come on top of the numbers: twice is plenty.
    auto written = zip.begin(name, 2 * static_cast<std::uint64_t>(numbers.record->bytes()) + (1u << 24));
    if (written.isOk()) written = writeRecord(*numbers.record, file);
    return written.isOk() ? zip.end() : written;
}

std::uint64_t sizeOf(const ResultNumbers& numbers) {
    return numbers.stored ? numbers.stored->bytes().size()
                          : static_cast<std::uint64_t>(numbers.record->bytes());
}

}  // namespace

Result<OpenedSession> openSession(const std::filesystem::path& path) {
    const auto name = path.filename().string();
    auto file = FileStore::open(path);
    if (!file.isOk()) return std::move(file).propagate<OpenedSession>();
    const std::shared_ptr<const ByteStore> bytes = std::move(file).value();
    auto zip = StoredZip::open(bytes, path.string());
    if (!zip.isOk()) return std::move(zip).propagate<OpenedSession>();
    const auto* entry = zip.value().find(kDocumentEntry);
    if (entry == nullptr)
        return fileError(path.string() + " is a zip without session.json; open a .tessera file.");
    if (entry->size > kLargestDocument)
        return fileError(path.string() + " announces a session.json of " + byteText(entry->size) +
                         "; do not trust this file.");
    auto text = zip.value().read(*entry);
    if (!text.isOk()) return std::move(text).propagate<OpenedSession>();
    OpenedSession session;
    auto document = parseSession(asText(text.value()), path.string(), &session.notes);
    if (!document.isOk()) return std::move(document).propagate<OpenedSession>();
    session.document = std::move(document).value();
    for (auto& result : session.document.results) {
        if (!result.hasNumbers) continue;
        const auto what = "Result " + shownText(result.id) + " in " + name;
        const auto* record = zip.value().find(resultEntry(result.id));
        auto begin = record == nullptr ? Result<std::uint64_t>(fileError(what + " is not in the file."))
                                       : zip.value().storedAt(*record);
        if (!begin.isOk()) {
            session.notes.push_back("The numbers of " + what + " cannot be read (" + begin.error().message +
                                    ") Run it again.");
            result.hasNumbers = false;
            continue;
        }
        session.numbers[result.id] = std::make_shared<const StoredRecord>(
            std::make_shared<const RangeStore>(bytes, begin.value(), record->size), record->checksum, what);
    }
    return session;
}

bool isSessionFile(const std::filesystem::path& path) {
    const auto start = readStart(path, 64);
    if (!start.isOk()) return false;
    const std::string_view text(reinterpret_cast<const char*>(start.value().data()), start.value().size());
    return text.starts_with("PK\x03\x04") &&
           text.substr(std::min<std::size_t>(30, text.size())).starts_with(kDocumentEntry);
}

Result<OpenedSession> saveSession(const std::filesystem::path& path, SessionDocument document,
                                  std::span<const ResultNumbers> numbers, std::stop_token stop,
                                  Progress& progress) {
    auto created = FileWriter::create(path);
    if (!created.isOk()) return std::move(created).propagate<OpenedSession>();
    FileWriter& file = created.value();
    document.program = tesseraVersion();
    document.saved = utcNow();
    makePathsRelative(document, path);
    std::vector<ResultNumbers> kept;
    std::uint64_t total = 0;
    for (auto& result : document.results) {
        const auto found = std::find_if(numbers.begin(), numbers.end(),
                                        [&](const ResultNumbers& one) { return one.id == result.id; });
        result.hasNumbers = found != numbers.end() && (found->record || found->stored);
        if (!result.hasNumbers) continue;
        kept.push_back(*found);
        total += sizeOf(*found);
    }
    file.watch(std::move(stop), progress, total);

    const auto text = sessionText(document);
    // What could not be opened again must not replace what can.
    if (auto readable = parseSession(text, path.string()); !readable.isOk())
        return std::move(readable).propagate<OpenedSession>();
    ZipWriter zip(file);
    auto written = zip.add(kDocumentEntry, text);
    for (const auto& one : kept)
        if (written.isOk()) written = writeNumbers(one, zip, file);
    if (written.isOk()) written = zip.finish();
    if (written.isOk()) written = file.keep();
    if (!written.isOk()) return std::move(written).propagate<OpenedSession>();
    return openSession(path);
}

}  // namespace tessera
