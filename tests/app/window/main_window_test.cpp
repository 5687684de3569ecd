// SPDX-License-Identifier: GPL-3.0-or-later
// The whole window with real files: what a person does first, and what goes wrong.
#include "app/window/main_window.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDockWidget>
#include <QDropEvent>
#include <QLabel>
#include <QListView>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QUrl>
#include <condition_variable>
#include <mutex>

#include "heartbeat.h"
#include "tests/app/window/settings_in.h"
#include "tests/slowdown.h"
#include "tests/widgets/jobs/until_stopped.h"
#include "widgets/dialogs/about_dialogs.h"
#include "widgets/dialogs/architecture_dialog.h"
#include "widgets/dialogs/normalisation_dialog.h"
#include "widgets/dialogs/shape_dialog.h"
#include "widgets/panels/gallery_panel.h"
#include "widgets/panels/message_bar.h"
#include "widgets/panels/start_panel.h"
#include "widgets/views/slice_view.h"

using namespace tessera;

namespace {
constexpr int kPatienceMs = 30'000;
constexpr int kStallMs = 50 * kSlowdown;

QString sample(const char* name) {
    return QStringLiteral(TESSERA_SAMPLES "/") + QLatin1String(name);
}
}  // namespace

class MainWindowTest : public QObject {
    Q_OBJECT

    QTemporaryDir settings_;

    static void clickSample(MainWindow& window, const char* id) {
        auto* button =
            window.startPanel()->findChild<QPushButton*>(QStringLiteral("sample-") + QLatin1String(id));
        QVERIFY(button);
        QTest::mouseClick(button, Qt::LeftButton);
    }
    static bool isAtRest(MainWindow& window) { return !window.jobs().isBusy(); }

  private Q_SLOTS:
    void initTestCase() {
        useSettingsIn(settings_.path(), "tessera-test");
        rememberDesktopPalette();
        applyTheme(Theme::Light);
    }
    void init() { QSettings().clear(); }

    void firstStartOffersSamples() {
        MainWindow window;
        window.show();
        QCOMPARE(window.windowTitle(), QString("Tessera"));
        QVERIFY(window.startPanel()->isVisible());
        QVERIFY(window.startPanel()->findChildren<QPushButton*>(QRegularExpression("^sample-")).size() >= 3);
        QVERIFY(!window.messageBar()->isVisible());
    }

    void oneClickOpensASample_data() {
        QTest::addColumn<QString>("id");
        for (const char* id : {"mnist-mlp", "mnist-cnn", "spiral"}) QTest::newRow(id) << id;
    }
    void oneClickOpensASample() {
        QFETCH(QString, id);
        MainWindow window;
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        Heartbeat heart;
        heart.restart();
        QElapsedTimer sinceClick;
        sinceClick.start();
        clickSample(window, qPrintable(id));
        QTRY_VERIFY_WITH_TIMEOUT(
            window.sliceView()->isUpToDate() && window.sliceView()->computation().regions() != nullptr,
            kPatienceMs);
        const auto regions = window.sliceView()->computation().regions();
        if (kSlowdown == 1) QVERIFY(regions->provenance.complete);  // within its budget of seconds
        QVERIFY(regions->arrangement->faceCount() > 100);
        qInfo("exact picture of %d regions %lld ms after the click", int(regions->arrangement->faceCount()),
              sinceClick.elapsed());
        QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
        QCOMPARE(window.workspace().anchors().size(), 3u);
        QVERIFY(window.workspace().evaluation()->accuracy > 0.9);
        QTRY_VERIFY_WITH_TIMEOUT(isAtRest(window), kPatienceMs);
        qInfo("longest stall of the event loop: %lld ms of work, %lld ms by the clock", heart.longestMs(),
              heart.longestWallMs());
        QVERIFY(heart.longestMs() <= kStallMs);
        QVERIFY(window.windowTitle().endsWith("— Tessera"));
        QVERIFY(!window.messageBar()->isVisible());
    }

