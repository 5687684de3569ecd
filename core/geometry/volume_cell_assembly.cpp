// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/volume_cell_assembly.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

namespace tessera {
namespace {

constexpr std::int64_t kCheckedCells = 1024;
constexpr std::int64_t kSlopeBatch = 1024;

// A face's plane: normal of twice its area, and where it lies.
struct FacePlane {
    Eigen::Vector3d normal;
    double offset;
};

std::vector<FacePlane> planesOf(const CellComplex& map) {
    std::vector<FacePlane> planes(static_cast<std::size_t>(map.faceCount()));
    for (std::int64_t f = 0; f < map.faceCount(); ++f) {
        const auto corners = map.verticesOfFace(f);
        const Eigen::Vector3d normal = twiceArea(map.vertices, corners);
        planes[f] = {normal, normal.dot(map.vertices[corners[0]])};
    }
    return planes;
}

}  // namespace

std::int64_t countPatterns(const CellSplitter& cells, bool hasWindows) {
    if (!hasWindows) return static_cast<std::int64_t>(cells.cells().size());
    std::unordered_set<std::uint64_t> seen;
    for (const auto& cell : cells.cells()) seen.insert(cell.hash);
    return static_cast<std::int64_t>(seen.size());
}

std::vector<std::uint64_t> numberRegions(CellSplitter& cells, bool hasWindows) {
    std::vector<std::uint64_t> hashes;
    std::unordered_map<std::uint64_t, std::int32_t> known;
    for (auto& cell : cells.cells()) {
        const auto next = static_cast<std::int32_t>(hashes.size());
        cell.region = hasWindows ? known.try_emplace(cell.hash, next).first->second : next;
        if (cell.region == next) hashes.push_back(cell.hash);
    }
    return hashes;
}

void VolumeCellAssembly::fill(CellComplex& result) const {
    copyCells(result);
    measure(result);
    if (!labels.empty()) copyLogits(result);
    if (result.refinedSites == static_cast<int>(network.sites().size())) {
        check(result);
        if (options.slopes) findSlopes(result);
    }
}

void VolumeCellAssembly::copyCells(CellComplex& result) const {
    result.vertices = cells.vertices();
    result.edges = static_cast<std::int64_t>(cells.edges().size());
    const std::size_t faces = cells.faces().size();
    result.faceBegin.reserve(faces + 1);
    result.faceCells.reserve(faces);
    result.faceSite.reserve(faces);
    std::size_t corners = 0;
    for (const auto& face : cells.faces()) corners += static_cast<std::size_t>(face.count);
    result.faceVertices.reserve(corners);
    for (const auto& face : cells.faces()) {
        const auto outline = cells.verticesOf(face);
        result.faceVertices.insert(result.faceVertices.end(), outline.begin(), outline.end());
        result.faceBegin.push_back(static_cast<std::int32_t>(result.faceVertices.size()));
        result.faceCells.push_back({face.cell0, face.cell1});
        result.faceSite.push_back(face.site);
        if (face.site >= 0 && face.site < static_cast<std::int32_t>(result.sites.size()))
            ++result.sites[face.site].edges;
    }
    result.cellBegin.reserve(cells.cells().size() + 1);
    result.cellRegion.reserve(cells.cells().size());
    result.cellFaces.reserve(2 * faces);
    for (const auto& cell : cells.cells()) {
        const auto of = cells.facesOf(cell);
        result.cellFaces.insert(result.cellFaces.end(), of.begin(), of.end());
        result.cellBegin.push_back(static_cast<std::int32_t>(result.cellFaces.size()));
        result.cellRegion.push_back(cell.region);
    }
    result.cellLabel = labels;
    auto& checks = result.checks;
    checks.euler = static_cast<std::int64_t>(result.vertices.size()) - result.edges + result.faceCount() -
                   result.cellCount();
    checks.boxVolume = (result.high - result.low).prod();
    checks.unresolved = cells.unresolved() + undecided;
    checks.smallestOffMargin = std::isfinite(margins.smallestOff) ? margins.smallestOff : 0;
    checks.largestOnMargin = margins.largestOn;
}

void VolumeCellAssembly::measure(CellComplex& result) const {
    const std::int64_t count = result.cellCount();
    result.cellVolume.resize(static_cast<std::size_t>(count));
    result.regionVolume.assign(result.patternHash.size(), 0);
    const auto planes = planesOf(result);
    for (std::int64_t c = 0; c < count; ++c) {
        // Pyramids over the faces from any point inside: a mean of some corners.
        const auto faces = result.facesOfCell(c);
        Eigen::Vector3d middle = Eigen::Vector3d::Zero();
        double corners = 0;
        for (const std::int32_t f : faces.first(2))
            for (const std::int32_t v : result.verticesOfFace(f)) middle += result.vertices[v], ++corners;
        middle /= corners;
        double volume = 0;
        for (const std::int32_t f : faces)
            volume += std::abs(planes[f].normal.dot(middle) - planes[f].offset);
        result.cellVolume[c] = volume / 6;
        result.regionVolume[result.cellRegion[c]] += result.cellVolume[c];
        result.checks.volumeSum += result.cellVolume[c];
    }
}

void VolumeCellAssembly::copyLogits(CellComplex& result) const {
    const std::int64_t rows = static_cast<std::int64_t>(result.vertices.size()), outputs = result.outputs;
    result.logits.resize(static_cast<std::size_t>(rows * outputs));
    for (std::int64_t k = 0; k < outputs; ++k) {
        const auto column = logits.column(k);
        for (std::int64_t row = 0; row < rows; ++row) result.logits[row * outputs + k] = column[row];
    }
}

void VolumeCellAssembly::check(CellComplex& result) const {
    if (result.logits.empty()) return;
    const std::int64_t count = result.cellCount(), step = (count + kCheckedCells - 1) / kCheckedCells;
    const std::int64_t outputs = result.outputs;
    std::vector<std::int32_t> vertices;
    std::vector<Eigen::Vector3d> points;
    std::vector<double> means;
    std::vector<std::int64_t> checked;
    for (std::int64_t c = 0; c < count; c += step) {
        cells.verticesOf(cells.cells()[c], vertices);
        Eigen::Vector3d middle = Eigen::Vector3d::Zero();
        std::vector<double> mean(static_cast<std::size_t>(outputs), 0);
        for (const std::int32_t v : vertices) {
            middle += result.vertices[v] / double(vertices.size());
            for (std::int64_t k = 0; k < outputs; ++k)
                mean[k] += result.logits[v * outputs + k] / double(vertices.size());
        }
        points.push_back(middle);
        means.insert(means.end(), mean.begin(), mean.end());
        checked.push_back(c);
    }
    const auto rows = static_cast<std::int64_t>(points.size());
    std::vector<double> columns(static_cast<std::size_t>(rows * outputs)),
        slopes(static_cast<std::size_t>(rows * outputs * 3));
    std::vector<std::uint64_t> hash(static_cast<std::size_t>(rows));
    network.inputsOfSite(static_cast<int>(network.sites().size()), 0, outputs, points, columns.data(), rows);
    network.slopesAt(points, slopes.data(), hash.data());
    for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t k = 0; k < outputs; ++k)
            result.checks.maxInterpolationError =
                std::max(result.checks.maxInterpolationError,
                         std::abs(means[i * outputs + k] - columns[k * rows + i]));
        result.checks.patternMismatches += hash[i] != result.patternHash[result.cellRegion[checked[i]]];
    }
    result.checks.cellsChecked = rows;
}

