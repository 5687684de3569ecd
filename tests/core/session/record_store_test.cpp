// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/record_store.h"

#include <QtTest>
#include <fstream>

#include "core/data/npz.h"
#include "tests/core/data/scratch_folder.h"
#include "tests/core/session/session_generators.h"
#include "tests/core/session/stored_helpers.h"

using namespace tessera;
using namespace tessera::test;

namespace {

std::shared_ptr<const StoredRecord> stored(const std::string& bytes) {
    return std::make_shared<const StoredRecord>(
        std::make_shared<const MemoryStore>(std::vector<unsigned char>(bytes.begin(), bytes.end()), "bytes"),
        0, "Result r1");
}

bool isSentence(const Error& error) {
    return error.message.ends_with('.') && error.message.find('\n') == std::string::npos &&
           error.message.size() < 400;
}

}  // namespace

class RecordStoreTest : public QObject {
    Q_OBJECT
    ScratchFolder scratch_;
    NoProgress progress_;

  private Q_SLOTS:
    void everyPartReturns() {
        const auto record = exampleRecord();
        const auto written = writeRecordFile(scratch_.path("one.npz"), record, {}, progress_);
        QVERIFY(written.isOk());
        const auto read = written.value()->load({}, progress_);
        QVERIFY(read.isOk());
        QVERIFY(sameRecord(*read.value(), record));
    }

    void headHasNoBulk() {
        const auto record = exampleRecord(100);
        const auto written = writeRecordFile(scratch_.path("head.npz"), record, {}, progress_);
        const auto head = written.value()->head();
        QVERIFY(head.isOk());
        QCOMPARE(head.value().tables.size(), record.tables.size());
        QCOMPARE(head.value().tables[0].columns[1].unit, record.tables[0].columns[1].unit);
        QCOMPARE(head.value().bytes(), 0);
        QCOMPARE(head.value().arrays[2].dtype(), std::string("<u8"));
        QVERIFY(sameSummary(head.value().summary, record.summary));
    }

    // Others than Tessera read it: the project's own npz reader goes through minizip.
    void isAnNpz() {
        auto record = exampleRecord();
        record.tables.clear();
        record.arrays = {Array::of<double>("values", {2, 2}, {1, 2, 3, 4.5}),
                         Array::of<std::int32_t>("n", {1}, {7})};
        const auto path = scratch_.path("arrays.npz");
        QVERIFY(writeRecordFile(path, record, {}, progress_).isOk());
        const auto arrays = readNpz(path);
        QVERIFY2(arrays.isOk(), arrays.isError() ? arrays.error().message.c_str() : "");
        QCOMPARE(arrays.value().size(), std::size_t{2});
        QCOMPARE(arrays.value()[0].name, std::string("values"));
        QCOMPARE(arrays.value()[0].values, (std::vector<double>{1, 2, 3, 4.5}));
    }

    void anyRecordReturns() {
        QVERIFY(rc::check("what is written is read", [this] {
            const auto record = anyRecord();
            const auto path = scratch_.path("any.npz");
            const auto written = writeRecordFile(path, record, {}, progress_);
            RC_ASSERT(written.isOk());
            const auto read = written.value()->load({}, progress_);
            RC_ASSERT(read.isOk());
            RC_ASSERT(sameRecord(*read.value(), record));
            RC_ASSERT(written.value()->head().isOk());
        }));
    }

    void equalRecordsGiveEqualBytes() {
        QVERIFY(writeRecordFile(scratch_.path("a.npz"), exampleRecord(), {}, progress_).isOk());
        QVERIFY(writeRecordFile(scratch_.path("b.npz"), exampleRecord(), {}, progress_).isOk());
        QCOMPARE(bytesOf(scratch_.path("a.npz")), bytesOf(scratch_.path("b.npz")));
    }

    void cutAnywhereIsAnError() {
        QVERIFY(writeRecordFile(scratch_.path("cut.npz"), exampleRecord(), {}, progress_).isOk());
        const auto whole = bytesOf(scratch_.path("cut.npz"));
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const auto read = stored(whole.substr(0, length))->load({}, progress_);
            QVERIFY2(read.isError() && isSentence(read.error()), std::to_string(length).c_str());
        }
    }

    void anyChangedByteOfBulkIsSeen() {
        QVERIFY(writeRecordFile(scratch_.path("flip.npz"), exampleRecord(), {}, progress_).isOk());
        const auto whole = bytesOf(scratch_.path("flip.npz"));
        const auto original = stored(whole)->load({}, progress_);
        QVERIFY(original.isOk());
        std::size_t errors = 0;
        for (std::size_t at = 0; at < whole.size(); ++at) {
            auto changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ 0x10);
            const auto read = stored(changed)->load({}, progress_);
            errors += read.isError() ? 1 : 0;
            // Bytes that say nothing (dates, padding) may change; numbers may not.
            if (read.isError())
                QVERIFY2(isSentence(read.error()), read.error().message.c_str());
            else
                QVERIFY2(sameRecord(*read.value(), *original.value()), std::to_string(at).c_str());
        }
        QVERIFY(errors > whole.size() / 3);
    }

    void stopLeavesNoFile() {
        auto record = exampleRecord();
        record.arrays.push_back(Array::of<double>("large", {8 << 20}, std::vector<double>(8 << 20, 1.5)));
        std::stop_source source;
        StopAfter progress(source);
        const auto path = scratch_.path("stop/large.npz");
        std::filesystem::create_directories(path.parent_path());
        QVERIFY(writeRecordFile(path, record, source.get_token(), progress).isCancelled());
        QVERIFY(std::filesystem::is_empty(path.parent_path()));
    }

    void stopEndsReading() {
        auto record = exampleRecord();
        record.arrays.push_back(Array::of<double>("large", {8 << 20}, std::vector<double>(8 << 20, 1.5)));
        const auto written = writeRecordFile(scratch_.path("read.npz"), record, {}, progress_);
        std::stop_source source;
        StopAfter progress(source);
        QVERIFY(written.value()->load(source.get_token(), progress).isCancelled());
    }

    void staysReadableWhenReplaced() {
        const auto path = scratch_.path("replaced.npz");
        const auto record = exampleRecord(50);
        const auto first = writeRecordFile(path, record, {}, progress_);
        QVERIFY(writeRecordFile(path, exampleRecord(1), {}, progress_).isOk());
        const auto read = first.value()->load({}, progress_);
        QVERIFY(read.isOk() && sameRecord(*read.value(), record));
    }
};

QTEST_GUILESS_MAIN(RecordStoreTest)
#include "record_store_test.moc"
