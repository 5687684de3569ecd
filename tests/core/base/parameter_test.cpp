// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parameter.h"

#include <rapidcheck.h>

#include <QtTest>
#include <clocale>
#include <cmath>
#include <limits>

using namespace tessera;

namespace {

const Parameter kSwitch{"closed", "Closed", "Join the ends.", "", false};
const Parameter kCount{"steps", "Steps", "How many.", "samples", std::int64_t{16}, 1, 100};
const Parameter kReal{"radius", "Radius", "How far.", "input units", 0.5, 0, 2};
const Parameter kFree{"seed", "Seed", "Any number.", "", std::int64_t{0}};
const Parameter kChoice{"mode", "Mode", "Which.", "", std::string("near"), 0, 0, {"near", "far"}};
const Parameter kBudget{"budget", "Budget", "How many.", "", std::int64_t{10}, 1, 1e6};
const Parameter kText{"name", "Name", "Any text.", "", std::string()};

std::string refusal(const Parameter& parameter, const std::string& text) {
    const auto value = parseParameter(parameter, text);
    return value.isError() ? value.error().message : "accepted";
}

}  // namespace

class ParameterTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void text() {
        QCOMPARE(parameterText(true), std::string("true"));
        QCOMPARE(parameterText(std::int64_t{-7}), std::string("-7"));
        QCOMPARE(parameterText(0.1), std::string("0.1"));
        QCOMPARE(parameterText(3.0), std::string("3"));
        QCOMPARE(parameterText(1e-11), std::string("1e-11"));
        QCOMPARE(parameterText(std::string("near")), std::string("near"));
    }

    void parses_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("back");
        QTest::newRow("true") << 0 << "true"
                              << "true";
        QTest::newRow("off") << 0 << "off"
                             << "false";
        QTest::newRow("count") << 1 << "100"
                               << "100";
        QTest::newRow("real") << 2 << "1e-3"
                              << "0.001";
        QTest::newRow("whole for real") << 2 << "2"
                                        << "2";
        QTest::newRow("negative without range") << 3 << "-5"
                                                << "-5";
        QTest::newRow("choice") << 4 << "far"
                                << "far";
        QTest::newRow("empty text") << 5 << ""
                                    << "";
    }
    void parses() {
        QFETCH(int, which);
        QFETCH(QString, text);
        QFETCH(QString, back);
        const Parameter* all[] = {&kSwitch, &kCount, &kReal, &kFree, &kChoice, &kText, &kBudget};
        const auto value = parseParameter(*all[which], text.toStdString());
        QVERIFY2(value.isOk(), value.isError() ? value.error().message.c_str() : "");
        QCOMPARE(value.value().index(), all[which]->standard.index());
        QCOMPARE(parameterText(value.value()), back.toStdString());
    }

    void refusesInOneSentence_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("switch") << 0 << "maybe"
                                << "Setting closed is \"maybe\"; give true or false.";
        QTest::newRow("below") << 1 << "0"
                               << "Setting steps is 0; give a whole number from 1 to 100 samples.";
        QTest::newRow("above") << 1 << "101"
                               << "Setting steps is 101; give a whole number from 1 to 100 samples.";
        QTest::newRow("large range") << 6 << "0"
                                     << "Setting budget is 0; give a whole number from 1 to 1000000.";
        QTest::newRow("not whole") << 1 << "2.5"
                                   << "Setting steps is \"2.5\"; give a whole number from 1 to 100 samples.";
        QTest::newRow("blank") << 1 << " 3"
                               << "Setting steps is \" 3\"; give a whole number from 1 to 100 samples.";
        QTest::newRow("empty") << 1 << ""
                               << "Setting steps is \"\"; give a whole number from 1 to 100 samples.";
        QTest::newRow("too long") << 3 << "99999999999999999999"
                                  << "Setting seed is \"99999999999999999999\"; give a whole number.";
        QTest::newRow("comma") << 2 << "0,5"
                               << "Setting radius is \"0,5\"; give a number from 0 to 2 input units.";
        QTest::newRow("nan") << 2 << "nan"
                             << "Setting radius is nan; give a number from 0 to 2 input units.";
        QTest::newRow("infinite") << 2 << "inf"
                                  << "Setting radius is inf; give a number from 0 to 2 input units.";
        QTest::newRow("choice") << 4 << "Near"
                                << "Setting mode is \"Near\"; give one of near, far.";
    }
    void refusesInOneSentence() {
        QFETCH(int, which);
        QFETCH(QString, text);
        QFETCH(QString, sentence);
        const Parameter* all[] = {&kSwitch, &kCount, &kReal, &kFree, &kChoice, &kText, &kBudget};
        QCOMPARE(refusal(*all[which], text.toStdString()), sentence.toStdString());
    }

    // A session written by hand or by another version may hold any type.
    void checksTheType() {
        QCOMPARE(std::get<double>(checkParameter(kReal, std::int64_t{1}).value()), 1.0);
        QVERIFY(checkParameter(kReal, true).isError());
        QVERIFY(checkParameter(kReal, std::string("1")).isError());
        QVERIFY(checkParameter(kCount, 3.0).isError());
        QVERIFY(checkParameter(kCount, true).isError());
        QVERIFY(checkParameter(kSwitch, std::int64_t{1}).isError());
        QVERIFY(checkParameter(kText, std::int64_t{1}).isError());
        QVERIFY(checkParameter(kChoice, std::string("none")).isError());
        QVERIFY(checkParameter(kReal, 2.0).isOk() && checkParameter(kReal, 0.0).isOk());
        QVERIFY(checkParameter(kReal, std::nextafter(2.0, 3.0)).isError());
        QVERIFY(checkParameter({"x", "", "", "", 0.0}, std::numeric_limits<double>::infinity()).isError());
    }

    // The range of a whole number is met exactly even where a double cannot count.
    void largeWholeNumbers() {
        const auto most = std::numeric_limits<std::int64_t>::max();
        const auto text = parameterText(most);
        QCOMPARE(text, std::string("9223372036854775807"));
        QCOMPARE(std::get<std::int64_t>(parseParameter(kFree, text).value()), most);
    }

    void completes() {
        const std::vector<Parameter> all{kSwitch, kCount, kReal};
        const auto map = completeParameters(all, {{"radius", std::int64_t{2}}});
        QVERIFY(map.isOk());
        QCOMPARE(map.value().size(), std::size_t{3});
        QCOMPARE(parameterValue<double>(map.value(), "radius"), 2.0);
        QCOMPARE(parameterValue<std::int64_t>(map.value(), "steps"), std::int64_t{16});
        QCOMPARE(parameterValue<bool>(map.value(), "closed"), false);
        const auto unknown = completeParameters(all, {{"steps", std::int64_t{3}}, {"colour", true}});
        QCOMPARE(unknown.error().message,
                 std::string("There is no setting \"colour\"; known are closed, steps, radius."));
        QCOMPARE(completeParameters({}, {{"x", true}}).error().message,
                 std::string("There is no setting \"x\"; known are none."));
        QVERIFY(completeParameters(all, {{"steps", std::int64_t{0}}}).isError());
    }

    void everyValueReadsBack() {
        QVERIFY(rc::check([](double number, std::int64_t whole) {
            const Parameter real{"x", "", "", "", 0.0}, count{"n", "", "", "", std::int64_t{0}};
            RC_ASSERT(std::get<std::int64_t>(parseParameter(count, parameterText(whole)).value()) == whole);
            if (std::isfinite(number))
                RC_ASSERT(std::get<double>(parseParameter(real, parameterText(number)).value()) == number);
        }));
    }

    void anyTextIsAnsweredInOneLine() {
        QVERIFY(rc::check([](const std::string& text) {
            for (const auto* parameter : {&kSwitch, &kCount, &kReal, &kChoice}) {
                const auto value = parseParameter(*parameter, text);
                // RC_ASSERT evaluates both sides of an "or".
                if (value.isOk())
                    RC_ASSERT(checkParameter(*parameter, value.value()).isOk());
                else
                    RC_ASSERT(value.error().message.find(parameter->name) != std::string::npos);
            }
        }));
    }
};

QTEST_GUILESS_MAIN(ParameterTest)
#include "parameter_test.moc"