    void badFilesLeaveEverythingAsItWas_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << QByteArray("this is no model\n");
        QTest::newRow("half a zip") << QByteArray("PK\x03\x04 and then nothing");
        QTest::newRow("half a pickle") << QByteArray("\x80\x02}q\x00X\x05", 8);
        QTest::newRow("safetensors with an absurd header")
            << QByteArray("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);
        QTest::newRow("NumPy cut short") << QByteArray("\x93NUMPY\x01\x00\x76", 9);
    }
    void badFilesLeaveEverythingAsItWas() {
        QFETCH(QByteArray, content);
        MainWindow window;
        window.show();
        QVERIFY(window.openSample("spiral"));
        QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
        const auto model = window.workspace().model();
        const auto dataset = window.workspace().dataset();
        const auto evaluation = window.workspace().evaluation();
        const auto anchors = window.workspace().anchors();
        const QString title = window.windowTitle();
        QTemporaryDir folder;
        const QString path = folder.filePath("broken.pt");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        window.open({path});
        QTRY_VERIFY_WITH_TIMEOUT(window.messageBar()->isVisible(), kPatienceMs);
        const QString sentence = window.messageBar()->sentence();
        QVERIFY2(sentence.contains("broken.pt"), qPrintable(sentence));
        QVERIFY2(!sentence.contains('\n'), qPrintable(sentence));
        QCOMPARE(window.log().messages().back().severity, Message::Severity::Problem);
        QCOMPARE(window.workspace().model(), model);
        QCOMPARE(window.workspace().dataset(), dataset);
        QCOMPARE(window.workspace().evaluation(), evaluation);
        QCOMPARE(window.workspace().anchors(), anchors);
        QCOMPARE(window.windowTitle(), title);
    }

    void modelAloneIsSlicedAndDataTakesOver() {
        MainWindow window;
        window.show();
        window.open({sample("mnist_cnn.pt")});
        QTRY_VERIFY_WITH_TIMEOUT(window.workspace().model() != nullptr, kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(window.sliceView()->isVisible() && window.sliceView()->computation().field(),
                                 kPatienceMs);
        QVERIFY2(window.sliceView()->status().contains("no data open: random directions through zero"),
                 qPrintable(window.sliceView()->status()));
        window.open({sample("mnist-images-idx3-ubyte.gz")});
        QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
        QCOMPARE(window.workspace().anchors().size(), 3u);
        QTRY_VERIFY_WITH_TIMEOUT(!window.sliceView()->status().contains("no data open"), kPatienceMs);
    }

    void aMismatchIsSaidInWords() {
        MainWindow window;
        window.show();
        window.open({sample("spiral_mlp.pt"), sample("mnist-images-idx3-ubyte.gz")});
        QTRY_VERIFY_WITH_TIMEOUT(window.messageBar()->isVisible(), kPatienceMs);
        QCOMPARE(window.messageBar()->sentence(), window.workspace().mismatch());
        QVERIFY(window.startPanel()->findChild<QLabel*>("situation")->isVisible());
        QTRY_VERIFY(isAtRest(window));
        QVERIFY(!window.workspace().evaluation());
    }

    void normalisationIsAskedForOnceAndRemembered() {
        double plain = 0, normalised = 0;
        {
            MainWindow window;
            window.show();
            window.open({sample("mnist_mlp.pt"), sample("mnist-images-idx3-ubyte.gz")});
            QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
            plain = window.workspace().evaluation()->crossEntropy;
            QVERIFY2(window.messageBar()->sentence().contains("mean and std"),
                     qPrintable(window.messageBar()->sentence()));
            QTest::mouseClick(window.messageBar()->findChild<QPushButton*>(), Qt::LeftButton);
            auto* dialog = window.findChild<NormalisationDialog*>();
            QVERIFY(dialog);
            auto* presets = dialog->findChild<QComboBox*>();
            presets->setCurrentIndex(presets->findText("MNIST"));
            dialog->accept();
            QVERIFY(!window.workspace().evaluation());  // the old numbers no longer hold
            QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
            normalised = window.workspace().evaluation()->crossEntropy;
            QVERIFY(normalised < plain);
        }
        MainWindow window;
        window.show();
        window.open({sample("mnist-images-idx3-ubyte.gz"), sample("mnist_mlp.pt")});
        QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
        QVERIFY(std::abs(window.workspace().evaluation()->crossEntropy - normalised) < 1e-6);
        QVERIFY(!window.messageBar()->isVisible());
    }

    void weightsOfAnUnknownFamilyOfferADescription() {
        MainWindow window;
        window.show();
        window.open({QStringLiteral(TESSERA_TEST_DATA "/models/views.pt")});
        QTRY_VERIFY_WITH_TIMEOUT(window.messageBar()->isVisible(), kPatienceMs);
        auto* button = window.messageBar()->findChild<QPushButton*>();
        QVERIFY(button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(window.findChild<ArchitectureDialog*>());
    }

    void droppedFilesOpenAndAreRemembered() {
        QTemporaryDir folder;
        QVERIFY(QFile::copy(sample("spiral_mlp.pt"), folder.filePath("mine.pt")));
        QVERIFY(QFile::copy(sample("spiral.csv"), folder.filePath("mine.csv")));
        MainWindow window;
        window.show();
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(folder.filePath("mine.pt")),
                      QUrl::fromLocalFile(folder.filePath("mine.csv"))});
        QDragEnterEvent enter({10, 10}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &drop);
        QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
        QCOMPARE(Settings().recentFiles().size(), 2);
        QMimeData text;
        text.setText("hello");
        QDragEnterEvent other({10, 10}, Qt::CopyAction, &text, Qt::LeftButton, Qt::NoModifier);
        other.ignore();
        QApplication::sendEvent(&window, &other);
        QVERIFY(!other.isAccepted());
    }

