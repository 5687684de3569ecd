// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions in the window: saved, opened, asked about, recovered after the program was killed.
#include <signal.h>

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <cstdio>

#include "app/window/figure_exporter.h"
#include "app/window/main_window.h"
#include "app/window/probe_runner.h"
#include "app/window/session_keeper.h"
#include "app/window/undo_recorder.h"
#include "app/window/view_area.h"
#include "counting_probe.h"
#include "tests/app/window/settings_in.h"
#include "widgets/dialogs/missing_files_dialog.h"
#include "widgets/dialogs/sheet_dialog.h"
#include "widgets/panels/gallery_panel.h"
#include "widgets/panels/message_bar.h"
#include "widgets/views/sheet_preview.h"

using namespace tessera;

namespace {

constexpr int kPatienceMs = 60'000;

const char* const kSettings = "tessera-session-test";

ProbeRequest request(MainWindow& window, double gain, const char* mode = "plain") {
    ProbeRequest wanted;
    wanted.probe = "brightness";
    wanted.parameters = completeParameters(window.probes()->descriptions().front().parameters,
                                           {{"gain", gain}, {"mode", std::string(mode)}})
                            .value();
    wanted.samples = {3, 1, 4, 15, 92};
    wanted.scope = "5 samples";
    return wanted;
}

// The child that is killed: works for a while, says when its copy is on the disk, and waits for the end.
int beTheVictim(int argc, char** argv) {
    QApplication application(argc, argv);
    useSettingsIn(QString::fromLocal8Bit(argv[2]), kSettings);
    MainWindow window(nullptr, countingCatalogue());
    window.show();
    window.openSample("spiral");
    window.startKeeping();
    QObject::connect(&window.workspace(), &Workspace::evaluationChanged, &window, [&] {
        if (!window.workspace().evaluation() || !window.results().entries().empty()) return;
        window.workspace().setSelection({3, 1, 4});
        window.workspace().setSubset("hard ones", {5, 6});
        window.workspace().setReferenceSample(9);
        window.sliceView()->zoom(2);
        window.probes()->run(request(window, 2));
    });
    QObject::connect(window.keeper(), &SessionKeeper::autosaved, &window, [&] {
        const auto numbers = window.results().cache().numbers();
        if (numbers.empty() || !numbers.front().stored)
            return;  // the copy was begun before the result was there
        std::printf("kept %.17g\n", window.results().entries().front().about.summary.front().value);
        std::fflush(stdout);
    });
    QTimer often;
    QObject::connect(&often, &QTimer::timeout, window.keeper(), &SessionKeeper::autosave);
    often.start(200);
    return application.exec();
}

}  // namespace

class SessionTest : public QObject {
    Q_OBJECT

    QTemporaryDir settings_, folder_;

    std::unique_ptr<MainWindow> opened() {
        auto window = std::make_unique<MainWindow>(nullptr, countingCatalogue());
        window->resize(1400, 900);
        window->show();
        window->openSample("spiral");
        return window;
    }
    static void runProbe(MainWindow& window, double gain) {
        const auto count = window.results().entries().size();
        window.probes()->run(request(window, gain));
        QTRY_VERIFY_WITH_TIMEOUT(
            window.results().entries().size() == count + 1 && !window.results().entries().back().isRunning,
            kPatienceMs);
    }
    static QMessageBox* box(MainWindow& window, const char* name) {
        return window.findChild<QMessageBox*>(QLatin1String(name));
    }
    static void press(QMessageBox* box, const QString& text) {
        for (QAbstractButton* button : box->buttons())
            if (button->text().remove('&') == text) return button->click();
        QFAIL(qPrintable("no button " + text));
    }

  private Q_SLOTS:
    void initTestCase() { useSettingsIn(settings_.path(), kSettings); }
    void init() {
        QSettings().clear();
        QSettings().setValue("recoveryFolder", folder_.filePath("recovery"));
        QSettings().setValue("guideDone", true);
    }

