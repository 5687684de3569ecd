// SPDX-License-Identifier: GPL-3.0-or-later
// What was written is read back by VTK's own readers, and by ours for NumPy.
#include <vtkCellData.h>
#include <vtkDataArray.h>
#include <vtkIdList.h>
#include <vtkNew.h>
#include <vtkPLYReader.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkUnstructuredGrid.h>
#include <vtkXMLPolyDataReader.h>
#include <vtkXMLUnstructuredGridReader.h>

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "core/data/npz.h"
#include "widgets/scenes/colours.h"
#include "widgets/scenes/volume_files.h"

using namespace tessera;

namespace {

// Two triangles and a square round one edge; vertices are shared.
SurfaceMesh smallSurface() {
    SurfaceMesh mesh;
    mesh.vertices = {{0, 0, 0}, {1, 0, 0}, {1, 1, 0.25}, {0, 1, 1.0 / 3}, {2, 0, 0}, {2, 1, 0.1}};
    mesh.faceBegin = {0, 3, 6, 10};
    mesh.faceVertices = {0, 1, 2, 0, 2, 3, 1, 4, 5, 2};
    mesh.classA = {0, 0, 1}, mesh.classB = {3, 3, 2};
    return mesh;
}
// Two cubes side by side with a face between them.
CellFile twoCubes() {
    CellFile cells;
    for (int x = 0; x <= 2; ++x)
        for (int y = 0; y <= 1; ++y)
            for (int z = 0; z <= 1; ++z) cells.points.emplace_back(x, y / 3.0, z);
    const auto face = [&](std::initializer_list<std::int32_t> corners) {
        cells.faceVertices.insert(cells.faceVertices.end(), corners);
        cells.faceBegin.push_back(static_cast<std::int32_t>(cells.faceVertices.size()));
    };
    for (int x = 0; x <= 2; ++x) face({4 * x, 4 * x + 1, 4 * x + 3, 4 * x + 2});
    for (int x = 0; x < 2; ++x) {
        const int a = 4 * x, b = a + 4;
        face({a, b, b + 1, a + 1}), face({a + 2, b + 2, b + 3, a + 3});
        face({a, b, b + 2, a + 2}), face({a + 1, b + 1, b + 3, a + 3});
    }
    cells.cellFaces = {0, 1, 3, 4, 5, 6, 1, 2, 7, 8, 9, 10};
    cells.cellBegin = {0, 6, 12};
    cells.cellArrays = {{"volume", std::vector<double>{1.0 / 3, 1.0 / 3}},
                        {"label", std::vector<std::int32_t>{4, -1}},
                        {"pattern_hash", std::vector<std::uint64_t>{0xfedcba9876543210ull, 7}}};
    return cells;
}

std::string messageOf(const Result<Done>& result) {
    return result.isError() ? result.error().message : std::string();
}

}  // namespace

