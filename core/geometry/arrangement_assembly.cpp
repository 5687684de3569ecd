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
    const std::int32_t begin = map.faceBegin[face], end = map.faceBegin[face + 1];
    const Eigen::Vector2d base = map.vertices[map.faceVertices[begin]];
    Eigen::Vector2d previous = map.vertices[map.faceVertices[begin + 1]] - base;
    double twice = 0;
    for (std::int32_t i = begin + 2; i < end; ++i) {
        const Eigen::Vector2d corner = map.vertices[map.faceVertices[i]] - base;
        twice += previous.x() * corner.y() - previous.y() * corner.x();
        previous = corner;
    }
    map.area[face] = twice / 2;

    const Eigen::Vector2d offset = map.centroid(face) - map.formOrigin;
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

void measureFaces(Arrangement& map, int threads) {
    map.area.resize(map.faceCount());
    map.label.resize(map.faceCount());
    forFaces(map, threads, [&](std::int32_t face) { measureFace(map, face); });
    long double sum = 0;
    for (const double area : map.area) sum += area;
    map.checks.areaSum = static_cast<double>(sum);
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
// faces apart by rounding.
void mergePieces(Arrangement& map, const Eigen::Vector2d& reach, int threads) {
    const auto faces = static_cast<std::int32_t>(map.faceCount());
    const std::int32_t width = map.outputs * 3;
    const auto size = [&](double a, double b, double c) {
        return std::abs(a) * reach.x() + std::abs(b) * reach.y() + std::abs(c);
    };
    std::vector<double> norm(faces, 0.0);
    forFaces(map, threads, [&](std::int32_t face) {
        const double* form = map.forms.data() + static_cast<std::size_t>(face) * width;
        for (std::int32_t k = 0; k < width; k += 3) {
            norm[face] = std::max(norm[face], size(form[k], form[k + 1], form[k + 2]));
        }
    });
    std::vector<std::int32_t> parent(faces);
    for (std::int32_t face = 0; face < faces; ++face) parent[face] = face;
    for (const auto& edge : map.edges) {
        if (edge.left < 0 || edge.right < 0) continue;
        const double* a = map.forms.data() + static_cast<std::size_t>(edge.left) * width;
        const double* b = map.forms.data() + static_cast<std::size_t>(edge.right) * width;
        const double allowed = kSamePiece * std::max(norm[edge.left], norm[edge.right]);
        bool same = true;
        for (std::int32_t k = 0; k < width && same; k += 3) {
            same = size(a[k] - b[k], a[k + 1] - b[k + 1], a[k + 2] - b[k + 2]) <= allowed;
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

Eigen::Vector2d halfExtent(const Polygon& window) {
    const auto box = boundingBox(window);
    return (box.high - box.low) / 2;
}

}  // namespace

double windowHalfWidth(const Polygon& window) {
    return halfExtent(window).maxCoeff();
}

Arrangement assembleArrangement(RawFaces raw, const Polygon& window, const std::vector<Site>& sites,
                                double tolerance, int threads) {
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

    std::vector<std::int32_t> sideEdge;
    pairSides(raw, map, sideEdge);
    measureFaces(map, threads);

    map.sites.resize(sites.size());
    for (std::size_t s = 0; s < sites.size(); ++s) {
        map.sites[s].name = sites[s].name;
        if (s < raw.regionsAfter.size()) map.sites[s].regionsAfter = raw.regionsAfter[s];
    }
    map.depth.assign(map.faceCount(), 0);
    for (const auto& edge : map.edges) {
        if (edge.site < 0) continue;
        ++map.sites[edge.site].edges;
        if (edge.left >= 0) map.depth[edge.left] = std::max(map.depth[edge.left], edge.site + 1);
        if (edge.right >= 0) map.depth[edge.right] = std::max(map.depth[edge.right], edge.site + 1);
    }
    mergePieces(map, halfExtent(window), threads);
    traceDecisionBoundary(map, sideEdge, threads);

    map.checks.windowArea = signedArea(window);
    map.checks.euler = static_cast<std::int64_t>(map.vertices.size()) -
                       static_cast<std::int64_t>(map.edges.size()) + map.faceCount();
    map.checks.smallestOffMargin = raw.smallestOffMargin;
    map.checks.largestOnMargin = raw.largestOnMargin;
    return map;
}

}  // namespace tessera
