// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "core/data/byte_store.h"
#include "core/data/dataset_formats.h"
#include "core/data/gzip.h"

namespace tessera {

namespace {

constexpr const char* kFormats =
    "IDX (MNIST), a folder of class folders with images, .npy, .npz, "
    "safetensors, CSV with a header line, or CIFAR binary";

bool startsWith(const std::vector<unsigned char>& bytes, std::string_view magic) {
    return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

bool isTar(const std::vector<unsigned char>& bytes) {
    return bytes.size() >= 262 && std::memcmp(bytes.data() + 257, "ustar", 5) == 0;
}

// No control characters but line ends and tabs: text in any ASCII-based encoding.
bool isText(const std::vector<unsigned char>& bytes) {
    return std::all_of(bytes.begin(), bytes.end(),
                       [](unsigned char c) { return c >= 32 || c == '\n' || c == '\r' || c == '\t'; });
}

bool isImage(const std::vector<unsigned char>& bytes) {
    return startsWith(bytes, "\xff\xd8\xff") || startsWith(bytes, "\x89PNG") || startsWith(bytes, "GIF8") ||
           startsWith(bytes, "II*") || startsWith(bytes, "BM");
}

bool isPickle(const std::vector<unsigned char>& bytes) {
    return bytes.size() > 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
}

Error pickled(const std::string& name) {
    return unsupported(
        name +
        " is pickled Python data, which only running code from the file could open; for CIFAR download the "
        "binary version (cifar-10-binary.tar.gz) and unpack it, else save the arrays with numpy.savez.");
}

OpenedDataset openFolder(const std::filesystem::path& folder) {
    if (looksLikeCifarFolder(folder)) return openCifar(folder);
    if (looksLikeImageFolder(folder)) return openImageFolder(folder);
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        const auto start = readStart(it->path(), 20);
        if (!start.isOk()) continue;
        const std::string name = it->path().filename().string();
        if (isPickle(start.value()) && name.find("batch") != std::string::npos)
            return pickled(it->path().string());
        const bool images = name.find("images") != std::string::npos;
        if (images && (looksLikeIdx(start.value().data(), start.value().size(), 0) || name.ends_with(".gz")))
            return inputError(folder.string() + " holds IDX files; open one of them, " + name + " say.");
        if (isImage(start.value()))
            return inputError(folder.string() +
                              " holds images that are not sorted into classes; put them into one folder per "
                              "class and open the folder above.");
    }
    if (error)
        return fileError(folder.string() + " cannot be listed (" + error.message() +
                         "); check its permissions.");
    return fileError(folder.string() + " holds no data that Tessera opens; choose " + kFormats + ".");
}

OpenedDataset openGzip(const std::filesystem::path& path) {
    const auto start = gunzipStart(path, 512);
    if (!start.isOk()) return start.error();
    if (looksLikeIdx(start.value().data(), start.value().size(), 0)) return openIdx(path, true);
    if (isTar(start.value()))
        return unsupported(path.string() +
                           " is a packed archive; unpack it (tar xf) and open the folder in it.");
    return unsupported(path.string() +
                       " is compressed and not IDX inside; unpack it (gunzip) and open the result.");
}

OpenedDataset openFile(const std::filesystem::path& path, const DataOptions& options) {
    const std::string name = path.string();
    const auto file = FileStore::open(path);
    if (!file.isOk()) return file.error();
    if (file.value()->size() == 0) return fileError(name + " is empty; download or save it again.");
    const auto opened = readStart(path, 4096);
    if (!opened.isOk()) return opened.error();
    const auto& start = opened.value();
    const auto size = file.value()->size();
    if (startsWith(start, "\x1f\x8b")) return openGzip(path);
    if (startsWith(start, "\x93NUMPY")) return openNpyDataset(path, options);
    if (startsWith(start, "PK")) return openNpzDataset(path, options);
    if (looksLikeSafetensorsData(start.data(), start.size())) return openSafetensorsDataset(path, options);
    if (looksLikeIdx(start.data(), start.size(), size)) return openIdx(path, false);
    if (looksLikeCifarFile(path)) return openCifar(path);
    if (looksLikeIdx(start.data(), start.size(), 0))
        return openIdx(path, false);  // which says what is wrong with it
    if (isTar(start))
        return unsupported(name + " is a tar archive; unpack it (tar xf) and open the folder in it.");
    if (isImage(start))
        return inputError(name + " is a single image; open the folder above its class folder.");
    if (startsWith(start, "\x89HDF"))
        return unsupported(name + " is an HDF5 file; save its arrays with numpy.savez and open that.");
    if (isPickle(start)) return pickled(name);
    if (const auto text = std::find_if(start.begin(), start.end(), [](unsigned char c) { return c > 32; });
        text != start.end() && (*text == '{' || *text == '[' || *text == '<'))
        return fileError(name + " looks like JSON or XML, not like a table; choose " + kFormats + ".");
    if (isText(start)) return openCsv(path, options);
    if (path.extension() == ".bin") return openCifar(path);  // which says what is wrong with it
    return fileError(name + " is in no format that Tessera opens as data; choose " + kFormats + ".");
}

// Without extents of one, which only say where the others stand.
Shape squeezed(const Shape& shape) {
    Shape result;
    std::copy_if(shape.begin(), shape.end(), std::back_inserter(result),
                 [](auto extent) { return extent != 1; });
    return result;
}

std::string channelText(std::int64_t channels) {
    return channels == 1   ? "grey (1 channel)"
           : channels == 3 ? "colour (3 channels)"
                           : countText(channels, "channel");
}

}  // namespace

OpenedDataset openDataset(const std::string& source, const DataOptions& options) {
    if (source.starts_with("generate:")) return generateDataset(source);
    if (source.empty()) return inputError("No data given; choose " + std::string(kFormats) + ".");
    const std::filesystem::path path(source);
    std::error_code ignored;
    try {
        return std::filesystem::is_directory(path, ignored) ? openFolder(path) : openFile(path, options);
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::Resource, source + " does not fit into memory; use a smaller file.", {}};
    }
}

