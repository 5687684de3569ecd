// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/thumbnail_painter.h"

#include <QTest>
#include <cmath>

#include "fake_dataset.h"

using namespace tessera;

class ThumbnailPainterTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void imagesKeepTheirPixels() {
        const Shape shape{3, 2, 2};
        const float values[] = {1, 0, 0, 0.5f, 0, 1, 0, 0.5f, 0, 0, 1, 0.5f};
        const QImage image = paintThumbnail(shape, true, values, {}, 64);
        QCOMPARE(image.size(), QSize(2, 2));
        QCOMPARE(image.pixelColor(0, 0), QColor(255, 0, 0));
        QCOMPARE(image.pixelColor(1, 0), QColor(0, 255, 0));
        QCOMPARE(image.pixelColor(0, 1), QColor(0, 0, 255));
        QCOMPARE(image.pixelColor(1, 1), QColor(128, 128, 128));
    }

    void largeImagesShrinkAndBadValuesDoNotHurt() {
        const Shape shape{1, 100, 200};
        std::vector<float> values(20'000, NAN);
        values[0] = INFINITY;
        const QImage image = paintThumbnail(shape, true, values.data(), {}, 64);
        QCOMPARE(image.size(), QSize(64, 32));
        QVERIFY(!paintThumbnail({20'000}, false, values.data(), {}, 64).isNull());
        QVERIFY(!paintThumbnail({2}, false, values.data(), {}, 64).isNull());
    }

    void planarPointsSitWhereTheyAre() {
        ThumbnailScale scale;
        scale.lowX = scale.lowY = -1;
        const float upperLeft[] = {-1, 1}, lowerRight[] = {1, -1};
        const auto redAt = [](const QImage& image, int x, int y) {
            const QColor colour = image.pixelColor(x, y);
            return colour.red() > 180 && colour.green() < 130;
        };
        QVERIFY(redAt(paintThumbnail({2}, false, upperLeft, scale, 64), 4, 4));
        QVERIFY(redAt(paintThumbnail({2}, false, lowerRight, scale, 64), 60, 60));
    }

    void vectorsAreBarsAboutZero() {
        ThumbnailScale scale;
        scale.low = -1;
        scale.high = 1;
        const float values[] = {1, -1};
        const QImage image = paintThumbnail({2, 1}, false, std::vector<float>{1, -1, 0, 1}.data(), scale, 64);
        QVERIFY(!image.isNull());
        const QImage bars = paintThumbnail({4}, false, std::vector<float>{1, -1, 0, 1}.data(), scale, 64);
        QVERIFY(bars.pixelColor(5, 10) != bars.pixelColor(21, 10));  // first goes up, second does not
        QVERIFY(bars.pixelColor(21, 50) != bars.pixelColor(5, 50));  // second goes down
        QVERIFY(bars.pixelColor(5, 10) != bars.pixelColor(21, 50));  // and the signs differ in colour
        QVERIFY(!paintThumbnail({2}, false, values, scale, 64).isNull());
    }

    void scaleLooksAtTheData() {
        const auto scale = thumbnailScale(FakeDataset(1000, {7}, 3));
        QCOMPARE(scale.value().low, 0.0);
        QVERIFY(std::abs(scale.value().high - 1) < 1e-6);
        QVERIFY(scale.value().background.empty());
        QVERIFY(!thumbnailScale(FakeDataset(1000, {2}, 3)).value().background.empty());
        QVERIFY(thumbnailScale(FakeDataset(0, {2}, 3)).isOk());
        FakeDataset broken(10, {2}, 2);
        broken.unreadable.insert(0);
        QVERIFY(thumbnailScale(broken).isError());
    }
};

QTEST_GUILESS_MAIN(ThumbnailPainterTest)
#include "thumbnail_painter_test.moc"
