// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/gallery_model.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QMimeData>
#include <QSignalSpy>
#include <QTest>

#include "fake_dataset.h"
#include "tests/slowdown.h"

using namespace tessera;

class GalleryModelTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void keepsTheModelContractThroughEverything() {
        Workspace workspace;
        JobRunner jobs;
        GalleryModel model(workspace, jobs);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.rowCount(), 0);
        auto data = std::make_shared<FakeDataset>(500, Shape{1, 8, 8}, 5);
        workspace.setDataset(data);
        QCOMPARE(model.rowCount(), 500);
        workspace.setEvaluation(fakeEvaluation(*data));
        model.setQuery({.wrongOnly = true});
        QTRY_COMPARE(model.rowCount(), 50);  // every tenth, none of them of class 0
        workspace.setAnchors({3, 13});
        QCOMPARE(model.index(0).data(GalleryModel::AnchorRole).toInt(), 1);
        QCOMPARE(model.index(1).data(GalleryModel::AnchorRole).toInt(), 2);
        QVERIFY(model.index(0).data(GalleryModel::WrongRole).toBool());
        model.setQuery({});
        QTRY_COMPARE(model.rowCount(), 500);
        workspace.setDataset(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void predictionsAppearInPlace() {
        Workspace workspace;
        JobRunner jobs;
        GalleryModel model(workspace, jobs);
        auto data = std::make_shared<FakeDataset>(100, Shape{3}, 5);
        workspace.setDataset(data);
        QCOMPARE(model.index(3).data(GalleryModel::ConfidenceRole).toDouble(), -1.0);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged),
            reset(&model, &QAbstractItemModel::modelReset);
        workspace.setEvaluation(fakeEvaluation(*data));
        QVERIFY(!changed.isEmpty());
        QCOMPARE(reset.size(), 0);  // the view keeps its place
        QCOMPARE(model.index(3).data(GalleryModel::PredictionRole).toString(), QString("0"));
        QCOMPARE(model.index(1).data(GalleryModel::LabelRole).toString(), QString("cat"));
        QVERIFY(model.index(3).data(Qt::ToolTipRole).toString().contains("wrong"));
    }

    void thumbnailsComeWhenAskedForAndOnlyThen() {
        Workspace workspace;
        JobRunner jobs;
        GalleryModel model(workspace, jobs);
        auto data = std::make_shared<FakeDataset>(100'000, Shape{1, 8, 8}, 5);
        data->unreadable.insert(7);
        QSignalSpy failed(&model, &GalleryModel::readingFailed);
        workspace.setDataset(data);
        QCOMPARE(data->reads, 0);
        for (int row = 0; row < 20; ++row)
            QVERIFY(model.index(row).data(Qt::DecorationRole).value<QImage>().isNull());
        QTRY_VERIFY(!model.index(19).data(Qt::DecorationRole).value<QImage>().isNull());
        QTRY_VERIFY(model.index(7).data(GalleryModel::FailedRole).toBool());
        QVERIFY(data->reads < 1000);  // those asked for, and a few to learn the range
        QCOMPARE(failed.size(), 1);
        QVERIFY(failed[0][0].toString().contains("item 7"));
    }

    void dragCarriesIndices() {
        Workspace workspace;
        JobRunner jobs;
        GalleryModel model(workspace, jobs);
        workspace.setDataset(std::make_shared<FakeDataset>(10, Shape{2}, 2));
        const std::unique_ptr<QMimeData> mime(model.mimeData({model.index(4), model.index(2)}));
        QCOMPARE(mime->data(kSampleMimeType), QByteArray("4\n2"));
    }

    void aHundredThousandRowsCostNothingUpFront() {
        Workspace workspace;
        JobRunner jobs;
        GalleryModel model(workspace, jobs);
        auto data = std::make_shared<FakeDataset>(100'000, Shape{1, 28, 28}, 10);
        QElapsedTimer clock;
        clock.start();
        workspace.setDataset(data);
        QVERIFY2(clock.elapsed() < 50 * kSlowdown, qPrintable(QString::number(clock.elapsed())));
        workspace.setEvaluation(fakeEvaluation(*data));
        clock.restart();
        model.setQuery({.sort = GallerySort::Confidence, .descending = true});
        QVERIFY2(clock.elapsed() < 20 * kSlowdown,
                 qPrintable(QString::number(clock.elapsed())));  // sorted elsewhere
        QTRY_VERIFY(model.sampleAt(0) != 0);
        QVERIFY(model.index(0).data(GalleryModel::ConfidenceRole).toDouble() > 0.98);
    }
};

QTEST_GUILESS_MAIN(GalleryModelTest)
#include "gallery_model_test.moc"
