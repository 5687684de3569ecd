// SPDX-License-Identifier: GPL-3.0-or-later
// Heights over a plane in closed form, and the upper envelope against the largest logit at random points.
#include "core/geometry/height_surface.h"

#include <Eigen/Dense>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <random>

using namespace tessera;

namespace {

// Vertices of a square window cut along s = 0; logits given by a function of the vertex.
template <typename Logits>
LogitMesh halvesOfSquare(std::int32_t classes, const Logits& logits) {
    LogitMesh mesh;
    mesh.classes = classes;
    mesh.vertices = {{-1, -1}, {0, -1}, {1, -1}, {1, 1}, {0, 1}, {-1, 1}};
    mesh.faceVertices = {0, 1, 4, 5, 1, 2, 3, 4};
    mesh.faceBegin = {0, 4, 8};
    mesh.patternHash = {1, 2};
    for (const auto& at : mesh.vertices) {
        const std::vector<double> values = logits(at);
        mesh.logits.insert(mesh.logits.end(), values.begin(), values.end());
    }
    return mesh;
}

LogitGrid randomGrid(int points, std::int32_t outputs, unsigned seed) {
    LogitGrid grid{points, points, {-1, -1}, {1, 1}, outputs, {}};
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (int i = 0; i < points * points * outputs; ++i) grid.logits.push_back(normal(random));
    return grid;
}

double tieLength(const HeightSurface& surface) {
    double length = 0;
    for (const auto& tie : surface.ties) length += (tie.b - tie.a).head<2>().norm();
    return length;
}

double sum(const std::vector<double>& values) {
    double all = 0;
    for (const double value : values) all += value;
    return all;
}

// The polygon over a place of the plane.
std::int64_t polygonAt(const HeightSurface& surface, const Eigen::Vector2d& at) {
    for (std::int64_t p = 0; p < surface.size(); ++p) {
        const auto from = static_cast<std::size_t>(surface.begin[static_cast<std::size_t>(p)]),
                   to = static_cast<std::size_t>(surface.begin[static_cast<std::size_t>(p) + 1]);
        bool isInside = true;
        for (std::size_t i = from; i < to && isInside; ++i) {
            const Eigen::Vector2d a = surface.points[i].head<2>(),
                                  b = surface.points[i + 1 < to ? i + 1 : from].head<2>();
            isInside = (b - a).x() * (at - a).y() - (b - a).y() * (at - a).x() >= 0;
        }
        if (isInside) return p;
    }
    return -1;
}

// The height of a polygon's plane over a place.
double heightAt(const HeightSurface& surface, std::int64_t p, const Eigen::Vector2d& at) {
    const auto from = static_cast<std::size_t>(surface.begin[static_cast<std::size_t>(p)]),
               to = static_cast<std::size_t>(surface.begin[static_cast<std::size_t>(p) + 1]);
    Eigen::MatrixXd rows(static_cast<Eigen::Index>(to - from), 3);
    Eigen::VectorXd heights(rows.rows());
    for (std::size_t i = from; i < to; ++i) {
        const auto row = static_cast<Eigen::Index>(i - from);
        rows.row(row) << surface.points[i].x(), surface.points[i].y(), 1;
        heights[row] = surface.points[i].z();
    }
    const Eigen::Vector3d form = (rows.transpose() * rows).ldlt().solve(rows.transpose() * heights);
    return form.dot(Eigen::Vector3d(at.x(), at.y(), 1));
}

}  // namespace

class HeightSurfaceTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // Logits s and -s: the envelope is |s|, the margin 2 |s|, the boundary the line s = 0 of length 2.
    void twoPlanesMeetAtZero() {
        const auto mesh = halvesOfSquare(2, [](const auto& at) {
            return std::vector<double>{at.x(), -at.x()};
        });
        const auto winning = winningSurface(mesh), margin = marginSurface(mesh);
        QCOMPARE(winning.size(), std::int64_t{2});
        QCOMPARE(winning.label[0], 1);
        QCOMPARE(winning.label[1], 0);
        for (const auto& p : winning.points) QCOMPARE(p.z(), std::abs(p.x()));
        for (const auto& p : margin.points) QCOMPARE(p.z(), 2 * std::abs(p.x()));
        QCOMPARE(winning.ties.size(), std::size_t{1});
        QCOMPARE(tieLength(winning), 2.0);
        for (const auto& end : {winning.ties[0].a, winning.ties[0].b}) {
            QCOMPARE(end.x(), 0.0);
            QCOMPARE(end.z(), 0.0);
        }
        QCOMPARE(winning.ties[0].classA, 0);
        QCOMPARE(winning.ties[0].classB, 1);
        QCOMPARE(margin.ties.size(), std::size_t{1});
        QCOMPARE(margin.ties[0].a.z(), 0.0);
        const auto areas = winning.areaPerClass(2);
        QCOMPARE(areas[0], 2.0);
        QCOMPARE(areas[1], 2.0);
    }

    // Logits |s| and 1/2: the boundary lies inside the faces, at s = -1/2 and s = 1/2, at the height 1/2.
    void boundaryInsideFaces() {
        const auto mesh = halvesOfSquare(2, [](const auto& at) {
            return std::vector<double>{std::abs(at.x()), 0.5};
        });
        const auto surface = winningSurface(mesh);
        QCOMPARE(surface.size(), std::int64_t{4});
        QCOMPARE(surface.ties.size(), std::size_t{2});
        for (const auto& tie : surface.ties)
            for (const auto& end : {tie.a, tie.b}) {
                QCOMPARE(std::abs(end.x()), 0.5);
                QCOMPARE(end.z(), 0.5);
            }
        QCOMPARE(surface.areaPerClass(2)[1], 2.0);
        const auto ranges = logitRanges(mesh);
        QCOMPARE(ranges[0].low, 0.0);
        QCOMPARE(ranges[0].high, 1.0);
        QCOMPARE(ranges[0].mean, 0.5);
        QCOMPARE(ranges[1].mean, 0.5);
    }

    // A linear network: each sheet lies in one plane.
    void sheetsOfLinearNetwork() {
        const auto mesh = halvesOfSquare(3, [](const auto& at) {
            return std::vector<double>{2 * at.x() + at.y(), 1.0, -at.y() - 3};
        });
        const auto sheet = classSurface(mesh, 0);
        QCOMPARE(sheet.size(), std::int64_t{2});
        for (const auto& p : sheet.points) QCOMPARE(p.z(), 2 * p.x() + p.y());
        for (const auto& p : classSurface(mesh, 2).points) QCOMPARE(p.z(), -p.y() - 3);
        // 2 s + t > 1 over the square: a triangle with corners (0, 1), (1, 1), (1, -1), area 1.
        const auto areas = winningSurface(mesh).areaPerClass(3);
        QVERIFY(std::abs(areas[0] - 1) < 1e-12);
        QVERIFY(std::abs(areas[1] - 3) < 1e-12);
        QCOMPARE(areas[2], 0.0);
    }

    void equalLogitsGoToTheFirst() {
        const auto mesh = halvesOfSquare(3, [](const auto&) { return std::vector<double>{1.0, 1.0, 1.0}; });
        const auto surface = winningSurface(mesh);
        QCOMPARE(surface.size(), std::int64_t{2});
        QCOMPARE(surface.label[0], 0);
        QVERIFY(surface.ties.empty());
        for (const auto& p : marginSurface(mesh).points) QCOMPARE(p.z(), 0.0);
    }

    // Everywhere the envelope is the largest of the interpolated logits, and the margin its lead.
    void envelopeIsTheLargest() {
        for (unsigned seed = 0; seed < 20; ++seed) {
            const auto mesh = logitMesh(randomGrid(5, 6, seed), squarePolygon());
            const auto winning = winningSurface(mesh), margin = marginSurface(mesh);
            QVERIFY(std::abs(sum(winning.areaPerClass(6)) - 4) < 1e-9);
            QVERIFY(std::abs(sum(margin.areaPerClass(6)) - 4) < 1e-9);
            std::mt19937 random(seed);
            std::uniform_real_distribution<double> place(-1, 1);
            int looked = 0;
            for (int i = 0; i < 200; ++i) {
                const Eigen::Vector2d at(place(random), place(random));
                const auto p = polygonAt(winning, at), m = polygonAt(margin, at);
                if (p < 0 || m < 0) continue;  // on a side between two
                auto logits = mesh.logitsAt(winning.face[static_cast<std::size_t>(p)], at);
                const auto best = std::ranges::max_element(logits) - logits.begin();
                std::ranges::sort(logits, std::greater());
                QVERIFY(std::abs(heightAt(winning, p, at) - logits[0]) < 1e-6);
                QVERIFY(std::abs(heightAt(margin, m, at) - (logits[0] - logits[1])) < 1e-6);
                if (logits[0] - logits[1] > 1e-9)
                    QCOMPARE(winning.label[static_cast<std::size_t>(p)], std::int32_t(best));
                ++looked;
            }
            QVERIFY(looked > 190);
            for (const auto& tie : margin.ties) QVERIFY(std::abs(tie.a.z()) < 1e-9);
        }
    }

    // Both logits of two classes: the softmax is the logistic function of their difference.
    void confidenceIsTheSoftmax() {
        const auto mesh = halvesOfSquare(2, [](const auto& at) {
            return std::vector<double>{0.0, 3 * at.x() + at.y()};
        });
        const auto surface = confidenceSurface(mesh, 16);
        for (const auto& p : surface.points) {
            const double lead = std::abs(3 * p.x() + p.y());
            QVERIFY(std::abs(p.z() - 1 / (1 + std::exp(-lead))) < 1e-12);
        }
        QVERIFY(std::abs(sum(surface.areaPerClass(2)) - 4) < 1e-12);
        QVERIFY(surface.size() > 500);
        // The boundary 3 s + t = 0 from (-1/3, 1) to (1/3, -1).
        QVERIFY(std::abs(tieLength(surface) - std::hypot(2.0 / 3, 2)) < 1e-12);
        for (const auto& tie : surface.ties) QVERIFY(std::abs(tie.a.z() - 0.5) < 1e-12);
    }

    void gridEndsWithTheWindow() {
        const Polygon window{{-1, -1}, {1, -1}, {0, 1}};
        const auto mesh = logitMesh(randomGrid(7, 3, 1), window);
        QVERIFY(std::abs(sum(winningSurface(mesh).areaPerClass(3)) - 2) < 1e-9);
    }

    void singleLogitHasTwoClasses() {
        LogitGrid grid{2, 2, {-1, -1}, {1, 1}, 1, {-1, 1, -1, 1}};
        const auto mesh = logitMesh(grid, squarePolygon());
        QCOMPARE(mesh.classes, 2);
        const auto surface = winningSurface(mesh);
        for (const auto& p : surface.points) QCOMPARE(p.z(), std::max(p.x(), 0.0));
        QCOMPARE(surface.areaPerClass(2)[0], 2.0);
        QCOMPARE(tieLength(surface), 2.0);
    }
};

QTEST_APPLESS_MAIN(HeightSurfaceTest)
#include "height_surface_test.moc"
