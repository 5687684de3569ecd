// SPDX-License-Identifier: GPL-3.0-or-later
// What the catalogue holds: a question asked of a model, with its schema. From this description come the menu
// entry, the parameter panel, `tessera probe NAME --help`, the session entry and the manual page.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/parameter.h"
#include "core/base/progress.h"
#include "core/base/record.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/geometry/slice_plane.h"
#include "core/model/model.h"

namespace tessera {

struct ProbeDescription {
    std::string name;        // "path-regions": as typed, and the key in sessions
    std::string title;       // "Regions along a path": in menus and tabs
    std::string sentence;    // what it answers, one sentence
    std::string definition;  // what is computed, a paragraph; formulas in plain text
    std::string cost;        // what a run costs: passes, memory
    std::string source;      // paper, year, equation; parts that are ours are called derived
    bool needsData = true;
    bool needsExact = false;  // every layer of the model must be exact
    int minimumSamples = 0;   // of `samples` below; 0: an empty list means the whole set
    int maximumSamples = 0;   // 0: any number
    // Values that a model must take. A model of just as many, if that is more than 1, needs no samples: its
    // whole input space is looked at.
    int minimumInputs = 1;
    bool orderMatters = false;  // samples are taken in the order they were chosen (a path)
    int minimumModels = 1;      // more than 1: it compares all models it is given
    std::vector<Parameter> parameters;
};

// Shared const snapshots: a probe knows no thread, queue, window or colour.
struct ProbeInputs {
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Dataset> dataset;  // may be null if the probe does not need data
    Normalisation normalisation;
    std::vector<std::int64_t> samples;  // empty: all
    std::uint64_t seed = 0;
    int threads = 1;
    // Further models, of the same inputs and classes, for probes that compare; `model` is the first.
    std::vector<std::shared_ptr<const Model>> others = {};
    // Takes what is there so far, each a whole record that can be shown, from the thread that runs; null:
    // nobody looks. Records that follow replace it.
    std::function<void(std::shared_ptr<const ResultRecord>)> onPartial = {};
};

class Probe {
  public:
    virtual ~Probe() = default;
    virtual const ProbeDescription& description() const = 0;
    // `parameters` is complete (completeParameters). A stop request gives Cancelled, or, where a part is of
    // use by itself, a record with provenance.complete = false and a note. Any thread.
    virtual Result<ResultRecord> run(const ProbeInputs& inputs, const ParameterMap& parameters,
                                     std::stop_token stop, Progress& progress) const = 0;
};

bool takesWholeSpace(const ProbeDescription& description, const Model& model);
// What every caller does first: the inputs fit the description (model there, data there if needed and of the
// model's shape, all layers exact if needed, enough samples, indices in range). One sentence otherwise.
Result<Done> checkInputs(const ProbeDescription& description, const ProbeInputs& inputs);
// checkInputs, completeParameters, run; then fills probe, parameters, seed, threads, version, time and the
// source files' hashes. An exception becomes an Error.
Result<std::shared_ptr<const ResultRecord>> runProbe(const Probe& probe, const ProbeInputs& inputs,
                                                     const ParameterMap& given, std::stop_token stop,
                                                     Progress& progress);

}  // namespace tessera
