// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/result_cache.h"

#include <QtTest>
#include <set>

#include "tests/core/data/scratch_folder.h"
#include "tests/core/session/example_record.h"

using namespace tessera;
using namespace tessera::test;

namespace {

ResultRequest exampleRequest() {
    ResultRequest request;
    request.probe = "path-regions";
    request.parameters = {{"steps", std::int64_t{4}}, {"closed", true}, {"threads", std::int64_t{2}}};
    request.modelSha256 = "aa";
    request.dataSha256 = {"bb", "cc"};
    request.normalisation = {{0.5}, {2}};
    request.samples = {1, 2, 3};
    request.seed = 7;
    return request;
}

std::shared_ptr<const ResultRecord> recordOf(std::int64_t doubles) {
    ResultRecord record;
    record.probe = "p";
    record.arrays = {
        Array::of<double>("x", {doubles}, std::vector<double>(static_cast<std::size_t>(doubles), 2.5))};
    return std::make_shared<const ResultRecord>(std::move(record));
}

}  // namespace

class ResultCacheTest : public QObject {
    Q_OBJECT
    ScratchFolder scratch_;
    NoProgress progress_;

    std::shared_ptr<const StoredRecord> onDisk(const std::string& name, const ResultRecord& record) {
        return writeRecordFile(scratch_.path(name), record, {}, progress_).value();
    }

  private Q_SLOTS:
    void everyInputChangesTheKey() {
        std::vector<ResultRequest> requests(13, exampleRequest());
        requests[1].probe = "local-geometry";
        requests[2].parameters["steps"] = std::int64_t{5};
        requests[3].parameters["steps"] = 4.0;
        requests[4].modelSha256 = "ab";
        requests[5].dataSha256 = {"bbcc"};
        requests[6].normalisation.mean = {0.25};
        requests[7].normalisation = {{}, {0.5, 2}};
        requests[8].samples = {1, 3, 2};
        requests[9].seed = 8;
        requests[10].dtype = "float32";
        requests[11].device = "cuda";
        const SlicePlane plane{
            {2}, Eigen::Vector2d(0, 0), Eigen::Vector2d(1, 0), Eigen::Vector2d(0, 1), squarePolygon()};
        requests[12].plane = &plane;
        std::set<std::string> keys;
        for (const auto& request : requests) keys.insert(requestKey(request));
        QCOMPARE(keys.size(), requests.size());
        auto threads = exampleRequest();
        threads.parameters["threads"] = std::int64_t{16};
        QCOMPARE(requestKey(threads), requestKey(exampleRequest()));
    }

    void equalRequestsAreServed() {
        ResultCache cache;
        const auto record = recordOf(10);
        cache.add({"r1", record, nullptr}, "key");
        cache.add({"r2", recordOf(10), nullptr}, "");
        QCOMPARE(cache.find("key"), std::string("r1"));
        QVERIFY(cache.find("other").empty());
        QVERIFY(cache.find("").empty());
        QCOMPARE(cache.record("r1", {}, progress_).value(), record);
        cache.remove("r1");
        QVERIFY(cache.find("key").empty());
        QVERIFY(cache.record("r1", {}, progress_).isError());
    }

    void bulkOnDiskIsLetGoOldestFirst() {
        ResultCache cache(20'000);
        for (const char* id : {"r1", "r2", "r3"}) cache.add({id, recordOf(1000), nullptr}, id);
        QCOMPARE(cache.bytesHeld(), 24'000);  // nothing on disk: nothing can go
        QVERIFY(cache.record("r1", {}, progress_).isOk());
        cache.setStored("r1", onDisk("1.npz", *recordOf(1000)));
        QVERIFY(!cache.isLoaded("r1"));  // the only one that may
        QCOMPARE(cache.bytesHeld(), 16'000);
        cache.setStored("r2", onDisk("2.npz", *recordOf(1000)));
        cache.setStored("r3", onDisk("3.npz", *recordOf(1000)));
        const auto back = cache.record("r1", {}, progress_);
        QVERIFY(back.isOk());
        QCOMPARE(back.value()->arrays[0].values<double>()[999], 2.5);
        QVERIFY(!cache.isLoaded("r2"));
        QVERIFY(cache.isLoaded("r1") && cache.isLoaded("r3"));
        cache.setMemoryBudget(0);
        QCOMPARE(cache.bytesHeld(), 0);
        QVERIFY(cache.isLoaded("r1"));  // held by `back`, and served from there
        QCOMPARE(cache.record("r1", {}, progress_).value(), back.value());
    }

    void openedSessionsLoadOnRequest() {
        ResultCache cache;
        cache.add({"r1", nullptr, onDisk("4.npz", *recordOf(5))}, "key");
        QVERIFY(!cache.isLoaded("r1"));
        QCOMPARE(cache.bytesHeld(), 0);
        QCOMPARE(cache.find("key"), std::string("r1"));
        QVERIFY(cache.record("r1", {}, progress_).isOk());
        QCOMPARE(cache.bytesHeld(), 40);
        cache.add({"r2", nullptr, nullptr}, "");
        QVERIFY(contains(cache.record("r2", {}, progress_).error().message, "without its numbers"));
        const auto numbers = cache.numbers();
        QCOMPARE(numbers.size(), std::size_t{2});
        QVERIFY(numbers[0].stored != nullptr);
        cache.clear();
        QVERIFY(cache.numbers().empty());
    }
};

QTEST_GUILESS_MAIN(ResultCacheTest)
#include "result_cache_test.moc"
