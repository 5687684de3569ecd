// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/compare_view.h"

#include <QComboBox>
#include <QLabel>
#include <QPainter>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <fstream>
#include <map>

#include "core/heads/head_file.h"
#include "core/probes/compare_heads.h"
#include "tests/core/probes/memory_dataset.h"
#include "tests/core/probes/random_heads.h"
#include "widgets/scenes/compare_scenes.h"

using namespace tessera;
using namespace tessera::test;

namespace {

constexpr int kClasses = 3, kWidth = 6, kSamples = 150;

Rows centres() {
    return 2 * randomRows(kClasses, kWidth, 7).rowwise().normalized();
}

std::shared_ptr<const Dataset> clusters(unsigned seed = 8) {
    const Rows middle = centres(), noise = randomRows(kSamples, kWidth, seed, 0.7);
    std::vector<float> values;
    std::vector<std::int32_t> labels;
    for (int i = 0; i < kSamples; ++i) {
        labels.push_back(i % kClasses);
        for (int d = 0; d < kWidth; ++d)
            values.push_back(static_cast<float>(middle(i % kClasses, d) + noise(i, d)));
    }
    return std::make_shared<MemoryDataset>(Shape{kWidth}, values, labels, kClasses);
}

std::shared_ptr<const Model> head(unsigned seed) {
    const Rows middle = centres();
    Head made{{{middle + randomRows(kClasses, kWidth, seed, 0.4), -0.5 * middle.rowwise().squaredNorm()}}};
    return modelOf(made, "head" + std::to_string(seed)).value();
}

const ParameterMap kReaching{{"radius", 3.0}, {"steps", std::int64_t{400}}};

std::shared_ptr<const ResultRecord> compared(const Workspace& workspace) {
    ProbeInputs inputs;
    inputs.model = workspace.model(), inputs.others = workspace.comparableModels();
    inputs.dataset = workspace.dataset();
    NoProgress progress;
    auto result = runProbe(CompareHeads(), inputs, kReaching, {}, progress);
    if (!result.isOk()) qFatal("%s", result.isError() ? result.error().message.c_str() : "cancelled");
    return result.value();
}

struct Shown {
    Workspace workspace;
    JobRunner jobs;
    CompareView view{{workspace, jobs}, compareScenes};
    std::shared_ptr<const ResultRecord> record;

    explicit Shown(unsigned heads = 3) {
        for (unsigned i = 1; i <= heads; ++i) workspace.setModel(head(i));
        workspace.setModel(workspace.models().front());
        workspace.setDataset(clusters());
        record = compared(workspace);
        view.resize(1280, 800);
        static_cast<QWidget&>(view).show();
        view.show(record);
    }
    bool settle() {
        return QTest::qWaitFor([&] { return view.isSettled(); }, 30'000);
    }
    HeadColumns& columns() { return view.columns(); }
    template <typename T>
    T* named(const QString& name) {
        for (auto* child : view.findChildren<T*>())
            if (child->accessibleName() == name || child->objectName() == name) return child;
        return nullptr;
    }
    QToolButton* button(const QString& text) {
        for (auto* child : view.findChildren<QToolButton*>())
            if (child->text() == text) return child;
        return nullptr;
    }
    template <typename T>
    const std::vector<T>& column(const char* table, const char* name) {
        return std::get<std::vector<T>>(record->table(table)->column(name)->values);
    }
};

const HeadScene& sceneOf(const HeadCanvas* canvas) {
    return dynamic_cast<const HeadScene&>(*canvas->scene());
}

void keep(QWidget& widget, const char* name) {
    if (const QString folder = qEnvironmentVariable("TESSERA_PICTURES"); !folder.isEmpty())
        widget.grab().save(folder + '/' + name + ".png");
}

void drag(QWidget* widget, const QPointF& from, const QPointF& to) {
    QTest::mousePress(widget, Qt::LeftButton, {}, from.toPoint());
    for (int i = 1; i <= 4; ++i) {
        const QPointF at = from + (to - from) * i / 4;
        QMouseEvent move(QEvent::MouseMove, at, widget->mapToGlobal(at), Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(widget, &move);
    }
    QTest::mouseRelease(widget, Qt::LeftButton, {}, to.toPoint());
}

}  // namespace

class CompareViewTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void emptyStatesSayWhatToDo() {
        Workspace workspace;
        JobRunner jobs;
        CompareView view({workspace, jobs}, compareScenes);
        static_cast<QWidget&>(view).show();
        auto* note = view.findChild<QLabel*>(QStringLiteral("compareNote"));
        QVERIFY(note->isVisible());
        QVERIFY2(note->text().contains("run Compare heads"), qPrintable(note->text()));
        QVERIFY(view.panels().empty());
    }

