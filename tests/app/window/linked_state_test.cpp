// SPDX-License-Identifier: GPL-3.0-or-later
// One selection, one current sample, one reference, named subsets and the current model: in every view alike.
#include <QAction>
#include <QComboBox>
#include <QInputDialog>
#include <QLineEdit>
#include <QListView>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "app/window/main_window.h"
#include "tests/app/window/settings_in.h"
#include "widgets/panels/gallery_panel.h"
#include "widgets/panels/model_chooser.h"
#include "widgets/views/slice_view.h"

using namespace tessera;

namespace {
constexpr int kPatienceMs = 30'000;
}

class LinkedStateTest : public QObject {
    Q_OBJECT

    QTemporaryDir settings_;
    std::unique_ptr<MainWindow> window_;

    QListView& gallery() { return *window_->gallery()->view(); }
    GalleryModel& rows() { return *window_->gallery()->model(); }
    Workspace& workspace() { return window_->workspace(); }
    void click(int row, Qt::KeyboardModifiers keys = {}) {
        const QModelIndex index = rows().index(row);
        gallery().scrollTo(index);
        QTest::mouseClick(gallery().viewport(), Qt::LeftButton, keys, gallery().visualRect(index).center());
    }
    void trigger(const char* name) {
        auto* action = window_->findChild<QAction*>(QLatin1String(name));
        QVERIFY2(action && action->isEnabled(), name);
        action->trigger();
    }

  private Q_SLOTS:
    void initTestCase() { useSettingsIn(settings_.path(), "tessera-linked-test"); }
    void init() {
        QSettings().clear();
        window_ = std::make_unique<MainWindow>();
        window_->resize(1400, 900);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        window_->activateWindow();
        window_->openSample("mnist-mlp");
        QTRY_VERIFY_WITH_TIMEOUT(workspace().evaluation() && window_->sliceView()->isUpToDate(), kPatienceMs);
    }
    void cleanup() { window_.reset(); }

    void clicksInTheGallerySelect() {
        click(3);
        QCOMPARE(workspace().selection(), (std::vector<qint64>{3}));
        QCOMPARE(workspace().currentSample(), qint64(3));
        click(5, Qt::ControlModifier);
        QCOMPARE(workspace().selection(), (std::vector<qint64>{3, 5}));
        click(5, Qt::ControlModifier);
        QCOMPARE(workspace().selection(), (std::vector<qint64>{3}));
    }

    void theSelectionShowsInTheGallery() {
        workspace().setSelection({2, 3, 40});
        QVERIFY(rows().index(3).data(GalleryModel::SelectedRole).toBool());
        QVERIFY(gallery().selectionModel()->isSelected(rows().index(40)));
        QVERIFY(!gallery().selectionModel()->isSelected(rows().index(4)));
        workspace().setCurrentSample(17);  // in focus, not selected
        QCOMPARE(gallery().currentIndex().row(), 17);
        QCOMPARE(workspace().selection(), (std::vector<qint64>{2, 3, 40}));
    }

    void aFilterHidesButDoesNotDeselect() {
        workspace().setSelection({0, 1, 2});
        QTest::mouseClick(window_->gallery()->findChild<QToolButton*>("wrongOnly"), Qt::LeftButton);
        QTRY_VERIFY(rows().rowCount() < 200);
        QCOMPARE(workspace().selection(), (std::vector<qint64>{0, 1, 2}));
        const qint64 wrong = rows().sampleAt(0);
        click(0, Qt::ControlModifier);
        QCOMPARE(workspace().selection().size(), std::size_t(4));
        QVERIFY(workspace().isSelected(wrong));
        click(0);  // it is selected already; the hidden ones are not any more
        QCOMPARE(workspace().selection(), (std::vector<qint64>{wrong}));
    }

    void shiftSelectsFromTheCurrentSampleToHere() {
        click(3);
        click(7, Qt::ControlModifier);
        click(9, Qt::ShiftModifier);
        QCOMPARE(workspace().selection(), (std::vector<qint64>{7, 8, 9}));
    }

    void manyScatteredSamplesAreSelectedQuickly() {
        std::vector<qint64> every;
        for (qint64 sample = 0; sample < workspace().dataset()->size(); sample += 2) every.push_back(sample);
        QElapsedTimer clock;
        clock.start();
        workspace().setSelection(every);
        workspace().setSelection({});
        qInfo("%zu scattered samples selected and let go in %lld ms", every.size(), clock.elapsed());
        QVERIFY(clock.elapsed() < 200);
    }

    void wrongOnesBecomeASubset() {
        trigger("selectWrong");
        const auto wrong = workspace().selection();
        QVERIFY(!wrong.empty() && wrong.size() < 300);
        trigger("nameSelection");
        auto* dialog = window_->findChild<QInputDialog*>();
        QVERIFY(dialog);
        dialog->setTextValue("hard ones");
        dialog->accept();
        QTRY_COMPARE(workspace().subsets().size(), std::size_t(1));
        QCOMPARE(workspace().subsets().at("hard ones"), wrong);
        trigger("clearSelection");
        QVERIFY(workspace().selection().empty());
        // The gallery shows only these.
        auto* list = window_->gallery()->findChild<QComboBox*>("gallerySubset");
        QVERIFY(list->isVisible());
        list->setCurrentIndex(1);
        QTRY_COMPARE(rows().rowCount(), int(wrong.size()));
        for (int row = 0; row < rows().rowCount(); ++row)
            QVERIFY(rows().index(row).data(GalleryModel::WrongRole).toBool());
        trigger("selectSubset-hard ones");
        QCOMPARE(workspace().selection(), wrong);
        trigger("deleteSubset-hard ones");
        QVERIFY(workspace().subsets().empty());
        QTRY_COMPARE(rows().rowCount(), int(workspace().dataset()->size()));
        QVERIFY(!list->isVisible());
    }

