// SPDX-License-Identifier: GPL-3.0-or-later
// The last act of the breadth-first engine: affine forms of finished faces from the logits at their corners,
// and the checks of the network against them.
#pragma once

#include "core/geometry/breadth_first_chunk.h"

namespace tessera {

class FinishedFaces {
  public:
    explicit FinishedFaces(BreadthRun& run, const Eigen::Vector2d& origin);
    // Takes the faces of a chunk that has passed every site. False: a logit is not finite.
    bool add(const FaceChunk& chunk);
    bool truncated() const { return truncated_; }  // by the region budget
    std::int64_t faces() const { return static_cast<std::int64_t>(raw_.patternHash.size()); }
    double areaOf(const FaceChunk& chunk) const;
    // Runs the network at the centroids of a sample of faces; fills the checks of the assembled arrangement.
    void check(Arrangement& map) const;
    // Asks the network for the forms of faces whose corners leave it open whether a neighbour has the same
    // map.
    void refine();
    RawFaces take();

  private:
    void formsFromCorners(const FaceChunk& chunk, std::int64_t face, double* forms);
    std::vector<std::int64_t> unclearFaces() const;
    Eigen::Vector2d centroidOf(std::int64_t face) const;
    std::int64_t formBatch() const;

    BreadthRun& run_;
    Eigen::Vector2d origin_;
    std::int32_t outputs_;
    double halfWidth_ = 0;
    bool truncated_ = false;
    double noise_ = 0;  // of a logit at a corner: the largest misfit of a corner to its face's form
    std::vector<double> height_,
        size_;  // per face: its width across, the largest |a|H + |b|H + |c| of its forms
    RawFaces raw_;
    std::vector<std::int32_t> numberOf_;  // vertex of the run -> vertex of the result
};

}  // namespace tessera
