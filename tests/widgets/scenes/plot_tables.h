// SPDX-License-Identifier: GPL-3.0-or-later
// A table such as a per-sample probe gives, the same in every run.
#pragma once

#include <cmath>
#include <memory>
#include <random>

#include "core/base/record.h"

namespace tessera::plots {

// sample, label, predicted, margin, distance (positive, wide range), entropy, split ("train"/"test").
inline std::shared_ptr<const Table> sampleTable(std::size_t rows, unsigned seed = 7, int classes = 4) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<std::int64_t> sample, label, predicted;
    std::vector<double> margin, distance, entropy;
    std::vector<std::string> split;
    for (std::size_t i = 0; i < rows; ++i) {
        const auto kind = static_cast<std::int64_t>(random() % static_cast<unsigned>(classes));
        const double a = normal(random), b = normal(random);
        const double m = 1.2 + 0.9 * a + 0.3 * static_cast<double>(kind);
        sample.push_back(static_cast<std::int64_t>(3 * i + 1));
        label.push_back(kind);
        predicted.push_back(m > 0 ? kind : (kind + 1) % classes);
        margin.push_back(m);
        distance.push_back(std::exp(0.6 * m + 0.5 * b));
        entropy.push_back(1.4 / (1 + std::exp(1.5 * m)) + 0.02 * b * b);
        split.push_back(random() % 3 ? "train" : "test");
    }
    Table table{"samples", "Local geometry", {}, "sample"};
    table.columns = {
        {"sample", "Sample", "", "Index in the data.", std::move(sample)},
        {"label", "Label", "", "Class in the data.", std::move(label)},
        {"predicted", "Predicted", "", "Class by the model.", std::move(predicted)},
        {"margin", "Margin", "logits", "Largest logit less the second.", std::move(margin)},
        {"distance", "Boundary distance", "input units", "To the nearest boundary.", std::move(distance)},
        {"entropy", "Entropy", "nats", "Of the predicted distribution.", std::move(entropy)},
        {"split", "Split", "", "Part of the data.", std::move(split)},
    };
    return std::make_shared<const Table>(std::move(table));
}

}  // namespace tessera::plots
