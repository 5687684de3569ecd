// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/head_folder.h"

#include <algorithm>

namespace tessera {
namespace {

std::filesystem::path numbered(const std::filesystem::path& wanted, int number) {
    if (number < 2) return wanted;
    return wanted.parent_path() /
           (wanted.stem().string() + "-" + std::to_string(number) + wanted.extension().string());
}

Error cannotMake(const std::filesystem::path& folder, const std::error_code& error) {
    return fileError(folder.string() + " cannot be made (" + error.message() + "); choose another folder.");
}

}  // namespace

bool isWorthKeeping(const TrainedHead& trained) {
    return !trained.head.layers.empty() &&
           (!isTrainedByEpochs(trained.recipe.method) || trained.bestEpoch >= 0);
}

std::string headFileName(const TrainedHead& trained) {
    std::string name = recipeText(trained.recipe);
    std::replace(name.begin(), name.end(), ' ', '-');
    return name + (trained.isComplete ? "" : "-stopped") + ".safetensors";
}

Result<std::vector<std::filesystem::path>> saveHeads(const std::filesystem::path& folder,
                                                     const HeadTraining& training,
                                                     const HeadMetadata& origin) {
    std::vector<std::filesystem::path> files(training.heads.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        const TrainedHead& trained = training.heads[i];
        if (!isWorthKeeping(trained)) continue;
        files[i] = folder / headFileName(trained);
        if (auto saved = saveHead(files[i], trained, origin); !saved.isOk())
            return std::move(saved).propagate<std::vector<std::filesystem::path>>();
    }
    return files;
}

std::filesystem::path freshPath(const std::filesystem::path& wanted) {
    std::error_code ignored;
    for (int number = 1;; ++number)
        if (auto path = numbered(wanted, number); !std::filesystem::exists(path, ignored)) return path;
}

Result<Done> makeFolder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return cannotMake(folder, error);
    return Done{};
}

Result<std::filesystem::path> makeFreshFolder(const std::filesystem::path& wanted) {
    std::filesystem::path tidy = wanted.lexically_normal();
    if (!tidy.has_filename()) tidy = tidy.parent_path();  // "heads/"
    if (tidy.has_parent_path())
        if (auto made = makeFolder(tidy.parent_path()); !made.isOk())
            return std::move(made).propagate<std::filesystem::path>();
    // Making it tells in one step whether it was there, whoever else makes folders meanwhile.
    for (int number = 1;; ++number) {
        const auto path = numbered(tidy, number);
        std::error_code error, ignored;
        if (std::filesystem::create_directory(path, error)) return path;
        if (!std::filesystem::exists(path, ignored)) return cannotMake(path, error);
    }
}

}  // namespace tessera
