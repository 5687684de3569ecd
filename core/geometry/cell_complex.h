// SPDX-License-Identifier: GPL-3.0-or-later
// An exact subdivision of a box into the convex cells on which a piecewise-linear network is affine and
// predicts one class: vertices, polygons and cells that share them. Everything float64, in the coordinates of
// a volume (slice_volume.h).
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/geometry/arrangement.h"
#include "core/geometry/surface_mesh.h"

namespace tessera {

// Reported with every result. Lengths and volumes in volume coordinates.
struct CellChecks {
    double boxVolume = 0;
    double volumeSum = 0;    // of all cells
    std::int64_t euler = 0;  // V - E + F - C: 1 for a complete subdivision of a box
    double maxInterpolationError =
        0;  // largest |mean of a cell's vertex logits - network there| over checked cells
    std::int64_t cellsChecked = 0;       // how many that is
    std::int64_t patternMismatches = 0;  // of those, pattern at an inner point != pattern of the cell
    std::int64_t unresolved = 0;         // cells that a cut should have parted and rounding did not let
    double smallestOffMargin = 0;  // smallest distance of a vertex from a plane judged not to pass through it
    double largestOnMargin = 0;    // largest distance of a vertex from a plane judged to pass through it
};

struct CellComplex {
    Eigen::Vector3d low = Eigen::Vector3d::Zero(), high = Eigen::Vector3d::Zero();
    std::int32_t outputs = 0;  // K; 1 means a single-logit, two-class model with its boundary at zero
    std::vector<Eigen::Vector3d> vertices;
    std::vector<double> logits;  // vertices x outputs; empty: stopped before the outputs
    std::int64_t edges = 0;

    std::vector<std::int32_t> faceBegin{
        0};  // faces + 1: face f has faceVertices[faceBegin[f] .. faceBegin[f+1])
    std::vector<std::int32_t> faceVertices;              // in order round the polygon
    std::vector<std::array<std::int32_t, 2>> faceCells;  // on its two sides; -1: outside the box
    // Index into sites of the layer that bends along the face; -1: a side of the box; sites.size(): no layer
    // bends there, two classes tie or (inside one region) a cut for them went on.
    std::vector<std::int32_t> faceSite;
    std::vector<std::int32_t> cellBegin{0};  // cells + 1
    std::vector<std::int32_t> cellFaces;
    std::vector<std::int32_t> cellRegion;  // a region with several classes has a cell or more for each
    std::vector<std::int32_t> cellLabel;   // predicted class; empty: stopped before the outputs
    std::vector<double> cellVolume;

    // Regions: one for each activation pattern, in the order of their first cell.
    std::vector<std::uint64_t> patternHash;
    std::vector<double> regionVolume;
    std::vector<double>
        slopeNorm;  // largest singular value of the K x 3 slope of the logits, per unit of length

    std::vector<SiteSummary> sites;  // `edges` counts faces here
    double tolerance = 0;
    CellChecks checks;
    // Not complete: all layers before refinedSites are cut, and some units of that one.
    bool complete = true;
    int refinedSites = 0;
    std::string stopReason;

    std::int64_t faceCount() const { return static_cast<std::int64_t>(faceBegin.size()) - 1; }
    std::int64_t cellCount() const { return static_cast<std::int64_t>(cellBegin.size()) - 1; }
    std::int64_t regionCount() const { return static_cast<std::int64_t>(patternHash.size()); }
    int classCount() const { return outputs == 1 ? 2 : outputs; }
    std::span<const std::int32_t> verticesOfFace(std::int64_t face) const {
        return {faceVertices.data() + faceBegin[face], std::size_t(faceBegin[face + 1] - faceBegin[face])};
    }
    std::span<const std::int32_t> facesOfCell(std::int64_t cell) const {
        return {cellFaces.data() + cellBegin[cell], std::size_t(cellBegin[cell + 1] - cellBegin[cell])};
    }
    // Mean of the cell's vertices, each counted once.
    Eigen::Vector3d middleOfCell(std::int64_t cell) const;
    // Faces between cells of different classes. Empty if there are no labels. `cells` gets a cell beside
    // each.
    SurfaceMesh boundary(std::vector<std::int32_t>* cells = nullptr) const;
    std::vector<double> volumePerClass() const;
    std::size_t bytes() const;
};

}  // namespace tessera
