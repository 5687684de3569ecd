// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "tests/core/data/scratch_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

// Records with the given labels; pixel p of record i is (i * 31 + p) % 256.
std::vector<unsigned char> batch(const std::vector<std::vector<unsigned char>>& labels) {
    std::vector<unsigned char> bytes;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        bytes.insert(bytes.end(), labels[i].begin(), labels[i].end());
        for (std::size_t p = 0; p < 3072; ++p)
            bytes.push_back(static_cast<unsigned char>((i * 31 + p) % 256));
    }
    return bytes;
}

}  // namespace

class CifarTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void cifar10File() {
        const ScratchFolder scratch;
        const auto path = scratch.write("test_batch.bin", batch({{3}, {9}, {0}}));
        scratch.write("batches.meta.txt",
                      "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
        const auto data = openDataset(path).value();
        QCOMPARE(data->size(), 3);
        QCOMPARE(data->sampleShape(), (Shape{3, 32, 32}));
        QVERIFY(data->isImage());
        QCOMPARE(data->label(1), 9);
        QCOMPARE(data->classNames()[9], std::string("truck"));
        QCOMPARE(data->sampleName(2), std::string("test_batch #2"));
        const auto values = readAll(*data);
        QCOMPARE(values[3072 + 5], 36.0f / 255.0f);  // after the second record's label
        QCOMPARE(values[2 * 3072 + 3071], static_cast<float>((62 + 3071) % 256) / 255.0f);
    }

    void folderOfBatches() {
        const ScratchFolder scratch;
        scratch.write("data_batch_2.bin", batch({{5}}));
        scratch.write("data_batch_1.bin", batch({{1}, {2}}));
        scratch.write("test_batch.bin", batch({{7}}));
        const auto data = openDataset(scratch.path().string()).value();
        QCOMPARE(data->size(), 3);
        QCOMPARE(data->label(0), 1);
        QCOMPARE(data->label(2), 5);
        QCOMPARE(data->classNames()[4], std::string("4"));
        QCOMPARE(data->sourceFiles().size(), std::size_t{2});
        QVERIFY(contains(data->notes().at(0), "test_batch.bin"));
        // One request over the border of two files, out of order.
        const std::int64_t indices[] = {2, 1, 2};
        std::vector<float> values(3 * 3072);
        QVERIFY(data->read(indices, values.data()).isOk());
        QCOMPARE(values[0], 0.0f);
        QCOMPARE(values[3072], 31.0f / 255.0f);
        QCOMPARE(values[2 * 3072 + 1], 1.0f / 255.0f);
    }

    void cifar100() {
        const ScratchFolder scratch;
        const auto data = openDataset(scratch.write("train.bin", batch({{19, 99}, {0, 42}}))).value();
        QCOMPARE(data->label(0), 99);
        QCOMPARE(data->label(1), 42);
        QCOMPARE(data->classNames().size(), std::size_t{100});
        QCOMPARE(readAll(*data)[3072], 31.0f / 255.0f);
    }

    void refused() {
        const ScratchFolder scratch;
        QVERIFY(
            contains(refusal(scratch.write("short.bin", batch({{200}})), "short.bin"), "labels in range"));
        auto cut = batch({{3}, {4}});
        cut.pop_back();
        QVERIFY(contains(refusal(scratch.write("cut.bin", cut), "cut.bin"), "3073"));
        scratch.write("python/data_batch_1", std::string("\x80\x02}q\x01(U\x0b"
                                                         "batch_labelq\x02",
                                                         22));
        QVERIFY(contains(refusal(scratch.path("python").string(), "data_batch_1"), "binary version"));
        QVERIFY(contains(refusal(scratch.path("python/data_batch_1").string(), "data_batch_1"), "pickled"));
    }
};

QTEST_GUILESS_MAIN(CifarTest)
#include "cifar_test.moc"
