// SPDX-License-Identifier: GPL-3.0-or-later
#include <clocale>

#include <QtTest>

#include "tests/core/data/scratch_folder.h"

using namespace tessera;
using namespace tessera::test;

class CsvTest : public QObject {
    Q_OBJECT
    ScratchFolder scratch_;
    std::shared_ptr<const Dataset> open(const std::string& text, const DataOptions& options = {}) const {
        const auto data = openDataset(scratch_.write("t.csv", text), options);
        if (!data.isOk()) qWarning("%s", data.error().message.c_str());
        return data.isOk() ? data.value() : nullptr;
    }
    std::string refused(const std::string& text, const DataOptions& options = {}) const {
        return refusal(scratch_.write("t.csv", text), "t.csv", options);
    }

  private Q_SLOTS:
    void textClassesAreSorted() {
        const auto data = open("a,b,species\n1,2.5,virginica\n-3e2,+4,setosa\n0.125,1e-3,virginica\n");
        QVERIFY(data);
        QCOMPARE(data->size(), 3);
        QCOMPARE(data->sampleShape(), (Shape{2}));
        QCOMPARE(data->classNames(), (std::vector<std::string>{"setosa", "virginica"}));
        QCOMPARE(data->label(0), 1);
        QCOMPARE(data->label(1), 0);
        QCOMPARE(readAll(*data), (std::vector<float>{1, 2.5f, -300, 4, 0.125f, 1e-3f}));
        QVERIFY(!data->isImage());
    }

    void labelColumnByName() {
        const auto byName = open("Label,x,y\n2,0.5,1\n0,3,4\n");
        QVERIFY(byName);
        QCOMPARE(byName->label(0), 2);
        QCOMPARE(byName->classNames().size(), std::size_t{3});
        QCOMPARE(readAll(*byName), (std::vector<float>{0.5f, 1, 3, 4}));
        DataOptions options;
        options.labelColumn = "kind";
        const auto chosen = open("label,kind\n0.5,1\n1.5,0\n", options);
        QVERIFY(chosen);
        QCOMPARE(chosen->label(0), 1);
        QCOMPARE(readAll(*chosen), (std::vector<float>{0.5f, 1.5f}));
        options.labelColumn = "nowhere";
        QVERIFY(contains(refused("a,b\n1,2\n", options), "no column 'nowhere'"));
    }

    void withoutLabels() {
        const auto data = open("a,b\n1,2\n3,4\n");
        QVERIFY(data);
        QVERIFY(data->classNames().empty());
        QCOMPARE(data->label(1), -1);
        QCOMPARE(data->sampleShape(), (Shape{2}));
    }

    void quotesSeparatorsAndLineEnds() {
        const std::vector<float> expected{1, 2, 3, 4};
        const auto quoted = open(
            "\xef\xbb\xbf\"a\",\"b, c\",class\r\n\"1\",2,\"large, "
            "\"\"red\"\"\"\r\n\r\n3,\"4\",\"two\nlines\"\r\n");
        QVERIFY(quoted);
        QCOMPARE(readAll(*quoted), expected);
        QCOMPARE(quoted->classNames(), (std::vector<std::string>{"large, \"red\"", "two\nlines"}));
        for (const std::string text : {"a;b;class\n1;2;u\n3;4;v", "a\tb\tclass\n1\t2\tu\n3\t4\tv\n",
                                       "a, b, class\n1 , 2,u\n 3, 4 ,v\n"}) {
            const auto data = open(text);
            QVERIFY(data);
            QCOMPARE(readAll(*data), expected);
            QCOMPARE(data->classNames(), (std::vector<std::string>{"u", "v"}));
        }
    }

    // A point is a point, whatever the locale says.
    void otherLocale() {
        const std::string before = std::setlocale(LC_ALL, nullptr);
        for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"}) {
            std::setlocale(LC_ALL, name);  // absent ones are skipped by the system
            const auto data = open("a,label\n1.5,0\n");
            std::setlocale(LC_ALL, before.c_str());
            QVERIFY(data);
            QCOMPARE(readAll(*data), std::vector<float>{1.5f});
        }
    }

    void missingLabelsAreUnlabelled() {
        const auto data = open("a,label\n1,\n2,3\n");
        QVERIFY(data);
        QCOMPARE(data->label(0), -1);
        QCOMPARE(data->label(1), 3);
    }

    void reshaped() {
        DataOptions options;
        options.sampleShape = {1, 2, 2};
        const auto data = open("a,b,c,d,label\n1,2,3,4,0\n", options);
        QVERIFY(data);
        QCOMPARE(data->sampleShape(), (Shape{1, 2, 2}));
        options.sampleShape = {1, 3, 3};
        QVERIFY(contains(refused("a,b,c,d,label\n1,2,3,4,0\n", options), "1 x 3 x 3"));
    }

    void refusedInWords() {
        QVERIFY(contains(refused("a,b,label\n1,2,0\n1,0\n"), "line 3, has 2 fields"));
        QVERIFY(contains(refused("a,b,label\n1,2,0\n1,x7,0\n"), "line 3, column 'b', holds 'x7'"));
        QVERIFY(contains(refused("a,b,label\n1,,0\n"), "holds nothing"));
        QVERIFY(contains(refused("a,b,label\n\"2\n3\",2,0\n"), "line 2"));
        QVERIFY(contains(refused("a;b;label\n1,5;2;0\n"), "'1,5'"));
        QVERIFY(contains(refused("a,b,label\n1,nan,0\n"), "'nan'"));
        QVERIFY(contains(refused("a,b,label\n1,1e999,0\n"), "1e999"));
        QVERIFY(contains(refused("1,2,0\n3,4,1\n"), "no header"));
        QVERIFY(contains(refused("a,b,label\n"), "no samples"));
        QVERIFY(contains(refused("label\n1\n"), "only the label"));
        QVERIFY(contains(refused("split\n0\n"), "only the split column"));
        QVERIFY(contains(refused("a,label\n1,0.5\n"), "fractions"));
        QVERIFY(contains(refused("a,label\n1,-2\n"), "label of sample 0 is -2"));
        QVERIFY(contains(refused("a,label\n1,99999999\n"), "label of sample 0"));
        QVERIFY(contains(refused("a,label\n1,\"open\n"), "quot"));
        QVERIFY(contains(refused("a,label\n1,\"x\"y\n"), "quot"));
    }

    void lineNumbersCountQuotedBreaks() {
        QVERIFY(contains(refused("a,class\n1,\"u\nv\"\n\nx,w\n"), "line 5"));
    }
};

QTEST_GUILESS_MAIN(CsvTest)
#include "csv_test.moc"
