// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "core/data/byte_store.h"
#include "core/data/dataset.h"

namespace tessera {

namespace {

// Images have one entry per channel, vectors one per feature.
std::int64_t groupsOf(const Shape& shape) {
    return shape.empty() ? 1 : shape[0];
}

// Calls apply(value, mean, std) for every value.
template <typename T, typename Apply>
void eachValue(const Normalisation& normalisation, const Shape& shape, std::int64_t count, T* values,
               Apply apply) {
    if (normalisation.isIdentity()) return;
    const std::int64_t groups = groupsOf(shape),
                       perGroup = elementCount(shape) / std::max<std::int64_t>(1, groups);
    const auto entry = [](const std::vector<double>& list, std::int64_t group, double none) {
        return list.empty() ? none : list.size() == 1 ? list[0] : list[static_cast<std::size_t>(group)];
    };
    for (std::int64_t sample = 0; sample < count; ++sample)
        for (std::int64_t group = 0; group < groups; ++group) {
            const T mean = static_cast<T>(entry(normalisation.mean, group, 0)),
                    deviation = static_cast<T>(entry(normalisation.std, group, 1));
            for (std::int64_t i = 0; i < perGroup; ++i, ++values) *values = apply(*values, mean, deviation);
        }
}

}  // namespace

Result<Done> validateNormalisation(const Normalisation& normalisation, const Shape& sampleShape) {
    const std::int64_t groups = groupsOf(sampleShape);
    const std::string of = sampleShape.size() == 1 ? "feature" : "channel";
    const auto checkList = [&](const std::vector<double>& list, const char* name) -> Result<Done> {
        if (list.size() > 1 && static_cast<std::int64_t>(list.size()) != groups)
            return inputError(std::string("Normalisation: ") + name + " has " + std::to_string(list.size()) +
                              " entries but the samples have " + countText(groups, of) +
                              "; give one number, or one per " + of + ".");
        for (const double value : list)
            if (!std::isfinite(value) || (name[0] == 's' && value <= 0))
                return inputError(std::string("Normalisation: ") + name + " holds " + shortNumber(value) +
                                  "; give " + (name[0] == 's' ? "positive" : "finite") + " numbers.");
        return Done{};
    };
    auto mean = checkList(normalisation.mean, "mean");
    return mean.isOk() ? checkList(normalisation.std, "std") : mean;
}

void normalise(const Normalisation& normalisation, const Shape& sampleShape, std::int64_t count,
               float* values) {
    eachValue(normalisation, sampleShape, count, values,
              [](float v, float mean, float deviation) { return (v - mean) / deviation; });
}

void denormalise(const Normalisation& normalisation, const Shape& sampleShape, std::int64_t count,
                 double* values) {
    eachValue(normalisation, sampleShape, count, values,
              [](double v, double mean, double deviation) { return v * deviation + mean; });
}

}  // namespace tessera
