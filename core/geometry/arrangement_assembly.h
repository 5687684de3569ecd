// SPDX-License-Identifier: GPL-3.0-or-later
// From what an engine streams out (vertices, faces with the origin of each side, pattern, affine form) to a
// finished Arrangement: edge table, areas, labels, pieces, decision boundary, Euler and area checks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/geometry/arrangement.h"
#include "core/geometry/line_margins.h"
#include "core/geometry/piecewise_linear.h"
#include "core/geometry/worker_team.h"

namespace tessera {

// Faces as the engines produce them. sideSite/sideUnit run parallel to faceVertices: entry i belongs to the
// side from vertex i to the next vertex of that face; site -1 is a window side.
struct RawFaces {
    std::vector<Eigen::Vector2d> vertices;
    std::vector<std::int32_t> faceBegin{0};
    std::vector<std::int32_t> faceVertices, sideSite, sideUnit;
    std::vector<std::uint64_t> patternHash;
    std::vector<double> forms;  // faces x outputs x 3, relative to formOrigin
    std::int32_t outputs = 0;
    Eigen::Vector2d formOrigin = Eigen::Vector2d::Zero();
    std::vector<std::int64_t> regionsAfter;  // per site
    OnOffMargins margins;                    // slice units
    bool complete = true;
    std::string stopReason;
};

// Work of the engine's own on faces as they came (vertices, faceVertices, patterns, forms), to be done beside
// the rest.
struct FaceJobs {
    std::size_t count = 0;
    std::function<void(const Arrangement& map, std::size_t job)> run;
};

// `tolerance` in slice units (distance). `sites` names the layers. The result does not depend on the team.
Arrangement assembleArrangement(RawFaces raw, const Polygon& window, const std::vector<Site>& sites,
                                double tolerance, WorkerTeam& team, const FaceJobs& jobs = {});

// Budgets of an exact computation; 0 means none.
struct ArrangementBudget {
    std::int64_t maxRegions = 0;
    double maxSeconds = 0;
    std::int64_t maxBytes = 0;  // of buffers, beyond the result itself
};

struct ArrangementOptions {
    // Of the window's half-width; a run that finds it too coarse lowers it (arrangement_resolution.h).
    double relativeTolerance = 1e-11;
    int threads = 1;
    ArrangementBudget budget;
};

// Half the larger extent of the window's bounding box: the length that tolerances are relative to.
double windowHalfWidth(const Polygon& window);

}  // namespace tessera
