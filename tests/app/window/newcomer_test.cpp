// SPDX-License-Identifier: GPL-3.0-or-later
// What a newcomer does on the first day, with real widgets from beginning to end: open the sample, find wrong
// digits, hold a slice through three of them, run both probes on a subset, save, lose the program to kill -9,
// recover, export a figure of three panels, and replay it without a display with the same numbers.
#include <signal.h>

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QInputDialog>
#include <QJsonArray>
#include <QListView>
#include <QListWidget>
#include <QMessageBox>
#include <QProcess>
#include <QPushButton>
#include <QRegularExpression>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "app/blas_kernels.h"
#include "app/window/main_window.h"
#include "app/window/probe_runner.h"
#include "app/window/session_keeper.h"
#include "app/window/view_area.h"
#include "tests/app/program_run.h"
#include "tests/app/window/settings_in.h"
#include "widgets/dialogs/sheet_dialog.h"
#include "widgets/panels/gallery_panel.h"
#include "widgets/panels/probe_panel.h"
#include "widgets/panels/start_panel.h"
#include "widgets/views/result_view.h"

using namespace tessera;

namespace {

constexpr int kPatienceMs = 120'000;

void useSettingsIn(const QString& folder) {
    tessera::useSettingsIn(folder, "tessera-newcomer-test");
    QSettings().setValue("recoveryFolder", folder + "/recovery");
}

// The steps are also walked in the process that is killed, where QtTest's macros have no test to fail.
void require(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}
template <typename Condition>
void waitFor(Condition condition, const char* what) {
    require(QTest::qWaitFor(condition, kPatienceMs), what);
}
template <typename T>
T* find(QWidget& window, const QString& name) {
    T* found = window.findChild<T*>(name);
    require(found != nullptr, qPrintable("there is no " + name));
    return found;
}
void trigger(MainWindow& window, const QString& name) {
    auto* action = find<QAction>(window, name);
    require(action->isEnabled(), qPrintable(name + " is disabled"));
    action->trigger();
}

void findWrongDigitsAndSlice(MainWindow& window) {
    QTest::mouseClick(find<QPushButton>(*window.startPanel(), "sample-mnist-mlp"), Qt::LeftButton);
    waitFor([&] { return window.workspace().evaluation() && window.sliceView()->isUpToDate(); },
            "the sample did not open");
    GalleryPanel& gallery = *window.gallery();
    const int all = gallery.model()->rowCount();
    QTest::mouseClick(find<QToolButton>(gallery, "wrongOnly"), Qt::LeftButton);
    waitFor([&] { return gallery.model()->rowCount() < all; }, "nothing was filtered");
    const auto click = [&](int row, Qt::KeyboardModifiers keys) {
        const QModelIndex index = gallery.model()->index(row);
        gallery.view()->scrollTo(index);
        QTest::mouseClick(gallery.view()->viewport(), Qt::LeftButton, keys,
                          gallery.view()->visualRect(index).center());
    };
    click(0, {});
    click(1, Qt::ControlModifier);
    click(2, Qt::ControlModifier);
    require(window.workspace().selection().size() == 3, "three clicks did not select three samples");
    gallery.view()->setFocus();
    QTest::keyClick(gallery.view(), Qt::Key_A);
    require(window.workspace().anchors().size() == 3, "A did not lay the slice");
    for (const qint64 anchor : window.workspace().anchors())
        require(isWrong(window.workspace().evaluation().get(), anchor), "an anchor is not a wrong one");
    waitFor([&] { return window.sliceView()->isUpToDate() && window.sliceView()->computation().regions(); },
            "the slice did not become exact");
    trigger(window, "nameSelection");
    auto* dialog = window.findChild<QInputDialog*>();
    require(dialog != nullptr, "naming does not ask for a name");
    dialog->setTextValue("hard");
    dialog->accept();
    waitFor([&] { return window.workspace().subsets().contains("hard"); }, "the selection has no name");
}

void runProbe(MainWindow& window, const QString& name) {
    trigger(window, "probe-" + name);
    auto* scope = find<QComboBox>(*window.probePanel(), "probeScope");
    const int hard = scope->findData("subset:hard");
    require(hard >= 0, "the subset is not offered");
    scope->setCurrentIndex(hard);
    require(window.probePanel()->problem().isEmpty(), qPrintable(window.probePanel()->problem()));
    const auto before = window.results().entries().size();
    QTest::mouseClick(find<QPushButton>(*window.probePanel(), "runProbe"), Qt::LeftButton);
    waitFor(
        [&] {
            return window.results().entries().size() == before + 1 &&
                   !window.results().entries().back().isRunning;
        },
        "the probe did not end");
    const ResultEntry& last = window.results().entries().back();
    require(last.about.outcome == Outcome::Complete, qPrintable(outcomeSentence(last)));
    waitFor([&] { return window.findChildren<ResultView*>().size() > qsizetype(before); },
            "the result is not shown");
}

void save(MainWindow& window, const QString& path) {
    trigger(window, "saveSession");
    auto* dialog = find<QFileDialog>(window, "saveSessionDialog");
    Q_EMIT dialog->fileSelected(path);
    dialog->close();
    waitFor([&] { return window.keeper()->path() == path && !window.keeper()->isAtWork(); },
            "the session was not saved");
}

// "path-regions crossings_mean 12.25": every number of every result, to the last digit.
QByteArrayList numbersOf(const ResultList& results) {
    QByteArrayList lines;
    for (const ResultEntry& entry : results.entries())
        for (const Metric& metric : entry.about.summary)
            lines << QByteArray::fromStdString(entry.about.probe + ' ' + metric.name + ' ') +
                         QByteArray::number(metric.value, 'g', 17);
    return lines;
}

double widthMm(const QString& pdf) {
    QFile file(pdf);
    if (!file.open(QIODevice::ReadOnly)) return 0;
    const auto box = QRegularExpression("/MediaBox \\[([-0-9.]+) ([-0-9.]+) ([-0-9.]+)")
                         .match(QString::fromLatin1(file.readAll()));
    return (box.captured(3).toDouble() - box.captured(1).toDouble()) / 72 * 25.4;
}

int beTheNewcomer(int argc, char** argv) {
    QApplication application(argc, argv);
    const QString folder = QString::fromLocal8Bit(argv[2]);
    useSettingsIn(folder);
    MainWindow window;
    window.resize(1500, 950);
    window.show();
    window.startKeeping();
    QTimer::singleShot(0, &window, [&] {
        try {
            findWrongDigitsAndSlice(window);
            runProbe(window, "path-regions");
            runProbe(window, "local-geometry");
            save(window, folder + "/day.tessera");
            window.workspace().setReferenceSample(window.workspace().anchors().front());  // not saved
            QObject::connect(window.keeper(), &SessionKeeper::autosaved, &window, [&] {
                for (const auto& line : numbersOf(window.results())) std::printf("%s\n", line.constData());
                std::printf("kept\n");
                std::fflush(stdout);
            });
            QTimer::singleShot(100, window.keeper(), &SessionKeeper::autosave);
        } catch (const std::exception& failure) {
            std::printf("failed: %s\nkept\n", failure.what());
            std::fflush(stdout);
        }
    });
    return application.exec();
}

}  // namespace

class NewcomerTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theFirstDay() {
        if (!catalogueEntry("path-regions") || !catalogueEntry("local-geometry"))
            QSKIP("the two probes are not in the catalogue");
        QTemporaryDir folder;
        QProcess newcomer;
        newcomer.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        newcomer.start(QCoreApplication::applicationFilePath(), {"--newcomer", folder.path()});
        QByteArray said;
        QTRY_VERIFY_WITH_TIMEOUT((said += newcomer.readAllStandardOutput()).endsWith("kept\n"), 300'000);
        QVERIFY2(!said.startsWith("failed"), said.constData());
        ::kill(static_cast<pid_t>(newcomer.processId()), SIGKILL);
        QVERIFY(newcomer.waitForFinished());
        auto numbers = said.split('\n');
        numbers.removeAll("kept");
        numbers.removeAll("");
        QVERIFY(numbers.size() > 4);

        useSettingsIn(folder.path());
        MainWindow window;
        window.resize(1500, 950);
        window.show();
        window.startKeeping();
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<QMessageBox*>("offerRecovery"), kPatienceMs);
        window.findChild<QPushButton*>("recover")->click();
        QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(window.sliceView()->isUpToDate(), kPatienceMs);
        QCOMPARE(numbersOf(window.results()), numbers);
        QCOMPARE(window.workspace().referenceSample(), window.workspace().anchors().front());
        QCOMPARE(window.keeper()->path(), folder.filePath("day.tessera"));

