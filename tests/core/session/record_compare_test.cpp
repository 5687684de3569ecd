// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/record_compare.h"

#include <QtTest>

#include "tests/core/session/example_record.h"

using namespace tessera;
using namespace tessera::test;

class RecordCompareTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void equalIsEqual() {
        const auto difference = compareRecords(exampleRecord(), exampleRecord());
        QVERIFY(difference.isSame);
        QCOMPARE(difference.largest, 0.0);
        QVERIFY(difference.sentence().empty());
    }

    void timesAndProvenanceMayDiffer() {
        auto a = exampleRecord(), b = exampleRecord();
        a.summary.push_back({"seconds", "Time", "s", 1, ""});
        b.summary.push_back({"seconds", "Time", "s", 2, ""});
        b.provenance.threads = 8, b.provenance.seconds = 9, b.notes.clear();
        QVERIFY(compareRecords(a, b).isSame);
    }

    void theLargestDifferenceIsNamed() {
        auto a = exampleRecord(), b = exampleRecord();
        b.summary[0].value += 1e-3;
        std::get<std::vector<double>>(b.tables[0].columns[1].values)[1] += 0.5;
        b.arrays[0] = Array::of<float>("curve", {1, 2}, {1.5F, 0.25F});
        const auto difference = compareRecords(a, b);
        QVERIFY(!difference.isSame);
        QCOMPARE(difference.where, std::string("column samples.d"));
        QVERIFY(std::abs(difference.largest - 0.5) < 1e-12);
        QCOMPARE(difference.sentence(), std::string("differs by 0.5 in column samples.d"));
    }

    void smallestDifferenceCounts() {
        auto a = exampleRecord(), b = exampleRecord();
        b.summary[0].value = std::nextafter(a.summary[0].value, 1);
        QVERIFY(!compareRecords(a, b).isSame);
        QVERIFY(compareRecords(a, b).isRounding);
        b.summary[0].value += 1e-6;
        QVERIFY(!compareRecords(a, b).isRounding);
        b = exampleRecord();
        b.arrays[0] = Array::of<float>("curve", {1, 2}, {1.500001F, -0.0F});
        QVERIFY(!compareRecords(a, b).isSame && compareRecords(a, b).isRounding);
        b = exampleRecord();
        // Beyond 2^53 two whole numbers may be one real number.
        const auto most = std::numeric_limits<std::uint64_t>::max();
        b.arrays[2] = Array::of<std::uint64_t>("hash", {2}, {0, most - 1});
        QCOMPARE(compareRecords(a, b).where, std::string("array hash"));
        QVERIFY(!compareRecords(a, b).isRounding);
    }

    void missingPartsAreNamed() {
        const auto whole = exampleRecord();
        const auto where = [&](auto change) {
            auto less = exampleRecord();
            change(less);
            const auto there = compareRecords(whole, less), back = compareRecords(less, whole);
            return !there.isSame && !back.isSame && std::isinf(there.largest) ? there.where : "the same";
        };
        QCOMPARE(where([](auto& r) { r.summary.pop_back(); }), std::string("metric none"));
        QCOMPARE(where([](auto& r) { r.summary[1].value = 0; }), std::string("metric none"));
        QCOMPARE(where([](auto& r) { r.tables.pop_back(); }), std::string("table empty"));
        QCOMPARE(where([](auto& r) { r.tables[0].columns.pop_back(); }),
                 std::string("column samples.../name"));
        QCOMPARE(where([](auto& r) { r.arrays.pop_back(); }), std::string("array Größe"));
        QCOMPARE(where([](auto& r) {
                     r.arrays[0] = Array::of<float>("curve", {2, 1}, {1.5F, -0.0F});
                 }),
                 std::string("array curve"));
    }

    // Not what happens to stand last: it may stand on both sides.
    void whatOnlyTheSecondHasIsNamed() {
        const auto less = exampleRecord();
        auto more = less;
        more.tables.insert(more.tables.begin(), Table{"first", "", {}, ""});
        QCOMPARE(compareRecords(less, more).where, std::string("table first"));
        more = less;
        more.summary.insert(more.summary.begin(), {"extra", "", "", 1, ""});
        QCOMPARE(compareSummaries(less.summary, more.summary).where, std::string("metric extra"));
        more.summary[0].name = more.summary[1].name;  // twice the same: no name of its own
        QVERIFY(!compareSummaries(less.summary, more.summary).isSame);
    }
};

QTEST_GUILESS_MAIN(RecordCompareTest)
#include "record_compare_test.moc"
