// SPDX-License-Identifier: GPL-3.0-or-later
// Gaussian classes as embeddings.
#pragma once

#include <numeric>

#include "core/base/random.h"
#include "core/data/npz.h"
#include "core/heads/train_heads.h"

namespace tessera::test {

inline double normal(Random& random) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += random.uniform();
    return sum;
}

// Class c lies around `spread` times a random direction; samples go to train, reference and test by 7 : 1
// : 2.
inline Embeddings gaussianClasses(std::int64_t count, std::int64_t dimension, int classes, double spread,
                                  std::uint64_t seed = 1) {
    Random random(seed);
    Rows centres(classes, dimension);
    for (std::int64_t i = 0; i < centres.size(); ++i)
        centres.data()[i] = spread * normal(random) / std::sqrt(static_cast<double>(dimension));
    Embeddings made;
    made.points.resize(count, dimension);
    for (std::int64_t i = 0; i < count; ++i) {
        const auto label = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(classes)));
        made.labels.push_back(label);
        for (std::int64_t d = 0; d < dimension; ++d) made.points(i, d) = centres(label, d) + normal(random);
        (i % 10 < 7 ? made.splits.train : i % 10 < 8 ? made.splits.reference : made.splits.test).push_back(i);
    }
    for (int c = 0; c < classes; ++c) made.classNames.push_back(std::to_string(c));
    return made;
}

// The same as a file without a split of its own.
inline bool writeClasses(const std::filesystem::path& path, std::int64_t count, std::int64_t dimension,
                         int classes, double spread) {
    const Embeddings made = gaussianClasses(count, dimension, classes, spread);
    const std::vector<std::int64_t> labels(made.labels.begin(), made.labels.end());
    const std::vector<NpzEntry> entries{{"x", "<f8", {count, dimension}, made.points.data()},
                                        {"y", "<i8", {count}, labels.data()}};
    return writeNpz(path, entries).isOk();
}

inline double accuracy(const Head& head, const Embeddings& data, const std::vector<std::int64_t>& samples) {
    const Rows logits = logitsOf(head, data.pointsOf(samples));
    const auto labels = data.labelsOf(samples);
    std::int64_t correct = 0;
    for (std::int64_t i = 0; i < logits.rows(); ++i) {
        Eigen::Index top = 0;
        logits.row(i).maxCoeff(&top);
        correct += top == labels[static_cast<std::size_t>(i)] ? 1 : 0;
    }
    return static_cast<double>(correct) / static_cast<double>(logits.rows());
}

inline double largestDifference(const Head& a, const Head& b) {
    double most = 0;
    for (std::size_t i = 0; i < a.layers.size(); ++i) {
        most = std::max(most, (a.layers[i].weight - b.layers[i].weight).cwiseAbs().maxCoeff());
        most = std::max(most, (a.layers[i].bias - b.layers[i].bias).cwiseAbs().maxCoeff());
    }
    return most;
}

inline bool isBitEqual(const Head& a, const Head& b) {
    if (a.layers.size() != b.layers.size()) return false;
    for (std::size_t i = 0; i < a.layers.size(); ++i)
        if (a.layers[i].weight != b.layers[i].weight || a.layers[i].bias != b.layers[i].bias) return false;
    return true;
}

}  // namespace tessera::test
