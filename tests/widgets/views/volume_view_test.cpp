// SPDX-License-Identifier: GPL-3.0-or-later
// The view of a volume on a real network: what it shows, reads, cuts and writes. Runs with and without
// OpenGL.
#include "widgets/views/volume_view.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <set>

#include "core/probes/volume_probe.h"
#include "widgets/scenes/volume_panel_scene.h"
#include "widgets/scenes/volume_path_drawing.h"
#include "widgets/views/volume_controls.h"
#include "widgets/views/volume_cut_controls.h"
#include "widgets/views/volume_path_controls.h"
#include "widgets/views/volume_readout.h"
#include "widgets/volume/volume_canvas.h"

using namespace tessera;

namespace {

const ParameterMap kQuick{{"margin", 0.02}, {"resolution", std::int64_t{24}}};

struct Opened {
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Dataset> data;
    Normalisation normalisation{{0.1307}, {0.3081}};
};
const Opened& digits() {
    static const Opened opened{loadModel(TESSERA_SAMPLES "/mnist_mlp.pt").value(),
                               openDataset(TESSERA_SAMPLES "/mnist-images-idx3-ubyte.gz").value(),
                               {{0.1307}, {0.3081}}};
    return opened;
}

std::shared_ptr<const ResultRecord> volumeOf(
    const ParameterMap& parameters = kQuick,
    std::vector<std::shared_ptr<const ResultRecord>>* partial = nullptr) {
    ProbeInputs inputs;
    inputs.model = digits().model;
    inputs.dataset = digits().data;
    inputs.normalisation = digits().normalisation;
    inputs.samples = {2, 10, 8, 4};
    if (partial) inputs.onPartial = [partial](auto record) { partial->push_back(record); };
    NoProgress progress;
    return runProbe(VolumeProbe(), inputs, parameters, {}, progress).value();
}

const std::shared_ptr<const ResultRecord>& exactVolume() {
    static const auto record = volumeOf();
    return record;
}

struct Shown {
    Workspace workspace;
    JobRunner jobs;
    VolumeView view{{workspace, jobs}};

    explicit Shown(std::shared_ptr<const ResultRecord> record = exactVolume(), bool withModel = true) {
        if (withModel) workspace.open(digits().model, digits().data, digits().normalisation, {});
        view.resize(1280, 720);
        static_cast<QWidget&>(view).show();
        view.show(std::move(record));
    }
    bool settle() {
        return QTest::qWaitFor([&] { return view.isSettled(); }, 60'000);
    }
    std::vector<const VolumeDrawing*> drawings() {
        std::vector<const VolumeDrawing*> all;
        for (const auto* drawing : {view.canvas().drawing().get(), view.canvas().overlay().get()})
            if (drawing) all.push_back(drawing);
        return all;
    }
    const VolumeFaces* layer(const char* name) {
        for (const auto* drawing : drawings())
            for (const auto& faces : drawing->faces)
                if (faces.name == QLatin1String(name)) return &faces;
        return nullptr;
    }
    const VolumeMarks* marks(const char* name) {
        for (const auto* drawing : drawings())
            for (const auto& marks : drawing->marks)
                if (marks.name == QLatin1String(name)) return &marks;
        return nullptr;
    }
    std::size_t linePoints(const char* name) {
        std::size_t points = 0;
        for (const auto* drawing : drawings())
            for (const auto& lines : drawing->lines)
                if (lines.name == QLatin1String(name)) points += lines.points.size();
        return points;
    }
    VolumeLook look() { return view.controls().look(); }
    template <typename T>
    T* control(const QString& text) {
        for (auto* child : view.controls().findChildren<T*>())
            if (child->text() == text) return child;
        return nullptr;
    }
    void keep(const char* name) {
        if (const QString folder = qEnvironmentVariable("TESSERA_PICTURES"); !folder.isEmpty())
            view.grab().save(folder + '/' + name + ".png");
    }
};

}  // namespace

class VolumeViewTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void showsTheExactBoundary() {
        Shown shown;
        QVERIFY(shown.settle());
        const auto& result = *shown.view.result();
        const auto* boundary = shown.layer(kBoundaryLayer);
        QVERIFY(boundary);
        QCOMPARE(static_cast<std::int64_t>(boundary->colour.size()), result.cells->boundary().faceCount());
        QVERIFY(!shown.layer(kCellLayer) && !shown.layer(kSampledLayer));
        QCOMPARE(shown.view.canvas().drawing()->marks.front().points.size(), std::size_t{4});
        shown.keep("volume_boundary");
    }

