// SPDX-License-Identifier: GPL-3.0-or-later
// The cut plane of the 3-D view: what it hides, where its frame is, and that the hand can draw it.
#include <QSignalSpy>
#include <QTest>

#include "tests/widgets/volume/canvas_window.h"

using namespace tessera;

class VolumeCanvasCutTest : public QObject, protected CanvasWindow {
    Q_OBJECT

  private Q_SLOTS:
    void init() {
        QVERIFY(open());
        if (!canvas_->hasGl()) QSKIP(qPrintable(canvas_->problem()));
    }
    void cleanup() { close(); }

    void clipHidesTheEyesSide() {
        show({{"near", 0, 0, 0.4, -0.6, Qt::blue}, {"far", 0, 0, 0.6, 0.6, Qt::green}});
        canvas_->setCutPlane(VolumePlane::across(1, -0.2), false);
        canvas_->setClip(true);
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, -0.6, 0)), Qt::green));
        QCOMPARE(canvas_->pickAt(placeOf(canvas_->camera(), kSize, {0, -0.6, 0}))->layer, QString("far"));
        // From the other side it is the other one that goes.
        VolumeCamera behind = cameraAlongT();
        behind.position.y() = 6;
        canvas_->setCamera(behind);
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, -0.6, 0)), Qt::blue));
        canvas_->setClip(false);
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, -0.6, 0)), Qt::green));
    }

    // s + r > 0 lies on the eye's side; its frame is where the plane meets the box.
    void obliqueClipAndFrame() {
        VolumeCamera camera = cameraAlongT();
        camera.position = {4, -6, 4};
        show({{"red", 0, 0, 0.6, 0, Qt::red, 1, 3}}, camera);
        canvas_->setCutPlane({Eigen::Vector3d(1, 0, 1).normalized(), 0}, false);
        canvas_->setClip(true);
        const Eigen::Vector3d kept(-0.3, 0, 0.1), gone(0.3, 0, -0.1);
        const QImage clipped = shown();
        QVERIFY(at(clipped, kept).red() > at(clipped, kept).blue() + 100);
        QVERIFY(isNear(at(clipped, gone), SceneTheme::light().paper));
        QCOMPARE(canvas_->pickAt(placeOf(camera, kSize, kept))->meaning, 3);
        QVERIFY(!canvas_->pickAt(placeOf(camera, kSize, gone)));
        canvas_->setCutPlane(canvas_->cutPlane(), true);
        const QImage framed = shown();
        const auto blueness = [&](const QImage& image, const QPointF& place) {
            return at(image, place).blue() - at(image, place).red();
        };
        // Corners (-1, -1, 1), (1, -1, -1), (1, 1, -1), (-1, 1, 1), 1.04 times as far out.
        const Eigen::Vector3d corners[] = {{-1, -1, 1}, {1, -1, -1}, {1, 1, -1}, {-1, 1, 1}};
        for (std::size_t k = 0; k < 4; ++k) {
            const Eigen::Vector3d along = corners[k] * 0.3 + corners[(k + 1) % 4] * 0.7;
            const QPointF place = placeOf(camera, kSize, along * 1.04);
            int most = -255;
            for (const double x : {-1.0, 0.0, 1.0})
                for (const double y : {-1.0, 0.0, 1.0})
                    most = std::max(most, blueness(framed, place + QPointF(x, y)));
            QVERIFY2(most > 100, qPrintable(QString::number(most)));
        }
    }

    void cutPlaneIsDraggedAlongItsNormal() {
        show(squares({{"low", -0.3, 0, 0.2, 0, Qt::blue, 1, 1}, {"high", 0.5, 0, 0.2, 0, Qt::green, 1, 2}}));
        QVERIFY(settle());
        VolumeCamera camera = cameraAlongT();
        camera.position = {3, -5, 2};  // the plane's frame is seen from above
        canvas_->setCamera(camera);
        canvas_->setCutPlane(VolumePlane::across(2, 0.1), true);
        QSignalSpy cut(canvas_.get(), &VolumeCanvas::cutPlaneMoved),
            moved(canvas_.get(), &VolumeCanvas::cameraChanged), picked(canvas_.get(), &VolumeCanvas::picked);
        const auto at = [&](double r) {
            const Eigen::Vector3d page = canvas_->projection().pageFromVolume({0, 0, r});
            return QPointF(page.x(), page.y()).toPoint();
        };
        drag(at(0.1), at(0.6));
        QVERIFY(cut.count() >= 6);  // the first steps may still be those of a click
        QCOMPARE(moved.count() + picked.count(), 0);
        QVERIFY(std::abs(cut.last()[0].value<VolumePlane>().position - 0.6) < 0.02);
        QCOMPARE(canvas_->cutPlane(), cut.last()[0].value<VolumePlane>());
        QCOMPARE(canvas_->cutPlane().axis(), 2);
        // It stays in the box.
        drag(at(canvas_->cutPlane().position), at(5));
        QCOMPARE(canvas_->cutPlane().position, 1.0);
        drag(at(1), at(-0.5));
        QVERIFY(std::abs(canvas_->cutPlane().position + 0.5) < 0.03);
        canvas_->setCutPlane(VolumePlane::across(2, 9), true);
        QCOMPARE(canvas_->cutPlane().position, 1.0);
        // Without a frame there is nothing to hold.
        canvas_->setCutPlane(VolumePlane::across(2, 0.1), false);
        cut.clear();
        drag(at(0.1), at(0.6));
        QCOMPARE(cut.count(), 0);
        QVERIFY(moved.count() > 0);
    }

    // Its middle moves along the normal as far as the pointer draws it, and no farther than the box's corner.
    void obliqueCutIsDraggedAlongItsNormal() {
        show(squares({{"red", 0, 0, 0.6, 0, Qt::red, 1, 1}}));
        QVERIFY(settle());
        const Eigen::Vector3d normal = Eigen::Vector3d(1, 0, 1).normalized();
        canvas_->setCutPlane({normal, 0}, true);
        QSignalSpy cut(canvas_.get(), &VolumeCanvas::cutPlaneMoved),
            moved(canvas_.get(), &VolumeCanvas::cameraChanged);
        drag(place({0, 0, 0}), place(normal * 0.5));
        QVERIFY(cut.count() >= 6);
        QCOMPARE(moved.count(), 0);
        const auto plane = cut.last()[0].value<VolumePlane>();
        QCOMPARE(plane.normal, normal);
        QVERIFY(std::abs(plane.position - 0.5) < 0.02);
        drag(place(normal * plane.position), place(normal * 4));
        QCOMPARE(canvas_->cutPlane().position, std::sqrt(2.0));
    }

    void draggedCutClips() {
        show(squares({{"red", 0, 0, 0.6, 0, Qt::red, 1, 3}}));
        QVERIFY(settle());
        canvas_->setParallel(true);
        canvas_->setCutPlane(VolumePlane::across(0, 0), true);
        canvas_->setClip(true);
        VolumeCamera camera = canvas_->camera();
        camera.position = {6, -6, 0}, camera.parallelScale = 2;
        canvas_->setCamera(camera);
        const auto hit = [&](double s) {
            return canvas_->pickAt(placeOf(canvas_->camera(), kSize, {s, 0, 0.3}));
        };
        QVERIFY(!hit(0.3));
        QVERIFY(hit(-0.3));
        const QPoint from = place({0, 0, 0});
        drag(from, place({0.45, 0, 0}));
        QVERIFY(std::abs(canvas_->cutPlane().position - 0.45) < 0.02);
        QVERIFY(hit(0.3));
        QVERIFY(!hit(0.52));
        QTRY_VERIFY(canvas_->isUpToDate());
        const QImage image = canvas_->grab().toImage();
        const auto colour = [&](double s) {
            return image.pixelColor(placeOf(canvas_->camera(), kSize, {s, 0, 0.3}).toPoint());
        };
        QVERIFY(colour(0.3).red() > colour(0.3).blue() + 60);
        QVERIFY(colour(0.55).blue() > 150);
    }
};

QTEST_MAIN(VolumeCanvasCutTest)
#include "volume_canvas_cut_test.moc"
