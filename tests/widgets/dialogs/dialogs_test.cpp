// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "widgets/dialogs/architecture_dialog.h"
#include "widgets/dialogs/compare_dialog.h"
#include "widgets/dialogs/normalisation_dialog.h"
#include "widgets/dialogs/shape_dialog.h"
#include "widgets/dialogs/value_text.h"

using namespace tessera;

class DialogsTest : public QObject {
    Q_OBJECT

    static QPushButton* acceptButton(QDialog& dialog) {
        for (QAbstractButton* button : dialog.findChild<QDialogButtonBox*>()->buttons())
            if (dialog.findChild<QDialogButtonBox*>()->buttonRole(button) == QDialogButtonBox::AcceptRole)
                return qobject_cast<QPushButton*>(button);
        return nullptr;
    }

  private Q_SLOTS:
    void shapesAsTyped() {
        for (const char* text :
             {"1 x 28 x 28", "1,28,28", "(1, 28, 28)", "[1; 28; 28]", " 1 28 28 ", "1×28×28"})
            QCOMPARE(shapeFromText(text), std::optional(Shape{1, 28, 28}));
        QCOMPARE(shapeFromText("784"), std::optional(Shape{784}));
        for (const char* text : {"", "x", "1,0,28", "-3", "1.5", "a,b", "1,2,3,4,5", "99999999999999999999"})
            QVERIFY2(!shapeFromText(text), text);
    }

    void numbersAsTyped() {
        QCOMPARE(*numbersFromText("0.4914, 0.4822, 0.4465"), (std::vector<double>{0.4914, 0.4822, 0.4465}));
        QCOMPARE(*numbersFromText(" .5 "), std::vector<double>{0.5});
        QVERIFY(numbersFromText("")->empty());
        for (const char* text : {"a", "nan", "inf", "0.5 b", "1..2"}) QVERIFY2(!numbersFromText(text), text);
        for (const auto& preset : normalisationPresets())
            QCOMPARE(*numbersFromText(numbersText(preset.normalisation.mean)), preset.normalisation.mean);
    }

    void normalisationPresetsFillTheFields() {
        NormalisationDialog dialog({}, {3, 32, 32});
        dialog.show();
        auto* presets = dialog.findChild<QComboBox*>();
        QVERIFY(presets->currentText().startsWith("None"));
        presets->setCurrentIndex(presets->findText("CIFAR-10"));
        QVERIFY(acceptButton(dialog)->isEnabled());
        QCOMPARE(dialog.normalisation().mean, (std::vector<double>{0.4914, 0.4822, 0.4465}));
        QCOMPARE(dialog.normalisation().std, (std::vector<double>{0.2023, 0.1994, 0.2010}));
        NormalisationDialog grey({{0.1307}, {0.3081}}, {1, 28, 28});
        QCOMPARE(grey.findChild<QComboBox*>()->currentText(), QString("MNIST"));
        QCOMPARE(grey.findChild<QComboBox*>()->findText("CIFAR-10"), -1);  // one channel
    }

    void normalisationSaysWhatIsWrong() {
        NormalisationDialog dialog({}, {3, 32, 32});
        const auto fields = dialog.findChildren<QLineEdit*>();
        auto* verdict = dialog.findChild<QLabel*>("verdict");
        fields.at(0)->setText("0.5, 0.5");
        QVERIFY(!acceptButton(dialog)->isEnabled());  // three channels
        QVERIFY(!verdict->text().isEmpty());
        fields.at(0)->setText("0.5");
        fields.at(1)->setText("0");
        QVERIFY(!acceptButton(dialog)->isEnabled());
        fields.at(1)->setText("wide");
        QVERIFY(verdict->text().contains("numbers"));
        fields.at(1)->setText("0.25");
        QVERIFY(acceptButton(dialog)->isEnabled());
        QVERIFY(verdict->text().isEmpty());
        QCOMPARE(dialog.findChild<QComboBox*>()->currentText(), QString("Other"));
    }

    void relativeDifferencesHaveTheSignOfTheDifference() {
        const auto compared = [](double first, double second) {
            SessionResult one, other;
            one.summary = {{"value", "Value", "", first, ""}};
            other.summary = {{"value", "Value", "", second, ""}};
            const auto lines = CompareDialog(one, other).text().split('\n');
            for (const QString& line : lines)
                if (line.startsWith("Value\t")) return line.section('\t', 3);
            return QString();
        };
        QCOMPARE(compared(2, 2.5), QString("+0.5 (+25 %)"));
        QCOMPARE(compared(2.5, 2), QString("-0.5 (-20 %)"));
        QCOMPARE(compared(-2, -2.5), QString("-0.5 (-25 %)"));
        QCOMPARE(compared(-2.5, -2), QString("+0.5 (+20 %)"));
        QCOMPARE(compared(0, 2), QString("+2"));
    }

    void shapeDialogOffersTheData() {
        ShapeDialog dialog("Why.", Shape{1, 28, 28});
        QVERIFY(acceptButton(dialog)->isEnabled());
        QCOMPARE(dialog.shape(), (Shape{1, 28, 28}));
        dialog.findChild<QLineEdit*>()->setText("rubbish");
        QVERIFY(!acceptButton(dialog)->isEnabled());
        QVERIFY(!dialog.findChild<QLabel*>("verdict")->text().isEmpty());
    }

    void architectureMustExist() {
        QTemporaryDir folder;
        ArchitectureDialog dialog(folder.filePath("net.pth"), "Why.");
        QVERIFY(!acceptButton(dialog)->isEnabled());
        dialog.findChild<QLineEdit*>()->setText("net.json");
        QVERIFY(!acceptButton(dialog)->isEnabled());
        QFile file(folder.filePath("other.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        dialog.findChild<QLineEdit*>()->setText("other.json");  // beside the model
        QVERIFY(acceptButton(dialog)->isEnabled());
        QCOMPARE(dialog.path(), folder.filePath("other.json"));
    }
};

QTEST_MAIN(DialogsTest)
#include "dialogs_test.moc"
