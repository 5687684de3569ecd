// SPDX-License-Identifier: GPL-3.0-or-later
// A plane through a volume: points with normal.x = position, in the coordinates of the volume.
#pragma once

#include <Eigen/Core>
#include <array>
#include <vector>

namespace tessera {

struct VolumePlane {
    Eigen::Vector3d normal = Eigen::Vector3d::UnitZ();  // of length 1
    double position = 0;                                // along it
    bool operator==(const VolumePlane&) const = default;

    static VolumePlane across(int axis, double at) { return {Eigen::Vector3d::Unit(axis), at}; }
    // 0 to 2 where one coordinate is the same all over the plane; -1: it is oblique.
    int axis() const;
    double distance(const Eigen::Vector3d& point) const { return normal.dot(point) - position; }
    // Two directions within it, of length 1, with which the normal makes a right-handed frame; across an
    // axis the two others in cyclic order, as in SliceVolume::cut.
    std::array<Eigen::Vector3d, 2> directions() const;
};

// Where the plane meets the box: 3 to 6 corners in order round it, counter-clockwise seen from where the
// normal points; empty: not at all, or only in an edge or a corner.
std::vector<Eigen::Vector3d> sectionOfBox(const VolumePlane& plane, const Eigen::Vector3d& low,
                                          const Eigen::Vector3d& high);
// From and to which position a plane of this normal meets the box.
std::array<double, 2> positionsInBox(const Eigen::Vector3d& normal, const Eigen::Vector3d& low,
                                     const Eigen::Vector3d& high);

}  // namespace tessera
