// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse, keys and drops on the slice view.
#include <torch/torch.h>

#include "core/probes/small_models_torch.h"

#include <QDropEvent>
#include <QMimeData>
#include <QWheelEvent>
#include <QtTest>

#include "widgets/views/opened_sample.h"

using namespace tessera;

class SliceViewInputTest : public QObject {
    Q_OBJECT
    static void wheel(SliceView& view, const QPointF& at, int delta) {
        QWheelEvent event(at, view.mapToGlobal(at), {}, {0, delta}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&view, &event);
    }
    static Eigen::Vector2d computedLow(const SliceView& view) { return view.computation().plane().window[0]; }
    static bool drop(SliceView& view, const QPointF& at, const QByteArray& text) {
        QMimeData data;
        data.setData("application/x-tessera-sample", text);
        QDropEvent event(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        event.ignore();
        static_cast<QObject&>(view).event(
            &event);  // sendEvent() would ask the drag manager, which knows of no drag
        return event.isAccepted();
    }

  private Q_SLOTS:
    void wheelZoomsToThePointerAndRecomputes() {
        test::Opened opened;
        test::openDigits(opened.workspace);
        QVERIFY(opened.settle());
        const QPointF at = opened.view.plotRect().topLeft() + QPointF(120, 90);
        const Eigen::Vector2d under = opened.view.slicePoint(at);
        const double width = opened.view.visibleHigh().x() - opened.view.visibleLow().x();
        const auto regions = opened.view.computation().regions();
        QSignalSpy started(&opened.jobs, &JobRunner::jobStarted);
        wheel(opened.view, at, 360);
        const double zoomed = opened.view.visibleHigh().x() - opened.view.visibleLow().x();
        QVERIFY(zoomed < width / 1.8);
        QVERIFY((opened.view.slicePoint(at) - under).norm() < 0.03 * zoomed);
        QVERIFY(opened.settle());
        QVERIFY(started.size() >= 2);
        QVERIFY(opened.view.computation().regions() != regions);
        // New results of exactly what is seen: finer cells and another arrangement, not the old ones
        // enlarged.
        QVERIFY((computedLow(opened.view) - opened.view.visibleLow()).norm() < 1e-9);
        QVERIFY(std::abs(opened.view.computation().field()->high.x() - opened.view.visibleHigh().x()) < 1e-9);
        QVERIFY(std::abs(opened.view.computation().regions()->arrangement->checks.windowArea -
                         (opened.view.visibleHigh() - opened.view.visibleLow()).prod()) <
                1e-9 * width * width);
    }
    void dragPans() {
        test::Opened opened;
        test::openDigits(opened.workspace);
        QVERIFY(opened.settle());
        for (const Qt::MouseButton button : {Qt::LeftButton, Qt::MiddleButton}) {
            const QPoint from = (opened.view.plotRect().topLeft() + QPointF(30, 30)).toPoint(),
                         to = from + QPoint(57, -21);
            const Eigen::Vector2d held = opened.view.slicePoint(from);
            QTest::mousePress(&opened.view, button, {}, from);
            QMouseEvent move(QEvent::MouseMove, to, opened.view.mapToGlobal(to), Qt::NoButton, button,
                             Qt::NoModifier);
            QApplication::sendEvent(&opened.view, &move);
            const double unit =
                (opened.view.visibleHigh() - opened.view.visibleLow()).x() / opened.view.plotRect().width();
            QVERIFY((opened.view.slicePoint(to) - held).norm() < 2 * unit);
            QTest::mouseRelease(&opened.view, button, {}, to);
            QVERIFY(opened.settle());
            QVERIFY((computedLow(opened.view) - opened.view.visibleLow()).norm() < 1e-9);
        }
        QTest::mouseDClick(&opened.view, Qt::LeftButton, {}, opened.view.plotRect().center().toPoint());
        QVERIFY(opened.settle());
        const Eigen::Vector2d centre = (opened.view.visibleLow() + opened.view.visibleHigh()) / 2;
        QVERIFY((centre - windowCentre(opened.view.computation().built().plane)).norm() < 1e-9);
    }
    void anchorsAreDragged() {
        test::Opened opened;
        test::openDigits(opened.workspace);
        QVERIFY(opened.settle());
        const auto regions = opened.view.computation().regions();
        const QPoint from = opened.view.widgetPoint(opened.view.computation().anchorMarkers()[1].position)
                                .toPoint(),
                     to = from + QPoint(-40, 25);
        QTest::mousePress(&opened.view, Qt::LeftButton, {}, from);
        QMouseEvent move(QEvent::MouseMove, to, opened.view.mapToGlobal(to), Qt::NoButton, Qt::LeftButton,
                         Qt::NoModifier);
        QApplication::sendEvent(&opened.view, &move);
        QTest::mouseRelease(&opened.view, Qt::LeftButton, {}, to);
        const auto moved = opened.view.computation().anchorMarkers()[1];
        QVERIFY((opened.view.widgetPoint(moved.position) - QPointF(to)).manhattanLength() < 2);
        QVERIFY(moved.name.contains("moved anchor") && moved.sample == -1 && moved.offPlane < 1e-9);
        QVERIFY(opened.settle());
        QCOMPARE(opened.view.computation().regions(), regions);  // the same plane: nothing to compute
        // With another anchor replaced, the new plane goes through the moved point.
        const Eigen::VectorXd input = opened.view.computation().built().anchors[1].input;
        QVERIFY(drop(opened.view,
                     opened.view.widgetPoint(opened.view.computation().anchorMarkers()[0].position), "123"));
        QCOMPARE(opened.workspace.anchors()[0], 123);
        QTRY_VERIFY(opened.view.computation().anchorMarkers()[0].sample == 123);
        QVERIFY(opened.view.computation().plane().offPlaneDistance(input) < 1e-9);
        // And dropping a sample on the moved anchor takes its place.
        QVERIFY(opened.settle());
        QVERIFY(drop(opened.view,
                     opened.view.widgetPoint(opened.view.computation().anchorMarkers()[1].position),
                     "77\n78"));
        QTRY_VERIFY(opened.view.computation().anchorMarkers()[1].sample == 77);
        QVERIFY(!drop(opened.view, {5, 5}, "rubbish"));
    }
    void dropAddsAnAnchor() {
        test::Opened opened;
        test::openDigits(opened.workspace, {3});
        QVERIFY(opened.settle());
        QVERIFY(drop(opened.view, opened.view.plotRect().topLeft() + QPointF(15, 15), "9"));
        QCOMPARE(opened.workspace.anchors(), (std::vector<qint64>{3, 9}));
        QVERIFY(opened.settle());
    }
    void rotatingKeepsWhatIsInTheMiddle() {
        test::Opened opened;
        test::openDigits(opened.workspace);
        QVERIFY(opened.settle());
        opened.view.zoom(2);
        opened.view.panBy(0.2, -0.1);
        QVERIFY(opened.settle());
        const auto middleInput = [&] {
            return opened.view.computation().plane().inputFromSlice(
                (opened.view.visibleLow() + opened.view.visibleHigh()) / 2);
        };
        const Eigen::VectorXd before = middleInput();
        opened.view.setTurn({0.6, 0, 0});
        QVERIFY(opened.settle());
        QVERIFY((middleInput() - before).norm() < 1e-9);
        for (const auto& anchor : opened.view.computation().anchorMarkers()) QVERIFY(anchor.offPlane < 1e-9);
        // Ctrl+drag: what was under the pointer turns along with it.
        const QPointF middle = opened.view.plotRect().center();
        const QPoint from = (middle + QPointF(120, 0)).toPoint(), to = (middle + QPointF(0, 120)).toPoint();
        const Eigen::VectorXd held =
            opened.view.computation().plane().inputFromSlice(opened.view.slicePoint(from));
        QTest::mousePress(&opened.view, Qt::LeftButton, Qt::ControlModifier, from);
        QMouseEvent move(QEvent::MouseMove, to, opened.view.mapToGlobal(to), Qt::NoButton, Qt::LeftButton,
                         Qt::ControlModifier);
        QApplication::sendEvent(&opened.view, &move);
        QTest::mouseRelease(&opened.view, Qt::LeftButton, Qt::ControlModifier, to);
        const Eigen::VectorXd now =
            opened.view.computation().plane().inputFromSlice(opened.view.slicePoint(to));
        const double unit =
            (opened.view.visibleHigh() - opened.view.visibleLow()).x() / opened.view.plotRect().width();
        QVERIFY2((now - held).norm() < 4 * unit, qPrintable(QString::number((now - held).norm() / unit)));
        // Tilted, the anchors lie off the plane and say so.
        opened.view.setTurn({0, 0.5, 0});
        QVERIFY(opened.settle());
        double farthest = 0;
        for (const auto& anchor : opened.view.computation().anchorMarkers())
            farthest = std::max(farthest, anchor.offPlane);
        QVERIFY(farthest > 0.1);
    }
    void keys() {
        test::Opened opened;
        test::openDigits(opened.workspace);
        QVERIFY(opened.settle());
        SliceView& view = opened.view;
        const QImage byClass = view.grab().toImage();
        QTest::keyClick(&view, Qt::Key_2);
        QCOMPARE(view.switches().fill, SliceFill::Pattern);
        QVERIFY(opened.settle());
        QVERIFY(view.grab().toImage() != byClass);
        QTest::keyClick(&view, Qt::Key_E);
        QVERIFY(!view.switches().edges);
        QTest::keyClick(&view, Qt::Key_B);
        QVERIFY(!view.switches().boundary);
        const double width = view.visibleHigh().x() - view.visibleLow().x(), left = view.visibleLow().x();
        QTest::keyClick(&view, Qt::Key_Right);
        QVERIFY(view.visibleLow().x() > left);
        QTest::keyClick(&view, Qt::Key_Plus);
        QVERIFY(view.visibleHigh().x() - view.visibleLow().x() < 0.8 * width);
        QTest::keyClick(&view, Qt::Key_Minus);
        QTest::keyClick(&view, Qt::Key_Home);
        QVERIFY(std::abs(view.visibleLow().x() - left) < 0.02 * width);
        QVERIFY(opened.settle());
    }
    void escapeCancels() {
        test::Opened opened;
        opened.view.computation().setBudget({50'000'000, 600, 64});
        opened.workspace.open(test::randomMlp({2, 400, 400, 400, 6}, 2), nullptr, {}, {});
        // Wait until the exact job really runs.
        QTRY_VERIFY_WITH_TIMEOUT(
            opened.view.status().contains("exact: ") && !opened.view.status().contains("waiting"), 20'000);
        QElapsedTimer clock;
        clock.start();
        QTest::keyClick(&opened.view, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(!opened.view.computation().isBusy(), 10'000);
        qInfo("cancelled after %lld ms", static_cast<long long>(clock.elapsed()));
        QVERIFY2(opened.view.status().contains("cancelled") || opened.view.status().contains("partial"),
                 qPrintable(opened.view.status()));
        QVERIFY(opened.view.computation().field());  // what is there stays
    }
};

QTEST_MAIN(SliceViewInputTest)
#include "slice_view_input_test.moc"
