// SPDX-License-Identifier: GPL-3.0-or-later
// The 3-D view beside the thread that draws it: shown, hidden, floated, resized and destroyed meanwhile.
#include <QSignalSpy>
#include <QTest>
#include <QVBoxLayout>

#include "tests/app/window/heartbeat.h"
#include "tests/slowdown.h"
#include "tests/widgets/volume/canvas_window.h"

using namespace tessera;

class VolumeCanvasLifeTest : public QObject, protected CanvasWindow {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        QVERIFY(open());
        if (!canvas_->hasGl()) QSKIP(qPrintable(canvas_->problem()));
    }
    void cleanup() { close(); }

    // Docking and floating give a widget a new window.
    void survivesANewWindow() {
        show({{"red", 0, 0, 0.5, 0, Qt::red}});
        shown();
        QWidget other;
        QVBoxLayout layout(&other);
        layout.setContentsMargins(0, 0, 0, 0);
        layout.addWidget(canvas_.get());
        other.resize(kSize);
        other.show();
        QVERIFY(QTest::qWaitForWindowExposed(&other));
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, 0, 0)), Qt::red));
        canvas_->setParent(nullptr);
        canvas_->show();
        QVERIFY(QTest::qWaitForWindowExposed(canvas_.get()));
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, 0, 0)), Qt::red));
    }

    // The window asks and goes on, and shows the old picture with its text meanwhile.
    void windowGoesOnWhileItIsDrawn() {
        show({{"red", 0, 0, 0.5, 0, Qt::red}});
        const QImage before = shown();
        canvas_->setDrawing(manyTriangles(200));
        VolumeCamera camera = cameraAlongT();
        camera.position.x() = 2;
        canvas_->setCamera(camera);
        QCOMPARE(canvas_->grab().toImage(), before);
        Heartbeat heart;
        QVERIFY(settle());
        QVERIFY2(heart.longestMs() <= 50 * kSlowdown, qPrintable(QString::number(heart.longestMs())));
        QVERIFY(canvas_->grab().toImage() != before);
    }

    void olderPictureStandsInWhenResized() {
        show({{"red", 0, 0, 0.5, 0, Qt::red}});
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0.45, 0, 0.45)), Qt::red));
        const QSize large = kSize * 1.5;
        canvas_->resize(large);
        QTRY_COMPARE(canvas_->size(), large);
        QVERIFY(!canvas_->isUpToDate());
        const QPointF corner = placeOf(canvas_->camera(), large, {0.45, 0, 0.45});
        QVERIFY(isNear(at(canvas_->grab().toImage(), corner), Qt::red));
        QVERIFY(isNear(at(shown(), corner), Qt::red));
    }

    // Nobody sees it: nothing is drawn until it is shown.
    void hiddenIsDrawnWhenShown() {
        canvas_->hide();
        show({{"red", 0, 0, 0.5, 0, Qt::red}});
        QTRY_VERIFY(!jobs_->isBusy());
        QSignalSpy rendered(canvas_.get(), &VolumeCanvas::rendered);
        QVERIFY(!canvas_->isUpToDate());
        const QImage image = canvas_->snapshot(kSize);
        QVERIFY(isNear(at(image, placeOf(canvas_->camera(), kSize, {0, 0, 0})), Qt::red));
        QVERIFY(rendered.isEmpty());
        canvas_->show();
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, 0, 0)), Qt::red));
        canvas_->hide();
        canvas_->show();  // as it was
        QVERIFY(canvas_->isUpToDate());
    }

    void destroyedWhileItDraws() {
        const auto drawing = manyTriangles(150);
        for (int pictures = 0; pictures < 4; ++pictures) {
            VolumeCanvas canvas(*jobs_);
            canvas.resize(kSize);
            canvas.show();
            int drawn = 0;
            connect(&canvas, &VolumeCanvas::rendered, this, [&] { ++drawn; });
            canvas.setDrawing(drawing);
            QTRY_VERIFY_WITH_TIMEOUT(drawn >= std::min(pictures, 2), 60000);
            if (pictures == 3) canvas.setDrawing(nullptr);
        }
        show({{"red", 0, 0, 0.5, 0, Qt::red}});
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, 0, 0)), Qt::red));
    }

    void twoCanvasesDoNotMix() {
        show({{"red", 0, 0, 0.5, 0, Qt::red}});
        VolumeCanvas other(*jobs_);
        other.resize(kSize);
        other.setDrawing(squares({{"blue", 0, 0, 0.5, 0, Qt::blue}}));
        other.setCamera(cameraAlongT());
        other.show();
        QTRY_VERIFY(other.isUpToDate());
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, 0, 0)), Qt::red));
        QVERIFY(isNear(at(other.grab().toImage(), Eigen::Vector3d(0, 0, 0)), Qt::blue));
    }
};

QTEST_MAIN(VolumeCanvasLifeTest)
#include "volume_canvas_life_test.moc"
