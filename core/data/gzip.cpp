// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

#include "core/data/byte_store.h"

namespace tessera {

namespace {

using Gzip = std::unique_ptr<gzFile_s, int (*)(gzFile)>;

Error damaged(const std::filesystem::path& path) {
    return fileError(path.string() + " is a damaged or cut-short gzip file; download it again.");
}

Result<Done> inflateInto(gzFile file, std::uint64_t length, const std::filesystem::path& path,
                         std::vector<unsigned char>& bytes) {
    while (bytes.size() < length) {
        const std::size_t old = bytes.size();
        const std::uint64_t part = std::clamp<std::uint64_t>(old, 64u << 10, 64u << 20);
        bytes.resize(old + std::min<std::uint64_t>(part, length - old));
        const int got = gzread(file, bytes.data() + old, static_cast<unsigned>(bytes.size() - old));
        if (got < 0) return damaged(path);
        bytes.resize(old + static_cast<std::size_t>(got));
        if (got == 0) break;
    }
    return Done{};
}

}  // namespace

Result<std::vector<unsigned char>> gunzipStart(const std::filesystem::path& path, std::uint64_t length) {
    const Gzip file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file) return fileError(path.string() + " cannot be opened; check its permissions.");
    std::vector<unsigned char> bytes;
    auto done = inflateInto(file.get(), length, path, bytes);
    if (!done.isOk()) return std::move(done).error();
    return bytes;
}

Result<std::vector<unsigned char>> gunzipExactly(const std::filesystem::path& path, std::uint64_t length) {
    const Gzip file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file) return fileError(path.string() + " cannot be opened; check its permissions.");
    std::vector<unsigned char> bytes;
    auto done = inflateInto(file.get(), length, path, bytes);
    if (!done.isOk()) return std::move(done).error();
    unsigned char extra = 0;
    // Reading past the end is what makes zlib check the sum.
    const int more = gzread(file.get(), &extra, 1);
    int state = Z_OK;
    gzerror(file.get(), &state);
    if (more < 0 || (state != Z_OK && state != Z_STREAM_END)) return damaged(path);
    if (more > 0)
        return fileError(path.string() + " holds more data than its header announces (" + byteText(length) +
                         "); download it again.");
    if (bytes.size() < length)
        return fileError(path.string() + " holds " + byteText(bytes.size()) +
                         " of data where its header announces " + byteText(length) + "; download it again.");
    return bytes;
}

}  // namespace tessera
