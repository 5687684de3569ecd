// SPDX-License-Identifier: GPL-3.0-or-later
#include <QImage>
#include <QtTest>

#include "core/data/dataset_formats.h"
#include "tests/core/data/scratch_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

void save(const ScratchFolder& scratch, const std::string& name, const QImage& image) {
    std::filesystem::create_directories(scratch.path(name).parent_path());
    QVERIFY(image.save(QString::fromStdString(scratch.path(name).string())));
}

QImage plain(int width, int height, QImage::Format format, QRgb colour) {
    QImage image(width, height, format);
    image.fill(QColor::fromRgba(colour));
    return image;
}

}  // namespace

class ImageFolderTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void cifarJpegs() {
        const auto data = openDataset(dataFile("datasets/animals")).value();
        QCOMPARE(data->size(), 9);
        QCOMPARE(data->sampleShape(), (Shape{3, 32, 32}));
        QCOMPARE(data->classNames(), (std::vector<std::string>{"bird", "cat", "dog"}));
        QCOMPARE(data->label(3), 1);
        QCOMPARE(data->sampleName(4), std::string("cat/0001.jpg"));
        QCOMPARE(data->format(), std::string("image folder"));
        const auto values = readAll(*data);
        QCOMPARE(values.size(), std::size_t{9 * 3072});
        for (const float value : values) QVERIFY(value >= 0 && value <= 1);
        const QImage reference(QString::fromStdString(dataFile("datasets/animals/cat/0001.jpg")));
        QCOMPARE(values[4 * 3072 + 1024 + 5 * 32 + 7],
                 static_cast<float>(reference.pixelColor(7, 5).green()) / 255.0f);
    }

    // Classes and files in torchvision's order, upper case before lower case, nested folders after files.
    void order() {
        const ScratchFolder scratch;
        const QImage image = plain(2, 2, QImage::Format_Grayscale8, qRgb(9, 9, 9));
        for (const char* name : {"b/2.png", "b/10.png", "Z/x.PNG", "a/sub/1.png", "a/z.png", ".hidden/1.png"})
            save(scratch, name, image);
        scratch.write("b/notes.txt", "not an image");
        const auto data = openDataset(scratch.path().string() + "/").value();
        QCOMPARE(data->classNames(), (std::vector<std::string>{"Z", "a", "b"}));
        std::vector<std::string> names;
        for (std::int64_t i = 0; i < data->size(); ++i) names.push_back(data->sampleName(i));
        QCOMPARE(names,
                 (std::vector<std::string>{"Z/x.PNG", "a/z.png", "a/sub/1.png", "b/10.png", "b/2.png"}));
    }

    // Where no person chose the folder: five files and folders below those of the classes.
    void noMoreIsLookedAtThanAsked() {
        const ScratchFolder scratch;
        const QImage image = plain(2, 2, QImage::Format_Grayscale8, qRgb(9, 9, 9));
        for (const char* name : {"a/1.png", "a/sub/2.png", "b/3.png"}) save(scratch, name, image);
        scratch.write("a/notes.txt", "not an image");
        QCOMPARE(openImageFolder(scratch.path(), 5).value()->size(), 3);
        for (const std::int64_t most : {0, 1, 4}) {
            const auto refused = openImageFolder(scratch.path(), most);
            QVERIFY(refused.isError());
            QCOMPARE(refused.error().message,
                     scratch.path().parent_path().string() + " holds more than " + std::to_string(most) +
                         " files and folders; choose the folder that holds the class folders.");
        }
    }

    void greyAndColour() {
        const ScratchFolder grey, mixed, deep;
        save(grey, "a/1.png", plain(3, 2, QImage::Format_Grayscale8, qRgb(51, 51, 51)));
        const auto greyData = openDataset(grey.path().string()).value();
        QCOMPARE(greyData->sampleShape(), (Shape{1, 2, 3}));
        QCOMPARE(readAll(*greyData), std::vector<float>(6, 51.0f / 255.0f));
        save(mixed, "a/1.png", plain(1, 1, QImage::Format_Grayscale8, qRgb(51, 51, 51)));
        save(mixed, "a/2.png",
             plain(1, 1, QImage::Format_ARGB32, qRgba(10, 20, 30, 40)));  // alpha is dropped, not blended
        const auto mixedData = openDataset(mixed.path().string()).value();
        QCOMPARE(mixedData->sampleShape(), (Shape{3, 1, 1}));
        QCOMPARE(readAll(*mixedData), (std::vector<float>{51.0f / 255, 51.0f / 255, 51.0f / 255, 10.0f / 255,
                                                          20.0f / 255, 30.0f / 255}));
        QVERIFY(contains(mixedData->notes().at(0), "RGB"));
        QImage sixteen(1, 1, QImage::Format_Grayscale16);
        *reinterpret_cast<quint16*>(sixteen.scanLine(0)) = 1000;
        save(deep, "a/1.png", sixteen);
        QCOMPARE(readAll(*openDataset(deep.path().string()).value()), std::vector<float>{1000.0f / 65535.0f});
    }

    void refused() {
        const ScratchFolder sizes, broken, none, flat;
        save(sizes, "a/1.png", plain(2, 2, QImage::Format_RGB32, qRgb(1, 2, 3)));
        save(sizes, "b/2.png", plain(3, 2, QImage::Format_RGB32, qRgb(1, 2, 3)));
        const auto text = refusal(sizes.path().string(), "different sizes");
        QVERIFY(contains(text, "2 x 2 in a/1.png"));
        QVERIFY(contains(text, "3 x 2 in b/2.png"));
        broken.write("a/1.png", std::string("this is not a picture"));
        QVERIFY(contains(refusal(broken.path().string(), "a/1.png"), "cannot be decoded"));
        std::filesystem::create_directory(none.path("empty"));
        QVERIFY(contains(refusal(none.path().string(), none.path().filename().string()), "choose"));
        save(flat, "1.png", plain(2, 2, QImage::Format_RGB32, qRgb(1, 2, 3)));
        QVERIFY(contains(refusal(flat.path().string(), "one folder per class"), "not sorted"));
        QVERIFY(contains(refusal(flat.path("1.png").string(), "1.png"), "single image"));
    }

    // Damage inside the picture appears when it is read, and names the file.
    void truncatedPicture() {
        const ScratchFolder scratch;
        QImage noise(32, 32, QImage::Format_RGB32);
        for (int i = 0; i < 1024; ++i)
            noise.setPixel(i % 32, i / 32, qRgb(i * 7919 % 256, i * 104729 % 256, i * 1299709 % 256));
        save(scratch, "a/1.png", noise);
        const auto path = scratch.path("a/1.png");
        std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
        const auto data = openDataset(scratch.path().string());
        QVERIFY(data.isOk());
        std::vector<float> out(3072);
        const std::int64_t first = 0;
        const auto read = data.value()->read({&first, 1}, out.data());
        QVERIFY(read.isError());
        QVERIFY(contains(read.error().message, path.string()));
    }
};

QTEST_GUILESS_MAIN(ImageFolderTest)
#include "image_folder_test.moc"