    void drawsWhatIsChosen() {
        Shown shown;
        QVERIFY(shown.settle());
        auto look = shown.look();
        look.cells = true;
        look.boundary = false;
        look.sampled = true;
        shown.view.controls().setLook(look);
        QVERIFY(shown.settle());
        const auto& map = *shown.view.result()->cells;
        const auto* cells = shown.layer(kCellLayer);
        QVERIFY(cells && shown.layer(kSampledLayer) && !shown.layer(kBoundaryLayer));
        // Opaque cells hide what is inside: the sides of the box are all that is drawn.
        const auto onBox = std::count(map.faceSite.begin(), map.faceSite.end(), -1);
        const auto outside = cells->colour.size();
        QCOMPARE(static_cast<std::ptrdiff_t>(outside), onBox);
        shown.keep("volume_cells");
        // Without one class there is a hole, lined with what lay behind it.
        const int hidden = map.cellLabel[0];
        look.hiddenClass[static_cast<std::size_t>(hidden)] = 1;
        look.sampled = false;
        shown.view.controls().setLook(look);
        QVERIFY(shown.settle());
        for (const auto cell : shown.layer(kCellLayer)->meaning) QVERIFY(map.cellLabel[cell] != hidden);
        shown.keep("volume_without_class");
        look.hiddenClass.assign(look.hiddenClass.size(), 0);
        look.explode = 0.4;
        look.fill = VolumeLook::Fill::Pattern;
        shown.view.controls().setLook(look);
        QVERIFY(shown.settle());
        QVERIFY(shown.layer(kCellLayer)->colour.size() > outside);
        shown.keep("volume_exploded");
    }

    void cutsWhereItIsAsked() {
        Shown shown;
        QVERIFY(shown.settle());
        QVERIFY(!shown.view.section());
        auto* show = shown.control<QCheckBox>(QStringLiteral("Show the exact cut"));
        QVERIFY(show);
        show->click();
        QVERIFY(shown.settle());
        const auto section = shown.view.section();
        QVERIFY(section);
        QCOMPARE(section->plane.axis(), 2);
        const auto& volume = shown.view.result()->volume;
        QCOMPARE(section->plane.position, (volume.low + volume.high).z() / 2);
        QVERIFY(shown.layer(kCutLayer));
        for (const auto& point : shown.layer(kCutLayer)->points)
            QVERIFY(std::abs(section->plane.distance(point)) < 1e-9);
        // Pointed at, it is read as the cell that it goes through.
        const auto cell = shown.layer(kCutLayer)->meaning.front();
        QVERIFY(cell >= 0);
        shown.view.readout().showPoint(QLatin1String(kCutLayer), cell,
                                       shown.layer(kCutLayer)->points.front());
        QVERIFY(shown.settle());
        QVERIFY(shown.view.readout().text().contains(QStringLiteral("region volume")));
        shown.view.controls().cut().setPlane(VolumePlane::across(0, volume.low.x() * 0.5));
        QVERIFY(shown.settle());
        QCOMPARE(shown.view.section()->plane, VolumePlane::across(0, volume.low.x() * 0.5));
        shown.keep("volume_cut");
        shown.view.controls().cut().setPlane(
            {Eigen::Vector3d(1, 1, 1).normalized(), section->plane.position});
        QVERIFY(shown.settle());
        QCOMPARE(shown.view.section()->plane.axis(), -1);
        shown.keep("volume_cut_oblique");
        QSignalSpy wanted(&shown.view, &VolumeView::sliceWanted);
        shown.control<QPushButton>(QStringLiteral("Open as a slice"))->click();
        QCOMPARE(wanted.count(), 1);
        QVERIFY(validatePlane(wanted[0][0].value<SlicePlane>()).isOk());
        show->click();
        QVERIFY(shown.settle());
        QVERIFY(!shown.layer(kCutLayer));
    }

