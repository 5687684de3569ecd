// SPDX-License-Identifier: GPL-3.0-or-later
// The view of heights on a real network: what every height shows, reads and writes, and that it clears. Runs
// with and without OpenGL.
#include "widgets/views/logit_heights_view.h"

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <set>

#include "core/probes/logit_heights.h"
#include "widgets/views/logit_heights_controls.h"
#include "widgets/volume/volume_canvas.h"

using namespace tessera;

namespace {

using Height = HeightsLook::Height;

ProbeInputs digits() {
    ProbeInputs inputs;
    inputs.model = loadModel(TESSERA_SAMPLES "/mnist_mlp.pt").value();
    inputs.dataset = openDataset(TESSERA_SAMPLES "/mnist-images-idx3-ubyte.gz").value();
    inputs.normalisation = {{0.1307}, {0.3081}};
    inputs.samples = {2, 10, 8};
    return inputs;
}

std::shared_ptr<const ResultRecord> heights() {
    NoProgress progress;
    return runProbe(LogitHeights(), digits(), {{"margin", 0.35}}, {}, progress).value();
}

struct Shown {
    Workspace workspace;
    JobRunner jobs;
    LogitHeightsView view{{workspace, jobs}};
    explicit Shown(std::shared_ptr<const ResultRecord> record) {
        const auto open = digits();
        workspace.open(open.model, open.dataset, open.normalisation, {});
        view.resize(1280, 720);
        static_cast<QWidget&>(view).show();
        view.show(std::move(record));
    }
    bool settle() {
        return QTest::qWaitFor([&] { return view.isSettled(); }, 60'000);
    }
    void look(const HeightsLook& look) { view.controls().setLook(look); }
    // The values on the third axis between which the surface lies.
    std::pair<double, double> range() const {
        double low = INFINITY, high = -INFINITY;
        const auto& drawing = *view.canvas().drawing();
        for (const auto& layer : drawing.faces)
            if (layer.name == QLatin1String(kSurfaceLayer))
                for (const auto& point : layer.points) {
                    const double value = drawing.zero.z() + drawing.unit.z() * point.z();
                    low = std::min(low, value), high = std::max(high, value);
                }
        return {low, high};
    }
};

}  // namespace

class LogitHeightsViewTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyHeightShowsAndClears() {
        const auto record = heights();
        Shown shown(record);
        QVERIFY(shown.settle());
        const double least = record->metric("logit_min")->value, most = record->metric("logit_max")->value;
        for (const auto height : {Height::Winning, Height::Margin, Height::Logits, Height::Confidence}) {
            HeightsLook look = shown.view.controls().look();
            look.height = height;
            shown.look(look);
            QVERIFY(shown.settle());
            QVERIFY(shown.view.canvas().drawing());
            const auto [low, high] = shown.range();
            switch (height) {
                case Height::Winning:
                    QVERIFY(std::abs(high - most) < 1e-9);
                    break;
                case Height::Margin:
                    QVERIFY(std::abs(low) < 1e-9 && high < most - least);
                    break;
                case Height::Logits:
                    QVERIFY(std::abs(low - least) < 1e-9 && std::abs(high - most) < 1e-9);
                    break;
                case Height::Confidence:
                    QVERIFY(low > 0.1 - 1e-9 && high <= 1 + 1e-12);
                    break;
            }
            QVERIFY(!shown.view.panels().empty());
            if (const auto pictures = qEnvironmentVariable("TESSERA_PICTURES");
                !pictures.isEmpty() && shown.view.canvas().hasGl()) {
                QVERIFY(QTest::qWaitFor([&] { return shown.view.canvas().isUpToDate(); }, 60'000));
                shown.view.grab().save(
                    QDir(pictures).filePath(QStringLiteral("heights_%1.png").arg(int(height))));
            }
        }
        shown.view.show(nullptr);
        QVERIFY(shown.settle());
        QVERIFY(!shown.view.canvas().drawing());
        QVERIFY(!shown.view.result());
    }

    void hiddenClassesAreLeftOut() {
        Shown shown(heights());
        QVERIFY(shown.settle());
        HeightsLook look = shown.view.controls().look();
        look.height = Height::Logits;
        look.hiddenClass.assign(10, 1);
        look.hiddenClass[8] = 0;
        shown.look(look);
        QVERIFY(shown.settle());
        std::size_t polygons = 0;
        for (const auto& layer : shown.view.canvas().drawing()->faces)
            if (layer.name == QLatin1String(kSurfaceLayer)) polygons += layer.colour.size();
        QCOMPARE(polygons, static_cast<std::size_t>(shown.view.result()->exact->faceCount()));
    }

    void savesTheSurface() {
        Shown shown(heights());
        QVERIFY(shown.settle());
        QTemporaryDir folder;
        for (const char* name : {"a.vtp", "a.ply", "a.npz"}) {
            const QString path = folder.filePath(QLatin1String(name));
            QSignalSpy notices(&shown.view, &ResultView::noticeRaised);
            shown.view.saveMesh(path);
            QVERIFY(notices.wait(60'000));
            QVERIFY(QFileInfo(path).size() > 1000);
        }
    }

    void keepsHowItIsHeld() {
        Shown shown(heights());
        QVERIFY(shown.settle());
        HeightsLook look = shown.view.controls().look();
        look.height = Height::Margin;
        look.fill = HeightsLook::Fill::Height;
        look.floor = false;
        look.tall = 1.2;
        shown.look(look);
        QVERIFY(shown.settle());
        const auto state = shown.view.viewState();
        Shown other(heights());
        QVERIFY(other.settle());
        other.view.setViewState(state);
        QVERIFY(other.settle());
        QCOMPARE(other.view.controls().look().height, Height::Margin);
        QVERIFY(!other.view.controls().look().floor);
        const auto &one = shown.view.canvas(), &two = other.view.canvas();
        QVERIFY(one.isFitted() && two.isFitted());
        // Of a fitted camera the direction counts.
        const auto towards = [](const VolumeCamera& camera) {
            return Eigen::Vector3d((camera.position - camera.focus).normalized());
        };
        QVERIFY((towards(one.camera()) - towards(two.camera())).norm() < 1e-9);
        const std::set<std::string> ofPlace{"eye", "focus", "parallel-scale"};
        const auto held = other.view.viewState();
        QCOMPARE(held.size(), state.size());
        for (const auto& [name, value] : state)
            QVERIFY2(ofPlace.contains(name) || held.at(name) == value, name.c_str());
    }
};

QTEST_MAIN(LogitHeightsViewTest)
#include "logit_heights_view_test.moc"
