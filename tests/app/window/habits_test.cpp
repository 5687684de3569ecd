// SPDX-License-Identifier: GPL-3.0-or-later
// What users bring along from other programs: palette, keys, settings, first steps, help.
#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>
#include <set>

#include "app/window/main_window.h"
#include "app/window/view_area.h"
#include "counting_probe.h"
#include "tests/app/window/settings_in.h"
#include "widgets/dialogs/about_dialogs.h"
#include "widgets/dialogs/command_palette.h"
#include "widgets/panels/gallery_panel.h"
#include "widgets/panels/guide_strip.h"

using namespace tessera;

namespace {
constexpr int kPatienceMs = 30'000;
}

class HabitsTest : public QObject {
    Q_OBJECT

    QTemporaryDir settings_;

    static std::unique_ptr<MainWindow> shown() {
        auto window = std::make_unique<MainWindow>(nullptr, countingCatalogue());
        window->resize(1400, 900);
        window->show();
        return window;
    }

  private Q_SLOTS:
    void initTestCase() {
        useSettingsIn(settings_.path(), "tessera-habits-test");
        rememberDesktopPalette();
        applyTheme(Theme::Light);
    }
    void init() {
        QSettings().clear();
        QSettings().setValue("recoveryFolder", settings_.filePath("recovery"));
    }

    void lettersFindCommands() {
        QVERIFY(fuzzyScore("dup sl", "View › Duplicate the Slice") > 0);
        QCOMPARE(fuzzyScore("xyz", "View › Duplicate the Slice"), 0);
        QVERIFY(fuzzyScore("undo", "Edit › Undo") > fuzzyScore("undo", "Sound of Dogs"));
        QVERIFY(fuzzyScore("ns", "View › New Slice") > fuzzyScore("ns", "Selection › Invert Samples now"));
        QList<int> places;
        QVERIFY(fuzzyScore("new", "View › New Slice", &places) > 0);
        QCOMPARE(places, (QList<int>{7, 8, 9}));
    }

    void thePaletteRunsWhatIsTyped() {
        const auto window = shown();
        window->openSample("spiral");
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() != nullptr, kPatienceMs);
        QTest::keyClick(window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        auto* palette = window->findChild<CommandPalette*>();
        QVERIFY(palette && palette->isVisible());
        auto* line = palette->findChild<QLineEdit*>("paletteLine");
        auto* list = palette->findChild<QListWidget*>("paletteList");
        QVERIFY(list->count() > 30);
        QTest::keyClicks(line, "new slice");
        QTRY_VERIFY(list->count() >= 1);
        QVERIFY(list->item(0)->data(Qt::AccessibleTextRole).toString().endsWith("New Slice"));
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_COMPARE(window->views()->slices().size(), 2);
        QTRY_VERIFY(!window->findChild<CommandPalette*>());
        // Nothing but commands that are in the menus, each once; every probe is among them.
        std::set<QString> paths;
        for (const auto& entry : paletteEntries(window->menuBar()->actions())) {
            QVERIFY2(paths.insert(entry.path).second, qPrintable(entry.path));
            QVERIFY2(!entry.path.contains('&'), qPrintable(entry.path));
        }
        QVERIFY(paths.contains("Probes › Brightness"));
    }

    void theConventionalKeysAreThere() {
        const auto window = shown();
        std::set<QString> keys;
        for (QAction* action : window->findChildren<QAction*>())
            for (const QKeySequence& key : action->shortcuts()) keys.insert(key.toString());
        for (const char* key : {"Ctrl+O",     "Ctrl+S",       "Ctrl+Shift+S", "Ctrl+Shift+E",
                                "Ctrl+Z",     "Ctrl+Shift+Z", "Ctrl+Y",       "Ctrl+Shift+P",
                                "Ctrl+Space", "Ctrl+F",       "Ctrl+R",       "F5",
                                "Ctrl+,",     "F11",          "F12",          "?",
                                "Ctrl+Alt+/", "Ctrl+W",       "Ctrl+Q",       "Ctrl+Return",
                                "Ctrl+M",     "Ctrl+T",       "F1",           "P"})
            QVERIFY2(keys.contains(key), key);
    }

    void theListOfKeysIsSearched() {
        const auto window = shown();
        for (QAction* action : window->findChildren<QAction*>())
            if (action->text() == "&Keys") action->trigger();
        auto* dialog = window->findChild<ShortcutsDialog*>();
        QVERIFY(dialog);
        auto* list = dialog->findChild<QTreeWidget*>();
        const auto count = [&] {
            int rows = 0;
            for (int g = 0; g < list->topLevelItemCount(); ++g)
                for (int i = 0; i < list->topLevelItem(g)->childCount(); ++i)
                    rows +=
                        !list->topLevelItem(g)->isHidden() && !list->topLevelItem(g)->child(i)->isHidden();
            return rows;
        };
        const int all = count();
        QVERIFY(all > 40);
        QTest::keyClicks(dialog->findChild<QLineEdit*>("keySearch"), "zoom");
        QVERIFY(count() >= 3 && count() < 10);
        dialog->findChild<QLineEdit*>("keySearch")->clear();
        QCOMPARE(count(), all);
    }

