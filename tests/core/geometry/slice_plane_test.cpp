// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/slice_plane.h"

#include <QtTest>
#include <array>
#include <cmath>
#include <limits>

using namespace tessera;

namespace {

Eigen::VectorXd vectorOf(std::initializer_list<double> values) {
    Eigen::VectorXd vector(static_cast<Eigen::Index>(values.size()));
    std::copy(values.begin(), values.end(), vector.begin());
    return vector;
}

SlicePlane skewPlane() {  // neither orthogonal nor normalised
    return {
        {2, 2}, vectorOf({1, 2, 3, 4}), vectorOf({2, 0, 1, 0}), vectorOf({1, 1, 0, 0.5}), squarePolygon(2)};
}

}  // namespace

class SlicePlaneTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void polygons() {
        QCOMPARE(signedArea(squarePolygon()), 4.0);
        QCOMPARE(signedArea(rectanglePolygon(1, 2, 4, 4)), 6.0);
        QCOMPARE(signedArea({{0, 0}, {0, 1}, {1, 0}}), -0.5);
        QCOMPARE(signedArea({}), 0.0);
    }

    void projectionIsLeastSquares() {
        const SlicePlane plane = skewPlane();
        const Eigen::Vector2d point(0.7, -1.3);
        QVERIFY((plane.pointInSlice(plane.inputFromSlice(point)) - point).norm() < 1e-13);
        const Eigen::VectorXd input = vectorOf({3, -1, 2, 0});
        const Eigen::VectorXd rest = input - plane.inputFromSlice(plane.pointInSlice(input));
        QVERIFY(std::abs(rest.dot(plane.u)) < 1e-12 && std::abs(rest.dot(plane.v)) < 1e-12);
        QVERIFY(std::abs(plane.offPlaneDistance(input) - rest.norm()) < 1e-12);
        QVERIFY(plane.offPlaneDistance(plane.inputFromSlice(point)) < 1e-12);
    }

    void rotationKeepsPlaneAndCentre() {
        const Eigen::VectorXd centre = randomDirection(9, 1);
        const SlicePlane plane =
            planeAlongDirections({9}, centre, randomDirection(9, 2), randomDirection(9, 3), 1).value();
        const Eigen::Vector2d about(0.4, -0.2);
        const SlicePlane turned = plane.rotatedInPlane(0.6, about);
        QVERIFY((turned.inputFromSlice(about) - plane.inputFromSlice(about)).norm() < 1e-13);
        QVERIFY(plane.offPlaneDistance(turned.inputFromSlice({1, 1})) < 1e-13);
        QVERIFY(std::abs(turned.u.norm() - 1) < 1e-13 && std::abs(turned.u.dot(turned.v)) < 1e-13);
        QVERIFY(std::abs(turned.u.dot(plane.u) - std::cos(0.6)) < 1e-13);
        const SlicePlane back = turned.rotatedInPlane(-0.6, about);
        QVERIFY((back.origin - plane.origin).norm() < 1e-13 && (back.v - plane.v).norm() < 1e-13);
    }

    void tiltTurnsAboutALine() {
        const SlicePlane plane =
            planeAlongDirections({5}, randomDirection(5, 1), randomDirection(5, 2), randomDirection(5, 3), 1)
                .value();
        const Eigen::Vector2d about(0.1, 0.5);
        const Eigen::VectorXd direction = randomDirection(5, 4);
        const SlicePlane tilted = plane.tiltedTowards(direction, M_PI / 2, about).value();
        for (const double s : {-1.0, 0.0, 2.0}) {
            QVERIFY((tilted.inputFromSlice({s, about.y()}) - plane.inputFromSlice({s, about.y()})).norm() <
                    1e-13);
        }
        QVERIFY(std::abs(tilted.v.dot(plane.v)) < 1e-13 && std::abs(tilted.v.norm() - 1) < 1e-13);
        QVERIFY(std::abs(tilted.v.dot(tilted.u)) < 1e-13 && tilted.v.dot(direction) > 0);
        QVERIFY(plane.tiltedTowards(plane.u + 2 * plane.v, 0.1, about)
                    .error()
                    .message.find("lies in the plane") != std::string::npos);
        QVERIFY(plane.tiltedTowards(vectorOf({1, 2}), 0.1, about).isError());
    }

    void throughThreeSamples() {
        const std::array<Eigen::VectorXd, 3> anchors{vectorOf({0, 0, 0}), vectorOf({3, 0, 0}),
                                                     vectorOf({1, 0, 2})};
        const SlicePlane plane = planeThroughSamples({3}, anchors, 0.25).value();
        QVERIFY((plane.origin - vectorOf({4.0 / 3, 0, 2.0 / 3})).norm() < 1e-14);
        QVERIFY((plane.u - vectorOf({1, 0, 0})).norm() < 1e-14 &&
                (plane.v - vectorOf({0, 0, 1})).norm() < 1e-14);
        for (const auto& anchor : anchors) QVERIFY(plane.offPlaneDistance(anchor) < 1e-14);
        QVERIFY(validatePlane(plane).isOk());
        // Extent 3 by 2; a quarter of 3 on each side of the larger.
        QCOMPARE(signedArea(plane.window), 4.5 * 4.5);
        QVERIFY((plane.window[0] - Eigen::Vector2d(-4.0 / 3 - 0.75, -2.0 / 3 + 1 - 2.25)).norm() < 1e-13);
    }

    void refusesBadSamples() {
        const Eigen::VectorXd a = vectorOf({0, 0, 1}), b = vectorOf({1, 2, 1}), c = vectorOf({2, 4, 1});
        const auto message = [](const Eigen::VectorXd& p, const Eigen::VectorXd& q,
                                const Eigen::VectorXd& r) {
            return planeThroughSamples({3}, std::array{p, q, r}).error().message;
        };
        QVERIFY(message(a, b, c).find("on one line") != std::string::npos);
        QVERIFY(message(a, b, a).find("Samples 1 and 3 are equal") != std::string::npos);
        QVERIFY(message(a, vectorOf({1, 2}), c).find("Sample 2 has 2 values") != std::string::npos);
        QVERIFY(message(a, b, vectorOf({0, NAN, 1})).find("Sample 3") != std::string::npos);
        QVERIFY(planeThroughSamples({3}, std::array{a, b}).isError());
    }

    void randomDirectionsAreReproducible() {
        QCOMPARE(randomDirection(50, 7), randomDirection(50, 7));
        QVERIFY(randomDirection(50, 7) != randomDirection(50, 8));
        QVERIFY(std::abs(randomDirection(1000, 3).norm() - 1) < 1e-13);
        QVERIFY(std::abs(randomDirection(100000, 3).sum()) < 5);  // a sum of unit variance
    }

    void validation() {
        QVERIFY(validatePlane(skewPlane()).isOk());
        const auto message = [](auto change) {
            SlicePlane plane = skewPlane();
            change(plane);
            const auto result = validatePlane(plane);
            return result.isError() ? result.error().message : std::string();
        };
        const auto finds = [](const std::string& text, const char* words) {
            return text.find(words) != std::string::npos;
        };
        QVERIFY(finds(message([](SlicePlane& p) { p.u = vectorOf({1}); }),
                      "u has 1 values, but the input is 2 x 2 (4 values)"));
        QVERIFY(finds(message([](SlicePlane& p) { p.origin[1] = std::numeric_limits<double>::infinity(); }),
                      "origin holds"));
        QVERIFY(finds(message([](SlicePlane& p) { p.v = -3 * p.u; }), "parallel"));
        QVERIFY(finds(message([](SlicePlane& p) { p.v.setZero(); }), "v is zero"));
        QVERIFY(finds(message([](SlicePlane& p) { p.window = {{0, 0}, {1, 0}}; }), "2 corners"));
        QVERIFY(finds(message([](SlicePlane& p) { std::reverse(p.window.begin(), p.window.end()); }),
                      "clockwise"));
        QVERIFY(finds(message([](SlicePlane& p) {
                          p.window = {{0, 0}, {4, 0}, {1, 1}, {0, 4}};
                      }),
                      "not strictly convex at corner 3"));
        QVERIFY(finds(message([](SlicePlane& p) {
                          p.window.insert(p.window.begin() + 1, {0, -2});
                      }),
                      "not strictly convex"));
        Polygon star;
        for (int i = 0; i < 5; ++i) star.push_back({std::cos(4 * M_PI * i / 5), std::sin(4 * M_PI * i / 5)});
        QVERIFY(finds(message([&](SlicePlane& p) { p.window = star; }), "crosses itself"));
    }
};

QTEST_GUILESS_MAIN(SlicePlaneTest)
#include "slice_plane_test.moc"