std::string shapeMismatch(const Shape& modelInput, const Shape& sample, const std::string& path) {
    if (modelInput == sample) return {};
    const Shape model = squeezed(modelInput), data = squeezed(sample);
    if (model == data) return {};
    const bool sameCount = elementCount(modelInput) == elementCount(sample);
    if (sameCount && (model.size() <= 1 || data.size() <= 1)) return {};
    const std::string both = "The samples in " + path + " are " + shapeText(sample) +
                             " and the model takes " + shapeText(modelInput);
    if (modelInput.size() == 3 && sample.size() == 3) {
        if (Shape{sample[2], sample[0], sample[1]} == modelInput)
            return both + ": the channels are last; move them to the front (transpose to 2, 0, 1).";
        const bool sameSize = modelInput[1] == sample[1] && modelInput[2] == sample[2];
        if (sameSize)
            return both + ": the images are " + channelText(sample[0]) + " and the model expects " +
                   channelText(modelInput[0]) + "; convert them, or choose other data.";
        return both + ": resize the images to " + std::to_string(modelInput[2]) + " x " +
               std::to_string(modelInput[1]) +
               (modelInput[0] == sample[0] ? ""
                                           : " and convert them from " + channelText(sample[0]) + " to " +
                                                 channelText(modelInput[0])) +
               ", or choose other data.";
    }
    if (!sameCount)
        return both + " (" + countText(elementCount(sample), "value") + " against " +
               std::to_string(elementCount(modelInput)) + "); choose other data, or another model.";
    return both + ": the same number of values in another order; give the data the model's shape.";
}

std::string classCountMismatch(int modelClasses, const Dataset& data) {
    const auto& names = data.classNames();
    const auto count = static_cast<int>(names.size());
    if (count == 0 || count == modelClasses) return {};
    bool madeUp = true;
    for (int i = 0; i < count && madeUp; ++i)
        madeUp = names[static_cast<std::size_t>(i)] == std::to_string(i);
    // Numbered labels may leave out the last classes; named classes are counted, so the numbers would not
    // match.
    if (madeUp && count < modelClasses) return {};
    return data.path().string() + " has " + std::to_string(count) + " classes and the model tells " +
           std::to_string(modelClasses) + " apart; choose data with the model's classes, in the same order.";
}

}  // namespace tessera