    void settingsApplyAndPersist() {
        {
            const auto window = shown();
            window->findChild<QAction*>("settings")->trigger();
            auto* dialog = window->findChild<SettingsDialog*>();
            QVERIFY(dialog);
            auto* theme = dialog->findChild<QComboBox*>("settingsTheme");
            theme->setCurrentIndex(theme->findData(int(Theme::Dark)));
            dialog->findChild<QSpinBox*>("settingsThreads")->setValue(2);
            dialog->findChild<QSpinBox*>("settingsMemory")->setValue(512);
            dialog->findChild<QSpinBox*>("settingsAutosave")->setValue(0);
            dialog->accept();
            QVERIFY(isDark(QApplication::palette()));
            QVERIFY(window->findChild<QAction*>("theme-dark")->isChecked());
            QVERIFY(window->findChild<QToolButton*>("resources")->text().contains("2 threads"));
        }
        const auto window = shown();
        QCOMPARE(window->windowSettings().threads, 2);
        QCOMPARE(window->windowSettings().memoryMegabytes, 512);
        QCOMPARE(window->windowSettings().autosaveSeconds, 0);
        QVERIFY(window->windowSettings().theme == Theme::Dark);
        applyTheme(Theme::Light);
    }

    void settingsOfThisRunAreNotStored() {
        const auto window = shown();
        WindowSettings run = window->windowSettings();
        run.threads = 3;  // as `tessera --threads 3` does
        window->applySettings(run);
        window->findChild<QAction*>("theme-dark")->trigger();
        QVERIFY(Settings().window().theme == Theme::Dark);
        QCOMPARE(Settings().window().threads, 0);
        window->findChild<QAction*>("settings")->trigger();
        auto* dialog = window->findChild<SettingsDialog*>();
        dialog->findChild<QSpinBox*>("settingsMemory")->setValue(512);
        dialog->accept();
        QCOMPARE(Settings().window().memoryMegabytes, 512);
        QCOMPARE(Settings().window().threads, 0);
        QCOMPARE(window->windowSettings().threads, 3);
        applyTheme(Theme::Light);
    }

    void theFirstStepsFollowTheUser() {
        const auto window = shown();
        GuideStrip& guide = *window->guide();
        QVERIFY(!guide.isVisible());
        window->startKeeping();
        QVERIFY(guide.isVisible());
        QCOMPARE(guide.step(), std::size_t(0));
        QTest::mouseClick(guide.findChild<QPushButton*>("guideShow"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(guide.step(), std::size_t(1), kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() && window->sliceView()->isUpToDate(),
                                 kPatienceMs);
        QTest::mouseClick(window->gallery()->findChild<QToolButton*>("wrongOnly"), Qt::LeftButton);
        QTRY_COMPARE(guide.step(), std::size_t(2));
        QTRY_VERIFY(window->gallery()->model()->rowCount() < 500);
        for (const int row : {0, 1, 2})
            window->workspace().setSelection({window->gallery()->model()->sampleAt(row)}, SelectionMode::Add);
        window->gallery()->view()->setFocus();
        QTest::keyClick(window->gallery()->view(), Qt::Key_A);
        QTRY_COMPARE(guide.step(), std::size_t(3));
        QTRY_VERIFY_WITH_TIMEOUT(window->sliceView()->isUpToDate(), kPatienceMs);
        window->sliceView()->setFocus();
        QTest::keyClick(window->sliceView(), Qt::Key_Plus);
        QTRY_COMPARE(guide.step(), std::size_t(4));
        QTest::mouseClick(guide.findChild<QToolButton*>("guideClose"), Qt::LeftButton);
        QVERIFY(!guide.isVisible());
        QVERIFY(Settings().isGuideDone());
        window->findChild<QAction*>("firstSteps")->trigger();
        QVERIFY(guide.isVisible());
        QVERIFY(guide.step() >= 1);  // what is done is not asked for again
    }

    void everyPanelExplainsItself() {
        const auto window = shown();
        for (const char* name : {"samplesDock", "layersDock", "sliceDock", "statisticsDock", "probesDock",
                                 "resultsDock", "messagesDock", "jobsDock"}) {
            auto* dock = window->findChild<QDockWidget*>(name);
            QVERIFY2(dock && !dock->widget()->whatsThis().isEmpty(), name);
        }
        QVERIFY(window->findChild<QDockWidget*>("probesDock")->widget()->whatsThis().contains("Cost:"));
        QVERIFY(!window->sliceView()->whatsThis().isEmpty());
    }

    void allThatCanHaveTheFocusHasAName() {
        const auto window = shown();
        window->openSample("spiral");
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().evaluation() != nullptr, kPatienceMs);
        for (QWidget* widget : window->findChildren<QWidget*>()) {
            if (!(widget->focusPolicy() & Qt::TabFocus) || !widget->isVisible()) continue;
            const auto named = [](QWidget* face) {  // by itself or by its buddy label
                const auto* interface = face ? QAccessible::queryAccessibleInterface(face) : nullptr;
                return interface && !interface->text(QAccessible::Name).isEmpty();
            };
            const bool isNamed = named(widget) || named(widget->parentWidget());
            QVERIFY2(
                isNamed,
                qPrintable(QString("%1 '%2' in %3")
                               .arg(QLatin1String(widget->metaObject()->className()), widget->objectName(),
                                    QLatin1String(widget->parentWidget()->metaObject()->className()))));
        }
    }
};

QTEST_MAIN(HabitsTest)
#include "habits_test.moc"
