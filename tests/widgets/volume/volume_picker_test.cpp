// SPDX-License-Identifier: GPL-3.0-or-later
// Rays against polygons: the tree finds what looking at every polygon finds.
#include "widgets/volume/volume_picker.h"

#include <QTest>
#include <random>

#include "tests/widgets/volume/square_drawing.h"

using namespace tessera;

namespace {

// Distance to a convex polygon, by its plane and the side of each edge: not by triangles.
std::optional<double> distanceTo(const std::vector<Eigen::Vector3d>& polygon, const VolumeRay& ray) {
    const Eigen::Vector3d normal = (polygon[1] - polygon[0]).cross(polygon[2] - polygon[0]);
    const double distance = normal.dot(polygon[0] - ray.origin) / normal.dot(ray.direction);
    if (!(distance > 0)) return std::nullopt;
    const Eigen::Vector3d at = ray.origin + ray.direction * distance;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const auto &a = polygon[i], &b = polygon[(i + 1) % polygon.size()];
        if ((b - a).cross(at - a).dot(normal) < 0) return std::nullopt;
    }
    return distance;
}

}  // namespace

class VolumePickerTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void nothingIsMetInAnEmptyDrawing() {
        const VolumePicker picker(std::make_shared<VolumeDrawing>());
        QVERIFY(!picker.nearest({{0, 0, 0}, {1, 0, 0}}, [](const VolumeHit&) { return true; }));
    }

    void sameAsLookingAtAll() {
        std::mt19937 random(11);
        std::uniform_real_distribution<double> unit(-1, 1);
        const auto vector = [&] { return Eigen::Vector3d(unit(random), unit(random), unit(random)); };
        auto drawing = std::make_shared<VolumeDrawing>();
        std::vector<std::vector<Eigen::Vector3d>> polygons;
        for (int layer = 0; layer < 3; ++layer) {
            VolumeFaces faces;
            for (int face = 0; face < 300; ++face) {
                // A regular polygon of 3 to 6 corners, in any plane.
                const Eigen::Vector3d middle = vector(), u = vector().normalized();
                const Eigen::Vector3d v = u.cross(vector()).normalized();
                const int count = 3 + face % 4;
                polygons.emplace_back();
                for (int k = 0; k < count; ++k) {
                    const double angle = 2 * std::numbers::pi * k / count;
                    polygons.back().push_back(middle + 0.2 * (std::cos(angle) * u + std::sin(angle) * v));
                    faces.faceVertices.push_back(static_cast<std::int32_t>(faces.points.size()));
                    faces.points.push_back(polygons.back().back());
                }
                faces.faceBegin.push_back(static_cast<std::int32_t>(faces.faceVertices.size()));
                faces.colour.push_back(0);
            }
            drawing->faces.push_back(faces);
        }
        const VolumePicker picker(drawing);
        int hits = 0;
        for (int i = 0; i < 2000; ++i) {
            const Eigen::Vector3d from = vector() * 2;
            const VolumeRay ray{from, (vector() - from).normalized()};
            const bool isOdd = i % 2;  // then only odd faces count
            double nearest = INFINITY;
            std::size_t best = 0;
            for (std::size_t p = 0; p < polygons.size(); ++p) {
                if (isOdd && p % 2 == 0) continue;
                const auto distance = distanceTo(polygons[p], ray);
                if (distance && *distance < nearest) nearest = *distance, best = p;
            }
            const auto hit =
                picker.nearest(ray, [&](const VolumeHit& h) { return !isOdd || h.face % 2 == 1; });
            QCOMPARE(hit.has_value(), std::isfinite(nearest));
            if (!hit) continue;
            ++hits;
            QCOMPARE(static_cast<std::size_t>(hit->layer * 300 + hit->face), best);
            QVERIFY(std::abs(hit->distance - nearest) < 1e-9);
            QVERIFY((hit->point - (ray.origin + ray.direction * nearest)).norm() < 1e-9);
        }
        QVERIFY(hits > 500);
    }

    // Along an axis rays lie in the planes of boxes.
    void raysAlongAxes() {
        const auto drawing = squares({{"a", 0, 0, 0.5, 0.25, Qt::red}, {"b", 0, 0, 0.5, -0.25, Qt::red}});
        const VolumePicker picker(drawing);
        const auto all = [](const VolumeHit&) { return true; };
        const auto hit = picker.nearest({{0.5, -3, 0.5}, {0, 1, 0}}, all);  // a corner counts
        QVERIFY(hit);
        QCOMPARE(hit->layer, 1);
        QCOMPARE(hit->distance, 2.75);
        QVERIFY(!picker.nearest({{0.6, -3, 0}, {0, 1, 0}}, all));
        QVERIFY(!picker.nearest({{0, -3, 0}, {0, -1, 0}}, all));
    }
};

QTEST_GUILESS_MAIN(VolumePickerTest)
#include "volume_picker_test.moc"
