// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/logit_surface.h"

#include <rapidcheck.h>
#include <Eigen/Dense>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <random>
#include <set>
#include <vector>

#include "core/geometry/exact_determinant.h"

using namespace tessera;
using Eigen::Vector3d;

namespace {

GridShape gridOf(int nx, int ny, int nz, const Vector3d& low, const Vector3d& high) {
    return {nx, ny, nz, low, high};
}

// `logits(point, row)` fills one row.
template <typename Scalar, typename Function>
std::vector<Scalar> sampled(const GridShape& grid, int outputs, const Function& logits) {
    std::vector<Scalar> values(static_cast<std::size_t>(grid.points()) * static_cast<std::size_t>(outputs));
    Scalar* row = values.data();
    for (int k = 0; k < grid.nz; ++k)
        for (int j = 0; j < grid.ny; ++j)
            for (int i = 0; i < grid.nx; ++i, row += outputs) logits(grid.position(i, j, k), row);
    return values;
}

template <typename Scalar>
SurfaceMesh surfaceOf(const GridShape& grid, int outputs, const std::vector<Scalar>& values) {
    auto result = logitSurface<Scalar>(grid, outputs, values);
    if (!result.isOk()) throw std::runtime_error("refused");
    return std::move(result).value();
}

SurfaceEdges edgesOf(const SurfaceMesh& mesh, const GridShape& grid) {
    return surfaceEdges(mesh, grid.low, grid.high, 1e-12 * (grid.high - grid.low).norm());
}

// The interpolant at a point, found without the surface's code: the cube, and its tetrahedron by sorting the
// offsets from the largest to the smallest.
std::vector<double> interpolated(const GridShape& grid, int outputs, const std::vector<double>& values,
                                 const Vector3d& point) {
    const int points[3] = {grid.nx, grid.ny, grid.nz};
    int corner[3];
    double offset[3];
    for (int axis = 0; axis < 3; ++axis) {
        const double x =
            (point[axis] - grid.low[axis]) / (grid.high[axis] - grid.low[axis]) * (points[axis] - 1);
        corner[axis] = std::clamp(static_cast<int>(std::floor(x)), 0, points[axis] - 2);
        offset[axis] = x - corner[axis];
    }
    int order[3] = {0, 1, 2};
    std::sort(order, order + 3, [&](int x, int y) { return offset[x] > offset[y]; });
    std::vector<double> row(static_cast<std::size_t>(outputs), 0.0);
    const auto add = [&](double weight) {
        const auto at = static_cast<std::size_t>(grid.at(corner[0], corner[1], corner[2])) *
                        static_cast<std::size_t>(outputs);
        for (std::size_t k = 0; k < row.size(); ++k) row[k] += weight * values[at + k];
    };
    add(1 - offset[order[0]]);
    for (int n = 0; n < 3; ++n) {
        ++corner[order[n]];
        add(n < 2 ? offset[order[n]] - offset[order[n + 1]] : offset[order[n]]);
    }
    if (outputs == 1) row.insert(row.begin(), 0.0);
    return row;
}

Vector3d centroidOf(const SurfaceMesh& mesh, std::int64_t face) {
    Vector3d sum = Vector3d::Zero();
    for (auto i = mesh.faceBegin[face]; i < mesh.faceBegin[face + 1]; ++i)
        sum += mesh.vertices[mesh.faceVertices[i]];
    return sum / (mesh.faceBegin[face + 1] - mesh.faceBegin[face]);
}

Vector3d areaVector(const SurfaceMesh& mesh, std::int64_t face) {
    Vector3d twice = Vector3d::Zero();
    const auto begin = mesh.faceBegin[face];
    const Vector3d base = mesh.vertices[mesh.faceVertices[begin]];
    for (auto i = begin + 2; i < mesh.faceBegin[face + 1]; ++i)
        twice += (mesh.vertices[mesh.faceVertices[i - 1]] - base)
                     .cross(mesh.vertices[mesh.faceVertices[i]] - base);
    return twice / 2;
}

// How far the classes of a face are from both being the largest at its centroid.
double missAt(const GridShape& grid, int outputs, const std::vector<double>& values, const SurfaceMesh& mesh,
              std::int64_t face) {
    const auto row = interpolated(grid, outputs, values, centroidOf(mesh, face));
    const double largest = *std::max_element(row.begin(), row.end());
    return std::max(largest - row[mesh.classA[face]], largest - row[mesh.classB[face]]);
}

// Edges with more faces than two carry exactly three, of three pairs among three classes.
bool branchesInThrees(const SurfaceMesh& mesh) {
    std::map<std::pair<std::int32_t, std::int32_t>, std::vector<std::int64_t>> faces;
    for (std::int64_t f = 0; f < mesh.faceCount(); ++f) {
        const auto begin = mesh.faceBegin[f], end = mesh.faceBegin[f + 1];
        for (auto i = begin; i < end; ++i) {
            const auto from = mesh.faceVertices[i], to = mesh.faceVertices[i + 1 == end ? begin : i + 1];
            if (from == to) return false;
            faces[std::minmax(from, to)].push_back(f);
        }
    }
    for (const auto& [edge, around] : faces) {
        std::set<std::pair<int, int>> pairs;
        std::set<int> classes;
        for (const auto f : around) {
            pairs.insert({mesh.classA[f], mesh.classB[f]});
            classes.insert({mesh.classA[f], mesh.classB[f]});
        }
        if (around.size() == 2 && pairs.size() != 1) return false;
        if (around.size() > 2 && (around.size() != 3 || pairs.size() != 3 || classes.size() != 3))
            return false;
    }
    return true;
}

std::int64_t eulerOf(const SurfaceMesh& mesh, const GridShape& grid) {
    return static_cast<std::int64_t>(mesh.vertices.size()) - edgesOf(mesh, grid).edges + mesh.faceCount();
}

}  // namespace

class LogitSurfaceTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // Against determinants of small integers, singular ones among them.
    void determinantsHaveTheirSign() {
        std::mt19937 random(3);
        int zeros = 0;
        for (int run = 0; run < 20000; ++run) {
            const int n = 1 + run % 4;
            std::int64_t d[4][4];
            std::array<std::array<double, 4>, 4> plus{}, minus{};
            std::array<DifferenceRow, 4> rows;
            const std::int64_t base = run % 3 == 0 ? 1 : (std::int64_t{1} << 28) + 1;
            for (int i = 0; i < n; ++i) {
                for (int j = 0; j < n; ++j) {
                    d[i][j] = static_cast<std::int64_t>(random() % 5) - 2;
                    // Differences of large numbers that lie close together.
                    plus[i][j] = static_cast<double>(base * d[i][j] + 7 * base);
                    minus[i][j] = static_cast<double>(7 * base);
                }
                rows[i] = {plus[i].data(), minus[i].data()};
            }
            std::vector<int> order(static_cast<std::size_t>(n));
            std::iota(order.begin(), order.end(), 0);
            std::int64_t exact = 0;
            do {
                std::int64_t term = 1;
                for (int i = 0; i < n; ++i)
                    for (int j = 0; j < i; ++j) term = order[j] > order[i] ? -term : term;
                for (int i = 0; i < n; ++i) term *= d[i][order[i]];
                exact += term;
            } while (std::next_permutation(order.begin(), order.end()));
            const int sign = signOfDeterminant({rows.data(), static_cast<std::size_t>(n)}, order);
            QCOMPARE(sign, (exact > 0) - (exact < 0));
            zeros += exact == 0;
        }
        QVERIFY(zeros > 1000);
    }

    // Rows x, y, x + y of 30 bits, whose products round; and the same with one entry off by its 2^-50th.
    void determinantsAreExact() {
        std::mt19937 random(4);
        const auto entry = [&] { return static_cast<std::int64_t>(random() % (1u << 30)) - (1 << 29); };
        int rounded = 0;
        for (int run = 0; run < 5000; ++run) {
            std::int64_t x[3], y[3];
            std::array<std::array<double, 3>, 3> plus, minus;
            for (int j = 0; j < 3; ++j) {
                x[j] = entry();
                y[j] = entry();
                const std::int64_t rows[3] = {x[j], y[j], x[j] + y[j]};
                for (int i = 0; i < 3; ++i) {
                    minus[i][j] = static_cast<double>(entry());
                    plus[i][j] = static_cast<double>(rows[i]) + minus[i][j];
                }
            }
            const DifferenceRow rows[3] = {{plus[0].data(), minus[0].data()},
                                           {plus[1].data(), minus[1].data()},
                                           {plus[2].data(), minus[2].data()}};
            const int columns[3] = {0, 1, 2};
            QCOMPARE(signOfDeterminant(rows, columns), 0);
            double d[3][3];
            for (int i = 0; i < 3; ++i)
                for (int j = 0; j < 3; ++j) d[i][j] = plus[i][j] - minus[i][j];
            rounded += d[0][0] * (d[1][1] * d[2][2] - d[1][2] * d[2][1]) -
                           d[0][1] * (d[1][0] * d[2][2] - d[1][2] * d[2][0]) +
                           d[0][2] * (d[1][0] * d[2][1] - d[1][1] * d[2][0]) !=
                       0;
            const int column = run % 3, other = (column + 1) % 3, third = (column + 2) % 3;
            minus[2][column] = 0;
            plus[2][column] = static_cast<double>(x[column] + y[column]);
            plus[2][column] += std::ldexp(1.0, -20);
            const std::int64_t cofactor = x[other] * y[third] - x[third] * y[other];
            QCOMPARE(signOfDeterminant(rows, columns), (cofactor > 0) - (cofactor < 0));
        }
        QVERIFY(rounded > 1000);  // floating point alone would have got these wrong
    }

    // One plane through a box: the interpolant is the plane itself.
    void aPlaneHasItsArea() {
        const auto grid = gridOf(9, 6, 13, {-1, -1, -1}, {1, 1, 1});
        const auto z = [](const Vector3d& p, double* row) { row[0] = p.x() + p.y() + p.z(); };
        const auto values = sampled<double>(grid, 1, z);
        const auto mesh = surfaceOf(grid, 1, values);
        // The middle section of a cube of side 2 across its diagonal: a hexagon of side sqrt(2).
        QVERIFY(std::abs(mesh.area() - 3 * std::sqrt(3.0)) < 1e-12);
        for (const auto& vertex : mesh.vertices) QVERIFY(std::abs(vertex.sum()) < 1e-14);
        const auto edges = edgesOf(mesh, grid);
        QCOMPARE(edges.open, 0);
        QCOMPARE(edges.branching, 0);
        QVERIFY(edges.onBox > 0);
        QCOMPARE(eulerOf(mesh, grid), 1);  // a disc
        // Class 1 is where z > 0, and faces are seen counter-clockwise from there.
        for (std::int64_t f = 0; f < mesh.faceCount(); ++f) {
            QCOMPARE(mesh.classA[f], 0);
            QCOMPARE(mesh.classB[f], 1);
            QVERIFY(areaVector(mesh, f).sum() >= 0);
        }
        // Off the grid points, in float32, between two classes of three: the third is far behind.
        const auto tilted = sampled<float>(grid, 3, [](const Vector3d& p, float* row) {
            row[0] = -9;
            row[1] = static_cast<float>(p.x() - 0.3);
            row[2] = static_cast<float>(0.3 - p.x());
        });
        const auto flat = surfaceOf(grid, 3, tilted);
        QVERIFY(std::abs(flat.area() - 4) < 1e-6);
        QCOMPARE(*std::min_element(flat.classA.begin(), flat.classA.end()), 1);
        for (std::int64_t f = 0; f < flat.faceCount(); ++f) QVERIFY(areaVector(flat, f).x() < 0);
    }

    // Three affine logits whose planes meet along the r axis at 120 degrees.
    void threeClassesMeetInALine() {
        const auto grid = gridOf(8, 8, 5, {-1, -1, 0}, {1, 1, 2});
        const auto fan = [](const Vector3d& p, double* row) {
            for (int k = 0; k < 3; ++k) {
                const double angle = 2 * std::numbers::pi * k / 3;
                row[k] = p.x() * std::cos(angle) + p.y() * std::sin(angle);
            }
        };
        const auto mesh = surfaceOf(grid, 3, sampled<double>(grid, 3, fan));
        // Half planes in the directions of 60, 180 and 300 degrees, to the sides of the square.
        const double reach = 1 + 2 / std::sin(std::numbers::pi / 3);
        QVERIFY(std::abs(mesh.area() - 2 * reach) < 1e-12);
        const auto edges = edgesOf(mesh, grid);
        QCOMPARE(edges.open, 0);
        QVERIFY(branchesInThrees(mesh));
        // The branching edges are the line: from end to end, once.
        std::map<std::pair<int, int>, int> count;
        for (std::int64_t f = 0; f < mesh.faceCount(); ++f)
            for (auto i = mesh.faceBegin[f]; i < mesh.faceBegin[f + 1]; ++i) {
                const auto next = i + 1 == mesh.faceBegin[f + 1] ? mesh.faceBegin[f] : i + 1;
                ++count[std::minmax(mesh.faceVertices[i], mesh.faceVertices[next])];
            }
        double length = 0;
        std::int64_t branching = 0;
        for (const auto& [edge, faces] : count) {
            if (faces < 3) continue;
            ++branching;
            length += (mesh.vertices[edge.first] - mesh.vertices[edge.second]).norm();
            QVERIFY(mesh.vertices[edge.first].head<2>().norm() < 1e-12);
        }
        QVERIFY(std::abs(length - 2) < 1e-12);
        QCOMPARE(edges.branching, branching);
    }

    void aSphereConverges() {
        double before = 0;
        for (const int cells : {16, 32, 64}) {
            const int n = cells + 1;
            const auto grid = gridOf(n, n, n, {-1.1, -1.2, -1.05}, {1.15, 1.1, 1.2});
            const auto mesh = surfaceOf(grid, 2, sampled<float>(grid, 2, [](const Vector3d& p, float* row) {
                                            row[0] = 0.25f;
                                            row[1] = static_cast<float>(1.05 - p.squaredNorm());
                                        }));
            const auto edges = edgesOf(mesh, grid);
            QCOMPARE(edges.open, 0);
            QCOMPARE(edges.onBox, 0);
            QCOMPARE(edges.branching, 0);
            QCOMPARE(eulerOf(mesh, grid), 2);
            const double off = std::abs(mesh.area() - 4 * std::numbers::pi * 0.8);
            qInfo("%d cells: area off by %.2e", cells, off);
            if (before > 0) QVERIFY(off < before / 3.5);
            before = off;
        }
        QVERIFY(before < 0.02);
    }

    // Behind at all eight grid points, ahead between them.
    void aClassThatWinsInsideOnly() {
        const auto grid = gridOf(2, 2, 2, {0, 0, 0}, {1, 1, 1});
        // Class 2 is constant; classes 0 and 1 are far ahead at either end of s, and behind it in the middle.
        const auto slab = [](const Vector3d& p, double* row) {
            row[0] = 5 - 10 * p.x();
            row[1] = 10 * p.x() - 5;
            row[2] = 2;
        };
        const auto values = sampled<double>(grid, 3, slab);
        const auto mesh = surfaceOf(grid, 3, values);
        QVERIFY(std::abs(mesh.area() - 2) < 1e-12);  // at s = 0.3 and 0.7
        for (const auto& vertex : mesh.vertices) QVERIFY(std::abs(std::abs(vertex.x() - 0.5) - 0.2) < 1e-12);
        QCOMPARE(edgesOf(mesh, grid).open, 0);
        // With no room at any edge: four classes own a corner each, a fifth the middle of the tetrahedra.
        std::vector<double> corners(8 * 9, 0.0);
        for (std::size_t k = 0; k < 8; ++k) corners[k * 9 + k] = 4;
        for (std::size_t k = 0; k < 8; ++k) corners[k * 9 + 8] = 1.2;
        const auto around = surfaceOf(grid, 9, corners);
        const bool isThere = std::find(around.classB.begin(), around.classB.end(), 8) != around.classB.end();
        QVERIFY(isThere);
        QCOMPARE(edgesOf(around, grid).open, 0);
        QVERIFY(branchesInThrees(around));
        for (std::int64_t f = 0; f < around.faceCount(); ++f)
            QVERIFY(missAt(grid, 9, corners, around, f) < 1e-12);
        // Only inside: its vertices lie where four classes tie, on no side of a tetrahedron it does not
        // reach.
        for (std::int64_t f = 0; f < around.faceCount(); ++f) {
            if (around.classB[f] != 8) continue;
            for (auto i = around.faceBegin[f]; i < around.faceBegin[f + 1]; ++i) {
                const auto row = interpolated(grid, 9, corners, around.vertices[around.faceVertices[i]]);
                QVERIFY(std::abs(row[8] - *std::max_element(row.begin(), row.end())) < 1e-12);
            }
        }
    }

    void tiesClose() {
        QVERIFY(rc::check("ties leave no edge open", [] {
            const auto seed = *rc::gen::arbitrary<unsigned>();
            std::mt19937 random(seed);
            const int outputs = 1 + static_cast<int>(random() % 6);
            const auto grid = gridOf(2 + static_cast<int>(random() % 4), 2 + static_cast<int>(random() % 4),
                                     2 + static_cast<int>(random() % 4), {0, 0, 0}, {1, 2, 1.5});
            const int range = 1 + static_cast<int>(random() % 5);
            const bool isSmooth = random() % 3 == 0;
            std::vector<double> values;
            for (std::int64_t i = 0; i < grid.points() * outputs; ++i)
                values.push_back(isSmooth ? std::ldexp(static_cast<double>(random() % 4096), -11) - 1
                                          : static_cast<double>(random() % static_cast<unsigned>(range)) -
                                                (outputs == 1 ? range / 2 : 0));
            const auto mesh = surfaceOf(grid, outputs, values);
            const auto edges = edgesOf(mesh, grid);
            RC_ASSERT(edges.open == 0);
            RC_ASSERT(branchesInThrees(mesh));
            for (std::int64_t f = 0; f < mesh.faceCount(); ++f) {
                RC_ASSERT(mesh.classA[f] < mesh.classB[f]);
                RC_ASSERT(missAt(grid, outputs, values, mesh, f) < 1e-9);
            }
            for (const auto& vertex : mesh.vertices) {
                RC_ASSERT((vertex - grid.low).minCoeff() >= 0);
                RC_ASSERT((grid.high - vertex).minCoeff() >= 0);
            }
        }));
    }

    // A class cell is closed by its own faces and the box: its faces sum to what its share of the box's sides
    // needs, so faces with the normal of classB point out of classA all over.
    void facesPointFromAToB() {
        QVERIFY(rc::check("normals point to class B", [] {
            std::mt19937 random(*rc::gen::arbitrary<unsigned>());
            const auto grid = gridOf(3, 4, 3, {0, 0, 0}, {1, 1, 1});
            std::vector<double> values;
            for (std::int64_t i = 0; i < grid.points() * 4; ++i)
                values.push_back(static_cast<double>(random() % 1000));
            const auto mesh = surfaceOf(grid, 4, values);
            for (std::int64_t f = 0; f < mesh.faceCount(); ++f) {
                const Vector3d normal = areaVector(mesh, f);
                if (normal.norm() < 1e-6) continue;
                const Vector3d step = 1e-7 * normal.normalized(), middle = centroidOf(mesh, f);
                const auto before = interpolated(grid, 4, values, middle - step),
                           after = interpolated(grid, 4, values, middle + step);
                RC_ASSERT(before[mesh.classA[f]] > before[mesh.classB[f]]);
                RC_ASSERT(after[mesh.classA[f]] < after[mesh.classB[f]]);
            }
        }));
    }

    // Without ties the names of the classes do not matter; with ties they choose a side of what is flat.
    void relabellingKeepsTheArea() {
        QVERIFY(rc::check("relabelled", [] {
            std::mt19937 random(*rc::gen::arbitrary<unsigned>());
            const int outputs = 2 + static_cast<int>(random() % 5);
            const auto grid = gridOf(4, 4, 4, {0, 0, 0}, {1, 1, 1});
            std::normal_distribution<float> normal;
            std::vector<float> values;
            for (std::int64_t i = 0; i < grid.points() * outputs; ++i) values.push_back(normal(random));
            std::vector<std::size_t> names(static_cast<std::size_t>(outputs));
            std::iota(names.begin(), names.end(), std::size_t{0});
            std::shuffle(names.begin(), names.end(), random);
            std::vector<float> renamed(values.size());
            for (std::size_t i = 0; i < values.size(); i += names.size())
                for (std::size_t k = 0; k < names.size(); ++k) renamed[i + names[k]] = values[i + k];
            const auto mesh = surfaceOf(grid, outputs, values), other = surfaceOf(grid, outputs, renamed);
            RC_ASSERT(mesh.faceCount() == other.faceCount());
            RC_ASSERT(mesh.vertices.size() == other.vertices.size());
            RC_ASSERT(std::abs(mesh.area() - other.area()) < 1e-9 * mesh.area());
        }));
    }

    // Two logits (0, z) and the single logit z are one model.
    void aSingleLogitIsTwoClasses() {
        std::mt19937 random(5);
        const auto grid = gridOf(6, 5, 7, {0, 0, 0}, {1, 1, 1});
        std::vector<double> one, two;
        for (std::int64_t i = 0; i < grid.points(); ++i) {
            one.push_back(static_cast<double>(random() % 5) - 2);
            two.insert(two.end(), {0.0, one.back()});
        }
        const auto first = surfaceOf(grid, 1, one), second = surfaceOf(grid, 2, two);
        QVERIFY(first.faceCount() > 0);
        QCOMPARE(first.faceVertices, second.faceVertices);
        QCOMPARE(first.vertices, second.vertices);
    }

    void flatAreasAreNoSurface() {
        const auto grid = gridOf(5, 5, 5, {0, 0, 0}, {1, 1, 1});
        const std::vector<float> flat(static_cast<std::size_t>(grid.points()) * 4, 1.0f);
        QCOMPARE(surfaceOf(grid, 4, flat).faceCount(), 0);
    }

    void refusals() {
        const auto grid = gridOf(2, 2, 2, {0, 0, 0}, {1, 1, 1});
        const auto message = [](const auto& result) {
            return result.isError() ? QString::fromStdString(result.error().message) : QString();
        };
        std::vector<float> values(16, 0.0f);
        QVERIFY(message(logitSurface<float>(gridOf(2, 1, 2, {0, 0, 0}, {1, 1, 1}), 2, values))
                    .contains("2 x 1 x 2"));
        QVERIFY(message(logitSurface<float>(grid, 3, values)).contains("16 values were given"));
        QVERIFY(message(logitSurface<float>(grid, 0, values)).contains("0 logits"));
        values[5] = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(message(logitSurface<float>(grid, 2, values)).contains("Point 2 "));
        values[5] = 0;
        std::stop_source source;
        source.request_stop();
        QVERIFY(logitSurface<float>(grid, 2, values, source.get_token()).isCancelled());
    }
};

QTEST_GUILESS_MAIN(LogitSurfaceTest)
#include "logit_surface_test.moc"
