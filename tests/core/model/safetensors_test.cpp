// SPDX-License-Identifier: GPL-3.0-or-later
// safetensors: what a writer wrote comes back, and no change to the header yields anything but an error or
// the same promise.
#include "core/model/safetensors.h"

#include <rapidcheck.h>
#include <QtTest>

#include <nlohmann/json.hpp>

using namespace tessera;

namespace {

struct Entry {
    std::string name;
    Shape shape;
    std::vector<float> values;
};

std::string pack(const std::string& header, const std::string& data) {
    std::string out;
    for (int i = 0; i < 8; ++i) out += static_cast<char>(header.size() >> (8 * i) & 0xff);
    return out + header + data;
}

std::string write(const std::vector<Entry>& entries) {
    nlohmann::json header = nlohmann::json::object();
    header["__metadata__"] = {{"format", "pt"}};
    std::string data;
    for (const Entry& entry : entries) {
        const std::size_t begin = data.size();
        data.append(reinterpret_cast<const char*>(entry.values.data()), entry.values.size() * sizeof(float));
        header[entry.name] = {
            {"dtype", "F32"}, {"shape", entry.shape}, {"data_offsets", {begin, data.size()}}};
    }
    return pack(header.dump(), data);
}

Result<StateFile> read(const std::string& bytes) {
    FileBytes file = FileBytes::ofMemory(std::as_bytes(std::span(bytes)));
    return readSafetensors(file);
}

std::vector<Entry> someEntries() {
    const auto count = *rc::gen::inRange(1, 5);
    std::vector<Entry> entries;
    for (int i = 0; i < count; ++i) {
        Entry entry{"layer" + std::to_string(i) + ".weight",
                    *rc::gen::container<Shape>(*rc::gen::inRange<std::size_t>(0, 4),
                                               rc::gen::inRange<std::int64_t>(0, 4)),
                    {}};
        for (std::int64_t k = 0; k < elementCount(entry.shape); ++k)
            entry.values.push_back(static_cast<float>(*rc::gen::inRange(-1000, 1000)) / 8);
        entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace

class SafetensorsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { qputenv("RC_PARAMS", "max_success=2000"); }  // read at the first check

    void returnsWhatWasWritten() {
        QVERIFY(rc::check("round trip", [] {
            const std::vector<Entry> entries = someEntries();
            const auto state = read(write(entries));
            RC_ASSERT(state.isOk());
            RC_ASSERT(state.value().tensors.size() == entries.size());
            for (const Entry& entry : entries) {
                const StateTensor* tensor = state.value().find(entry.name);
                RC_ASSERT(tensor != nullptr);
                RC_ASSERT(tensor->shape == entry.shape);
                RC_ASSERT(std::equal(entry.values.begin(), entry.values.end(), tensor->values.begin(),
                                     tensor->values.end()));
            }
        }));
    }

    void survivesMutations() {
        QVERIFY(rc::check("mutated header or data", [] {
            std::string bytes = write(someEntries());
            const std::size_t before = bytes.size();
            const int changes = *rc::gen::inRange(1, 6);
            for (int i = 0; i < changes && !bytes.empty(); ++i) {
                const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
                switch (*rc::gen::inRange(0, 4)) {
                    case 0:
                        bytes[at] = static_cast<char>(*rc::gen::inRange(0, 256));
                        break;
                    case 1:
                        bytes.erase(at, 1);
                        break;
                    case 2:
                        bytes.insert(at, 1, *rc::gen::element('0', '9', ',', '"', '[', ']', '{', '}', ':'));
                        break;
                    case 3:
                        bytes.resize(at);
                        break;
                }
            }
            const auto state = read(bytes);
            if (state.isError()) {
                RC_ASSERT(!state.error().message.empty());
                return;
            }
            std::size_t values = 0;
            for (const StateTensor& tensor : state.value().tensors) {
                RC_ASSERT(static_cast<std::int64_t>(tensor.values.size()) == elementCount(tensor.shape));
                values += tensor.values.size();
            }
            RC_ASSERT(values <= before + 8);
        }));
    }

    void refuses_data() {
        QTest::addColumn<QString>("header");
        QTest::addColumn<int>("dataSize");
        QTest::addColumn<QString>("finding");
        const auto row = [](const char* name, const char* header, int size, const char* finding) {
            QTest::newRow(name) << QString(header) << size << QString(finding);
        };
        row("overlap",
            R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
            12, "'b' overlaps");
        row("same range twice",
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
            4, "overlaps");
        row("gap",
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
            12, "gap of 4 bytes");
        row("backwards",
            R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})",
            4, "ends before");
        row("cut short", R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})", 12, "truncated");
        row("left over", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 7,
            "3 bytes that belong to no tensor");
        row("wrong size", R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8, "do not fit F32 3");
        row("absurd shape",
            R"({"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,8]}})",
            8, "do not fit");
        row("bytes overflow", R"({"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}})",
            0, "do not fit");
        row("2^64", R"({"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,8]}})", 8,
            "absurd shape");
        row("negative", R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "negative number");
        row("fraction", R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4, "fraction");
        row("float8", R"({"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}})", 4, "F8_E4M3");
        row("listed twice",
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
            2, "'a' is listed twice");
        row("field twice", R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 1,
            "a field twice");
        row("no dtype", R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1, "lacks its dtype");
        row("one offset", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", 1,
            "lacks its dtype, shape or data_offsets");
        row("three offsets", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}})", 1,
            "more than two");
        row("unknown field", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}})", 1,
            "unknown field");
        row("nested", R"({"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}})", 1, "a list stands");
        row("not an object", R"([1,2])", 0, "a list stands");
        row("a text", R"("x")", 0, "a text stands");
        row("broken JSON", R"({"a")", 0, "JSON breaks");
        row("no tensors", R"({"__metadata__":{"format":"pt"}})", 0, "no tensors");
    }
    void refuses() {
        QFETCH(QString, header);
        QFETCH(int, dataSize);
        QFETCH(QString, finding);
        const auto state =
            read(pack(header.toStdString(), std::string(static_cast<std::size_t>(dataSize), '\0')));
        QVERIFY(state.isError());
        QVERIFY2(QString::fromStdString(state.error().message).contains(finding),
                 state.error().message.c_str());
        QVERIFY2(state.error().message.find(';') != std::string::npos, state.error().message.c_str());
    }

    void boundsTheHeader() {
        std::string bytes = write({{"a", {1}, {1.f}}});
        bytes[3] = '\x10';  // 256 MiB
        QVERIFY(read(bytes).error().message.find("100 MB") != std::string::npos);
        bytes[3] = 0, bytes[1] = '\x10';
        QVERIFY(read(bytes).error().message.find("cut short") != std::string::npos);
        // Nesting a million deep needs no stack and no memory.
        QVERIFY(read(pack("{\"a\":" + std::string(1'000'000, '['), "")).isError());
    }

    void readsScalarsAndEmptyTensors() {
        const auto state = read(pack(
            R"({"none":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"one":{"dtype":"I8","shape":[],"data_offsets":[0,1]}})",
            "\xff"));
        QVERIFY2(state.isOk(), state.isError() ? state.error().message.c_str() : "");
        QCOMPARE(state.value().find("one")->values, std::vector<double>{-1});
        QVERIFY(state.value().find("none")->values.empty());
    }
};

QTEST_GUILESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
