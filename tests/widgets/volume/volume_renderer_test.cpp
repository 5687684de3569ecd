// SPDX-License-Identifier: GPL-3.0-or-later
// The thread that draws volumes: which requests it draws, in which order, and that it can be left at any
// time.
#include "widgets/volume/volume_renderer.h"

#include <QSignalSpy>
#include <QTest>

#include "tests/slowdown.h"
#include "tests/widgets/volume/canvas_window.h"
#include "widgets/volume/volume_meshes_vtk.h"

using namespace tessera;

namespace {

constexpr QSize kSize{320, 240};
constexpr int kPatienceMs = 60000;

std::shared_ptr<const PreparedVolume> prepared(const std::shared_ptr<const VolumeDrawing>& drawing) {
    return prepareVolume(drawing, {});
}
std::shared_ptr<const PreparedVolume> square(const QColor& colour) {
    return prepared(squares({{"square", 0, 0, 0.8, 0, colour}}));
}

VolumeRequest request(std::shared_ptr<const PreparedVolume> volume, int version, bool isMoving) {
    VolumeRequest request;
    request.volume = std::move(volume);
    request.camera = cameraAlongT();
    request.pixels = kSize;
    request.isMoving = isMoving;
    request.version = version;
    return request;
}

QColor middleOf(const QImage& image) {
    return image.pixelColor(image.width() / 2, image.height() / 2);
}

}  // namespace

class VolumeRendererTest : public QObject {
    Q_OBJECT
    std::unique_ptr<VolumeRenderer> renderer_;

    std::unique_ptr<VolumeRenderer> make(bool threaded) {
        auto made = VolumeRenderer::create(threaded);
        return made.isOk() ? std::move(made).value() : nullptr;
    }
    static std::optional<VolumePicture> next(VolumeRenderer& renderer) {
        std::optional<VolumePicture> picture;
        const auto isThere = [&] { return (picture = renderer.take()).has_value(); };
        return QTest::qWaitFor(isThere, kPatienceMs) ? picture : std::nullopt;
    }
    // The pictures that come, up to the best of this version; none if that does not come.
    std::vector<VolumePicture> untilBest(int version) {
        std::vector<VolumePicture> all;
        while (auto picture = next(*renderer_)) {
            all.push_back(std::move(*picture));
            if (all.back().isBest && all.back().of.version == version) return all;
        }
        return {};
    }

  private Q_SLOTS:
    void initTestCase() {
        auto made = VolumeRenderer::create();
        if (!made.isOk()) QSKIP(made.error().message.c_str());
    }
    void cleanup() { renderer_.reset(); }

    void drawsWhatIsAsked_data() { threads(); }
    void drawsWhatIsAsked() {
        QFETCH(bool, threaded);
        renderer_ = make(threaded);
        QVERIFY(!renderer_->take());
        renderer_->request(request(square(Qt::red), 1, true));
        const auto moving = next(*renderer_);
        QVERIFY(moving && moving->of.isMoving && !moving->isBest && moving->of.version == 1);
        QCOMPARE(middleOf(moving->image), QColor(Qt::red));
        QVERIFY(!renderer_->take());  // each once

        VolumeRequest blue = request(square(Qt::blue), 2, false);
        blue.theme = SceneTheme::darkTheme();
        renderer_->request(blue);
        const auto pictures = untilBest(2);
        QVERIFY(!pictures.empty());
        for (const auto& picture : pictures) {
            QCOMPARE(picture.image.size(), kSize);
            QCOMPARE(middleOf(picture.image), QColor(Qt::blue));
            QCOMPARE(picture.image.pixelColor(1, 1), SceneTheme::darkTheme().paper);
            QVERIFY(picture.milliseconds > 0);
        }
    }

    void latestWins_data() { threads(); }
    void latestWins() {
        QFETCH(bool, threaded);
        renderer_ = make(threaded);
        const auto volume = square(Qt::red);
        constexpr int kRequests = 200;
        for (int version = 1; version <= kRequests; ++version)
            renderer_->request(request(volume, version, version % 2 == 1));
        const auto pictures = untilBest(kRequests);
        QVERIFY(!pictures.empty() && pictures.size() < kRequests / 2);
        for (std::size_t i = 1; i < pictures.size(); ++i)
            QVERIFY(pictures[i].of.version >= pictures[i - 1].of.version);
        // Between two events nothing is drawn.
        if (!threaded) QCOMPARE(pictures.front().of.version, kRequests);
    }

