// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "core/data/npz.h"
#include "tests/core/data/scratch_folder.h"

using namespace tessera;
using namespace tessera::test;

class NpyDatasetTest : public QObject {
    Q_OBJECT
    std::vector<double> numbers_ = std::vector<double>(60);
    std::vector<std::uint8_t> bytes_ = std::vector<std::uint8_t>(60);
    std::vector<std::int64_t> labels_ = {2, 0, 1, 1, 0};

    std::string npz(const ScratchFolder& scratch, const std::vector<NpzEntry>& entries) const {
        const auto path = scratch.path("set.npz");
        return writeNpz(path, entries).isOk() ? path.string() : "not written";
    }

  private Q_SLOTS:
    void initTestCase() {
        std::iota(numbers_.begin(), numbers_.end(), 0.0);
        std::iota(bytes_.begin(), bytes_.end(), std::uint8_t{100});
    }

    void keysOfAnNpz_data() {
        QTest::addColumn<QString>("x");
        QTest::addColumn<QString>("y");
        for (const auto& [x, y] : {std::pair{"x", "y"},
                                   {"X", "y"},
                                   {"embeddings", "labels"},
                                   {"images", "labels"},
                                   {"x_test", "y_test"},
                                   {"test_images", "test_labels"},
                                   {"data", "target"},
                                   {"X_train", "Y_train"}})
            QTest::newRow(x) << x << y;
    }
    void keysOfAnNpz() {
        QFETCH(QString, x);
        QFETCH(QString, y);
        const ScratchFolder scratch;
        const auto path = npz(scratch, {{"other", "<i8", {5}, labels_.data()},
                                        {y.toStdString(), "<i8", {5}, labels_.data()},
                                        {x.toStdString(), "<f8", {5, 12}, numbers_.data()}});
        const auto data = openDataset(path);
        QVERIFY2(data.isOk(), data.isError() ? data.error().message.c_str() : "");
        QCOMPARE(data.value()->size(), 5);
        QCOMPARE(data.value()->sampleShape(), (Shape{12}));
        QCOMPARE(data.value()->label(0), 2);
        QCOMPARE(data.value()->classNames().size(), std::size_t{3});
        QCOMPARE(readAll(*data.value()), std::vector<float>(numbers_.begin(), numbers_.end()));
    }

    void testSplitIsPreferredAndSaid() {
        const ScratchFolder scratch;
        const auto path = npz(scratch, {{"x_train", "<f8", {5, 12}, numbers_.data()},
                                        {"y_train", "<i8", {5}, labels_.data()},
                                        {"x_test", "<f8", {4, 15}, numbers_.data()},
                                        {"y_test", "<i8", {4}, labels_.data()}});
        const auto data = openDataset(path).value();
        QCOMPARE(data->size(), 4);
        QVERIFY(contains(data->notes().at(0), "x_train"));
    }

    void imageShapes() {
        const ScratchFolder scratch;
        const auto shapeOf = [&](const Shape& stored) {
            return openDataset(npz(scratch, {{"x", "|u1", stored, bytes_.data()}})).value();
        };
        QCOMPARE(shapeOf({5, 3, 4})->sampleShape(), (Shape{1, 3, 4}));
        QCOMPARE(shapeOf({5, 3, 2, 2})->sampleShape(), (Shape{3, 2, 2}));
        QCOMPARE(shapeOf({5, 1, 4, 3})->sampleShape(), (Shape{1, 4, 3}));
        const auto last = shapeOf({5, 2, 2, 3});
        QCOMPARE(last->sampleShape(), (Shape{3, 2, 2}));
        QVERIFY(last->isImage());
        const auto values = readAll(*last);
        QCOMPARE(values[0], 100.0f / 255.0f);
        QCOMPARE(values[1], 103.0f / 255.0f);
        QCOMPARE(values[4], 101.0f / 255.0f);
        QVERIFY(!shapeOf({5, 12})->isImage());
        QVERIFY(!shapeOf({5, 2, 3, 2})->isImage());
    }

    // NumPy's own Fortran-ordered, big-endian and deflated arrays.
    void goldenFiles() {
        const auto turned = openDataset(dataFile("npy/fortran3.npy")).value();
        QCOMPARE(turned->sampleShape(), (Shape{1, 3, 4}));
        const auto values = readAll(*turned);
        for (int i = 0; i < 24; ++i)
            QCOMPARE(values[static_cast<std::size_t>(i)], static_cast<float>(i * 7 - 20));
        for (const char* name : {"npy/stored.npz", "npy/deflated.npz", "npy/with_names.npz"}) {
            const auto data = openDataset(dataFile(name)).value();
            QCOMPARE(data->size(), 4);
            QCOMPARE(data->label(2), 18);
            QCOMPARE(readAll(*data)[4], 2.0f);
        }
    }

