// SPDX-License-Identifier: GPL-3.0-or-later
// Surfaces of heights over a plane, made of polygons with one class each: the largest logit, its lead over
// the second, one class's logit, or the probability of the predicted class.
#pragma once

#include "core/geometry/logit_mesh.h"

namespace tessera {

// A point (s, t, height); a polygon's corners are its own.
struct HeightSurface {
    std::vector<Eigen::Vector3d> points;
    std::vector<std::int32_t> begin{0};  // polygons + 1: polygon p has points[begin[p] .. begin[p + 1])
    std::vector<std::int32_t> face;      // per polygon: of the mesh
    std::vector<std::int32_t> label;     // per polygon: the class it belongs to
    std::int64_t size() const { return static_cast<std::int64_t>(begin.size()) - 1; }

    // The decision boundary on it: where two classes tie for the largest logit.
    struct Tie {
        Eigen::Vector3d a, b;
        std::int32_t classA = 0, classB = 1;  // classA < classB
    };
    std::vector<Tie> ties;
    // Area per class of what lies under it in the plane.
    std::vector<double> areaPerClass(std::int32_t classes) const;
};

// The upper envelope of the logits: a polygon is a part of a face in which one class is predicted. Of equal
// logits the first wins.
HeightSurface winningSurface(const LogitMesh& mesh);
// The largest logit less the second, parted where the second changes as well; zero on the boundary.
HeightSurface marginSurface(const LogitMesh& mesh);
// The logit of one class, a polygon a face; the decision boundary is no part of it.
HeightSurface classSurface(const LogitMesh& mesh, std::int32_t label);
// The softmax probability of the predicted class. It is curved, so faces are cut along `steps` lines each way
// of the window and into triangles, with the exact value at every corner.
HeightSurface confidenceSurface(const LogitMesh& mesh, int steps);

double softmaxOf(std::span<const double> logits, std::size_t label);

}  // namespace tessera
