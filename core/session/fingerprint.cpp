// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/fingerprint.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <vector>

namespace tessera {
namespace {

namespace fs = std::filesystem;

class Sha256 {
  public:
    Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
        EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
    }
    void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
    std::string text() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned int length = 0;
        EVP_DigestFinal_ex(context_.get(), digest.data(), &length);
        constexpr char kHex[] = "0123456789abcdef";
        std::string text;
        for (unsigned int i = 0; i < length; ++i) {
            text += kHex[digest[i] >> 4];
            text += kHex[digest[i] & 15];
        }
        return text;
    }

  private:
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

// 100,000 pictures would take minutes to read; a folder that lost, gained or changed files shows in this.
Result<std::string> folderFingerprint(const fs::path& path, const std::stop_token& stop) {
    std::vector<std::string> lines;
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(path, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (stop.stop_requested()) return Cancelled{};
        std::error_code ignored;
        if (entry->is_regular_file(ignored))
            lines.push_back(entry->path().lexically_relative(path).generic_string() + '\0' +
                            std::to_string(entry->file_size(ignored)) + '\n');
    }
    if (error)
        return fileError(path.string() + " cannot be read (" + error.message() + "); check its permissions.");
    std::sort(lines.begin(), lines.end());
    Sha256 hash;
    for (const auto& line : lines) hash.add(line);
    return hash.text();
}

}  // namespace

std::string sha256OfText(std::string_view text) {
    Sha256 hash;
    hash.add(text);
    return hash.text();
}

Result<std::string> fingerprint(const fs::path& path, std::stop_token stop) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) return folderFingerprint(path, stop);
    if (!fs::is_regular_file(path, ignored))
        return fileError(path.string() + " is not a file or folder that can be read; check the path.");
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

}  // namespace tessera
