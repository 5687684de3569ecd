// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/gallery_panel.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "fake_dataset.h"

using namespace tessera;

class GalleryPanelTest : public QObject {
    Q_OBJECT

    struct Fixture {
        Workspace workspace;
        JobRunner jobs;
        GalleryPanel panel{workspace, jobs};
        std::shared_ptr<FakeDataset> data;
        explicit Fixture(std::int64_t size = 200)
            : data(std::make_shared<FakeDataset>(size, Shape{1, 8, 8}, 5)) {
            panel.resize(360, 600);
            panel.show();
            if (size > 0) {
                workspace.setDataset(data);
                workspace.setEvaluation(fakeEvaluation(*data));
            }
        }
        QString summary() { return panel.findChild<QLabel*>("gallerySummary")->text(); }
        qint64 current() { return panel.model()->sampleAt(panel.view()->currentIndex().row()); }
    };

  private Q_SLOTS:
    void saysWhatIsThere() {
        Fixture empty(0);
        QCOMPARE(empty.summary(), QString("No data open."));
        Fixture f;
        QVERIFY(f.summary().startsWith("200 samples"));
        QVERIFY(f.summary().contains("90.00 % right"));
    }

    void typingFilters() {
        Fixture f;
        auto* filter = f.panel.findChild<QLineEdit*>("galleryFilter");
        QTest::keyClicks(filter, "label:3 is:wrong");
        QTRY_COMPARE(f.panel.model()->rowCount(), 20);
        QTRY_VERIFY(f.summary().startsWith("20 of 200"));
        filter->setText("label:dog");
        QTRY_VERIFY(f.summary().contains("no class named 'dog'"));
        filter->clear();
        QTRY_COMPARE(f.panel.model()->rowCount(), 200);
    }

    void wrongOnlyAndSort() {
        Fixture f;
        QTest::mouseClick(f.panel.findChild<QToolButton*>("wrongOnly"), Qt::LeftButton);
        QTRY_COMPARE(f.panel.model()->rowCount(), 20);
        f.panel.findChild<QComboBox*>("gallerySort")->setCurrentIndex(3);
        QTRY_VERIFY(f.panel.model()->sampleAt(0) != 3);
        double last = 0;
        for (int row = 0; row < 20; ++row) {
            const double confidence =
                f.panel.model()->index(row).data(GalleryModel::ConfidenceRole).toDouble();
            QVERIFY(confidence >= last);
            last = confidence;
        }
    }

    void keysMoveAndChoose() {
        Fixture f;
        auto* view = f.panel.view();
        view->setFocus();
        view->setCurrentIndex(f.panel.model()->index(0));
        QTest::keyClick(view, Qt::Key_Right);
        QCOMPARE(f.current(), 1);
        QCOMPARE(f.workspace.currentSample(), 1);
        QTest::keyClick(view, Qt::Key_Down);
        QVERIFY(f.current() > 2);
        const qint64 below = f.current();
        QTest::keyClick(view, Qt::Key_Return);
        QCOMPARE(f.workspace.anchors(), std::vector<qint64>{below});
        QTest::keyClick(view, Qt::Key_Left);
        QTest::keyClick(view, Qt::Key_2);
        QCOMPARE(f.workspace.anchors(), (std::vector<qint64>{below, below - 1}));
        QTest::keyClick(view, Qt::Key_1);  // already anchor 2: they change places
        QCOMPARE(f.workspace.anchors(), (std::vector<qint64>{below - 1, below}));
        QTest::keyClick(view, Qt::Key_Left);
        QTest::keyClick(view, Qt::Key_3);
        QCOMPARE(f.workspace.anchors(), (std::vector<qint64>{below - 1, below, below - 2}));
    }

    void selectionBecomesTheSlice() {
        Fixture f;
        auto* view = f.panel.view();
        auto* button = f.panel.findChild<QPushButton*>("sliceThroughSelection");
        QVERIFY(!button->isEnabled());
        for (const int row : {2, 4, 6})
            view->selectionModel()->select(f.panel.model()->index(row), QItemSelectionModel::Select);
        QVERIFY(button->isEnabled());
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(f.workspace.anchors().size(), 3u);
        view->selectionModel()->select(f.panel.model()->index(8), QItemSelectionModel::Select);
        QVERIFY(!button->isEnabled());
    }

    void currentSampleSurvivesSorting() {
        Fixture f;
        f.workspace.setCurrentSample(57);
        QCOMPARE(f.current(), 57);
        f.panel.findChild<QComboBox*>("gallerySort")->setCurrentIndex(3);
        QTRY_VERIFY(f.panel.model()->rowOf(57) != 57);
        QCOMPARE(f.current(), 57);
        QCOMPARE(f.workspace.currentSample(), 57);
    }

    // The whole list is walked through page by page: layout, painting and thumbnails together.
    void aHundredThousandScrollSmoothly() {
        Fixture f(0);
        auto data = std::make_shared<FakeDataset>(100'000, Shape{1, 28, 28}, 10);
        QElapsedTimer clock;
        clock.start();
        f.workspace.setDataset(data);
        f.panel.view()->grab();
        qInfo("opening 100,000 rows: %lld ms", clock.elapsed());
        QVERIFY(clock.elapsed() < 500);
        auto* bar = f.panel.view()->verticalScrollBar();
        QVERIFY(bar->maximum() > 100'000);
        qint64 longest = 0;
        for (int step = 0; step < 100; ++step) {
            clock.restart();
            bar->setValue(int(double(bar->maximum()) * step / 100));
            f.panel.view()->grab();
            longest = std::max(longest, clock.elapsed());
        }
        qInfo("longest frame while scrolling: %lld ms", longest);
        QVERIFY(longest < 50);
        QTRY_VERIFY(data->reads > 0);
    }
};

QTEST_MAIN(GalleryPanelTest)
#include "gallery_panel_test.moc"
