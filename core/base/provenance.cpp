// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/provenance.h"

#include <sys/stat.h>

#include <ctime>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>

#include "core/base/sha256.h"

namespace tessera {
namespace {

// What changes whenever a file's bytes do: nobody can set the change time back.
struct FileState {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t changed = 0;  // ns
    bool operator==(const FileState&) const = default;
};

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) {
    return time.tv_sec * kSecond + time.tv_nsec;
}

std::optional<FileState> stateOf(const std::filesystem::path& path) {
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return FileState{status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_ctim)};
}

// Times tick in milliseconds: a file just written may change once more without a new time.
bool isSettled(const FileState& state) {
    timespec now = {};
    clock_gettime(CLOCK_REALTIME, &now);
    return nanoseconds(now) - state.changed > kSecond;
}

Result<std::string> hashOf(const std::filesystem::path& path, const std::stop_token& stop) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fileError(path.string() + " cannot be read; check the path and its permissions.");
    Sha256 hash;
    std::vector<char> block(1 << 20);
    while (file) {
        if (stop.stop_requested()) return Cancelled{};
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        hash.add({block.data(), static_cast<std::size_t>(file.gcount())});
    }
    return hash.text();
}

}  // namespace

// Every result names its files by hash, so the hash of a large file that has not changed is remembered.
Result<std::string> sha256OfFile(const std::filesystem::path& path, std::stop_token stop) {
    static std::mutex mutex;
    static std::map<std::filesystem::path, std::pair<FileState, std::string>> known;
    const auto before = stateOf(path);
    if (before) {
        const std::lock_guard lock(mutex);
        const auto found = known.find(path);
        if (found != known.end() && found->second.first == *before) return found->second.second;
    }
    auto hash = hashOf(path, stop);
    if (hash.isOk() && before && isSettled(*before) && stateOf(path) == before) {
        const std::lock_guard lock(mutex);
        known[path] = {*before, hash.value()};
    }
    return hash;
}

const char* tesseraVersion() {
    return TESSERA_VERSION;
}

}  // namespace tessera