    void theReferenceIsMarkedEverywhere() {
        click(7);
        QTest::keyClick(&gallery(), Qt::Key_P);
        QCOMPARE(workspace().referenceSample(), qint64(7));
        QVERIFY(rows().index(7).data(GalleryModel::ReferenceRole).toBool());
        const auto& marks = window_->sliceView()->focus().marks();
        const auto isMarked = [&] {
            return std::any_of(marks.begin(), marks.end(),
                               [](const auto& mark) { return mark.sample == 7 && mark.isReference; });
        };
        QTRY_VERIFY(isMarked());
        QTest::keyClick(&gallery(), Qt::Key_P);
        QCOMPARE(workspace().referenceSample(), qint64(-1));
        QTRY_VERIFY(!isMarked());
    }

    void aClickInTheSliceFollowsEverywhere() {
        SliceView& slice = *window_->sliceView();
        const auto anchors = slice.computation().anchorMarkers();
        QVERIFY(anchors.size() == 3);
        workspace().setCurrentSample(500);
        QTest::mouseClick(&slice, Qt::LeftButton, {}, slice.widgetPoint(anchors[1].position).toPoint());
        QCOMPARE(workspace().currentSample(), anchors[1].sample);
        QTRY_COMPARE(gallery().currentIndex().row(), int(anchors[1].sample));
        QTest::mouseClick(&slice, Qt::LeftButton, Qt::ControlModifier,
                          slice.widgetPoint(anchors[2].position).toPoint());
        QVERIFY(workspace().isSelected(anchors[2].sample));
    }

    void aLassoInTheSliceSelects() {
        SliceView& slice = *window_->sliceView();
        const auto anchors = slice.computation().anchorMarkers();
        const QPoint at = slice.widgetPoint(anchors[0].position).toPoint();
        QTest::mousePress(&slice, Qt::LeftButton, Qt::ShiftModifier, at + QPoint(-15, -15));
        for (const QPoint corner : {QPoint(15, -15), QPoint(15, 15), QPoint(-15, 15)})
            QTest::mouseMove(&slice, at + corner);
        QTest::mouseRelease(&slice, Qt::LeftButton, Qt::ShiftModifier, at + QPoint(-15, 15));
        QVERIFY(workspace().isSelected(anchors[0].sample));
        QVERIFY(workspace().selection().size() < 40);
    }

    void anotherModelLeavesTheDataAsItIsLookedAt() {
        window_->opener().setNormalisation({});  // what a model without settings of its own gets
        QTRY_VERIFY_WITH_TIMEOUT(workspace().evaluation() && window_->sliceView()->isUpToDate(), kPatienceMs);
        workspace().setCurrentSample(17);
        auto recipe = window_->sliceView()->computation().recipe();
        recipe.moved[1] = Eigen::VectorXd::Constant(784, 0.25);
        window_->sliceView()->computation().setRecipe(recipe);
        window_->gallery()->findChild<QLineEdit*>("galleryFilter")->setText("label:3");
        QTRY_VERIFY(rows().query().text == "label:3" && rows().rowCount() == 251);
        QSignalSpy datasets(&workspace(), &Workspace::datasetChanged);
        QSignalSpy normalisations(&workspace(), &Workspace::normalisationChanged);
        const auto former = workspace().model();
        window_->open({QStringLiteral(TESSERA_SAMPLES "/mnist_cnn.pt")});
        QTRY_VERIFY_WITH_TIMEOUT(workspace().model() != former && workspace().evaluation(), kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(window_->sliceView()->isUpToDate(), kPatienceMs);
        QVERIFY(datasets.isEmpty() && normalisations.isEmpty());
        QCOMPARE(workspace().currentSample(), qint64(17));
        QCOMPARE(rows().query().text, QString("label:3"));
        QCOMPARE(window_->sliceView()->computation().recipe().moved.count(1), std::size_t(1));
    }

    void modelsAreSwitchedAndClosed() {
        auto* list = window_->findChild<QComboBox*>("models");
        QVERIFY(!list->isVisible());
        workspace().setSelection({1, 2});
        window_->open({QStringLiteral(TESSERA_SAMPLES "/mnist_cnn.pt")});
        QTRY_VERIFY_WITH_TIMEOUT(workspace().models().size() == 2 && workspace().evaluation(), kPatienceMs);
        QTRY_VERIFY(list->isVisible());
        const auto cnn = workspace().model();
        const auto anchors = workspace().anchors();
        list->setCurrentIndex(0);
        Q_EMIT list->activated(0);
        QTRY_VERIFY_WITH_TIMEOUT(workspace().model() != cnn && workspace().evaluation(), kPatienceMs);
        QCOMPARE(workspace().anchors(), anchors);
        QCOMPARE(workspace().selection(), (std::vector<qint64>{1, 2}));
        QTest::mouseClick(window_->findChild<QToolButton*>("closeModel"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(workspace().models().size() == 1 && workspace().evaluation(), kPatienceMs);
        QCOMPARE(workspace().model(), cnn);
        QTRY_VERIFY(!list->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(window_->sliceView()->isUpToDate(), kPatienceMs);
    }
};

QTEST_MAIN(LinkedStateTest)
#include "linked_state_test.moc"
