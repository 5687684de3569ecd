// SPDX-License-Identifier: GPL-3.0-or-later
// Which samples the gallery shows and in which order: a filter text, a few switches and a sort key.
#pragma once

#include <QString>
#include <QStringList>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/data/dataset.h"
#include "core/probes/evaluation.h"

namespace tessera {

enum class GallerySort { Index, Label, Prediction, Confidence };

struct GalleryQuery {
    QString text = {};  // "label:3 pred:cat conf<0.6 t10k": all words must hold; other words are looked for
                        // in the sample's name
    bool wrongOnly = false;
    int classLabel = -1;                                                // -1: all
    std::shared_ptr<const std::vector<std::int64_t>> subset = nullptr;  // ascending; null: all
    GallerySort sort = GallerySort::Index;
    bool descending = false;
    bool operator==(const GalleryQuery&) const = default;
};

// The filter text taken apart.
struct GalleryFilter {
    std::optional<int> label, prediction;
    std::optional<double> confidenceBelow, confidenceAbove;
    std::optional<bool> wrong;
    QStringList words;     // in the sample's name, any case
    QStringList problems;  // one sentence each: "There is no class named 'dog'."
};
GalleryFilter parseGalleryText(const QString& text, const std::vector<std::string>& classNames);

bool isWrong(const Evaluation::Output* evaluation, std::int64_t index);

using GalleryOrder = std::vector<std::int64_t>;  // dataset indices, top to bottom
// Any thread. `evaluation` may be null (then nothing is wrong, and predictions sort last). Equal keys keep
// index order.
GalleryOrder galleryOrder(const Dataset& data, const Evaluation::Output* evaluation,
                          const GalleryQuery& query, std::stop_token stop);

}  // namespace tessera