class VolumeFilesTest : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    std::string file(const char* name) const { return folder_.filePath(name).toStdString(); }

  private Q_SLOTS:
    void surfaceForParaView() {
        const auto mesh = smallSurface();
        const NamedArray arrays[] = {{"area", std::vector<double>{0.5, 0.5, 1.0 / 7}},
                                     {"cell", std::vector<std::int32_t>{5, -2, 9}},
                                     {"hash", std::vector<std::uint64_t>{~0ull, 0, 1}}};
        QVERIFY(writeSurfaceFile(file("a.vtp"), mesh, arrays, 4).isOk());
        vtkNew<vtkXMLPolyDataReader> reader;
        reader->SetFileName(file("a.vtp").c_str());
        reader->Update();
        auto* data = reader->GetOutput();
        QCOMPARE(data->GetNumberOfPoints(), vtkIdType(6));
        QCOMPARE(data->GetNumberOfPolys(), vtkIdType(3));
        for (vtkIdType i = 0; i < 6; ++i)
            QVERIFY(Eigen::Vector3d(data->GetPoint(i)) ==
                    mesh.vertices[static_cast<std::size_t>(i)]);  // every bit
        vtkNew<vtkIdList> corners;
        for (vtkIdType face = 0; face < 3; ++face) {
            data->GetCellPoints(face, corners);
            const auto begin = mesh.faceBegin[static_cast<std::size_t>(face)];
            QCOMPARE(corners->GetNumberOfIds(),
                     vtkIdType(mesh.faceBegin[static_cast<std::size_t>(face) + 1] - begin));
            for (vtkIdType i = 0; i < corners->GetNumberOfIds(); ++i)
                QCOMPARE(corners->GetId(i),
                         vtkIdType(mesh.faceVertices[static_cast<std::size_t>(begin + i)]));
        }
        auto* values = data->GetCellData();
        QCOMPARE(values->GetNumberOfArrays(), 5);
        QCOMPARE(values->GetArray("area")->GetComponent(2, 0), 1.0 / 7);
        QCOMPARE(values->GetArray("cell")->GetComponent(1, 0), -2.0);
        QCOMPARE(values->GetArray("hash")->GetVariantValue(0).ToTypeUInt64(), vtkTypeUInt64(~0ull));
        for (vtkIdType face = 0; face < 3; ++face) {
            QCOMPARE(values->GetArray("class_a")->GetComponent(face, 0),
                     double(mesh.classA[static_cast<std::size_t>(face)]));
            QCOMPARE(values->GetArray("class_b")->GetComponent(face, 0),
                     double(mesh.classB[static_cast<std::size_t>(face)]));
        }
    }
    // Lines come before the polygons, and have the same arrays.
    void linesBesideTheSurface() {
        const auto mesh = smallSurface();
        SurfaceLines lines;
        lines.points = {{0.25, 0.5, 1.0 / 3}, {1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}};
        lines.lineBegin = {0, 2, 5};
        lines.classA = {1, 2}, lines.classB = {3, 0}, lines.number = {0, 1};
        const NamedArray arrays[] = {{"area", std::vector<double>{0.5, 0.5, 1.0 / 7}}};
        QVERIFY(writeSurfaceFile(file("l.vtp"), mesh, arrays, 4, lines).isOk());
        vtkNew<vtkXMLPolyDataReader> reader;
        reader->SetFileName(file("l.vtp").c_str());
        reader->Update();
        auto* data = reader->GetOutput();
        QCOMPARE(data->GetNumberOfLines(), vtkIdType(2));
        QCOMPARE(data->GetNumberOfPolys(), vtkIdType(3));
        vtkNew<vtkIdList> corners;
        data->GetCellPoints(1, corners);
        QCOMPARE(corners->GetNumberOfIds(), vtkIdType(3));
        for (vtkIdType i = 0; i < 3; ++i)
            QVERIFY(Eigen::Vector3d(data->GetPoint(corners->GetId(i))) ==
                    lines.points[static_cast<std::size_t>(2 + i)]);
        auto* values = data->GetCellData();
        const auto at = [&](const char* name, vtkIdType cell) {
            return values->GetArray(name)->GetComponent(cell, 0);
        };
        QVERIFY(at("line", 0) == 0 && at("line", 1) == 1 && at("line", 2) == -1 && at("line", 4) == -1);
        QVERIFY(at("class_a", 1) == 2 && at("class_b", 0) == 3);
        QVERIFY(std::isnan(at("area", 0)) && at("area", 4) == 1.0 / 7);
        for (vtkIdType face = 0; face < 3; ++face)
            QCOMPARE(at("class_a", 2 + face), double(mesh.classA[static_cast<std::size_t>(face)]));
        lines.number.pop_back();
        QVERIFY(writeSurfaceFile(file("broken.vtp"), mesh, arrays, 4, lines).isError());
        QVERIFY(!QFile::exists(QString::fromStdString(file("broken.vtp"))));
    }
    void surfaceForBlender() {
        const auto mesh = smallSurface();
        QVERIFY(writeSurfaceFile(file("a.PLY"), mesh, {}, 4).isOk());
        QFile raw(QString::fromStdString(file("a.PLY")));
        QVERIFY(raw.open(QIODevice::ReadOnly));
        const QByteArray bytes = raw.readAll(), header = bytes.left(bytes.indexOf("end_header"));
        QVERIFY(header.startsWith("ply\n"));
        QCOMPARE(header.count("property uchar red"), qsizetype(2));  // of vertices and of faces
        // Vertices 1 and 2 lie between faces of two colours.
        QVERIFY(header.contains("element vertex 8\n") && header.contains("element face 3\n"));
        vtkNew<vtkPLYReader> reader;
        reader->SetFileName(file("a.PLY").c_str());
        reader->Update();
        auto* data = reader->GetOutput();
        QCOMPARE(data->GetNumberOfPoints(), vtkIdType(8));
        QCOMPARE(data->GetNumberOfPolys(), vtkIdType(3));
        vtkNew<vtkIdList> corners;
        auto* colours = data->GetPointData()->GetScalars();
        QVERIFY(colours);
        for (std::size_t face = 0; face < 3; ++face) {
            data->GetCellPoints(static_cast<vtkIdType>(face), corners);
            const QColor a = classColour(mesh.classA[face], 4), b = classColour(mesh.classB[face], 4);
            for (vtkIdType i = 0; i < corners->GetNumberOfIds(); ++i) {
                const auto vertex = mesh.faceVertices[static_cast<std::size_t>(mesh.faceBegin[face] + i)];
                const Eigen::Vector3d at(data->GetPoint(corners->GetId(i)));
                QVERIFY((at - mesh.vertices[static_cast<std::size_t>(vertex)]).norm() < 1e-7);
                QCOMPARE(colours->GetComponent(corners->GetId(i), 0), double((a.red() + b.red()) / 2));
                QCOMPARE(colours->GetComponent(corners->GetId(i), 2), double((a.blue() + b.blue()) / 2));
            }
        }
    }
    void cellsForParaView() {
        const auto cells = twoCubes();
        QVERIFY(writeCellFile(file("c.vtu"), cells).isOk());
        vtkNew<vtkXMLUnstructuredGridReader> reader;
        reader->SetFileName(file("c.vtu").c_str());
        reader->Update();
        auto* grid = reader->GetOutput();
        QCOMPARE(grid->GetNumberOfPoints(), vtkIdType(12));
        QCOMPARE(grid->GetNumberOfCells(), vtkIdType(2));
        for (vtkIdType i = 0; i < 12; ++i)
            QVERIFY(Eigen::Vector3d(grid->GetPoint(i)) == cells.points[static_cast<std::size_t>(i)]);
        for (vtkIdType cell = 0; cell < 2; ++cell) {
            QCOMPARE(grid->GetCellType(cell), int(VTK_POLYHEDRON));
            QCOMPARE(grid->GetCell(cell)->GetNumberOfPoints(), vtkIdType(8));
            QCOMPARE(grid->GetCell(cell)->GetNumberOfFaces(), 6);
            vtkNew<vtkIdList> stream;
            grid->GetFaceStream(cell, stream);
            QCOMPARE(stream->GetNumberOfIds(), vtkIdType(1 + 6 * 5));
            vtkIdType at = 1;
            for (int f = 0; f < 6; ++f) {
                const auto face =
                    static_cast<std::size_t>(cells.cellFaces[static_cast<std::size_t>(6 * cell + f)]);
                QCOMPARE(stream->GetId(at++), vtkIdType(4));
                for (auto i = cells.faceBegin[face]; i < cells.faceBegin[face + 1]; ++i)
                    QCOMPARE(stream->GetId(at++), vtkIdType(cells.faceVertices[static_cast<std::size_t>(i)]));
            }
        }
        auto* values = grid->GetCellData();
        QCOMPARE(values->GetNumberOfArrays(), 3);
        QCOMPARE(values->GetArray("volume")->GetComponent(1, 0), 1.0 / 3);
        QCOMPARE(values->GetArray("label")->GetComponent(1, 0), -1.0);
        QCOMPARE(values->GetArray("pattern_hash")->GetVariantValue(0).ToTypeUInt64(),
                 vtkTypeUInt64(0xfedcba9876543210ull));
    }
    void forNumPy() {
        const auto mesh = smallSurface();
        const NamedArray arrays[] = {{"area", std::vector<double>{0.5, 0.5, 1.0 / 7}}};
        QVERIFY(writeSurfaceFile(file("a.npz"), mesh, arrays, 4).isOk());
        const auto read = readNpz(file("a.npz"));
        QVERIFY(read.isOk());
        const auto entry = [](const std::vector<NpyArray>& all, const char* name) {
            for (const auto& array : all)
                if (array.name == name) return array;
            return NpyArray{};
        };
        QCOMPARE(read.value().size(), std::size_t(6));
        const auto points = entry(read.value(), "points");
        QCOMPARE(points.shape, (Shape{6, 3}));
        QCOMPARE(points.values[3 * 3 + 2], 1.0 / 3);
        QCOMPARE(entry(read.value(), "face_vertices").values,
                 std::vector<double>(mesh.faceVertices.begin(), mesh.faceVertices.end()));
        QCOMPARE(entry(read.value(), "class_b").values, (std::vector<double>{3, 3, 2}));
        QCOMPARE(entry(read.value(), "area").values[2], 1.0 / 7);

        auto cells = twoCubes();
        cells.cellArrays.pop_back();  // 64 bits do not fit into what readNpz() gives
        QVERIFY(writeCellFile(file("c.npz"), cells).isOk());
        const auto readCells = readNpz(file("c.npz"));
        QVERIFY(readCells.isOk());
        QCOMPARE(entry(readCells.value(), "cell_begin").values, (std::vector<double>{0, 6, 12}));
        QCOMPARE(entry(readCells.value(), "cell_faces").values.size(), std::size_t(12));
        QCOMPARE(entry(readCells.value(), "label").dtype, std::string("<i4"));
        QCOMPARE(entry(readCells.value(), "volume").values, (std::vector<double>{1.0 / 3, 1.0 / 3}));
    }
    void nothingIsWrittenToo() {
        for (const char* name : {"empty.vtp", "empty.ply", "empty.npz"})
            QVERIFY2(writeSurfaceFile(file(name), {}, {}, 2).isOk(), name);
        for (const char* name : {"empty.vtu", "empty2.npz"})
            QVERIFY2(writeCellFile(file(name), {}).isOk(), name);
        vtkNew<vtkXMLUnstructuredGridReader> reader;
        reader->SetFileName(file("empty.vtu").c_str());
        reader->Update();
        QCOMPARE(reader->GetOutput()->GetNumberOfCells(), vtkIdType(0));
    }
    void whatCannotBeWrittenIsSaid() {
        const auto mesh = smallSurface();
        const auto unknown = messageOf(writeSurfaceFile(file("a.obj"), mesh, {}, 4));
        for (const char* part : {"a.obj", ".vtp", ".ply", ".npz"})
            QVERIFY2(unknown.find(part) != std::string::npos, unknown.c_str());
        const auto cells = messageOf(writeCellFile(file("a.vtp"), twoCubes()));
        QVERIFY(cells.find(".vtu") != std::string::npos && cells.find(".npz") != std::string::npos);
        QVERIFY(!QFile::exists(QString::fromStdString(file("a.obj"))));
        for (const char* name : {"missing/a.vtp", "missing/a.ply", "missing/a.npz"}) {
            const auto message = messageOf(writeSurfaceFile(file(name), mesh, {}, 4));
            QVERIFY2(message.find(name) != std::string::npos, message.c_str());
        }
        QVERIFY(messageOf(writeCellFile(file("missing/c.vtu"), twoCubes())).find("missing/c.vtu") !=
                std::string::npos);
    }
    // A broken mesh neither crashes a writer nor replaces the file that is there.
    void brokenMeshesAreRefused() {
        QFile old(QString::fromStdString(file("old.vtp")));
        QVERIFY(old.open(QIODevice::WriteOnly) && old.write("old") == 3);
        old.close();
        auto mesh = smallSurface();
        const NamedArray tooShort[] = {{"area", std::vector<double>{1}}};
        QVERIFY(messageOf(writeSurfaceFile(file("old.vtp"), mesh, tooShort, 4)).find("area") !=
                std::string::npos);
        mesh.faceVertices[3] = 6;
        QVERIFY(writeSurfaceFile(file("old.vtp"), mesh, {}, 4).isError());
        mesh = smallSurface();
        mesh.classB.pop_back();
        QVERIFY(writeSurfaceFile(file("old.vtp"), mesh, {}, 4).isError());
        auto cells = twoCubes();
        cells.cellFaces[0] = -1;
        QVERIFY(writeCellFile(file("old.vtu"), cells).isError());
        cells = twoCubes();
        cells.cellBegin = {0, 13, 12};
        QVERIFY(writeCellFile(file("old.vtu"), cells).isError());
        QVERIFY(old.open(QIODevice::ReadOnly));
        QCOMPARE(old.readAll(), QByteArray("old"));
        QVERIFY(!QFile::exists(QString::fromStdString(file("old.vtu"))));
    }
};

QTEST_APPLESS_MAIN(VolumeFilesTest)
#include "volume_files_test.moc"