    // What the columns show of a sample is what the table has of it, head by head.
    void columnsAgreeWithTheTable() {
        Shown shown;
        QVERIFY(shown.settle());
        QCOMPARE(shown.columns().canvases().size(), std::size_t(3));
        const auto& samples = shown.column<std::int64_t>("searches", "sample");
        const auto rows = samples.size() / 3;
        int flips = 0;
        for (std::size_t i = 0; i < rows; i += 5) {
            shown.workspace.setCurrentSample(samples[i]);
            QVERIFY(shown.settle());
            for (std::size_t h = 0; h < 3; ++h) {
                const auto row = h * rows + i;
                const auto& trace = *sceneOf(shown.columns().canvases()[h]).trace;
                QCOMPARE(trace.flip.steps, shown.column<std::int64_t>("searches", "steps")[row]);
                QCOMPARE(QString::fromLatin1(flipOutcomeText(trace.outcome)),
                         QString::fromStdString(shown.column<std::string>("searches", "outcome")[row]));
                QVERIFY(std::abs(trace.flip.distance - shown.column<double>("searches", "distance")[row]) <
                        1e-9);
                flips += trace.flip.flipped;
            }
        }
        QVERIFY(flips > 0);
        keep(shown.view, "compare");
    }

    void theFirstSampleShownTellsTheHeadsApart() {
        Shown shown;
        QVERIFY(shown.settle());
        const auto current = shown.workspace.currentSample();
        QVERIFY(current >= 0);
        const auto differs = [&](qint64 sample) {
            const auto& samples = shown.column<std::int64_t>("samples", "sample");
            const auto row =
                static_cast<std::size_t>(std::find(samples.begin(), samples.end(), sample) - samples.begin());
            const auto part = [&](const char* name) {
                const auto count = shown.column<std::int64_t>("samples", name)[row];
                return count > 0 && count < 3;
            };
            return shown.column<std::int64_t>("samples", "predictions")[row] > 1 || part("flips") ||
                   part("supported");
        };
        QVERIFY(differs(current));
        shown.button("Next that differs")->click();
        QVERIFY(shown.workspace.currentSample() != current);
        QVERIFY(differs(shown.workspace.currentSample()));
    }

    // Turning the wheel over one moves all, and each is computed anew for what is seen.
    void oneCameraForAll() {
        Shown shown;
        QVERIFY(shown.settle());
        const auto& canvases = shown.columns().canvases();
        const auto before = sceneOf(canvases[0]).look.camera;
        const QPointF at = QRectF(canvases[1]->rect()).center();
        QWheelEvent wheel(at, canvases[1]->mapToGlobal(at), {}, {0, 240}, Qt::NoButton, {}, Qt::NoScrollPhase,
                          false);
        QCoreApplication::sendEvent(canvases[1], &wheel);
        QVERIFY(shown.settle());
        for (const auto* canvas : canvases) {
            const auto& scene = sceneOf(canvas);
            QVERIFY(scene.look.camera.reach < before.reach / 1.3);
            const auto on = canvas->frame();
            QVERIFY((scene.field->low.array() <= on->low.array() + 1e-9).all());
            QVERIFY((scene.field->high.array() >= on->high.array() - 1e-9).all());
            QVERIFY(scene.field->high.x() - scene.field->low.x() < 4 * scene.look.camera.reach);
        }
        shown.named<QToolButton>("compareFit")->click();
        QVERIFY(shown.settle());
        QVERIFY(std::abs(sceneOf(canvases[2]).look.camera.reach - before.reach) < 1e-12);
    }

