// SPDX-License-Identifier: GPL-3.0-or-later
#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "core/geometry/volume_chain.h"
#include "core/model/parallel_rows.h"
#include "core/model/slice_network_torch.h"
#include "core/model/tangents_torch.h"
#include "core/model/volume_network_torch.h"

namespace tessera {
namespace {

constexpr std::int64_t kGrain = 8;  // rows worth a thread

class GraphVolumeNetwork final : public VolumeNetwork {
  public:
    GraphVolumeNetwork(std::shared_ptr<const LayerGraph> graph, const SliceVolume& volume)
        : graph_(std::move(graph)),
          volume_(volume),
          plan_(*graph_),
          keys_(plan_.stateKeys()),
          halfWidth_((volume.high - volume.low).maxCoeff() / 2) {}

    const std::vector<Site>& sites() const override { return plan_.sites; }
    std::int32_t outputs() const override {
        return static_cast<std::int32_t>(elementCount(graph_->node(graph_->output()).outputShape));
    }

    void inputsOfSite(int site, std::int64_t first, std::int64_t count,
                      std::span<const Eigen::Vector3d> points, double* out,
                      std::int64_t stride) const override {
        const auto k = static_cast<std::size_t>(site);
        const int wanted =
            k < plan_.siteNodes.size() ? graph_->node(plan_.siteNodes[k]).inputs[0] : graph_->output();
        parallelRows(static_cast<std::int64_t>(points.size()), kGrain,
                     [&](std::int64_t begin, std::int64_t rows) {
                         const c10::InferenceMode inference;
                         const auto value =
                             valuesAt(wanted, points.subspan(begin, rows)).reshape({rows, -1}).contiguous();
                         const auto* from = value.data_ptr<double>();
                         const auto width = value.size(1);
                         for (std::int64_t i = 0; i < count; ++i)
                             for (std::int64_t row = 0; row < rows; ++row)
                                 out[i * stride + begin + row] = from[row * width + first + i];
                     });
    }

    void slopesAt(std::span<const Eigen::Vector3d> points, double* slopes,
                  std::uint64_t* hash) const override {
        parallelRows(static_cast<std::int64_t>(points.size()), kGrain,
                     [&](std::int64_t begin, std::int64_t rows) {
                         const c10::InferenceMode inference;
                         const auto part = points.subspan(begin, rows);
                         std::fill_n(hash + begin, rows, 0);
                         // Tangents go two at a time.
                         std::vector<std::uint64_t> again(static_cast<std::size_t>(rows), 0);
                         const auto flat = tangentsAt(part, volume_.u, &volume_.v, hash + begin);
                         const auto upright = tangentsAt(part, volume_.w, nullptr, again.data());
                         const at::Tensor along[3] = {flat.du.contiguous(), flat.dv.contiguous(),
                                                      upright.du.contiguous()};
                         const auto each = rows * outputs();
                         for (int axis = 0; axis < 3; ++axis) {
                             const auto* from = along[axis].data_ptr<double>();
                             for (std::int64_t i = 0; i < each; ++i)
                                 slopes[(begin * outputs() + i) * 3 + axis] = from[i];
                         }
                     });
    }

  private:
    at::Tensor inputsAt(std::span<const Eigen::Vector3d> points) const {
        at::Tensor batch = at::empty(
            batchShape(graph_->inputShape(), static_cast<std::int64_t>(points.size())), at::kDouble);
        auto* out = batch.data_ptr<double>();
        const auto width = volume_.origin.size();
        for (const auto& point : points) {
            Eigen::Map<Eigen::VectorXd>(out, width) =
                volume_.origin + point.x() * volume_.u + point.y() * volume_.v + point.z() * volume_.w;
            out += width;
        }
        return batch;
    }

    at::Tensor valuesAt(int wanted, std::span<const Eigen::Vector3d> points) const {
        std::vector<at::Tensor> values(static_cast<std::size_t>(wanted) + 1);
        values[0] = inputsAt(points);
        for (int id = 1; id <= wanted; ++id) {
            const auto& node = graph_->node(id);
            std::vector<at::Tensor> inputs;
            for (const int in : node.inputs) inputs.push_back(values[static_cast<std::size_t>(in)]);
            values[static_cast<std::size_t>(id)] = node.run(inputs);
            for (const int in : node.inputs)
                if (plan_.lastUse[static_cast<std::size_t>(in)] == id)
                    values[static_cast<std::size_t>(in)] = at::Tensor();
        }
        return values[static_cast<std::size_t>(wanted)];
    }

    Tangents tangentsAt(std::span<const Eigen::Vector3d> points, const Eigen::VectorXd& first,
                        const Eigen::VectorXd* second, std::uint64_t* hash) const {
        const auto sizes = batchShape(graph_->inputShape(), static_cast<std::int64_t>(points.size()));
        Tangents input{inputsAt(points), asBatch(first, graph_->inputShape()).expand(sizes), {}};
        if (second != nullptr) input.dv = asBatch(*second, graph_->inputShape()).expand(sizes);
        return throughNetwork(*graph_, plan_, keys_, halfWidth_, std::move(input), hash);
    }

    std::shared_ptr<const LayerGraph> graph_;
    SliceVolume volume_;
    SitePlan plan_;
    std::vector<std::vector<std::uint64_t>> keys_;
    double halfWidth_;
};

}  // namespace

std::unique_ptr<VolumeNetwork> networkOnVolume(std::shared_ptr<const LayerGraph> graph,
                                               const SliceVolume& volume) {
    const SitePlan plan(*graph);
    const Eigen::Vector3d middle = (volume.low + volume.high) / 2;
    if (plan.isChain())
        if (auto stages =
                affineStages(*graph, plan, volume.inputFromVolume(middle), {&volume.u, &volume.v, &volume.w}))
            return std::make_unique<VolumeChain>(std::move(*stages), plan.sites, middle);
    return std::make_unique<GraphVolumeNetwork>(std::move(graph), volume);
}

}  // namespace tessera
