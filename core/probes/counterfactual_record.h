// SPDX-License-Identifier: GPL-3.0-or-later
// What "counterfactual" found, by sample, and the record made of it.
#pragma once

#include "core/base/record.h"
#include "core/probes/counterfactual_closed_form.h"
#include "core/probes/counterfactual_settings.h"
#include "core/probes/counterfactual_tuning.h"

namespace tessera {

struct CounterfactualRow {
    std::int64_t sample = 0, label = -1;
    FlipRow flip;
    BoundaryDistance boundary;
    double supportStart = 0, supportEnd = 0;  // rho against the target; +inf: none
    double curvature = 0;                     // at the start
    ClosedFormFlip closedForm;
    std::int64_t retrievalSample = -1;  // nearest reference of the target; -1: none
    double retrievalDistance = 0;
    bool retrievalFlips = false;  // is within the radius and predicted as the target
};

struct CounterfactualRows {
    std::vector<CounterfactualRow> rows;  // may be shorter than wanted: stopped
    std::int64_t wanted = 0;
    std::vector<std::string> classNames;
    ClassThresholds thresholds;
    std::int64_t references = 0;
    double radius = 0, step = 0;  // as used, in input units
    bool hasClosedForm = false, isLinear = false;
    bool areChosen = false, isSplitGiven = false, isNormalised = false, isClipped = false;
    bool hasSelf = false;           // some evaluated samples are references
    std::vector<SearchPath> paths;  // of the first rows
    std::int64_t pathsAsked = 0;    // there may not be room for all
    std::optional<TuningResult> tuning;
    CounterfactualSettings settings;
};

ResultRecord counterfactualRecord(const CounterfactualRows& found);
Table tuningTable(const TuningResult& tuning);
// Its numbers in short, of the table of samples.
void summariseCounterfactuals(ResultRecord& record, const CounterfactualRows& found);

}  // namespace tessera
