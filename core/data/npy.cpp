// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

#include "core/data/byte_store.h"
#include "core/data/npy_values.h"
#include "core/data/npz.h"

namespace tessera {

namespace {

constexpr unsigned char kMagic[] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
constexpr std::size_t kMaxDimensions = 64;

// The header is a Python dict literal; only what NumPy writes is understood.
class HeaderReader {
  public:
    HeaderReader(std::string_view text, const std::string& what) : text_(text), what_(what) {}

    Result<NpyHeader> read() {
        NpyHeader header;
        bool haveDescr = false, haveOrder = false, haveShape = false;
        if (!take('{')) return broken("does not start with '{'");
        while (!take('}')) {
            std::string key;
            if (!readString(key) || !take(':')) return broken("is not a dictionary");
            if (key == "descr") {
                skipSpace();
                if (peek() == '[' || peek() == '(')
                    return unsupported(
                        what_ +
                        " holds records (a structured dtype); save each field as an array of its own.");
                haveDescr = readString(header.dtype);
                if (!haveDescr) return broken("has no element type");
            } else if (key == "fortran_order") {
                if (takeWord("True"))
                    header.fortranOrder = true;
                else if (!takeWord("False"))
                    return broken("has no memory order");
                haveOrder = true;
            } else if (key == "shape") {
                if (!readShape(header.shape)) return broken("has a shape that is not a tuple of sizes");
                haveShape = true;
            } else {
                return broken("has the unknown key '" + shownText(key) + "'");
            }
            take(',');
        }
        if (!haveDescr || !haveOrder || !haveShape) return broken("lacks descr, fortran_order or shape");
        return header;
    }

  private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skipSpace() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
    }
    bool take(char c) {
        skipSpace();
        if (peek() != c || at_ >= text_.size()) return false;
        ++at_;
        return true;
    }
    bool takeWord(std::string_view word) {
        skipSpace();
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }
    bool readString(std::string& out) {
        skipSpace();
        const char quote = peek();
        if (quote != '\'' && quote != '"') return false;
        const auto end = text_.find(quote, at_ + 1);
        if (end == std::string_view::npos) return false;
        out = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return true;
    }
    bool readShape(Shape& shape) {
        if (!take('(')) return false;
        while (!take(')')) {
            skipSpace();
            std::int64_t extent = 0;
            const auto [end, error] =
                std::from_chars(text_.data() + at_, text_.data() + text_.size(), extent);
            if (error != std::errc{} || extent < 0 || shape.size() >= kMaxDimensions) return false;
            at_ = static_cast<std::size_t>(end - text_.data());
            if (peek() == 'L') ++at_;  // Python 2 wrote long integers so
            shape.push_back(extent);
            if (!take(',')) return take(')');
        }
        return true;
    }
    Error broken(const std::string& finding) const {
        return fileError(what_ + " has a damaged .npy header: it " + finding +
                         "; save it again with numpy.save.");
    }

    std::string_view text_;
    const std::string& what_;
    std::size_t at_ = 0;
};

}  // namespace

Result<NpyHeader> parseNpyHeader(std::span<const unsigned char> bytes, const std::string& what) {
    if (bytes.empty()) return fileError(what + " is empty; save it again with numpy.save.");
    if (bytes.size() < 10 || std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) {
        const bool cut = std::memcmp(bytes.data(), kMagic, std::min(bytes.size(), sizeof kMagic)) == 0;
        return fileError(
            what + (cut ? " is cut short inside its .npy header; download or save it again."
                        : " is not a .npy array (it does not start with \\x93NUMPY); choose another file."));
    }
    const int major = bytes[6];
    if (major < 1 || major > 3)
        return fileError(what + " has .npy format version " + std::to_string(major) +
                         ", and Tessera reads 1 to 3; save it again with numpy.save.");
    const std::size_t lengthBytes = major == 1 ? 2 : 4;
    if (bytes.size() < 8 + lengthBytes)
        return fileError(what + " is cut short inside its .npy header; download or save it again.");
    std::size_t length = 0;
    for (std::size_t i = lengthBytes; i-- > 0;) length = length << 8 | bytes[8 + i];
    const std::size_t begin = 8 + lengthBytes;
    if (length > bytes.size() - begin)
        return fileError(what + " is cut short inside its .npy header; download or save it again.");
    auto header = HeaderReader({reinterpret_cast<const char*>(bytes.data()) + begin, length}, what).read();
    if (!header.isOk()) return header;
    if (npyElementCount(header.value().shape) < 0)
        return fileError(what + " announces the absurd shape " + numpyShapeText(header.value().shape) +
                         "; save it again with numpy.save.");
    header.value().dataOffset = begin + length;
    return header;
}

Result<NpyArray> parseNpy(std::span<const unsigned char> bytes, const std::string& what) {
    auto header = parseNpyHeader(bytes, what);
    if (!header.isOk()) return std::move(header).error();
    const auto& [dtype, fortranOrder, shape, dataOffset] = header.value();
    auto type = npyType(dtype, what);
    if (!type.isOk()) return std::move(type).error();
    const auto count = static_cast<std::size_t>(npyElementCount(shape));
    const std::size_t available = bytes.size() - dataOffset;
    if (count > available / static_cast<std::size_t>(type.value().bytes))
        return fileError(what + " announces the shape " + numpyShapeText(shape) + " of '" + shownText(dtype) +
                         "' but holds only " + byteText(available) + " of data; download or save it again.");
    auto fits = checkFitsInMemory(count * sizeof(double), what, "use a smaller array");
    if (!fits.isOk()) return std::move(fits).error();
    if (!exactInFloat64(type.value(), bytes.data() + dataOffset, count))
        return unsupported(
            what + " holds integers beyond 2^53, which float64 cannot hold exactly; scale them down.");
    NpyArray array{"", dtype, shape, std::vector<double>(count)};
    const unsigned char* data = bytes.data() + dataOffset;
    std::vector<unsigned char> turned;
    if (fortranOrder && shape.size() > 1) {
        turned.resize(count * static_cast<std::size_t>(type.value().bytes));
        turnToRowMajor(data, turned.data(), static_cast<std::size_t>(type.value().bytes), shape);
        data = turned.data();
    }
    convertNpy(type.value(), data, count, array.values.data());
    return array;
}

Result<NpyArray> readNpy(const std::filesystem::path& path) {
    const auto bytes = readWhole(path);
    if (!bytes.isOk()) return bytes.error();
    return parseNpy(bytes.value(), path.string());
}

}  // namespace tessera
