// SPDX-License-Identifier: GPL-3.0-or-later
// A layer graph restricted to a volume, as the exact engine wants it.
#pragma once

#include <memory>

#include "core/geometry/slice_volume.h"
#include "core/geometry/volume_network.h"
#include "core/model/layer_graph_torch.h"

namespace tessera {

// The graph must be exact and in float64 (Model::graph() is); it is kept. A plain chain of affine maps and
// elementwise functions is run by the chain kernels, anything else node by node.
std::unique_ptr<VolumeNetwork> networkOnVolume(std::shared_ptr<const LayerGraph> graph,
                                               const SliceVolume& volume);

}  // namespace tessera
