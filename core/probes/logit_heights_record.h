// SPDX-License-Identifier: GPL-3.0-or-later
// The logits over a plane as a record, and back. Exact faces are kept as those of "regions" are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/record.h"
#include "core/base/result.h"
#include "core/geometry/logit_mesh.h"

namespace tessera {

inline constexpr const char* kLogitHeightsProbe = "logit-heights";

struct HeightsSample {
    std::int64_t sample = 0;
    std::int32_t label = -1, prediction = 0;
    Eigen::Vector2d at = Eigen::Vector2d::Zero();
    double offPlane = 0;         // distance, in input units
    std::vector<double> logits;  // per class, as in LogitMesh
};

struct LogitHeightsResult {
    SlicePlane plane;
    std::int32_t outputs = 0;
    std::shared_ptr<const Arrangement> exact;  // or
    std::shared_ptr<const LogitGrid> sampled;  // one of the two
    std::int64_t evaluations = 0;              // of the network, for the grid
    std::vector<HeightsSample> samples;
    int classCount() const { return outputs == 1 ? 2 : outputs; }
    LogitMesh mesh() const;
};

// The arrays point into the result's parts and keep them alive. `mesh` is result.mesh().
ResultRecord logitHeightsRecord(const LogitHeightsResult& result, const LogitMesh& mesh,
                                const Provenance& provenance);
// The record may come from any file: every size and index is checked, so that whatever is accepted can be
// drawn.
Result<LogitHeightsResult> logitHeightsFromRecord(const ResultRecord& record, const std::string& what);

// Logits of a network as those of its classes: of a single one, 0 and the logit.
std::vector<double> classLogits(std::span<const double> outputs);

}  // namespace tessera
