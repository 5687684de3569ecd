// SPDX-License-Identifier: GPL-3.0-or-later
// What the hand does to the 3-D view: turning, picking, keys.
#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include "tests/widgets/volume/canvas_window.h"

using namespace tessera;

class VolumeCanvasHandTest : public QObject, protected CanvasWindow {
    Q_OBJECT

    void show(const std::shared_ptr<const VolumeDrawing>& drawing) {
        CanvasWindow::show(drawing);
        QVERIFY(settle());
    }

  private Q_SLOTS:
    void init() {
        QVERIFY(open());
        if (!canvas_->hasGl()) QSKIP(qPrintable(canvas_->problem()));
    }
    void cleanup() { close(); }

    void clickPicksTheNearest() {
        show(squares(
            {{"far", 0, 0, 0.8, 0.6, Qt::green, 1, 17}, {"near", 0.2, 0, 0.4, -0.6, Qt::blue, 0.4, 42}}));
        QSignalSpy picked(canvas_.get(), &VolumeCanvas::picked),
            none(canvas_.get(), &VolumeCanvas::pickedNothing);
        const Eigen::Vector3d point(0.3, -0.6, 0.1);
        QTest::mouseClick(canvas_.get(), Qt::LeftButton, {}, place(point));
        QCOMPARE(picked.count(), 1);
        QCOMPARE(picked[0][0].toString(), QString("near"));
        QCOMPARE(picked[0][1].toInt(), 42);
        // Half a pixel of rounding.
        QVERIFY((picked[0][2].value<Eigen::Vector3d>() - point).norm() < 0.01);
        QTest::mouseClick(canvas_.get(), Qt::LeftButton, {}, place({-0.5, 0.6, 0}));
        QCOMPARE(picked.count(), 2);
        QCOMPARE(picked[1][1].toInt(), 17);
        QVERIFY(std::abs(picked[1][2].value<Eigen::Vector3d>().y() - 0.6) < 1e-9);
        QCOMPARE(none.count(), 0);
        QTest::mouseClick(canvas_.get(), Qt::LeftButton, {}, QPoint(3, 3));
        QCOMPARE(none.count(), 1);
        QCOMPARE(picked.count(), 2);
        canvas_->setLayerVisible("near", false);
        QTest::mouseClick(canvas_.get(), Qt::LeftButton, {}, place(point));
        QCOMPARE(picked.last()[1].toInt(), 17);
    }

    void facesWithoutMeaning() {
        auto drawing =
            squares({{"glass", 0, 0, 0.5, -0.6, Qt::blue, 0.4}, {"far", 0, 0, 0.8, 0.6, Qt::green, 1, 17}});
        drawing->faces[0].meaning.clear();
        show(drawing);
        const QPointF middle = placeOf(canvas_->camera(), kSize, {0, 0, 0});
        QCOMPARE(canvas_->pickAt(middle)->layer, QString("far"));
        auto wall =
            squares({{"wall", 0, 0, 0.5, -0.6, Qt::blue, 1}, {"far", 0, 0, 0.8, 0.6, Qt::green, 1, 17}});
        wall->faces[0].meaning.clear();
        show(wall);
        QVERIFY(!canvas_->pickAt(middle));
    }

    void marksArePickedUnlessHidden() {
        auto drawing = squares({{"wall", 0.5, 0, 0.3, 0, Qt::green, 1, 5}});
        drawing->marks.push_back({"samples", {{-0.5, 0.4, 0}, {0.5, 0.4, 0}, {0.5, -0.4, 0.1}}, {}, {}, 8});
        show(drawing);
        const auto pick = [&](const Eigen::Vector3d& point) {
            return canvas_->pickAt(placeOf(canvas_->camera(), kSize, point));
        };
        QCOMPARE(pick({-0.5, 0.4, 0})->layer, QString("samples"));
        QCOMPARE(pick({-0.5, 0.4, 0})->meaning, 0);
        QCOMPARE(pick({0.5, -0.4, 0.1})->meaning, 2);
        QCOMPARE(pick({0.5, 0.4, 0})->layer, QString("wall"));
        QVERIFY(!pick({-0.5, 0.4, 0.4}));
    }

