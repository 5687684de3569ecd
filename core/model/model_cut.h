// SPDX-License-Identifier: GPL-3.0-or-later
// A model cut at a layer: what comes before gives a representation, what comes after is the head over it.
#pragma once

#include "core/model/model.h"

namespace tessera {

// The layer whose values the last linear layer takes: the usual place to cut. Empty if there is no linear
// layer.
std::string penultimateLayer(const Model& model);

// Same inputs; the outputs are the flattened values of `layer` (LayerInfo::name). Where several layers share
// a name, the last of them. An unknown name gives one sentence that lists the known ones.
Result<std::shared_ptr<const Model>> modelUpTo(const Model& model, const std::string& layer);
// Takes the flattened values of `layer`, gives the model's logits. Refused if the logits depend on the input
// by a way round the layer.
Result<std::shared_ptr<const Model>> modelFrom(const Model& model, const std::string& layer);

// Every layer is affine, so the logits are W x + b.
bool isAffine(const Model& model);

}  // namespace tessera
