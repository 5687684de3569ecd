// SPDX-License-Identifier: GPL-3.0-or-later
// The first two bytes say where the images end and the labels begin; each part may be gzip.
#include "core/data/dataset_formats.h"
#include "tests/fuzz/fuzz_dataset.h"

using namespace tessera;
using namespace tessera::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    if (size < 2) return 0;
    const auto cut = std::min<std::size_t>(static_cast<std::size_t>(data[0] << 8 | data[1]), size - 2);
    const std::span<const std::uint8_t> images(data + 2, cut), labels(data + 2 + cut, size - 2 - cut);
    const auto path = folder.write("images", images);
    if (labels.empty())
        folder.remove("labels");
    else
        folder.write("labels", labels);
    checkDataset(openDataset(path.string()));
    checkDataset(openIdx(path, false));
    checkDataset(openIdx(path, true));
    return 0;
}