    void theSliderScrubsAllSearches() {
        Shown shown;
        QVERIFY(shown.settle());
        auto& slider = shown.columns().slider();
        QCOMPARE(slider.value(), slider.maximum());  // the end first
        slider.setValue(0);
        QVERIFY(shown.settle());
        for (std::size_t h = 0; h < 3; ++h) {
            const auto& scene = sceneOf(shown.columns().canvases()[h]);
            QCOMPARE(scene.markedStep(), std::size_t(0));
            QVERIFY2(shown.columns().readout(h).startsWith("step 0:"),
                     qPrintable(shown.columns().readout(h)));
        }
        slider.setValue(slider.maximum());
        for (std::size_t h = 0; h < 3; ++h) {
            const auto& scene = sceneOf(shown.columns().canvases()[h]);
            QCOMPARE(scene.markedStep(), scene.trace->steps() - 1);
        }
        // The tooltip of a readout has every logit, and where a flipped search changed its class.
        int crossings = 0;
        for (const auto* label : shown.view.findChildren<QLabel*>()) {
            if (!label->toolTip().startsWith("Logits at step")) continue;
            QCOMPARE(label->toolTip().count('\n'), kClasses + label->toolTip().count("from "));
            crossings += label->toolTip().contains("from ");
        }
        int flips = 0;
        for (const auto* canvas : shown.columns().canvases()) flips += sceneOf(canvas).trace->flip.flipped;
        QCOMPARE(crossings, flips);
        keep(shown.view, "compare-steps");
    }

    // Dragged by hand everything follows, on the same slice; and there is a way back.
    void theStartIsTakenByHand() {
        Shown shown;
        QVERIFY(shown.settle());
        auto* canvas = shown.columns().canvases()[0];
        const auto before = sceneOf(canvas);
        const QPointF from = canvas->widgetPoint({0, 0});
        drag(canvas, from, from + QPointF(40, -30));
        QVERIFY(shown.settle());
        const auto after = sceneOf(canvas);
        QVERIFY(shown.columns().search().isMoved());
        QCOMPARE(after.shared->laid.get(), before.shared->laid.get());
        const Eigen::Vector2d at = after.shared->laid->plane.pointInSlice(after.shared->start.transpose());
        QVERIFY((at - canvas->slicePoint(from + QPointF(40, -30))).norm() < 1e-6);
        QVERIFY((after.trace->path.points.row(0) - after.shared->start).norm() < 1e-12);
        auto* back = shown.button("Back to the sample");
        QVERIFY(back->isVisible());
        keep(shown.view, "compare-dragged");
        back->click();
        QVERIFY(shown.settle());
        QVERIFY(!shown.columns().search().isMoved());
        QVERIFY((sceneOf(canvas).shared->start - before.shared->start).norm() == 0);
    }

    // Against the models themselves, asked at every cell.
    void whereTheyDifferIsCounted() {
        Shown shown;
        QVERIFY(shown.settle());
        const auto& scene = dynamic_cast<const HeadDifferenceScene&>(*shown.columns().difference().scene());
        const auto found = scene.differing();
        QVERIFY(!found.empty());
        const auto& field = *scene.fields.front();
        const GridField grid{field.rows, field.columns, field.low, field.high, {}};
        std::int64_t unlike = 0, differing = 0;
        for (int row = 0; row < field.rows; row += 3)
            for (int column = 0; column < field.columns; column += 3) {
                const Eigen::VectorXd point =
                    scene.shared->laid->plane.inputFromSlice(grid.centre(row, column));
                std::map<int, int> votes;
                for (const auto& model : shown.workspace.models()) {
                    std::vector<double> logits(kClasses);
                    QVERIFY(model->logits(point.data(), 1, logits.data()).isOk());
                    ++votes[largestLogit(logits.data(), kClasses)];
                }
                int most = 0;
                for (const auto& [label, count] : votes) most = std::max(most, count);
                const int expected = 3 - most;
                differing += expected > 0;
                unlike += expected != found[static_cast<std::size_t>(row * field.columns + column)];
            }
        QVERIFY(differing > 0);
        // Interpolated cells along a boundary may fall to the other side.
        QVERIFY2(unlike <= (field.rows / 3) * (field.columns / 3) / 100, qPrintable(QString::number(unlike)));
    }

