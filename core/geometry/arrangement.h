// SPDX-License-Identifier: GPL-3.0-or-later
// An exact planar subdivision of a slice window into the faces on which a piecewise-linear network is affine:
// vertices, edges, convex faces, the affine map on each face, and the decision boundary. Everything float64,
// in slice coordinates. Both engines (depth_first.h, breadth_first.h) fill this one type; see
// arrangement_assembly.h.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "core/geometry/slice_plane.h"

namespace tessera {

struct ArrangementEdge {
    std::int32_t v0 = 0, v1 = 0;
    std::int32_t left = -1, right = -1;  // faces on either side of v0 -> v1; -1 is outside the window
    std::int32_t site = -1;              // index into Arrangement::sites; -1 is a side of the window
    std::int32_t unit = -1;              // unit or max window of that site
};

// One straight piece of the decision boundary. classA < classB are the two classes with the largest logits
// there.
struct BoundarySegment {
    Eigen::Vector2d a, b;
    std::int32_t classA = 0, classB = 1;
    std::int32_t face = -1;  // a face it lies in (or borders, when it runs along an edge)
};

// A part of a face with one predicted class; only faces that the boundary crosses have these.
struct ClassCell {
    std::int32_t face = 0;
    std::int32_t label = 0;
    Polygon polygon;
};

struct SiteSummary {
    std::string name;
    std::int64_t regionsAfter = 0;  // faces once this site's cuts are made
    std::int64_t edges = 0;         // final edges lying on this site's cuts
};

// Reported with every result (design.md, Exactness). All lengths and areas in slice coordinates.
struct ArrangementChecks {
    double windowArea = 0;
    double areaSum = 0;      // of all faces: equals windowArea if complete
    std::int64_t euler = 0;  // V - E + F; 1 for a complete subdivision of a convex window
    double maxInterpolationError =
        0;  // largest |form at centroid - network at centroid| over logits and sampled faces
    std::int64_t facesChecked = 0;       // how many faces that is
    std::int64_t patternMismatches = 0;  // of those, pattern at the centroid != pattern of the face
    double smallestOffMargin =
        0;  // smallest distance of a vertex from a line that was judged not to pass through it
    double largestOnMargin = 0;     // largest distance of a vertex from a line judged to pass through it
    std::uint32_t onDistances = 0;  // all such distances (line_margins.h)
};

struct Arrangement {
    std::vector<Eigen::Vector2d> vertices;
    std::vector<ArrangementEdge> edges;
    std::vector<std::int32_t>
        faceBegin;  // faces + 1: face f has faceVertices[faceBegin[f] .. faceBegin[f+1])
    std::vector<std::int32_t> faceVertices;  // counter-clockwise
    std::vector<std::uint64_t> patternHash;  // per face (piecewise_linear.h)
    std::vector<std::int32_t>
        depth;  // per face: 1 + the deepest site among its edges; 0 if it has only window sides
    std::vector<double> area;         // per face
    std::vector<std::int32_t> label;  // per face: class at the centroid (single logit: 1 if > 0)
    std::vector<std::int32_t>
        piece;  // per face: id of the set of neighbouring faces with the same affine map
    std::int64_t pieces = 0;

    // logit_k(s, t) = a*(s - formOrigin.x) + b*(t - formOrigin.y) + c with (a, b, c) at forms[(f*outputs +
    // k)*3].
    std::int32_t outputs = 0;  // K; 1 means a single-logit, two-class model with its boundary at zero
    Eigen::Vector2d formOrigin = Eigen::Vector2d::Zero();
    std::vector<double> forms;

    std::vector<BoundarySegment> boundary;
    std::vector<ClassCell> cells;

    Polygon window;
    std::vector<SiteSummary> sites;
    double tolerance = 0;  // distance in slice coordinates below which a vertex lies on a line
    ArrangementChecks checks;
    bool complete = true;
    std::string stopReason;  // why not complete: "region budget of 20000 reached", "cancelled"
    std::string
        resolutionNote;  // why counts may be off: float64 cannot tell some vertices from lines; else empty

    // Of an incomplete result: "covers 0.062 % of the window; complete within a window about 1/50 as wide:
    // zoom in or raise the budget". Empty if complete.
    std::string coverageNote() const;
    std::int64_t faceCount() const {
        return faceBegin.empty() ? 0 : static_cast<std::int64_t>(faceBegin.size()) - 1;
    }
    int classCount() const { return outputs == 1 ? 2 : outputs; }
    double boundaryLength() const;
    Eigen::Vector2d centroid(std::int64_t face) const;
    Eigen::Vector2d centroid(std::int64_t face, double& faceArea) const;
    // Logits of the face's affine map at a point; size `outputs`.
    Eigen::VectorXd logitsOnFace(std::int64_t face, const Eigen::Vector2d& pointInSlice) const;
    // Largest singular value of the K x 2 in-plane slope of the logits: logits per unit of slice length.
    double slopeNorm(std::int64_t face) const;
    // Total area per predicted class over the window.
    std::vector<double> areaPerClass() const;
    std::size_t bytes() const;
};

}  // namespace tessera
