// SPDX-License-Identifier: GPL-3.0-or-later
// Several slices in one window: split, tab, float, maximise, close, lock.
#include "app/window/view_area.h"

#include <QAction>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "app/window/dock_title.h"
#include "app/window/main_window.h"
#include "tests/app/window/settings_in.h"
#include "widgets/panels/slice_panel.h"
#include "widgets/views/slice_state.h"

using namespace tessera;

namespace {
constexpr int kPatienceMs = 30'000;
}

class ViewAreaTest : public QObject {
    Q_OBJECT

    QTemporaryDir settings_;
    static void trigger(MainWindow& window, const char* name) {
        auto* action = window.findChild<QAction*>(name);
        QVERIFY2(action && action->isEnabled(), name);
        action->trigger();
    }
    static bool areUpToDate(MainWindow& window) {
        for (SliceView* view : window.views()->slices())
            if (view->isVisible() && !view->isUpToDate()) return false;
        return !window.jobs().isBusy();
    }
    static std::unique_ptr<MainWindow> opened() {
        auto window = std::make_unique<MainWindow>();
        window->resize(1500, 900);
        window->show();
        window->openSample("spiral");
        return window;
    }

  private Q_SLOTS:
    void initTestCase() { useSettingsIn(settings_.path(), "tessera-views-test"); }
    void init() { QSettings().clear(); }

    void slicesOpenSideBySideAndPanelsFollowTheCurrentOne() {
        const auto window = opened();
        QTRY_VERIFY_WITH_TIMEOUT(areUpToDate(*window) && window->workspace().evaluation(), kPatienceMs);
        ViewArea& area = *window->views();
        SliceView* first = area.currentSlice();
        const int before = first->width();
        trigger(*window, "newSlice");
        QCOMPARE(area.slices().size(), 2);
        SliceView* second = area.currentSlice();
        QVERIFY(second != first);
        QTRY_VERIFY(second->isVisible() && first->isVisible() && first->width() < before);
        if (const QString folder = qEnvironmentVariable("TESSERA_PICTURES"); !folder.isEmpty()) {
            QTRY_VERIFY_WITH_TIMEOUT(areUpToDate(*window), kPatienceMs);
            QVERIFY(window->grab().save(folder + "/two-slices.png"));
        }
        QTRY_VERIFY_WITH_TIMEOUT(second->computation().regions() && areUpToDate(*window), kPatienceMs);
        // The panel in front is that of the current slice: its switch turns the edges of that one off.
        QVERIFY(first->switches().edges && second->switches().edges);
        const auto panelInFront = [&]() -> SlicePanel* {
            for (auto* panel : window->findChildren<SlicePanel*>())
                if (panel->isVisible()) return panel;
            return nullptr;
        };
        SlicePanel* ofSecond = panelInFront();
        QVERIFY(ofSecond);
        QTest::mouseClick(first, Qt::LeftButton, {}, first->plotRect().center().toPoint());
        QCOMPARE(area.currentSlice(), first);
        QVERIFY(panelInFront() && panelInFront() != ofSecond);
    }

    void aDuplicateLooksTheSame() {
        const auto window = opened();
        QTRY_VERIFY_WITH_TIMEOUT(areUpToDate(*window) && window->sliceView()->computation().hasPlane(),
                                 kPatienceMs);
        SliceView* first = window->sliceView();
        first->setTurn({0.4, 0, 0});
        first->zoom(3);
        auto switches = first->switches();
        switches.edges = false;
        first->setSwitches(switches);
        QTRY_VERIFY_WITH_TIMEOUT(areUpToDate(*window), kPatienceMs);
        trigger(*window, "duplicateSlice");
        SliceView* copy = window->sliceView();
        QVERIFY(copy != first);
        QTRY_VERIFY_WITH_TIMEOUT(areUpToDate(*window) && copy->computation().regions(), kPatienceMs);
        QVERIFY(sameDocument(sliceState(*copy), sliceState(*first)));
        QVERIFY(!copy->switches().edges);
        QVERIFY((copy->look().centre - first->look().centre).norm() < 1e-12);
        QCOMPARE(copy->computation().turn().rotation, 0.4);
    }

