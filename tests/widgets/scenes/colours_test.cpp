// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/colours.h"

#include <QtTest>
#include <cmath>
#include <limits>
#include <set>

using namespace tessera;

namespace {
double luminance(QRgb c) {
    return 0.2126 * qRed(c) + 0.7152 * qGreen(c) + 0.0722 * qBlue(c);
}
}  // namespace

class ColoursTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void classesDiffer() {
        for (const int count : {2, 8, 10, 20}) {
            std::set<QRgb> seen;
            for (int label = 0; label < count; ++label) seen.insert(classColour(label, count).rgb());
            QCOMPARE(static_cast<int>(seen.size()), count);
        }
        QCOMPARE(classColour(20, 100), classColour(0, 100));  // cycles
        QVERIFY(classColour(-1, 10).isValid());
    }
    void rampsRiseInLightness() {
        for (const auto ramp : {&viridis, &cividis})
            for (int i = 1; i <= 100; ++i)
                QVERIFY(luminance(ramp(i / 100.0)) >= luminance(ramp((i - 1) / 100.0)) - 1.0);
        QCOMPARE(viridis(0), qRgb(0x44, 0x01, 0x54));
        QCOMPARE(viridis(1), qRgb(0xfd, 0xe7, 0x25));
        QCOMPARE(viridis(-3), viridis(0));
        QCOMPARE(viridis(std::numeric_limits<double>::quiet_NaN()), viridis(0));
    }
    void divergingIsSymmetric() {
        QCOMPARE(diverging(0), qRgb(0xe8, 0xea, 0xeb));
        QVERIFY(qBlue(diverging(-1)) > qRed(diverging(-1)));
        QVERIFY(qRed(diverging(1)) > qBlue(diverging(1)));
        QCOMPARE(diverging(7), diverging(1));
        QCOMPARE(diverging(std::nan("")), diverging(0));
    }
    void patternColoursAreSoftAndStable() {
        for (int i = 0; i < kPatternColours; ++i)
            for (const bool dark : {false, true}) {
                const QColor colour(patternColour(i, dark));
                QVERIFY(colour.hslSaturation() <= 125);
                QVERIFY(dark ? colour.lightness() < 130 : colour.lightness() > 170);
            }
        // Fixed for ever: pictures of one model made by two versions must agree.
        QCOMPARE(patternColourIndex(0), 0);
        QCOMPARE(patternColourIndex(1), 0x9e);
        QCOMPARE(patternColourIndex(0xdeadbeefcafef00dull),
                 static_cast<int>((0xdeadbeefcafef00dull * 0x9e3779b97f4a7c15ull) >> 56));
    }
    void shadingSpansChanceToCertain() {
        QCOMPARE(confidenceStrength(0.1, 10), 0.0);
        QCOMPARE(confidenceStrength(1, 10), 1.0);
        QCOMPARE(confidenceStrength(0.05, 10), 0.0);
        const QColor colour(0, 114, 178), paper(255, 255, 255);
        QVERIFY(luminance(shadedClass(colour, 1, paper)) < luminance(shadedClass(colour, 0.2, paper)));
        QVERIFY(shadedClass(colour, 0, paper) != paper.rgb());
    }
    void textCanBeRead() {
        QCOMPARE(readableOn(Qt::white), QColor(Qt::black));
        QCOMPARE(readableOn(QColor(20, 20, 60)), QColor(Qt::white));
    }
};

QTEST_GUILESS_MAIN(ColoursTest)
#include "colours_test.moc"
