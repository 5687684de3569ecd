// SPDX-License-Identifier: GPL-3.0-or-later
// Heads over one representation, side by side: how accurate, how sure, how far apart.
#pragma once

#include <memory>
#include <optional>

#include "core/base/record.h"
#include "core/heads/embeddings.h"
#include "core/heads/head.h"
#include "core/model/model.h"

namespace tessera {

struct ComparedHead {
    std::string name;
    std::shared_ptr<const Model> model;  // takes the embeddings
    std::optional<HeadRecipe> recipe;    // if known
};

struct HeadFigures {
    double accuracy = 0, crossEntropy = 0, ece = 0;  // ece: 15 equal bins of confidence
    // Against the first head. NaN for the angle unless both are linear, in degrees, of (W, b) with the mean
    // over classes taken out (it changes no probability) and flattened.
    double angle = 0;
    double marginDifference = 0;  // mean |difference of the two largest logits' gap|
    double logitScale = 0;        // Frobenius norm of the row-centred W; NaN if not linear
};

struct HeadTable {
    std::vector<ComparedHead> heads;
    std::vector<HeadFigures> figures;
    std::int64_t samples = 0;
    // The first head and those made by its recipe but for the seed: what the seed alone does.
    std::vector<std::size_t> seedVariants;
};

// On the labelled samples of one part. Heads must take the embeddings' dimension and tell its classes apart.
Result<HeadTable> compareHeads(const Embeddings& embeddings, std::span<const ComparedHead> heads, Part part,
                               std::stop_token stop, Progress& progress);

// The same on labelled points at hand: `samples` are their numbers in the data, for sentences.
Result<HeadTable> compareHeads(ConstRows points, std::span<const std::int32_t> labels,
                               std::span<const std::int64_t> samples, int classes,
                               std::span<const ComparedHead> heads, std::stop_token stop, Progress& progress);

// Accuracy, mean cross-entropy and calibration of logits; labels all valid.
struct LogitQuality {
    double accuracy = 0, crossEntropy = 0, ece = 0;
};
LogitQuality qualityOf(const ConstRows& logits, std::span<const std::int32_t> labels, int bins = 15);

// W and b of an affine model as a head; nothing if it bends. One logit z becomes (-z/2, z/2).
Result<std::optional<HeadLayer>> linearLayerOf(const Model& model);
Result<Rows> logitsOf(const Model& model, const ConstRows& points);  // at least two columns
double angleBetween(const HeadLayer& a, const HeadLayer& b);         // degrees

// "heads", one row each, and "ranges" (largest minus smallest over the seed variants) if there are at least
// two. Columns named in `extra` (one value per head) are added to both.
std::vector<Table> tablesOf(const HeadTable& table, std::vector<Column> extra = {});

}  // namespace tessera
