// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/walk_merge.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tessera {
namespace {

constexpr std::size_t kWalksCopied = 8;  // by a thread at a time

// Where one walk's vertices and faces go.
struct Place {
    std::int32_t firstVertex = 0;  // of its new vertices
    std::vector<std::pair<std::int32_t, std::int32_t>>
        known;  // own index -> vertex of an earlier walk, ascending
    std::size_t firstFace = 0, firstSide = 0, faces = 0, sides = 0;
};

}  // namespace

RawFaces mergeWalks(std::vector<WalkOutput>& outputs, const PreparedChain& chain,
                    const Eigen::Vector2d& formOrigin, double tolerance, std::int64_t maxFaces,
                    WorkerTeam& team) {
    RawFaces raw;
    raw.outputs = chain.outputs;
    raw.formOrigin = formOrigin;
    raw.regionsAfter.assign(chain.stages.size(), 0);

    // Serial and small: only vertices on sides between tasks are looked up. The first walk to make one keeps
    // it.
    std::vector<Place> places(outputs.size());
    std::vector<std::int32_t> placed;  // own index -> vertex, of shared ones
    CrossingTable table;
    const auto earlier = static_cast<std::int32_t>(outputs[0].vertices.size());
    for (const auto& vertex : outputs[0].shared) table.findOrAdd(vertex.key, vertex.vertex);
    std::int32_t vertexCount = 0;
    std::size_t faceCount = 0, sideCount = 0;
    for (std::size_t w = 0; w < outputs.size(); ++w) {
        const WalkOutput& output = outputs[w];
        Place& place = places[w];
        place.firstVertex = vertexCount;
        place.firstFace = faceCount;
        place.firstSide = sideCount;
        place.faces = std::min<std::size_t>(output.faceSize.size(), maxFaces - faceCount);
        for (std::size_t f = 0; f < place.faces; ++f) place.sides += output.faceSize[f];
        faceCount += place.faces;
        sideCount += place.sides;
        std::int32_t merged = 0;
        if (w > 0) {
            // Shared vertices hang on vertices of the first walk or on shared ones made before them.
            placed.resize(std::max(placed.size(), output.vertices.size()));
            const auto globalOf = [&](std::int32_t id) {
                return id < earlier ? id : placed[id - output.firstVertex];
            };
            for (const auto& vertex : output.shared) {
                const std::int32_t own = vertex.vertex - output.firstVertex;
                const CrossingKey key(globalOf(vertex.key.low), globalOf(vertex.key.high), vertex.key.line);
                const std::int32_t fresh = place.firstVertex + own - merged;
                const std::int32_t known = table.findOrAdd(key, fresh);
                if (known >= 0) {
                    place.known.emplace_back(own, known);
                    ++merged;
                }
                placed[own] = known >= 0 ? known : fresh;
            }
        }
        vertexCount += static_cast<std::int32_t>(output.vertices.size()) - merged;
        for (std::size_t s = 0; s < raw.regionsAfter.size() && s < output.regionsAfter.size(); ++s) {
            raw.regionsAfter[s] += output.regionsAfter[s];
        }
        raw.margins.merge(output.margins);
    }

    raw.vertices.resize(vertexCount);
    raw.faceBegin.resize(faceCount + 1);
    raw.faceVertices.resize(sideCount);
    raw.sideSite.resize(sideCount);
    raw.sideUnit.resize(sideCount);
    raw.patternHash.resize(faceCount);
    raw.forms.resize(faceCount * chain.outputs * 3);
    const auto copy = [&](std::size_t w) {
        const WalkOutput output = std::move(outputs[w]);
        const Place& place = places[w];
        std::vector<std::int32_t> vertexOf(output.vertices.size());
        auto known = place.known.begin();
        std::int32_t next = place.firstVertex;
        for (std::size_t v = 0; v < vertexOf.size(); ++v) {
            if (known != place.known.end() && known->first == static_cast<std::int32_t>(v)) {
                vertexOf[v] = (known++)->second;
                continue;
            }
            raw.vertices[next] = formOrigin + Eigen::Vector2d(output.vertices[v].x, output.vertices[v].y);
            vertexOf[v] = next++;
        }
        std::size_t side = place.firstSide;
        for (std::size_t f = 0; f < place.faces; ++f) {
            raw.faceBegin[place.firstFace + f] = static_cast<std::int32_t>(side);
            side += output.faceSize[f];
        }
        for (std::size_t i = 0; i < place.sides; ++i) {
            const std::int32_t vertex = output.faceVertices[i], label = output.sideLabels[i];
            raw.faceVertices[place.firstSide + i] =
                w > 0 && vertex < earlier ? vertex : vertexOf[vertex - output.firstVertex];
            raw.sideSite[place.firstSide + i] = label < 0 ? -1 : chain.siteOfLabel[label];
            raw.sideUnit[place.firstSide + i] = label < 0 ? -1 : chain.unitOfLabel[label];
        }
        std::copy_n(output.hash.begin(), place.faces, raw.patternHash.begin() + place.firstFace);
        const std::size_t width = 3 * static_cast<std::size_t>(chain.outputs);
        std::copy_n(output.forms.begin(), place.faces * width, raw.forms.begin() + place.firstFace * width);
    };
    team.forEach((outputs.size() + kWalksCopied - 1) / kWalksCopied, [&](std::size_t part, std::size_t) {
        const std::size_t end = std::min(outputs.size(), (part + 1) * kWalksCopied);
        for (std::size_t w = part * kWalksCopied; w < end; ++w) copy(w);
    });
    raw.faceBegin[faceCount] = static_cast<std::int32_t>(sideCount);
    raw.margins.smallestOff *= tolerance;
    raw.margins.largestOn *= tolerance;
    return raw;
}

void dropUnusedVertices(RawFaces& raw) {
    std::vector<std::int32_t> place(raw.vertices.size(), -1);
    for (const auto vertex : raw.faceVertices) place[vertex] = 0;
    std::int32_t next = 0;
    for (std::size_t v = 0; v < place.size(); ++v) {
        if (place[v] < 0) continue;
        raw.vertices[next] = raw.vertices[v];
        place[v] = next++;
    }
    raw.vertices.resize(next);
    for (auto& vertex : raw.faceVertices) vertex = place[vertex];
}

}  // namespace tessera
