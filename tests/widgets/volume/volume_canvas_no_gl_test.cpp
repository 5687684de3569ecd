// SPDX-License-Identifier: GPL-3.0-or-later
// The 3-D view on a display without OpenGL: one sentence, and every call is safe.
#include <QSignalSpy>
#include <QTest>

#include "tests/widgets/volume/square_drawing.h"
#include "widgets/volume/volume_canvas.h"

using namespace tessera;

class VolumeCanvasNoGlTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everythingButThePictureWorks() {
        JobRunner jobs;
        VolumeCanvas canvas(jobs);
        QVERIFY(!canvas.hasGl());
        QVERIFY(canvas.problem().contains("OpenGL"));
        QVERIFY(canvas.problem().contains("Export"));
        canvas.resize(400, 300);
        canvas.setTheme(SceneTheme::darkTheme());
        canvas.show();
        const QImage sentence = canvas.grab().toImage();
        int drawn = 0;  // text in the middle, paper elsewhere
        for (int x = 0; x < 400; ++x)
            for (int y = 0; y < 300; ++y) drawn += sentence.pixelColor(x, y) != SceneTheme::darkTheme().paper;
        QVERIFY(drawn > 200 && drawn < 400 * 300 / 4);
        QCOMPARE(sentence.pixelColor(2, 2), SceneTheme::darkTheme().paper);

        canvas.setDrawing(squares({{"red", 0, 0, 0.5, 0, Qt::red, 0.5, 1}}));
        QVERIFY(canvas.isUpToDate());
        canvas.setCutPlane(VolumePlane::across(1, 0.25), true);
        canvas.setClip(true);
        canvas.setLayerVisible("red", false);
        QVERIFY(!canvas.isLayerVisible("red"));
        QCOMPARE(canvas.cutPlane().position, 0.25);
        canvas.setCamera(cameraAlongT());
        QCOMPARE(canvas.camera().position, cameraAlongT().position);
        QSignalSpy moved(&canvas, &VolumeCanvas::cameraChanged), none(&canvas, &VolumeCanvas::pickedNothing);
        QTest::keyClick(&canvas, Qt::Key_Z);
        QCOMPARE(moved.count(), 1);
        const VolumeCamera camera = canvas.camera();
        QVERIFY((camera.position - camera.focus).normalized().z() > 0.999);
        QTest::keyClick(&canvas, Qt::Key_P);
        QTest::keyClick(&canvas, Qt::Key_R);
        QTest::mouseClick(&canvas, Qt::LeftButton, {}, {20, 20});
        QCOMPARE(none.count(), 1);
        QVERIFY(!canvas.pickAt({200, 150}));
        QVERIFY(canvas.snapshot({300, 200}).isNull());
        QCOMPARE(canvas.grab().toImage(), sentence);
        canvas.setDrawing(nullptr);
        canvas.resetCamera();
        QCOMPARE(canvas.grab().toImage(), sentence);
    }
};

QTEST_MAIN(VolumeCanvasNoGlTest)
#include "volume_canvas_no_gl_test.moc"
