// SPDX-License-Identifier: GPL-3.0-or-later
// Training heads and cutting a model in the window, by its real controls.
#include <QAccessible>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "app/window/main_window.h"
#include "app/window/session_keeper.h"
#include "app/window/train_heads_window.h"
#include "heartbeat.h"
#include "tests/app/window/in_window.h"
#include "tests/app/window/settings_in.h"
#include "tests/core/heads/head_data.h"
#include "widgets/dialogs/cut_dialog.h"
#include "widgets/dialogs/sheet_dialog.h"
#include "widgets/panels/head_runs_model.h"
#include "widgets/panels/parameter_form.h"
#include "widgets/scenes/head_curves_scene.h"
#include "widgets/views/panel_canvas.h"

using namespace tessera;

namespace {

constexpr int kPatienceMs = 60'000;

}  // namespace

class TrainHeadsTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    std::unique_ptr<MainWindow> window_;

    template <typename T>
    T* find(const char* name) {
        return inWindow<T>(*window_, name);
    }
    TrainHeadsWindow& training() { return *window_->trainHeads(); }
    void openEmbeddings(std::int64_t count = 400, std::int64_t dimension = 6) {
        QVERIFY(test::writeClasses(folder_->filePath("points.npz").toStdString(), count, dimension, 3, 3));
        window_->open({folder_->filePath("points.npz")});
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().dataset() != nullptr, kPatienceMs);
        find<QAction>("trainHeadsAction")->trigger();
        QVERIFY(training().isVisible());
    }
    void setMore(const char* name, double value) {
        auto* box = find<QDoubleSpinBox>((std::string("parameter-") + name).c_str());
        box->setValue(value);
    }
    void train() { QTest::mouseClick(find<QPushButton>("trainHeads"), Qt::LeftButton); }
    QString status() { return find<QLabel>("trainStatus")->text(); }

  private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        useSettingsIn(folder_->path(), "tessera-train-heads-test");
        QSettings().clear();
        QSettings().setValue("recoveryFolder", folder_->filePath("recovery"));
        qputenv("XDG_CACHE_HOME", folder_->filePath("cache").toUtf8());
        applyTheme(Theme::Light);
        window_ = std::make_unique<MainWindow>();
        window_->resize(1280, 720);
        window_->show();
    }
    void cleanup() {
        window_.reset();
        folder_.reset();
    }

    void trainedHeadsOpenAsModels() {
        openEmbeddings();
        QCOMPARE(find<QComboBox>("headSource")->currentText(), QString("points.npz: 400 × 6"));
        find<QLineEdit>("sweepSeeds")->setText("42-43");
        find<QLineEdit>("sweepRates")->setText("0.05");
        find<QCheckBox>("method-lda")->setChecked(true);
        setMore("epochs", 5);
        QCOMPARE(find<QLabel>("headCount")->text(),
                 QString("This makes 3 heads, 2 of them trained by epochs."));
        QCOMPARE(find<QPushButton>("trainHeads")->text(), QString("Train 3 Heads"));
        QCOMPARE(find<QLineEdit>("headFolder")->text(), folder_->filePath("points-heads"));
        train();
        QVERIFY(training().isTraining());
        QTRY_VERIFY_WITH_TIMEOUT(!training().isTraining(), kPatienceMs);
        QVERIFY2(status().startsWith("3 heads were written to"), qPrintable(status()));

        const auto& models = window_->workspace().models();
        QCOMPARE(models.size(), std::size_t(3));
        QCOMPARE(window_->workspace().model(), models.front());
        QVERIFY(window_->workspace().mismatch().isEmpty());
        QCOMPARE(QDir(folder_->filePath("points-heads")).entryList({"*.safetensors"}, QDir::Files).size(),
                 qsizetype(3));
        // The window's own evaluation of the head says what the table says.
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().evaluation() != nullptr, kPatienceMs);
        QVERIFY(window_->workspace().evaluation()->accuracy > 0.7);
        QVERIFY(window_->workspace().normalisation().isIdentity());

        const auto* scene = dynamic_cast<const HeadCurvesScene*>(training().curves().get());
        QVERIFY(scene);
        QCOMPARE(scene->curves().size(), std::size_t(3));
        QCOMPARE(scene->curves()[0].points.size(), std::size_t(5));
        QVERIFY(scene->curves()[2].points.empty());
        QCOMPARE(scene->numbers().front().rows(), std::size_t(10));
        QTRY_VERIFY_WITH_TIMEOUT(training().canvas()->isUpToDate(), kPatienceMs);
        const auto& runs = training().runs().runs();
        QVERIFY(runs[0].state == HeadRun::State::Trained && runs[2].state == HeadRun::State::Trained);
        QVERIFY(runs[2].testAccuracy > 0.7);
        // The next ones go elsewhere.
        QCOMPARE(find<QLineEdit>("headFolder")->text(), folder_->filePath("points-heads-2"));

        // All of it can be kept as a session, and comes back.
        const QString session = folder_->filePath("heads.tessera");
        window_->keeper()->save(session);
        QTRY_VERIFY_WITH_TIMEOUT(window_->keeper()->path() == session, kPatienceMs);
        window_ = std::make_unique<MainWindow>();
        window_->open({session});
        QTRY_COMPARE_WITH_TIMEOUT(window_->workspace().models().size(), std::size_t(3), kPatienceMs);
        QVERIFY(window_->log().messages().empty() ||
                window_->log().messages().back().severity != Message::Severity::Problem);
    }

    void curvesComeWhileItTrainsAndCancelKeepsWhatIsDone() {
        openEmbeddings(6000, 32);
        find<QLineEdit>("sweepSeeds")->setText("1, 2");
        find<QCheckBox>("method-nearest-mean")->setChecked(true);
        setMore("epochs", 1'000'000);
        setMore("patience", 1'000'000);
        train();
        // Painted while the training goes on; the head without epochs is through by then, or begins last.
        QTRY_VERIFY_WITH_TIMEOUT(training().curves() != nullptr && training().isTraining(), kPatienceMs);
        QVERIFY(training().runs().runs()[0].state == HeadRun::State::Training ||
                training().runs().runs()[1].state == HeadRun::State::Training);
        QVERIFY(!find<QPushButton>("trainHeads")->isEnabled());
        QTest::mouseClick(find<QPushButton>("cancelTraining"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!training().isTraining(), kPatienceMs);
        const auto& runs = training().runs().runs();
        int kept = 0;
        for (const auto& run : runs) {
            if (run.file.isEmpty()) continue;
            ++kept;
            QVERIFY(QFile::exists(run.file));
            QCOMPARE(run.state, isTrainedByEpochs(run.recipe.method) ? HeadRun::State::Stopped
                                                                     : HeadRun::State::Trained);
        }
        QVERIFY(kept >= 1);
        QCOMPARE(window_->workspace().models().size(), std::size_t(kept));
        QVERIFY2(status().contains("stopped early"), qPrintable(status()));
    }

    void whatIsWrongIsSaidBesideTheField_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("seeds") << "sweepSeeds"
                               << "42, fourty"
                               << "Seeds holds 'fourty'; give whole numbers";
        QTest::newRow("range") << "sweepSeeds"
                               << "9-3"
                               << "ends before it begins";
        QTest::newRow("rates") << "sweepRates"
                               << "0"
                               << "The learning rate is 0; choose a number above 0.";
        QTest::newRow("decays") << "sweepDecays"
                                << "-1"
                                << "The weight decay is -1";
        QTest::newRow("scale") << "headScale"
                               << ""
                               << "Head scale is empty";
        QTest::newRow("scales") << "headScale"
                                << "1 2"
                                << "Head scale holds 2 numbers; give one.";
    }
    void whatIsWrongIsSaidBesideTheField() {
        QFETCH(QString, field);
        QFETCH(QString, text);
        QFETCH(QString, sentence);
        openEmbeddings();
        QVERIFY(find<QPushButton>("trainHeads")->isEnabled());
        auto* line = find<QLineEdit>(qPrintable(field));
        const QString before = line->text();
        line->setText(text);
        auto* problem = find<QLabel>(qPrintable(field + "Problem"));
        QVERIFY2(problem->isVisible() && problem->text().contains(sentence), qPrintable(problem->text()));
        QVERIFY(!find<QPushButton>("trainHeads")->isEnabled());
        line->setText(before);
        QVERIFY(!problem->isVisible() && find<QPushButton>("trainHeads")->isEnabled());
    }
    void otherThingsThatStandInTheWay() {
        find<QAction>("trainHeadsAction")->trigger();
        QVERIFY(find<QLabel>("sourceProblem")->text().startsWith("No data is open"));
        QVERIFY(!find<QPushButton>("trainHeads")->isEnabled());
        openEmbeddings();
        find<QCheckBox>("method-softmax")->setChecked(false);
        QVERIFY(find<QLabel>("methodsProblem")->isVisible());
        find<QCheckBox>("method-softmax")->setChecked(true);
        find<QLineEdit>("sweepSeeds")->setText("1-500");
        find<QLineEdit>("sweepRates")->setText("1, 2, 3");
        QVERIFY(find<QLabel>("headCount")->text().startsWith("This would make 1,500 heads"));
        find<QLineEdit>("sweepSeeds")->setText("1");
        find<QDoubleSpinBox>("referenceShare")->setValue(80);
        QVERIFY(find<QLabel>("splitProblem")->isVisible());
        QCOMPARE(
            find<QLabel>("splitProblem")->text(),
            QString("Validation and test take 100 % together and leave nothing to train on; choose less."));
        QVERIFY(!find<QPushButton>("trainHeads")->isEnabled());
    }

    void dataThatNoHeadCanLearnAreNamed() {
        const Rows points = Rows::Random(9, 2);
        const std::vector<NpzEntry> entries{{"x", "<f8", {9, 2}, points.data()}};
        QVERIFY(writeNpz(folder_->filePath("bare.npz").toStdString(), entries).isOk());
        QVERIFY(test::writeClasses(folder_->filePath("one.npz").toStdString(), 40, 2, 1, 3));
        find<QAction>("trainHeadsAction")->trigger();
        window_->open({folder_->filePath("bare.npz")});
        QTRY_COMPARE_WITH_TIMEOUT(find<QLabel>("sourceProblem")->text(),
                                  QString("bare.npz has no labels; open data with one class per sample."),
                                  kPatienceMs);
        window_->open({folder_->filePath("one.npz")});
        QTRY_COMPARE_WITH_TIMEOUT(
            find<QLabel>("sourceProblem")->text(),
            QString("one.npz has only one class; open data of at least two, which a head can tell apart."),
            kPatienceMs);
        QVERIFY(!find<QPushButton>("trainHeads")->isEnabled());
    }

    void headsThatDidNotComeOutAreCounted() {
        openEmbeddings();
        find<QLineEdit>("sweepSeeds")->setText("1-2");
        find<QLineEdit>("sweepRates")->setText("0.05, 1e300");  // the second diverges at once
        setMore("epochs", 2);
        train();
        QTRY_VERIFY_WITH_TIMEOUT(!training().isTraining(), kPatienceMs);
        QCOMPARE(status(),
                 QString("2 heads were written to %1 and opened. 2 gave no head; the table says why.")
                     .arg(folder_->filePath("points-heads")));
    }

    void fiftyHeadsOpenWithoutAPause() {
        openEmbeddings(300, 4);
        find<QLineEdit>("sweepSeeds")->setText("1-50");
        setMore("epochs", 2);
        Heartbeat heart;
        train();
        QTRY_VERIFY_WITH_TIMEOUT(!training().isTraining(), kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().evaluation() && !window_->jobs().isBusy(), kPatienceMs);
        QCOMPARE(window_->workspace().models().size(), std::size_t(50));
        qInfo("longest beat %lld ms of work, %lld ms of wall clock", heart.longestMs(),
              heart.longestWallMs());
        QVERIFY(heart.longestMs() <= 50);
    }

    void trainsOnALayerOfTheModel() {
        window_->openSample("mnist-cnn");
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().evaluation() != nullptr, kPatienceMs);
        const auto cnn = window_->workspace().model();
        const double accuracy = window_->workspace().evaluation()->accuracy;
        find<QAction>("trainHeadsAction")->trigger();
        QCOMPARE(find<QComboBox>("headSource")->currentData().toString(), QString("layer"));
        QVERIFY(find<QComboBox>("headLayer")->isVisible());
        // Never beside the program's own samples.
        QVERIFY(!find<QLineEdit>("headFolder")->text().startsWith(TESSERA_SAMPLES));
        find<QLineEdit>("headFolder")->setText(folder_->filePath("digits"));
        setMore("epochs", 10);
        find<QLineEdit>("sweepRates")->setText("0.01");
        train();
        QTRY_VERIFY_WITH_TIMEOUT(!training().isTraining(), kPatienceMs);
        QVERIFY2(status().startsWith("One head was written"), qPrintable(status()));
        QVERIFY(QFile::exists(folder_->filePath("digits/embeddings.npz")));
        QCOMPARE(window_->workspace().models().size(), std::size_t(2));
        QVERIFY(window_->workspace().model() != cnn);
        QCOMPARE(window_->workspace().dataset()->path().string(),
                 folder_->filePath("digits/embeddings.npz").toStdString());
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().evaluation() != nullptr, kPatienceMs);
        QVERIFY(window_->workspace().evaluation()->accuracy > accuracy - 0.1);
        QCOMPARE(find<QComboBox>("headSource")->currentData().toString(), QString("data"));
        QVERIFY(find<QLabel>("splitGiven")->isVisible());
    }

    void cutsTheModel() {
        QVERIFY(!find<QAction>("cutModelAction")->isEnabled());
        window_->openSample("mnist-cnn");
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().evaluation() != nullptr, kPatienceMs);
        const double accuracy = window_->workspace().evaluation()->accuracy;
        find<QAction>("cutModelAction")->trigger();
        auto* dialog = window_->findChild<CutDialog*>();
        QVERIFY(dialog && dialog->keepsHead());
        auto* layer = find<QComboBox>("cutLayer");
        const int usual = layer->currentIndex();
        layer->setCurrentIndex(0);  // a convolution
        QVERIFY(!dialog->keepsHead() && !find<QCheckBox>("cutHead")->isEnabled());
        QVERIFY(find<QLabel>("cutHeadText")->text().contains("no linear layer or MLP"));
        layer->setCurrentIndex(usual);
        // float32, of 2500 digits.
        QVERIFY2(layer->currentText().endsWith(": 125 values"), qPrintable(layer->currentText()));
        QCOMPARE(find<QLabel>("cutSize")->text(), QString("2,500 samples of 125 values: 1.19 MiB."));
        find<QLineEdit>("cutPath")->setText(folder_->filePath("digits"));
        QTest::mouseClick(find<QPushButton>("cutOk"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(window_->workspace().models().size(), std::size_t(2), kPatienceMs);
        QCOMPARE(window_->workspace().dataset()->path().string(),
                 folder_->filePath("digits.npz").toStdString());
        QVERIFY(window_->workspace().mismatch().isEmpty());
        // The head over the values is as good as the model over the digits: it is the same network.
        QTRY_VERIFY_WITH_TIMEOUT(window_->workspace().evaluation() != nullptr, kPatienceMs);
        QVERIFY(std::abs(window_->workspace().evaluation()->accuracy - accuracy) < 0.003);
        QVERIFY(QFile::exists(folder_->filePath("digits-head.safetensors")));
    }

    // Heads take other inputs than the model that was cut: nothing is computed on its plane any more.
    void aPlaneIsOfOneInputSpace() {
        window_->openSample("mnist-cnn");
        QTRY_VERIFY_WITH_TIMEOUT(window_->sliceView()->computation().hasPlane(), kPatienceMs);
        Random random(1);
        const std::vector<AffineLayer> layers{initialLayer(random, 5, 3)};
        window_->workspace().setModel(modelOfLayers(layers, {}).value());
        QVERIFY(!window_->sliceView()->computation().hasPlane());
        window_->openSample("mnist-cnn");
        QTRY_VERIFY_WITH_TIMEOUT(window_->sliceView()->computation().hasPlane(), kPatienceMs);
        window_->workspace().open(nullptr, window_->workspace().dataset(), {}, {});
        QVERIFY(!window_->sliceView()->computation().hasPlane());
    }

    // Closing the window is no cancel; what came meanwhile is there when it is opened again.
    void closingLeavesItRunning() {
        openEmbeddings();
        setMore("epochs", 1'000'000);
        setMore("patience", 1'000'000);
        train();
        QTRY_VERIFY_WITH_TIMEOUT(training().curves() != nullptr, kPatienceMs);
        training().close();
        QVERIFY(training().isTraining() && !training().isVisible());
        const auto epochs = training().runs().runs().front().epochs;
        QTRY_VERIFY_WITH_TIMEOUT(training().runs().runs().front().epochs > epochs, kPatienceMs);
        find<QAction>("trainHeadsAction")->trigger();
        QVERIFY(training().isVisible() && training().isTraining());
        // The window closes while it trains: the workers end first.
    }

    void allThatCanHaveTheFocusHasAName() {
        openEmbeddings();
        find<QToolButton>("moreHeadSettings")->setChecked(true);
        for (QWidget* widget : training().findChildren<QWidget*>()) {
            if (!(widget->focusPolicy() & Qt::TabFocus) || !widget->isVisible()) continue;
            const auto named = [](QWidget* face) {
                const auto* interface = face ? QAccessible::queryAccessibleInterface(face) : nullptr;
                return interface && !interface->text(QAccessible::Name).isEmpty();
            };
            QVERIFY2(named(widget) || named(widget->parentWidget()),
                     qPrintable(QString("%1 '%2'").arg(QLatin1String(widget->metaObject()->className()),
                                                       widget->objectName())));
        }
    }

    void curvesGoIntoAFigure() {
        openEmbeddings();
        setMore("epochs", 3);
        train();
        QTRY_VERIFY_WITH_TIMEOUT(!training().isTraining() && training().curves(), kPatienceMs);
        QTest::mouseClick(find<QPushButton>("exportCurves"), Qt::LeftButton);
        auto* dialog = window_->findChild<SheetDialog*>();
        QVERIFY(dialog);
        dialog->setPath(folder_->filePath("curves.svg"));
        dialog->accept();
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder_->filePath("curves.svg")), kPatienceMs);
        QFile figure(folder_->filePath("curves.svg"));
        QVERIFY(figure.open(QIODevice::ReadOnly) && figure.readAll().contains("validation accuracy"));
    }
};

QTEST_MAIN(TrainHeadsTest)
#include "train_heads_test.moc"
