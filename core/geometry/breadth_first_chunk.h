// SPDX-License-Identifier: GPL-3.0-or-later
// A chunk of neighbouring faces with the live values at their corners, and the step that takes it through one
// site, handing on smaller chunks when the refined one would not fit.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/geometry/breadth_first_face.h"
#include "core/geometry/breadth_first_run.h"
#include "core/geometry/breadth_first_scan.h"
#include "core/geometry/site_network.h"

namespace tessera {

struct FaceChunk {
    std::unique_ptr<LiveValues> live;
    std::vector<std::int32_t> rowVertex;     // vertex of the arrangement at each row; -1: only helps to blend
    std::vector<std::int32_t> faceBegin{0};  // into the next three
    std::vector<std::int32_t> cornerRow, sideSite, sideUnit;
    std::vector<std::uint64_t> hash;

    std::int64_t faces() const { return static_cast<std::int64_t>(faceBegin.size()) - 1; }
};

// Vertices on the sides of faces, found by the side as it was when a site began: both faces beside a side, in
// whatever chunk and order they come, get the same vertex.
class SideVertices {
  public:
    struct Entry {
        double t;  // from the end with the smaller vertex number
        std::uint64_t line;
        std::int32_t vertex, next;
        std::int32_t step, point;  // the step that last used it, and its point there
    };
    void clear();
    // -1: no vertex of this line, nor one within `tolerance` (in t). `low` < `high` are the side's ends.
    std::int32_t find(std::int32_t low, std::int32_t high, std::uint64_t line, double t,
                      double tolerance) const;
    std::int32_t add(std::int32_t low, std::int32_t high, const Entry& entry);
    Entry& operator[](std::int32_t index) { return entries_[index]; }

  private:
    std::unordered_map<std::uint64_t, std::int32_t> first_;
    std::vector<Entry> entries_;
};

// What the whole run shares. Positions are relative to the window's centre.
struct BreadthRun {
    const SiteNetwork& network;
    RunControl& control;
    WorkerTeam& team;
    double tolerance = 0;
    std::int64_t maxFaces = 0;  // of a chunk; 0: any
    std::int64_t maxChunkBytes = 0;
    std::vector<std::int64_t> bytesPerRow = {};   // per site, and of the outputs
    std::vector<Eigen::Vector2d> positions = {};  // of vertices
    SideVertices sideVertices = {};
    OnOffMargins margins = {};
    std::int32_t steps = 0;
};

class SiteStep {
  public:
    SiteStep(BreadthRun& run, FaceChunk chunk);
    int site() const { return site_; }
    bool finite() const { return scan_->finite(); }
    // The next refined chunk, live values still before the site; nothing when all are out or the run must
    // stop.
    std::optional<FaceChunk> next();
    bool exhausted() const { return cursor_ == chunk_.faces(); }
    bool wasWhole() const { return exhausted() && groups_ == 1; }

  private:
    struct Point {
        Eigen::Vector2d position;
        double t = 0;
        std::int32_t parent0 = -1, parent1 = -1;  // points; -1: a row of the chunk
        std::int32_t vertex = -1;
    };
    bool splitBlock();
    void take(FaceSplitter& face, FaceChunk& out);
    std::int32_t pointOf(FaceSplitter& face, std::int32_t local);
    std::int32_t pointOnSide(FaceSplitter& face, FaceSplitter::Vertex& vertex);
    void materialise(FaceChunk& out);

    BreadthRun& run_;
    FaceChunk chunk_;
    int site_;
    std::int32_t step_;
    std::unique_ptr<SiteScan> scan_;
    std::int64_t capacityRows_ = 0, capacityFaces_ = 0;
    std::vector<Point> points_;
    std::int64_t cursor_ = 0, blockBegin_ = 0, blockEnd_ = 0, groups_ = 0;
    std::vector<FaceSplitter> block_;
};

}  // namespace tessera
