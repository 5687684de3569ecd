// SPDX-License-Identifier: GPL-3.0-or-later
// From a model and data to a representation on disk: the values of one layer for every sample, with labels
// and split, as an .npz that opens as data. Equal requests are served from a cache; an interrupted one goes
// on where it stopped.
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/model/model.h"

namespace tessera {

struct EmbedRequest {
    std::shared_ptr<const Model> model;
    std::string layer;  // LayerInfo::name; empty: what the last linear layer takes
    std::shared_ptr<const Dataset> data;
    Normalisation normalisation;
    // Of data that bring no split of their own (see splits.h).
    std::uint64_t splitSeed = 0;
    double referenceShare = 0.1, testShare = 0.2;
};

struct EmbedCache {
    std::filesystem::path folder;             // made if it is not there
    std::uint64_t mostBytes = 4'000'000'000;  // oldest entries go first
};
// Below XDG_CACHE_HOME, else ~/.cache.
std::filesystem::path standardEmbedCache();

struct Embedded {
    std::filesystem::path file;  // in the cache
    std::string layer, key;
    std::int64_t samples = 0, dimension = 0;
    bool isFromCache = false;
    std::int64_t resumedAt = 0;  // samples that an earlier, interrupted run had done
};

// Hash of everything that the numbers depend on. Folders count by names, sizes and times.
Result<std::string> embedKey(const EmbedRequest& request, std::stop_token stop);
// x (N x D, float32), names and, if the data are labelled, y, class_names and split; items_source or items
// say where the samples themselves are, by absolute paths; `origin` holds model, layer and normalisation as
// JSON text in bytes. A stop request gives Cancelled; what was done is kept for the next time.
Result<Embedded> embed(const EmbedRequest& request, const EmbedCache& cache, std::stop_token stop,
                       Progress& progress);
// The file elsewhere, with paths relative to its new place, so that it can move together with the data.
Result<Done> copyEmbeddings(const Embedded& embedded, const Dataset& data, const std::filesystem::path& to);

}  // namespace tessera
