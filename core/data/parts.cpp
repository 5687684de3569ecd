// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/parts.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

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

}  // namespace tessera
