// SPDX-License-Identifier: GPL-3.0-or-later
// safetensors of samples, labels and split: by the format's own description, every number type, and what is
// refused.
#include <QtTest>

#include "core/data/dataset_formats.h"
#include "core/data/splits.h"
#include "tests/core/data/scratch_folder.h"
#include "tests/core/data/tensor_file.h"

using namespace tessera;
using namespace tessera::test;

namespace {

const Tensor kLabels{"y", "I64", "[3]", tensorBytes<std::int64_t>({2, 0, 1})};

}  // namespace

class SafetensorsDatasetTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void samplesLabelsAndSplit() {
        const ScratchFolder scratch;
        const auto path = scratch.write(
            "e.safetensors", tensorFile({{"split", "I32", "[3]", tensorBytes<std::int32_t>({0, 2, 1})},
                                         {"x", "F32", "[3,2]", tensorBytes<float>({1, 2, 3, 4, 5, -6.5f})},
                                         kLabels}));
        const auto data = openDataset(path);
        QVERIFY2(data.isOk(), data.isError() ? data.error().message.c_str() : "");
        QCOMPARE(data.value()->format(), std::string("safetensors"));
        QCOMPARE(data.value()->sampleShape(), (Shape{2}));
        QCOMPARE(readAll(*data.value()), (std::vector<float>{1, 2, 3, 4, 5, -6.5f}));
        QCOMPARE(data.value()->label(0), 2);
        const auto splits = splitsOf(*data.value(), 0).value();
        QVERIFY(splits.isGiven);
        QCOMPARE(splits.reference, std::vector<std::int64_t>{2});
        QVERIFY(holdsSamples(path));
        float row[4];
        const std::int64_t backwards[] = {2, 0};
        QVERIFY(data.value()->read(backwards, row).isOk());
        QCOMPARE(row[0], 5.0f);
        QCOMPARE(row[3], 2.0f);
    }

    void numberTypes_data() {
        QTest::addColumn<QByteArray>("dtype");
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* dtype, const std::string& bytes) {
            QTest::newRow(dtype) << QByteArray(dtype)
                                 << QByteArray(bytes.data(), static_cast<int>(bytes.size()));
        };
        // 1.5, -2 and 3 where there are fractions, else 1, -2, 3.
        row("F64", tensorBytes<double>({1.5, -2, 3}));
        row("F16", tensorBytes<std::uint16_t>({0x3e00, 0xc000, 0x4200}));
        row("BF16", tensorBytes<std::uint16_t>({0x3fc0, 0xc000, 0x4040}));
        row("I8", tensorBytes<std::int8_t>({1, -2, 3}));
        row("I64", tensorBytes<std::int64_t>({1, -2, 3}));
    }
    void numberTypes() {
        QFETCH(QByteArray, dtype);
        QFETCH(QByteArray, bytes);
        const ScratchFolder scratch;
        const auto path =
            scratch.write("e", tensorFile({{"embeddings", dtype.toStdString(), "[3,1]", bytes.toStdString()},
                                           {"labels", kLabels.dtype, kLabels.shape, kLabels.bytes}}));
        const auto data = openDataset(path);
        QVERIFY2(data.isOk(), data.isError() ? data.error().message.c_str() : "");
        QCOMPARE(readAll(*data.value()), (std::vector<float>{dtype.contains('F') ? 1.5f : 1.0f, -2, 3}));
        QCOMPARE(data.value()->label(2), 1);
    }

    void refused() {
        const ScratchFolder scratch;
        const Tensor x{"x", "F32", "[3,1]", tensorBytes<float>({1, 2, 3})};
        const auto sentence = [&](const std::string& content) {
            return refusal(scratch.write("bad.safetensors", content), "bad.safetensors");
        };
        // A head, not data.
        QVERIFY(
            !holdsSamples(scratch.write("head", tensorFile({{"weight", "F32", "[3,1]", x.bytes},
                                                            {"features.weight", "F32", "[3,1]", x.bytes}}))));
        QVERIFY(contains(sentence(tensorFile({{"weight", "F32", "[3,1]", x.bytes}})),
                         "it holds 'weight' (3, 1)"));
        const auto whole = tensorFile({x, kLabels});
        QVERIFY(contains(sentence(whole.substr(0, whole.size() - 1)), "cut short"));
        QVERIFY(contains(sentence(whole.substr(0, 40)), "cut short"));
        QVERIFY(contains(sentence(whole + "x"), "belong to no tensor"));
        auto wrong = x;
        wrong.shape = "[4,1]";
        QVERIFY(contains(sentence(tensorFile({wrong, kLabels})), "do not fit"));
        wrong = x;
        wrong.dtype = "F8_E4M3";
        QVERIFY(contains(sentence(tensorFile({wrong, kLabels})), "F8_E4M3"));
        QVERIFY(contains(sentence(tensorFile({x, {"y", "I64", "[2]", tensorBytes<std::int64_t>({0, 1})}})),
                         "2 labels"));
    }
};

QTEST_GUILESS_MAIN(SafetensorsDatasetTest)
#include "safetensors_dataset_test.moc"
