// SPDX-License-Identifier: GPL-3.0-or-later
// A folder per class, in the order of torchvision's ImageFolder: classes sorted by name, files by path.
// Images are decoded on request; their sizes are read from the headers of a sample of files on opening and of
// every file when it is read.
#include <algorithm>

#include "core/data/dataset_formats.h"
#include "core/data/image_file.h"
#include "core/data/stored_dataset.h"

namespace tessera {

namespace {

bool isHidden(const std::filesystem::path& path) {
    return path.filename().string().starts_with('.');
}

// Images below a folder as os.walk finds them, sorted. Takes every entry looked at from `left` and ends when
// there is none.
void collect(const std::filesystem::path& folder, std::vector<std::filesystem::path>& images, int depth,
             std::int64_t& left) {
    constexpr int kMaxDepth = 16;  // links may form circles
    std::vector<std::filesystem::path> files, folders;
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        std::error_code ignored;
        if (left-- <= 0) return;
        if (isHidden(it->path())) continue;
        if (it->is_directory(ignored))
            folders.push_back(it->path());
        else if (hasImageSuffix(it->path()))
            files.push_back(it->path());
    }
    std::sort(files.begin(), files.end());
    std::sort(folders.begin(), folders.end());
    images.insert(images.end(), files.begin(), files.end());
    if (depth < kMaxDepth)
        for (const auto& below : folders) collect(below, images, depth + 1, left);
}

class ImageFolder final : public FactsDataset {
  public:
    ImageFolder(DatasetFacts facts, std::vector<std::filesystem::path> files)
        : FactsDataset(std::move(facts)), files_(std::move(files)) {}

    std::string sampleName(std::int64_t index) const override {
        return files_[static_cast<std::size_t>(index)].lexically_relative(facts_.path).generic_string();
    }

    Result<Done> read(std::span<const std::int64_t> indices, float* out) const override {
        auto valid = checkIndices(indices);
        if (!valid.isOk()) return valid;
        const auto elements = elementCount(facts_.shape);
        for (std::size_t i = 0; i < indices.size(); ++i) {
            auto decoded = readImage(files_[static_cast<std::size_t>(indices[i])], facts_.shape,
                                     out + static_cast<std::int64_t>(i) * elements);
            if (!decoded.isOk()) return decoded;
        }
        return Done{};
    }

  private:
    std::vector<std::filesystem::path> files_;
};

std::vector<std::filesystem::path> classFolders(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> folders;
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        std::error_code ignored;
        if (it->is_directory(ignored) && !isHidden(it->path())) folders.push_back(it->path());
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

}  // namespace

bool looksLikeImageFolder(const std::filesystem::path& folder) {
    const auto folders = classFolders(folder);
    return std::any_of(folders.begin(), folders.end(), [](const auto& below) {
        std::vector<std::filesystem::path> images;
        std::int64_t left = kUnbounded;
        collect(below, images, 0, left);
        return !images.empty();
    });
}

OpenedDataset openImageFolder(const std::filesystem::path& given, std::int64_t most) {
    // Without a trailing slash, which would hide the folder's name.
    const auto folder = given.has_filename() ? given : given.parent_path();
    DatasetFacts facts;
    facts.path = folder;
    facts.format = "image folder";
    facts.image = true;
    std::vector<std::filesystem::path> files;
    std::int64_t left = most;
    for (const auto& below : classFolders(folder)) {
        const std::size_t before = files.size();
        collect(below, files, 0, left);
        const std::string name = below.filename().string();
        if (files.size() == before)
            facts.notes.push_back("The folder " + name + " holds no images; its class has no samples.");
        facts.labels.resize(files.size(), static_cast<std::int32_t>(facts.classNames.size()));
        facts.classNames.push_back(name);
    }
    if (left < 0)
        return inputError(folder.string() + " holds more than " + std::to_string(most) +
                          " files and folders; choose the folder that holds the class folders.");
    if (files.empty())
        return fileError(
            folder.string() +
            " holds no images in folders named by class; choose a folder such as data/ with data/cat/1.png.");
    facts.size = static_cast<std::int64_t>(files.size());
    const std::size_t step = headerStep(files.size());
    ImageHeader size;
    std::size_t checked = 0, grey = 0;
    for (std::size_t i = 0; i < files.size(); i += step, ++checked) {
        const auto header = readImageHeader(files[i]);
        if (!header.isOk()) return header.error();
        if (i == 0) size = header.value();
        if (!header.value().hasSizeOf(size))
            return inputError(folder.string() + " holds images of different sizes (" + imageSizeText(size) +
                              " in " + files[0].lexically_relative(folder).string() + ", " +
                              imageSizeText(header.value()) + " in " +
                              files[i].lexically_relative(folder).string() + "); resize all to one size.");
        grey += header.value().isGrey ? 1 : 0;
    }
    if (grey != 0 && grey != checked)
        facts.notes.push_back("Grey and colour images are mixed; all are read as RGB.");
    facts.shape = {grey == checked ? 1 : 3, size.height, size.width};
    return std::shared_ptr<const Dataset>(std::make_shared<ImageFolder>(std::move(facts), std::move(files)));
}

}  // namespace tessera