    void saysWhatLiesUnderThePointer() {
        Shown shown;
        QVERIFY(shown.settle());
        const auto& result = *shown.view.result();
        const Eigen::Vector3d point = result.cells->middleOfCell(7);
        shown.view.readout().showPoint(QLatin1String(kCellLayer), 7, point);
        QVERIFY(shown.settle());
        const QString text = shown.view.readout().text();
        QVERIFY2(text.contains(shown.workspace.className(result.cells->cellLabel[7])), qPrintable(text));
        QVERIFY(text.contains(QStringLiteral("region volume")) &&
                text.contains(QStringLiteral("slope norm")));
        shown.keep("volume_readout");
        shown.view.readout().showPoint({}, -1, point);
        QVERIFY(!shown.view.readout().text().contains(QStringLiteral("region volume")));
    }

    // With cells the cut is read off them; else the network is needed.
    void withoutItsModel() {
        {
            Shown shown(exactVolume(), false);
            QVERIFY(shown.settle());
            shown.control<QCheckBox>(QStringLiteral("Show the exact cut"))->click();
            QVERIFY(shown.settle());
            QVERIFY(shown.layer(kCutLayer));
        }
        auto parameters = kQuick;
        parameters["method"] = std::string("sampled");
        Shown shown(volumeOf(parameters), false);
        QVERIFY(shown.settle());
        QVERIFY(shown.layer(kBoundaryLayer));
        shown.control<QCheckBox>(QStringLiteral("Show the exact cut"))->click();
        QVERIFY(shown.settle());
        QVERIFY(!shown.view.section());
        const auto labels = shown.view.controls().findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
            return label->text().contains(QStringLiteral("Open the result's model"));
        }));
    }

    // Where there are no cells the cut is the plane's own arrangement.
    void cutOfASampledVolume() {
        auto parameters = kQuick;
        parameters["method"] = std::string("sampled");
        Shown shown(volumeOf(parameters));
        QVERIFY(shown.settle());
        shown.control<QCheckBox>(QStringLiteral("Show the exact cut"))->click();
        QVERIFY(shown.settle());
        QVERIFY(shown.view.section() && shown.view.section()->cell.empty());
        QVERIFY(shown.layer(kCutLayer) && !shown.layer(kCutLayer)->colour.empty());
        shown.keep("volume_cut_sampled");
    }

    // Searches from the samples, scrubbed by the slider.
    void pathsStepByStep() {
        auto parameters = kQuick;
        parameters["paths"] = std::string("input");
        parameters["method"] = std::string("sampled");
        Shown shown(volumeOf(parameters));
        QVERIFY(shown.settle());
        const auto& result = *shown.view.result();
        QCOMPARE(result.paths.size(), std::size_t{4});
        auto& paths = shown.view.controls().paths();
        QVERIFY(paths.isVisibleTo(&shown.view));
        // At their ends: all is walked, and every mark lies where its search ended.
        QVERIFY(shown.linePoints(kPathLayer) > 0);
        QCOMPARE(shown.linePoints(kAheadLayer), std::size_t{0});
        QVERIFY(shown.marks(kStepLayer));
        for (std::size_t i = 0; i < 4; ++i)
            QCOMPARE(shown.marks(kStepLayer)->points[i], result.paths[i].points.back());
        QVERIFY2(paths.text().contains(QStringLiteral("→")), qPrintable(paths.text()));
        shown.keep("volume_paths");
        auto* slider = paths.findChild<QSlider*>();
        QCOMPARE(slider->maximum(), mostSteps(result));
        slider->setValue(3);
        shown.control<QCheckBox>(QStringLiteral("Trust ball"))->click();
        QVERIFY(shown.settle());
        QCOMPARE(shown.look().step, 3);
        QVERIFY(shown.linePoints(kAheadLayer) > 0 && shown.linePoints(kBallLayer) > 0);
        for (std::size_t i = 0; i < 4; ++i)
            QCOMPARE(shown.marks(kStepLayer)->points[i],
                     result.paths[i].points[placeOfStep(result.paths[i], 3)]);
        QVERIFY2(!paths.text().contains(QStringLiteral("→")), qPrintable(paths.text()));
        // Under way, thin lines lead to where they will flip; marks say whose they are.
        QVERIFY(shown.marks(kLandingLayer));
        QCOMPARE(shown.marks(kLandingLayer)->points.size(), std::size_t{4});
        shown.view.readout().showPoint(QLatin1String(kStepLayer), 1, shown.marks(kStepLayer)->points[1]);
        QVERIFY(shown.settle());
        QVERIFY2(shown.view.readout().text().contains(
                     QStringLiteral("search from #%1").arg(result.paths[1].sample)),
                 qPrintable(shown.view.readout().text()));
        shown.view.readout().showPoint(QLatin1String(kSampleLayer), 2, result.samples[2].at);
        QVERIFY(shown.settle());
        QVERIFY2(
            shown.view.readout().text().contains(QStringLiteral("sample #%1").arg(result.samples[2].sample)),
            qPrintable(shown.view.readout().text()));
        shown.keep("volume_paths_step");
        slider->setValue(slider->maximum());
        QCOMPARE(shown.look().step, -1);
        shown.control<QCheckBox>(QStringLiteral("Paths"))->click();
        QVERIFY(shown.settle());
        QCOMPARE(shown.linePoints(kPathLayer), std::size_t{0});
        // A result without searches has no such controls.
        shown.view.show(exactVolume());
        QVERIFY(shown.settle());
        QVERIFY(!paths.isVisibleTo(&shown.view));
    }

    void isHeldAsItWasHeld() {
        Shown shown;
        QVERIFY(shown.settle());
        QSignalSpy changed(&shown.view, &ResultView::viewStateChanged);
        auto look = shown.look();
        look.cells = true, look.explode = 0.25, look.fill = VolumeLook::Fill::SlopeNorm;
        look.cut = true, look.cutPlane = {Eigen::Vector3d(0, 0.6, 0.8), 0.1};
        look.hiddenClass[3] = 1;
        shown.view.controls().setLook(look);
        VolumeCamera camera = shown.view.canvas().camera().turned(40, 10);
        shown.view.canvas().setCamera(camera);
        QVERIFY(changed.count() > 0);
        QVERIFY(shown.settle());
        const auto state = shown.view.viewState();
        Shown other;
        other.view.setViewState(state);
        QVERIFY(other.settle());
        QVERIFY(other.look() == look);
        QVERIFY(other.layer(kCutLayer));
        QVERIFY((other.view.canvas().camera().position - camera.position).norm() < 1e-12);
        QVERIFY(!other.view.canvas().isFitted());
        QVERIFY(other.view.viewState() == state);
        // Given before there is anything to show, it holds once there is.
        Shown later(nullptr);
        later.view.setViewState(state);
        later.view.show(exactVolume());
        QVERIFY(later.settle());
        QVERIFY(later.look() == look);
        // What does not fit is left alone.
        later.view.setViewState({{"eye", std::string("nowhere")}, {"cells", false}});
        QVERIFY(later.look() == look);
    }

    void slicesInTheVolumeAreTheCut() {
        Shown shown;
        QVERIFY(shown.settle());
        const auto& volume = shown.view.result()->volume;
        const VolumePlane tilted{Eigen::Vector3d(0, 0.6, 0.8), 0.2};
        auto outside = volume.cut(2, 0);
        outside.origin += randomDirection(outside.origin.size(), 1);
        shown.view.setSlices(
            {{"slice-1", "Slice 1", volume.cut(tilted), {}}, {"slice-2", "Slice 2", outside, {}}});
        auto* planes = shown.view.controls().findChild<QComboBox*>(QStringLiteral("cutPlane"));
        QVERIFY(planes);
        QVERIFY(planes->findText(QStringLiteral("Slice 1")) >= 0);
        QCOMPARE(planes->findText(QStringLiteral("Slice 2")), -1);  // it leads out of the volume
        shown.control<QCheckBox>(QStringLiteral("Show the exact cut"))->click();
        shown.view.controls().cut().setSlice(QStringLiteral("slice-1"));
        QVERIFY(shown.settle());
        QVERIFY((shown.view.section()->plane.normal - tilted.normal).norm() < 1e-9);
        // Moved in the volume, the slice is told where to.
        QSignalSpy moved(&shown.view, &VolumeView::sliceMoved);
        shown.view.controls().cut().setPlane({shown.look().cutPlane.normal, 0.35});
        QCOMPARE(moved.count(), 1);
        QCOMPARE(moved[0][0].toString(), QStringLiteral("slice-1"));
        const auto plane = volume.planeOf(moved[0][1].value<SlicePlane>());
        QVERIFY(plane && std::abs(plane->position - 0.35) < 1e-9);
        // What is seen of it is outlined, and named.
        shown.view.setSlices({{"slice-1", "Slice 1", volume.cut(tilted), squarePolygon(4)},
                              {"slice-2", "Slice 2", outside, squarePolygon(4)}});
        QVERIFY(shown.settle());
        QCOMPARE(shown.linePoints("slices"), std::size_t{5});
        QVERIFY(shown.marks("slices"));
        QCOMPARE(shown.marks("slices")->labels, std::vector<QString>{"Slice 1"});
        shown.keep("volume_slices");
        // Moved by others, the cut goes with it.
        shown.view.setSlices({{"slice-1", "Slice 1", volume.cut({tilted.normal, -0.1}), {}}});
        QVERIFY(shown.settle());
        QVERIFY(std::abs(shown.view.section()->plane.position + 0.1) < 1e-9);
        QCOMPARE(moved.count(), 1);
        shown.keep("volume_cut_slice");
        // Closed, it leaves its plane behind.
        shown.view.setSlices({});
        QVERIFY(shown.settle());
        QCOMPARE(shown.linePoints("slices"), std::size_t{0});
        QVERIFY(std::abs(shown.look().cutPlane.position + 0.1) < 1e-9);
        QCOMPARE(planes->currentText(), QStringLiteral("oblique"));
    }

    // A hand that moves on and on sees what it does: the cut follows, and the rest is not drawn again.
    void cutFollowsTheHand() {
        Shown shown;
        QVERIFY(shown.settle());
        shown.control<QCheckBox>(QStringLiteral("Show the exact cut"))->click();
        QVERIFY(shown.settle());
        const auto base = shown.view.canvas().drawing();
        const auto& volume = shown.view.result()->volume;
        std::set<const VolumeSection*> seen;
        // More moves than there is time for, until some were shown between the first and the last.
        double at = 0.2;
        QVERIFY(QTest::qWaitFor(
            [&] {
                at = at > 0.79 ? 0.2 : at + 0.01;
                shown.view.controls().cut().setPlane(
                    VolumePlane::across(2, volume.low.z() + at * (volume.high - volume.low).z()));
                seen.insert(shown.view.section().get());
                return seen.size() > 5;
            },
            60'000));
        QVERIFY(shown.settle());
        QCOMPARE(shown.view.section()->plane, shown.look().cutPlane);
        QCOMPARE(shown.view.canvas().drawing(), base);
    }

    void coarseLevelsComeFirst() {
        std::vector<std::shared_ptr<const ResultRecord>> partial;
        auto parameters = kQuick;
        parameters["resolution"] = std::int64_t{64};
        const auto whole = volumeOf(parameters, &partial);
        QVERIFY(partial.size() >= 2);
        Shown shown(partial.front());
        QVERIFY(shown.settle());
        QVERIFY(!shown.view.result()->cells && shown.layer(kBoundaryLayer));
        QVERIFY(!partial.front()->provenance.complete && partial.front()->probe == "volume");
        const auto coarse = shown.layer(kBoundaryLayer)->colour.size();
        QCOMPARE(shown.layer(kBoundaryLayer)->meaning.size(), coarse);  // can be pointed at
        shown.view.readout().showPoint(QLatin1String(kBoundaryLayer), 0,
                                       shown.layer(kBoundaryLayer)->points.front());
        QVERIFY(shown.settle());
        QVERIFY(shown.view.readout().text().contains(QStringLiteral("sampled, not exact")));
        shown.view.show(partial.back());
        QVERIFY(shown.settle());
        QVERIFY(shown.layer(kBoundaryLayer)->colour.size() > coarse);
        shown.view.show(whole);
        QVERIFY(shown.settle());
        QVERIFY(shown.view.result()->cells);
        // The sampled surface is near the exact one.
        const double exact = whole->metric("boundary_area")->value,
                     sampled = whole->metric("sampled_area")->value;
        QVERIFY(std::abs(sampled / exact - 1) < 0.02);
    }

    void stoppedEarlyItSaysSo() {
        auto parameters = kQuick;
        parameters["method"] = std::string("exact");
        parameters["max-cells"] = std::int64_t{200};
        Shown shown(volumeOf(parameters));
        QVERIFY(shown.settle());
        const auto labels = shown.view.findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
            return label->isVisible() &&
                   label->text().contains(QStringLiteral("Stopped early: budget of 200 cells"));
        }));
        QVERIFY(shown.layer(kCellLayer));  // what there is
        shown.keep("volume_partial");
    }

    void writesMeshesAndFigures() {
        Shown shown;
        QVERIFY(shown.settle());
        const QTemporaryDir folder;
        QSignalSpy told(&shown.view, &VolumeView::noticeRaised);
        for (const char* name : {"b.vtp", "b.ply", "b.npz", "c.vtu"}) {
            const QString path = folder.filePath(QLatin1String(name));
            shown.view.saveMesh(path);
            QTRY_COMPARE_WITH_TIMEOUT(told.count(), 1, 30'000);
            QVERIFY2(told.takeFirst()[0].toString().startsWith(QStringLiteral("Written: ")), name);
            QVERIFY(QFileInfo(path).size() > 1000);
        }
        shown.view.saveMesh(folder.filePath(QStringLiteral("b.stl")));
        QTRY_COMPARE_WITH_TIMEOUT(told.count(), 1, 30'000);
        QVERIFY(told.takeFirst()[0].toString().contains(QStringLiteral(".vtp")));
        const auto panels = shown.view.panels();
        QVERIFY(!panels.empty());
        const auto* scene = dynamic_cast<const VolumePanelScene*>(panels.front().get());
        QVERIFY(scene);
        QCOMPARE((scene->camera().position - shown.view.canvas().camera().position).norm(), 0.0);
    }

    void orbitIsWritten() {
        Shown shown;
        QVERIFY(shown.settle());
        const QTemporaryDir folder;
        QSignalSpy told(&shown.view, &VolumeView::noticeRaised);
        const auto camera = shown.view.canvas().camera();
        shown.view.saveOrbit(folder.path(), 3, {161, 121});
        QTRY_COMPARE_WITH_TIMEOUT(told.count(), 1, 60'000);
        if (!shown.view.canvas().hasGl()) {
            QVERIFY(told[0][0].toString().contains(QStringLiteral("OpenGL")));
            return;
        }
        QVERIFY(told[0][0].toString().startsWith(QStringLiteral("3 frames are in ")));
        QList<QImage> frames;
        for (int i = 0; i < 3; ++i)
            frames << QImage(folder.filePath(QStringLiteral("frame_000%1.png").arg(i)));
        for (const auto& frame : frames) QCOMPARE(frame.size(), QSize(160, 120));
        QVERIFY(frames[0] != frames[1] && frames[1] != frames[2]);
        QCOMPARE((shown.view.canvas().camera().position - camera.position).norm(), 0.0);
    }

    void nothingToShow() {
        Shown shown;
        QVERIFY(shown.settle());
        shown.view.show(nullptr);
        QVERIFY(shown.settle());
        QVERIFY(!shown.view.result() && !shown.view.canvas().drawing());
        auto broken = std::make_shared<ResultRecord>(*exactVolume());
        std::erase_if(broken->arrays, [](const Array& array) { return array.name() == "cell_faces"; });
        shown.view.show(broken);
        QVERIFY(shown.settle());
        QVERIFY(!shown.view.result());
    }
};

QTEST_MAIN(VolumeViewTest)
#include "volume_view_test.moc"
