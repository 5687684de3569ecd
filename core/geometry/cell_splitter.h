// SPDX-License-Identifier: GPL-3.0-or-later
// A box cut by planes into convex cells that share faces, edges and vertices, one cut at a time. Neighbours
// are cut together, so the parts always fit: V - E + F - C = 1 holds after every cut, whatever rounding did.
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tessera {

// On which sides of a cut something has vertices: a vertex has at most one bit, a cell to be cut has both.
enum CutSide : std::uint8_t { kOnCut = 0, kAboveCut = 1, kBelowCut = 2, kBothSides = 3 };

// A vertex made by a cut, on the edge that joined two others: (1 - t) * from + t * to.
struct CutVertex {
    std::int32_t from = 0, to = 0;
    double t = 0;
};

class CellSplitter {
  public:
    struct Edge {
        std::int32_t v0, v1;
    };
    struct Face {  // corner i: a vertex, and the edge from it to the next
        std::int32_t begin, count;
        std::int32_t cell0, cell1;  // -1: outside the box
        std::int32_t site, unit;    // of the cut that it lies on; -1: a side of the box
    };
    struct Cell {
        std::int32_t begin, count;
        std::uint64_t hash;   // the caller's; the parts of a cell start with its own
        std::int32_t region;  // likewise
    };

    // One cell: the box. Sides of the box carry site -1 and unit 0 to 5 (low s, high s, low t, ...).
    CellSplitter(const Eigen::Vector3d& low, const Eigen::Vector3d& high);

    // Cuts every cell that has vertices on both sides, or only those of `cells`, none of which is named
    // twice. `value` (per vertex) is affine on each such cell and vanishes on the cut, and `side` is its sign
    // where it is not rounding; `side` grows by the new vertices. Afterwards cellSide() tells on which side
    // the cells lie, new ones included, and a cell that was cut keeps its number for the part above.
    void split(std::span<const double> value, std::vector<std::uint8_t>& side, std::int32_t site,
               std::int32_t unit, const std::vector<std::int32_t>* cells = nullptr);
    const std::vector<CutVertex>& newVertices() const { return newVertices_; }
    // Cells that were cut; their parts below are the newest cells, in the same order.
    const std::vector<std::int32_t>& partedCells() const { return parted_; }
    const std::vector<std::uint8_t>& cellSide() const { return cellSide_; }  // not after a cut of `cells`
    // Cells that a cut should have parted and did not, because rounding left no closed section; 0 but for
    // cells about as small as rounding.
    std::int64_t unresolved() const { return unresolved_; }

    const std::vector<Eigen::Vector3d>& vertices() const { return vertices_; }
    const std::vector<Edge>& edges() const { return edges_; }
    const std::vector<Face>& faces() const { return faces_; }
    const std::vector<Cell>& cells() const { return cells_; }
    std::vector<Cell>& cells() { return cells_; }
    std::span<const std::int32_t> facesOf(const Cell& cell) const {
        return {&cellFaces_[cell.begin], size_t(cell.count)};
    }
    std::span<const std::int32_t> verticesOf(const Face& face) const {
        return {&cornerVertex_[face.begin], size_t(face.count)};
    }
    std::span<const std::int32_t> edgesOf(const Face& face) const {
        return {&cornerEdge_[face.begin], size_t(face.count)};
    }
    // Each vertex of the cell once.
    void verticesOf(const Cell& cell, std::vector<std::int32_t>& vertices);
    std::size_t bytes() const;

  private:
    struct Section {  // where the section of a cut starts and ends on a face's outline
        int leaving = -1, entering = -1;
    };
    void findSides(const std::vector<std::uint8_t>& side);
    void markFaces(const std::vector<std::int32_t>& cells, const std::vector<std::uint8_t>& side);
    void cutEdges(std::span<const double> value, std::vector<std::uint8_t>& side);
    void refineFace(std::int32_t face);  // puts the vertices of cut edges into its outline
    void refineOtherFaces();
    bool walkRound(std::int32_t edge, std::int32_t start, std::int32_t cell);
    void splitFace(std::int32_t face, const std::vector<std::uint8_t>& side);
    bool findSection(const Face& face, const std::vector<std::uint8_t>& side, Section& section) const;
    bool splitCell(std::int32_t cell, const std::vector<std::uint8_t>& side, std::int32_t site,
                   std::int32_t unit);
    bool collectSection(const Cell& cell, const std::vector<std::uint8_t>& side);
    bool closeSection();
    void adoptHalves(std::int32_t cell);
    void finishCut();
    void compactIfWasteful();

    std::vector<Eigen::Vector3d> vertices_;
    std::vector<Edge> edges_;
    std::vector<Face> faces_;
    std::vector<Cell> cells_;
    std::vector<std::int32_t> cornerVertex_, cornerEdge_;  // faces' outlines, with what is no longer used
    std::vector<std::int32_t> cellFaces_;                  // the same of cells
    std::size_t wastedCorners_ = 0, wastedCellFaces_ = 0;

    // Of the cut under way; -1 or kOnCut elsewhere.
    std::vector<CutVertex> newVertices_;
    std::vector<std::uint8_t> faceSide_, cellSide_;
    std::vector<std::int32_t> cutCells_, cutFaces_, cutEdges_, cutEdgeFace_, parted_, others_;
    std::vector<std::int32_t> edgeTwin_, edgeVertex_;   // the far half, and the vertex between
    std::vector<std::int32_t> faceTwin_, faceSection_;  // the half below, and the edge between
    std::vector<std::int32_t> sectionEdges_, sectionVertices_, loopVertices_, loopEdges_;
    std::vector<std::array<std::int32_t, 2>> sectionAt_;  // per vertex: its edges in the section
    std::vector<std::int32_t> outlineVertex_, outlineEdge_, kept_, given_, stamp_;
    std::int32_t stampNow_ = 0;
    std::int64_t unresolved_ = 0;
};

}  // namespace tessera
