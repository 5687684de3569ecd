// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_mesh.h"

#include "widgets/scenes/volume_files.h"

namespace tessera {
namespace {

CellFile cellFileOf(const CellComplex& map) {
    CellFile file;
    file.points = map.vertices;
    file.faceBegin = map.faceBegin;
    file.faceVertices = map.faceVertices;
    file.cellBegin = map.cellBegin;
    file.cellFaces = map.cellFaces;
    file.cellArrays.push_back({"region", map.cellRegion});
    if (!map.cellLabel.empty()) file.cellArrays.push_back({"class", map.cellLabel});
    file.cellArrays.push_back({"volume", map.cellVolume});
    const auto ofRegion = [&](const auto& values) {
        std::decay_t<decltype(values)> spread;
        spread.reserve(map.cellRegion.size());
        for (const std::int32_t region : map.cellRegion)
            spread.push_back(values[static_cast<std::size_t>(region)]);
        return spread;
    };
    file.cellArrays.push_back({"region_volume", ofRegion(map.regionVolume)});
    if (!map.slopeNorm.empty()) file.cellArrays.push_back({"slope_norm", ofRegion(map.slopeNorm)});
    file.cellArrays.push_back({"pattern", ofRegion(map.patternHash)});
    return file;
}

// Searches from the class at their start to the class at their end, numbered as in the table of searches.
SurfaceLines linesOf(const std::vector<VolumePath>& paths) {
    SurfaceLines lines;
    for (const auto& path : paths) {
        lines.points.insert(lines.points.end(), path.points.begin(), path.points.end());
        lines.lineBegin.push_back(static_cast<std::int32_t>(lines.points.size()));
        lines.number.push_back(static_cast<std::int32_t>(lines.number.size()));
        lines.classA.push_back(path.predicted), lines.classB.push_back(path.landing);
    }
    return lines;
}

}  // namespace

Result<Done> writeVolumeMesh(const std::filesystem::path& path, const VolumeResult& result) {
    if (path.extension() == ".vtu") {
        if (!result.cells)
            return inputError(path.string() +
                              " would hold cells, and this result has none: run it with the exact "
                              "method on a model of exact layers, or choose .vtp for the boundary.");
        return writeCellFile(path, cellFileOf(*result.cells));
    }
    const SurfaceMesh boundary = result.boundary();
    if (boundary.faceCount() == 0)
        return inputError(path.string() +
                          " would hold the decision boundary, and there is none in this box; choose "
                          ".vtu for the cells, or take a larger margin.");
    NamedArray area{"area", std::vector<double>()};
    auto& values = std::get<std::vector<double>>(area.values);
    for (std::int64_t f = 0; f < boundary.faceCount(); ++f) values.push_back(boundary.faceArea(f));
    return writeSurfaceFile(path, boundary, std::span(&area, 1), result.classCount(), linesOf(result.paths));
}

Result<Done> writeRecordMesh(const std::filesystem::path& path, const ResultRecord& record) {
    auto result = volumeFromRecord(record, "The result");
    if (!result.isOk()) return std::move(result).propagate<Done>();
    return writeVolumeMesh(path, result.value());
}

Result<Done> checkMeshPath(const std::filesystem::path& path) {
    return path.extension() == ".vtu" ? checkCellFilePath(path) : checkSurfaceFilePath(path);
}

}  // namespace tessera
