// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/plot_frame.h"

#include <QImage>
#include <QPainter>
#include <QtTest>
#include <cmath>

#include "widgets/scenes/colour_bar.h"
#include "widgets/scenes/plot_legend.h"
#include "widgets/scenes/scene_text.h"

using namespace tessera;

namespace {

PlotSpec spec(double low, double high) {
    PlotSpec s;
    s.title = "Margin against distance";
    s.x = {"Distance", "input units", low, high};
    s.y = {"Margin", "logits", low, high};
    return s;
}

QImage painted(const PlotSpec& s, PanelStyle style, const QSize& pixels) {
    QImage image(pixels, QImage::Format_RGB32);
    image.fill(Qt::magenta);
    QPainter painter(&image);
    painter.scale(style.pixelsPerPoint, style.pixelsPerPoint);
    const PlotFrame frame(s, style, QSizeF(pixels) / style.pixelsPerPoint);
    frame.paintPaper(painter);
    frame.paintGrid(painter);
    frame.paintAxes(painter);
    return image;
}

bool borderIsBlank(const QImage& image, QRgb paper) {
    for (int x = 0; x < image.width(); ++x)
        if (image.pixel(x, 0) != paper || image.pixel(x, image.height() - 1) != paper) return false;
    for (int y = 0; y < image.height(); ++y)
        if (image.pixel(0, y) != paper || image.pixel(image.width() - 1, y) != paper) return false;
    return true;
}

}  // namespace

class PlotFrameTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void mapsThereAndBack_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<bool>("logarithmic");
        QTest::newRow("plain") << -2.0 << 3.0 << false;
        QTest::newRow("far") << 1e6 << 1e6 + 1e-4 << false;
        QTest::newRow("tiny") << 1e-12 << 3e-12 << false;
        QTest::newRow("log") << 1e-7 << 1e4 << true;
        QTest::newRow("log, close") << 90.0 << 110.0 << true;
        QTest::newRow("log, far apart") << 1e-300 << 1e300 << true;
    }
    void mapsThereAndBack() {
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(bool, logarithmic);
        PlotSpec s = spec(low, high);
        s.x.logarithmic = logarithmic;
        const PlotFrame frame(s, {}, {300, 200});
        const QRectF plot = frame.plot();
        QVERIFY(QRectF(0, 0, 300, 200).contains(plot) && plot.width() > 150 && plot.height() > 100);
        QCOMPARE(frame.toDrawing(low, low), plot.bottomLeft());
        QCOMPARE(frame.toDrawing(high, high), plot.topRight());
        for (double at : {0.1, 0.37, 0.5, 0.93}) {
            const QPointF point(plot.left() + at * plot.width(), plot.top() + at * plot.height());
            const QPointF data = frame.toData(point);
            const QPointF back = frame.toDrawing(data.x(), data.y());
            QVERIFY2((back - point).manhattanLength() < 0.01, qPrintable(QString::number(at)));
        }
    }
    void ticksLieInsideAndAreRound_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        for (const double centre : {0.0, 0.3, 1e6, -4e9})
            for (const double half : {0.1, 0.7, 33.0, 1e7})
                QTest::addRow("%g +- %g", centre, half) << centre - half << centre + half;
    }
    void ticksLieInsideAndAreRound() {
        QFETCH(double, low);
        QFETCH(double, high);
        const auto ticks = plotTicks({"x", "", low, high}, 6);
        QVERIFY(ticks.labelled.values.size() >= 2 && ticks.labelled.values.size() <= 12);
        QStringList labels;
        for (std::size_t i = 0; i < ticks.labelled.values.size(); ++i) {
            const double value = ticks.labelled.values[i];
            QVERIFY(value >= low - ticks.labelled.step * 1e-6 && value <= high + ticks.labelled.step * 1e-6);
            // The label says the value, once offset and power are put back.
            QString text = ticks.labelled.labels[i];
            const double said =
                text.replace(QChar(0x2212), '-').toDouble() * std::pow(10.0, ticks.labelled.exponent) +
                ticks.labelled.offset;
            QVERIFY2(std::abs(said - value) <= ticks.labelled.step * 0.01, qPrintable(text));
            QVERIFY2(!labels.contains(text), "two ticks with one label");
            labels << text;
        }
    }
    void logarithmicTicks() {
        const auto decades = plotTicks({"x", "", 1e-6, 1e3, true}, 10);
        QCOMPARE(decades.labelled.values.size(), 10u);
        QCOMPARE(decades.labelled.labels.front(), QString::fromUtf8("10⁻⁶"));
        QCOMPARE(decades.labelled.labels.back(), QString("1000"));
        QCOMPARE(decades.minor.size(), 72u);
        const auto few = plotTicks({"x", "", 1e-30, 1e30, true}, 5);
        QVERIFY(few.labelled.values.size() >= 3 && few.labelled.values.size() <= 6);
        const auto one = plotTicks({"x", "", 0.9, 21, true}, 8);
        const std::vector<double> expected{1, 2, 5, 10, 20};
        QCOMPARE(one.labelled.values, expected);
        QVERIFY(plotTicks({"x", "", 90, 110, true}, 5).labelled.values.size() >= 3);
    }
    void oddRangesAreDrawn_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("zero") << 0.0 << 100.0;
        QTest::newRow("negative") << -3.0 << 100.0;
        QTest::newRow("both negative") << -3.0 << -1.0;
        QTest::newRow("no number") << std::nan("") << 100.0;
        QTest::newRow("no numbers") << std::nan("") << std::nan("");
        QTest::newRow("infinite") << 1.0 << double(INFINITY);
        QTest::newRow("endless") << -double(INFINITY) << double(INFINITY);
        QTest::newRow("denormal") << 5e-324 << 1.0;
        QTest::newRow("reversed") << 100.0 << 1.0;
        QTest::newRow("equal") << 5.0 << 5.0;
    }
    // A logarithmic axis that no window can have: few ticks, and a frame with places on it.
    void oddRangesAreDrawn() {
        QFETCH(double, low);
        QFETCH(double, high);
        QVERIFY(!isDrawable({low, high}, true));
        const auto ticks = plotTicks({"x", "", low, high, true}, 8);
        QVERIFY(ticks.labelled.values.empty() && ticks.minor.empty());
        PlotSpec s = spec(low, high);
        s.x.logarithmic = s.y.logarithmic = true;
        s.bar = ColourBar{ColourBar::Map::Viridis, low, high, true, "slope"};
        const PlotFrame frame(s, {}, {300, 200});
        QVERIFY(isDrawable({frame.x().low, frame.x().high}, true));
        QCOMPARE(frame.toDrawing(frame.x().low, frame.y().low), frame.plot().bottomLeft());
        PanelStyle style;
        QVERIFY(borderIsBlank(painted(s, style, {300, 200}), style.theme.paper.rgb()));
    }
    void windowsThatCanBeDrawn() {
        QVERIFY(isDrawable({-2, 3}, false) && isDrawable({1e6, 1e6 + 1e-4}, false));
        QVERIFY(isDrawable({-1e250, 1e250}, false) && isDrawable({1e-300, 1e300}, true));
        QVERIFY(!isDrawable({1, 1}, false) && !isDrawable({1, 1 + 1e-15}, false));
        QVERIFY(!isDrawable({NAN, 1}, false) && !isDrawable({-1.7e308, 1.7e308}, false));
    }
    void countsHaveWholeTicks() {
        for (const bool logarithmic : {false, true})
            for (const double highest : {1.0, 2.0, 3.0, 4.0, 7.0, 30.0, 2500.0}) {
                PlotAxis axis{"Samples", {}, logarithmic ? 0.7 : 0, highest * (logarithmic ? 1.5 : 1.06)};
                axis.logarithmic = logarithmic;
                axis.wholeNumbers = true;
                const auto ticks = plotTicks(axis, 6).labelled;
                QVERIFY(!ticks.values.empty());
                for (const double value : ticks.values) QCOMPARE(value, std::round(value));
            }
        PlotAxis measured{"Area", {}, 0, 2.12};
        QVERIFY(plotTicks(measured, 6).labelled.values.size() > 3);  // these are no counts
    }
    void categoriesAreThinned() {
        PlotAxis axis{"class", "", -0.5, 99.5};
        for (int i = 0; i < 100; ++i) axis.categories << QString("class %1").arg(i);
        const auto ticks = plotTicks(axis, 10);
        QCOMPARE(ticks.labelled.labels.size(), 10u);
        QCOMPARE(ticks.labelled.labels[1], QString("class 10"));
    }
    void rangesHoldTheValues() {
        const std::vector<double> values{3, -1, NAN, INFINITY, 7};
        const auto range = axisRange(values, false);
        QVERIFY(range.low < -1 && range.low > -2 && range.high > 7 && range.high < 8);
        const auto logarithmic = axisRange(values, true, 0);
        QCOMPARE(logarithmic.low, 3.0);
        QCOMPARE(logarithmic.high, 7.0);
        const std::vector<double> none{NAN, INFINITY};
        QCOMPARE(axisRange(none, false).high, 1.0);
        for (const double same : {0.0, 5.0, -1e9, 1e-200}) {
            const std::vector<double> equal(3, same);
            const auto r = axisRange(equal, false);
            QVERIFY(r.low < same && same < r.high);
            const auto l = axisRange(equal, true);
            QVERIFY(l.low > 0 && l.low < l.high);
        }
        const std::vector<double> apart{1e-200, 1e200};
        const auto wide = axisRange(apart, true);
        QVERIFY(wide.low < 1e-200 && wide.low > 1e-240 && wide.high > 1e200 && wide.high < 1e240);
        for (const double extreme : {5e-324, 1e305}) {
            const std::vector<double> equal(3, extreme);
            const auto r = axisRange(equal, true);
            QVERIFY(isDrawable(r, true));
        }
    }
    void nothingIsCutOff_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<QSize>("size");
        for (const QSize size : {QSize(900, 600), QSize(400, 300), QSize(240, 220)}) {
            QTest::addRow("unit %d", size.width()) << 0.0 << 1.0 << size;
            QTest::addRow("offset %d", size.width()) << 123456.7 << 123456.70001 << size;
            QTest::addRow("large %d", size.width()) << -3e12 << 4e12 << size;
        }
    }
    void nothingIsCutOff() {
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(QSize, size);
        PlotSpec s = spec(low, high);
        s.legend = {{"class", {}, LegendItem::Mark::Heading}, {"nine", Qt::red, LegendItem::Mark::Dot}};
        s.bar = ColourBar{ColourBar::Map::Viridis, low, high, false, "Entropy (nats)"};
        PanelStyle style;
        style.pixelsPerPoint = 2;
        QVERIFY(borderIsBlank(painted(s, style, size), style.theme.paper.rgb()));
    }
    void switchesMakeRoom() {
        PlotSpec s = spec(0, 1);
        s.legend = {{"nine", Qt::red, LegendItem::Mark::Dot}};
        s.bar = ColourBar{};
        PanelStyle style;
        const double all = PlotFrame(s, style, {300, 200}).plot().width();
        style.legend = style.colourBar = false;
        const QRectF noColumn = PlotFrame(s, style, {300, 200}).plot();
        style.title = false;
        const QRectF noTitle = PlotFrame(s, style, {300, 200}).plot();
        style.axes = false;
        const QRectF bare = PlotFrame(s, style, {300, 200}).plot();
        QVERIFY(noColumn.width() > all && noTitle.height() > noColumn.height());
        QVERIFY(bare.width() > 298 && bare.height() > 198);
    }
    void longLegendsAreShortened() {
        PanelStyle style;
        std::vector<LegendItem> items(40, {"class", Qt::red, LegendItem::Mark::Swatch});
        const auto fitted = fittedLegend(items, style, style.fontPt * 1.5 * 5);
        QCOMPARE(fitted.size(), 5u);
        QCOMPARE(fitted.back().text, QString("+ 36 more"));
    }
    void colourBars() {
        const SceneTheme theme = SceneTheme::light();
        const std::vector<double> values{-1, 4, NAN};
        const auto diverging = colourBarFor(values, ColourBar::Map::Diverging, false, "slope");
        QCOMPARE(diverging.low, -4.0);
        QCOMPARE(barColour(diverging, 0, theme), tessera::diverging(0));
        QCOMPARE(barColour(diverging, 4, theme), tessera::diverging(1));
        const std::vector<double> positive{1e-4, 1, 1e4, -3};
        const auto logarithmic = colourBarFor(positive, ColourBar::Map::Cividis, true, "slope");
        QCOMPARE(barColour(logarithmic, 1, theme), cividis(0.5));
        QCOMPARE(barColour(logarithmic, -1, theme), barColour(logarithmic, NAN, theme));
        const auto viridisBar = colourBarFor(positive, ColourBar::Map::Viridis, false, "slope");
        QCOMPARE(barColour(viridisBar, 1e4, theme), viridis(1));
    }
};

QTEST_MAIN(PlotFrameTest)
#include "plot_frame_test.moc"