        // A figure of three panels, two columns wide.
        for (const ResultEntry& entry : window.results().entries()) window.probes()->openView(entry.id());
        QTRY_COMPARE_WITH_TIMEOUT(window.findChildren<ResultView*>().size(), qsizetype(2), kPatienceMs);
        trigger(window, "exportFigure");
        auto* dialog = find<SheetDialog>(window, "sheetDialog");
        auto* panels = find<QListWidget>(*dialog, "sheetPanels");
        QVERIFY(panels->count() >= 3);
        for (int row = 0; row < panels->count(); ++row)
            panels->item(row)->setCheckState(row < 3 ? Qt::Checked : Qt::Unchecked);
        auto* width = find<QComboBox>(*dialog, "sheetWidth");
        width->setCurrentIndex(width->findData(174.0));
        const QString figure = folder.filePath("three.pdf");
        dialog->setPath(figure);
        dialog->accept();
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(figure) && !window.jobs().isBusy(), kPatienceMs);
        QVERIFY2(std::abs(widthMm(figure) - 174) < 0.5, qPrintable(QString::number(widthMm(figure))));
        trigger(window, "saveSession");
        QTRY_VERIFY_WITH_TIMEOUT(!window.keeper()->isAtWork() && !window.keeper()->isModified(), kPatienceMs);

        // Without a display: the same numbers, bit for bit, and the same figure.
        const auto replay = runProgram(
            {"replay", folder.filePath("day.tessera"), "--out", folder.filePath("replayed"), "--json", "-"});
        QVERIFY2(replay.status == 0, replay.err.constData());
        const QJsonArray results = replay.json()["results"].toArray();
        QVERIFY(results.size() >= 3);  // two probes, and the regions of the slice
        for (const auto& result : results)
            QVERIFY2(result.toObject()["status"].toString() == "same",
                     QJsonDocument(result.toObject()).toJson().constData());
        const QString again = folder.filePath("replayed/figures/three.pdf");
        QVERIFY2(QFile::exists(again), replay.out.constData());
        QVERIFY(std::abs(widthMm(again) - 174) < 0.5);

        // The figure alone brings back what made it.
        MainWindow other;
        other.show();
        other.open({figure});
        QTRY_VERIFY_WITH_TIMEOUT(other.workspace().evaluation() != nullptr, kPatienceMs);
        QCOMPARE(other.workspace().anchors(), window.workspace().anchors());
        QCOMPARE(numbersOf(other.results()), numbers);
        window.workspace().setReferenceSample(-1);
    }
};

int main(int argc, char** argv) {
    useFittingBlasKernels();  // those of the program that replays: other kernels round otherwise
    if (argc > 2 && QByteArray(argv[1]) == "--newcomer") return beTheNewcomer(argc, argv);
    QApplication application(argc, argv);
    NewcomerTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "newcomer_test.moc"
