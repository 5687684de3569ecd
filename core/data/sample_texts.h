// SPDX-License-Identifier: GPL-3.0-or-later
// What a file of numbers says in words: names of samples and classes, and the raw items that the rows were
// computed from, as one image file each or as another data source.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/data/array_dataset.h"
#include "core/data/stored_dataset.h"

namespace tessera {

struct SampleTexts {
    std::vector<std::string> names, classNames;
    std::vector<std::string> items;  // paths of image files, relative to the file's folder or absolute
    std::string itemsSource;         // what openDataset opens, relative or absolute
};

// What a file has under a key: texts, or nothing.
using KeyedTexts = std::optional<std::vector<std::string>>;
// By the keys 'names', 'class_names', 'items' and 'items_source'. `file` names it in sentences.
Result<SampleTexts> sampleTexts(const std::string& file,
                                const std::function<Result<KeyedTexts>(const std::string& key)>& textsUnder);
// The array of that name if it holds texts; a note if it holds some that cannot be read.
Result<KeyedTexts> textsOfArray(const std::string& key, std::span<const ArrayEntry> entries,
                                const std::function<Result<StoredArray>(std::size_t)>& load,
                                std::vector<std::string>& notes);
// A list of texts written as JSON, as a safetensors header holds it. `what` names it in sentences.
Result<std::vector<std::string>> listedTexts(const std::string& json, const std::string& what);

// Before the labels are taken: fills facts.classNames.
Result<Done> takeClassNames(DatasetFacts& facts, std::vector<std::string> classNames);
// Once size and labels are known: fills facts.names and facts.items. Items of another number are refused;
// items that are missing cost the pictures and a note.
Result<Done> takeTexts(DatasetFacts& facts, SampleTexts texts, const DataOptions& options);

}  // namespace tessera
