// SPDX-License-Identifier: GPL-3.0-or-later
// How a volume is held, as named values and back, and what is refused.
#include "widgets/scenes/volume_view_state.h"

#include <rapidcheck.h>
#include <QtTest>
#include <random>

using namespace tessera;

namespace {

VolumeViewState anyState(unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    const auto flag = [&] { return random() % 2 == 0; };
    const auto vector = [&] { return Eigen::Vector3d(normal(random), normal(random), normal(random)); };
    const auto share = [&] { return double(random() % 1001) / 1000; };
    VolumeViewState state;
    auto& look = state.look;
    look.boundary = flag(), look.sampled = flag(), look.cells = flag(), look.samples = flag();
    look.cellEdges = flag(), look.boundaryEdges = flag(), look.cut = flag(), look.clips = flag();
    look.paths = flag(), look.trustBall = flag();
    look.step = static_cast<std::int32_t>(random() % 100) - 1;
    look.fill = static_cast<VolumeLook::Fill>(random() % 4);
    look.boundaryOpacity = share(), look.cellOpacity = share(), look.explode = 2 * share();
    look.cutPlane = {vector().normalized(), normal(random)};
    if (flag()) look.hiddenClass = {0, 1, 0, 0, 1};
    state.camera.isFitted = flag();
    if (flag()) {
        VolumeCamera camera;
        camera.position = vector(), camera.focus = vector(), camera.up = vector();
        camera.parallel = flag(), camera.viewAngle = 5 + 100 * share();
        camera.parallelScale = 0.1 + share();
        state.camera.camera = camera;
    }
    return state;
}

bool refuses(const ParameterMap& values, const char* part) {
    const auto state = volumeViewState(values);
    return state.isError() && state.error().message.find(part) != std::string::npos;
}

}  // namespace

class VolumeViewStateTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void returns() {
        QVERIFY(rc::check("a state comes back as it was", [](unsigned seed) {
            const auto state = anyState(seed);
            const auto values = volumeViewValues(state);
            const auto back = volumeViewState(values);
            RC_ASSERT(back.isOk());
            RC_ASSERT(back.value().look == state.look);
            RC_ASSERT(back.value().camera.isFitted == state.camera.isFitted);
            RC_ASSERT(back.value().camera.camera.has_value() == state.camera.camera.has_value());
            if (state.camera.camera) {
                const auto &camera = *back.value().camera.camera, &was = *state.camera.camera;
                RC_ASSERT(camera.position == was.position && camera.focus == was.focus &&
                          camera.up == was.up);
                RC_ASSERT(camera.parallel == was.parallel && camera.viewAngle == was.viewAngle);
                RC_ASSERT(camera.parallelScale == was.parallelScale);
            }
            RC_ASSERT(volumeViewValues(back.value()) == values);
        }));
    }

    void standardIsAsAVolumeOpens() {
        const auto state = volumeViewState({});
        QVERIFY(state.isOk());
        QVERIFY(state.value().look == VolumeLook());
        QVERIFY(!state.value().camera.camera && state.value().camera.isFitted);
        // Every value has a declaration, and one that it passes.
        VolumeViewState whole;
        whole.camera.camera = VolumeCamera();
        const auto values = volumeViewValues(whole);
        QCOMPARE(values.size(), volumeViewParameters().size());
        QVERIFY(completeParameters(volumeViewParameters(), values).isOk());
    }

    void normalsGetTheLengthOne() {
        const auto state = volumeViewState({{"cut-normal", std::string("0, 3 4")}});
        QVERIFY((state.value().look.cutPlane.normal - Eigen::Vector3d(0, 0.6, 0.8)).norm() < 1e-15);
    }

    void refusesWithASentence() {
        QVERIFY(refuses({{"cut-normal", std::string("0 1")}}, "cut-normal"));
        QVERIFY(refuses({{"cut-normal", std::string("0 0 0")}}, "is zero"));
        QVERIFY(refuses({{"up", std::string("0 0 1 7")}}, "three numbers"));
        QVERIFY(refuses({{"eye", std::string("nan 0 0")}}, "three numbers"));
        QVERIFY(refuses({{"eye", std::string("0 0 0")}}, "other than the focus"));
        QVERIFY(refuses({{"hidden-classes", std::string("1 -2")}}, "class numbers"));
        QVERIFY(refuses({{"hidden-classes", std::string("99999999999")}}, "class numbers"));
        QVERIFY(refuses({{"explode", 3.0}}, "explode"));
        QVERIFY(refuses({{"colour-by", std::string("mood")}}, "slope-norm"));
        QVERIFY(refuses({{"cells", 1.5}}, "true or false"));
        QVERIFY(volumeViewState({{"hologram", true}}).isOk());  // of a newer version
    }
};

QTEST_APPLESS_MAIN(VolumeViewStateTest)
#include "volume_view_state_test.moc"
