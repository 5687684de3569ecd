// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_files.h"

#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkDoubleArray.h>
#include <vtkIntArray.h>
#include <vtkNew.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkTypeUInt64Array.h>
#include <vtkUnstructuredGrid.h>
#include <vtkXMLPolyDataWriter.h>
#include <vtkXMLUnstructuredGridWriter.h>

#include <algorithm>
#include <limits>
#include <type_traits>

#include "core/data/npz.h"
#include "core/session/file_writer.h"
#include "widgets/scenes/figure_formats.h"
#include "widgets/scenes/surface_ply.h"

namespace tessera {
namespace {

// 0 = begin[0] <= begin[1] <= ..., up to the number of entries, and each entry below `end`.
bool isListOfLists(const std::vector<std::int32_t>& begin, const std::vector<std::int32_t>& entries,
                   std::size_t end) {
    if (begin.empty() || begin.front() != 0 || !std::is_sorted(begin.begin(), begin.end())) return false;
    if (static_cast<std::size_t>(begin.back()) != entries.size()) return false;
    return std::all_of(entries.begin(), entries.end(), [&](std::int32_t entry) {
        return entry >= 0 && static_cast<std::size_t>(entry) < end;
    });
}

Result<Done> checkArrays(std::span<const NamedArray> arrays, std::size_t count, const char* what) {
    for (const auto& array : arrays)
        if (array.size() != count)
            return Error{ErrorKind::Internal,
                         "The array " + array.name + " has " + std::to_string(array.size()) + " values for " +
                             std::to_string(count) + " " + what + "; please report this.",
                         {}};
    return Done{};
}
Error brokenMesh(const char* what) {
    return {ErrorKind::Internal,
            std::string("The ") + what + " do not fit together and were not written; please report this.",
            {}};
}

vtkNew<vtkPoints> vtkPointsOf(const std::vector<Eigen::Vector3d>& points) {
    vtkNew<vtkPoints> result;
    result->SetDataTypeToDouble();
    result->SetNumberOfPoints(static_cast<vtkIdType>(points.size()));
    for (std::size_t i = 0; i < points.size(); ++i)
        result->SetPoint(static_cast<vtkIdType>(i), points[i].data());
    return result;
}

template <typename Made, typename T>
void addColumn(vtkDataSetAttributes* to, const std::string& name, const std::vector<T>& values) {
    vtkNew<Made> array;
    array->SetName(name.c_str());
    array->SetNumberOfValues(static_cast<vtkIdType>(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i)
        array->SetValue(static_cast<vtkIdType>(i), static_cast<typename Made::ValueType>(values[i]));
    to->AddArray(array);
}
struct ColumnAdder {
    vtkDataSetAttributes* to;
    const std::string& name;
    void operator()(const std::vector<double>& values) const { addColumn<vtkDoubleArray>(to, name, values); }
    void operator()(const std::vector<std::int32_t>& values) const {
        addColumn<vtkIntArray>(to, name, values);
    }
    void operator()(const std::vector<std::uint64_t>& values) const {
        addColumn<vtkTypeUInt64Array>(to, name, values);
    }
};
void addColumns(vtkDataSetAttributes* to, std::span<const NamedArray> arrays) {
    for (const auto& array : arrays) std::visit(ColumnAdder{to, array.name}, array.values);
}

void addPolygon(vtkCellArray* polygons, const SurfaceMesh& mesh, std::size_t face) {
    const auto begin = mesh.faceBegin[face], end = mesh.faceBegin[face + 1];
    polygons->InsertNextCell(end - begin);
    for (auto i = begin; i < end; ++i)
        polygons->InsertCellPoint(mesh.faceVertices[static_cast<std::size_t>(i)]);
}

// VTK's writers into memory, so that the file appears whole and errors are ours to tell.
template <typename Writer>
Result<Done> writeBytes(const std::filesystem::path& path, Writer* writer) {
    writer->WriteToOutputStringOn();
    if (!writer->Write())
        return Error{ErrorKind::Internal, path.string() + " could not be encoded; please report this.", {}};
    return writeTextFile(path, writer->GetOutputString());
}

// VTK numbers the lines of a surface before its polygons.
template <typename T>
std::vector<T> linesFirst(std::vector<T> lines, const std::vector<T>& faces) {
    lines.insert(lines.end(), faces.begin(), faces.end());
    return lines;
}
NamedArray linesFirst(const NamedArray& faces, std::size_t lineCount) {
    return {faces.name, std::visit(
                            [&](const auto& values) -> decltype(faces.values) {
                                using T = typename std::decay_t<decltype(values)>::value_type;
                                T none = 0;
                                if constexpr (std::is_floating_point_v<T>)
                                    none = std::numeric_limits<T>::quiet_NaN();
                                else if constexpr (std::is_signed_v<T>)
                                    none = -1;
                                return linesFirst(std::vector<T>(lineCount, none), values);
                            },
                            faces.values)};
}

void addLines(vtkPolyData* data, const SurfaceMesh& mesh, const SurfaceLines& lines) {
    auto points = mesh.vertices;
    points.insert(points.end(), lines.points.begin(), lines.points.end());
    data->SetPoints(vtkPointsOf(points));
    vtkNew<vtkCellArray> cells;
    for (std::size_t line = 0; line < lines.lineCount(); ++line) {
        cells->InsertNextCell(lines.lineBegin[line + 1] - lines.lineBegin[line]);
        for (auto i = lines.lineBegin[line]; i < lines.lineBegin[line + 1]; ++i)
            cells->InsertCellPoint(static_cast<vtkIdType>(mesh.vertices.size()) + i);
    }
    data->SetLines(cells);
    addColumn<vtkIntArray>(
        data->GetCellData(), "line",
        linesFirst(lines.number, std::vector<std::int32_t>(mesh.faceBegin.size() - 1, -1)));
}

Result<Done> writePolyData(const std::filesystem::path& path, const SurfaceMesh& mesh,
                           std::span<const NamedArray> arrays, const SurfaceLines& lines) {
    vtkNew<vtkPolyData> data;
    data->SetPoints(vtkPointsOf(mesh.vertices));
    vtkNew<vtkCellArray> polygons;
    for (std::size_t face = 0; face + 1 < mesh.faceBegin.size(); ++face) addPolygon(polygons, mesh, face);
    data->SetPolys(polygons);
    if (lines.lineCount() > 0) addLines(data, mesh, lines);
    addColumn<vtkIntArray>(data->GetCellData(), "class_a", linesFirst(lines.classA, mesh.classA));
    addColumn<vtkIntArray>(data->GetCellData(), "class_b", linesFirst(lines.classB, mesh.classB));
    for (const auto& array : arrays) {
        const NamedArray whole = linesFirst(array, lines.lineCount());
        addColumns(data->GetCellData(), std::span(&whole, 1));
    }
    vtkNew<vtkXMLPolyDataWriter> writer;
    writer->SetInputData(data);
    return writeBytes(path, writer.Get());
}

Result<Done> writeGrid(const std::filesystem::path& path, const CellFile& cells) {
    vtkNew<vtkUnstructuredGrid> grid;
    grid->SetPoints(vtkPointsOf(cells.points));
    std::vector<vtkIdType> faces, points;
    for (std::size_t cell = 0; cell < cells.cellCount(); ++cell) {
        faces.clear(), points.clear();
        for (auto f = cells.cellBegin[cell]; f < cells.cellBegin[cell + 1]; ++f) {
            const auto face = static_cast<std::size_t>(cells.cellFaces[static_cast<std::size_t>(f)]);
            const auto begin = cells.faceBegin[face], end = cells.faceBegin[face + 1];
            faces.push_back(end - begin);
            faces.insert(faces.end(), cells.faceVertices.begin() + begin, cells.faceVertices.begin() + end);
            points.insert(points.end(), cells.faceVertices.begin() + begin, cells.faceVertices.begin() + end);
        }
        std::sort(points.begin(), points.end());
        points.erase(std::unique(points.begin(), points.end()), points.end());
        grid->InsertNextCell(VTK_POLYHEDRON, static_cast<vtkIdType>(points.size()), points.data(),
                             cells.cellBegin[cell + 1] - cells.cellBegin[cell], faces.data());
    }
    addColumns(grid->GetCellData(), cells.cellArrays);
    vtkNew<vtkXMLUnstructuredGridWriter> writer;
    writer->SetInputData(grid);
    return writeBytes(path, writer.Get());
}

// --- NumPy ---

struct DtypeOf {
    const char* operator()(const std::vector<double>&) const { return "<f8"; }
    const char* operator()(const std::vector<std::int32_t>&) const { return "<i4"; }
    const char* operator()(const std::vector<std::uint64_t>&) const { return "<u8"; }
};

class NpzEntries {
  public:
    void add(const char* name, const std::vector<std::int32_t>& values) {
        entries_.push_back({name, "<i4", {static_cast<std::int64_t>(values.size())}, values.data()});
    }
    void add(const char* name, const std::vector<Eigen::Vector3d>& points) {
        static_assert(sizeof(Eigen::Vector3d) == 3 * sizeof(double));  // contiguous triples
        entries_.push_back({name, "<f8", {static_cast<std::int64_t>(points.size()), 3}, points.data()});
    }
    void add(std::span<const NamedArray> arrays) {
        for (const auto& array : arrays)
            entries_.push_back(
                {array.name,
                 std::visit(DtypeOf{}, array.values),
                 {static_cast<std::int64_t>(array.size())},
                 std::visit([](const auto& list) -> const void* { return list.data(); }, array.values)});
    }
    Result<Done> write(const std::filesystem::path& path) const { return writeNpz(path, entries_); }

  private:
    std::vector<NpzEntry> entries_;
};

Result<Done> unknownSuffix(const std::filesystem::path& path, const char* what, const char* formats) {
    return inputError(path.string() + " names no format for " + what + "; end it with " + formats + ".");
}

}  // namespace

Result<Done> checkSurfaceFilePath(const std::filesystem::path& path) {
    const std::string suffix = lowerSuffix(path);
    if (suffix == ".vtp" || suffix == ".ply" || suffix == ".npz") return Done{};
    return unknownSuffix(path, "a surface", ".vtp (ParaView), .ply (Blender) or .npz (NumPy)");
}

Result<Done> checkCellFilePath(const std::filesystem::path& path) {
    const std::string suffix = lowerSuffix(path);
    if (suffix == ".vtu" || suffix == ".npz") return Done{};
    return unknownSuffix(path, "cells", ".vtu (ParaView) or .npz (NumPy)");
}

Result<Done> writeSurfaceFile(const std::filesystem::path& path, const SurfaceMesh& mesh,
                              std::span<const NamedArray> faceArrays, int classCount,
                              const SurfaceLines& lines) {
    if (auto checked = checkSurfaceFilePath(path); !checked.isOk()) return checked;
    const auto faces = static_cast<std::size_t>(std::max<std::int64_t>(mesh.faceCount(), 0));
    if (!isListOfLists(mesh.faceBegin, mesh.faceVertices, mesh.vertices.size()) ||
        mesh.classA.size() != faces || mesh.classB.size() != faces)
        return brokenMesh("faces of the surface");
    const auto count = lines.lineBegin.empty() ? 0 : lines.lineCount();
    if (lines.lineBegin.empty() || lines.lineBegin.front() != 0 ||
        !std::is_sorted(lines.lineBegin.begin(), lines.lineBegin.end()) ||
        static_cast<std::size_t>(lines.lineBegin.back()) != lines.points.size() ||
        lines.classA.size() != count || lines.classB.size() != count || lines.number.size() != count)
        return brokenMesh("lines beside the surface");
    if (auto checked = checkArrays(faceArrays, faces, "faces"); !checked.isOk()) return checked;
    const std::string suffix = lowerSuffix(path);
    if (suffix == ".vtp") return writePolyData(path, mesh, faceArrays, lines);
    if (suffix == ".ply") return writePly(path, mesh, classCount);
    NpzEntries entries;
    entries.add("points", mesh.vertices);
    entries.add("face_begin", mesh.faceBegin);
    entries.add("face_vertices", mesh.faceVertices);
    entries.add("class_a", mesh.classA);
    entries.add("class_b", mesh.classB);
    entries.add(faceArrays);
    return entries.write(path);
}

Result<Done> writeCellFile(const std::filesystem::path& path, const CellFile& cells) {
    if (auto checked = checkCellFilePath(path); !checked.isOk()) return checked;
    if (!isListOfLists(cells.faceBegin, cells.faceVertices, cells.points.size()) ||
        !isListOfLists(cells.cellBegin, cells.cellFaces, cells.faceCount()))
        return brokenMesh("cells");
    if (auto checked = checkArrays(cells.cellArrays, cells.cellCount(), "cells"); !checked.isOk())
        return checked;
    if (lowerSuffix(path) == ".vtu") return writeGrid(path, cells);
    NpzEntries entries;
    entries.add("points", cells.points);
    entries.add("face_begin", cells.faceBegin);
    entries.add("face_vertices", cells.faceVertices);
    entries.add("cell_begin", cells.cellBegin);
    entries.add("cell_faces", cells.cellFaces);
    entries.add(cells.cellArrays);
    return entries.write(path);
}

}  // namespace tessera
