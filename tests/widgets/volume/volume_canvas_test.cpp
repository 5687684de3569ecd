// SPDX-License-Identifier: GPL-3.0-or-later
// What the 3-D view shows, pixel by pixel, against projections worked out here.
#include "widgets/volume/volume_canvas.h"

#include <QSignalSpy>
#include <QTest>
#include <QVBoxLayout>

#include "tests/app/window/heartbeat.h"
#include "tests/slowdown.h"
#include "tests/widgets/volume/canvas_window.h"
#include "widgets/scenes/colours.h"

using namespace tessera;

namespace {

constexpr int kTolerance = 4;  // of a channel

bool isNear(const QColor& a, const QColor& b, int tolerance = kTolerance) {
    return std::abs(a.red() - b.red()) <= tolerance && std::abs(a.green() - b.green()) <= tolerance &&
           std::abs(a.blue() - b.blue()) <= tolerance;
}
QString text(const QColor& c) {
    return c.name();
}

}  // namespace

class VolumeCanvasTest : public QObject, protected CanvasWindow {
    Q_OBJECT

    QImage shown() { return settle() ? canvas_->grab().toImage() : QImage(); }
    static QColor at(const QImage& image, const QPointF& place) {
        const double scale = image.devicePixelRatio();
        return image.pixelColor((place * scale).toPoint());
    }
    QColor at(const QImage& image, const Eigen::Vector3d& point) {
        return at(image, placeOf(canvas_->camera(), kSize, point));
    }
    void show(const std::vector<Square>& all, const VolumeCamera& camera = cameraAlongT()) {
        canvas_->setDrawing(squares(all));
        canvas_->setCamera(camera);
    }

  private Q_SLOTS:
    void init() {
        QVERIFY(open());
        if (!canvas_->hasGl()) QSKIP(qPrintable(canvas_->problem()));
    }
    void cleanup() { close(); }

    void squareIsWhereItProjects_data() {
        QTest::addColumn<bool>("parallel");
        QTest::newRow("perspective") << false;
        QTest::newRow("parallel") << true;
    }
    void squareIsWhereItProjects() {
        QFETCH(bool, parallel);
        VolumeCamera camera = cameraAlongT();
        camera.parallel = parallel;
        camera.parallelScale = 1.7;
        show({{"red", 0.15, 0.1, 0.5, -0.4, Qt::red}}, camera);
        const QImage image = shown();
        // Its light is 1: it faces the eye.
        for (const double s : {-0.48, 0.0, 0.48})
            for (const double r : {-0.48, 0.0, 0.48}) {
                const QColor c = at(image, Eigen::Vector3d(0.15 + s, -0.4, 0.1 + r));
                QVERIFY2(isNear(c, Qt::red), qPrintable(text(c)));
            }
        for (const auto& outside :
             {Eigen::Vector3d(0.15 - 0.53, -0.4, 0.1), Eigen::Vector3d(0.15 + 0.53, -0.4, 0.1),
              Eigen::Vector3d(0.15, -0.4, 0.1 - 0.53), Eigen::Vector3d(0.15, -0.4, 0.1 + 0.53)}) {
            const QColor c = at(image, outside);
            QVERIFY2(!isNear(c, Qt::red, 60), qPrintable(text(c)));
        }
    }

    void projectionIsThatOfThePicture() {
        show({});
        VolumeCamera camera = cameraAlongT();
        camera.position = {1, -5, 0.5}, camera.focus = {0.2, 0.1, -0.3};
        camera.up = Eigen::Vector3d(0, 0, 1);
        canvas_->setCamera(camera);
        const Eigen::Vector3d point(0.4, 0.6, -0.8), page = canvas_->projection().pageFromVolume(point);
        const QPointF place = placeOf(camera, kSize, point);
        QVERIFY(std::abs(page.x() - place.x()) < 1e-9 && std::abs(page.y() - place.y()) < 1e-9);
    }