    // Two views share the thread: a best picture of one is given up for a moving one of the other, then
    // drawn.
    void bestGivesWay() {
        renderer_ = make(true);
        const auto other = make(true);
        other->request(request(square(Qt::blue), 1, true));  // ready to draw
        QVERIFY(next(*other));
        QStringList order;
        connect(renderer_.get(), &VolumeRenderer::drawn, this, [&] { order << "best"; });
        connect(other.get(), &VolumeRenderer::drawn, this, [&] { order << "moving"; });
        renderer_->request(request(prepared(manyTriangles(150)), 1, false));
        other->request(request(square(Qt::blue), 2, true));
        QVERIFY(!untilBest(1).empty());
        QVERIFY(order.size() >= 2);
        QCOMPARE(order.front(), QString("moving"));
    }

    // A hand that moves gives up the best picture that it finds under way, again and again.
    void movingGivesUpTheBest() {
        renderer_ = make(true);
        const auto volume = prepared(manyTriangles(150));
        constexpr int kTurns = 6;
        for (int turn = 1; turn <= kTurns; ++turn) {
            renderer_->request(request(volume, 2 * turn - 1, true));
            auto picture = next(*renderer_);
            while (picture && picture->of.version < 2 * turn - 1) picture = next(*renderer_);  // just done
            QVERIFY(picture && picture->of.isMoving);
            renderer_->request(request(volume, 2 * turn, false));
        }
        const auto pictures = untilBest(2 * kTurns);
        QVERIFY(!pictures.empty());
        for (const auto& picture : pictures) {
            QVERIFY(!picture.image.isNull());
            QVERIFY(picture.of.version == 2 * kTurns);
        }
    }

    void drawWaits_data() { threads(); }
    void drawWaits() {
        QFETCH(bool, threaded);
        renderer_ = make(threaded);
        VolumeRequest wanted = request(square(Qt::green), 0, false);
        wanted.pixels = {700, 500};
        // Whatever is under way comes after it.
        renderer_->request(request(prepared(manyTriangles(150)), 7, false));
        const QImage image = renderer_->draw(wanted);
        QCOMPARE(image.size(), wanted.pixels);
        QCOMPARE(middleOf(image), QColor(Qt::green));
        const auto pictures = untilBest(7);
        QVERIFY(!pictures.empty());
        QVERIFY(middleOf(pictures.back().image) != QColor(Qt::green));
        wanted.pixels = {1'000'000, 10};
        QVERIFY(renderer_->draw(wanted).isNull());
        wanted.pixels = {};
        QVERIFY(renderer_->draw(wanted).isNull());
    }

    void nothingLetsTheVolumeGo_data() { threads(); }
    void nothingLetsTheVolumeGo() {
        QFETCH(bool, threaded);
        renderer_ = make(threaded);
        auto volume = square(Qt::red);
        const std::weak_ptr<const PreparedVolume> watched = volume;
        renderer_->request(request(std::move(volume), 1, false));
        QVERIFY(!untilBest(1).empty());
        QVERIFY(!watched.expired());
        renderer_->request({});
        QTRY_VERIFY_WITH_TIMEOUT(watched.expired(), kPatienceMs);
    }

    void leftAtAnyTime_data() { threads(); }
    void leftAtAnyTime() {
        QFETCH(bool, threaded);
        if (!threaded && kSlowdown > 1) QSKIP("Mesa takes more locks than ThreadSanitizer has room for.");
        const auto volume = prepared(manyTriangles(150));
        for (int turn = 0; turn < 6; ++turn) {
            renderer_ = make(threaded);
            for (int version = 0; version <= turn % 3; ++version)
                renderer_->request(request(volume, version, (turn + version) % 2 == 0));
            // At once, or with the first picture behind it.
            if (turn % 4 >= 2) QVERIFY(next(*renderer_));
            renderer_.reset();
        }
        renderer_ = make(threaded);
        renderer_->request(request(square(Qt::red), 1, false));
        const auto pictures = untilBest(1);
        QVERIFY(!pictures.empty());
        QCOMPARE(middleOf(pictures.back().image), QColor(Qt::red));
    }

  private:
    static void threads() {
        QTest::addColumn<bool>("threaded");
        QTest::newRow("a thread of its own") << true;
        QTest::newRow("the window's thread") << false;
    }
};

QTEST_MAIN(VolumeRendererTest)
#include "volume_renderer_test.moc"
