// SPDX-License-Identifier: GPL-3.0-or-later
// Real mouse and keys on the table, scatter plot and histogram of a record, and what the workspace makes of
// it.
#include "widgets/views/record_view.h"

#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTextBrowser>
#include <QtTest>
#include <cmath>

#include "widgets/panels/fake_dataset.h"
#include "widgets/scenes/plot_tables.h"

using namespace tessera;

namespace {

std::shared_ptr<const ResultRecord> recordOf(std::size_t rows, bool linked = true) {
    auto record = std::make_shared<ResultRecord>();
    record->probe = "local-geometry";
    record->parameters = {{"samples", std::int64_t(100)}, {"normalise", true}};
    record->summary = {{"margin_mean", "Margin, mean", "logits", 1.25, "Over all samples."}};
    record->notes = {"Three samples were skipped."};
    record->tables = {*plots::sampleTable(rows)};
    if (!linked) record->tables[0].sampleColumn.clear();
    record->provenance.version = tesseraVersion();
    record->provenance.dtype = "float64";
    return record;
}

struct Opened {
    Workspace workspace;
    JobRunner jobs;
    RecordView view{{workspace, jobs}};
    std::shared_ptr<FakeDataset> data;

    explicit Opened(std::size_t rows = 500, bool linked = true, const QSize& size = {900, 800}) {
        data = std::make_shared<FakeDataset>(std::int64_t(3 * rows + 10), Shape{1, 8, 8}, 4);
        workspace.setDataset(data);
        view.resize(size);
        view.QWidget::show();
        view.show(recordOf(rows, linked));
        view.tabs()->setCurrentWidget(view.pages().front());
    }
    bool settle() {
        return QTest::qWaitFor([&] { return view.isSettled(); }, 20'000) &&
               QTest::qWaitForWindowExposed(&view);
    }
    TablePage& page() { return *view.pages().front(); }
    ScatterPlot& plot() { return page().scatterView().plot(); }
    QTableView& grid() { return *page().tableView().grid(); }
    const TableModel& model() { return page().tableView().model(); }
    const Table& table() { return view.record()->tables.front(); }
    const std::vector<double>& column(const char* name) {
        return std::get<std::vector<double>>(table().column(name)->values);
    }
    static qint64 sampleOf(std::size_t row) { return static_cast<qint64>(3 * row + 1); }
    // Samples of the rows that the condition picks.
    template <typename Condition>
    std::vector<qint64> samplesWhere(Condition&& condition) {
        std::vector<qint64> samples;
        for (std::size_t row = 0; row < table().rows(); ++row)
            if (condition(row)) samples.push_back(sampleOf(row));
        return samples;
    }
};

void drag(QWidget& widget, const std::vector<QPointF>& path, Qt::MouseButton button,
          Qt::KeyboardModifiers modifiers = {}) {
    QTest::mousePress(&widget, button, modifiers, path.front().toPoint());
    for (std::size_t i = 1; i < path.size(); ++i) {
        // QTest::mouseMove knows no modifiers.
        QMouseEvent move(QEvent::MouseMove, path[i].toPoint(), widget.mapToGlobal(path[i].toPoint()), button,
                         button, modifiers);
        QApplication::sendEvent(&widget, &move);
    }
    QTest::mouseRelease(&widget, button, modifiers, path.back().toPoint());
}

}  // namespace

class RecordViewTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void summarySaysEverything() {
        Opened opened;
        QVERIFY(opened.settle());
        const QString text = opened.view.findChild<QTextBrowser*>()->toPlainText();
        for (const char* word : {"Margin, mean", "1.25 logits", "Over all samples.",
                                 "Three samples were skipped", "normalise", "true", "float64", "complete"})
            QVERIFY2(text.contains(word), word);
        opened.view.show(nullptr);
        QVERIFY(opened.view.pages().empty() && opened.view.panels().empty());
        QCOMPARE(opened.view.tabs()->count(), 1);
    }
    // Sample 17 of other data is not sample 17 here.
    void rowsOfOtherDataAreNotLinked() {
        const QTemporaryDir folder;
        const auto write = [&](const char* name, const char* text) {
            QFile file(folder.filePath(QLatin1String(name)));
            if (!file.open(QIODevice::WriteOnly) || file.write(text) < 0) qFatal("%s", name);
            file.close();
            return file.fileName().toStdString();
        };
        const auto made = write("made.csv", "a,b,label\n1,2,0\n3,4,1\n");
        const auto moved = write("moved.csv", "a,b,label\n1,2,0\n3,4,1\n");
        const auto other = write("other.csv", "a,b,label\n1,2,0\n3,4,0\n");
        const auto hash = sha256OfFile(made);
        QVERIFY(hash.isOk());
        auto record = std::make_shared<ResultRecord>(*recordOf(2));
        std::get<std::vector<std::int64_t>>(record->tables[0].columns[0].values) = {0, 1};
        QCOMPARE(record->tables[0].columns[0].name, record->tables[0].sampleColumn);
        record->provenance.files = {{"/models/net.pt", "ab"}, {made, hash.value()}};
        Workspace workspace;
        JobRunner jobs;
        RecordView view({workspace, jobs});
        view.QWidget::show();
        auto* note = view.findChild<QLabel*>("otherData");
        view.show(record);
        RowSelection& rows = view.pages().front()->rows();
        QVERIFY(!rows.isLinked());  // nothing is open
        const auto open = [&](const std::string& path) {
            auto data = openDataset(path);
            if (!data.isOk()) qFatal("%s", data.error().message.c_str());
            workspace.setDataset(data.value());
            return QTest::qWaitFor([&] { return view.isSettled(); }, 20'000);
        };
        QVERIFY(open(made));
        QVERIFY(rows.isLinked() && note->isHidden());
        QVERIFY(open(other));
        QVERIFY(!rows.isLinked());
        QVERIFY(note->isVisible() && note->text().contains("made.csv"));
        rows.select({1}, SelectionMode::Replace);  // by itself
        QVERIFY(rows.isSelected(1) && workspace.selection().empty());
        QVERIFY(open(moved));  // the same bytes in another place
        QVERIFY(rows.isLinked() && note->isHidden());
        // A generated set, or a folder, has no file to compare: its name counts.
        QVERIFY(open("generate:moons?samples=10&seed=1"));
        QVERIFY(!rows.isLinked() && note->isVisible());
        auto generated = std::make_shared<ResultRecord>(*record);
        generated->provenance.files[1] = {"generate:moons?samples=10&seed=1", {}};
        view.show(generated);
        QVERIFY(view.pages().front()->rows().isLinked());
        QVERIFY(open("generate:moons?samples=10&seed=2"));
        QVERIFY(!view.pages().front()->rows().isLinked());
        view.show(record);
        QVERIFY(open(moved));
        rows.select({1}, SelectionMode::Replace);
        QCOMPARE(workspace.selection(), (std::vector<qint64>{1}));
        view.show(nullptr);
        QVERIFY(note->isHidden());
    }
    void boxSelectsWhatItHolds() {
        Opened opened;
        QVERIFY(opened.settle());
        auto& plot = opened.plot();
        const auto& x = opened.column("margin");
        const auto& y = opened.column("distance");
        const QPoint from = plot.widgetPoint(0, 4).toPoint(), to = plot.widgetPoint(2, 1).toPoint();
        drag(plot, {from, plot.widgetPoint(1, 2), to}, Qt::LeftButton);
        const QRectF box = QRectF(QPointF(from), QPointF(to)).normalized();
        const auto expected = opened.samplesWhere(
            [&](std::size_t row) { return box.contains(plot.widgetPoint(x[row], y[row])); });
        QVERIFY(expected.size() > 20);
        QCOMPARE(opened.workspace.selection(), expected);
        // Ctrl adds, Alt takes away.
        drag(plot, {plot.widgetPoint(2, 4), plot.widgetPoint(2.5, 2), plot.widgetPoint(3, 1)}, Qt::LeftButton,
             Qt::ControlModifier);
        const auto more = opened.workspace.selection();
        QVERIFY(more.size() > expected.size());
        QVERIFY(std::includes(more.begin(), more.end(), expected.begin(), expected.end()));
        drag(plot, {from, plot.widgetPoint(1, 2), to}, Qt::LeftButton, Qt::AltModifier);
        QCOMPARE(opened.workspace.selection().size(), more.size() - expected.size());
        QTest::keyClick(&plot, Qt::Key_Escape);
        QVERIFY(opened.workspace.selection().empty());
    }
    void lassoSelectsWhatItGoesRound() {
        Opened opened;
        QVERIFY(opened.settle());
        auto& plot = opened.plot();
        const auto& x = opened.column("margin");
        const auto& y = opened.column("distance");
        std::vector<QPointF> path;
        QPolygonF polygon;
        for (const QPointF corner :
             {QPointF(0, 1), QPointF(2, 6), QPointF(3, 1.5), QPointF(1.5, 2), QPointF(0, 1)}) {
            path.push_back(plot.widgetPoint(corner.x(), corner.y()).toPoint());
            polygon << path.back();
        }
        drag(plot, path, Qt::LeftButton, Qt::ShiftModifier);
        const auto expected = opened.samplesWhere([&](std::size_t row) {
            return polygon.containsPoint(plot.widgetPoint(x[row], y[row]), Qt::OddEvenFill);
        });
        QVERIFY(expected.size() > 10 && expected.size() < 400);
        QCOMPARE(opened.workspace.selection(), expected);
    }
    void clickGoesToTheSample() {
        Opened opened(60);
        QVERIFY(opened.settle());
        auto& plot = opened.plot();
        const auto& x = opened.column("margin");
        const auto& y = opened.column("distance");
        // The row of the largest distance lies alone.
        const auto row = static_cast<std::size_t>(std::max_element(y.begin(), y.end()) - y.begin());
        const QPoint at = plot.widgetPoint(x[row], y[row]).toPoint();
        QTest::mouseClick(&plot, Qt::LeftButton, {}, at);
        QCOMPARE(opened.workspace.currentSample(), Opened::sampleOf(row));
        QCOMPARE(opened.model().lineOf(qint64(row)), opened.grid().currentIndex().row());
        QTest::mouseClick(&plot, Qt::LeftButton, Qt::ControlModifier, at);
        QCOMPARE(opened.workspace.selection(), std::vector<qint64>{Opened::sampleOf(row)});
        QTest::mouseMove(&plot, at + QPoint(1, 0));
        QTRY_COMPARE(plot.hoveredRow(), qint64(row));
        // The card shows the sample's picture once it is read.
        QVERIFY(!plot.grab().isNull());
        QTRY_VERIFY(!opened.view.thumbnails().thumbnail(Opened::sampleOf(row)).isNull());
    }
    void wheelPanAndFit() {
        Opened opened;
        QVERIFY(opened.settle());
        auto& plot = opened.plot();
        const AxisRange x = plot.xRange(), y = plot.yRange();
        const QPointF at = plot.widgetPoint(1, 2);
        QWheelEvent wheel(at, plot.mapToGlobal(at), {}, {0, 240}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&plot, &wheel);
        QVERIFY(plot.xRange().high - plot.xRange().low < 0.8 * (x.high - x.low));
        QVERIFY((plot.widgetPoint(1, 2) - at).manhattanLength() < 3);  // what is under the pointer stays
        const QPointF before = plot.widgetPoint(1, 2);
        drag(plot, {at, at + QPointF(40, 20), at + QPointF(60, 30)}, Qt::RightButton);
        const QPointF moved = plot.widgetPoint(1, 2) - before;
        QVERIFY2(std::abs(moved.x() - 60) < 4 && std::abs(moved.y() - 30) < 4,
                 qPrintable(QString("%1 %2").arg(moved.x()).arg(moved.y())));
        QVERIFY(opened.workspace.selection().empty());
        QTest::mouseDClick(&plot, Qt::LeftButton, {}, at.toPoint());
        QCOMPARE(plot.xRange().low, x.low);
        QCOMPARE(plot.yRange().high, y.high);
        QTest::keyClick(&plot, Qt::Key_Plus);
        QVERIFY(plot.xRange().low > x.low);
        QTest::keyClick(&plot, Qt::Key_Home);
        QCOMPARE(plot.xRange().high, x.high);
    }
    // However far it is dragged, a logarithmic axis keeps powers of ten to count.
    void panningALogarithmicAxisEnds() {
        Opened opened(60);
        QVERIFY(opened.settle());
        ScatterView& view = opened.page().scatterView();
        ScatterChoice choice = view.choice();
        choice.x = "distance", choice.logX = true;
        view.setChoice(choice);
        QTRY_VERIFY(view.isSettled());
        auto& plot = view.plot();
        for (const double way : {-1.0, 1.0}) {
            for (int i = 0; i < 1000; ++i) plot.pan(way, 0);
            QVERIFY(plot.xRange().low > 0 && std::isfinite(plot.xRange().high));
            QVERIFY(plot.xRange().high / plot.xRange().low > 2);
            QVERIFY(!plot.grab().isNull());
        }
        plot.fit();
        for (int i = 0; i < 100; ++i) plot.zoom(0.1);
        QVERIFY(plot.xRange().low > 0 && std::isfinite(plot.xRange().high));
    }
    void tableFollowsAndLeads() {
        Opened opened;
        QVERIFY(opened.settle());
        auto& grid = opened.grid();
        // From elsewhere.
        opened.workspace.setSelection({Opened::sampleOf(3), Opened::sampleOf(40), 2});
        QVERIFY(opened.page().rows().isSelected(3) && opened.page().rows().isSelected(40));
        QCOMPARE(opened.page().rows().count(), 2u);
        QVERIFY(opened.model().data(opened.model().index(3, 0), Qt::BackgroundRole).isValid());
        opened.workspace.setCurrentSample(Opened::sampleOf(450));
        QCOMPARE(grid.currentIndex().row(), 450);
        QVERIFY(grid.viewport()->rect().intersects(grid.visualRect(grid.currentIndex())));
        // By mouse: click, Ctrl, Shift.
        grid.scrollToTop();
        const auto at = [&](int line) { return grid.visualRect(opened.model().index(line, 1)).center(); };
        QTest::mouseClick(grid.viewport(), Qt::LeftButton, {}, at(1));
        QCOMPARE(opened.workspace.selection(), std::vector<qint64>{Opened::sampleOf(1)});
        QCOMPARE(opened.workspace.currentSample(), Opened::sampleOf(1));
        QTest::mouseClick(grid.viewport(), Qt::LeftButton, Qt::ShiftModifier, at(3));
        QCOMPARE(opened.workspace.selection().size(), 3u);
        QTest::mouseClick(grid.viewport(), Qt::LeftButton, Qt::ControlModifier, at(2));
        QCOMPARE(opened.workspace.selection(),
                 (std::vector<qint64>{Opened::sampleOf(1), Opened::sampleOf(3)}));
        // By keys.
        QTest::keyClick(&grid, Qt::Key_Down);
        QCOMPARE(opened.workspace.currentSample(), Opened::sampleOf(3));
        QTest::keyClick(&grid, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(opened.workspace.selection().size(), 500u);
        QTest::keyClick(&grid, Qt::Key_Escape);
        QVERIFY(opened.workspace.selection().empty());
    }
    void headersSortAndFilterNarrows() {
        Opened opened;
        QVERIFY(opened.settle());
        auto& grid = opened.grid();
        auto& header = *grid.horizontalHeader();
        const int column = 3;  // margin
        grid.scrollTo(opened.model().index(0, column));
        const QPoint at(header.sectionViewportPosition(column) + 20, header.height() / 2);
        QTest::mouseClick(header.viewport(), Qt::LeftButton, {}, at);
        QTRY_VERIFY(opened.page().tableView().isSettled());
        const auto& margin = opened.column("margin");
        QCOMPARE(margin[opened.model().rowAt(0)], *std::min_element(margin.begin(), margin.end()));
        QTest::mouseClick(header.viewport(), Qt::LeftButton, {}, at);
        QTRY_COMPARE(margin[opened.model().rowAt(0)], *std::max_element(margin.begin(), margin.end()));
        auto* filter = opened.page().tableView().filterEdit();
        QTest::keyClicks(filter, "margin < 0.5");
        const auto expected = std::count_if(margin.begin(), margin.end(), [](double m) { return m < 0.5; });
        QTRY_COMPARE(opened.model().rowCount(), int(expected));
        QVERIFY(margin[opened.model().rowAt(0)] < 0.5 &&
                margin[opened.model().rowAt(0)] > 0.3);  // still sorted
        QTest::keyClicks(filter, " and nonsense");
        bool said = false;
        for (const auto* label : opened.page().tableView().findChildren<QLabel*>())
            said = said || (label->isVisible() && label->text().contains("filter", Qt::CaseInsensitive));
        QVERIFY(said);
        QCOMPARE(opened.model().rowCount(), int(expected));  // the last good one stays
        filter->clear();
        QTRY_COMPARE(opened.model().rowCount(), 500);
        QVERIFY(header.model()->headerData(3, Qt::Horizontal, Qt::ToolTipRole).toString().contains("second"));
    }
    void copyAndExport() {
        Opened opened;
        QVERIFY(opened.settle());
        opened.workspace.setSelection({Opened::sampleOf(7), Opened::sampleOf(2)});
        QTest::keyClick(&opened.grid(), Qt::Key_C, Qt::ControlModifier);
        const auto lines = QGuiApplication::clipboard()->text().split('\n');
        QCOMPARE(lines.size(), 4);  // header, two rows, the end
        QVERIFY(lines[0].startsWith("Sample\tLabel") && lines[0].contains("Margin (logits)"));
        QCOMPARE(lines[1].split('\t')[3].toDouble(), opened.column("margin")[2]);
        QTemporaryDir folder;
        opened.page().tableView().filterEdit()->setText("margin < 0");
        QTRY_VERIFY(opened.page().tableView().isSettled());
        QSignalSpy notices(&opened.view, &RecordView::noticeRaised);
        opened.page().tableView().writeCsvFile(folder.filePath("t.csv"));
        QTRY_COMPARE(notices.size(), 1);
        QFile file(folder.filePath("t.csv"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll().count('\n'), opened.model().rowCount() + 1);
    }
    void brushSelectsARange() {
        Opened opened;
        QVERIFY(opened.settle());
        opened.page().findChild<QTabWidget*>()->setCurrentIndex(1);
        HistogramView& view = opened.page().histogramView();
        HistogramChoice choice;
        choice.column = "margin";
        view.setChoice(choice);
        QTRY_VERIFY(view.isSettled() && view.plot().scene());
        auto& plot = view.plot();
        const QPoint from = plot.widgetPoint(0, 1).toPoint(), to = plot.widgetPoint(1, 1).toPoint();
        drag(plot, {from, (from + to) / 2, to}, Qt::LeftButton);
        const auto& margin = opened.column("margin");
        const auto frame = plot.frame();
        const double scale = plot.widgetPoint(1, 1).x() / frame.toDrawing(1, 1).x();
        const double low = frame.toData(QPointF(from) / scale).x(),
                     high = frame.toData(QPointF(to) / scale).x();
        QCOMPARE(opened.workspace.selection(), opened.samplesWhere([&](std::size_t row) {
            return margin[row] >= low && margin[row] <= high;
        }));
        QVERIFY(std::abs(low) < 0.05 && std::abs(high - 1) < 0.05);
    }
    // Until the points of a new table are there, those of the old one are only looked at.
    void oldPointsAreNotRowsOfANewTable() {
        for (const bool linked : {true, false}) {
            Opened opened(500, linked);
            QVERIFY(opened.settle());
            opened.page().findChild<QTabWidget*>()->setCurrentIndex(1);
            auto& bars = opened.page().histogramView().plot();
            QTRY_VERIFY(opened.page().histogramView().isSettled() && bars.scene());
            auto& plot = opened.plot();
            auto small = std::make_shared<Table>(*plots::sampleTable(20, 8));
            if (!linked) small->sampleColumn.clear();
            opened.page().setTable(small);
            const QPointF corner(plot.width() - 1, plot.height() - 1), middle(corner / 2);
            drag(plot, {QPointF(1, 1), middle, corner}, Qt::LeftButton);
            drag(plot, {QPointF(1, 1), middle, corner, QPointF(1, corner.y())}, Qt::LeftButton,
                 Qt::ShiftModifier);
            QTest::keyClick(&plot, Qt::Key_A, Qt::ControlModifier);
            for (int x = 0; x < plot.width(); x += 7) {
                QTest::mouseClick(&plot, Qt::LeftButton, {}, {x, plot.height() / 2});
                QTest::mouseClick(&bars, Qt::LeftButton, {}, {x, bars.height() / 2});
            }
            drag(bars, {QPointF(1, 40), QPointF(bars.width() / 2, 40), QPointF(bars.width() - 1, 40)},
                 Qt::LeftButton);
            QVERIFY(opened.workspace.selection().empty());
            QCOMPARE(opened.page().rows().count(), 0u);
            QCOMPARE(opened.page().rows().currentRow(), -1);
            QCOMPARE(plot.hoveredRow(), -1);
            QVERIFY(!plot.grab().isNull() && !bars.grab().isNull());
            // And then it is the new one's turn.
            QTRY_VERIFY(opened.page().scatterView().isSettled());
            opened.page().findChild<QTabWidget*>()->setCurrentIndex(0);
            QTest::keyClick(&plot, Qt::Key_A, Qt::ControlModifier);
            QCOMPARE(opened.page().rows().count(), 20u);
        }
    }
    void dragsEndWithWhatTheyAreOver() {
        Opened opened;
        QVERIFY(opened.settle());
        opened.page().findChild<QTabWidget*>()->setCurrentIndex(1);
        auto& bars = opened.page().histogramView().plot();
        auto& plot = opened.plot();
        QTRY_VERIFY(opened.page().histogramView().isSettled() && bars.scene());
        const auto begin = [](QWidget& widget, Qt::MouseButton button, Qt::KeyboardModifiers modifiers) {
            QTest::mousePress(&widget, button, modifiers, {60, 60});
            QMouseEvent move(QEvent::MouseMove, QPointF(160, 120), widget.mapToGlobal(QPointF(160, 120)),
                             button, button, modifiers);
            QApplication::sendEvent(&widget, &move);
        };
        const auto points = plot.scene()->points().table;
        for (const auto modifiers : {Qt::NoModifier, Qt::ShiftModifier}) {
            begin(plot, Qt::LeftButton, modifiers);
            plot.setPoints(nullptr);
            QTest::mouseRelease(&plot, Qt::LeftButton, modifiers, {160, 120});
            plot.setPoints(scatterPoints(points, {"margin", "distance"}, {}));
        }
        begin(plot, Qt::RightButton, {});
        plot.setPoints(nullptr);
        QTest::mouseRelease(&plot, Qt::RightButton, {}, {160, 120});
        QCOMPARE(plot.cursor().shape(), Qt::ArrowCursor);
        begin(bars, Qt::LeftButton, {});
        bars.setBins(nullptr);
        QTest::mouseRelease(&bars, Qt::LeftButton, {}, {160, 120});
        QVERIFY(opened.workspace.selection().empty());
        QVERIFY(!plot.grab().isNull() && !bars.grab().isNull());
    }
    void rowsBeyondTheTableArePassedOver() {
        for (const bool linked : {true, false}) {
            Opened opened(30, linked);
            RowSelection& rows = opened.page().rows();
            rows.select({3, 30, 1'000'000}, SelectionMode::Replace);
            QCOMPARE(rows.count(), 1u);
            QCOMPARE(rows.sampleOf(3), linked ? Opened::sampleOf(3) : -1);
            QCOMPARE(rows.sampleOf(30), -1);
        }
    }
    void unlinkedRowsKeepTheirOwnSelection() {
        Opened opened(100, false);
        QVERIFY(opened.settle());
        QTest::keyClick(&opened.grid(), Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(opened.page().rows().count(), 100u);
        QVERIFY(opened.workspace.selection().empty());
        QCOMPARE(opened.workspace.currentSample(), -1);
    }
    void panelsAreWhatIsSeen() {
        Opened opened;
        QVERIFY(opened.settle());
        const auto panels = opened.view.panels();
        QCOMPARE(panels.size(), 2u);
        QVERIFY(dynamic_cast<const ScatterScene*>(panels[0].get()));
        opened.page().findChild<QTabWidget*>()->setCurrentIndex(1);
        QVERIFY(dynamic_cast<const HistogramScene*>(opened.view.panels()[0].get()));
    }
    void emptyAndOddTables() {
        Opened opened(500);
        auto record = std::make_shared<ResultRecord>();
        record->tables = {{"empty", "Empty", {}},
                          {"none", "No rows", {{"v", "V", "", "", std::vector<double>{}}}},
                          {"nan", "NaN", {{"v", "V", "", "", std::vector<double>{NAN, NAN, NAN}}}},
                          {"texts", "Texts", {{"t", "T", "", "", std::vector<std::string>{"a", "", "b"}}}}};
        opened.view.show(record);
        QTRY_VERIFY(opened.view.isSettled());
        QCOMPARE(opened.view.pages().size(), 4u);
        for (int tab = 0; tab < opened.view.tabs()->count(); ++tab) {
            opened.view.tabs()->setCurrentIndex(tab);
            QVERIFY(!opened.view.grab().isNull());
        }
        opened.view.show(recordOf(30));
        QTRY_VERIFY(opened.view.isSettled());
        QCOMPARE(opened.view.pages().size(), 1u);
    }
    void pictures() {
        const QString folder = qEnvironmentVariable("TESSERA_PICTURES");
        if (folder.isEmpty()) QSKIP("set TESSERA_PICTURES to a folder to keep the drawings");
        for (const QSize size : {QSize(860, 620), QSize(1280, 680), QSize(3000, 1800)}) {
            Opened opened(5000, true, size);
            QVERIFY(opened.settle());
            const auto& margin = opened.column("margin");
            opened.workspace.setSelection(opened.samplesWhere([&](auto row) { return margin[row] < 0; }));
            opened.workspace.setCurrentSample(Opened::sampleOf(11));
            const auto& x = opened.column("margin");
            const auto& y = opened.column("distance");
            QTest::mouseMove(&opened.plot(), opened.plot().widgetPoint(x[20], y[20]).toPoint());
            QTRY_VERIFY(opened.plot().hoveredRow() >= 0);
            QTRY_VERIFY(!opened.jobs.isBusy());
            const auto hovered = static_cast<std::size_t>(opened.plot().hoveredRow());
            QTRY_VERIFY(!opened.view.thumbnails().thumbnail(Opened::sampleOf(hovered)).isNull());
            opened.view.grab().save(folder + QString("/record_%1.png").arg(size.width()));
            opened.view.tabs()->setCurrentIndex(0);
            opened.view.grab().save(folder + QString("/summary_%1.png").arg(size.width()));
        }
    }
};

QTEST_MAIN(RecordViewTest)
#include "record_view_test.moc"
