// SPDX-License-Identifier: GPL-3.0-or-later
// A volume from the gallery's selection to a saved session and its replay, by the window's real controls.
#include <QAction>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "app/blas_kernels.h"
#include "app/window/main_window.h"
#include "app/window/probe_runner.h"
#include "app/window/view_area.h"
#include "tests/app/window/heartbeat.h"
#include "tests/app/window/saved_session.h"
#include "tests/app/window/settings_in.h"
#include "tests/slowdown.h"
#include "widgets/panels/probe_panel.h"
#include "widgets/views/volume_controls.h"
#include "widgets/views/volume_view.h"
#include "widgets/volume/volume_canvas.h"

using namespace tessera;

namespace {

constexpr int kPatienceMs = 120'000;

struct Window {
    MainWindow window;

    Window() {
        window.resize(1280, 720);
        window.show();
    }
    bool openDigits() {
        window.open({TESSERA_SAMPLES "/mnist_mlp.pt", TESSERA_SAMPLES "/mnist-images-idx3-ubyte.gz"});
        return QTest::qWaitFor([&] { return window.workspace().model() && window.workspace().dataset(); },
                               kPatienceMs);
    }
    VolumeView* view() { return window.findChild<VolumeView*>(); }
    void run() {
        window.findChild<QAction*>(QStringLiteral("probe-volume"))->trigger();
        QTest::mouseClick(window.probePanel()->findChild<QPushButton*>(QStringLiteral("runProbe")),
                          Qt::LeftButton);
    }
    bool isDone() {
        const auto& results = window.results().entries();
        return !results.empty() && !results.back().isRunning && view() && view()->isSettled();
    }
    void keep(const char* name) {
        if (const QString folder = qEnvironmentVariable("TESSERA_PICTURES"); !folder.isEmpty())
            window.grab().save(folder + '/' + name + ".png");
    }
};

}  // namespace

class VolumeWindowTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> folder_;

  private Q_SLOTS:
    void initTestCase() { useFittingBlasKernels(); }
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        useSettingsIn(folder_->path(), "tessera-volume-test");
        QSettings().clear();
        QSettings().setValue("recoveryFolder", folder_->filePath("recovery"));
    }

    // With nothing selected the slice's three anchors are there, and a third direction; too many are refused
    // before anything is run.
    void whatItGoesThrough() {
        Window one;
        QVERIFY(one.openDigits());
        one.window.findChild<QAction*>(QStringLiteral("probe-volume"))->trigger();
        auto* run = one.window.probePanel()->findChild<QPushButton*>(QStringLiteral("runProbe"));
        one.window.workspace().setAnchors({2, 10, 8});
        QVERIFY2(run->isEnabled(), qPrintable(one.window.probePanel()->problem()));
        one.window.workspace().setSelection({1, 2, 3, 4, 5});
        QTRY_VERIFY(!run->isEnabled());
        QVERIFY2(one.window.probePanel()->problem().contains("at most 4"),
                 qPrintable(one.window.probePanel()->problem()));
    }

    void fromTheSelectionToAReplay() {
        const QString saved = folder_->filePath("volume.tessera");
        {
            Window first;
            QVERIFY(first.openDigits());
            first.window.workspace().setSelection({2, 4, 8, 10});
            QTRY_VERIFY_WITH_TIMEOUT(!first.window.jobs().isBusy(), kPatienceMs);
            Heartbeat heart;
            first.run();
            // A first surface while it runs, exact cells at the end, in the same view.
            QTRY_VERIFY_WITH_TIMEOUT(first.view() && first.view()->result(), kPatienceMs);
            VolumeView* const view = first.view();
            QVERIFY(view->result()->sampled);
            qInfo("until the first surface: %lld ms", static_cast<long long>(heart.longestMs()));
            QTRY_VERIFY_WITH_TIMEOUT(first.isDone(), kPatienceMs);
            QCOMPARE(first.view(), view);
            QVERIFY(view->result()->cells && view->result()->cells->complete);
            const qint64 longest = heart.longestMs();
            qInfo("longest work of the window's thread: %lld ms", static_cast<long long>(longest));
            // Where the processor draws, a picture at its best takes what it takes.
            if (!view->canvas().hasGl())
                QVERIFY2(longest <= 50 * kSlowdown, qPrintable(QString::number(longest)));
            first.keep("window_volume");
            QCOMPARE(first.window.width(), 1280);

            heart.restart();
            auto look = view->controls().look();
            look.cells = true;
            look.explode = 0.5;
            view->controls().setLook(look);
            QTRY_VERIFY_WITH_TIMEOUT(first.isDone(), kPatienceMs);
            qInfo("longest work while cells are shown: %lld ms", static_cast<long long>(heart.longestMs()));
            first.keep("window_exploded");

            // The cut becomes a slice of its own.
            const auto slices = first.window.views()->slices().size();
            Q_EMIT view->controls().sliceChosen();
            QTRY_COMPARE_WITH_TIMEOUT(first.window.views()->slices().size(), slices + 1, kPatienceMs);
            auto* slice = first.window.views()->slices().back();
            QTRY_VERIFY_WITH_TIMEOUT(slice->computation().hasPlane(), kPatienceMs);
            const auto cut = view->result()->volume.cut(2, view->controls().cutPosition());
            QVERIFY((slice->computation().plane().origin - cut.origin).norm() < 1e-9);

            QVERIFY(saveSession(first.window, saved, kPatienceMs));
        }
        const auto problem = replayProblem(saved, folder_->filePath("again"), "volume");
        QVERIFY2(problem.isEmpty(), problem.constData());

        Window second;
        second.window.open({saved});
        QTRY_VERIFY_WITH_TIMEOUT(!second.window.results().entries().empty(), kPatienceMs);
        second.window.probes()->openView(second.window.results().entries().back().id());
        QTRY_VERIFY_WITH_TIMEOUT(second.view() && second.view()->result() && second.isDone(), kPatienceMs);
        QVERIFY(second.view()->result()->cells->complete);
    }

    // Cancelled while it runs, what is there stays, marked.
    void cancelled() {
        Window window;
        QVERIFY(window.openDigits());
        window.window.workspace().setSelection({2, 4, 8, 10});
        window.run();
        QTRY_VERIFY_WITH_TIMEOUT(window.view() && window.view()->result(), kPatienceMs);
        window.window.jobs().cancelAll();
        QTRY_VERIFY_WITH_TIMEOUT(window.isDone(), kPatienceMs);
        const auto& entry = window.window.results().entries().back();
        QVERIFY(entry.about.outcome == Outcome::Partial);
        QVERIFY(window.view()->result()->sampled);
    }
};

QTEST_MAIN(VolumeWindowTest)
#include "volume_test.moc"
