// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line_model.h"

#include <algorithm>
#include <string>
#include <thread>

namespace tessera {
namespace {

constexpr const char* kGenerated = "generate:";

// --seed reaches generated sets unless the source names its own.
std::string seededSource(const std::string& source, std::uint64_t seed) {
    if (!source.starts_with(kGenerated) || source.find("seed=") != std::string::npos) return source;
    return source + (source.find('?') == std::string::npos ? "?" : "&") + "seed=" + std::to_string(seed);
}

}  // namespace

Result<std::shared_ptr<const Model>> loadModelFor(const CommonOptions& common) {
    setComputeThreads(threadCount(common.threads));
    LoadOptions options;
    if (!common.inputShape.empty()) options.inputShape = common.inputShape;
    options.architecture = common.architecture;
    options.device = common.device;
    return loadModel(common.model, options);
}

Result<DataForModel> openDataFor(const Model& model, const DataSource& source, std::uint64_t seed) {
    DataOptions options;
    options.labelColumn = source.labelColumn;
    auto opened = openDataset(seededSource(source.data, seed), options);
    if (!opened.isOk()) return std::move(opened).propagate<DataForModel>();
    DataForModel data{std::move(opened).value(), {source.mean, source.std}};
    if (auto mismatch = shapeMismatch(model.info().inputShape, data.dataset->sampleShape(), source.data);
        !mismatch.empty())
        return inputError(std::move(mismatch));
    auto valid = validateNormalisation(data.normalisation, data.dataset->sampleShape());
    if (!valid.isOk()) return std::move(valid).propagate<DataForModel>();
    return data;
}

int threadCount(int requested) {
    return requested > 0 ? requested : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace tessera
