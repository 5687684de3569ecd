// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/volume_path_controls.h"

#include <QCheckBox>
#include <QLabel>
#include <QSignalSpy>
#include <QSlider>
#include <QtTest>

using namespace tessera;

namespace {

// 40 steps, of which every tenth was kept; class 1 from the third point on.
VolumeResult searched(std::int32_t lastStep = 40) {
    VolumePath path;
    path.sample = 5, path.predicted = 0, path.target = path.landing = 1;
    path.flipped = true, path.steps = lastStep, path.distance = 4, path.radius = 6;
    for (std::int32_t step = 0; step <= lastStep; step += 10) {
        path.step.push_back(step);
        path.points.emplace_back(0.1 * step, 0, 0);
        path.offVolume.push_back(0);
        path.margin.push_back(step / 10.0 - 1.5);
        path.prediction.push_back(step >= 20 ? 1 : 0);
    }
    VolumeResult result;
    result.outputs = 2;
    result.paths = {path};
    return result;
}

SceneContext named() {
    SceneContext context;
    context.classNames = {QStringLiteral("cat"), QStringLiteral("owl")};
    return context;
}

}  // namespace

class VolumePathControlsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void hiddenWhereThereAreNone() {
        VolumePathControls controls;
        QVERIFY(controls.isHidden());
        const auto result = searched();
        controls.setResult(&result, named());
        QVERIFY(!controls.isHidden());
        const VolumeResult none;
        controls.setResult(&none, named());
        QVERIFY(controls.isHidden());
        controls.setResult(nullptr, named());
        QVERIFY(controls.isHidden());
        // What it cannot show is kept.
        VolumeLook look;
        look.step = 12;
        controls.showLook(look);
        controls.readLook(look);
        QCOMPARE(look.step, 12);
    }

    void tellsOfTheStep() {
        VolumePathControls controls;
        const auto result = searched();
        controls.setResult(&result, named());
        VolumeLook look;
        controls.showLook(look);
        auto* slider = controls.findChild<QSlider*>();
        QCOMPARE(slider->maximum(), 40);
        QCOMPARE(slider->value(), 40);
        QCOMPARE(controls.text(), QStringLiteral("#5: cat → owl, margin 2.5"));
        QSignalSpy changed(&controls, &VolumePathControls::changed);
        slider->setValue(15);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(controls.text(), QStringLiteral("#5: cat, margin −0.5"));
        const auto labels = controls.findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(),
                            [](const QLabel* label) { return label->text() == QStringLiteral("15 of 40"); }));
        controls.readLook(look);
        QCOMPARE(look.step, 15);
        // The arrow keys go step by step, and the last one is the end.
        QTest::keyClick(slider, Qt::Key_Right);
        controls.readLook(look);
        QCOMPARE(look.step, 16);
        QTest::keyClick(slider, Qt::Key_Left);
        QTest::keyClick(slider, Qt::Key_End);
        controls.readLook(look);
        QCOMPARE(look.step, -1);
    }

    // Shown, a look is not a change; read, it is the same.
    void showsALook() {
        VolumePathControls controls;
        const auto result = searched();
        controls.setResult(&result, named());
        QSignalSpy changed(&controls, &VolumePathControls::changed);
        VolumeLook look;
        look.paths = false, look.trustBall = true, look.step = 23;
        controls.showLook(look);
        QCOMPARE(changed.count(), 0);
        VolumeLook read;
        controls.readLook(read);
        QVERIFY(read == look);
        QVERIFY(!controls.findChild<QSlider*>()->isEnabled());
        for (auto* check : controls.findChildren<QCheckBox*>()) check->click();
        QCOMPARE(changed.count(), 2);
        controls.readLook(read);
        QVERIFY(read.paths && !read.trustBall);
    }

    // A slider at the end stays there when more steps come.
    void resultsThatGrow() {
        VolumePathControls controls;
        const auto some = searched(20), all = searched(60);
        controls.setResult(&some, named());
        controls.showLook({});
        controls.setResult(&all, named());
        VolumeLook look;
        controls.readLook(look);
        QCOMPARE(look.step, -1);
        QCOMPARE(controls.findChild<QSlider*>()->value(), 60);
    }
};

QTEST_MAIN(VolumePathControlsTest)
#include "volume_path_controls_test.moc"
