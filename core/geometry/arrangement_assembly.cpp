// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/arrangement_assembly.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "core/geometry/decision_boundary.h"
#include "core/geometry/for_faces.h"

namespace tessera {
namespace {

// Two affine maps are one piece if they differ nowhere on the window by more than this fraction of the larger
// one.
constexpr double kSamePiece = 1e-9;

struct Side {
    std::int32_t other;  // the end with the larger vertex index
    std::int32_t index;  // into faceVertices
    std::int32_t face;
    bool forward;  // runs from the smaller vertex index to the larger
};

// Pairs the sides of faces into edges: sides are bucketed by their smaller vertex, which leaves a handful to
// compare.
void pairSides(const RawFaces& raw, Arrangement& map, std::vector<std::int32_t>& sideEdge) {
    const std::size_t sides = map.faceVertices.size();
    std::vector<std::int32_t> bucketBegin(map.vertices.size() + 1, 0);
    const auto faces = static_cast<std::int32_t>(map.faceCount());
    const auto forEachSide = [&](auto&& visit) {
        for (std::int32_t face = 0; face < faces; ++face) {
            const std::int32_t begin = map.faceBegin[face], end = map.faceBegin[face + 1];
            for (std::int32_t i = begin; i < end; ++i) {
                visit(face, i, map.faceVertices[i], map.faceVertices[i + 1 == end ? begin : i + 1]);
            }
        }
    };
    forEachSide([&](std::int32_t, std::int32_t, std::int32_t from, std::int32_t to) {
        ++bucketBegin[std::min(from, to) + 1];
    });
    for (std::size_t v = 1; v < bucketBegin.size(); ++v) bucketBegin[v] += bucketBegin[v - 1];
    std::vector<Side> bucketed(sides);
    std::vector<std::int32_t> next(bucketBegin.begin(), bucketBegin.end() - 1);
    forEachSide([&](std::int32_t face, std::int32_t i, std::int32_t from, std::int32_t to) {
        bucketed[next[std::min(from, to)]++] = {std::max(from, to), i, face, from < to};
    });

    sideEdge.assign(sides, -1);
    map.edges.reserve(map.vertices.size() + map.faceCount());
    const auto addEdge = [&](std::int32_t low, const Side& side) -> ArrangementEdge& {
        sideEdge[side.index] = static_cast<std::int32_t>(map.edges.size());
        ArrangementEdge& edge = map.edges.emplace_back();
        edge.v0 = side.forward ? low : side.other;
        edge.v1 = side.forward ? side.other : low;
        edge.left = side.face;
        edge.site = raw.sideSite[side.index];
        edge.unit = raw.sideUnit[side.index];
        return edge;
    };
    for (std::size_t v = 0; v + 1 < bucketBegin.size(); ++v) {
        const auto low = static_cast<std::int32_t>(v);
        Side* const begin = bucketed.data() + bucketBegin[v];
        Side* const end = bucketed.data() + bucketBegin[v + 1];
        // Where many lines meet in one vertex, sort; the search below then ends at the neighbour.
        if (end - begin > 32) {
            std::stable_sort(begin, end, [](const Side& a, const Side& b) { return a.other < b.other; });
        }
        for (Side* side = begin; side != end; ++side) {
            if (sideEdge[side->index] >= 0) continue;
            ArrangementEdge& edge = addEdge(low, *side);
            for (Side* twin = side + 1; twin != end; ++twin) {
                if (twin->other == side->other && twin->forward != side->forward &&
                    sideEdge[twin->index] < 0) {
                    edge.right = twin->face;
                    sideEdge[twin->index] = sideEdge[side->index];
                    break;
                }
                if (end - begin > 32 && twin->other != side->other) break;
            }
        }
    }
}

void measureFace(Arrangement& map, std::int64_t face) {
    const Eigen::Vector2d offset = map.centroid(face, map.area[face]) - map.formOrigin;
    const double* form = map.forms.data() + face * map.outputs * 3;
    std::int32_t best = 0;
    double largest = 0;
    for (std::int32_t k = 0; k < map.outputs; ++k, form += 3) {
        const double logit = form[0] * offset.x() + form[1] * offset.y() + form[2];
        if (k == 0 || logit > largest) {
            largest = logit;
            best = k;
        }
    }
    map.label[face] = map.outputs == 1 ? (largest > 0 ? 1 : 0) : best;
}

// How large a logit gets on the window: the sum of its form's terms there.
double sizeOnWindow(const double* form, const Eigen::Vector2d& reach) {
    return std::abs(form[0]) * reach.x() + std::abs(form[1]) * reach.y() + std::abs(form[2]);
}

double largestOnWindow(const Arrangement& map, std::int32_t face, const Eigen::Vector2d& reach) {
    const double* form = map.forms.data() + static_cast<std::size_t>(face) * map.outputs * 3;
    double largest = 0;
    for (std::int32_t k = 0; k < map.outputs; ++k, form += 3)
        largest = std::max(largest, sizeOnWindow(form, reach));
    return largest;
}

std::int32_t rootOf(std::vector<std::int32_t>& parent, std::int32_t face) {
    while (parent[face] != face) {
        parent[face] = parent[parent[face]];
        face = parent[face];
    }
    return face;
}

// Union of neighbours whose forms agree on the window for every logit: |difference| summed over its terms,
// against the largest logit of either face, so that a logit that is nearly zero everywhere does not tell
// faces apart by rounding. `largest`: per face.
void mergePieces(Arrangement& map, const Eigen::Vector2d& reach, const std::vector<double>& largest) {
    const auto faces = static_cast<std::int32_t>(map.faceCount());
    const std::int32_t width = map.outputs * 3;
    std::vector<std::int32_t> parent(faces);
    for (std::int32_t face = 0; face < faces; ++face) parent[face] = face;
    for (const auto& edge : map.edges) {
        if (edge.left < 0 || edge.right < 0) continue;
        const double* a = map.forms.data() + static_cast<std::size_t>(edge.left) * width;
        const double* b = map.forms.data() + static_cast<std::size_t>(edge.right) * width;
        const double allowed = kSamePiece * std::max(largest[edge.left], largest[edge.right]);
        bool same = true;
        for (std::int32_t k = 0; k < width && same; k += 3) {
            const double difference[3] = {a[k] - b[k], a[k + 1] - b[k + 1], a[k + 2] - b[k + 2]};
            same = sizeOnWindow(difference, reach) <= allowed;
        }
        if (!same) continue;
        const std::int32_t left = rootOf(parent, edge.left), right = rootOf(parent, edge.right);
        parent[std::max(left, right)] = std::min(left, right);  // a root is the first face of its piece
    }
    map.piece.resize(faces);
    map.pieces = 0;
    for (std::int32_t face = 0; face < faces; ++face) {
        const std::int32_t root = rootOf(parent, face);
        map.piece[face] = root == face ? static_cast<std::int32_t>(map.pieces++) : map.piece[root];
    }
}

void layEdgesToSites(Arrangement& map) {
    map.depth.assign(map.faceCount(), 0);
    for (const auto& edge : map.edges) {
        if (edge.site < 0) continue;
        ++map.sites[edge.site].edges;
        if (edge.left >= 0) map.depth[edge.left] = std::max(map.depth[edge.left], edge.site + 1);
        if (edge.right >= 0) map.depth[edge.right] = std::max(map.depth[edge.right], edge.site + 1);
    }
}

Eigen::Vector2d halfExtent(const Polygon& window) {
    const auto box = boundingBox(window);
    return (box.high - box.low) / 2;
}

}  // namespace

double windowHalfWidth(const Polygon& window) {
    return halfExtent(window).maxCoeff();
}

Arrangement assembleArrangement(RawFaces raw, const Polygon& window, const std::vector<Site>& sites,
                                double tolerance, WorkerTeam& team, const FaceJobs& jobs) {
    Arrangement map;
    map.vertices = std::move(raw.vertices);
    map.faceBegin = std::move(raw.faceBegin);
    map.faceVertices = std::move(raw.faceVertices);
    map.patternHash = std::move(raw.patternHash);
    map.forms = std::move(raw.forms);
    map.outputs = raw.outputs;
    map.formOrigin = raw.formOrigin;
    map.window = window;
    map.tolerance = tolerance;
    map.complete = raw.complete;
    map.stopReason = std::move(raw.stopReason);

    // The longest first; the loop over edges that each of these needs is no work to share.
    const Eigen::Vector2d reach = halfExtent(window);
    std::vector<std::int32_t> sideEdge;
    std::vector<double> largest(map.faceCount());
    std::vector<char> contested(map.faceCount());
    map.area.resize(map.faceCount());
    map.label.resize(map.faceCount());
    team.forEach(1 + jobs.count + faceStretches(map), [&](std::size_t job, std::size_t) {
        if (job == 0) return pairSides(raw, map, sideEdge);
        if (--job < jobs.count) return jobs.run(map, job);
        forFacesOf(map, job - jobs.count, [&](std::int32_t face) {
            measureFace(map, face);
            largest[face] = largestOnWindow(map, face, reach);
            contested[face] = isContested(map, face);
        });
    });
    long double sum = 0;
    for (const double area : map.area) sum += area;
    map.checks.areaSum = static_cast<double>(sum);

    map.sites.resize(sites.size());
    for (std::size_t s = 0; s < sites.size(); ++s) {
        map.sites[s].name = sites[s].name;
        if (s < raw.regionsAfter.size()) map.sites[s].regionsAfter = raw.regionsAfter[s];
    }
    team.forEach(2, [&](std::size_t job, std::size_t) {
        if (job == 0) return traceDecisionBoundary(map, sideEdge, contested);
        layEdgesToSites(map);
        mergePieces(map, reach, largest);
    });

    map.checks.windowArea = signedArea(window);
    map.checks.euler = static_cast<std::int64_t>(map.vertices.size()) -
                       static_cast<std::int64_t>(map.edges.size()) + map.faceCount();
    map.checks.smallestOffMargin = std::isfinite(raw.margins.smallestOff) ? raw.margins.smallestOff : 0;
    map.checks.largestOnMargin = raw.margins.largestOn;
    map.checks.onDistances = raw.margins.on;
    return map;
}

}  // namespace tessera