    void dragTurnsAndPicksNothing() {
        show(squares({{"red", 0, 0, 0.6, 0, Qt::red, 1, 1}}));
        QSignalSpy picked(canvas_.get(), &VolumeCanvas::picked),
            none(canvas_.get(), &VolumeCanvas::pickedNothing),
            moved(canvas_.get(), &VolumeCanvas::cameraChanged);
        drag({250, 200}, {330, 200});
        QCOMPARE(picked.count() + none.count(), 0);
        QCOMPARE(moved.count(), 8);
        // The picture follows the hand: what is before the focus goes right as the eye goes left.
        const VolumeCamera& camera = canvas_->camera();
        QVERIFY(camera.position.x() < -1);
        QVERIFY(std::abs((camera.position - camera.focus).norm() - 6) < 1e-9);
        QVERIFY(std::abs(camera.position.z()) < 1e-9);
        drag({250, 200}, {250, 260});
        QVERIFY(canvas_->camera().position.z() > 1);
        QTRY_VERIFY(canvas_->isUpToDate());
    }

    void panTakesTheFocalPlaneAlong() {
        show(squares({{"red", 0, 0, 0.6, 0, Qt::red}}));
        const QPoint from = place({0.2, 0, 0.1}), to = from + QPoint(60, -35);
        drag(from, to, Qt::MiddleButton);
        QVERIFY((place({0.2, 0, 0.1}) - to).manhattanLength() <= 1);
        drag(to, from, Qt::LeftButton, Qt::ShiftModifier);
        QVERIFY((place({0.2, 0, 0.1}) - from).manhattanLength() <= 1);
    }

    void wheelZoomsAtThePointer() {
        for (const bool parallel : {false, true}) {
            show(squares({{"red", 0, 0, 0.6, 0, Qt::red}}));
            canvas_->setParallel(parallel);
            const Eigen::Vector3d held(0.4, 0, -0.3), other(-0.4, 0, 0.3);
            const QPointF at = placeOf(canvas_->camera(), kSize, held),
                          was = placeOf(canvas_->camera(), kSize, other);
            QWheelEvent wheel(at, canvas_->mapToGlobal(at), {}, {0, 240}, Qt::NoButton, {}, Qt::NoScrollPhase,
                              false);
            QApplication::sendEvent(canvas_.get(), &wheel);
            const QPointF now = placeOf(canvas_->camera(), kSize, held),
                          far = placeOf(canvas_->camera(), kSize, other);
            QVERIFY((now - at).manhattanLength() < 1e-6);
            QVERIFY(std::abs(QLineF(now, far).length() / QLineF(at, was).length() - 1.44) < 1e-6);
        }
    }

    void cameraRoundTrip() {
        QSignalSpy moved(canvas_.get(), &VolumeCanvas::cameraChanged);
        VolumeCamera camera;
        camera.position = {1, 2, 3}, camera.focus = {0.5, -0.25, 0.125}, camera.up = {0.1, 0.2, 0.9};
        camera.parallel = true, camera.viewAngle = 12, camera.parallelScale = 3.5;
        show(squares({{"red", 0, 0, 0.6, 0, Qt::red}}));
        canvas_->setCamera(camera);
        QTRY_VERIFY(canvas_->isUpToDate());
        const VolumeCamera& back = canvas_->camera();
        QCOMPARE(back.position, camera.position);
        QCOMPARE(back.focus, camera.focus);
        QCOMPARE(back.up, camera.up);
        QCOMPARE(back.parallel, camera.parallel);
        QCOMPARE(back.viewAngle, camera.viewAngle);
        QCOMPARE(back.parallelScale, camera.parallelScale);
        QCOMPARE(moved.count(), 0);
    }

