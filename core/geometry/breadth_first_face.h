// SPDX-License-Identifier: GPL-3.0-or-later
// Splits one convex face by all units (or max windows) of one site. On the face every input of the site is an
// affine form, so no network is needed: forms are read off at three corners. Vertices and segments are local
// to the face; vertices on its sides are matched with the neighbours' afterwards (breadth_first_chunk.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/geometry/line_margins.h"
#include "core/geometry/max_envelope.h"
#include "core/geometry/piecewise_linear.h"

namespace tessera {

class RunControl;

class FaceSplitter {
  public:
    struct Vertex {
        double p, q;
        std::int32_t parent0 = -1,
                     parent1 = -1;  // local: (1 - t) * parent0 + t * parent1; -1 for the face's corners
        double t = 0;
        std::int32_t entrySide = -1;  // on this side of the face as it was (parents are its ends)
        std::uint64_t line = 0;       // what cut that side
        std::int32_t point = -1;      // for the caller
    };
    struct Segment {
        std::int32_t v0, v1, site, unit;
        std::int32_t firstOn = -1;
    };

    // `tolerance`: distance in slice units below which a corner is on a line.
    void begin(std::span<const Eigen::Vector2d> corners, std::span<const std::int32_t> sideSite,
               std::span<const std::int32_t> sideUnit, int site, std::uint64_t hash, double tolerance);
    void flipHash(std::uint64_t key) { tasks_.front().hash ^= key; }
    // A unit whose values beyond the knot, d, have both signs at the corners. `stateKey` enters the hash
    // where d > 0.
    void addLine(std::int32_t unit, std::uint64_t line, std::uint64_t stateKey, std::span<const double> d,
                 double noise);
    // A max window; rows[i] are the site's inputs at corner i.
    void addWindow(std::int32_t window, const MaxWindows& windows, std::span<const double* const> rows,
                   double noise);
    // Splits on until `limit` faces have been emitted since the last clearEmitted; false if stopped.
    bool run(std::int64_t limit, RunControl& control);
    bool done() const { return tasks_.empty(); }

    std::int64_t emitted() const { return static_cast<std::int64_t>(faceHash.size()); }
    void clearEmitted();
    std::vector<Vertex> vertices;
    std::vector<Segment> segments;
    std::vector<std::int32_t> faceBegin, faceVertex, faceSegment;
    std::vector<std::uint64_t> faceHash;
    OnOffMargins margins;

  private:
    struct Line {
        AffineForm form;
        double tolerance, inverseGradient;
        std::int32_t unit;
        std::uint64_t line, stateKey;
    };
    struct Member {
        AffineForm form;
        std::int32_t position, input;
    };
    struct Window {
        std::int32_t window;
        double noise;
    };
    // A part still to be split: its corners and open cuts lie at the end of corners_ and open_ (last in,
    // first out).
    struct Task {
        std::size_t cornerBegin, openBegin;
        std::uint64_t hash;
    };

    void emit(std::uint64_t hash);
    void splitByLine(std::uint64_t hash);
    void splitByWindow(std::uint64_t hash);
    // Pushes children_ so that the one nearest the origin is taken up next.
    void pushChildren(std::uint64_t hash);
    void inheritLines(std::span<const PolygonCorner> corners, std::uint64_t& hash);
    void inheritWindows(std::span<const PolygonCorner> corners, std::uint64_t& hash);
    std::size_t chooseLine() const;
    std::size_t chooseWindow() const;
    // Best form at the mean corner; candidates that beat it nowhere go. Returns how many are left (1:
    // decided).
    int filterMembers(std::span<const PolygonCorner> corners, std::span<const std::int32_t> candidates,
                      double noise, std::vector<std::int32_t>& left);
    std::int32_t vertexOn(std::int32_t segment, double fraction, std::uint64_t line);
    std::int32_t vertexInside(double p, double q);
    std::int32_t addSegment(std::int32_t v0, std::int32_t v1, std::int32_t unit);
    Eigen::Vector2d meanCorner(std::span<const PolygonCorner> corners) const;

    struct OnSegment {
        std::int32_t vertex;
        double t;
        std::uint64_t line;
        std::int32_t next;
    };
    struct Child {
        std::size_t begin, end;  // into childCorners_
        std::uint64_t hash;
        double distance;
    };

    LocalFrame frame_;
    int site_ = 0;
    std::int32_t entrySideCount_ = 0;
    double tolerance_ = 0;
    std::vector<OnSegment> onSegments_;
    std::vector<Line> lines_;
    std::vector<Member> members_;
    std::vector<Window> windows_;
    std::vector<Task> tasks_;
    std::vector<PolygonCorner> corners_, current_, childCorners_;
    std::vector<std::int32_t> open_, currentOpen_, candidates_, left_, committed_;
    std::vector<Child> children_;
    std::vector<double> d_;
    std::vector<std::int8_t> sign_;
    std::vector<AffineForm> forms_;
    MaxEnvelope envelope_;
};

}  // namespace tessera
