// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_formats.h"
#include "tests/fuzz/fuzz_dataset.h"

using namespace tessera;
using namespace tessera::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    const auto path = folder.write("fuzz.csv", {data, size});
    checkDataset(openCsv(path, {}));
    DataOptions options;
    options.labelColumn = "a";
    checkDataset(openCsv(path, options));
    return 0;
}
