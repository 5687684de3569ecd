// SPDX-License-Identifier: GPL-3.0-or-later
// Asking probes in the window: the form, running, cancelling, comparing, exporting, deleting and undoing.
#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QPushButton>
#include <QSettings>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include "app/window/main_window.h"
#include "app/window/probe_runner.h"
#include "app/window/session_keeper.h"
#include "app/window/undo_recorder.h"
#include "app/window/view_area.h"
#include "counting_probe.h"
#include "tests/app/window/in_window.h"
#include "tests/app/window/settings_in.h"
#include "widgets/dialogs/compare_dialog.h"
#include "widgets/panels/parameter_form.h"
#include "widgets/panels/results_panel.h"

using namespace tessera;

namespace {
constexpr int kPatienceMs = 30'000;
}

class ProbesTest : public QObject {
    Q_OBJECT

    QTemporaryDir settings_;
    std::unique_ptr<MainWindow> window_;

    template <typename T>
    T* find(const char* name) {
        return inWindow<T>(*window_, name);
    }
    ParameterForm& form() { return *window_->probePanel()->form(); }
    const ResultEntry& last() { return window_->results().entries().back(); }
    void run() { QTest::mouseClick(find<QPushButton>("runProbe"), Qt::LeftButton); }
    void runToTheEnd() {
        run();
        QTRY_VERIFY_WITH_TIMEOUT(!last().isRunning, kPatienceMs);
    }
    void choose(const char* mode) { qobject_cast<QComboBox*>(form().control("mode"))->setCurrentText(mode); }

