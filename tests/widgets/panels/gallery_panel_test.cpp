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

#include "core/data/npy_texts.h"
#include "fake_dataset.h"
#include "tests/core/data/scratch_folder.h"

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

    // A row of an embedding file is shown as what it was computed from, by its name, label and class.
    void embeddingsShowTheirItems() {
        const test::ScratchFolder scratch;
        const auto digits = openDataset(test::dataFile("datasets/digits-images-idx3-ubyte.gz")).value();
        const auto count = digits->size();
        const std::vector<float> x(static_cast<std::size_t>(count) * 5, 0.5f);
        std::vector<std::int32_t> y;
        for (std::int64_t i = 0; i < count; ++i) y.push_back(digits->label(i));
        const PackedTexts source("items_source", std::vector{digits->path().string()}),
            classes("class_names", digits->classNames());
        const NpzEntry entries[] = {{"x", "<f4", {count, 5}, x.data()},
                                    {"y", "<i4", {count}, y.data()},
                                    source.entry(),
                                    classes.entry()};
        QVERIFY(writeNpz(scratch.path("e.npz"), entries).isOk());
        Fixture f(0), raw(0);
        f.workspace.setDataset(openDataset(scratch.path("e.npz").string()).value());
        raw.workspace.setDataset(digits);
        const auto picture = [](Fixture& fixture, int row) {
            return fixture.panel.model()->index(row).data(Qt::DecorationRole).value<QImage>();
        };
        for (const int row : {0, 3, 7}) {
            QTRY_VERIFY(!picture(f, row).isNull() && !picture(raw, row).isNull());
            QCOMPARE(picture(f, row), picture(raw, row));
            for (const int role : {int(Qt::DisplayRole), int(GalleryModel::LabelRole)})
                QCOMPARE(f.panel.model()->index(row).data(role), raw.panel.model()->index(row).data(role));
        }
        QVERIFY(picture(f, 0) != picture(f, 3));
        // Painted, too: both galleries look the same, but for what else they say.
        QTRY_COMPARE(f.panel.view()->viewport()->grab().toImage(),
                     raw.panel.view()->viewport()->grab().toImage());
    }

    void itemsThatAreMissingShowTheNumbers() {
        const test::ScratchFolder scratch;
        QImage red(8, 8, QImage::Format_RGB32);
        red.fill(Qt::red);
        QVERIFY(red.save(QString::fromStdString(scratch.path("red.png").string())));
        const float x[] = {1, 2, 3, 4, 5, 6};
        const PackedTexts items("items", {{"red.png", "gone.png"}});
        const NpzEntry entries[] = {{"x", "<f4", {2, 3}, x}, items.entry()};
        QVERIFY(writeNpz(scratch.path("e.npz"), entries).isOk());
        Fixture f(0);
        QSignalSpy problem(&f.panel, &GalleryPanel::problem);
        f.workspace.setDataset(openDataset(scratch.path("e.npz").string()).value());
        const auto picture = [&](int row) {
            return f.panel.model()->index(row).data(Qt::DecorationRole).value<QImage>();
        };
        QTRY_VERIFY(!picture(0).isNull() && !picture(1).isNull());
        QCOMPARE(picture(0).size(), QSize(8, 8));
        QCOMPARE(picture(0).pixelColor(4, 4), QColor(Qt::red));
        const float second[] = {4, 5, 6};
        const auto scale = thumbnailScale(*f.workspace.dataset()).value();
        QCOMPARE(picture(1), paintThumbnail({3}, false, second, scale, ThumbnailCache::kSide));
        QCOMPARE(problem.size(), 0);  // was said on opening
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
