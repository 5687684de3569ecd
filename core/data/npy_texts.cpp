// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/npy_texts.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/data/npy_values.h"

namespace tessera {

namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr std::size_t kLongestName = 200;

bool isCodePoint(char32_t c) {
    return c < 0xd800 || (c > 0xdfff && c <= 0x10ffff);
}

void append(std::string& text, char32_t c) {
    if (c < 0x80) {
        text += static_cast<char>(c);
        return;
    }
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;  // bytes after the first
    constexpr unsigned char kFirst[] = {0, 0xc0, 0xe0, 0xf0};
    text += static_cast<char>(kFirst[more] | (c >> (6 * more)));
    for (int i = more; i-- > 0;) text += static_cast<char>(0x80 | (c >> (6 * i) & 0x3f));
}

struct Decoded {
    char32_t codePoint;
    std::size_t bytes;
    bool isGood;
};

// The code point at the start of a text that is not empty; a byte that starts none stands for itself.
Decoded firstOf(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1, true};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    const Decoded bad{kReplacement, 1, false};
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return bad;
    char32_t c = first & (0xff >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return bad;
        c = c << 6 | (byte(i) & 0x3f);
    }
    const bool isShortest = length == 2 || c >= (length == 3 ? 0x800u : 0x10000u);
    return isShortest && isCodePoint(c) ? Decoded{c, length, true} : bad;
}

std::string wideText(const unsigned char* at, std::uint64_t bytes, bool swapped) {
    std::string text;
    for (std::uint64_t i = 0; i < bytes; i += 4) {
        std::uint32_t c = 0;
        std::memcpy(&c, at + i, 4);
        if (swapped) c = __builtin_bswap32(c);
        if (c == 0) break;
        append(text, isCodePoint(c) ? c : kReplacement);
    }
    return text;
}

}  // namespace

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        const auto first = firstOf(text);
        if (!first.isGood) return false;
        text.remove_prefix(first.bytes);
    }
    return true;
}

std::string nameText(std::string_view text) {
    std::string name;
    while (!text.empty()) {
        const auto first = firstOf(text);
        const bool isControl = first.codePoint < 32 || (first.codePoint >= 127 && first.codePoint < 160);
        append(name, isControl ? U' ' : first.codePoint);
        text.remove_prefix(first.bytes);
        if (name.size() > kLongestName - 6 && !text.empty()) {
            append(name, U'\u2026');
            break;
        }
    }
    const auto begin = name.find_first_not_of(' ');
    return begin == std::string::npos ? "" : name.substr(begin, name.find_last_not_of(' ') + 1 - begin);
}

Result<std::vector<std::string>> arrayTexts(const ByteStore& store, const std::string& what) {
    auto fits = checkFitsInMemory(store.size() * 8, what, "use fewer samples");
    if (!fits.isOk()) return std::move(fits).error();
    std::vector<unsigned char> bytes(store.size());
    if (auto read = store.read(0, bytes.size(), bytes.data()); !read.isOk()) return std::move(read).error();
    auto header = parseNpyHeader(bytes, what);
    if (!header.isOk()) return std::move(header).error();
    const auto& [dtype, fortranOrder, shape, offset] = header.value();
    if (shape.size() > 1)
        return inputError(what + " has the shape " + numpyShapeText(shape) +
                          "; give an array of one dimension.");
    std::vector<std::string> texts;
    if (const auto width = npyTextWidth(dtype)) {
        const auto count = static_cast<std::uint64_t>(npyElementCount(shape));
        if (count > (bytes.size() - offset) / *width)
            return fileError(what + " is cut short; download or save it again.");
        const bool isWide = dtype.find('U') != std::string::npos;
        const bool isSwapped = dtype[0] == (std::endian::native == std::endian::little ? '>' : '<');
        texts.reserve(count);
        for (std::uint64_t i = 0; i < count; ++i) {
            const unsigned char* at = bytes.data() + offset + i * *width;
            texts.push_back(isWide ? wideText(at, *width, isSwapped)
                                   : std::string(at, std::find(at, at + *width, '\0')));
        }
        return texts;
    }
    auto parsed = parseNpy(bytes, what);
    if (!parsed.isOk()) return std::move(parsed).error();
    for (const double value : parsed.value().values) texts.push_back(shortNumber(value));
    return texts;
}

PackedTexts::PackedTexts(std::string name, std::span<const std::string> texts)
    : name_(std::move(name)), shape_{static_cast<std::int64_t>(texts.size())} {
    const bool isWide = std::all_of(texts.begin(), texts.end(), isUtf8);
    std::size_t longest = 1;  // NumPy has no texts of no width
    const auto lengthOf = [&](const std::string& text) {
        return !isWide ? text.size()
                       : static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
                             return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
                         }));
    };
    for (const auto& text : texts) longest = std::max(longest, lengthOf(text));
    const std::size_t width = longest * (isWide ? 4 : 1);
    constexpr bool kLittle = std::endian::native == std::endian::little;
    dtype_ = (isWide ? (kLittle ? "<U" : ">U") : "|S") + std::to_string(longest);
    bytes_.resize(texts.size() * width);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        unsigned char* at = bytes_.data() + i * width;
        if (!isWide) {
            std::copy(texts[i].begin(), texts[i].end(), at);
            continue;
        }
        for (std::string_view rest = texts[i]; !rest.empty(); at += 4) {
            const auto first = firstOf(rest);
            const auto c = static_cast<std::uint32_t>(first.codePoint);
            std::memcpy(at, &c, 4);
            rest.remove_prefix(first.bytes);
        }
    }
}

}  // namespace tessera
