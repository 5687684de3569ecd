// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/record_json.h"

#include <rapidcheck.h>

#include <QtTest>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

using namespace tessera;
using Json = nlohmann::ordered_json;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

ResultRecord example() {
    ResultRecord record;
    record.probe = "local-geometry";
    record.parameters = {{"steps", std::int64_t{16}},
                         {"tolerance", 3.0},
                         {"exact", true},
                         {"targets", std::string("nearest")}};
    record.summary = {{"sigma", "Sigma", "logits", 0.1, "A number."}, {"none", "None", "", kNan, "Missing."}};
    record.tables = {{"samples",
                      "Samples",
                      {{"sample", "Sample", "", "Index.", std::vector<std::int64_t>{7, -1}},
                       {"d", "Distance", "input units", "Real.", std::vector<double>{kNan, -kInfinity}},
                       {"name", "Name", "", "Text.", std::vector<std::string>{"", "a \"b\""}}},
                      "sample"}};
    record.arrays = {Array::of<float>("curve", {1, 2}, {1, 2})};
    record.notes = {"One note."};
    record.provenance.version = "1.2.3";
    record.provenance.dtype = "float64";
    record.provenance.seed = std::numeric_limits<std::uint64_t>::max();
    record.provenance.complete = false;
    record.provenance.note = "cancelled";
    record.provenance.files = {{"a.pt", "00ff"}};
    return record;
}

// Bits, so that NaN equals NaN and -0 is not 0.
bool sameBits(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (std::isnan(a[i]) ? !std::isnan(b[i]) : std::memcmp(&a[i], &b[i], sizeof(double)) != 0)
            return false;
    return true;
}

}  // namespace

class RecordJsonTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void keysAndValues() {
        const auto json = recordJson(example());
        QCOMPARE(json.at("probe").get<std::string>(), std::string("local-geometry"));
        QCOMPARE(json.at("complete").get<bool>(), false);
        QVERIFY(json.at("summary").at(1).at("value").is_null());
        const auto& table = json.at("tables").at(0);
        QCOMPARE(table.at("sample_column").get<std::string>(), std::string("sample"));
        QCOMPARE(table.at("rows").get<int>(), 2);
        const auto& distance = table.at("columns").at(1);
        QCOMPARE(distance.at("type").get<std::string>(), std::string("real"));
        QVERIFY(distance.at("values").at(0).is_null());
        QCOMPARE(distance.at("values").at(1).get<std::string>(), std::string("-Infinity"));
        QCOMPARE(json.at("arrays").at(0).dump(),
                 std::string(R"({"name":"curve","dtype":"<f4","shape":[1,2]})"));
        QCOMPARE(json.at("provenance").at("files").at(0).dump(),
                 std::string(R"({"path":"a.pt","sha256":"00ff"})"));
    }

    void backFromText() {
        const auto record = example();
        const auto back = recordFromJson(Json::parse(recordJson(record).dump()), "x.json");
        QVERIFY2(back.isOk(), back.isError() ? back.error().message.c_str() : "");
        const auto& read = back.value();
        QVERIFY(read.parameters == record.parameters);
        QCOMPARE(read.summary[0].value, 0.1);
        QCOMPARE(read.summary[1].sentence, std::string("Missing."));
        QVERIFY(std::isnan(read.summary[1].value));
        const auto& table = read.tables.at(0);
        QCOMPARE(table.sampleColumn, std::string("sample"));
        QCOMPARE(table.columns[1].unit, std::string("input units"));
        QVERIFY(table.columns[0].values == record.tables[0].columns[0].values);
        QVERIFY(table.columns[2].values == record.tables[0].columns[2].values);
        QVERIFY(sameBits(std::get<std::vector<double>>(table.columns[1].values), {kNan, -kInfinity}));
        QCOMPARE(read.notes, record.notes);
        QCOMPARE(read.provenance.seed, record.provenance.seed);
        QCOMPARE(read.provenance.complete, false);
        QCOMPARE(read.provenance.files[0].sha256, std::string("00ff"));
        QCOMPARE(recordJson(read).at("summary"), recordJson(record).at("summary"));
    }

    void describedOnly() {
        const auto json = recordJson(example(), {.columnValues = false});
        QVERIFY(!json.at("tables").at(0).at("columns").at(0).contains("values"));
        const auto back = recordFromJson(json, "x.json");
        QVERIFY(back.isOk());
        QCOMPARE(back.value().tables[0].columns.size(), std::size_t{3});
        QCOMPARE(back.value().tables[0].rows(), std::size_t{0});
        QVERIFY(std::holds_alternative<std::vector<std::string>>(back.value().tables[0].columns[2].values));
    }

    void everyNumberComesBack() {
        const bool holds = rc::check([](const std::vector<double>& real,
                                        const std::vector<std::int64_t>& whole, double parameter) {
            ResultRecord record;
            if (std::isfinite(parameter)) record.parameters["p"] = parameter;
            record.tables = {{"r", "", {{"x", "", "", "", real}}}, {"w", "", {{"x", "", "", "", whole}}}};
            const auto back = recordFromJson(Json::parse(recordJson(record).dump()), "x");
            RC_ASSERT(back.isOk());
            RC_ASSERT(back.value().parameters == record.parameters);
            RC_ASSERT(
                sameBits(std::get<std::vector<double>>(back.value().tables[0].columns[0].values), real));
            RC_ASSERT(std::get<std::vector<std::int64_t>>(back.value().tables[1].columns[0].values) == whole);
        });
        QVERIFY(holds);
    }

    // A damaged file is one sentence that names it, whatever is missing or of the wrong type.
    void damage() {
        const auto whole = recordJson(example());
        for (const auto& item : whole.items()) {
            const auto& key = item.key();
            if (key == "complete" || key == "arrays") continue;
            auto cut = whole, changed = whole;
            cut.erase(key);
            changed[key] = 7;
            for (const auto& damaged : {cut, changed}) {
                const auto back = recordFromJson(damaged, "bad.tessera");
                QVERIFY2(back.isError(), key.c_str());
                QVERIFY(back.error().message.starts_with("bad.tessera "));
                QCOMPARE(back.error().message.find('\n'), std::string::npos);
            }
        }
        auto uneven = whole;
        uneven["tables"][0]["columns"][0]["values"] = {1, 2, 3};
        QVERIFY(recordFromJson(uneven, "x").isError());
        QVERIFY(recordFromJson(Json::parse("[]"), "x").isError());
        QVERIFY(parametersFromJson(Json::parse("[1]"), "x").isError());
        QVERIFY(provenanceFromJson(Json::parse("{}"), "x").isError());
    }
};

QTEST_GUILESS_MAIN(RecordJsonTest)
#include "record_json_test.moc"