    void pairOfFiles_data() {
        QTest::addColumn<QString>("x");
        QTest::addColumn<QString>("y");
        for (const auto& [x, y] : {std::pair{"X.npy", "y.npy"},
                                   {"train_X.npy", "train_y.npy"},
                                   {"X_test.npy", "y_test.npy"},
                                   {"embeddings.npy", "labels.npy"},
                                   {"val-images.npy", "val-labels.npy"},
                                   {"features.npy", "targets.npy"}})
            QTest::newRow(x) << x << y;
    }
    void pairOfFiles() {
        QFETCH(QString, x);
        QFETCH(QString, y);
        const ScratchFolder scratch;
        const auto xPath = scratch.path(x.toStdString()), yPath = scratch.path(y.toStdString());
        QVERIFY(writeNpy(xPath, {"", "<f8", {5, 12}, numbers_.data()}).isOk());
        QVERIFY(writeNpy(yPath, {"", "<i8", {5, 1}, labels_.data()}).isOk());
        for (const auto& path : {xPath, yPath}) {
            const auto data = openDataset(path.string());
            QVERIFY2(data.isOk(), data.isError() ? data.error().message.c_str() : "");
            QCOMPARE(data.value()->path(), xPath);
            QCOMPARE(data.value()->label(3), 1);
        }
    }

    void oneHotLabels() {
        const ScratchFolder scratch;
        const double rows[] = {0, 0, 1, 1, 0, 0};
        const auto data =
            openDataset(npz(scratch, {{"x", "<f8", {2, 30}, numbers_.data()}, {"y", "<f8", {2, 3}, rows}}))
                .value();
        QCOMPARE(data->label(0), 2);
        QCOMPARE(data->label(1), 0);
        QVERIFY(contains(data->notes().at(0), "one-hot"));
    }

    void refused() {
        const ScratchFolder scratch;
        const NpzEntry x{"x", "<f8", {5, 12}, numbers_.data()};
        const auto says = [&](const std::vector<NpzEntry>& entries, const char* part,
                              const DataOptions& options = {}) {
            const auto path = npz(scratch, entries);
            return contains(refusal(path, path, options), part);
        };
        QVERIFY(says({{"weights", "<f8", {5, 12}, numbers_.data()}}, "it holds 'weights' (5, 12)"));
        QVERIFY(says({x, {"y", "<i8", {4}, labels_.data()}}, "4 labels"));
        const std::int64_t negative[] = {0, 1, 2, -5, 0}, vast[] = {0, 1, 2, 3, 1'000'000};
        QVERIFY(says({x, {"y", "<i8", {5}, negative}}, "label of sample 3 is -5"));
        QVERIFY(says({x, {"y", "<i8", {5}, vast}}, "label of sample 4"));
        const double fractions[] = {0, 1, 0.5, 0, 1};
        QVERIFY(says({x, {"y", "<f8", {5}, fractions}}, "label of sample 2 is 0.5"));
        QVERIFY(says({x, {"y", "<f8", {5, 2}, numbers_.data()}}, "(5, 2)"));
        QVERIFY(says({{"x", "<f8", {0, 12}, nullptr}}, "no samples"));
        DataOptions options;
        options.sampleShape = {1, 3, 5};
        QVERIFY(says({x}, "1 x 3 x 5", options));
        QVERIFY(contains(refusal(dataFile("npy/object.npy"), "object.npy"), "Python objects"));
        QVERIFY(contains(refusal(dataFile("npy/scalar.npy"), "scalar.npy"), "single number"));
        QVERIFY(contains(refusal(dataFile("npy/absurd_shape.npz"), "absurd_shape.npz"), "absurd"));
    }

    void truncatedSamples() {
        const ScratchFolder scratch;
        const auto path = scratch.path("X.npy");
        QVERIFY(writeNpy(path, {"", "<f8", {5, 12}, numbers_.data()}).isOk());
        std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
        QVERIFY(contains(refusal(path.string(), path.string()), "(5, 12)"));
        QVERIFY(writeNpy(path, {"", "<f8", {5, 12}, numbers_.data()}).isOk());
        const auto data = openDataset(path.string()).value();
        std::filesystem::resize_file(path, 200);  // while it is open
        QVERIFY(readAll(*data).empty());
    }
};

QTEST_GUILESS_MAIN(NpyDatasetTest)
#include "npy_dataset_test.moc"
