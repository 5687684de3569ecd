// SPDX-License-Identifier: GPL-3.0-or-later
// One entry of the result list: what was asked of what, and how it ended. The numbers lie beside it
// (record_store.h) and are read on request.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/parameter.h"
#include "core/base/provenance.h"
#include "core/base/record.h"
#include "core/data/dataset.h"

namespace tessera {

enum class Outcome { Complete, Partial, Cancelled, Failed };
const char* outcomeText(Outcome outcome);  // "complete", "partial", "cancelled", "failed"

struct SessionResult {
    std::string id, title;  // "r1", "Regions along a path"; an id is never used again for something else
    std::string probe;      // name in the catalogue, or "regions" and "class-map" (regions_record.h)
    ParameterMap parameters;

    std::string model;                     // id
    std::vector<std::string> others = {};  // ids of further models, of probes that compare
    Normalisation normalisation;
    std::vector<std::int64_t> samples;  // empty: all
    std::uint64_t seed = 0;
    std::string slice;       // id, for results on a slice; their plane is in the record
    std::string requestKey;  // result_cache.h; empty: not to be served from the cache

    Outcome outcome = Outcome::Complete;
    std::string sentence;  // why it is not complete
    std::string started;   // "2026-11-24T09:51:48Z"

    ParameterMap view = {};  // how its view is held: camera, layers, ...; names are the view's own

    std::vector<Metric> summary;
    std::vector<std::string> notes;
    Provenance provenance;
    bool hasNumbers = false;  // filled on saving
    std::int64_t bytes = 0;   // of tables and arrays
};

// The parts that come from the record: probe, parameters, summary, notes, provenance, outcome, bytes.
void describeRecord(const ResultRecord& record, SessionResult& result);

}  // namespace tessera
