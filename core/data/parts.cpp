// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/parts.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/data/npy_values.h"

namespace tessera {

namespace {

struct PartWord {
    const char* word;
    Part part;
};
constexpr std::array kWords{PartWord{"train", Part::Train},
                            PartWord{"training", Part::Train},
                            PartWord{"0", Part::Train},
                            PartWord{"reference", Part::Reference},
                            PartWord{"val", Part::Reference},
                            PartWord{"valid", Part::Reference},
                            PartWord{"validation", Part::Reference},
                            PartWord{"1", Part::Reference},
                            PartWord{"test", Part::Test},
                            PartWord{"2", Part::Test}};

std::optional<Part> partOf(std::string_view text) {
    const auto found = std::find_if(kWords.begin(), kWords.end(), [&](const auto& known) {
        const std::string_view word = known.word;
        return std::equal(word.begin(), word.end(), text.begin(), text.end(), [](char a, char b) {
            return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
        });
    });
    return found == kWords.end() ? std::nullopt : std::optional(found->part);
}

}  // namespace

Result<Done> takeParts(DatasetFacts& facts, std::span<const std::string> texts, const std::string& what) {
    if (static_cast<std::int64_t>(texts.size()) != facts.size)
        return inputError(what + " has " + countText(static_cast<std::int64_t>(texts.size()), "value") +
                          " for " + countText(facts.size, "sample") + "; give one value per sample.");
    facts.parts.clear();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto part = partOf(texts[i]);
        if (!part)
            return inputError(what + " says '" + shownText(texts[i]) + "' of sample " + std::to_string(i) +
                              "; it may say 0 or train, 1 or reference (or val), 2 or test.");
        facts.parts.push_back(*part);
    }
    return Done{};
}

Result<std::vector<std::string>> arrayTexts(const ByteStore& store, const std::string& what) {
    auto fits = checkFitsInMemory(store.size() * 8, what, "use fewer samples");
    if (!fits.isOk()) return std::move(fits).error();
    std::vector<unsigned char> bytes(store.size());
    if (auto read = store.read(0, bytes.size(), bytes.data()); !read.isOk()) return std::move(read).error();
    auto header = parseNpyHeader(bytes, what);
    if (!header.isOk()) return std::move(header).error();
    const auto& [dtype, fortranOrder, shape, offset] = header.value();
    if (shape.size() != 1)
        return inputError(what + " has the shape " + numpyShapeText(shape) + "; give one value per sample.");
    std::vector<std::string> texts;
    if (const auto width = npyTextWidth(dtype)) {
        const auto count = static_cast<std::uint64_t>(shape[0]);
        if (count > (bytes.size() - offset) / *width)
            return fileError(what + " is cut short; download or save it again.");
        const bool wide = dtype[1] == 'U';
        const std::size_t step = wide ? 4 : 1, low = wide && dtype[0] == '>' ? 3 : 0;
        for (std::uint64_t i = 0; i < count; ++i) {
            std::string text;
            const unsigned char* at = bytes.data() + offset + i * *width;
            for (std::size_t c = 0; c < *width && at[c + low] != 0; c += step)
                text += static_cast<char>(at[c + low]);
            texts.push_back(std::move(text));
        }
        return texts;
    }
    auto parsed = parseNpy(bytes, what);
    if (!parsed.isOk()) return std::move(parsed).error();
    for (const double value : parsed.value().values) texts.push_back(shortNumber(value));
    return texts;
}

}  // namespace tessera
