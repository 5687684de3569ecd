// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/record.h"

#include <QtTest>

using namespace tessera;

class RecordTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void arrays() {
        const auto array = Array::of<float>("curve", {2, 3}, {1, 2, 3, 4, 5, 6});
        QCOMPARE(array.name(), std::string("curve"));
        QCOMPARE(array.dtype(), std::string("<f4"));
        QCOMPARE(array.count(), std::int64_t{6});
        QCOMPARE(array.bytes(), std::int64_t{24});
        QVERIFY(array.holds<float>() && !array.holds<double>());
        QCOMPARE(array.values<float>()[5], 6.0F);
        const Array copy = array;  // shares the numbers
        QCOMPARE(copy.data(), array.data());
        QCOMPARE(Array::of<unsigned char>("b", {3}, {1, 2, 3}).bytes(), std::int64_t{3});
        QCOMPARE(Array::of<std::int32_t>("i", {0, 5}, {}).count(), std::int64_t{0});
        QCOMPARE(Array::of<std::int64_t>("i", {1}, {1}).dtype(), std::string("<i8"));
        QCOMPARE(Array::of<std::uint64_t>("i", {1}, {1}).dtype(), std::string("<u8"));
        QCOMPARE(Array::of<double>("d", {1}, {1}).dtype(), std::string("<f8"));
        QCOMPARE(Array().count(), std::int64_t{0});
        QCOMPARE(Array().bytes(), std::int64_t{0});
    }

    // A view keeps what it looks at alive, and no longer.
    void viewKeepsItsOwner() {
        auto owner = std::make_shared<std::vector<double>>(std::vector<double>{1, 2, 3});
        const std::weak_ptr<std::vector<double>> watch = owner;
        {
            const auto array = Array::view<double>("v", {2}, std::span(*owner).subspan(1), owner);
            owner.reset();
            QVERIFY(!watch.expired());
            QCOMPARE(array.values<double>()[1], 3.0);
        }
        QVERIFY(watch.expired());
    }

    void lookUp() {
        ResultRecord record;
        record.summary = {{"a", "", "", 1, ""}, {"b", "", "", 2, ""}};
        record.tables = {{"t", "", {{"x", "", "", "", std::vector<double>{1, 2}}}}};
        record.arrays = {Array::of<float>("c", {1}, {1})};
        QCOMPARE(record.metric("b")->value, 2.0);
        QCOMPARE(record.table("t")->column("x")->size(), std::size_t{2});
        QCOMPARE(record.array("c")->count(), std::int64_t{1});
        QVERIFY(!record.metric("c") && !record.table("x") && !record.array("t"));
        QVERIFY(!record.tables[0].column("y"));
        QCOMPARE(record.tables[0].rows(), std::size_t{2});
        QCOMPARE(Table{}.rows(), std::size_t{0});
    }

    void bytes() {
        ResultRecord record;
        QCOMPARE(record.bytes(), std::int64_t{0});
        record.tables = {{"t",
                          "",
                          {{"x", "", "", "", std::vector<double>{1, 2}},
                           {"n", "", "", "", std::vector<std::int64_t>{1, 2}}}}};
        record.arrays = {Array::of<float>("c", {3}, {1, 2, 3})};
        QCOMPARE(record.bytes(), std::int64_t{2 * 8 + 2 * 8 + 3 * 4});
        record.tables[0].columns.push_back({"s", "", "", "", std::vector<std::string>{"abc", ""}});
        QCOMPARE(record.bytes(), static_cast<std::int64_t>(44 + 2 * sizeof(std::string) + 3));
    }
};

QTEST_GUILESS_MAIN(RecordTest)
#include "record_test.moc"
