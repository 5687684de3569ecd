// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/plane_file.h"

#include "core/data/npy_values.h"
#include "core/data/npz.h"
#include "core/data/npz_archive.h"

namespace tessera {

namespace {

constexpr const char* kForm =
    "a plane file holds 'origin', 'u' and 'v' in the model's input shape and, optionally, 'polygon' (k, 2)";

Eigen::VectorXd vectorOf(const NpyArray& array) {
    return Eigen::Map<const Eigen::VectorXd>(array.values.data(),
                                             static_cast<Eigen::Index>(array.values.size()));
}

}  // namespace

Result<SlicePlane> readPlaneFile(const std::filesystem::path& path) {
    auto archive = NpzArchive::open(path);
    if (!archive.isOk()) return std::move(archive).error();
    const std::string name = path.string();
    SlicePlane plane;
    for (const std::string key : {"origin", "u", "v"}) {
        const auto* member = archive.value().find(key);
        if (member == nullptr) return inputError(name + " has no array '" + key + "'; " + kForm + ".");
        auto array = archive.value().array(*member);
        if (!array.isOk()) return std::move(array).error();
        if (key == "origin") {
            plane.inputShape = array.value().shape;
            plane.origin = vectorOf(array.value());
        } else {
            if (array.value().shape != plane.inputShape)
                return inputError(name + ": '" + key + "' has the shape " +
                                  numpyShapeText(array.value().shape) + " and 'origin' " +
                                  numpyShapeText(plane.inputShape) +
                                  "; give all three the model's input shape.");
            (key == "u" ? plane.u : plane.v) = vectorOf(array.value());
        }
    }
    if (const auto* member = archive.value().find("polygon")) {
        auto array = archive.value().array(*member);
        if (!array.isOk()) return std::move(array).error();
        const auto& [_, dtype, shape, values] = array.value();
        if (shape.size() != 2 || shape[1] != 2 || shape[0] < 3)
            return inputError(name + ": 'polygon' has the shape " + numpyShapeText(shape) +
                              "; give at least three corners as (k, 2) coordinates along u and v.");
        for (std::size_t i = 0; i + 1 < values.size(); i += 2)
            plane.window.emplace_back(values[i], values[i + 1]);
        if (signedArea(plane.window) < 0) plane.window = Polygon(plane.window.rbegin(), plane.window.rend());
    } else {
        plane.window = squarePolygon();
    }
    auto valid = validatePlane(plane);
    if (!valid.isOk()) {
        Error error = std::move(valid).error();
        error.message = name + ": " + error.message;
        return error;
    }
    return plane;
}

Result<Done> writePlaneFile(const std::filesystem::path& path, const SlicePlane& plane) {
    std::vector<double> corners;
    for (const auto& corner : plane.window) corners.insert(corners.end(), {corner.x(), corner.y()});
    const NpzEntry entries[] = {
        {"origin", "<f8", plane.inputShape, plane.origin.data()},
        {"u", "<f8", plane.inputShape, plane.u.data()},
        {"v", "<f8", plane.inputShape, plane.v.data()},
        {"polygon", "<f8", {static_cast<std::int64_t>(plane.window.size()), 2}, corners.data()},
    };
    return writeNpz(path, entries);
}

Result<Done> writeMeshFile(const std::filesystem::path& path, const Arrangement& a) {
    const auto size = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
    // Records become plain columns; Vector2d lists are already contiguous pairs.
    static_assert(sizeof(Eigen::Vector2d) == 2 * sizeof(double));
    std::vector<std::int32_t> edges, boundaryClasses, boundaryFace, cellFace, cellLabel, cellBegin{0};
    std::vector<double> boundary, cellVertices;
    edges.reserve(a.edges.size() * 6);
    for (const auto& e : a.edges) edges.insert(edges.end(), {e.v0, e.v1, e.left, e.right, e.site, e.unit});
    for (const auto& s : a.boundary) {
        boundary.insert(boundary.end(), {s.a.x(), s.a.y(), s.b.x(), s.b.y()});
        boundaryClasses.insert(boundaryClasses.end(), {s.classA, s.classB});
        boundaryFace.push_back(s.face);
    }
    for (const auto& cell : a.cells) {
        cellFace.push_back(cell.face);
        cellLabel.push_back(cell.label);
        for (const auto& corner : cell.polygon)
            cellVertices.insert(cellVertices.end(), {corner.x(), corner.y()});
        cellBegin.push_back(static_cast<std::int32_t>(cellVertices.size() / 2));
    }
    const std::int64_t faces = a.faceCount(), complete = a.complete ? 1 : 0;
    const NpzEntry entries[] = {
        {"vertices", "<f8", {size(a.vertices), 2}, a.vertices.data()},
        {"edges", "<i4", {size(a.edges), 6}, edges.data()},  // v0, v1, left, right, site, unit
        {"face_begin", "<i4", {size(a.faceBegin)}, a.faceBegin.data()},
        {"face_vertices", "<i4", {size(a.faceVertices)}, a.faceVertices.data()},
        {"pattern_hash", "<u8", {size(a.patternHash)}, a.patternHash.data()},
        {"depth", "<i4", {size(a.depth)}, a.depth.data()},
        {"area", "<f8", {size(a.area)}, a.area.data()},
        {"label", "<i4", {size(a.label)}, a.label.data()},
        {"piece", "<i4", {size(a.piece)}, a.piece.data()},
        {"forms", "<f8", {a.forms.empty() ? 0 : faces, a.outputs, 3}, a.forms.data()},
        {"form_origin", "<f8", {2}, a.formOrigin.data()},
        {"boundary", "<f8", {size(a.boundary), 2, 2}, boundary.data()},
        {"boundary_classes", "<i4", {size(a.boundary), 2}, boundaryClasses.data()},
        {"boundary_face", "<i4", {size(a.boundary)}, boundaryFace.data()},
        {"cell_face", "<i4", {size(cellFace)}, cellFace.data()},
        {"cell_label", "<i4", {size(cellLabel)}, cellLabel.data()},
        {"cell_begin", "<i4", {size(cellBegin)}, cellBegin.data()},
        {"cell_vertices", "<f8", {size(cellVertices) / 2, 2}, cellVertices.data()},
        {"window", "<f8", {size(a.window), 2}, a.window.data()},
        {"tolerance", "<f8", {}, &a.tolerance},
        {"complete", "<i8", {}, &complete},
    };
    return writeNpz(path, entries);
}

}  // namespace tessera