    void keysTakeSides_data() {
        QTest::addColumn<int>("key");
        QTest::addColumn<bool>("shift");
        QTest::addColumn<int>("axis");
        QTest::addColumn<int>("sign");
        QTest::newRow("X") << int(Qt::Key_X) << false << 0 << 1;
        QTest::newRow("Shift X") << int(Qt::Key_X) << true << 0 << -1;
        QTest::newRow("Y") << int(Qt::Key_Y) << false << 1 << 1;
        QTest::newRow("Shift Y") << int(Qt::Key_Y) << true << 1 << -1;
        QTest::newRow("Z") << int(Qt::Key_Z) << false << 2 << 1;
        QTest::newRow("Shift Z") << int(Qt::Key_Z) << true << 2 << -1;
        QTest::newRow("1") << int(Qt::Key_1) << false << 0 << 1;
        QTest::newRow("2") << int(Qt::Key_2) << false << 0 << -1;
        QTest::newRow("4") << int(Qt::Key_4) << false << 1 << -1;
        QTest::newRow("5") << int(Qt::Key_5) << false << 2 << 1;
    }
    void keysTakeSides() {
        QFETCH(int, key);
        QFETCH(bool, shift);
        QFETCH(int, axis);
        QFETCH(int, sign);
        show(squares({{"red", 0, 0, 0.6, 0, Qt::red}}));
        QSignalSpy moved(canvas_.get(), &VolumeCanvas::cameraChanged);
        QTest::keyClick(canvas_.get(), static_cast<Qt::Key>(key), shift ? Qt::ShiftModifier : Qt::NoModifier);
        QCOMPARE(moved.count(), 1);
        const VolumeCamera camera = canvas_->camera();
        const Eigen::Vector3d towards = (camera.position - camera.focus).normalized();
        QVERIFY((towards - Eigen::Vector3d::Unit(axis) * sign).norm() < 1e-9);
        // All corners of the box are in sight.
        for (int corner = 0; corner < 8; ++corner) {
            const Eigen::Vector3d at(corner & 1 ? 1 : -1, corner & 2 ? 1 : -1, corner & 4 ? 1 : -1);
            QVERIFY(QRectF(QPointF(0, 0), QSizeF(kSize)).contains(placeOf(camera, kSize, at)));
        }
    }

    void otherKeys() {
        show(squares({{"red", 0, 0, 0.6, 0, Qt::red}}));
        QTest::keyClick(canvas_.get(), Qt::Key_P);
        QVERIFY(canvas_->camera().parallel);
        QTest::keyClick(canvas_.get(), Qt::Key_P);
        QVERIFY(!canvas_->camera().parallel);
        QTest::keyClick(canvas_.get(), Qt::Key_0);
        const VolumeCamera camera = canvas_->camera();
        const Eigen::Vector3d towards = (camera.position - camera.focus).normalized();
        QVERIFY((towards - Eigen::Vector3d(1, -1, 1).normalized()).norm() < 1e-9);
        canvas_->setCamera(cameraAlongT());
        QTest::keyClick(canvas_.get(), Qt::Key_Left);
        QVERIFY(canvas_->camera().position.x() > 0.5);
        QTest::keyClick(canvas_.get(), Qt::Key_Plus);
        QVERIFY((canvas_->camera().position - canvas_->camera().focus).norm() < 5.5);
        // R brings all of it back, from this side.
        const Eigen::Vector3d side = (canvas_->camera().position - canvas_->camera().focus).normalized();
        QTest::keyClick(canvas_.get(), Qt::Key_R);
        const VolumeCamera fitted = canvas_->camera();
        QVERIFY(((fitted.position - fitted.focus).normalized() - side).norm() < 1e-9);
    }

    void hoverSaysWhatIsThere() {
        show(squares({{"red", 0, 0, 0.6, 0, Qt::red, 1, 7}}));
        QSignalSpy hovered(canvas_.get(), &VolumeCanvas::hovered);
        const QPoint inside = place({0.1, 0, 0.1});
        for (int i = 0; i < 20; ++i) {
            QMouseEvent move(QEvent::MouseMove, inside + QPoint(i % 3, 0), canvas_->mapToGlobal(inside),
                             Qt::NoButton, Qt::NoButton, {});
            QApplication::sendEvent(canvas_.get(), &move);
        }
        QTRY_COMPARE(hovered.count(), 1);  // twenty moves, one answer
        QCOMPARE(hovered[0][0].toString(), QString("red"));
        QCOMPARE(hovered[0][1].toInt(), 7);
        QEvent leave(QEvent::Leave);
        QApplication::sendEvent(canvas_.get(), &leave);
        QCOMPARE(hovered.count(), 2);
        QVERIFY(hovered[1][0].toString().isEmpty());
    }
};

QTEST_MAIN(VolumeCanvasHandTest)
#include "volume_canvas_hand_test.moc"
