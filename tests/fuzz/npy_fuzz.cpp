// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes as .npy, as .npz, and as a dataset of either kind or of safetensors.
#include "core/data/dataset_formats.h"
#include "core/data/npz.h"
#include "core/data/plane_file.h"
#include "tests/fuzz/fuzz_dataset.h"

using namespace tessera;
using namespace tessera::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    const std::span<const std::uint8_t> bytes(data, size);
    const auto array = parseNpy(bytes, "fuzz.npy");
    if (isOk(array))
        check(static_cast<std::int64_t>(array.value().values.size()) == elementCount(array.value().shape));
    const auto path = folder.write("fuzz", bytes);
    const auto arrays = readNpz(path);
    if (isOk(arrays))
        for (const auto& one : arrays.value())
            check(static_cast<std::int64_t>(one.values.size()) == elementCount(one.shape));
    isOk(readPlaneFile(path));
    checkDataset(openNpyDataset(path, {}));
    checkDataset(openNpzDataset(path, {}));
    checkDataset(openSafetensorsDataset(path, {}));
    return 0;
}