    void nearerHidesFarther() {
        // The nearer one is named first, then last.
        for (const bool isFirst : {true, false}) {
            std::vector<Square> all{{"near", 0, 0, 0.4, -0.6, Qt::blue},
                                    {"far", 0.2, 0, 0.4, 0.6, Qt::green}};
            if (!isFirst) std::swap(all[0], all[1]);
            show(all);
            const QImage image = shown();
            QVERIFY(isNear(at(image, Eigen::Vector3d(0.1, -0.6, 0)), Qt::blue));
            QVERIFY(isNear(at(image, Eigen::Vector3d(0.58, 0.6, 0)), Qt::green));
        }
    }

    void translucentBlendsWhateverTheOrder() {
        const QColor orange(230, 159, 0), blue(0, 114, 178), green(0, 158, 115);
        const auto over = [](const QColor& top, const QColor& below, double alpha) {
            const auto mix = [&](int a, int b) {
                return static_cast<int>(std::lround(alpha * a + (1 - alpha) * b));
            };
            return QColor(mix(top.red(), below.red()), mix(top.green(), below.green()),
                          mix(top.blue(), below.blue()));
        };
        const QColor wanted = over(orange, over(blue, green, 0.5), 0.3);
        const Square nearest{"a", 0, 0, 0.4, -0.6, orange, 0.3}, middle{"b", 0, 0, 0.5, 0, blue, 0.5},
            farthest{"c", 0, 0, 0.7, 0.6, green, 1};
        for (const auto& all :
             {std::vector{nearest, middle, farthest}, std::vector{farthest, middle, nearest},
              std::vector{middle, nearest, farthest}}) {
            show(all);
            const QColor c = at(shown(), Eigen::Vector3d(0.1, -0.6, 0.1));
            QVERIFY2(isNear(c, wanted), qPrintable(text(c) + " for " + text(wanted)));
        }
    }

    void paperIsTheThemes() {
        show({{"red", 0, 0, 0.2, 0, Qt::red}});
        for (const auto& theme : {SceneTheme::darkTheme(), SceneTheme::light()}) {
            canvas_->setTheme(theme);
            const QImage image = shown();
            for (const QPointF corner :
                 {QPointF(2, 2), QPointF(kSize.width() - 3, 2), QPointF(2, kSize.height() / 2),
                  QPointF(kSize.width() - 3, kSize.height() - 3)})
                QVERIFY(isNear(at(image, corner), theme.paper, 1));
        }
    }

