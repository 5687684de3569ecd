// SPDX-License-Identifier: GPL-3.0-or-later
// Surfaces and cells of a volume as files that other programs read. By the suffix:
//   .vtp  a surface for ParaView and VTK: float64 points, polygons, arrays per face
//   .ply  a surface for Blender and MeshLab: float32 points, colours by class per face and per vertex, and
//   the
//         two classes per face; no other arrays. A face has the middle of its two classes' colours; vertices
//         where faces of other colours meet are written once a colour.
//   .vtu  cells for ParaView and VTK: float64 points, convex polyhedra, arrays per cell
//   .npz  either for NumPy: the mesh's own arrays under their names below, and one more for each named one
// Written beside and renamed, so that an existing file is whole or untouched.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/geometry/surface_mesh.h"

namespace tessera {

// One value per face or cell.
struct NamedArray {
    std::string name;
    std::variant<std::vector<double>, std::vector<std::int32_t>, std::vector<std::uint64_t>> values;
    std::size_t size() const {
        return std::visit([](const auto& list) { return list.size(); }, values);
    }
};

// Convex cells; neighbours may name the same face.
struct CellFile {
    std::vector<Eigen::Vector3d> points;  // (s, t, r)
    std::vector<std::int32_t> faceBegin{0}, faceVertices;
    std::vector<std::int32_t> cellBegin{0}, cellFaces;
    std::vector<NamedArray> cellArrays;

    std::size_t faceCount() const { return faceBegin.size() - 1; }
    std::size_t cellCount() const { return cellBegin.size() - 1; }
};

// Polylines beside a surface, in .vtp files only. A line's classes are written where a face's are.
struct SurfaceLines {
    std::vector<Eigen::Vector3d> points;
    std::vector<std::int32_t> lineBegin{0};  // lines + 1
    std::vector<std::int32_t> classA, classB, number;

    std::size_t lineCount() const { return lineBegin.size() - 1; }
};

// Beside `faceArrays` the classes are written, as "class_a" and "class_b". `classCount` chooses the colours,
// as in every picture (colours.h). In .npz: points (vertices, 3), face_begin, face_vertices, class_a,
// class_b. Where there are lines, the array "line" has their numbers, and -1 for faces; of other arrays they
// have NaN, -1 or 0. Errors: another suffix, an array of another length, a mesh whose numbers do not fit
// together, the disk.
Result<Done> writeSurfaceFile(const std::filesystem::path& path, const SurfaceMesh& mesh,
                              std::span<const NamedArray> faceArrays, int classCount,
                              const SurfaceLines& lines = {});
// In .npz: points, face_begin, face_vertices, cell_begin, cell_faces.
Result<Done> writeCellFile(const std::filesystem::path& path, const CellFile& cells);

// Before anything is computed: whether the suffix is one of those above; the sentence names them.
Result<Done> checkSurfaceFilePath(const std::filesystem::path& path);
Result<Done> checkCellFilePath(const std::filesystem::path& path);

}  // namespace tessera