void VolumeCellAssembly::findSlopes(CellComplex& result) const {
    const std::int64_t regions = result.regionCount(), outputs = result.outputs;
    std::vector<std::int32_t> firstCell(static_cast<std::size_t>(regions));
    for (std::int64_t c = result.cellCount() - 1; c >= 0; --c)
        firstCell[result.cellRegion[c]] = static_cast<std::int32_t>(c);
    std::vector<Eigen::Vector3d> inside(static_cast<std::size_t>(kSlopeBatch));
    std::vector<double> slopes(static_cast<std::size_t>(kSlopeBatch * outputs * 3));
    std::vector<std::uint64_t> hash(static_cast<std::size_t>(kSlopeBatch));
    std::vector<double> norms(static_cast<std::size_t>(regions));
    for (std::int64_t row = 0; row < regions; row += kSlopeBatch) {
        if (control.shouldStop()) return;
        const std::int64_t count = std::min(kSlopeBatch, regions - row);
        for (std::int64_t i = 0; i < count; ++i) inside[i] = result.middleOfCell(firstCell[row + i]);
        network.slopesAt(std::span<const Eigen::Vector3d>(inside).first(count), slopes.data(), hash.data());
        for (std::int64_t i = 0; i < count; ++i) {
            const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, 3, Eigen::RowMajor>> slope(
                slopes.data() + i * outputs * 3, outputs, 3);
            if (outputs == 1) {
                norms[row + i] = slope.norm();
                continue;
            }
            Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> gram;
            gram.computeDirect(slope.transpose() * slope, Eigen::EigenvaluesOnly);
            norms[row + i] = std::sqrt(std::max(0.0, gram.eigenvalues()[2]));
        }
    }
    result.slopeNorm = std::move(norms);
}

}  // namespace tessera