    void headsAreChosen() {
        Shown shown(6);
        QVERIFY(shown.settle());
        QCOMPARE(shown.columns().shownHeads().size(), std::size_t(4));  // at first
        shown.columns().setShownHeads({1, 5});
        QVERIFY(shown.settle());
        QCOMPARE(shown.columns().canvases().size(), std::size_t(2));
        QCOMPARE(sceneOf(shown.columns().canvases()[1]).name, QString("head6"));
        shown.columns().setShownHeads({2});
        QVERIFY(shown.settle());
        QVERIFY(!shown.columns().difference().isVisible());
        shown.columns().setShownHeads({0, 1, 2, 3, 4, 5});
        QVERIFY(shown.settle());
        keep(shown.view, "compare-six");
    }

    void closedHeadsAreNamed() {
        Shown shown;
        QVERIFY(shown.settle());
        shown.workspace.closeModel(shown.workspace.models()[1]);
        QVERIFY(shown.settle());
        QCOMPARE(shown.columns().canvases().size(), std::size_t(2));
        auto* note = shown.named<QLabel>("compareNote");
        QVERIFY2(note->isVisible() && note->text().contains("head2"), qPrintable(note->text()));
    }

    void otherDataAreNotSearched() {
        Shown shown;
        QVERIFY(shown.settle());
        shown.workspace.setDataset(nullptr);
        auto* note = shown.named<QLabel>("compareNote");
        QVERIFY2(note->text().contains("Open the data"), qPrintable(note->text()));
        QVERIFY(shown.columns().canvases().empty());
    }

    // Data of another content are told by it, where their file does not say so by its name.
    void dataOfTheSameNameAreComparedByContent() {
        QTemporaryDir folder;
        const auto write = [&](const char* name, int first) {
            const std::string path = folder.filePath(name).toStdString();
            std::ofstream file(path);
            file << "a,b,c,d,e,f,label\n";
            for (int i = 0; i < 90; ++i)
                file << i + first << ",1,2,3,4," << (i % 7) << ',' << i % kClasses << '\n';
            file.close();
            return openDataset(path).value();
        };
        const auto one = write("one.csv", 0), same = write("same.csv", 0), other = write("other.csv", 5);
        Workspace workspace;
        JobRunner jobs;
        CompareView view({workspace, jobs}, compareScenes);
        view.resize(1000, 700);
        static_cast<QWidget&>(view).show();
        workspace.setModel(head(1)), workspace.setModel(head(2));
        workspace.setDataset(one);
        view.show(compared(workspace));
        const auto settle = [&] { return QTest::qWaitFor([&] { return view.isSettled(); }, 30'000); };
        QVERIFY(settle());
        QCOMPARE(view.columns().canvases().size(), std::size_t(2));
        workspace.setDataset(other);
        QVERIFY(settle());
        QCOMPARE(view.columns().canvases().size(), std::size_t(0));
        auto* note = view.findChild<QLabel*>(QStringLiteral("compareNote"));
        QVERIFY2(note->text().contains("other data"), qPrintable(note->text()));
        workspace.setDataset(same);
        QVERIFY(settle());
        QCOMPARE(view.columns().canvases().size(), std::size_t(2));
    }

    void everyLookAndSliceCanBeDrawn() {
        Shown shown;
        QVERIFY(shown.settle());
        auto* axes = shown.named<QComboBox>("Slice through");
        for (int i = 0; i < axes->count(); ++i) {
            axes->setCurrentIndex(i);
            Q_EMIT axes->activated(i);
            QVERIFY(shown.settle());
            QVERIFY(shown.columns().search().laid() != nullptr);
        }
        HeadLook look = shown.columns().look();
        look.fill = HeadLook::Fill::Support;
        shown.columns().setLook(look);
        QVERIFY(shown.settle());
        keep(shown.view, "compare-support");
        const auto panels = shown.view.panels();
        QVERIFY(panels.size() >= 6);  // three heads, the difference, and the pictures of the record
        for (const auto& panel : panels) {
            QImage image(500, 460, QImage::Format_RGB32);
            image.fill(Qt::white);
            QPainter painter(&image);
            panel->paint(painter, {}, image.size(), {});
            painter.end();
            QSet<QRgb> seen;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x) seen.insert(image.pixel(x, y));
            QVERIFY2(seen.size() > 4, qPrintable(panel->title()));
        }
    }

    // Destroyed in the middle of its work.
    void closedWhileSearching() {
        for (int i = 0; i < 10; ++i) {
            auto shown = std::make_unique<Shown>();
            QTest::qWait(i * 3);
        }
    }
};

QTEST_MAIN(CompareViewTest)
#include "compare_view_test.moc"
