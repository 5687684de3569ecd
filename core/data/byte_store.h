// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes read on request, from any thread: part of an open file, or memory. Files are read with pread rather
// than mapped, so a file that shrinks while it is open gives an error, never a signal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace tessera {

class ByteStore {
  public:
    virtual ~ByteStore() = default;
    virtual std::uint64_t size() const = 0;
    // `length` bytes from `offset` on; outside the store is an error that names the source.
    virtual Result<Done> read(std::uint64_t offset, std::uint64_t length, unsigned char* out) const = 0;
};

class MemoryStore final : public ByteStore {
  public:
    MemoryStore(std::vector<unsigned char> bytes, std::string what)
        : bytes_(std::move(bytes)), what_(std::move(what)) {}
    std::uint64_t size() const override { return bytes_.size(); }
    Result<Done> read(std::uint64_t offset, std::uint64_t length, unsigned char* out) const override;
    const std::vector<unsigned char>& bytes() const { return bytes_; }

  private:
    std::vector<unsigned char> bytes_;
    std::string what_;
};

class FileStore final : public ByteStore {
  public:
    // Regular files only: devices and pipes have no size to hold a reader to.
    static Result<std::shared_ptr<const FileStore>> open(const std::filesystem::path& path);
    ~FileStore() override;
    FileStore(const FileStore&) = delete;
    FileStore& operator=(const FileStore&) = delete;
    std::uint64_t size() const override { return size_; }
    Result<Done> read(std::uint64_t offset, std::uint64_t length, unsigned char* out) const override;

  private:
    FileStore(int descriptor, std::uint64_t size, std::string path)
        : descriptor_(descriptor), size_(size), path_(std::move(path)) {}
    int descriptor_;
    std::uint64_t size_;
    std::string path_;
};

// A range of another store.
class RangeStore final : public ByteStore {
  public:
    RangeStore(std::shared_ptr<const ByteStore> store, std::uint64_t begin, std::uint64_t size)
        : store_(std::move(store)), begin_(begin), size_(size) {}
    std::uint64_t size() const override { return size_; }
    Result<Done> read(std::uint64_t offset, std::uint64_t length, unsigned char* out) const override;

  private:
    std::shared_ptr<const ByteStore> store_;
    std::uint64_t begin_, size_;
};

// The first bytes of a file (fewer if it is shorter), to decide what it is.
Result<std::vector<unsigned char>> readStart(const std::filesystem::path& path, std::size_t length);
Result<std::vector<unsigned char>> readWhole(const std::filesystem::path& path);

// Refuses to hold more than half of this machine's memory; `what` and `remedy` complete the sentence.
Result<Done> checkFitsInMemory(std::uint64_t bytes, const std::string& what, const std::string& remedy);
std::string byteText(std::uint64_t bytes);  // "3.2 GB"

// "1 sample", "12 samples": counts in sentences.
std::string countText(std::int64_t count, const std::string& singular);
// What a file says, fit for a sentence: one line, no control characters, at most 40 characters.
std::string shownText(std::string_view text);
std::string shortNumber(double value);  // "2.5", whatever the locale

}  // namespace tessera
