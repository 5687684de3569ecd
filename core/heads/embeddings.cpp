// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/embeddings.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/data/byte_store.h"

namespace tessera {

Rows Embeddings::pointsOf(std::span<const std::int64_t> samples) const {
    Rows chosen(static_cast<std::int64_t>(samples.size()), points.cols());
    for (std::size_t i = 0; i < samples.size(); ++i)
        chosen.row(static_cast<std::int64_t>(i)) = points.row(samples[i]);
    return chosen;
}

std::vector<std::int32_t> Embeddings::labelsOf(std::span<const std::int64_t> samples) const {
    std::vector<std::int32_t> chosen;
    for (const auto sample : samples) chosen.push_back(labels[static_cast<std::size_t>(sample)]);
    return chosen;
}

Result<Embeddings> readEmbeddings(const Dataset& data, Splits splits, std::stop_token stop,
                                  Progress& progress) {
    const std::string what = data.path().string();
    const std::int64_t count = data.size(), dimension = elementCount(data.sampleShape());
    auto fits =
        checkFitsInMemory(static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(dimension) * 8, what,
                          "use fewer samples, or cut the model at a narrower layer");
    if (!fits.isOk()) return std::move(fits).propagate<Embeddings>();
    Embeddings embeddings;
    embeddings.classNames = data.classNames();
    embeddings.points.resize(count, dimension);
    const std::int64_t block = std::clamp<std::int64_t>((std::int64_t{8} << 20) / (4 * dimension), 1, count);
    std::vector<float> values(static_cast<std::size_t>(block * dimension));
    std::vector<std::int64_t> indices;
    for (std::int64_t begin = 0; begin < count; begin += block) {
        if (stop.stop_requested()) return Cancelled{};
        indices.resize(static_cast<std::size_t>(std::min(block, count - begin)));
        std::iota(indices.begin(), indices.end(), begin);
        if (auto read = data.read(indices, values.data()); !read.isOk())
            return std::move(read).propagate<Embeddings>();
        for (std::size_t i = 0; i < indices.size(); ++i)
            for (std::int64_t d = 0; d < dimension; ++d) {
                const float value =
                    values[i * static_cast<std::size_t>(dimension) + static_cast<std::size_t>(d)];
                if (!std::isfinite(value))
                    return inputError(what + ": " + data.sampleName(indices[i]) + " has the value " +
                                      shortNumber(static_cast<double>(value)) + " in column " +
                                      std::to_string(d) +
                                      "; remove that sample, or make the embeddings again.");
                embeddings.points(indices[i], d) = static_cast<double>(value);
            }
        progress.report(begin + static_cast<std::int64_t>(indices.size()), count, "reading the embeddings");
    }
    for (std::int64_t i = 0; i < count; ++i) embeddings.labels.push_back(data.label(i));
    std::set<std::int32_t> present;
    for (const auto i : splits.train) present.insert(embeddings.labels[static_cast<std::size_t>(i)]);
    if (present.size() < 2)
        return inputError(
            what + " has " +
            std::string("only one class in its training part; a head needs at least two to tell apart."));
    embeddings.splits = std::move(splits);
    return embeddings;
}

}  // namespace tessera
