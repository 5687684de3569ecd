// SPDX-License-Identifier: GPL-3.0-or-later
// Comparing heads from the menu to a replayed session, by the window's real controls.
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "app/blas_kernels.h"
#include "app/window/main_window.h"
#include "app/window/probe_runner.h"
#include "core/data/npz.h"
#include "core/heads/head_file.h"
#include "tests/app/window/saved_session.h"
#include "tests/app/window/settings_in.h"
#include "tests/core/heads/head_data.h"
#include "widgets/panels/probe_panel.h"
#include "widgets/views/compare_view.h"

using namespace tessera;

namespace {

constexpr int kPatienceMs = 60'000;
constexpr std::int64_t kCount = 300, kDimension = 8;

struct Files {
    QTemporaryDir folder;
    QString points = folder.filePath("points.npz");
    QStringList heads;

    Files() {
        const Embeddings made = test::gaussianClasses(kCount, kDimension, 3, 3);
        const std::vector<std::int64_t> labels(made.labels.begin(), made.labels.end());
        const std::vector<NpzEntry> entries{{"x", "<f8", {kCount, kDimension}, made.points.data()},
                                            {"y", "<i8", {kCount}, labels.data()}};
        if (!writeNpz(points.toStdString(), entries).isOk()) qFatal("no data");
        HeadSweep sweep;
        sweep.base.epochs = 4, sweep.base.learningRate = 0.05;
        sweep.seeds = {1, 2, 3};
        NoProgress progress;
        const auto trained = trainHeads(made, recipesOf(sweep), 1, {}, progress).value();
        for (const auto& head : trained.heads) {
            heads << folder.filePath(QStringLiteral("softmax-seed-%1.safetensors").arg(heads.size() + 1));
            if (!saveHead(heads.back().toStdString(), head).isOk()) qFatal("no head");
        }
    }
};

struct Window {
    MainWindow window;

    Window() {
        window.resize(1280, 720);
        window.show();
    }
    bool open(const Files& files) {
        window.open({files.points, files.heads[0]});
        if (!QTest::qWaitFor([&] { return window.workspace().model() && window.workspace().dataset(); },
                             kPatienceMs))
            return false;
        for (qsizetype i = 1; i < files.heads.size(); ++i) {
            window.open({files.heads[i]});
            if (!QTest::qWaitFor([&] { return qsizetype(window.workspace().models().size()) == i + 1; },
                                 kPatienceMs))
                return false;
        }
        return true;
    }
    bool compare() {
        window.findChild<QAction*>(QStringLiteral("compareHeadsAction"))->trigger();
        QTest::mouseClick(window.probePanel()->findChild<QPushButton*>(QStringLiteral("runProbe")),
                          Qt::LeftButton);
        return QTest::qWaitFor(
            [&] {
                const auto& results = window.results().entries();
                return !results.empty() && !results.back().isRunning && view() && view()->isSettled();
            },
            kPatienceMs);
    }
    CompareView* view() { return window.findChild<CompareView*>(); }
};

}  // namespace

class CompareHeadsWindowTest : public QObject {
    Q_OBJECT
    std::unique_ptr<Files> files_;

  private Q_SLOTS:
    void initTestCase() { useFittingBlasKernels(); }
    void init() {
        files_ = std::make_unique<Files>();
        useSettingsIn(files_->folder.path(), "tessera-compare-heads-test");
        QSettings().clear();
        QSettings().setValue("recoveryFolder", files_->folder.filePath("recovery"));
    }

    // One head is not enough, and the panel says so before anything is run.
    void oneHeadIsNotCompared() {
        Window one;
        one.window.open({files_->points, files_->heads[0]});
        QTRY_VERIFY_WITH_TIMEOUT(one.window.workspace().model() && one.window.workspace().dataset(),
                                 kPatienceMs);
        one.window.findChild<QAction*>(QStringLiteral("compareHeadsAction"))->trigger();
        auto* run = one.window.probePanel()->findChild<QPushButton*>(QStringLiteral("runProbe"));
        QVERIFY(!run->isEnabled());
        QVERIFY2(one.window.probePanel()->problem().contains("at least 2 models"),
                 qPrintable(one.window.probePanel()->problem()));
    }

    void fromTheMenuToAReplay() {
        const QString saved = files_->folder.filePath("heads.tessera");
        {
            Window first;
            QVERIFY(first.open(*files_));
            QVERIFY(first.compare());
            // All of the data by default, whatever the slice goes through.
            const auto record = first.view()->record();
            QCOMPARE(record->table("heads")->rows(), std::size_t(3));
            QVERIFY(record->table("samples")->rows() > 50);
            QCOMPARE(first.view()->columns().canvases().size(), std::size_t(3));
            QCOMPARE(first.window.results().entries().back().others.size(), std::size_t(2));
            // The window is as wide as it was.
            QCOMPARE(first.window.width(), 1280);
            QVERIFY(saveSession(first.window, saved, kPatienceMs));
        }
        const auto problem = replayProblem(saved, files_->folder.filePath("again"), "compare-heads");
        QVERIFY2(problem.isEmpty(), problem.constData());

        Window second;
        second.window.open({saved});
        QTRY_VERIFY_WITH_TIMEOUT(second.window.workspace().models().size() == 3, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(!second.window.results().entries().empty(), kPatienceMs);
        const auto& entry = second.window.results().entries().back();
        QCOMPARE(entry.others.size(), std::size_t(2));
        second.window.probes()->openView(entry.id());
        QTRY_VERIFY_WITH_TIMEOUT(
            second.view() && second.view()->isSettled() && second.view()->columns().canvases().size() == 3,
            kPatienceMs);
    }

    // The same request is answered from what is there; with another head open it is another request.
    void theHeadsArePartOfTheRequest() {
        Window asked;
        QVERIFY(asked.open(*files_));
        QVERIFY(asked.compare());
        QVERIFY(asked.compare());
        QTRY_COMPARE_WITH_TIMEOUT(asked.window.results().entries().size(), std::size_t(1), kPatienceMs);
        asked.window.workspace().closeModel(asked.window.workspace().comparableModels().back());
        QVERIFY(asked.compare());
        QTRY_COMPARE_WITH_TIMEOUT(asked.window.results().entries().size(), std::size_t(2), kPatienceMs);
    }
};

QTEST_MAIN(CompareHeadsWindowTest)
#include "compare_heads_test.moc"
