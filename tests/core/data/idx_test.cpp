// SPDX-License-Identifier: GPL-3.0-or-later
#include <zlib.h>

#include <QtTest>

#include "core/data/dataset_formats.h"
#include "tests/core/data/scratch_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

std::vector<unsigned char> idx(unsigned char type, const std::vector<std::uint32_t>& sizes,
                               std::vector<unsigned char> values) {
    std::vector<unsigned char> bytes{0, 0, type, static_cast<unsigned char>(sizes.size())};
    for (const auto size : sizes)
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes.push_back(static_cast<unsigned char>(size >> shift));
    bytes.insert(bytes.end(), values.begin(), values.end());
    return bytes;
}

std::vector<unsigned char> gzipped(const std::vector<unsigned char>& bytes,
                                   const std::filesystem::path& scratch) {
    const gzFile file = gzopen(scratch.c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    std::ifstream in(scratch, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

const std::vector<unsigned char> kImages = idx(8, {3, 2, 2}, {0, 51, 102, 153, 204, 255, 0, 1, 2, 3, 4, 5});
const std::vector<unsigned char> kLabels = idx(8, {3}, {2, 0, 1});

}  // namespace

class IdxTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // The numbers were computed from the original files by a separate program.
    void digits() {
        for (const char* which : {"images-idx3", "labels-idx1"}) {
            const auto data =
                openDataset(dataFile(std::string("datasets/digits-") + which + "-ubyte.gz")).value();
            QCOMPARE(data->size(), 200);
            QCOMPARE(data->sampleShape(), (Shape{1, 28, 28}));
            QVERIFY(data->isImage());
            QCOMPARE(data->classNames().size(), std::size_t{10});
            const std::vector<std::int32_t> first = {4, 9, 3, 1, 1, 4, 4, 6, 8, 1,
                                                     5, 1, 1, 5, 2, 4, 0, 9, 4, 4};
            for (std::size_t i = 0; i < first.size(); ++i)
                QCOMPARE(data->label(static_cast<std::int64_t>(i)), first[i]);
            const auto values = readAll(*data);
            double sum = 0;
            for (const float value : values) sum += std::round(value * 255.0f);
            QCOMPARE(sum, 5097095.0);
            QCOMPARE(std::accumulate(values.begin() + 17 * 784, values.begin() + 18 * 784, 0.0,
                                     [](double total, float v) { return total + std::round(v * 255.0f); }),
                     21144.0);
            QCOMPARE(data->sampleName(17), std::string("digits #17"));
            QCOMPARE(data->sourceFiles().size(), std::size_t{2});
        }
    }

    void pairsByName_data() {
        QTest::addColumn<QString>("images");
        QTest::addColumn<QString>("labels");
        QTest::addColumn<bool>("openLabels");
        int row = 0;
        for (const bool openLabels : {false, true}) {
            const auto add = [&](const char* images, const char* labels) {
                QTest::addRow("%d %s", row++, images) << images << labels << openLabels;
            };
            add("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
            add("train-images.idx3-ubyte", "train-labels.idx1-ubyte");
            add("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte");
            add("emnist-letters-train-images-idx3-ubyte", "emnist-letters-train-labels-idx1-ubyte.gz");
            add("images", "labels");
        }
    }
    void pairsByName() {
        QFETCH(QString, images);
        QFETCH(QString, labels);
        QFETCH(bool, openLabels);
        const ScratchFolder scratch;
        const auto store = [&](const QString& name, const std::vector<unsigned char>& bytes) {
            return scratch.write(name.toStdString(),
                                 name.endsWith(".gz") ? gzipped(bytes, scratch.path("packing")) : bytes);
        };
        const std::string imagePath = store(images, kImages), labelPath = store(labels, kLabels);
        const auto opened = openDataset(openLabels ? labelPath : imagePath);
        QVERIFY2(opened.isOk(), opened.isError() ? opened.error().message.c_str() : "");
        const auto& data = *opened.value();
        QCOMPARE(data.size(), 3);
        QCOMPARE(data.label(0), 2);
        QCOMPARE(data.label(2), 1);
        QCOMPARE(data.path().string(), imagePath);
        const auto values = readAll(data);
        QCOMPARE(values[1], 51.0f / 255.0f);
        QCOMPARE(values[5], 1.0f);
        std::vector<float> two(8);
        const std::int64_t backwards[] = {2, 0};
        QVERIFY(data.read(backwards, two.data()).isOk());
        QCOMPARE(two[1], 3.0f / 255.0f);
        QCOMPARE(two[7], 153.0f / 255.0f);
    }

    void otherElementTypes() {
        const ScratchFolder scratch;
        // big-endian float32 1.5 and int16 -2
        const auto floats =
            openDataset(scratch.write("f", idx(0x0d, {1, 2}, {0x3f, 0xc0, 0, 0, 0xbf, 0xc0, 0, 0}))).value();
        QCOMPARE(readAll(*floats), (std::vector<float>{1.5f, -1.5f}));
        QVERIFY(!floats->isImage());
        QVERIFY(floats->classNames().empty());
        QCOMPARE(floats->label(0), -1);
        const auto shorts =
            openDataset(scratch.write("s", idx(0x0b, {2, 1}, {0xff, 0xfe, 0x01, 0x00}))).value();
        QCOMPARE(readAll(*shorts), (std::vector<float>{-2, 256}));
        // colour, channels last
        const auto colour = openDataset(scratch.write("c", idx(8, {1, 2, 1, 3}, {1, 2, 3, 4, 5, 6}))).value();
        QCOMPARE(colour->sampleShape(), (Shape{3, 2, 1}));
        QCOMPARE(readAll(*colour)[1], 4.0f / 255.0f);
    }

    void refused() {
        const ScratchFolder scratch;
        const auto images = [&](const std::vector<unsigned char>& bytes) {
            return scratch.write("a-images-idx3-ubyte", bytes);
        };
        const auto labels = [&](const std::vector<unsigned char>& bytes) {
            return scratch.write("a-labels-idx1-ubyte", bytes);
        };
        std::string path = images(kImages);
        labels(idx(8, {2}, {0, 1}));
        QVERIFY(contains(refusal(path, "a-labels"), "2 labels"));
        labels(idx(0x0c, {3}, {0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0, 0, 0}));
        QVERIFY(contains(refusal(path, "a-labels"), "label of sample 1 is -65536"));
        labels(idx(8, {3}, {0, 1}));
        QVERIFY(contains(refusal(path, "a-labels"), "download it again"));
        labels(kLabels);
        images(idx(8, {0, 28, 28}, {}));
        QVERIFY(contains(refusal(path, path), "no samples"));
        images(idx(8, {3, 2, 2}, {1, 2, 3}));
        QVERIFY(contains(refusal(path, path), "(3, 2, 2)"));
        auto longer = kImages;
        longer.push_back(0);
        images(longer);
        QVERIFY(contains(refusal(path, path), "29"));
        images(idx(8, {0xffffffff, 0xffffffff, 0xffffffff}, {1}));
        QVERIFY(contains(refusal(path, path), "absurd"));
        std::filesystem::remove(path);
        QVERIFY(contains(refusal(scratch.path("a-labels-idx1-ubyte").string(), "a-labels"), "labels only"));
    }

    void truncatedAnywhere() {
        const ScratchFolder scratch;
        const auto packed = gzipped(kImages, scratch.path("packing"));
        for (std::size_t length = 1; length < packed.size(); ++length) {
            const auto path = scratch.write("cut-images-idx3-ubyte.gz", std::span(packed.data(), length));
            QVERIFY2(!openDataset(path).isOk(), std::to_string(length).c_str());
        }
        for (std::size_t length = 1; length < kImages.size(); ++length) {
            const auto path = scratch.write("cut-images-idx3-ubyte", std::span(kImages.data(), length));
            QVERIFY2(!openDataset(path).isOk(), std::to_string(length).c_str());
        }
        auto changed = packed;
        changed[changed.size() - 8] ^= 1;  // the checksum
        QVERIFY(contains(refusal(scratch.write("sum.gz", changed), "sum.gz"), "damaged"));
    }

    // 4 GB announced by a few bytes of gzip.
    void absurdSizeInGzip() {
        const ScratchFolder scratch;
        const auto path =
            scratch.write("bomb-images-idx3-ubyte.gz",
                          gzipped(idx(8, {4096, 1024, 1024}, {1, 2, 3}), scratch.path("packing")));
        QVERIFY(contains(refusal(path, path), "than"));
    }

    void samplesOutOfRange() {
        const ScratchFolder scratch;
        const auto data = openDataset(scratch.write("x", kImages)).value();
        float out[4];
        for (const std::int64_t index : {std::int64_t{-1}, std::int64_t{3}})
            QVERIFY(data->read({&index, 1}, out).isError());
    }
};

QTEST_GUILESS_MAIN(IdxTest)
#include "idx_test.moc"