    void lockedSlicesMoveTogether() {
        const auto window = opened();
        QTRY_VERIFY_WITH_TIMEOUT(areUpToDate(*window) && window->sliceView()->computation().hasPlane(),
                                 kPatienceMs);
        SliceView* first = window->sliceView();
        trigger(*window, "newSlice");
        SliceView* second = window->sliceView();
        QTRY_VERIFY_WITH_TIMEOUT(areUpToDate(*window) && second->computation().hasPlane(), kPatienceMs);
        // Unlocked: each for itself.
        second->zoom(2);
        QVERIFY(first->look().isFitted);
        trigger(*window, "lockAxes");
        QTRY_COMPARE(first->look().unitsPerPoint, second->look().unitsPerPoint);
        QTest::keyClick(second, Qt::Key_Left);
        QTest::keyClick(second, Qt::Key_Plus);
        QVERIFY((first->look().centre - second->look().centre).norm() < 1e-12);
        QCOMPARE(first->look().unitsPerPoint, second->look().unitsPerPoint);
        second->setTurn({0.3, 0, 0});
        QCOMPARE(first->computation().wantedTurn().rotation, 0.3);
        // The other way round once hands are on the first.
        QTest::mouseClick(first, Qt::LeftButton, {}, first->plotRect().center().toPoint());
        QTest::keyClick(first, Qt::Key_Up);
        QVERIFY((first->look().centre - second->look().centre).norm() < 1e-12);
        PlaneRecipe recipe = first->computation().recipe();
        recipe.kind = PlaneKind::Random;
        recipe.seed = 5;
        first->computation().setRecipe(recipe);
        QVERIFY(second->computation().recipe().kind == PlaneKind::Random);
        QTRY_VERIFY_WITH_TIMEOUT(areUpToDate(*window), kPatienceMs);
        QCOMPARE(second->computation().recipe().seed, std::uint64_t(5));
        trigger(*window, "lockAxes");
        const auto held = second->look();
        QTest::keyClick(first, Qt::Key_Up);
        QVERIFY(second->look() == held);
    }

    void maximisedHidesAllElseAndComesBack() {
        const auto window = opened();
        QTRY_VERIFY_WITH_TIMEOUT(window->sliceView()->isVisible(), kPatienceMs);
        trigger(*window, "newSlice");
        const auto docks = window->views()->docks();
        QTRY_VERIFY(docks[0]->isVisible() && docks[1]->isVisible());
        auto* gallery = window->findChild<QDockWidget*>("samplesDock");
        QVERIFY(gallery->isVisible());
        auto* title = dynamic_cast<DockTitle*>(docks[1]->titleBarWidget());
        QTest::mouseDClick(title, Qt::LeftButton, {}, QPoint(30, title->height() / 2));
        QTRY_VERIFY(docks[1]->isVisible() && !docks[0]->isVisible() && !gallery->isVisible());
        QVERIFY(window->findChild<QAction*>("maximise")->isChecked());
        trigger(*window, "maximise");
        QTRY_VERIFY(docks[0]->isVisible() && gallery->isVisible());
        QVERIFY(!window->views()->isMaximised());
    }

    void floatsTabsAndCloses() {
        const auto window = opened();
        QTRY_VERIFY_WITH_TIMEOUT(window->sliceView()->isVisible(), kPatienceMs);
        trigger(*window, "newSlice");
        trigger(*window, "newSlice");  // a third is a tab over the current one
        ViewArea& area = *window->views();
        auto docks = area.docks();
        QCOMPARE(docks.size(), 3);
        QVERIFY(area.tabifiedDockWidgets(docks[2]).contains(docks[1]));
        QTest::mouseClick(docks[0]->findChild<QToolButton*>("floatView"), Qt::LeftButton);
        QTRY_VERIFY(docks[0]->isFloating() && docks[0]->isVisible());
        QTest::mouseClick(docks[0]->findChild<QToolButton*>("floatView"), Qt::LeftButton);
        QTRY_VERIFY(!docks[0]->isFloating());
        QTest::mouseClick(docks[0]->findChild<QToolButton*>("closeView"), Qt::LeftButton);
        QTRY_COMPARE(area.docks().size(), 2);
        while (!area.docks().isEmpty()) {
            area.closeCurrent();
            QTest::qWait(0);
        }
        QVERIFY(!window->sliceView());
        QVERIFY(window->findChild<QPushButton*>("newSliceButton")->isVisible());
        QTest::mouseClick(window->findChild<QPushButton*>("newSliceButton"), Qt::LeftButton);
        QTRY_VERIFY(window->sliceView() && window->sliceView()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(areUpToDate(*window), kPatienceMs);
    }
};

QTEST_MAIN(ViewAreaTest)
#include "view_area_test.moc"
