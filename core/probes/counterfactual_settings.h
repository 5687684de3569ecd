// SPDX-License-Identifier: GPL-3.0-or-later
// Parameters of "counterfactual" with what the preset leaves open filled in.
#pragma once

#include "core/probes/counterfactual_search.h"
#include "core/probes/local_support.h"
#include "core/probes/probe.h"

namespace tessera {

// How step, radius and weights are chosen: as given, or by trials on references.
enum class Tuning { None, Grid, Geometry, Control };

struct CounterfactualSettings {
    std::string preset;  // "v1", "v2"
    SearchOptions search;
    bool radiusInDistances = false;  // search.radius is in units of the median boundary distance
    double curvatureWeight = 0;      // alpha
    bool curvature = false;          // as a column
    int tangentDimensions = 2;
    double headScale = 1;
    SupportOptions support;
    bool mahalanobis = false;
    double referenceShare = 0.1, testShare = 0.2;
    bool clip = true;
    std::int64_t paths = 0;  // samples whose paths are kept
    Tuning tuning = Tuning::None;
    int tuningTrials = 20;  // of the random ones
    std::int64_t tuningSamples = 0;
    std::int64_t budgetBytes = 0;
    CurvatureOptions curvatureOptions() const { return {search.neighbours, tangentDimensions}; }
};

ProbeDescription counterfactualDescription();
CounterfactualSettings counterfactualSettings(const ParameterMap& values);

// What pixels of 0 and 1 are to the network.
ValidRange pixelRange(const Normalisation& normalisation, const Shape& sampleShape);

}  // namespace tessera
