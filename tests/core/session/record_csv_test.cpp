// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/record_csv.h"

#include <QtTest>
#include <clocale>
#include <limits>

#include "core/data/npz.h"
#include "tests/core/data/scratch_folder.h"

using namespace tessera;
using namespace tessera::test;

namespace {

Table example() {
    return {"samples",
            "Samples",
            {{"sample", "", "", "", std::vector<std::int64_t>{7, -1}},
             {"d,x", "", "", "", std::vector<double>{0.1, std::numeric_limits<double>::quiet_NaN()}},
             {"name", "", "", "", std::vector<std::string>{"a \"b\"\n", "ü"}}},
            "sample"};
}

std::string contentOf(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

class RecordCsvTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void text() {
        const std::string expected = "sample,\"d,x\",name\r\n7,0.1,\"a \"\"b\"\"\n\"\r\n-1,,\xc3\xbc\r\n";
        QCOMPARE(csvText(example()), expected);
    }

    void localeDoesNotMatter() {
        const std::string plain = csvText(example());
        const std::string before = std::setlocale(LC_ALL, nullptr);
        bool wasSet = false;
        for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE"})
            wasSet = wasSet || std::setlocale(LC_ALL, name) != nullptr;
        const std::string german = csvText(example());
        std::setlocale(LC_ALL, before.c_str());
        if (!wasSet) QSKIP("no locale with a decimal comma is installed");
        QCOMPARE(german, plain);
    }

    void oneEmptyFieldIsStillARow() {
        const Table table{"t", "", {{"x", "", "", "", std::vector<std::string>{"", "a"}}}};
        QCOMPARE(csvText(table), std::string("x\r\n\"\"\r\na\r\n"));
        QCOMPARE(csvText(Table{"t", "", {}}), std::string("\r\n"));
    }

    void oneFilePerTable() {
        const ScratchFolder scratch;
        auto second = example();
        second.name = "other";
        const std::vector<Table> tables{example(), second};
        const auto written = writeCsvFolder(scratch.path("new/folder"), tables);
        QVERIFY(written.isOk());
        QCOMPARE(written.value().size(), std::size_t{2});
        QCOMPARE(contentOf(scratch.path("new/folder/other.csv")), csvText(second));
        // The data reader takes what was written.
        const auto data = openDataset(scratch.write(
            "numbers.csv", csvText({"t",
                                    "",
                                    {{"a", "", "", "", std::vector<double>{0.1, 2}},
                                     {"b", "", "", "", std::vector<double>{3, 4}},
                                     {"label", "", "", "", std::vector<std::int64_t>{0, 1}}}})));
        QVERIFY2(data.isOk(), data.isError() ? data.error().message.c_str() : "");
        QCOMPARE(readAll(*data.value()), (std::vector<float>{0.1F, 3, 2, 4}));
    }

    // A session may come from anyone: no name leads out of the folder, and none hides another.
    void namesStayInTheFolder() {
        const ScratchFolder scratch;
        std::vector<Table> tables(5, example());
        tables[0].name = "../../x", tables[1].name = "a/b", tables[2].name = "", tables[4].name = "samples";
        const auto folder = scratch.path("deep/down/here");
        const auto written = writeCsvFolder(folder, tables);
        QVERIFY2(written.isOk(), written.isError() ? written.error().message.c_str() : "");
        QCOMPARE(written.value(), (std::vector<std::filesystem::path>{
                                      folder / "table~0.csv", folder / "table~1.csv", folder / "table~2.csv",
                                      folder / "samples.csv", folder / "table~4.csv"}));
        for (const auto& file : written.value()) QCOMPARE(contentOf(file), csvText(example()));
        QVERIFY(!std::filesystem::exists(scratch.path("deep/x.csv")));
    }

    void unwritableIsOneSentence() {
        const ScratchFolder scratch;
        const auto file = scratch.write("file", "x");
        const std::vector<Table> tables{example()};
        const auto inFile = writeCsvFolder(file, tables);
        QVERIFY(inFile.isError());
        QVERIFY(contains(inFile.error().message, file));
        QVERIFY(writeCsv(scratch.path("no/such/folder.csv"), example()).isError());
        QCOMPARE(contentOf(file), std::string("x"));
    }

    void npz() {
        const ScratchFolder scratch;
        ResultRecord record;
        record.tables = {example()};
        record.arrays = {Array::of<float>("curve", {1, 2}, {1, 2}),
                         Array::of<unsigned char>("bytes", {3}, {1, 2, 255}),
                         Array::of<std::int32_t>("none", {0, 4}, {})};
        const auto written = writeRecordNpz(scratch.path("r.npz"), record);
        QVERIFY2(written.isOk(), written.isError() ? written.error().message.c_str() : "");
        const auto read = readNpz(scratch.path("r.npz"));
        QVERIFY(read.isOk());
        QCOMPARE(read.value().size(), std::size_t{5});  // text is left out
        QCOMPARE(read.value()[0].shape, (Shape{1, 2}));
        QCOMPARE(read.value()[1].values, (std::vector<double>{1, 2, 255}));
        QCOMPARE(read.value()[2].shape, (Shape{0, 4}));
        QCOMPARE(read.value()[3].name, std::string("samples.sample"));
        QCOMPARE(read.value()[3].values, (std::vector<double>{7, -1}));
        QVERIFY(std::isnan(read.value()[4].values[1]));
    }
};

QTEST_GUILESS_MAIN(RecordCsvTest)
#include "record_csv_test.moc"
