// SPDX-License-Identifier: GPL-3.0-or-later
// What the 3-D view shows, pixel by pixel, against projections worked out here.
#include "widgets/volume/volume_canvas.h"

#include <QSignalSpy>
#include <QTest>

#include "tests/widgets/volume/canvas_window.h"
#include "widgets/scenes/colours.h"

using namespace tessera;

class VolumeCanvasTest : public QObject, protected CanvasWindow {
    Q_OBJECT

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
                QVERIFY2(isNear(c, Qt::red), qPrintable(c.name()));
            }
        for (const auto& outside :
             {Eigen::Vector3d(0.15 - 0.53, -0.4, 0.1), Eigen::Vector3d(0.15 + 0.53, -0.4, 0.1),
              Eigen::Vector3d(0.15, -0.4, 0.1 - 0.53), Eigen::Vector3d(0.15, -0.4, 0.1 + 0.53)}) {
            const QColor c = at(image, outside);
            QVERIFY2(!isNear(c, Qt::red, 60), qPrintable(c.name()));
        }
    }

    void projectionIsThatOfThePicture() {
        show(squares({}));
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
            QVERIFY2(isNear(c, wanted), qPrintable(c.name() + " for " + wanted.name()));
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
        QVERIFY2(tube.green() > 200 && tube.red() < 40, qPrintable(tube.name()));
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
};

QTEST_MAIN(VolumeCanvasTest)
#include "volume_canvas_test.moc"
