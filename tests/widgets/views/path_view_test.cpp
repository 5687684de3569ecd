// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>

#include "core/probes/path_regions.h"
#include "tests/widgets/views/opened_sample.h"
#include "widgets/views/path_view.h"

using namespace tessera;

namespace {

std::shared_ptr<const ResultRecord> pathThrough(const Workspace& workspace, std::vector<std::int64_t> samples,
                                                const ParameterMap& parameters = {}) {
    ProbeInputs inputs;
    inputs.model = workspace.model(), inputs.dataset = workspace.dataset();
    inputs.normalisation = workspace.normalisation(), inputs.samples = std::move(samples);
    NoProgress progress;
    auto result = runProbe(PathRegionsProbe(), inputs, parameters, {}, progress);
    if (!result.isOk()) qFatal("%s", result.isError() ? result.error().message.c_str() : "cancelled");
    return result.value();
}

struct Shown {
    Workspace workspace;
    JobRunner jobs;
    PathView view{{workspace, jobs}};

    Shown() {
        test::openDigits(workspace);
        view.resize(960, 640);
        static_cast<QWidget&>(view).show();
    }
    bool settle() {
        return QTest::qWaitFor([&] { return view.isUpToDate(); }, 30'000);
    }
    void show(std::shared_ptr<const ResultRecord> record) { view.show(std::move(record)); }
    template <typename T>
    T* named(const QString& name) {
        for (auto* child : view.findChildren<T*>())
            if (child->accessibleName() == name) return child;
        return nullptr;
    }
};

// For looking at: TESSERA_PICTURES names a folder.
void keep(QWidget& widget, const char* name) {
    if (const QString folder = qEnvironmentVariable("TESSERA_PICTURES"); !folder.isEmpty())
        widget.grab().save(folder + '/' + name + ".png");
}

int colours(const QImage& image) {
    QSet<QRgb> seen;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) seen.insert(image.pixel(x, y));
    return static_cast<int>(seen.size());
}

}  // namespace

class PathViewTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void showsAndClears() {
        Shown s;
        QVERIFY(s.settle());
        QVERIFY(s.view.panels().empty());
        const auto record = pathThrough(s.workspace, {2, 10, 8}, {{"closed", true}});
        QVERIFY2(record->metric("crossings")->value > 100, "the digits' path has hundreds of crossings");
        QVERIFY(record->metric("max_interpolation_error")->value < 1e-10);
        s.show(record);
        QVERIFY(s.settle());
        QCOMPARE(s.view.record(), record);
        QCOMPARE(s.view.panels().size(), std::size_t{2});
        QVERIFY(colours(s.view.plot().grab().toImage()) > 50);
        QVERIFY(s.named<QLabel>("Summary")->text().contains("3 segments"));
        keep(s.view, "path_digits");
        s.view.show(nullptr);
        QVERIFY(s.settle());
        QVERIFY(s.view.panels().empty());
        QVERIFY(!s.view.record());
        QVERIFY(std::isnan(s.view.plot().position()));
        QVERIFY(s.named<QLabel>("Summary")->text().isEmpty());
        keep(s.view, "path_empty");
    }

    void readingLineFollowsThePointer() {
        Shown s;
        s.show(pathThrough(s.workspace, {2, 10, 8}));
        QVERIFY(s.settle());
        PathPlot& plot = s.view.plot();
        QSignalSpy moved(&plot, &PathPlot::positionChanged);
        QTest::mouseMove(&plot, plot.pointOf(1.25).toPoint());
        QTRY_VERIFY(!moved.isEmpty());
        QVERIFY(std::abs(plot.position() - 1.25) < 0.01);
        const QString text = s.named<QLabel>("Values at the reading line")->text();
        QVERIFY(text.contains("nearest crossing"));
        QVERIFY(text.contains("#10") && text.contains("#8"));
        QCOMPARE(s.view.inputAt(1.25).size(), QSize(28, 28));
        // Half-way between two inputs the picture is their mean; the readout is the network's own answer.
        plot.setPosition(0.5);
        const QImage from = s.view.inputAt(0), to = s.view.inputAt(1), half = s.view.inputAt(0.5);
        for (int y = 0; y < 28; ++y)
            for (int x = 0; x < 28; ++x)
                QVERIFY(std::abs(2 * qRed(half.pixel(x, y)) - qRed(from.pixel(x, y)) -
                                 qRed(to.pixel(x, y))) <= 3);
        QVERIFY(!s.named<QLabel>("Input at the reading line")->pixmap().isNull());
        keep(s.view, "path_reading");
    }

    void wheelZoomsAndDoubleClickFits() {
        Shown s;
        s.show(pathThrough(s.workspace, {2, 10, 8}));
        QVERIFY(s.settle());
        PathPlot& plot = s.view.plot();
        const QPointF at = plot.pointOf(0.5);
        for (int i = 0; i < 20; ++i) {
            QWheelEvent wheel(at, plot.mapToGlobal(at), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                              Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(&plot, &wheel);
        }
        QVERIFY(plot.look().high - plot.look().low < 0.1);
        QVERIFY(plot.look().low < 0.5 && plot.look().high > 0.5);
        QVERIFY(s.settle());
        keep(s.view, "path_zoomed");
        const double low = plot.look().low;
        QTest::mousePress(&plot, Qt::LeftButton, {}, at.toPoint());
        QTest::mouseMove(&plot, at.toPoint() + QPoint(60, 0));
        QTest::mouseRelease(&plot, Qt::LeftButton, {}, at.toPoint() + QPoint(60, 0));
        QTRY_VERIFY(plot.look().low < low);
        QTest::mouseDClick(&plot, Qt::LeftButton, {}, at.toPoint());
        QCOMPARE(plot.look().low, 0.0);
        QCOMPARE(plot.look().high, 2.0);
        QVERIFY(s.settle());
    }

    void keysStepThroughCrossings() {
        Shown s;
        const auto record = pathThrough(s.workspace, {2, 10});
        s.show(record);
        QVERIFY(s.settle());
        PathPlot& plot = s.view.plot();
        plot.setFocus();
        plot.setPosition(0);
        const auto& positions =
            std::get<std::vector<double>>(record->table("crossings")->column("position")->values);
        for (int i = 0; i < 3; ++i) QTest::keyClick(&plot, Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(plot.position(), positions[2]);
        QTest::keyClick(&plot, Qt::Key_Left, Qt::ControlModifier);
        QCOMPARE(plot.position(), positions[1]);
        QTest::keyClick(&plot, Qt::Key_Plus);
        QVERIFY(plot.look().high < 1);
        QTest::keyClick(&plot, Qt::Key_Home);
        QCOMPARE(plot.look().high, 1.0);
        QTest::keyClick(&plot, Qt::Key_Right);
        QVERIFY(plot.position() > positions[1]);
    }

    void classAndProbabilitiesAreChosen() {
        Shown s;
        s.show(pathThrough(s.workspace, {2, 10, 8}));
        QVERIFY(s.settle());
        auto* const logit = s.named<QComboBox>("Class whose deviation is shaded");
        QVERIFY(logit && logit->count() == 11);
        const QImage before = s.view.plot().grab().toImage();
        logit->setCurrentIndex(logit->findData(3));
        QCOMPARE(s.view.plot().look().logit, 3);
        s.view.findChild<QCheckBox*>()->setChecked(true);
        QVERIFY(s.view.plot().look().probabilities);
        QVERIFY(s.settle());
        QVERIFY(s.view.plot().grab().toImage() != before);
        keep(s.view, "path_probabilities");
    }

    void brokenRecordIsSaid() {
        Shown s;
        auto broken = std::make_shared<ResultRecord>(*pathThrough(s.workspace, {2, 10}));
        broken->arrays.pop_back();
        broken->arrays.erase(broken->arrays.begin());  // no positions
        s.show(broken);
        QVERIFY(s.view.panels().empty());
        QVERIFY(s.named<QLabel>("Summary")->text().contains("run the probe again"));
        const auto isRefused = [&](const char* table, const char* column, auto&& damage) {
            auto damaged = std::make_shared<ResultRecord>(*pathThrough(s.workspace, {2, 10}));
            for (auto& t : damaged->tables)
                for (auto& c : t.columns)
                    if (t.name == table && (c.name == column || *column == 0)) damage(c);
            s.show(damaged);
            return s.settle() && s.view.panels().empty() && !s.view.grab().isNull() &&
                   s.named<QLabel>("Summary")->text().contains("run the probe again");
        };
        QVERIFY(isRefused("crossings", "position",
                          [](Column& c) { std::get<std::vector<double>>(c.values).back() = NAN; }));
        QVERIFY(isRefused("crossings", "position", [](Column& c) {
            auto& positions = std::get<std::vector<double>>(c.values);
            std::reverse(positions.begin(), positions.end());
        }));
        QVERIFY(isRefused("anchors", "",
                          [](Column& c) { std::visit([](auto& values) { values.resize(1); }, c.values); }));
    }

    void darkAndManySegments() {
        Shown s;
        QPalette dark = s.view.palette();
        dark.setColor(QPalette::Window, QColor(35, 35, 38));
        dark.setColor(QPalette::WindowText, Qt::white);
        s.view.setPalette(dark);
        std::vector<std::int64_t> samples;
        for (std::int64_t i = 0; i < 60; ++i) samples.push_back(i);
        s.show(pathThrough(s.workspace, samples));
        QVERIFY(s.settle());
        keep(s.view, "path_dark_many");
    }

    void plainVectorsAreReadAsNumbers() {
        Workspace workspace;
        JobRunner jobs;
        test::openSpiral(workspace);
        PathView view({workspace, jobs});
        view.resize(960, 640);
        static_cast<QWidget&>(view).show();
        const auto record = pathThrough(workspace, {801, 802, 800}, {{"closed", true}});
        QVERIFY(record->metric("crossings")->value > 3);
        view.show(record);
        QTRY_VERIFY_WITH_TIMEOUT(view.isUpToDate(), 30'000);
        QVERIFY(view.inputAt(0.5).isNull());
        QVERIFY(view.readoutAt(0.5).contains("input ("));
        keep(view, "path_spiral");
    }

    void scenesNeedNoView() {
        Workspace workspace;
        test::openDigits(workspace);
        const auto record = pathThrough(workspace, {2, 10, 8});
        const auto scenes = pathScenes(record, {});
        QCOMPARE(scenes.size(), std::size_t{2});
        const auto numbers = scenes[0]->numbers();
        QCOMPARE(numbers[0].rows(), static_cast<std::size_t>(record->array("position")->count()));
        QCOMPARE(numbers[0].columns.size(), std::size_t{11});
        QVERIFY(scenes[1]->numbers()[0].rows() > 0);
        QVERIFY(pathScenes(nullptr, {}).empty());
    }
};

QTEST_MAIN(PathViewTest)
#include "path_view_test.moc"
