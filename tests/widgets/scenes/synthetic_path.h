// SPDX-License-Identifier: GPL-3.0-or-later
// Records as the probe "path-regions" writes them, of made-up paths.
#pragma once

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/base/record.h"

namespace tessera::test {

struct SyntheticPath {
    std::vector<double> positions;            // ascending, from 0, whole numbers included
    std::vector<std::vector<double>> logits;  // one row a position
    std::vector<std::int64_t> layerOf;        // of the crossings among them, in order
    std::vector<std::string> layers{"relu1", "relu2"};
    int samples = 2;
    std::vector<double> deviation;
};

inline std::shared_ptr<ResultRecord> recordOf(const SyntheticPath& path) {
    auto record = std::make_shared<ResultRecord>();
    record->probe = "path-regions";
    const auto rows = static_cast<std::int64_t>(path.positions.size());
    const auto outputs = static_cast<std::int64_t>(path.logits.front().size());
    std::vector<double> flat, crossings;
    for (const auto& row : path.logits) flat.insert(flat.end(), row.begin(), row.end());
    std::vector<std::int64_t> counts(path.layers.size(), 0), silent(path.layers.size(), 0), sample, label,
        index;
    for (const double position : path.positions)
        if (position != std::floor(position)) {
            ++counts[static_cast<std::size_t>(path.layerOf[crossings.size()])];
            crossings.push_back(position);
        }
    std::vector<std::string> names;
    for (std::int64_t k = 0; k < outputs; ++k)
        names.push_back("class " + std::to_string(k)), index.push_back(k);
    for (int i = 0; i < path.samples; ++i) sample.push_back(10 * i), label.push_back(i % outputs);
    record->arrays = {Array::of("position", {rows}, path.positions),
                      Array::of("logits", {rows, outputs}, std::move(flat))};
    record->tables = {
        {"layers",
         "",
         {{"name", "", "", "", path.layers},
          {"crossings", "", "", "", counts},
          {"without_effect", "", "", "", silent}}},
        {"crossings", "", {{"position", "", "", "", crossings}, {"layer", "", "", "", path.layerOf}}},
        {"anchors", "", {{"sample", "", "", "", sample}, {"label", "", "", "", label}}},
        {"logits",
         "",
         {{"index", "", "", "", index},
          {"name", "", "", "", names},
          {"absolute_deviation", "", "", "", path.deviation}}}};
    return record;
}

// One segment, hinge at a half: logit 0 goes 0, 0, 1 and logit 1 goes 1, 1, 1.
inline SyntheticPath hingePath() {
    return {{0, 0.5, 1}, {{0, 1}, {0, 1}, {1, 1}}, {1}, {"relu1", "relu2"}, 2, {0.25, 0}};
}

// Random walks of the logits with this many crossings on each of the segments.
inline SyntheticPath randomPath(int segments, int crossings, int outputs, int layers, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<double> step(0, 20 / std::sqrt(crossings));
    SyntheticPath path;
    path.layers.clear(), path.samples = segments + 1;
    for (int l = 0; l < layers; ++l)
        path.layers.push_back("layer" + std::to_string(l / 2) + ".relu" + std::to_string(l));
    std::vector<double> row(static_cast<std::size_t>(outputs), 0.0);
    for (int s = 0; s <= segments; ++s)
        for (int c = 0; c <= crossings; ++c) {
            if (s == segments && c > 0) break;
            path.positions.push_back(s + static_cast<double>(c) / (crossings + 1));
            if (c > 0)
                path.layerOf.push_back(static_cast<std::int64_t>(random() % static_cast<unsigned>(layers)));
            for (double& value : row) value += step(random);
            path.logits.push_back(row);
        }
    for (int k = 0; k < outputs; ++k) path.deviation.push_back(1.0 + k);
    return path;
}

}  // namespace tessera::test
