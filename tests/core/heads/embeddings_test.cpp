// SPDX-License-Identifier: GPL-3.0-or-later
// Embeddings in memory: what is read, and what no head can be trained on.
#include "core/heads/embeddings.h"

#include <QtTest>
#include <cmath>

#include "core/data/npz.h"
#include "tests/core/data/scratch_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

const std::vector<std::int64_t> kSplit{0, 0, 0, 1, 1, 2, 2, 0};

Result<Embeddings> read(const ScratchFolder& scratch, const std::vector<double>& x,
                        const std::vector<std::int64_t>& y, std::stop_token stop = {}) {
    const auto path = scratch.path("set.npz").string();
    const std::vector<NpzEntry> entries{
        {"x", "<f8", {8, 2}, x.data()}, {"y", "<i8", {8}, y.data()}, {"split", "<i8", {8}, kSplit.data()}};
    if (auto written = writeNpz(path, entries); !written.isOk())
        return std::move(written).propagate<Embeddings>();
    const auto data = openDataset(path).value();
    auto splits = splitsOf(*data, 0);
    if (!splits.isOk()) return std::move(splits).propagate<Embeddings>();
    NoProgress progress;
    return readEmbeddings(*data, std::move(splits).value(), stop, progress);
}

}  // namespace

class EmbeddingsTest : public QObject {
    Q_OBJECT
    std::vector<double> x_ = std::vector<double>(16);
    const std::vector<std::int64_t> y_{0, 1, 0, 1, 0, 1, 0, -1};

  private Q_SLOTS:
    void init() { std::iota(x_.begin(), x_.end(), 0.0); }

    void rowsAndLabelsOfEachPart() {
        const ScratchFolder scratch;
        const auto data = read(scratch, x_, y_).value();
        QCOMPARE(data.dimension(), 2);
        QCOMPARE(data.classes(), 2);
        QCOMPARE(data.splits.train, (std::vector<std::int64_t>{0, 1, 2}));  // not the one without a label
        Rows reference(2, 2);
        reference << 6, 7, 8, 9;
        QCOMPARE(data.pointsOf(data.splits.reference), reference);
        QCOMPARE(data.labelsOf(data.splits.test), (std::vector<std::int32_t>{1, 0}));
    }

    void whatCannotBeTrainedOnIsSaid() {
        const ScratchFolder scratch;
        auto x = x_;
        x[7] = std::nan("");
        QVERIFY(contains(read(scratch, x, y_).error().message, "set #3 has the value nan in column 1"));
        x[7] = 1e300;  // beyond float32
        QVERIFY(contains(read(scratch, x, y_).error().message, "set #3 has the value inf"));
        QVERIFY(contains(read(scratch, x_, {0, 0, 0, 0, 0, 0, 0, 0}).error().message, "only one class"));
        QVERIFY(contains(read(scratch, x_, {0, 0, 0, 1, 0, 1, 0, -1}).error().message,
                         "only one class in its training"));
        QVERIFY(contains(read(scratch, x_, {0, 1, 0, -1, -1, 1, 0, 1}).error().message, "reference part"));
    }

    void repeatedRowsAreNoProblem() {
        const ScratchFolder scratch;
        QCOMPARE(read(scratch, std::vector<double>(16, 1.0), y_).value().points, Rows::Ones(8, 2));
    }

    void stopsWhenAsked() {
        const ScratchFolder scratch;
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(read(scratch, x_, y_, stop.get_token()).isCancelled());
    }
};

QTEST_GUILESS_MAIN(EmbeddingsTest)
#include "embeddings_test.moc"
