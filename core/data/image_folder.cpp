// SPDX-License-Identifier: GPL-3.0-or-later
// A folder per class, in the order of torchvision's ImageFolder: classes sorted by name, files by path.
// Images are decoded on request; their sizes are read from the headers of a sample of files on opening and of
// every file when it is read.
#include <QImage>
#include <QImageReader>
#include <algorithm>
#include <set>

#include "core/data/dataset_formats.h"
#include "core/data/stored_dataset.h"

namespace tessera {

namespace {

constexpr std::size_t kCheckedOnOpening = 256;
constexpr std::int64_t kMaxPixels = 64 << 20;

bool hasImageSuffix(const std::filesystem::path& path) {
    static const std::set<std::string> suffixes{".jpg", ".jpeg", ".png",  ".ppm",  ".pgm", ".pbm",
                                                ".bmp", ".tif",  ".tiff", ".webp", ".gif"};
    std::string suffix = path.extension().string();
    std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return suffixes.contains(suffix);
}

bool isHidden(const std::filesystem::path& path) {
    return path.filename().string().starts_with('.');
}

// Images below a folder as os.walk finds them, sorted.
void collect(const std::filesystem::path& folder, std::vector<std::filesystem::path>& images, int depth) {
    constexpr int kMaxDepth = 16;  // links may form circles
    std::vector<std::filesystem::path> files, folders;
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        std::error_code ignored;
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
        for (const auto& below : folders) collect(below, images, depth + 1);
}

QString qtPath(const std::filesystem::path& path) {
    return QString::fromStdString(path.string());
}

struct ImageHeader {
    QSize size;
    bool grey = false;
};

bool isGrey(QImage::Format format) {
    return format == QImage::Format_Grayscale8 || format == QImage::Format_Grayscale16 ||
           format == QImage::Format_Mono || format == QImage::Format_MonoLSB;
}

Error unreadable(const std::filesystem::path& path, const QString& why) {
    std::string reason = why.toStdString();
    while (!reason.empty() && (reason.back() == '.' || reason.back() == '\n')) reason.pop_back();
    return fileError(path.string() + " cannot be decoded as an image (" + reason +
                     "); replace or remove it.");
}

Result<ImageHeader> readHeader(const std::filesystem::path& path) {
    QImageReader reader(qtPath(path));
    reader.setDecideFormatFromContent(true);
    const QSize size = reader.size();
    if (!size.isValid()) return unreadable(path, reader.errorString());
    if (std::int64_t{size.width()} * size.height() > kMaxPixels)
        return fileError(path.string() + " is " + std::to_string(size.width()) + " x " +
                         std::to_string(size.height()) + " pixels large; scale the images down.");
    return ImageHeader{size, isGrey(reader.imageFormat())};
}

std::string sizeText(const QSize& size) {
    return std::to_string(size.width()) + " x " + std::to_string(size.height());
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
            auto decoded = decode(files_[static_cast<std::size_t>(indices[i])],
                                  out + static_cast<std::int64_t>(i) * elements);
            if (!decoded.isOk()) return decoded;
        }
        return Done{};
    }

  private:
    Result<Done> decode(const std::filesystem::path& path, float* out) const {
        const QSize expected(static_cast<int>(facts_.shape[2]), static_cast<int>(facts_.shape[1]));
        const bool grey = facts_.shape[0] == 1;
        QImageReader reader(qtPath(path));
        reader.setDecideFormatFromContent(true);
        if (const QSize size = reader.size(); size.isValid() && size != expected)
            return inputError(path.string() + " is " + sizeText(size) +
                              " pixels but the first image of the folder is " + sizeText(expected) +
                              "; resize all to one size.");
        QImage image = reader.read();
        if (image.isNull() || image.size() != expected) return unreadable(path, reader.errorString());
        if (grey && !isGrey(image.format()) && !image.isGrayscale())
            return inputError(
                path.string() +
                " is a colour image but the images looked at on opening are grey; convert all to one kind.");
        const auto width = static_cast<std::size_t>(expected.width()),
                   height = static_cast<std::size_t>(expected.height());
        if (grey && image.format() == QImage::Format_Grayscale16) {
            for (std::size_t y = 0; y < height; ++y) {
                const auto* line = reinterpret_cast<const quint16*>(image.constScanLine(static_cast<int>(y)));
                for (std::size_t x = 0; x < width; ++x)
                    out[y * width + x] = static_cast<float>(line[x]) / 65535.0f;
            }
            return Done{};
        }
        image.convertTo(grey ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
        const std::size_t channels = grey ? 1 : 3;
        for (std::size_t y = 0; y < height; ++y) {
            const unsigned char* line = image.constScanLine(static_cast<int>(y));
            for (std::size_t c = 0; c < channels; ++c)
                for (std::size_t x = 0; x < width; ++x)
                    out[(c * height + y) * width + x] = pixelValue(line[x * channels + c]);
        }
        return Done{};
    }

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
        collect(below, images, 0);
        return !images.empty();
    });
}

OpenedDataset openImageFolder(const std::filesystem::path& given) {
    // Without a trailing slash, which would hide the folder's name.
    const auto folder = given.has_filename() ? given : given.parent_path();
    DatasetFacts facts;
    facts.path = folder;
    facts.format = "image folder";
    facts.image = true;
    std::vector<std::filesystem::path> files;
    for (const auto& below : classFolders(folder)) {
        const std::size_t before = files.size();
        collect(below, files, 0);
        const std::string name = below.filename().string();
        if (files.size() == before)
            facts.notes.push_back("The folder " + name + " holds no images; its class has no samples.");
        facts.labels.resize(files.size(), static_cast<std::int32_t>(facts.classNames.size()));
        facts.classNames.push_back(name);
    }
    if (files.empty())
        return fileError(
            folder.string() +
            " holds no images in folders named by class; choose a folder such as data/ with data/cat/1.png.");
    facts.size = static_cast<std::int64_t>(files.size());
    const std::size_t step = std::max<std::size_t>(1, files.size() / kCheckedOnOpening);
    QSize size;
    std::size_t checked = 0, grey = 0;
    for (std::size_t i = 0; i < files.size(); i += step, ++checked) {
        const auto header = readHeader(files[i]);
        if (!header.isOk()) return header.error();
        if (i == 0) size = header.value().size;
        if (header.value().size != size)
            return inputError(folder.string() + " holds images of different sizes (" + sizeText(size) +
                              " in " + files[0].lexically_relative(folder).string() + ", " +
                              sizeText(header.value().size) + " in " +
                              files[i].lexically_relative(folder).string() + "); resize all to one size.");
        grey += header.value().grey ? 1 : 0;
    }
    if (grey != 0 && grey != checked)
        facts.notes.push_back("Grey and colour images are mixed; all are read as RGB.");
    facts.shape = {grey == checked ? 1 : 3, size.height(), size.width()};
    return std::shared_ptr<const Dataset>(std::make_shared<ImageFolder>(std::move(facts), std::move(files)));
}

}  // namespace tessera
