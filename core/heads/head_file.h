// SPDX-License-Identifier: GPL-3.0-or-later
// Heads as safetensors: a state dict that loadModel() opens as an MLP, and PyTorch with
// safetensors.torch.load_file; how the head was made is in the metadata.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/heads/epoch_training.h"

namespace tessera {

using HeadMetadata = std::map<std::string, std::string>;

// The recipe and the training's outcome as metadata; `origin` adds to it (the embeddings' hash, say).
Result<Done> saveHead(const std::filesystem::path& path, const TrainedHead& trained,
                      const HeadMetadata& origin = {});
// A head that was not trained here, with no recipe.
Result<Done> saveHead(const std::filesystem::path& path, const Head& head, HeadMetadata metadata);
// Metadata of any safetensors file; empty where there is none or the file is of another kind.
HeadMetadata readHeadMetadata(const std::filesystem::path& path);
// What saveHead() wrote; nothing if the file comes from elsewhere.
std::optional<HeadRecipe> recipeOf(const HeadMetadata& metadata);

// The head as a model without a file, called `name`.
Result<std::shared_ptr<const Model>> modelOf(const Head& head, const std::string& name);
// Any model file, or an .npz with `weight` and `bias` (or `W` and `b`, or scikit-learn's `coef_` and
// `intercept_`; one row of weights is a two-class head).
Result<std::shared_ptr<const Model>> openHead(const std::filesystem::path& path);

}  // namespace tessera
