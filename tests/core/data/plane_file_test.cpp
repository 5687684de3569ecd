// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/plane_file.h"

#include <QTemporaryDir>
#include <QtTest>

#include "core/data/npz.h"
#include "core/data/npz_archive.h"

using namespace tessera;

class PlaneFileTest : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    std::filesystem::path scratch(const char* name) const {
        return std::filesystem::path(folder_.path().toStdString()) / name;
    }
    std::string refusal(std::vector<NpzEntry> entries) const {
        const auto path = scratch("refused.npz");
        if (!writeNpz(path, entries).isOk()) return "not written";
        const auto plane = readPlaneFile(path);
        if (!plane.isError()) return "accepted";
        return plane.error().message.find(path.string()) == std::string::npos ? "file not named"
                                                                              : plane.error().message;
    }

  private Q_SLOTS:
    void readsNumpysFile() {
        const auto plane = readPlaneFile(std::string(TESSERA_TEST_DATA) + "/planes/s_tiny.plane.npz");
        QVERIFY2(plane.isOk(), plane.isError() ? plane.error().message.c_str() : "");
        QCOMPARE(plane.value().inputShape, (Shape{2}));
        QCOMPARE(plane.value().u, Eigen::Vector2d(1, 0));
        QCOMPARE(plane.value().v, Eigen::Vector2d(0, 1));
        QCOMPARE(plane.value().window.size(), std::size_t{4});
        QCOMPARE(signedArea(plane.value().window), 4.0);
    }

    void roundTrip() {
        const Shape shape{1, 2, 3};
        const auto made = planeAlongDirections(shape, randomDirection(6, 1), randomDirection(6, 2),
                                               randomDirection(6, 3), 2.5);
        QVERIFY(made.isOk());
        QVERIFY(writePlaneFile(scratch("plane.npz"), made.value()).isOk());
        const auto read = readPlaneFile(scratch("plane.npz"));
        QVERIFY(read.isOk());
        QCOMPARE(read.value().inputShape, shape);
        QCOMPARE(read.value().origin, made.value().origin);
        QCOMPARE(read.value().u, made.value().u);
        QCOMPARE(read.value().v, made.value().v);
        QVERIFY(read.value().window == made.value().window);
    }

    void defaultWindowAndClockwisePolygon() {
        const double o[] = {0, 0}, u[] = {1, 0}, v[] = {0, 1}, clockwise[] = {0, 0, 0, 1, 1, 0};
        std::vector<NpzEntry> entries{{"origin", "<f8", {2}, o}, {"u", "<f8", {2}, u}, {"v", "<f8", {2}, v}};
        QVERIFY(writeNpz(scratch("square.npz"), entries).isOk());
        QVERIFY(readPlaneFile(scratch("square.npz")).value().window == squarePolygon());
        entries.push_back({"polygon", "<f8", {3, 2}, clockwise});
        QVERIFY(writeNpz(scratch("triangle.npz"), entries).isOk());
        QCOMPARE(signedArea(readPlaneFile(scratch("triangle.npz")).value().window), 0.5);
    }

    void refused() {
        const double o[] = {0, 0, 0}, u[] = {1, 0, 0}, v[] = {0, 1, 0}, nan[] = {0, std::nan(""), 0};
        const NpzEntry origin{"origin", "<f8", {3}, o}, first{"u", "<f8", {3}, u}, second{"v", "<f8", {3}, v};
        const auto says = [&](const std::vector<NpzEntry>& entries, const char* word) {
            const std::string text = refusal(entries);
            if (text.find(word) != std::string::npos) return true;
            qWarning("%s", text.c_str());
            return false;
        };
        QVERIFY(says({origin, first}, "no array 'v'"));
        QVERIFY(says({origin, first, {"v", "<f8", {2}, v}}, "(2,)"));
        QVERIFY(says({origin, first, {"v", "<f8", {3}, u}}, ""));
        QVERIFY(says({origin, first, {"v", "<f8", {3}, nan}}, ""));
        const double bent[] = {-1, -1, 1, -1, 0, 0, 1, 1, -1, 1}, flat[] = {0, 0, 1, 0};
        QVERIFY(says({origin, first, second, {"polygon", "<f8", {5, 2}, bent}}, "convex"));
        QVERIFY(says({origin, first, second, {"polygon", "<f8", {2, 2}, flat}}, "at least three"));
        QVERIFY(refusal({origin, first, {"v", "<f8", {3}, u}}) != "accepted");
        QVERIFY(refusal({origin, first, {"v", "<f8", {3}, nan}}) != "accepted");
    }

    void meshFileHoldsEverything() {
        Arrangement a;
        a.vertices = {{0, 0}, {1, 0}, {0, 1}};
        a.edges = {{0, 1, 0, -1, -1, -1}, {1, 2, 0, -1, 0, 3}, {2, 0, 0, -1, -1, -1}};
        a.faceBegin = {0, 3};
        a.faceVertices = {0, 1, 2};
        a.patternHash = {0xfedcba9876543210ull};
        a.depth = {1};
        a.area = {0.5};
        a.label = {1};
        a.piece = {0};
        a.outputs = 2;
        a.forms = {1, 2, 3, 4, 5, 6};
        a.boundary = {{{0, 0}, {0.5, 0.5}, 0, 1, 0}};
        a.cells = {{0, 1, {{0, 0}, {1, 0}, {0.5, 0.5}}}};
        a.window = a.vertices;
        QVERIFY(writeMeshFile(scratch("mesh.npz"), a).isOk());
        const auto archive = NpzArchive::open(scratch("mesh.npz"));
        QVERIFY(archive.isOk());
        const auto get = [&](const char* name) {
            return archive.value().array(*archive.value().find(name)).value();
        };
        QCOMPARE(get("vertices").values, (std::vector<double>{0, 0, 1, 0, 0, 1}));
        QCOMPARE(get("edges").shape, (Shape{3, 6}));
        QCOMPARE(get("edges").values[11], 3.0);
        QCOMPARE(get("forms").shape, (Shape{1, 2, 3}));
        QCOMPARE(get("boundary").shape, (Shape{1, 2, 2}));
        QCOMPARE(get("cell_vertices").values, (std::vector<double>{0, 0, 1, 0, 0.5, 0.5}));
        // Hashes use all 64 bits, beyond what a float64 array can hold.
        const auto& hash = *archive.value().find("pattern_hash");
        std::uint64_t value = 0;
        QVERIFY(archive.value()
                    .bytes(hash)
                    .value()
                    ->read(hash.header.dataOffset, 8, reinterpret_cast<unsigned char*>(&value))
                    .isOk());
        QCOMPARE(value, a.patternHash[0]);
    }
};

QTEST_GUILESS_MAIN(PlaneFileTest)
#include "plane_file_test.moc"
