// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/layers_panel.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QIcon>
#include <QLabel>
#include <QTest>
#include <QTreeView>

using namespace tessera;

class LayersPanelTest : public QObject {
    Q_OBJECT

    static std::shared_ptr<const Model> load(const char* path) { return loadModel(path).value(); }
    static QString header(LayersPanel& panel) { return panel.findChildren<QLabel*>().front()->text(); }

  private Q_SLOTS:
    void anExactModel() {
        Workspace workspace;
        LayersPanel panel(workspace);
        QVERIFY(header(panel).contains("No model open"));
        workspace.setModel(load(TESSERA_SAMPLES "/mnist_cnn.pt"));
        auto* rows = panel.view()->model();
        QAbstractItemModelTester tester(rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(rows->rowCount(), int(workspace.model()->info().layers.size()));
        std::int64_t parameters = 0;
        for (int row = 0; row < rows->rowCount(); ++row) {
            const QModelIndex mark = rows->index(row, LayersModel::MarkColumn);
            QCOMPARE(mark.data().toString(), QString("exact"));               // in words,
            QVERIFY(!mark.data(Qt::DecorationRole).value<QIcon>().isNull());  // and as a sign
            parameters += QLocale().toLongLong(rows->index(row, LayersModel::Parameters).data().toString());
        }
        QCOMPARE(parameters, workspace.model()->info().parameters);
        QVERIFY2(header(panel).contains("Exact: every layer"), qPrintable(header(panel)));
        QVERIFY2(header(panel).contains("Self-check passed: float64 on 16 points"),
                 qPrintable(header(panel)));
        QVERIFY(panel.view()->isColumnHidden(LayersModel::Why));
        panel.copy();
        const QStringList lines = QApplication::clipboard()->text().split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), rows->rowCount() + 1);
        QCOMPARE(lines.front().count('\t'), int(LayersModel::kColumns) - 1);
        workspace.setModel(nullptr);
        QCOMPARE(rows->rowCount(), 0);
    }

    void aSmoothModelSaysWhichLayerAndWhy() {
        Workspace workspace;
        LayersPanel panel(workspace);
        workspace.setModel(load(TESSERA_TEST_DATA "/torchscript/smooth_traced.pt"));
        const auto* first = workspace.model()->firstInexact();
        QVERIFY(first);
        QVERIFY2(header(panel).contains("Sampled pictures only: layer " +
                                        QString::fromStdString(first->name).toHtmlEscaped()),
                 qPrintable(header(panel)));
        QVERIFY(!panel.view()->isColumnHidden(LayersModel::Why));
        const QModelIndex row = panel.view()->model()->index(first->node, LayersModel::Why);
        QVERIFY(!row.data().toString().isEmpty());
        QVERIFY(row.data(Qt::ToolTipRole).toString().contains(row.data().toString()));
    }

    void weightsOnlyFilesHaveNoOriginal() {
        Workspace workspace;
        LayersPanel panel(workspace);
        workspace.setModel(load(TESSERA_TEST_DATA "/models/mlp_ordered.pth"));
        QVERIFY2(header(panel).contains("No self-check"), qPrintable(header(panel)));
        QVERIFY2(header(panel).contains("MLP 3-5-4-2"), qPrintable(header(panel)));
    }

    void selfCheckInWords() {
        SelfCheck failed;
        failed.done = true;
        failed.maxDifference = 0.25;
        failed.points = 16;
        failed.tolerance = 1e-9;
        QVERIFY(selfCheckSentence(failed).contains("failed"));
        QVERIFY(selfCheckSentence(failed).contains("0.2") || selfCheckSentence(failed).contains("0.3"));
    }
};

QTEST_MAIN(LayersPanelTest)
#include "layers_panel_test.moc"
