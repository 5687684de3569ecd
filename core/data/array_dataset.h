// SPDX-License-Identifier: GPL-3.0-or-later
// Files of several named arrays as datasets: which is the samples, which the labels, which the split.
#pragma once

#include <functional>
#include <span>

#include "core/data/dataset_formats.h"
#include "core/data/npz.h"
#include "core/data/stored_dataset.h"

namespace tessera {

struct ArrayEntry {
    std::string name;
    Shape shape;
    bool isText = false, isObject = false;  // as NumPy keeps words; objects are pickled and not read
};

struct SampleTexts;

struct StoredArray {
    std::string what;  // names file and array in sentences
    NpyHeader header;
    std::shared_ptr<const ByteStore> store;  // a whole .npy
};

// One of them is named as samples are.
bool hasSamples(std::span<const ArrayEntry> entries);
// `facts` has path, format, prefix and sources; `load` gives one of the entries.
OpenedDataset datasetOfArrays(DatasetFacts facts, std::span<const ArrayEntry> entries,
                              const std::function<Result<StoredArray>(std::size_t)>& load, SampleTexts texts,
                              const DataOptions& options);

}  // namespace tessera