    void savesAndOpensEverything() {
        const QString path = folder_.filePath("all.tessera");
        std::vector<qint64> anchors;
        Eigen::Vector2d centre;
        double value = 0;
        {
            const auto window = opened();
            QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() && window->sliceView()->isUpToDate(),
                                     kPatienceMs);
            QVERIFY(!window->keeper()->isWorthSaving());  // a sample that was looked at
            window->workspace().setAnchors({7, 70, 300});
            window->workspace().setSelection({1, 2, 3});
            window->workspace().setSubset("mine", {4, 5});
            window->workspace().setReferenceSample(11);
            QTRY_VERIFY_WITH_TIMEOUT(window->sliceView()->isUpToDate(), kPatienceMs);
            window->views()->addSlice();
            QTRY_VERIFY_WITH_TIMEOUT(window->sliceView()->isUpToDate(), kPatienceMs);
            window->sliceView()->setTurn({0.25, 0, 0});
            window->sliceView()->zoom(4);
            auto switches = window->sliceView()->switches();
            switches.fill = SliceFill::Pattern;
            window->sliceView()->setSwitches(switches);
            QTRY_VERIFY_WITH_TIMEOUT(window->sliceView()->isUpToDate(), kPatienceMs);
            centre = window->sliceView()->look().centre;
            anchors = window->workspace().anchors();
            runProbe(*window, 3);
            value = window->results().entries().front().about.summary.front().value;
            QVERIFY(window->isWindowModified());
            // Ctrl+S asks where, once.
            window->findChild<QAction*>("saveSession")->trigger();
            auto* dialog = window->findChild<QFileDialog*>("saveSessionDialog");
            QVERIFY(dialog);
            Q_EMIT dialog->fileSelected(path);
            dialog->close();
            QTRY_VERIFY_WITH_TIMEOUT(window->keeper()->path() == path, kPatienceMs);
            QVERIFY(!window->isWindowModified());
            QVERIFY2(window->windowTitle().startsWith("all.tessera"), qPrintable(window->windowTitle()));
            QVERIFY(window->close());
        }
        CountingProbe::runs = 0;
        MainWindow window(nullptr, countingCatalogue());
        window.resize(1400, 900);
        window.show();
        window.open({path});
        QTRY_VERIFY_WITH_TIMEOUT(window.keeper()->path() == path && window.workspace().evaluation(),
                                 kPatienceMs);
        const Workspace& workspace = window.workspace();
        QCOMPARE(workspace.anchors(), anchors);
        QCOMPARE(workspace.selection(), (std::vector<qint64>{1, 2, 3}));
        QCOMPARE(workspace.subsets().at("mine"), (std::vector<qint64>{4, 5}));
        QCOMPARE(workspace.referenceSample(), qint64(11));
        QCOMPARE(window.views()->slices().size(), 2);
        SliceView* second = window.views()->slices().back();
        QCOMPARE(window.sliceView(), second);
        QTRY_VERIFY_WITH_TIMEOUT(second->isUpToDate(), kPatienceMs);
        QCOMPARE(second->computation().turn().rotation, 0.25);
        QVERIFY((second->look().centre - centre).norm() < 1e-9);
        QVERIFY(second->switches().fill == SliceFill::Pattern);
        // The result is there with its numbers; nothing was run for it.
        QCOMPARE(window.results().entries().size(), std::size_t(1));
        QCOMPARE(window.results().entries().front().about.summary.front().value, value);
        window.probes()->openView(window.results().entries().front().id());
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<BrightnessView*>(), kPatienceMs);
        QCOMPARE(window.findChild<BrightnessView*>()->record()->tables.front().rows(), std::size_t(5));
        QCOMPARE(CountingProbe::runs.load(), 0);
        // The same question is answered from the session.
        window.probes()->run(request(window, 3));
        QTRY_VERIFY_WITH_TIMEOUT(!window.jobs().isBusy(), kPatienceMs);
        QCOMPARE(CountingProbe::runs.load(), 0);
        QVERIFY(!window.undo()->stack().canUndo());
        QVERIFY(Settings().recentFiles().contains(path));
    }

    void missingFilesAreAskedFor() {
        QTemporaryDir here, there;
        QVERIFY(QFile::copy(QStringLiteral(TESSERA_SAMPLES "/spiral_mlp.pt"), here.filePath("net.pt")));
        QVERIFY(QFile::copy(QStringLiteral(TESSERA_SAMPLES "/spiral.csv"), here.filePath("data.csv")));
        const QString path = folder_.filePath("moved.tessera");
        {
            MainWindow window(nullptr, countingCatalogue());
            window.show();
            window.open({here.filePath("net.pt"), here.filePath("data.csv")});
            QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
            window.keeper()->save(path);
            QTRY_VERIFY_WITH_TIMEOUT(window.keeper()->path() == path, kPatienceMs);
        }
        QVERIFY(QFile::rename(here.filePath("net.pt"), there.filePath("net.pt")));
        QVERIFY(QFile::rename(here.filePath("data.csv"), there.filePath("data.csv")));
        MainWindow window(nullptr, countingCatalogue());
        window.show();
        window.open({path});
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<MissingFilesDialog*>(), kPatienceMs);
        QVERIFY(!window.workspace().model());
        auto* dialog = window.findChild<MissingFilesDialog*>();
        dialog->locate(here.filePath("net.pt"), there.filePath("net.pt"));  // its neighbour is found with it
        dialog->accept();
        QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
        QCOMPARE(window.workspace().model()->info().path.string(), there.filePath("net.pt").toStdString());
    }

    void aDescriptionThatWasOpenedAlongIsKept() {
        QTemporaryDir here;
        QVERIFY(QFile::copy(QStringLiteral(TESSERA_TEST_DATA "/models/mlp_ordered.pth"),
                            here.filePath("net.pth")));
        QFile description(here.filePath("described.json")), data(here.filePath("data.csv"));
        QVERIFY(description.open(QIODevice::WriteOnly) && data.open(QIODevice::WriteOnly));
        // Without it the activations would be taken for rectifiers.
        description.write(R"({"input": [3], "layers": [{"name": "0", "op": "linear"}, "tanh",
            {"name": "2", "op": "linear"}, "tanh", {"name": "4", "op": "linear"}]})");
        data.write("x,y,z,label\n0,1,2,0\n1,0,2,1\n2,1,0,0\n");
        description.close();
        data.close();
        const QString path = folder_.filePath("described.tessera");
        {
            MainWindow window(nullptr, countingCatalogue());
            window.show();
            window.open({here.filePath("net.pth"), here.filePath("described.json")});
            QTRY_VERIFY_WITH_TIMEOUT(window.workspace().model() != nullptr, kPatienceMs);
            QVERIFY(!window.workspace().model()->isExact());
            window.open({here.filePath("data.csv")});
            QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
            window.keeper()->save(path);
            QTRY_VERIFY_WITH_TIMEOUT(window.keeper()->path() == path, kPatienceMs);
        }
        MainWindow window(nullptr, countingCatalogue());
        window.show();
        window.open({path});
        QTRY_VERIFY_WITH_TIMEOUT(window.keeper()->path() == path && window.workspace().evaluation(),
                                 kPatienceMs);
        QVERIFY(!window.workspace().model()->isExact());
        QCOMPARE(window.workspace().model()->info().architectureFile.string(),
                 here.filePath("described.json").toStdString());
    }

    void aFigureKeepsItsSliceWhenAnotherIsClosed() {
        const QString path = folder_.filePath("figures.tessera"), figure = folder_.filePath("second.svg");
        const auto kept = [](MainWindow& window) -> QString {
            const SessionDocument document = window.keeper()->snapshot().document;
            if (document.figures.size() != 1) return QStringLiteral("no figure");
            const SessionSlice* slice = document.slice(document.figures.front().panels.front().slice);
            return slice ? QString::fromStdString(slice->fill) : QStringLiteral("no slice");
        };
        {
            const auto window = opened();
            QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() && window->sliceView()->isUpToDate(),
                                     kPatienceMs);
            SliceView* first = window->sliceView();
            SliceView* second = window->views()->addSlice();
            auto switches = second->switches();
            switches.fill = SliceFill::SlopeNorm;
            second->setSwitches(switches);
            QTRY_VERIFY_WITH_TIMEOUT(second->isUpToDate(), kPatienceMs);
            const auto choices = window->figures()->choices();
            QCOMPARE(choices.size(), std::size_t(2));
            window->figures()->write(folder_.filePath("no/such/folder.svg"), {}, {choices.back()});
            QTRY_VERIFY_WITH_TIMEOUT(!window->jobs().isBusy(), kPatienceMs);
            QCOMPARE(kept(*window), QString("no figure"));  // it could not be written
            window->figures()->write(figure, {}, {choices.back()});
            QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(figure) && !window->jobs().isBusy(), kPatienceMs);
            QCOMPARE(kept(*window), QString("slope"));
            window->views()->showView(first);
            window->views()->closeCurrent();
            QTRY_COMPARE(window->views()->slices().size(), 1);
            QCOMPARE(kept(*window), QString("slope"));
            window->keeper()->save(path);
            QTRY_VERIFY_WITH_TIMEOUT(window->keeper()->path() == path, kPatienceMs);
        }
        MainWindow window(nullptr, countingCatalogue());
        window.show();
        window.open({path});
        QTRY_VERIFY_WITH_TIMEOUT(window.keeper()->path() == path && window.workspace().evaluation(),
                                 kPatienceMs);
        QCOMPARE(kept(window), QString("slope"));
    }

    void theSliceExportsThroughTheWindow() {
        const auto window = opened();
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() && window->sliceView()->isUpToDate(),
                                 kPatienceMs);
        SliceView* first = window->sliceView();
        SliceView* second = window->views()->addSlice();
        QTRY_VERIFY_WITH_TIMEOUT(second->isUpToDate(), kPatienceMs);
        first->exportFigure();
        auto* dialog = window->findChild<SheetDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        QCOMPARE(dialog->chosen(), std::vector<int>{0});
        QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<SheetPreview*>()->isUpToDate(), kPatienceMs);
        dialog->reject();
    }

    void noCopyIsKeptWhenNoneIsWanted() {
        for (const int seconds : {3600, 0}) {
            QSettings().setValue("autosave", seconds);
            const auto window = opened();
            window->startKeeping();
            QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() != nullptr, kPatienceMs);
            QSignalSpy copies(window->keeper(), &SessionKeeper::autosaved);
            runProbe(*window, 1);
            if (seconds > 0)
                QVERIFY(copies.wait(kPatienceMs));  // soon after a result
            else
                QVERIFY(!copies.wait(3000));
        }
    }

    void savingWhileSavingSavesWhatChangedSince() {
        const QString path = folder_.filePath("twice.tessera");
        const auto window = opened();
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() && window->sliceView()->isUpToDate(),
                                 kPatienceMs);
        std::size_t slices = 0;
        connect(window->keeper(), &SessionKeeper::saved, window.get(), [&](const QString& file) {
            if (slices == 0) slices = openSession(file.toStdString()).value().document.slices.size();
        });
        window->keeper()->save(path);
        window->views()->addSlice();
        QVERIFY(window->keeper()->isModified());
        window->keeper()->save(path);
        QTRY_VERIFY_WITH_TIMEOUT(slices > 0, kPatienceMs);
        QCOMPARE(slices, std::size_t(2));
        QVERIFY(!window->keeper()->isModified());
    }

    void aLateAnswerDoesNotTouchTheSessionThatWasOpened() {
        const QString path = folder_.filePath("late.tessera");
        {
            const auto window = opened();
            QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() != nullptr, kPatienceMs);
            runProbe(*window, 3);
            window->keeper()->save(path);
            QTRY_VERIFY_WITH_TIMEOUT(window->keeper()->path() == path, kPatienceMs);
        }
        const auto window = opened();
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() != nullptr, kPatienceMs);
        const QString id = window->probes()->run(request(*window, 1, "wait"));
        QTRY_VERIFY_WITH_TIMEOUT(window->jobs().job(window->results().entries().back().job).done == 3,
                                 kPatienceMs);
        window->keeper()->open(path);
        QTRY_VERIFY_WITH_TIMEOUT(window->keeper()->path() == path && !window->jobs().isBusy(), kPatienceMs);
        QCOMPARE(window->results().entries().size(), std::size_t(1));
        const ResultEntry& held = window->results().entries().front();
        QCOMPARE(held.id(), id);  // the same name, another result
        QVERIFY(held.about.outcome == Outcome::Complete);
        QCOMPARE(std::get<double>(held.about.parameters.at("gain")), 3.0);
        window->probes()->openView(id);
        QTRY_VERIFY_WITH_TIMEOUT(window->findChild<BrightnessView*>(), kPatienceMs);
        QCOMPARE(window->findChild<BrightnessView*>()->record()->tables.front().rows(), std::size_t(5));
    }

    void aBrokenSessionLeavesEverythingAsItWas() {
        const QString path = folder_.filePath("broken.tessera");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("PK\x03\x04 and then nothing");
        file.close();
        const auto window = opened();
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() != nullptr, kPatienceMs);
        const auto model = window->workspace().model();
        window->open({path});
        QTRY_VERIFY_WITH_TIMEOUT(window->messageBar()->isVisible(), kPatienceMs);
        QVERIFY(window->messageBar()->sentence().contains("broken.tessera"));
        QCOMPARE(window->workspace().model(), model);
    }

    void quittingAsksWhenThereIsSomethingToLose() {
        const auto window = opened();
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() != nullptr, kPatienceMs);
        runProbe(*window, 1);
        QVERIFY(!window->close());
        QVERIFY(window->isVisible());
        QMessageBox* question = box(*window, "askToSave");
        QVERIFY(question);
        press(question, "Cancel");
        QTRY_VERIFY(!box(*window, "askToSave"));
        QVERIFY(window->isVisible());
        window->close();
        press(box(*window, "askToSave"), "Don't Save");
        QTRY_VERIFY(!window->isVisible());
    }

    void quittingWithARunningProbeAsksCancelsAndJoins() {
        auto window = opened();
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() != nullptr, kPatienceMs);
        window->probes()->run(request(*window, 1, "wait"));
        QTRY_VERIFY_WITH_TIMEOUT(window->jobs().job(window->results().entries().back().job).done == 3,
                                 kPatienceMs);
        QVERIFY(!window->close());
        QVERIFY(box(*window, "askToSave")->informativeText().contains("still running"));
        press(box(*window, "askToSave"), "Don't Save");
        QTRY_VERIFY(!window->isVisible());
        QElapsedTimer clock;
        clock.start();
        window.reset();
        QVERIFY(clock.elapsed() < 3000);
    }

    void recoversAfterKill() {
        const QString settings = folder_.filePath("victim");
        QDir().mkpath(settings);
        {  // the child reads the same settings file as this process would in that folder
            QSettings child(settings + "/Tessera/tessera-session-test.ini", QSettings::IniFormat);
            child.setValue("recoveryFolder", folder_.filePath("recovery"));
            child.setValue("guideDone", true);
        }
        QProcess victim;
        victim.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        victim.start(QCoreApplication::applicationFilePath(), {"--victim", settings});
        QByteArray said;
        QTRY_VERIFY_WITH_TIMEOUT((said += victim.readAllStandardOutput()).contains('\n'), kPatienceMs);
        ::kill(static_cast<pid_t>(victim.processId()), SIGKILL);
        QVERIFY(victim.waitForFinished());
        QCOMPARE(victim.exitStatus(), QProcess::CrashExit);
        const double value = said.split('\n').front().split(' ').back().toDouble();

        {
            MainWindow window(nullptr, countingCatalogue());
            window.resize(1400, 900);
            window.show();
            window.startKeeping();
            QTRY_VERIFY_WITH_TIMEOUT(box(window, "offerRecovery"), kPatienceMs);
            QVERIFY(!window.workspace().model());  // nothing opens by itself
            press(box(window, "offerRecovery"), "Recover");
            QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
            QCOMPARE(window.workspace().selection(), (std::vector<qint64>{1, 3, 4}));
            QCOMPARE(window.workspace().subsets().at("hard ones"), (std::vector<qint64>{5, 6}));
            QCOMPARE(window.workspace().referenceSample(), qint64(9));
            QCOMPARE(window.results().entries().size(), std::size_t(1));
            QCOMPARE(window.results().entries().front().about.summary.front().value, value);
            window.probes()->openView("r1");
            QTRY_VERIFY_WITH_TIMEOUT(window.findChild<BrightnessView*>(), kPatienceMs);
            QVERIFY(window.isWindowModified());
            QTRY_VERIFY_WITH_TIMEOUT(!window.keeper()->isAtWork() && !window.jobs().isBusy(), kPatienceMs);
            window.close();
            press(box(window, "askToSave"), "Don't Save");
            QTRY_VERIFY(!window.isVisible());
        }
        // What cannot be read is said, and can only be discarded.
        QDir().mkpath(folder_.filePath("recovery/123-0"));
        for (const char* name : {"lock", "autosave.json"}) {
            QFile broken(folder_.filePath(QStringLiteral("recovery/123-0/") + name));
            QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("{\"saved\": 3}") > 0);
        }
        {
            MainWindow window(nullptr, countingCatalogue());
            window.show();
            window.startKeeping();
            QTRY_VERIFY_WITH_TIMEOUT(box(window, "offerRecovery"), kPatienceMs);
            QVERIFY(box(window, "offerRecovery")->informativeText().contains("autosave.json"));
            QVERIFY(!box(window, "offerRecovery")->findChild<QPushButton*>("recover"));
            press(box(window, "offerRecovery"), "Discard");
            QTRY_VERIFY_WITH_TIMEOUT(!QFileInfo::exists(folder_.filePath("recovery/123-0")), kPatienceMs);
        }
        // Offered once.
        MainWindow window(nullptr, countingCatalogue());
        window.show();
        window.startKeeping();
        QTRY_VERIFY_WITH_TIMEOUT(!window.jobs().isBusy(), kPatienceMs);
        QVERIFY(!box(window, "offerRecovery"));
    }
};

int main(int argc, char** argv) {
    if (argc > 2 && QByteArray(argv[1]) == "--victim") return beTheVictim(argc, argv);
    QApplication application(argc, argv);
    SessionTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "session_test.moc"
