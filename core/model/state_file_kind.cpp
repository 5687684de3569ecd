// SPDX-License-Identifier: GPL-3.0-or-later
// What a file is, by its first bytes and, for zip files, by the records inside.
#include <algorithm>
#include <array>
#include <cctype>

#include "core/model/legacy_stream.h"
#include "core/model/safetensors.h"
#include "core/model/state_file_parts.h"
#include "core/model/zip_records.h"

namespace tessera {
namespace {

struct Signature {
    std::size_t offset;
    std::string_view bytes;
    const char* finding;
};

using namespace std::string_view_literals;
constexpr auto kWeights =
    "; export the model with torch.jit.script, or save its state_dict or a .safetensors file";

// In order: a longer or earlier signature first.
constexpr std::array kSignatures = {
    Signature{0, "version https://git-lfs.github.com/spec/"sv,
              "is a Git LFS pointer, not the file itself; fetch it with 'git lfs pull'"},
    Signature{0, "version https://hawser.github.com/spec/"sv,
              "is a Git LFS pointer, not the file itself; fetch it with 'git lfs pull'"},
    Signature{0, "/annex/objects/"sv,
              "is a git-annex pointer, not the file itself; fetch it with 'git annex get'"},
    Signature{0, "\x89HDF\r\n\x1a\n"sv, "is an HDF5 file (Keras)"},
    Signature{0, "\x93NUMPY"sv, "is a NumPy array, which is data and not a model; open it as a dataset"},
    Signature{0, "GGUF"sv, "is a GGUF file (llama.cpp)"},
    Signature{4, "TFL3"sv, "is a TensorFlow Lite model"},
    Signature{0, "ptrt"sv, "is a TensorRT engine, which runs only on the GPU it was built for"},
    Signature{0, "ftrt"sv, "is a TensorRT engine, which runs only on the GPU it was built for"},
    Signature{0, "\x1f\x8b"sv, "is compressed with gzip; unpack it first"},
    Signature{0, "BZh"sv, "is compressed with bzip2; unpack it first"},
    Signature{0,
              "\xfd"
              "7zXZ"sv,
              "is compressed with xz; unpack it first"},
    Signature{0, "\x28\xb5\x2f\xfd"sv, "is compressed with zstd; unpack it first"},
    Signature{0, "7z\xbc\xaf\x27\x1c"sv, "is a 7-Zip archive; unpack it first"},
    Signature{0, "Rar!"sv, "is a RAR archive; unpack it first"},
    Signature{0, "%PDF"sv, "is a PDF document"},
    Signature{0, "\x89PNG"sv, "is a PNG image, which is data and not a model"},
    Signature{0, "\xff\xd8\xff"sv, "is a JPEG image, which is data and not a model"},
    Signature{0,
              "\x7f"
              "ELF"sv,
              "is a program, not a model"},
    Signature{0, "MATLAB "sv, "is a MATLAB file"},
};

bool startsWithIgnoringCase(std::string_view text, std::string_view word) {
    return text.size() >= word.size() &&
           std::equal(word.begin(), word.end(), text.begin(),
                      [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

// A .tar as such, or the tar of pickles that PyTorch wrote before 0.1.10.
Error tarFinding(std::string_view firstName) {
    for (const std::string_view name : {"sys_info", "pickle", "storages", "tensors"})
        if (firstName == name || firstName == "./" + std::string(name))
            return unsupported(
                "is in the tar format of PyTorch before 0.1.10; open it with PyTorch and save its state_dict "
                "again");
    return fileError("is a tar archive; unpack it first");
}

// ONNX is a protobuf without a signature: ir_version (field 1), then the producer's name (field 2) or the
// graph (field 7).
bool looksLikeOnnx(std::string_view head) {
    return head.size() > 4 && head[0] == 0x08 && head[1] > 0 && head[1] < 32 &&
           (head[2] == 0x12 || head[2] == 0x3a || head[2] == 0x42);
}

Result<ModelFileKind> kindOfZip(FileBytes& file) {
    auto zip = ZipRecords::open(file);
    if (!zip.isOk()) return std::move(zip).propagate<ModelFileKind>();
    bool constants = false, code = false, data = false, arrays = false, package = false, exported = false,
         keras = false;
    for (const ZipRecord& record : zip.value().records()) {
        const std::string_view name = record.name;
        const std::size_t slash = name.find('/');
        const std::string_view inside = slash == std::string_view::npos ? name : name.substr(slash + 1);
        constants |= inside == "constants.pkl" || inside == "model.json";
        code |= inside.starts_with("code/");
        data |= inside == "data.pkl";
        arrays |= name.ends_with(".npy");
        package |= inside.starts_with(".data/extern_modules");
        exported |= name.ends_with("serialized_exported_program.json") || name.ends_with("models/model.json");
        keras |= name == "model.weights.h5";
    }
    if (constants && code) return ModelFileKind::TorchScript;
    if (data && !code && !package) return ModelFileKind::StateDictZip;
    if (package)
        return unsupported("is a torch.package, which only its Python code can open" + std::string(kWeights));
    if (exported) return unsupported("is a torch.export program" + std::string(kWeights));
    if (keras) return unsupported("is a Keras model" + std::string(kWeights));
    if (arrays)
        return fileError("is a NumPy archive (npz), which is data and not a model; open it as a dataset");
    if (zip.value().records().empty()) return fileError("is an empty zip file; choose a model file");
    return fileError("is a zip file without a PyTorch model inside (it holds '" +
                     zip.value().records().front().name.substr(0, 60) +
                     "'); unpack it first, or choose a model file");
}

}  // namespace

Error notAModel(FileBytes& file) {
    const std::vector<std::byte> bytes = file.head(0, 1024);
    const std::string_view head = asText(bytes);
    for (const Signature& signature : kSignatures) {
        if (!head.substr(std::min(head.size(), signature.offset)).starts_with(signature.bytes)) continue;
        const std::string finding = signature.finding;
        return unsupported(finding + (finding.find(';') == std::string::npos ? kWeights : ""));
    }
    if (head.size() > 262 && head.substr(257).starts_with("ustar"))
        return tarFinding(head.substr(0, head.find('\0')));
    const std::size_t start = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    const std::string_view text = start == std::string_view::npos ? std::string_view() : head.substr(start);
    if (startsWithIgnoringCase(text, "<!doctype") || startsWithIgnoringCase(text, "<html") ||
        startsWithIgnoringCase(text, "<head"))
        return fileError(
            "is a web page, probably an error or login page saved by a download; download the file itself");
    if (text.starts_with("<")) return fileError("is an XML document, not a model; choose a model file");
    if (text.starts_with("{") || text.starts_with("["))
        return fileError(
            head.find("weight_map") != std::string_view::npos
                ? "is an index of weights split over several files, not the weights; merge them into one "
                  ".safetensors file"
                : "is JSON text, not weights; choose the weights file and give this one as its architecture");
    if (head.size() > 1 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5)
        return unsupported(
            "is a plain Python pickle, which Tessera does not open; save model.state_dict() with torch.save");
    if (looksLikeOnnx(head)) return unsupported("is probably an ONNX model" + std::string(kWeights));
    if (head.size() > 1 && head.starts_with("PK"))
        return fileError("begins like a zip file and stops, so it is truncated; copy or download it again");
    if (!head.empty() && std::all_of(head.begin(), head.end(), [](char c) { return c == '\0'; }))
        return fileError("is filled with zeros, as an interrupted download leaves it; download it again");
    return fileError(
        "is not a model file Tessera knows (TorchScript, PyTorch state_dict, safetensors); choose another "
        "file, or export the model to one of these");
}

Result<ModelFileKind> kindOfBytes(FileBytes& file) {
    if (file.size() == 0) return fileError("is empty; copy or download it again");
    const std::vector<std::byte> bytes = file.head(0, 4);
    if (asText(bytes) == "PK\x03\x04"sv || asText(bytes) == "PK\x05\x06"sv) return kindOfZip(file);
    if (isLegacyStream(file)) return ModelFileKind::StateDictLegacy;
    if (looksLikeSafetensors(file)) return ModelFileKind::Safetensors;
    return notAModel(file);
}

}  // namespace tessera