    void anotherModelKeepsTheAnchors() {
        MainWindow window;
        window.show();
        QVERIFY(window.openSample("mnist-mlp"));
        QTRY_VERIFY_WITH_TIMEOUT(window.workspace().evaluation() != nullptr, kPatienceMs);
        window.workspace().setAnchors({7, 70, 700});
        window.open({sample("mnist_cnn.pt")});
        QTRY_VERIFY_WITH_TIMEOUT(window.workspace().model()->info().path.filename() == "mnist_cnn.pt",
                                 kPatienceMs);
        QCOMPARE(window.workspace().anchors(), (std::vector<qint64>{7, 70, 700}));
    }

    void escapeCancelsTheRunningJob() {
        MainWindow window;
        window.show();
        bool cancelled = false;
        window.jobs().start<Done>(this, "job", "Endless", JobLane::Heavy, untilStopped,
                                  [&](Result<Done> result) { cancelled = result.isCancelled(); });
        QTRY_VERIFY(window.findChild<QToolButton*>("cancelJob")->isVisible());
        QTest::keyClick(&window, Qt::Key_Escape);
        QTRY_VERIFY(cancelled);
    }

    void failedJobsAreSaidInTheBar() {
        MainWindow window;
        window.show();
        window.jobs().start<Done>(
            this, "job", "Computing", JobLane::Heavy,
            [](std::stop_token, Progress&) -> Result<Done> {
                return inputError("The plane is not a plane; choose other samples.");
            },
            [](Result<Done>) {});
        QTRY_COMPARE(window.messageBar()->sentence(),
                     QString("The plane is not a plane; choose other samples."));
    }

    void quittingDuringJobsCancelsAndJoins() {
        QElapsedTimer clock;
        {
            auto window = std::make_unique<MainWindow>();
            window->show();
            QVERIFY(window->openSample("mnist-cnn"));
            for (const JobLane lane : {JobLane::Heavy, JobLane::Interactive, JobLane::Background})
                window->jobs().start<Done>(window.get(), QString::number(int(lane)), "Endless", lane,
                                           untilStopped, [](Result<Done>) {});
            QTRY_VERIFY(window->findChild<QToolButton*>("cancelJob")->isVisible());
            clock.start();
            QVERIFY(window->close());
            QVERIFY(!window->isVisible());
        }
        qInfo("closed and joined in %lld ms", clock.elapsed());
        QVERIFY(clock.elapsed() < 3000);
    }

    void everyMenuActionHasNoClashingShortcut() {
        MainWindow window;
        QSet<QString> seen;
        for (QAction* action : window.findChildren<QAction*>())
            for (const QKeySequence& key : action->shortcuts()) {
                if (action->shortcutContext() != Qt::WindowShortcut) continue;
                QVERIFY2(!seen.contains(key.toString()), qPrintable(key.toString()));
                seen.insert(key.toString());
            }
        QVERIFY(seen.contains("Ctrl+O") && seen.contains("Ctrl+Q") && seen.contains("F11") &&
                seen.contains("?"));
    }

