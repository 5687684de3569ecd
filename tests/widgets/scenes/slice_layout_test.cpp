// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/slice_layout.h"

#include <QtTest>
#include <set>

#include "widgets/scenes/slice_markers.h"
#include "widgets/scenes/synthetic_arrangement.h"

using namespace tessera;

namespace {

SliceScene scene(int classes, const QString& longName = {}) {
    const auto net = synthetic::randomNetwork(30, classes, 6);
    SliceScene s;
    s.classCount = classes;
    for (int k = 0; k < classes; ++k)
        s.classNames.push_back(longName.isEmpty() ? QString::number(k) : longName + QString::number(k));
    s.arrangement =
        std::make_shared<PreparedArrangement>(synthetic::arrangementOf(net, rectanglePolygon(-1, -1, 1, 1)));
    s.caption = "exact: 12 regions";
    return s;
}

// Where anything but paper was painted.
QRect inkOf(const QImage& image) {
    QRect ink;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (image.pixel(x, y) != qRgb(255, 255, 255)) ink |= QRect(x, y, 1, 1);
    return ink;
}

}  // namespace

class SliceLayoutTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void ticksAreRound() {
        for (const double span : {1e-9, 0.003, 0.7, 1.0, 2.0, 19.0, 4e6})
            for (const double low : {0.0, -span / 3, 0.123 * span}) {
                const AxisTicks ticks = axisTicks(low, low + span, 5);
                QVERIFY2(ticks.values.size() >= 3 && ticks.values.size() <= 11,
                         qPrintable(QString("%1 ticks, span %2").arg(ticks.values.size()).arg(span)));
                for (const double value : ticks.values)
                    QVERIFY(value >= low - 1e-9 * span && value <= low + span * (1 + 1e-9));
                std::set<QString> distinct(ticks.labels.begin(), ticks.labels.end());
                QCOMPARE(distinct.size(), ticks.labels.size());
            }
        QVERIFY(axisTicks(1, 1, 5).values.empty());
        QVERIFY(axisTicks(0, std::numeric_limits<double>::infinity(), 5).values.empty());
    }
    // Deep in a zoom the labels stay short and different, and offset + label is the value.
    void ticksKeepTheirDigits() {
        const AxisTicks ticks = axisTicks(0.53123450, 0.53123450 + 2e-7, 5);
        QVERIFY(ticks.offset != 0);
        QVERIFY(ticks.title("s", "input units").startsWith(QString::fromUtf8("s − 0.53")));
        for (std::size_t i = 0; i < ticks.labels.size(); ++i) {
            QVERIFY(ticks.labels[i].size() <= 6);
            const double shown = QString(ticks.labels[i]).replace(QChar(0x2212), '-').toDouble() *
                                     std::pow(10, ticks.exponent) +
                                 ticks.offset;
            QVERIFY(std::abs(shown - ticks.values[i]) < 0.01 * ticks.step);
        }
        QCOMPARE(axisTicks(-1e6, 1e6, 4).exponent, 6);
        QCOMPARE(roundBelow(0.7), 0.5);
        QCOMPARE(roundBelow(25), 20.0);
    }
    // Three anchors in a narrow slice, in any places: no name lies on another anchor or its name.
    void anchorNamesKeepClear() {
        SliceScene s = scene(3);
        s.low = {-1, -1}, s.high = {1, 1};
        SliceStyle style;
        const QRectF target(0, 0, 260, 200);
        const SliceMap map = SliceMap::onto(target, s.low, s.high);
        std::uint32_t state = 5;
        const auto random = [&] { return (state = state * 1664525u + 1013904223u) / 4294967296.0 * 2 - 1; };
        int crowded = 0;
        for (int round = 0; round < 300; ++round) {
            s.markers.clear();
            for (const char* name : {"mnist #17", "mnist #1042", "mnist #3"}) {
                SliceMarker marker;
                marker.position = {0.9 * random(), 0.9 * random()};
                marker.isAnchor = true;
                marker.name = QString::fromLatin1(name);
                s.markers.push_back(marker);
            }
            const auto labels = anchorLabels(s, style, map, target);
            QCOMPARE(labels.size(), std::size_t(3));
            bool overlaps = false;
            for (std::size_t i = 0; i < 3; ++i) {
                QVERIFY(labels[i].rect.top() >= target.top() && labels[i].rect.bottom() <= target.bottom());
                for (std::size_t j = 0; j < 3; ++j) {
                    overlaps |= j < i && labels[i].rect.intersects(labels[j].rect);
                    overlaps |= labels[i].rect.contains(map.toDrawing(s.markers[j].position));
                }
            }
            crowded += overlaps;
        }
        QVERIFY2(crowded <= 3, qPrintable(QString("%1 of 300 overlap").arg(crowded)));
        s.markers.resize(1);
        s.markers[0].position = {3, 0};
        QVERIFY(anchorLabels(s, style, map, target)[0].rect.isNull());
    }
    void nothingIsCutOffOrOverlaps_data() {
        QTest::addColumn<int>("classes");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QSizeF>("size");
        QTest::newRow("column") << 3 << QString() << QSizeF(241, 160);
        QTest::newRow("ten classes") << 10 << QString("class ") << QSizeF(241, 200);
        QTest::newRow("long names") << 10 << QString("a class with quite a long name ") << QSizeF(241, 170);
        QTest::newRow("many classes") << 60 << QString("species ") << QSizeF(300, 150);
        QTest::newRow("tiny") << 4 << QString("class ") << QSizeF(90, 80);
        QTest::newRow("wide") << 4 << QString("class ") << QSizeF(900, 200);
    }
    void nothingIsCutOffOrOverlaps() {
        QFETCH(int, classes);
        QFETCH(QString, name);
        QFETCH(QSizeF, size);
        SliceScene s = scene(classes, name);
        s.markers = {{{0.2, 0.3}, 0, 1, "first", true, 0}, {{0.9, 0.1}, 2.5, 0, "other", false, 5}};
        for (const SliceFill fill :
             {SliceFill::Class, SliceFill::Pattern, SliceFill::SlopeNorm, SliceFill::Depth}) {
            s.switches.fill = fill;
            SliceStyle style;
            style.pixelsPerPoint = 2;
            const SliceLayout layout = layoutSlice(s, style, size);
            const QRectF page(QPointF(0, 0), size);
            QVERIFY(page.contains(layout.plot));
            if (!layout.legend.isEmpty()) {
                QVERIFY(page.adjusted(0, 0, 0.5, 0.5).contains(layout.legendRect));
                QVERIFY(!layout.legendRect.intersects(layout.plot));
            }
            // Painted on a larger sheet, nothing lands outside the page.
            QImage image(QSize(int(size.width() * 2) + 100, int(size.height() * 2) + 100),
                         QImage::Format_RGB32);
            image.fill(Qt::white);
            QPainter painter(&image);
            painter.translate(50, 50);
            painter.scale(2, 2);
            paintSlice(painter, s, style, size);
            painter.end();
            const QRect ink = inkOf(image),
                        allowed(50, 50, int(size.width() * 2) + 1, int(size.height() * 2) + 1);
            QVERIFY2(allowed.contains(ink), qPrintable(QString("%1: %2..%3, %4..%5")
                                                           .arg(sliceFillText(fill))
                                                           .arg(ink.left())
                                                           .arg(ink.right())
                                                           .arg(ink.top())
                                                           .arg(ink.bottom())));
        }
    }
    void legendSaysWhatItLeavesOut() {
        SliceScene s = scene(30);
        std::vector<int> visible(30);
        std::iota(visible.rbegin(), visible.rend(), 0);  // 29 is the largest
        SliceLegend legend(s, {}, visible);
        const double height = legend.height({});
        QVERIFY(legend.fit({}, height / 2));
        QVERIFY(legend.height({}) <= height / 2 + 0.1);
        QVERIFY(legend.fit({}, height / 3));
        int swatches = 0;
        QString more;
        for (const auto& entry : legend.entries()) {
            swatches += entry.kind == LegendEntry::Kind::Swatch;
            if (entry.text.startsWith('+')) more = entry.text;
            QVERIFY(entry.text != "0" || entry.kind != LegendEntry::Kind::Swatch);  // the smallest went first
        }
        QCOMPARE(more, QStringLiteral("+ %1 more").arg(30 - swatches));
        QVERIFY(!legend.fit({}, 5));
    }
    void screenLayoutKeepsItsScale() {
        const SliceScene s = scene(3);
        ScreenView view;
        view.unitsPerPoint = 0;
        view.legend = legendFor(s, {});
        const SliceLayout fit = layoutSliceOnScreen(s, {}, {600, 300}, view);
        QVERIFY(fit.low.x() < -1 && fit.high.x() > 1);
        QVERIFY(fit.low.y() < -0.98 && fit.low.y() > -1.02);
        view.centre = {5, 7};
        view.unitsPerPoint = 0.003;
        const SliceLayout zoomed = layoutSliceOnScreen(s, {}, {600, 300}, view);
        QVERIFY(std::abs((zoomed.high.x() - zoomed.low.x()) / zoomed.plot.width() - 0.003) < 1e-12);
        QVERIFY(std::abs((zoomed.high.y() - zoomed.low.y()) / zoomed.plot.height() - 0.003) < 1e-12);
        QVERIFY(((zoomed.low + zoomed.high) / 2 - view.centre).norm() < 1e-12);
    }
    void heightFollowsTheWindow() {
        SliceScene s = scene(3);
        const double square = sliceHeightForWidth(s, {}, 241);
        s.low = {-1, -0.4};
        s.high = {1, 0.4};
        QVERIFY(sliceHeightForWidth(s, {}, 241) < square);
    }
};

QTEST_MAIN(SliceLayoutTest)
#include "slice_layout_test.moc"