    void hiddenLayerIsGone() {
        show({{"near", 0, 0, 0.4, -0.6, Qt::blue}, {"far", 0, 0, 0.6, 0.6, Qt::green}});
        canvas_->setLayerVisible("near", false);
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, -0.6, 0)), Qt::green));
        canvas_->setLayerVisible("near", true);
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, -0.6, 0)), Qt::blue));
    }

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

    void marksAndLinesAreDrawn() {
        auto drawing = squares({});
        drawing->marks.push_back({"marks", {{0.5, 0, 0.5}}, {qRgb(0, 0, 255)}, {}, 14});
        drawing->lines.push_back({"line", {{-0.8, 0, -0.5}, {0.8, 0, -0.5}}, {0, 2}, Qt::red, 3, false});
        drawing->lines.push_back({"tube", {{-0.8, 0, -0.2}, {0.8, 0, -0.2}}, {0, 2}, Qt::green, 12, true});
        canvas_->setDrawing(drawing);
        canvas_->setCamera(cameraAlongT());
        const QImage image = shown();
        QVERIFY(isNear(at(image, Eigen::Vector3d(0.5, 0, 0.5)), Qt::blue, 30));
        QVERIFY(isNear(at(image, Eigen::Vector3d(0.3, 0, -0.5)), Qt::red));
        const QColor tube = at(image, Eigen::Vector3d(0.3, 0, -0.2));
        QVERIFY2(tube.green() > 200 && tube.red() < 40, qPrintable(text(tube)));
    }

    void nothingClears() {
        show({{"red", 0, 0, 0.5, 0, Qt::red}});
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, 0, 0)), Qt::red));
        canvas_->setDrawing(nullptr);
        QVERIFY(canvas_->isUpToDate());
        const QImage image = canvas_->grab().toImage();
        QVERIFY(isNear(at(image, Eigen::Vector3d(0, 0, 0)), SceneTheme::light().paper, 1));
        QVERIFY(!canvas_->pickAt({kSize.width() / 2.0, kSize.height() / 2.0}));
        QVERIFY(canvas_->snapshot({100, 100}).isNull());
    }

    void newDrawingReplacesTheOld() {
        show({{"red", 0, 0, 0.5, 0, Qt::red}});
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, 0, 0)), Qt::red));
        canvas_->setDrawing(squares({{"blue", 0, 0, 0.5, 0, Qt::blue}}));
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, 0, 0)), Qt::blue));
    }

    // With many triangles a coarser copy moves; at rest it is the whole again.
    void manyTrianglesComeBackWhole() {
        auto drawing = std::make_shared<VolumeDrawing>();
        VolumeFaces faces;
        faces.name = "grid";
        constexpr int n = 220;
        for (int i = 0; i <= n; ++i)
            for (int j = 0; j <= n; ++j) faces.points.emplace_back(-1 + 2.0 * i / n, 0, -1 + 2.0 * j / n);
        for (int i = 0; i < n; ++i)
            for (int j = 0; j < n; ++j) {
                const int a = i * (n + 1) + j;
                for (const int corner : {a, a + 1, a + n + 2, a + n + 1})
                    faces.faceVertices.push_back(corner);
                faces.faceBegin.push_back(static_cast<std::int32_t>(faces.faceVertices.size()));
                faces.colour.push_back(i < n / 2 ? qRgb(255, 0, 0) : qRgb(0, 0, 255));
            }
        drawing->faces.push_back(faces);
        canvas_->setDrawing(drawing);
        canvas_->setCamera(cameraAlongT());
        const QImage image = shown();
        QVERIFY(isNear(at(image, Eigen::Vector3d(-0.015, 0, 0.3)), Qt::red));
        QVERIFY(isNear(at(image, Eigen::Vector3d(0.015, 0, 0.3)), Qt::blue));
        QSignalSpy rendered(canvas_.get(), &VolumeCanvas::rendered);
        canvas_->setCamera(cameraAlongT());
        QVERIFY(!canvas_->isUpToDate());
        QTRY_VERIFY(!rendered.isEmpty());
        const QImage moving = canvas_->grab().toImage();
        QVERIFY(isNear(at(moving, Eigen::Vector3d(-0.5, 0, 0.3)), Qt::red));
        QVERIFY(isNear(at(moving, Eigen::Vector3d(0.5, 0, 0.3)), Qt::blue));
        QCOMPARE(shown(), image);
    }

    void snapshotHasItsOwnSizeAndKeepsTheView() {
        show({{"red", 0.3, 0.2, 0.5, -0.4, Qt::red, 0.5}, {"blue", 0.3, 0.2, 0.8, 0.5, Qt::blue}});
        const QImage before = shown();
        constexpr QSize kLarge{1200, 700};
        const QImage large = canvas_->snapshot(kLarge);
        QCOMPARE(large.size(), kLarge);
        const Eigen::Vector3d inside(0.7, -0.4, 0.5), below(1.05, 0.5, 0.2);
        QVERIFY(isNear(at(large, placeOf(canvas_->camera(), kLarge, inside)), at(before, inside)));
        QVERIFY(isNear(at(large, placeOf(canvas_->camera(), kLarge, below)), Qt::blue));
        QVERIFY(canvas_->isUpToDate());
        QCOMPARE(canvas_->grab().toImage(), before);
        canvas_->setCamera(cameraAlongT());
        QCOMPARE(shown(), before);
    }

    void snapshotDoesNotWait() {
        show({{"red", 0, 0, 0.5, 0, Qt::red}});
        const QImage image = canvas_->snapshot(kSize);
        QVERIFY(isNear(at(image, placeOf(canvas_->camera(), kSize, {0, 0, 0})), Qt::red));
        QVERIFY(isNear(at(shown(), Eigen::Vector3d(0, 0, 0)), Qt::red));
    }

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

QTEST_MAIN(VolumeCanvasTest)
#include "volume_canvas_test.moc"
