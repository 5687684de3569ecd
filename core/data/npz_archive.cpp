// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/npz_archive.h"

#include <unzip.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "core/data/npy_values.h"

namespace tessera {

namespace {

// Deflate cannot expand more than 1032-fold; what announces more is lying.
constexpr std::uint64_t kMaxExpansion = 1032;
// Legitimate arrays beyond this size do not shrink this well.
constexpr std::uint64_t kBombSize = 256u << 20, kBombExpansion = 200;
constexpr std::uint64_t kMaxMembers = 65536;
constexpr std::size_t kHeaderBytes = 4096;

using Unzip = std::unique_ptr<void, int (*)(unzFile)>;

Error damaged(const std::string& path) {
    return fileError(path + " is a damaged .npz (zip) file; download or save it again.");
}

bool isNpy(const std::string& name) {
    return name.size() > 4 && name.compare(name.size() - 4, 4, ".npy") == 0;
}

// Inflates up to `length` bytes of the current member; memory grows with what is really there.
Result<std::vector<unsigned char>> inflate(unzFile zip, std::uint64_t length, const std::string& what) {
    std::vector<unsigned char> bytes;
    while (bytes.size() < length) {
        const std::size_t old = bytes.size();
        const std::size_t part =
            std::min<std::uint64_t>(length - old, std::max<std::size_t>(old, std::size_t{64} << 10));
        bytes.resize(old + std::min<std::size_t>(part, std::size_t{64} << 20));
        const int got =
            unzReadCurrentFile(zip, bytes.data() + old, static_cast<unsigned>(bytes.size() - old));
        if (got < 0)
            return fileError(what + " cannot be inflated (the data is damaged); download or save it again.");
        bytes.resize(old + static_cast<std::size_t>(got));
        if (got == 0) break;
    }
    return bytes;
}

// Lists the current member; `compressedSum` guards against members that share their bytes.
Result<NpzMember> listMember(unzFile zip, const std::string& path, std::uint64_t fileSize,
                             std::uint64_t& compressedSum) {
    unz_file_info64 info{};
    char name[512];
    if (unzGetCurrentFileInfo64(zip, &info, name, sizeof name, nullptr, 0, nullptr, 0) != UNZ_OK)
        return damaged(path);
    NpzMember member;
    member.name.assign(name, std::min<std::size_t>(info.size_filename, sizeof name));
    if (!isNpy(member.name)) return member;
    member.name.resize(member.name.size() - 4);
    const std::string what = path + ": array '" + shownText(member.name) + "'";
    if ((info.flag & 1) != 0) return fileError(what + " is encrypted; save it without a password.");
    if (info.compression_method != 0 && info.compression_method != Z_DEFLATED)
        return unsupported(what + " uses zip method " + std::to_string(info.compression_method) +
                           "; save it with numpy.savez or numpy.savez_compressed.");
    member.deflated = info.compression_method != 0;
    member.size = info.uncompressed_size;
    compressedSum += info.compressed_size;
    if (info.compressed_size > fileSize || compressedSum > fileSize ||
        (!member.deflated && member.size != info.compressed_size) ||
        (member.deflated && member.size / kMaxExpansion > info.compressed_size + 1))
        return damaged(path);
    if (member.size > kBombSize && member.size / kBombExpansion > info.compressed_size)
        return fileError(
            what + " would expand " + byteText(info.compressed_size) + " to " + byteText(member.size) +
            ", as a zip bomb does; if it is genuine, save it with numpy.savez (not compressed).");
    unz64_file_pos position{};
    if (unzGetFilePos64(zip, &position) != UNZ_OK || unzOpenCurrentFile(zip) != UNZ_OK) return damaged(path);
    member.zipPosition = position.pos_in_zip_directory;
    member.zipNumber = position.num_of_file;
    member.fileOffset = unzGetCurrentFileZStreamPos64(zip);
    auto start = inflate(zip, std::min<std::uint64_t>(member.size, kHeaderBytes), what);
    unzCloseCurrentFile(zip);
    if (!start.isOk()) return std::move(start).error();
    if (!member.deflated && (member.fileOffset > fileSize || member.size > fileSize - member.fileOffset))
        return damaged(path);
    auto header = parseNpyHeader(start.value(), what);
    if (!header.isOk()) return std::move(header).error();
    member.header = std::move(header).value();
    return member;
}

}  // namespace

Result<NpzArchive> NpzArchive::open(const std::filesystem::path& path) {
    auto file = FileStore::open(path);
    if (!file.isOk()) return std::move(file).error();
    NpzArchive archive;
    archive.path_ = path;
    archive.file_ = file.value();
    const std::string name = path.string();
    if (archive.file_->size() == 0) return fileError(name + " is empty; download or save it again.");
    const Unzip zip(unzOpen64(name.c_str()), unzClose);
    if (!zip) {
        unsigned char magic[2] = {0, 0};
        if (archive.file_->size() >= 2) (void)archive.file_->read(0, 2, magic).isOk();
        if (magic[0] == 'P' && magic[1] == 'K')
            return fileError(name + " is a cut-short .npz (zip) file; download or save it again.");
        return fileError(name + " is not an .npz (zip) file; choose a file written by numpy.savez.");
    }
    std::uint64_t compressedSum = 0, seen = 0;
    int state = unzGoToFirstFile(zip.get());
    for (; state == UNZ_OK; state = unzGoToNextFile(zip.get())) {
        if (++seen > kMaxMembers) return damaged(name);
        auto member = listMember(zip.get(), name, archive.file_->size(), compressedSum);
        if (!member.isOk()) return std::move(member).error();
        if (member.value().size == 0) continue;  // not an array
        if (archive.find(member.value().name) != nullptr)
            return fileError(name + " holds two arrays named '" + shownText(member.value().name) +
                             "'; save it again.");
        archive.members_.push_back(std::move(member).value());
    }
    if (state != UNZ_END_OF_LIST_OF_FILE && seen > 0) return damaged(name);
    if (archive.members_.empty())
        return fileError(
            name +
            " is a zip file without .npy arrays (a model, perhaps); choose a file written by numpy.savez.");
    return archive;
}

const NpzMember* NpzArchive::find(std::string_view name) const {
    const auto at =
        std::find_if(members_.begin(), members_.end(), [&](const auto& m) { return m.name == name; });
    return at == members_.end() ? nullptr : &*at;
}

std::string NpzArchive::what(const NpzMember& member) const {
    return path_.string() + ": array '" + shownText(member.name) + "'";
}

Result<std::shared_ptr<const ByteStore>> NpzArchive::bytes(const NpzMember& member) const {
    if (!member.deflated)
        return std::shared_ptr<const ByteStore>(
            std::make_shared<RangeStore>(file_, member.fileOffset, member.size));
    const std::string name = what(member);
    auto width = npyTextWidth(member.header.dtype);
    if (!width) {
        auto type = npyType(member.header.dtype, name);
        if (!type.isOk()) return std::move(type).error();
        width = static_cast<std::uint64_t>(type.value().bytes);
    }
    // What the header needs, not what the zip directory claims.
    const auto count = static_cast<std::uint64_t>(npyElementCount(member.header.shape));
    if (count > (member.size - member.header.dataOffset) / *width)
        return fileError(name + " announces the shape " + numpyShapeText(member.header.shape) +
                         " but holds only " + byteText(member.size - member.header.dataOffset) +
                         " of data; save it again.");
    auto fits = checkFitsInMemory(member.size, name, "save it with numpy.savez, which is read on request");
    if (!fits.isOk()) return std::move(fits).error();
    const Unzip zip(unzOpen64(path_.c_str()), unzClose);
    const unz64_file_pos position{member.zipPosition, member.zipNumber};
    if (!zip || unzGoToFilePos64(zip.get(), &position) != UNZ_OK || unzOpenCurrentFile(zip.get()) != UNZ_OK)
        return damaged(path_.string());
    auto content = inflate(zip.get(), member.size, name);
    if (!content.isOk()) return std::move(content).error();
    if (unzCloseCurrentFile(zip.get()) != UNZ_OK || content.value().size() != member.size)
        return fileError(name + " does not match its checksum; download or save it again.");
    return std::shared_ptr<const ByteStore>(std::make_shared<MemoryStore>(std::move(content).value(), name));
}

Result<NpyArray> NpzArchive::array(const NpzMember& member) const {
    auto store = bytes(member);
    if (!store.isOk()) return std::move(store).error();
    Result<NpyArray> array = Cancelled{};
    if (const auto* memory = dynamic_cast<const MemoryStore*>(store.value().get())) {
        array = parseNpy(memory->bytes(), what(member));
    } else {
        auto fits = checkFitsInMemory(member.size, what(member), "use a smaller array");
        if (!fits.isOk()) return std::move(fits).error();
        std::vector<unsigned char> content(member.size);
        auto read = store.value()->read(0, member.size, content.data());
        if (!read.isOk()) return std::move(read).error();
        array = parseNpy(content, what(member));
    }
    if (array.isOk()) array.value().name = member.name;
    return array;
}

Result<std::vector<NpyArray>> readNpz(const std::filesystem::path& path) {
    auto archive = NpzArchive::open(path);
    if (!archive.isOk()) return std::move(archive).error();
    std::vector<NpyArray> arrays;
    for (const auto& member : archive.value().members()) {
        auto array = archive.value().array(member);
        if (!array.isOk()) return std::move(array).error();
        arrays.push_back(std::move(array).value());
    }
    return arrays;
}

}  // namespace tessera
