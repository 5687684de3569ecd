// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/recovery.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/session/recovery_index.h"
#include "core/session/session_entries.h"
#include "core/session/stored_zip.h"

namespace tessera {

namespace fs = std::filesystem;

class FolderLock {
  public:
    explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
    ~FolderLock() { ::close(descriptor_); }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

    // None: another program holds it, or it cannot be made.
    static std::unique_ptr<FolderLock> take(const fs::path& folder, bool wait) {
        const int descriptor = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (descriptor < 0) return nullptr;
        auto lock = std::make_unique<FolderLock>(descriptor);
        while (::flock(descriptor, LOCK_EX | (wait ? 0 : LOCK_NB)) != 0)
            if (errno != EINTR) return nullptr;
        return lock;
    }
    // False: another program took the empty folder for a left-over and removed it.
    bool isThere() const {
        struct stat status {};
        return ::fstat(descriptor_, &status) == 0 && status.st_nlink > 0;
    }

  private:
    int descriptor_;
};

namespace {

Error failed(const fs::path& path, const std::string& reason) {
    return {ErrorKind::Resource,
            "The session cannot be saved for recovery in " + path.string() + " (" + reason +
                "); check its permissions and the free space.",
            {}};
}

void removeFolder(const fs::path& folder) {
    std::error_code ignored;
    fs::remove(folder / kRecoveryIndex, ignored);  // first: half a folder is nothing to recover
    fs::remove_all(folder, ignored);
}

std::string changedTime(const fs::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? utcText(status.st_mtime) : std::string();
}

// Numbers that lie in the saved session already, by name, size and checksum.
bool isInSession(StoredZip* session, const ResultNumbers& numbers) {
    if (session == nullptr || !numbers.stored) return false;
    const auto* entry = session->find(resultEntry(numbers.id));
    return entry != nullptr && entry->size == numbers.stored->bytes().size() &&
           entry->checksum == numbers.stored->checksum();
}

}  // namespace

Autosave::Autosave(fs::path folder, std::unique_ptr<FolderLock> lock)
    : folder_(std::move(folder)), lock_(std::move(lock)) {}

Autosave::~Autosave() {
    std::error_code ignored;
    if (!fs::exists(folder_ / kRecoveryIndex, ignored)) removeFolder(folder_);
}

Result<std::shared_ptr<Autosave>> Autosave::start(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return failed(folder, error.message());
    for (int attempt = 0; attempt < 10000; ++attempt) {
        const auto own = folder / (std::to_string(::getpid()) + "-" + std::to_string(attempt));
        if (!fs::create_directory(own, error)) {
            if (error) return failed(folder, error.message());
            continue;  // of an earlier program with this number
        }
        auto lock = FolderLock::take(own, true);
        if (lock == nullptr) return failed(own, std::strerror(errno));
        if (lock->isThere()) return std::shared_ptr<Autosave>(new Autosave(own, std::move(lock)));
    }
    return failed(folder, "it is full of left-overs");
}

Result<std::map<std::string, std::shared_ptr<const StoredRecord>>> Autosave::write(
    const SessionDocument& document, const fs::path& sessionPath, std::span<const ResultNumbers> numbers,
    std::stop_token stop, Progress& progress) {
    using Written = std::map<std::string, std::shared_ptr<const StoredRecord>>;
    std::error_code error;
    fs::create_directories(folder_ / "results", error);
    if (error) return failed(folder_, error.message());
    std::optional<StoredZip> session;
    if (!sessionPath.empty())
        if (auto file = FileStore::open(sessionPath); file.isOk())
            if (auto zip = StoredZip::open(file.value(), sessionPath.string()); zip.isOk())
                session = std::move(zip).value();

    RecoveryIndex index{utcNow(), sessionPath, document, {}};
    index.document.saved = index.saved;
    for (auto& result : index.document.results) {
        const auto found = std::find_if(numbers.begin(), numbers.end(),
                                        [&](const ResultNumbers& one) { return one.id == result.id; });
        result.hasNumbers = found != numbers.end() && (found->record || found->stored);
        if (!result.hasNumbers) continue;
        const bool isOutside =
            !written_.contains(result.id) && isInSession(session ? &*session : nullptr, *found);
        if (!isOutside && !written_.contains(result.id)) {
            const auto path = folder_ / resultEntry(result.id);
            auto stored = found->stored ? copyRecordFile(path, *found->stored, stop, progress)
                                        : writeRecordFile(path, *found->record, stop, progress);
            if (!stored.isOk()) return std::move(stored).propagate<Written>();
            written_[result.id] = std::move(stored).value();
        }
        const auto& stored = isOutside ? found->stored : written_.at(result.id);
        index.numbers[result.id] = {stored->bytes().size(), stored->checksum(), isOutside};
    }
    auto written = writeRecoveryIndex(folder_ / kRecoveryIndex, index, stop, progress);
    if (!written.isOk()) return std::move(written).propagate<Written>();
    for (auto old = written_.begin(); old != written_.end();) {
        if (index.numbers.contains(old->first)) {
            ++old;
            continue;
        }
        fs::remove(folder_ / resultEntry(old->first), error);
        old = written_.erase(old);
    }
    return written_;
}

Result<Done> Autosave::clear() {
    std::error_code error;
    fs::remove(folder_ / kRecoveryIndex, error);
    if (error) return failed(folder_, error.message());
    fs::remove_all(folder_ / "results", error);
    written_.clear();
    return Done{};
}

std::vector<Recoverable> findRecoverable(const fs::path& folder) {
    std::vector<Recoverable> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        std::error_code ignored;
        if (!entry.is_directory(ignored) || !fs::exists(entry.path() / "lock", ignored)) continue;
        std::shared_ptr<FolderLock> lock = FolderLock::take(entry.path(), false);
        if (lock == nullptr || !lock->isThere()) continue;  // of a program that runs
        if (!fs::exists(entry.path() / kRecoveryIndex, ignored)) {
            removeFolder(entry.path());
            continue;
        }
        auto index = readRecoveryIndex(entry.path() / kRecoveryIndex, nullptr);
        if (index.isOk())
            found.push_back({entry.path(), index.value().saved, index.value().sessionPath,
                             index.value().document.results.size(), std::move(lock)});
        else if (index.isError())  // told, or it would lie there for ever
            found.push_back({entry.path(),
                             changedTime(entry.path() / kRecoveryIndex),
                             {},
                             0,
                             std::move(lock),
                             index.error().message});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.problem.empty() != b.problem.empty() ? a.problem.empty() : a.saved > b.saved;
    });
    return found;
}

