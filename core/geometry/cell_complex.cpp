// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/cell_complex.h"

#include <algorithm>

namespace tessera {

Eigen::Vector3d CellComplex::middleOfCell(std::int64_t cell) const {
    std::vector<std::int32_t> corners;
    for (const std::int32_t f : facesOfCell(cell)) {
        const auto of = verticesOfFace(f);
        corners.insert(corners.end(), of.begin(), of.end());
    }
    std::sort(corners.begin(), corners.end());
    corners.erase(std::unique(corners.begin(), corners.end()), corners.end());
    Eigen::Vector3d middle = Eigen::Vector3d::Zero();
    for (const std::int32_t v : corners) middle += vertices[v];
    return middle / double(corners.size());
}

SurfaceMesh CellComplex::boundary(std::vector<std::int32_t>* cells) const {
    SurfaceMesh mesh;
    if (cellLabel.empty()) return mesh;
    std::vector<std::int32_t> numberOf(vertices.size(), -1);
    for (std::int64_t f = 0; f < faceCount(); ++f) {
        const auto [one, other] = faceCells[f];
        if (one < 0 || other < 0 || cellLabel[one] == cellLabel[other]) continue;
        for (const std::int32_t v : verticesOfFace(f)) {
            if (numberOf[v] < 0) {
                numberOf[v] = static_cast<std::int32_t>(mesh.vertices.size());
                mesh.vertices.push_back(vertices[v]);
            }
            mesh.faceVertices.push_back(numberOf[v]);
        }
        mesh.faceBegin.push_back(static_cast<std::int32_t>(mesh.faceVertices.size()));
        if (cells != nullptr) cells->push_back(one);
        mesh.classA.push_back(std::min(cellLabel[one], cellLabel[other]));
        mesh.classB.push_back(std::max(cellLabel[one], cellLabel[other]));
    }
    return mesh;
}

std::vector<double> CellComplex::volumePerClass() const {
    std::vector<double> volume(cellLabel.empty() ? 0 : static_cast<std::size_t>(classCount()), 0);
    for (std::size_t c = 0; c < cellLabel.size(); ++c) volume[cellLabel[c]] += cellVolume[c];
    return volume;
}

std::size_t CellComplex::bytes() const {
    const auto held = [](const auto& list) { return list.size() * sizeof(list[0]); };
    return held(vertices) + held(logits) + held(faceBegin) + held(faceVertices) + held(faceCells) +
           held(faceSite) + held(cellBegin) + held(cellFaces) + held(cellRegion) + held(cellLabel) +
           held(cellVolume) + held(patternHash) + held(regionVolume) + held(slopeNorm);
}

}  // namespace tessera