    void windowPlaceAndThemeAreRemembered() {
        {
            MainWindow window;
            window.show();
            window.resize(1000, 700);
            window.findChild<QAction*>("openModel");
            window.close();
        }
        Settings().setTheme(Theme::Dark);
        QCOMPARE(Settings().theme(), Theme::Dark);
        MainWindow window;
        QCOMPARE(window.size(), QSize(1000, 700));
        applyTheme(Theme::Dark);
        QVERIFY(isDark(QApplication::palette()));
        QTRY_VERIFY(isDark(window.palette()));
        applyTheme(Theme::Light);
        QTRY_VERIFY(!isDark(window.palette()));
    }

    void emptyBoxesAreSeenInEitherTheme() {
        for (const Theme theme : {Theme::Light, Theme::Dark}) {
            applyTheme(theme);
            QCheckBox box;
            QRadioButton round;
            for (QAbstractButton* button :
                 {static_cast<QAbstractButton*>(&box), static_cast<QAbstractButton*>(&round)}) {
                const QImage image = button->grab().toImage();
                const QColor window = button->palette().color(QPalette::Window);
                int contrast = 0;
                for (int x = 0; x < image.width(); ++x)
                    contrast = std::max(
                        contrast,
                        std::abs(image.pixelColor(x, image.height() / 2).lightness() - window.lightness()));
                QVERIFY2(contrast > 40, qPrintable(QString("%1: %2").arg(themeName(theme)).arg(contrast)));
            }
        }
        applyTheme(Theme::Light);
    }

    // For the eye: TESSERA_PICTURES=DIR saves every panel and dialog, light and dark.
    void pictures() {
        const QString folder = qEnvironmentVariable("TESSERA_PICTURES");
        if (folder.isEmpty()) QSKIP("TESSERA_PICTURES is not set");
        for (const Theme theme : {Theme::Light, Theme::Dark}) {
            applyTheme(theme);
            const auto save = [&](QWidget& widget, const char* name) {
                QVERIFY(widget.grab().save(
                    QStringLiteral("%1/%2-%3.png").arg(folder, QLatin1String(name), themeName(theme))));
            };
            MainWindow window;
            window.show();
            window.open({"/nowhere/net.pt"});
            QTRY_VERIFY(window.messageBar()->isVisible());
            window.jobs().start<Done>(this, "job", "Exact regions", JobLane::Heavy, untilStopped,
                                      [](Result<Done>) {});
            window.open({QStringLiteral(TESSERA_TEST_DATA "/torchscript/smooth_traced.pt"),
                         QStringLiteral(TESSERA_TEST_DATA "/datasets/animals")});
            QTRY_VERIFY_WITH_TIMEOUT(window.workspace().dataset() != nullptr, kPatienceMs);
            for (auto* dock : window.findChildren<QDockWidget*>()) {
                dock->show();
                dock->raise();
            }
            window.findChild<QDockWidget*>("messagesDock")->raise();
            QVERIFY(QTest::qWaitForWindowExposed(&window));
            QTRY_VERIFY(window.findChild<QToolButton*>("cancelJob")->isVisible());
            save(window, "window-messages");
            window.findChild<QDockWidget*>("jobsDock")->raise();
            window.findChild<QDockWidget*>("samplesDock")->raise();
            QCoreApplication::sendPostedEvents();
            save(window, "window-jobs");
            NormalisationDialog normalisation({{0.5}, {0}}, {3, 32, 32});
            normalisation.show();
            save(normalisation, "normalisation");
            ShapeDialog shape(
                "net.pt does not run on any input shape that its weights suggest; give the shape of one "
                "sample.",
                Shape{3, 4, 4});
            shape.show();
            save(shape, "shape");
            ArchitectureDialog architecture(
                "/nowhere/net.pth",
                "net.pth holds weights ('a', 'b') of no family that Tessera recognises (MLP, CIFAR ResNet).");
            architecture.show();
            save(architecture, "architecture");
            for (QAction* action : window.findChildren<QAction*>())
                if (action->text() == "&Keys" || action->text() == "&About Tessera") action->trigger();
            save(*window.findChild<ShortcutsDialog*>(), "keys");
            save(*window.findChild<AboutDialog*>(), "about");
        }
        applyTheme(Theme::Light);
    }
};

QTEST_MAIN(MainWindowTest)
#include "main_window_test.moc"
