// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_section.h"

#include <QCoreApplication>

namespace tessera {

VolumeSection volumeSection(const CellComplex& cells, const VolumePlane& plane) {
    auto cut = sectionOfCells(cells, plane);
    VolumeSection section;
    section.plane = plane;
    section.points = std::move(cut.vertices);
    section.faceBegin = std::move(cut.faceBegin);
    section.faceVertices = std::move(cut.faceVertices);
    section.cell = std::move(cut.cell);
    return section;
}

VolumeSection volumeSection(const Arrangement& map, const VolumePlane& plane) {
    VolumeSection section;
    section.plane = plane;
    const auto [first, second] = plane.directions();
    const Eigen::Vector3d origin = plane.position * plane.normal;
    const auto add = [&](const Polygon& polygon, std::int64_t face, std::int32_t label) {
        for (const auto& corner : polygon) {
            section.faceVertices.push_back(static_cast<std::int32_t>(section.points.size()));
            section.points.push_back(origin + corner.x() * first + corner.y() * second);
        }
        section.faceBegin.push_back(static_cast<std::int32_t>(section.faceVertices.size()));
        section.label.push_back(label);
        section.patternHash.push_back(map.patternHash[static_cast<std::size_t>(face)]);
        section.slopeNorm.push_back(map.slopeNorm(face));
    };
    std::vector<char> isParted(static_cast<std::size_t>(map.faceCount()), 0);
    for (const auto& cell : map.cells) {
        isParted[static_cast<std::size_t>(cell.face)] = 1;
        add(cell.polygon, cell.face, cell.label);
    }
    Polygon polygon;
    for (std::int64_t f = 0; f < map.faceCount(); ++f) {
        const auto face = static_cast<std::size_t>(f);
        if (isParted[face]) continue;
        polygon.clear();
        for (auto i = map.faceBegin[face]; i < map.faceBegin[face + 1]; ++i)
            polygon.push_back(
                map.vertices[static_cast<std::size_t>(map.faceVertices[static_cast<std::size_t>(i)])]);
        add(polygon, f, map.label[face]);
    }
    if (!map.complete)
        section.note = QCoreApplication::translate("VolumeSection", "Partial: %1.")
                           .arg(QString::fromStdString(map.stopReason));
    return section;
}

}  // namespace tessera
