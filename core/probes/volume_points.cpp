// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/volume_points.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/model/layered_model.h"
#include "core/model/model_rows_torch.h"
#include "core/model/slice_network_torch.h"

namespace tessera {
namespace {

bool isRelu(const Site& site) {
    return site.kind == SiteKind::PiecewiseLinear && site.function == PiecewiseLinear::relu();
}

// Whether the affine maps between sites are matrices already: a convolution written out as one would cost
// more than it saves.
bool isDense(const LayerGraph& graph) {
    return std::all_of(graph.nodes().begin() + 1, graph.nodes().end(), [&](const LayerNode& node) {
        return node.op == "linear" ||
               (node.inputs.size() == 1 &&
                elementCount(node.outputShape) == elementCount(graph.node(node.inputs.front()).outputShape) &&
                std::all_of(node.params.begin(), node.params.end(),
                            [](const auto& parameter) { return parameter.value.dim() < 2; }));
    });
}

std::shared_ptr<const Model> foldedModel(const Model& model, const SliceVolume& volume,
                                         const Eigen::Vector3d& centre) {
    const LayerGraph& graph = model.graph();
    if (!model.isExact() || !isDense(graph)) return nullptr;
    std::shared_ptr<const Model> folded;
    const auto done = guarded(model.info(), [&] {
        const SitePlan plan(graph);
        if (!plan.isChain() || !std::all_of(plan.sites.begin(), plan.sites.end(), isRelu)) return;
        const auto stages =
            affineStages(graph, plan, volume.inputFromVolume(centre), {&volume.u, &volume.v, &volume.w});
        if (!stages) return;
        std::vector<AffineLayer> layers;
        for (const auto& stage : *stages) layers.push_back({stage.weights, stage.bias});
        ModelInfo info;
        info.path = model.info().path;
        info.device = model.info().device;
        auto made = modelOfLayers(layers, std::move(info));
        if (made.isOk()) folded = std::move(made).value();
    });
    return done.isOk() ? folded : nullptr;  // whatever is wrong shows when the model itself is run
}

// How many float32 steps of the largest input value the largest change of an input over `step` is worth.
double stepInFloat32(const SliceVolume& volume, double step) {
    const double reach = volume.low.cwiseAbs().cwiseMax(volume.high.cwiseAbs()).maxCoeff();
    double axis = 0;
    for (const auto* direction : {&volume.u, &volume.v, &volume.w})
        axis = std::max(axis, direction->cwiseAbs().maxCoeff());
    const double largest = volume.origin.cwiseAbs().maxCoeff() + reach * axis;
    return step * axis /
           (std::max(largest, std::numeric_limits<double>::min()) * std::numeric_limits<float>::epsilon());
}

}  // namespace

VolumePoints::VolumePoints(const Model& model, const SliceVolume& volume, double step)
    : model_(model),
      volume_(volume),
      centre_((volume.low + volume.high) / 2),
      folded_(foldedModel(model, volume, centre_)),
      isFloat32_(stepInFloat32(volume, step) > 32) {}

Result<Done> VolumePoints::logitsAt(std::span<const Eigen::Vector3d> points, float* logits) {
    return isFloat32_ ? logitsAs<float>(points, logits) : logitsAs<double>(points, logits);
}

template <typename Scalar>
Result<Done> VolumePoints::logitsAs(std::span<const Eigen::Vector3d> points, float* logits) {
    using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
    constexpr Scalar kBeyond = 1e30f;
    const auto count = static_cast<Eigen::Index>(points.size());
    Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic> inputs(inputsOfRun(), count);  // one a column
    if (folded_) {
        for (Eigen::Index i = 0; i < count; ++i)
            inputs.col(i) = (points[static_cast<std::size_t>(i)] - centre_).cast<Scalar>();
    } else {
        const Vector origin = volume_.origin.cast<Scalar>(), u = volume_.u.cast<Scalar>(),
                     v = volume_.v.cast<Scalar>(), w = volume_.w.cast<Scalar>();
        for (Eigen::Index i = 0; i < count; ++i) {
            const Eigen::Matrix<Scalar, 3, 1> at = points[static_cast<std::size_t>(i)].cast<Scalar>();
            inputs.col(i).noalias() = origin + at.x() * u + at.y() * v + at.z() * w;
        }
    }
    const auto outputs = static_cast<std::size_t>(model_.info().outputs);
    std::vector<Scalar> raw(points.size() * outputs);
    auto run = runModel().logits(inputs.data(), count, raw.data());
    if (!run.isOk()) return run;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const Scalar* const row = raw.data() + i * outputs;
        const Scalar shift = outputs == 1 ? Scalar(0) : *std::max_element(row, row + outputs);
        for (std::size_t k = 0; k < outputs; ++k) {
            const Scalar value = row[k] - shift;
            if (std::isnan(value))
                return inputError(model_.info().path.string() +
                                  " gives logits that are not numbers in this volume; check its weights, or "
                                  "choose a volume nearer to the data.");
            logits[i * outputs + k] = static_cast<float>(std::clamp(value, -kBeyond, kBeyond));
        }
    }
    return Done{};
}

}  // namespace tessera
