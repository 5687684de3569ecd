// SPDX-License-Identifier: GPL-3.0-or-later
// Splits of labelled data: what a file says, and the seeded split that keeps every class's shares.
#include "core/data/splits.h"

#include <QtTest>
#include <algorithm>
#include <set>

#include "core/base/random.h"
#include "core/data/npy_values.h"
#include "core/data/npz.h"
#include "tests/core/data/scratch_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

std::shared_ptr<const Dataset> labelled(const ScratchFolder& scratch,
                                        const std::vector<std::int64_t>& labels) {
    const auto path = scratch.path("labelled.npz");
    const std::vector<double> values(labels.size());
    const auto n = static_cast<std::int64_t>(labels.size());
    const std::vector<NpzEntry> entries{{"x", "<f8", {n, 1}, values.data()},
                                        {"y", "<i8", {n}, labels.data()}};
    if (!writeNpz(path, entries).isOk()) return {};
    return openDataset(path.string()).value();
}

std::vector<std::int64_t> classCounts(const Dataset& data, const std::vector<std::int64_t>& indices) {
    std::vector<std::int64_t> counts(data.classNames().size());
    for (const auto index : indices) ++counts[static_cast<std::size_t>(data.label(index))];
    return counts;
}

// NumPy's "<U9": code points of four bytes.
std::string textArray(const std::vector<std::string>& texts, bool wide) {
    std::string bytes = npyHeaderBytes(wide ? "<U9" : "|S9", {static_cast<std::int64_t>(texts.size())});
    for (const auto& text : texts)
        for (std::size_t i = 0; i < 9; ++i) {
            bytes += i < text.size() ? text[i] : '\0';
            if (wide) bytes.append(3, '\0');
        }
    return bytes;
}

}  // namespace

class SplitsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyClassKeepsItsShares() {
        const ScratchFolder scratch;
        std::vector<std::int64_t> labels(1000);
        for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = i % 10 == 0 ? 2 : i % 3 == 0 ? 1 : 0;
        const auto data = labelled(scratch, labels);
        const auto splits = splitsOf(*data, 42).value();
        std::vector<std::int64_t> all(1000);
        std::iota(all.begin(), all.end(), 0);
        const auto total = classCounts(*data, all);
        const auto test = classCounts(*data, splits.test), reference = classCounts(*data, splits.reference);
        for (std::size_t label = 0; label < 3; ++label) {
            QCOMPARE(test[label], std::lround(0.2 * static_cast<double>(total[label])));
            QCOMPARE(reference[label], std::lround(0.1 * static_cast<double>(total[label])));
        }
        std::vector<std::int64_t> together;
        for (const Part part : {Part::Train, Part::Reference, Part::Test}) {
            QVERIFY(std::is_sorted(splits.of(part).begin(), splits.of(part).end()));
            together.insert(together.end(), splits.of(part).begin(), splits.of(part).end());
        }
        std::sort(together.begin(), together.end());
        QCOMPARE(together, all);
        QVERIFY(!splits.isGiven);
    }

    // The numbers come from a Python transcription of the rule: equal on every machine and in every later
    // version.
    void splitIsFixedBySeed() {
        const ScratchFolder scratch;
        const auto data = labelled(scratch, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
        const auto splits = splitsOf(*data, 42).value();
        QCOMPARE(splits.test, splitsOf(*data, 42).value().test);
        std::set<std::vector<std::int64_t>> seen;
        for (std::uint64_t seed = 0; seed < 20; ++seed) seen.insert(splitsOf(*data, seed).value().test);
        QVERIFY(seen.size() > 15);
        QCOMPARE(Random(42).bits(), std::uint64_t{16995303060395781456u});
        QCOMPARE(splits.test, (std::vector<std::int64_t>{4, 7, 11, 13}));
        QCOMPARE(splits.reference, (std::vector<std::int64_t>{2, 16}));
    }

    void drawsAreEven() {
        Random random(1);
        std::vector<int> counts(6);
        for (int i = 0; i < 60000; ++i) ++counts[random.below(6)];
        for (const int count : counts) QVERIFY(std::abs(count - 10000) < 500);  // five standard deviations
    }

    void unlabelledSamplesAreInNoPart() {
        const ScratchFolder scratch;
        std::vector<std::int64_t> labels(40, 0);
        for (std::size_t i = 0; i < 10; ++i) labels[i] = -1;
        const auto data = labelled(scratch, labels);
        const auto splits = splitsOf(*data, 0).value();
        QCOMPARE(splits.train.size() + splits.reference.size() + splits.test.size(), std::size_t{30});
        QVERIFY(splits.train.front() >= 10);
    }

    void fileSaysSo_data() {
        QTest::addColumn<int>("kind");
        QTest::newRow("numbers") << 0;
        QTest::newRow("unicode") << 1;
        QTest::newRow("bytes") << 2;
        QTest::newRow("CSV texts") << 3;
    }
    void fileSaysSo() {
        QFETCH(int, kind);
        const ScratchFolder scratch;
        const std::vector<std::string> words{"train", "test", "reference", "Train", "val"};
        const std::vector<std::int64_t> numbers{0, 2, 1, 0, 1}, labels{0, 1, 0, 1, 1};
        const std::vector<double> values(10);
        std::string source = scratch.path("x.npy").string();
        if (kind == 0) {
            source = scratch.path("set.npz").string();
            const std::vector<NpzEntry> entries{{"x", "<f8", {5, 2}, values.data()},
                                                {"y", "<i8", {5}, labels.data()},
                                                {"split", "<i8", {5}, numbers.data()}};
            QVERIFY(writeNpz(source, entries).isOk());
        } else if (kind == 3) {
            source = scratch.write("set.csv",
                                   "a,b,label,split\n1,2,0,train\n1,2,1,test\n1,2,0,reference\n"
                                   "1,2,1,Train\n1,2,1,val\n");
        } else {
            QVERIFY(writeNpy(source, {"", "<f8", {5, 2}, values.data()}).isOk());
            QVERIFY(writeNpy(scratch.path("y.npy"), {"", "<i8", {5}, labels.data()}).isOk());
            scratch.write("split.npy", textArray(words, kind == 1));
        }
        const auto data = openDataset(source);
        QVERIFY2(data.isOk(), data.isError() ? data.error().message.c_str() : "");
        QCOMPARE(data.value()->sampleShape(), (Shape{2}));
        const auto splits = splitsOf(*data.value(), 7).value();
        QVERIFY(splits.isGiven);
        QCOMPARE(splits.train, (std::vector<std::int64_t>{0, 3}));
        QCOMPARE(splits.reference, (std::vector<std::int64_t>{2, 4}));
        QCOMPARE(splits.test, (std::vector<std::int64_t>{1}));
    }

    void refusedSplits() {
        const ScratchFolder scratch;
        const auto path = scratch.path("x.npy");
        const std::vector<double> values(10);
        QVERIFY(writeNpy(path, {"", "<f8", {5, 2}, values.data()}).isOk());
        const auto sentence = [&](const std::vector<std::string>& words) {
            scratch.write("split.npy", textArray(words, true));
            return refusal(path.string(), "split.npy");
        };
        QVERIFY(contains(sentence({"train", "test"}), "2 values for 5 samples"));
        QVERIFY(contains(sentence({"train", "test", "holdout", "train", "val"}), "'holdout' of sample 2"));
        QVERIFY(contains(sentence({"train", "", "val", "val", "val"}), "'' of sample 1"));
        const std::vector<double> odd{0, 1, 3, 0, 0};
        QVERIFY(writeNpy(scratch.path("split.npy"), {"", "<f8", {5}, odd.data()}).isOk());
        QVERIFY(contains(refusal(path.string(), "split.npy"), "'3' of sample 2"));
        const auto csv = scratch.write("odd.csv", "a,label,split\n1,0,train\n2,1,7\n");
        QVERIFY(contains(refusal(csv, "odd.csv"), "'7' of sample 1"));
    }

    void refusedShares() {
        const ScratchFolder scratch;
        const auto data = labelled(scratch, {0, 0, 0, 0, 0, 1, 1, 1, 1, 1});
        QVERIFY(contains(splitsOf(*data, 0, 0, 0.2).error().message, "reference share is 0"));
        QVERIFY(contains(splitsOf(*data, 0, 0.5, 0.5).error().message, "less than 1"));
        QVERIFY(
            contains(splitsOf(*labelled(scratch, {0, 1}), 0).error().message, "without a labelled sample"));
        QVERIFY(contains(splitsOf(*labelled(scratch, {-1, -1}), 0).error().message, "no labels"));
    }
};

QTEST_GUILESS_MAIN(SplitsTest)
#include "splits_test.moc"
