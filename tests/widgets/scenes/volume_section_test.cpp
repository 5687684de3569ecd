// SPDX-License-Identifier: GPL-3.0-or-later
// The cut read off cells and the cut of the plane's own arrangement are one picture; figures show it.
#include "widgets/scenes/volume_section.h"

#include <Eigen/Geometry>
#include <QtTest>
#include <map>

#include "core/probes/linear_regions.h"
#include "core/probes/volume_probe.h"
#include "widgets/scenes/volume_panel_scene.h"
#include "widgets/scenes/volume_view_state.h"

using namespace tessera;

namespace {

struct Opened {
    std::shared_ptr<const Model> model = loadModel(TESSERA_SAMPLES "/mnist_mlp.pt").value();
    std::shared_ptr<const ResultRecord> record;
    VolumeResult result;
    Opened() {
        ProbeInputs inputs;
        inputs.model = model;
        inputs.dataset = openDataset(TESSERA_SAMPLES "/mnist-images-idx3-ubyte.gz").value();
        inputs.normalisation = {{0.1307}, {0.3081}};
        inputs.samples = {2, 10, 8, 4};
        NoProgress progress;
        record = runProbe(VolumeProbe(), inputs, {{"margin", 0.02}, {"method", std::string("exact")}}, {},
                          progress)
                     .value();
        result = volumeFromRecord(*record, "test").value();
    }
};
const Opened& opened() {
    static const Opened opened;
    return opened;
}

std::map<int, double> areaPerClass(const VolumeSection& section) {
    std::map<int, double> areas;
    for (std::size_t f = 0; f < section.faceCount(); ++f) {
        const auto begin = static_cast<std::size_t>(section.faceBegin[f]),
                   end = static_cast<std::size_t>(section.faceBegin[f + 1]);
        const int label = section.cell.empty()
                              ? section.label[f]
                              : opened().result.cells->cellLabel[std::size_t(section.cell[f])];
        areas[label] +=
            twiceArea(section.points, std::span(section.faceVertices).subspan(begin, end - begin)).norm() / 2;
    }
    return areas;
}

const VolumeFaces* cutLayer(const PanelScene& scene) {
    for (const auto& layer : dynamic_cast<const VolumePanelScene&>(scene).drawing().faces)
        if (layer.name == QLatin1String(kCutLayer)) return &layer;
    return nullptr;
}

}  // namespace

class VolumeSectionTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void bothWaysAreOne() {
        const auto& volume = opened().result.volume;
        for (const Eigen::Vector3d& normal : {Eigen::Vector3d(0, 1, 0), Eigen::Vector3d(1, -2, 0.7)}) {
            VolumePlane plane{normal.normalized(), 0};
            plane.position = plane.normal.dot(volume.low + volume.high) / 2 + 0.05;
            const auto ofCells = volumeSection(*opened().result.cells, plane);
            NoProgress progress;
            const auto flat =
                LinearRegions::run(*opened().model, volume.cut(plane), {}, {}, progress).value().arrangement;
            const auto ofPlane = volumeSection(*flat, plane);
            QVERIFY(ofCells.label.empty() && ofPlane.cell.empty() && ofPlane.note.isEmpty());
            for (const auto& point : ofPlane.points) QVERIFY(std::abs(plane.distance(point)) < 1e-9);
            const auto one = areaPerClass(ofCells), other = areaPerClass(ofPlane);
            QVERIFY(one.size() > 1);
            QCOMPARE(one.size(), other.size());
            for (const auto& [label, area] : one) QVERIFY(std::abs(area - other.at(label)) < 1e-7);
        }
    }

    // A figure is drawn as the view was held: cut, clip and camera.
    void figuresAreDrawnAsHeld() {
        SceneContext context;
        QVERIFY(!cutLayer(*volumeScenes(opened().record, context).front()));
        const auto& volume = opened().result.volume;
        VolumeViewState state;
        state.look.cut = true;
        state.look.cutPlane = VolumePlane::across(0, (volume.low + volume.high).x() / 2);
        state.camera.camera = VolumeCamera::around(volume.low, volume.high, {1, 0.2, 0.3});
        state.camera.isFitted = false;
        context.view = volumeViewValues(state);
        const auto scenes = volumeScenes(opened().record, context);
        QVERIFY(scenes.size() > 1);
        const auto& scene = dynamic_cast<const VolumePanelScene&>(*scenes.front());
        QVERIFY(cutLayer(scene) && !cutLayer(scene)->colour.empty());
        QVERIFY(!scene.isFitted);
        QCOMPARE(scene.camera().position, state.camera.camera->position);
        const auto& whole = scene.drawing();
        state.look.clips = true;
        context.view = volumeViewValues(state);
        const auto clippedScenes = volumeScenes(opened().record, context);
        const auto& part = dynamic_cast<const VolumePanelScene&>(*clippedScenes.front()).drawing();
        QVERIFY(part.faces.front().points.size() < whole.faces.front().points.size());
        for (const auto& layer : part.faces)
            for (const auto& point : layer.points) QVERIFY(point.x() <= state.look.cutPlane.position + 1e-6);
        // What cannot be read is drawn as a volume opens.
        context.view = {{"eye", std::string("nowhere")}};
        QVERIFY(!volumeScenes(opened().record, context).empty());
    }
};

QTEST_MAIN(VolumeSectionTest)
#include "volume_section_test.moc"
