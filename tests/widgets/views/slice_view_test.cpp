// SPDX-License-Identifier: GPL-3.0-or-later
// The slice view on real models: what it shows is what the network says.
#include <torch/torch.h>

#include "core/probes/small_models_torch.h"

#include <time.h>

#include <QHBoxLayout>
#include <QSlider>
#include <QtTest>
#include <set>

#include "tests/slowdown.h"
#include "widgets/panels/slice_panel.h"
#include "widgets/panels/statistics_panel.h"
#include "widgets/views/opened_sample.h"

using namespace tessera;

namespace {

// Where pictures are kept if TESSERA_PICTURES names a folder: they are for looking at.
void keep(QWidget& widget, const char* name) {
    const QString folder = qEnvironmentVariable("TESSERA_PICTURES");
    if (!folder.isEmpty()) QVERIFY(widget.grab().save(folder + "/" + name + ".png"));
}

std::size_t coloursIn(const QImage& image, const QRectF& rect) {
    std::set<QRgb> seen;
    for (int y = int(rect.top()) + 2; y < rect.bottom() - 2; y += 3)
        for (int x = int(rect.left()) + 2; x < rect.right() - 2; x += 3) seen.insert(image.pixel(x, y));
    return seen.size();
}

std::shared_ptr<const Model> geluModel() {
    torch::manual_seed(1);
    GraphBuilder builder({784});
    int at = builder.linear("fc1", GraphBuilder::kInput, torch::randn({16, 784}, at::kDouble) * 0.05,
                            torch::zeros({16}, at::kDouble));
    at = builder.smoothActivation("act1", "gelu", at);
    at = builder.linear("fc2", at, torch::randn({10, 16}, at::kDouble), torch::zeros({10}, at::kDouble));
    return test::modelOf(std::move(builder).finish(at), {784}, 10, "gelu.pt");
}

double threadSeconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

// Times every event from outside. This thread's own work is what counts: on a loaded machine anyone waits.
class TimedApplication : public QApplication {
  public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override {
        const int type = event->type();
        const QByteArray name = depth_ == 0 ? QByteArray(receiver->metaObject()->className()) : QByteArray();
        const double before = threadSeconds();
        ++depth_;
        const bool done = QApplication::notify(receiver, event);
        if (--depth_ == 0 && threadSeconds() - before > longest) {
            longest = threadSeconds() - before;
            slowest = name + " event " + QByteArray::number(type);
        }
        return done;
    }
    double longest = 0;
    QByteArray slowest;

  private:
    int depth_ = 0;
};

}  // namespace

class SliceViewTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void pictureAppears() {
        test::Opened opened;
        QSignalSpy results(&opened.view, &SliceView::resultChanged);
        test::openDigits(opened.workspace);
        QVERIFY(opened.settle());
        const QImage image = opened.view.grab().toImage();
        QVERIFY(coloursIn(image, opened.view.plotRect()) > 50);
        QVERIFY2(opened.view.status().contains("sampled 256") && opened.view.status().contains("exact: "),
                 qPrintable(opened.view.status()));
        QVERIFY(opened.view.banner().isEmpty());
        QVERIFY(!results.isEmpty() && opened.view.computation().regions());
        QCOMPARE(opened.view.computation().anchorMarkers().size(), 3u);
        for (const auto& anchor : opened.view.computation().anchorMarkers()) QVERIFY(anchor.offPlane < 1e-9);
        QVERIFY(!opened.view.computation().nearby().markers.empty());
        const auto& a = *opened.view.computation().regions()->arrangement;
        QVERIFY(a.complete && a.faceCount() > 100);
        // The window computed is the rectangle seen.
        QVERIFY(
            std::abs(a.checks.windowArea - (opened.view.visibleHigh() - opened.view.visibleLow()).prod()) <
            1e-6 * a.checks.windowArea);
    }
    void withoutAnythingItSaysWhatToDo() {
        test::Opened opened;
        QTRY_VERIFY(opened.view.banner().contains("Open a model"));
        opened.workspace.open(test::sampleModel("mnist_mlp.pt"),
                              test::sampleData("mnist-images-idx3-ubyte.gz"), {}, {});
        QTRY_VERIFY(opened.view.banner().contains("Choose one to three samples"));
        opened.workspace.setAnchors({4});
        QVERIFY(opened.settle());
        QVERIFY(opened.view.computation().hasPlane());
        opened.workspace.setModel(nullptr);
        QTRY_VERIFY(!opened.view.computation().hasPlane());
        (void)opened.view.grab();
    }
    void notExactModelsSayWhichLayer() {
        test::Opened opened;
        opened.workspace.open(geluModel(), test::sampleData("mnist-images-idx3-ubyte.gz"),
                              {{0.1307}, {0.3081}}, {2, 10, 8});
        StatisticsPanel statistics(opened.view);
        QVERIFY(opened.settle());
        QVERIFY2(
            opened.view.banner().startsWith("Sampled map only: layer act1 (gelu) is not piecewise linear"),
            qPrintable(opened.view.banner()));
        QVERIFY(!opened.view.computation().regions() && opened.view.computation().field());
        QVERIFY(statistics.text().contains("act1"));
        QTest::mouseMove(&opened.view, opened.view.plotRect().center().toPoint());
        QTRY_VERIFY(opened.view.hover().isValid);
        QVERIFY(!opened.view.hover().isExact);
        keep(opened.view, "gelu");
    }
    // Hovering shows what the network answers there.
    void hoverIsTheNetwork() {
        test::Opened opened;
        test::openDigits(opened.workspace);
        QVERIFY(opened.settle());
        const QRectF plot = opened.view.plotRect();
        for (const QPointF fraction : {QPointF(0.3, 0.3), QPointF(0.5, 0.62), QPointF(0.81, 0.2)}) {
            const QPoint at(int(plot.left() + fraction.x() * plot.width()),
                            int(plot.top() + fraction.y() * plot.height()));
            QTest::mouseMove(&opened.view, at);
            QTRY_COMPARE(opened.view.hover().point, opened.view.slicePoint(at));
            const SliceHover& hover = opened.view.hover();
            QVERIFY(hover.isValid && hover.isExact);
            const Eigen::VectorXd input = opened.view.computation().plane().inputFromSlice(hover.point);
            std::vector<double> logits(10);
            QVERIFY(opened.workspace.model()->logits(input.data(), 1, logits.data()).isOk());
            QCOMPARE(hover.label, int(std::max_element(logits.begin(), logits.end()) - logits.begin()));
            QCOMPARE(hover.logits.size(), 5u);
            for (const auto& [label, logit] : hover.logits)
                QVERIFY(std::abs(logits[std::size_t(label)] - logit) < 1e-6);
            QCOMPARE(hover.picture.size(), QSize(28, 28));
            const double pixel = input[14 * 28 + 14] * 0.3081 + 0.1307;
            QVERIFY(std::abs(qGray(hover.picture.pixel(14, 14)) / 255.0 - std::clamp(pixel, 0.0, 1.0)) <
                    0.004);
            const QString text = hoverText(hover, opened.workspace);
            QVERIFY(text.contains("confidence") && text.contains("region area") &&
                    text.contains("slope norm"));
        }
        QTest::mouseMove(&opened.view, QPoint(2, 2));
        QTRY_VERIFY(!opened.view.hover().isValid);
    }
    void fewerAnchorsAndOtherPlanes() {
        test::Opened opened;
        test::openDigits(opened.workspace, {7});
        QVERIFY(opened.settle());
        QVERIFY(opened.view.computation().regions());
        for (const PlaneKind kind :
             {PlaneKind::PrincipalComponents, PlaneKind::ClassDifference, PlaneKind::Random}) {
            PlaneRecipe recipe;
            recipe.kind = kind;
            const auto before = opened.view.computation().planeVersion();
            opened.view.computation().setRecipe(recipe);
            QTRY_VERIFY_WITH_TIMEOUT(opened.view.computation().planeVersion() != before, 5000 * kSlowdown);
            QVERIFY(opened.settle());
            QVERIFY2(opened.view.banner().isEmpty(), qPrintable(opened.view.banner()));
        }
        opened.view.copyPlane();
        test::Opened other;
        test::openDigits(other.workspace);
        QVERIFY(other.settle());
        other.view.pastePlane();
        QTRY_COMPARE(other.view.computation().recipe().kind, PlaneKind::Pasted);
        QVERIFY(other.settle());
        QTRY_VERIFY((other.view.computation().plane().u - opened.view.computation().plane().u).norm() <
                    1e-12);
        // Its own anchors lie off that plane now, and say how far.
        QVERIFY(other.view.computation().anchorMarkers()[0].offPlane > 0.1);
    }
    void latestAnchorsWin() {
        test::Opened opened;
        test::openDigits(opened.workspace);
        for (qint64 i = 0; i < 12; ++i) {
            opened.workspace.setAnchors({i, i + 20, i + 40});
            QTest::qWait(10);  // between two requests, as a person would
        }
        QVERIFY(opened.settle());
        const auto markers = opened.view.computation().anchorMarkers();
        QCOMPARE(markers[0].sample, 11);
        QVERIFY(markers[2].offPlane < 1e-9);
        QVERIFY(opened.view.computation().arrangement());
    }
    void budgetMakesPartialResults() {
        test::Opened opened;
        opened.view.computation().setBudget({1000, 20, 128});
        opened.workspace.open(test::randomMlp({2, 128, 128, 4}, 3), nullptr, {}, {});
        QVERIFY(opened.settle());
        QVERIFY(opened.view.computation().regions());
        QVERIFY(!opened.view.computation().regions()->arrangement->complete);
        QVERIFY2(opened.view.status().contains("partial"), qPrintable(opened.view.status()));
        QVERIFY2(opened.view.status().contains("of the window"), qPrintable(opened.view.status()));
        keep(opened.view, "partial");
    }
    void figuresAreWritten() {
        test::Opened opened;
        test::openDigits(opened.workspace);
        QVERIFY(opened.settle());
        QTemporaryDir folder;
        QSignalSpy notices(&opened.view, &SliceView::noticeRaised);
        opened.view.writeFigureFile(folder.filePath("slice.svg"), {});
        QTRY_COMPARE(notices.size(), 1);
        QFile file(folder.filePath("slice.svg"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray svg = file.readAll();
        QVERIFY(svg.contains("off plane") && svg.contains("sha256") && svg.contains("exact: "));
        opened.view.writeFigureFile(folder.filePath("no/such/slice.svg"), {});
        QTRY_COMPARE(notices.size(), 2);
        QVERIFY(notices.last()[0].toString().contains("could not be written"));
    }
    void anySizeIsDrawn() {
        test::Opened opened;
        test::openDigits(opened.workspace);
        QVERIFY(opened.settle());
        for (const QSize size :
             {QSize(260, 200), QSize(90, 60), QSize(1, 1), QSize(1600, 300), QSize(300, 900)}) {
            opened.view.resize(size);
            (void)opened.view.grab();
        }
        opened.view.resize(500, 400);
        QVERIFY(opened.settle());
    }
    void destroyedWhileWorking() {
        for (int ms : {0, 5, 30, 80}) {
            auto opened = std::make_unique<test::Opened>();
            test::openDigits(opened->workspace);
            QTest::qWait(ms);
        }
    }
    // A closed view's class map goes on until it looks at its stop token, and others run on.
    void closedWhileSampling() {
        Workspace workspace;
        JobRunner jobs;
        test::openDigits(workspace);
        const auto isSampling = [&] {
            const auto all = jobs.jobs();
            return std::any_of(all.begin(), all.end(), [](const JobInfo& job) {
                return job.title == QLatin1String("Class map") && job.state == JobInfo::State::Running;
            });
        };
        for (int round = 0; round < 15; ++round) {
            auto view = std::make_unique<SliceView>(workspace, jobs);
            view->resize(800, 600);
            view->show();
            QVERIFY(QTest::qWaitFor(isSampling, 30'000));
            view.reset();
            // What was the view is now zeros, as it may be in a program that goes on.
            std::vector<std::unique_ptr<char[]>> zeros;
            for (int i = 0; i < 4; ++i) zeros.push_back(std::make_unique<char[]>(sizeof(SliceView)));
            QTRY_VERIFY_WITH_TIMEOUT(!jobs.isBusy(), 30'000);
        }
    }
    // The window answers while everything runs: no single event keeps its thread for 50 ms.
    void windowNeverStalls() {
        auto& application = *static_cast<TimedApplication*>(qApp);
        test::Opened opened({1100, 800});
        SlicePanel panel(opened.view);
        StatisticsPanel statistics(opened.view);
        panel.show();
        statistics.show();
        QElapsedTimer clock;
        clock.start();
        double longestGap = 0;
        qint64 last = 0;
        QTimer heartbeat;
        heartbeat.setTimerType(Qt::PreciseTimer);
        connect(&heartbeat, &QTimer::timeout, this, [&] {
            longestGap = std::max(longestGap, double(clock.nsecsElapsed() - last) * 1e-6);
            last = clock.nsecsElapsed();
        });
        test::openDigits(opened.workspace);  // reads files: a job, in the window
        QTest::qWait(1);
        application.longest = 0;
        last = clock.nsecsElapsed();
        heartbeat.start(2);
        QVERIFY(opened.settle());
        const auto rest = [&] { QTest::qWait(15); };
        const QPoint middle = opened.view.plotRect().center().toPoint();
        for (int i = 0; i < 15; ++i) {
            QTest::keyClick(&opened.view, i % 2 ? Qt::Key_Minus : Qt::Key_Plus);
            QTest::mouseMove(&opened.view, middle + QPoint(i, -i));
            rest();
            QTest::keyClick(&opened.view, Qt::Key_Right);
            rest();
        }
        auto* tilt = panel.findChild<QSlider*>(QStringLiteral("tilt"));
        QVERIFY(tilt && tilt->isEnabled());
        for (int i = 0; i < 15; ++i) {
            QTest::keyClick(tilt, Qt::Key_Right);
            rest();
        }
        QVERIFY(opened.view.computation().turn().tilt > 0);
        for (const int key : {Qt::Key_2, Qt::Key_3, Qt::Key_4, Qt::Key_5, Qt::Key_1}) {
            QTest::keyClick(&opened.view, Qt::Key(key));
            rest();
        }
        QVERIFY(opened.settle());
        qInfo("longest event %.1f ms of this thread's work (%s); longest time between two beats %.1f ms",
              application.longest * 1e3, application.slowest.constData(), longestGap);
        QVERIFY2(application.longest < 0.050 * kSlowdown, qPrintable(QString::number(application.longest)));
    }
    // Panning only moves pixels.
    void paintingIsCheap_data() {
        QTest::addColumn<int>("width");
        QTest::newRow("about 10,000 faces") << 64;
        QTest::newRow("many faces") << 230;
    }
    void paintingIsCheap() {
        QFETCH(int, width);
        test::Opened opened({1200, 900});
        opened.workspace.open(test::randomMlp({2, width, width, width, 6}, 2), nullptr, {}, {});
        opened.view.computation().setBudget({400'000, 60, 128});
        QVERIFY(opened.settle(90'000));
        const auto faces = opened.view.computation().arrangement()->arrangement().faceCount();
        std::vector<double> frames;
        QImage target(opened.view.size(), QImage::Format_ARGB32_Premultiplied);
        for (int i = 0; i < 25; ++i) {
            const double before = threadSeconds();
            opened.view.panBy(0.004, 0.003);
            opened.view.render(&target);
            frames.push_back(threadSeconds() - before);
        }
        std::sort(frames.begin(), frames.end());
        qInfo("%lld faces: a panned frame takes %.1f ms, at most %.1f ms", static_cast<long long>(faces),
              frames[frames.size() / 2] * 1e3, frames.back() * 1e3);
        QVERIFY(frames[frames.size() / 2] < kSlowdown / 30.0);
        keep(opened.view, width > 100 ? "dense" : "medium");
    }
    void pictures() {
        if (qEnvironmentVariableIsEmpty("TESSERA_PICTURES"))
            QSKIP("set TESSERA_PICTURES to a folder to keep pictures");
        for (const bool dark : {false, true}) {
            QPalette palette = QApplication::palette();
            if (dark) {
                palette.setColor(QPalette::Window, QColor(45, 47, 52));
                palette.setColor(QPalette::WindowText, QColor(226, 229, 233));
                palette.setColor(QPalette::Text, QColor(226, 229, 233));
                palette.setColor(QPalette::ButtonText, QColor(226, 229, 233));
                palette.setColor(QPalette::Button, QColor(60, 62, 68));
                palette.setColor(QPalette::Base, QColor(35, 37, 41));
            }
            QWidget window;
            window.setPalette(palette);
            window.setAutoFillBackground(true);
            Workspace workspace;
            JobRunner jobs;
            auto* view = new SliceView(workspace, jobs);
            auto* panel = new SlicePanel(*view);
            auto* statistics = new StatisticsPanel(*view);
            auto* row = new QHBoxLayout(&window);
            row->addWidget(view, 1);
            row->addWidget(panel);
            row->addWidget(statistics);
            window.resize(1280, 720);
            window.show();
            test::openDigits(workspace);
            const auto settle = [&] { return QTest::qWaitFor([&] { return view->isUpToDate(); }, 60'000); };
            QVERIFY(settle());
            const auto name = [&](const char* what) { return QByteArray(what) + (dark ? "_dark" : ""); };
            const QPointF at = view->plotRect().center() + QPointF(-60, -90);
            QMouseEvent move(QEvent::MouseMove, at, view->mapToGlobal(at), Qt::NoButton, Qt::NoButton,
                             Qt::NoModifier);
            QApplication::sendEvent(view, &move);
            QVERIFY(view->hover().isValid);
            keep(window, name("digits"));
            for (const int key : {Qt::Key_2, Qt::Key_3, Qt::Key_4}) {
                QTest::keyClick(view, Qt::Key(key));
                QVERIFY(settle());
                keep(*view, name(key == Qt::Key_2 ? "pattern" : key == Qt::Key_3 ? "slope" : "depth"));
            }
            QTest::keyClick(view, Qt::Key_1);
            view->zoom(40);
            QVERIFY(settle());
            keep(*view, name("zoomed"));
            test::openSpiral(workspace);
            QVERIFY(settle());
            QTRY_VERIFY(!view->computation().nearby().markers.empty());
            QVERIFY(settle());
            keep(*view, name("spiral"));
            if (!dark) {
                window.resize(3840, 2160);
                QVERIFY(settle());
                keep(window, "spiral_4k");
            }
        }
    }
};

int main(int argc, char** argv) {
    TimedApplication application(argc, argv);
    SliceViewTest test;
    QTEST_SET_MAIN_SOURCE_PATH
    return QTest::qExec(&test, argc, argv);
}

#include "slice_view_test.moc"
