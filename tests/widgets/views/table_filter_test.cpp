// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/table_filter.h"

#include <QtTest>
#include <cmath>
#include <random>

#include "widgets/scenes/plot_tables.h"

using namespace tessera;

namespace {

const std::vector<double>& reals(const Table& table, const char* name) {
    return std::get<std::vector<double>>(table.column(name)->values);
}
const std::vector<std::int64_t>& whole(const Table& table, const char* name) {
    return std::get<std::vector<std::int64_t>>(table.column(name)->values);
}

}  // namespace

class TableFilterTest : public QObject {
    Q_OBJECT
    std::shared_ptr<const Table> table_ = plots::sampleTable(400);
    const QStringList names_{"zero", "one", "two", "cat"};

    // Against the same condition written in C++.
    template <typename Expected>
    void agrees(const char* text, Expected&& expected) {
        const auto filter = TableFilter::parse(text, table_, names_);
        QVERIFY2(filter.isOk(), text);
        int accepted = 0;
        for (std::size_t row = 0; row < table_->rows(); ++row) {
            QVERIFY2(filter.value().accepts(row) == expected(row), text);
            accepted += expected(row);
        }
        QVERIFY2(accepted > 0 && accepted < static_cast<int>(table_->rows()), text);
    }

  private Q_SLOTS:
    void comparisons() {
        const Table& t = *table_;
        const auto& margin = reals(t, "margin");
        const auto& entropy = reals(t, "entropy");
        const auto& label = whole(t, "label");
        const auto& predicted = whole(t, "predicted");
        const auto& split = std::get<std::vector<std::string>>(t.column("split")->values);
        agrees("margin < 0.5", [&](auto r) { return margin[r] < 0.5; });
        agrees("0.5 > margin", [&](auto r) { return margin[r] < 0.5; });
        agrees("MARGIN >= -2e-1", [&](auto r) { return margin[r] >= -0.2; });
        agrees("label != predicted", [&](auto r) { return label[r] != predicted[r]; });
        agrees("label = 2", [&](auto r) { return label[r] == 2; });
        agrees("label = cat", [&](auto r) { return label[r] == 3; });
        agrees("\"Boundary distance\" > 3", [&](auto r) { return reals(t, "distance")[r] > 3; });
        agrees("split = test", [&](auto r) { return split[r] == "test"; });
        agrees("split ~ ES", [&](auto r) { return split[r] == "test"; });
        agrees("margin < 0.5 and entropy > 0.9 or label = 1",
               [&](auto r) { return (margin[r] < 0.5 && entropy[r] > 0.9) || label[r] == 1; });
        agrees("margin < 0.5 && (entropy > 0.9 || label = 1)",
               [&](auto r) { return margin[r] < 0.5 && (entropy[r] > 0.9 || label[r] == 1); });
        agrees("not (margin<.5)", [&](auto r) { return !(margin[r] < 0.5); });
        agrees("not margin < .5 and label=1", [&](auto r) { return !(margin[r] < 0.5) && label[r] == 1; });
    }
    // Only what stands inside brackets is deep.
    void longFiltersAreNotDeep() {
        const auto& label = whole(*table_, "label");
        const auto& margin = reals(*table_, "margin");
        for (const int count : {201, 1000}) {
            QStringList or_, and_, bracketed;
            for (int i = 0; i < count; ++i) {
                or_ << QString("label = %1").arg(i % 3);
                and_ << QString("margin < %1").arg(1.5 + i);
                bracketed << QString("(not (label = %1))").arg(i % 2);
            }
            agrees(qPrintable(or_.join(" or ")), [&](auto r) { return label[r] < 3; });
            agrees(qPrintable(and_.join(" and ")), [&](auto r) { return margin[r] < 1.5; });
            agrees(qPrintable(bracketed.join(" and ")), [&](auto r) { return label[r] >= 2; });
        }
    }
    void words() {
        const auto& split = std::get<std::vector<std::string>>(table_->column("split")->values);
        agrees("tra", [&](auto r) { return split[r] == "train"; });
        const auto both = TableFilter::parse("train cat", table_, names_);
        QVERIFY(both.isOk());
        for (std::size_t row = 0; row < table_->rows(); ++row)
            if (both.value().accepts(row)) QVERIFY(split[row] == "train");
        QVERIFY(TableFilter::parse("  ", table_, names_).value().isEmpty());
    }
    void errorsAreSentences_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("column") << "marginn < 1"
                                << "no column \"marginn\"";
        QTest::newRow("class") << "label = dog"
                               << "\"dog\"";
        QTest::newRow("end") << "margin <"
                             << "the end";
        QTest::newRow("bracket") << "(margin < 1"
                                 << "closing bracket";
        QTest::newRow("two") << "margin < 1 label = 2"
                             << "and, or";
        QTest::newRow("quote") << "split = \"te"
                               << "not understood";
        QTest::newRow("deep") << QString(5000, '(') + "margin < 1"
                              << "too many brackets";
    }
    void errorsAreSentences() {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const auto filter = TableFilter::parse(text, table_, names_);
        QVERIFY(filter.isError());
        QVERIFY2(QString::fromStdString(filter.error().message).contains(says),
                 filter.error().message.c_str());
    }
    void anyTextIsAnsweredWithoutACrash() {
        std::mt19937 random(5);
        const QString pieces[] = {"margin", "<", ">", "=", "and",   "or", "not", "(", ")", "1",
                                  "\"",     "'", "~", "!", "split", " ",  "-3e", "&", "|", "\u00e4"};
        for (int i = 0; i < 3000; ++i) {
            QString text;
            for (unsigned n = random() % 9; n > 0; --n) text += pieces[random() % std::size(pieces)];
            const auto filter = TableFilter::parse(text, table_, names_);
            if (filter.isOk()) (void)filter.value().accepts(7);
            if (filter.isError()) QVERIFY(!filter.error().message.empty());
        }
    }
    void missingValuesAreNeitherLessNorMore() {
        auto table = std::make_shared<const Table>(
            Table{"t", "T", {{"v", "V", "", "", std::vector<double>{1, NAN, 3}}}});
        for (const char* text : {"v < 2", "v >= 2", "v = 1", "v != 1"})
            QVERIFY2(!TableFilter::parse(text, table, {}).value().accepts(1), text);
    }
    void orderIsStableAndMissingComesLast() {
        const Table table{"t",
                          "T",
                          {{"v", "V", "", "", std::vector<double>{3, NAN, 1, 3, NAN, 2}},
                           {"n", "N", "", "", std::vector<std::string>{"b", "", "a", "c", "b", "a"}}}};
        const std::vector<std::uint32_t> up{2, 5, 0, 3, 1, 4}, down{0, 3, 5, 2, 1, 4},
            names{2, 5, 0, 4, 3, 1}, all{0, 1, 2, 3, 4, 5};
        QCOMPARE(tableOrder(table, {}, 0, false), up);
        QCOMPARE(tableOrder(table, {}, 0, true), down);
        QCOMPARE(tableOrder(table, {}, 1, false), names);
        QCOMPARE(tableOrder(table, {}, -1, false), all);
    }
};

QTEST_GUILESS_MAIN(TableFilterTest)
#include "table_filter_test.moc"
