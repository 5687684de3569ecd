// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/face_locator.h"

#include <QtTest>
#include <algorithm>
#include <random>

#include "tests/core/geometry/chain_builders.h"

using namespace tessera;

namespace {

bool inside(const Arrangement& map, std::int64_t face, const Eigen::Vector2d& point) {
    for (auto i = map.faceBegin[face]; i < map.faceBegin[face + 1]; ++i) {
        const auto next = i + 1 == map.faceBegin[face + 1] ? map.faceBegin[face] : i + 1;
        const Eigen::Vector2d side = map.vertices[map.faceVertices[next]] - map.vertices[map.faceVertices[i]];
        const Eigen::Vector2d offset = point - map.vertices[map.faceVertices[i]];
        if (side.x() * offset.y() - side.y() * offset.x() < -1e-12) return false;
    }
    return true;
}

}  // namespace

class FaceLocatorTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void findsEveryFaceByItsCentroid() {
        const Polygon window{{-1, -0.5}, {0.7, -1}, {1.2, 0.3}, {0, 1.1}};
        const auto map =
            std::make_shared<const Arrangement>(arrangementOf(gaussianChain(4, {60, 60, 3}), window));
        QVERIFY(map->faceCount() > 1000);
        const FaceLocator locator(map);
        for (std::int32_t face = 0; face < map->faceCount(); ++face) {
            if (map->area[face] > 1e-12) QCOMPARE(locator.faceAt(map->centroid(face)), face);
        }
    }

    void everyPointOfTheWindowHasAFace() {
        const auto map = std::make_shared<const Arrangement>(arrangementOf(gaussianChain(9, {30, 30, 3})));
        const FaceLocator locator(map);
        std::mt19937 random(1);
        std::uniform_real_distribution<double> uniform(-1, 1);
        for (int i = 0; i < 5000; ++i) {
            const Eigen::Vector2d point(uniform(random), uniform(random));
            const std::int32_t face = locator.faceAt(point);
            QVERIFY(face >= 0 && inside(*map, face, point));
        }
        for (const auto& vertex : map->vertices) {  // where faces meet, one of them
            const std::int32_t face = locator.faceAt(vertex);
            QVERIFY(face >= 0 && inside(*map, face, vertex));
        }
        for (const Eigen::Vector2d& outside :
             {Eigen::Vector2d(1.01, 0), Eigen::Vector2d(0, -2), Eigen::Vector2d(NAN, 0)}) {
            QCOMPARE(locator.faceAt(outside), -1);
        }
    }

    void partialArrangementsHaveHoles() {
        ArrangementOptions options;
        options.budget.maxRegions = 50;
        const auto map = std::make_shared<const Arrangement>(
            arrangementOf(gaussianChain(9, {30, 30, 3}), squarePolygon(), options));
        const FaceLocator locator(map);
        int holes = 0;
        for (int i = 0; i < 400; ++i) {
            const Eigen::Vector2d point(-0.95 + 0.1 * (i % 20), -0.95 + 0.1 * (i / 20));
            const std::int32_t face = locator.faceAt(point);
            holes += face < 0;
            bool any = false;
            for (std::int64_t f = 0; f < map->faceCount(); ++f) any = any || inside(*map, f, point);
            QCOMPARE(face >= 0, any);
        }
        QVERIFY(holes > 0);
    }

    void facesInARectangle() {
        const auto map = std::make_shared<const Arrangement>(arrangementOf(gaussianChain(9, {30, 30, 3})));
        const FaceLocator locator(map);
        const Eigen::Vector2d low(-0.3, 0.1), high(0.2, 0.4);
        const auto found = locator.facesIn(low, high);
        QVERIFY(std::is_sorted(found.begin(), found.end()));
        QVERIFY(std::adjacent_find(found.begin(), found.end()) == found.end());
        QVERIFY(found.size() < static_cast<std::size_t>(map->faceCount()) / 2);
        for (int i = 0; i < 2500; ++i) {
            const Eigen::Vector2d point(low.x() + (i % 50) / 49.0 * 0.5, low.y() + (i / 50) / 49.0 * 0.3);
            QVERIFY(std::binary_search(found.begin(), found.end(), locator.faceAt(point)));
        }
        QCOMPARE(static_cast<std::int64_t>(locator.facesIn({-5, -5}, {5, 5}).size()), map->faceCount());
        QVERIFY(locator.facesIn({2, 2}, {3, 3}).empty());
    }

    void emptyArrangement() {
        const FaceLocator locator(std::make_shared<const Arrangement>());
        QCOMPARE(locator.faceAt({0, 0}), -1);
        QVERIFY(locator.facesIn({0, 0}, {1, 1}).empty());
    }
};

QTEST_GUILESS_MAIN(FaceLocatorTest)
#include "face_locator_test.moc"