  private Q_SLOTS:
    void initTestCase() { useSettingsIn(settings_.path(), "tessera-probes-test"); }
    void init() {
        QSettings().clear();
        CountingProbe::runs = 0;
        window_ = std::make_unique<MainWindow>(nullptr, countingCatalogue());
        window_->resize(1500, 900);
        window_->show();
        window_->openSample("spiral");
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().evaluation() != nullptr, kPatienceMs);
        find<QAction>("probe-brightness")->trigger();
    }
    void cleanup() { window_.reset(); }

    void theFormComesFromTheSchema() {
        auto* gain = qobject_cast<QDoubleSpinBox*>(form().control("gain"));
        QVERIFY(gain && gain->isVisible());
        QCOMPARE(gain->maximum(), 100.0);
        QVERIFY(gain->toolTip().contains("Factor on every value."));
        QVERIFY(form().isStandard());
        gain->setFocus();
        gain->selectAll();
        QTest::keyClicks(gain, "0.125");
        QTest::keyClick(gain, Qt::Key_Return);
        QCOMPARE(std::get<double>(form().values().at("gain")), 0.125);
        qobject_cast<QDoubleSpinBox*>(form().control("rounds"))->setValue(7);
        QCOMPARE(std::get<std::int64_t>(form().values().at("rounds")), std::int64_t(7));
        QVERIFY(!form().isStandard());
        form().reset();
        QVERIFY(form().isStandard());
        // What the form gives is what the probe takes.
        QVERIFY(completeParameters(form().parameters(), form().values()).isOk());
    }

    void runsOnTheSelectionAndShowsTheResult() {
        auto* scope = find<QComboBox>("probeScope");
        scope->setCurrentIndex(scope->findData("selection"));
        QVERIFY(!find<QPushButton>("runProbe")->isEnabled());
        QVERIFY(!window_->probePanel()->problem().isEmpty());
        window_->workspace().setSelection({4, 2, 9});
        QVERIFY(find<QPushButton>("runProbe")->isEnabled());
        QTest::keyClick(window_.get(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(window_->results().entries().size(), std::size_t(1));
        QTRY_VERIFY_WITH_TIMEOUT(!last().isRunning, kPatienceMs);
        QVERIFY(last().about.outcome == Outcome::Complete);
        QCOMPARE(last().about.samples, (std::vector<std::int64_t>{2, 4, 9}));
        QTRY_VERIFY(window_->findChild<BrightnessView*>());
        auto* view = window_->findChild<BrightnessView*>();
        QCOMPARE(view->record()->tables.front().rows(), std::size_t(3));
        QVERIFY(view->isVisible());
        QCOMPARE(window_->resultsPanel()->selected(), QStringList{last().id()});
        QVERIFY(last().about.provenance.files.size() >= 2);
    }

    void anEqualRequestIsServedFromTheCache() {
        runToTheEnd();
        run();
        QTRY_VERIFY_WITH_TIMEOUT(
            window_->results().entries().size() == 1 && !last().isRunning && !window_->jobs().isBusy(),
            kPatienceMs);
        QCOMPARE(CountingProbe::runs.load(), 1);
        qobject_cast<QDoubleSpinBox*>(form().control("gain"))->setValue(2);
        runToTheEnd();
        QCOMPARE(CountingProbe::runs.load(), 2);
        QCOMPARE(window_->results().entries().size(), std::size_t(2));
    }

    void aCancelledRunKeepsItsPart() {
        choose("wait");
        run();
        QTRY_VERIFY_WITH_TIMEOUT(window_->jobs().job(last().job).done == 3, kPatienceMs);
        QTest::mouseClick(find<QPushButton>("cancelResult"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!last().isRunning, kPatienceMs);
        QVERIFY(last().about.outcome == Outcome::Partial);
        QCOMPARE(outcomeSentence(last()), QString("partial: stopped after 3 samples"));
        QTRY_VERIFY(window_->findChild<BrightnessView*>());
        QCOMPARE(window_->findChild<BrightnessView*>()->record()->tables.front().rows(), std::size_t(3));
        // A part does not answer the next request.
        run();
        QTRY_COMPARE(window_->results().entries().size(), std::size_t(2));
        QTRY_VERIFY_WITH_TIMEOUT(window_->jobs().job(last().job).done == 3, kPatienceMs);
        window_->jobs().cancelAll();
        QTRY_VERIFY_WITH_TIMEOUT(!last().isRunning, kPatienceMs);
    }

    void aFailureStaysWithItsSentence() {
        choose("fail");
        runToTheEnd();
        QVERIFY(last().about.outcome == Outcome::Failed);
        QCOMPARE(outcomeSentence(last()), QString("failed: The sample is too bright; choose a darker one."));
        QVERIFY(!find<QPushButton>("openResult")->isEnabled());
        QVERIFY(find<QPushButton>("rerunResult")->isEnabled());
    }

    void runsAgainWithOneParameterChanged() {
        window_->workspace().setSelection({1, 2});
        auto* scope = find<QComboBox>("probeScope");
        scope->setCurrentIndex(scope->findData("selection"));
        runToTheEnd();
        const double once = last().about.summary.front().value;
        window_->workspace().setSelection({});
        form().reset();
        QTest::mouseClick(find<QPushButton>("rerunResult"), Qt::LeftButton);
        QCOMPARE(scope->currentData().toString(), QString("before"));
        qobject_cast<QDoubleSpinBox*>(form().control("gain"))->setValue(3);
        runToTheEnd();
        QCOMPARE(last().about.samples, (std::vector<std::int64_t>{1, 2}));
        QVERIFY(std::abs(last().about.summary.front().value - 3 * once) < 1e-9);
        // Both side by side: the one parameter, and the factor.
        auto* results = find<QTreeView>("results");
        results->selectAll();
        QTest::mouseClick(find<QPushButton>("compareResults"), Qt::LeftButton);
        auto* dialog = window_->findChild<CompareDialog*>();
        QVERIFY(dialog);
        QVERIFY2(dialog->text().contains("gain\t1\t3"), qPrintable(dialog->text()));
        QVERIFY(!dialog->text().contains("rounds"));
        QVERIFY(dialog->text().contains("Total brightness"));
    }

    void exportsEveryFormat() {
        runToTheEnd();
        QTemporaryDir folder;
        using Format = ProbeRunner::Format;
        for (const auto& [format, name] : {std::pair(Format::Npz, "r.npz"), std::pair(Format::Csv, "r.csv"),
                                           std::pair(Format::Json, "r.json")}) {
            const QString path = folder.filePath(QLatin1String(name));
            window_->probes()->exportTo(last().id(), format, path);
            QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path) && !window_->jobs().isBusy(), kPatienceMs);
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly) && file.size() > 100);
        }
    }

    void deletingIsUndone() {
        runToTheEnd();
        QTRY_VERIFY(window_->findChild<BrightnessView*>());
        const QString id = last().id();
        const double value = last().about.summary.front().value;
        QTest::mouseClick(find<QPushButton>("deleteResult"), Qt::LeftButton);
        QVERIFY(window_->results().entries().empty());
        QTRY_VERIFY(!window_->findChild<BrightnessView*>());
        auto* undo = find<QAction>("undo");
        QVERIFY2(undo->text().contains(id), qPrintable(undo->text()));
        undo->trigger();
        QCOMPARE(last().id(), id);
        QCOMPARE(last().about.summary.front().value, value);
        window_->probes()->openView(id);
        QTRY_VERIFY(window_->findChild<BrightnessView*>());
        find<QAction>("redo")->trigger();
        QVERIFY(window_->results().entries().empty());
    }

    void aRunThatWasDeletedComesBackCancelled() {
        choose("wait");
        run();
        QTRY_VERIFY_WITH_TIMEOUT(window_->jobs().job(last().job).done == 3, kPatienceMs);
        QTest::mouseClick(find<QPushButton>("deleteResult"), Qt::LeftButton);
        QVERIFY(window_->results().entries().empty());
        find<QAction>("undo")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!window_->jobs().isBusy(), kPatienceMs);
        QVERIFY(!last().isRunning);
        QCOMPARE(outcomeSentence(last()), QString("cancelled: deleted while it ran"));
        QCOMPARE(window_->keeper()->runningProbes(), 0);
    }

    void deletedNumbersOnTheDiskTakeNoMemory() {
        runToTheEnd();
        QTemporaryDir folder;
        const QString path = folder.filePath("kept.tessera"), id = last().id();
        window_->keeper()->save(path);
        QTRY_VERIFY_WITH_TIMEOUT(window_->keeper()->path() == path, kPatienceMs);
        RemovedResult gone = window_->results().remove(id);
        QVERIFY(gone.numbers.stored && !gone.numbers.record);
        QTRY_VERIFY(!window_->findChild<BrightnessView*>());
        window_->results().restore(std::move(gone));
        window_->probes()->openView(id);
        QTRY_VERIFY(window_->findChild<BrightnessView*>());
    }

    void everyChangeOfTheDocumentIsUndone() {
        Workspace& workspace = window_->workspace();
        QUndoStack& stack = window_->undo()->stack();
        SliceView* slice = window_->sliceView();
        QTRY_VERIFY_WITH_TIMEOUT(slice->isUpToDate(), kPatienceMs);
        QCOMPARE(stack.count(), 0);  // opening a sample is no step
        const auto anchors = workspace.anchors();
        const auto step = [&](auto change, const char* what) {
            const int before = stack.index();
            change();
            QTRY_COMPARE(stack.index(), before + 1);
            QVERIFY2(stack.undoText().contains(what), qPrintable(stack.undoText()));
        };
        step([&] { workspace.setAnchors({5, 6}); }, "anchors");
        step([&] { workspace.setSelection({1, 2, 3}); }, "selection");
        step([&] { workspace.setReferenceSample(7); }, "reference");
        step([&] { workspace.setSubset("mine", {1, 2}); }, "subsets");
        step([&] { window_->opener().setNormalisation({{0.5}, {2}}); }, "normalisation");
        step(
            [&] {
                auto switches = slice->switches();
                switches.grid = true;
                slice->setSwitches(switches);
            },
            "drawing");
        step(
            [&] {
                auto recipe = slice->computation().recipe();
                recipe.kind = PlaneKind::Random;
                slice->computation().setRecipe(recipe);
            },
            "plane");
        QTRY_VERIFY_WITH_TIMEOUT(slice->isUpToDate(), kPatienceMs);
        step([&] { slice->setTurn({0.5, 0, 0}); }, "turn");
        while (stack.canUndo()) find<QAction>("undo")->trigger();
        QCOMPARE(workspace.anchors(), anchors);
        QVERIFY(workspace.selection().empty() && workspace.subsets().empty());
        QCOMPARE(workspace.referenceSample(), qint64(-1));
        QVERIFY(workspace.normalisation().isIdentity());
        QVERIFY(!slice->switches().grid);
        QVERIFY(slice->computation().recipe().kind == PlaneKind::Samples);
        QVERIFY(slice->computation().wantedTurn() == SliceTurn{});
        while (stack.canRedo()) find<QAction>("redo")->trigger();
        QCOMPARE(workspace.anchors(), (std::vector<qint64>{5, 6}));
        QCOMPARE(workspace.subsets().at("mine"), (std::vector<qint64>{1, 2}));
        QVERIFY(slice->switches().grid);
        QCOMPARE(slice->computation().wantedTurn().rotation, 0.5);
        QTRY_VERIFY_WITH_TIMEOUT(slice->isUpToDate(), kPatienceMs);
        QCOMPARE(slice->computation().turn().rotation, 0.5);
        QVERIFY(!stack.canRedo());
    }
};

QTEST_MAIN(ProbesTest)
#include "probes_test.moc"