Result<OpenedSession> openRecoverable(const Recoverable& recoverable) {
    OpenedSession session;
    auto index = readRecoveryIndex(recoverable.folder / kRecoveryIndex, &session.notes);
    if (!index.isOk()) return std::move(index).propagate<OpenedSession>();
    session.document = std::move(index.value().document);
    Result<OpenedSession> saved = fileError("It was never saved.");
    if (!index.value().sessionPath.empty()) saved = openSession(index.value().sessionPath);
    for (auto& result : session.document.results) {
        const auto entry = index.value().numbers.find(result.id);
        if (!result.hasNumbers || entry == index.value().numbers.end()) continue;
        const auto& [size, checksum, isOutside] = entry->second;
        std::shared_ptr<const StoredRecord> stored;
        if (isOutside && saved.isOk() && saved.value().numbers.contains(result.id))
            stored = saved.value().numbers.at(result.id);
        if (!isOutside)
            if (auto file = openRecordFile(recoverable.folder / resultEntry(result.id), checksum);
                file.isOk())
                stored = std::move(file).value();
        if (stored && stored->bytes().size() == size && stored->checksum() == checksum) {
            session.numbers[result.id] = std::move(stored);
            continue;
        }
        result.hasNumbers = false;
        session.notes.push_back("The numbers of result " + shownText(result.id) +
                                " could not be recovered; run it again.");
    }
    return session;
}

Result<Done> discardRecoverable(const Recoverable& recoverable) {
    removeFolder(recoverable.folder);
    std::error_code error;
    if (fs::exists(recoverable.folder, error))
        return fileError(recoverable.folder.string() + " cannot be removed; check its permissions.");
    return Done{};
}

}  // namespace tessera
