// SPDX-License-Identifier: GPL-3.0-or-later
// What one site decides at every row of a chunk, packed so that asking "which units bend on this face" costs
// a few word operations a row: a bit each for above and below a knot, or which members of a max window reach
// its maximum.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/geometry/breadth_first_face.h"
#include "core/geometry/site_network.h"
#include "core/geometry/worker_team.h"

namespace tessera {

class SiteScan {
  public:
    // `values`: rows x inputs of the site. They must outlive the scan.
    SiteScan(const Site& site, int siteIndex, const double* values, std::int64_t rows, WorkerTeam& team);
    bool finite() const { return finite_; }
    struct Scratch {
        std::vector<double> d;
        std::vector<const double*> rows;
    };
    // Hands the face with corners at these rows its hash of decided units and its cutting ones.
    void prepare(std::span<const std::int32_t> rows, FaceSplitter& face, Scratch& scratch) const;

  private:
    struct Plane {  // one knot
        double knot = 0;
        std::vector<std::uint64_t> above, below;  // rows x words
        std::vector<std::uint64_t> open;          // words: units with both signs somewhere in the chunk
        std::vector<std::int32_t> openWords;      // those words that are not zero
        std::vector<std::uint64_t> stateKey;      // units
    };
    void measure(WorkerTeam& team);
    void scanLines(WorkerTeam& team);
    void scanWindows(WorkerTeam& team);
    void prepareLines(std::span<const std::int32_t> rows, FaceSplitter& face, Scratch& scratch) const;
    void prepareWindows(std::span<const std::int32_t> rows, FaceSplitter& face, Scratch& scratch) const;

    const Site& site_;
    int siteIndex_;
    const double* values_;
    std::int64_t rows_, width_;
    bool finite_ = true;
    double scale_ = 0;              // largest |value|
    std::vector<double> noise_;     // per input: differences below it are rounding
    std::uint64_t decidedKey_ = 0;  // of units decided the same way at all rows
    std::vector<Plane> planes_;
    std::vector<std::uint16_t>
        reaching_;  // rows x windows: members at the maximum; windows of up to 16 members
    std::vector<double> windowNoise_;
    std::vector<std::int32_t> openWindows_;
};

}  // namespace tessera
