// SPDX-License-Identifier: GPL-3.0-or-later
// SiteNetwork over the layer graph: live values are one float64 tensor per node that later layers still need.
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "core/model/parallel_rows.h"
#include "core/model/point_embedding_torch.h"
#include "core/model/slice_network_torch.h"
#include "core/model/tangents_torch.h"

namespace tessera {

namespace {

using c10::InferenceMode;
constexpr std::int64_t kGrain = 8;           // rows worth a thread
constexpr std::int64_t kColumnGrain = 2048;  // values of every row worth a thread

struct Shared {
    std::shared_ptr<const LayerGraph> graph;
    std::shared_ptr<const PointEmbedding> embedding;
    SitePlan plan;
    // patternKey of state s of unit u at site k: keys[k][(s - 1) * units + u]
    std::vector<std::vector<std::uint64_t>> keys;

    Shared(std::shared_ptr<const LayerGraph> g, std::shared_ptr<const PointEmbedding> e)
        : graph(std::move(g)), embedding(std::move(e)), plan(*graph), keys(plan.stateKeys()) {}
};

class GraphLiveValues final : public LiveValues {
  public:
    GraphLiveValues(std::shared_ptr<const Shared> shared, std::int64_t rows)
        : shared_(std::move(shared)), rows_(rows) {}

    static std::unique_ptr<GraphLiveValues> atStart(std::shared_ptr<const Shared> shared,
                                                    std::span<const Eigen::Vector2d> points) {
        const InferenceMode inference;
        auto live = std::make_unique<GraphLiveValues>(shared, static_cast<std::int64_t>(points.size()));
        std::map<int, at::Tensor> values{{0, shared->embedding->inputs(points)}};
        live->settle(std::move(values), 1);
        return live;
    }

    std::int64_t rows() const override { return rows_; }
    int site() const override { return site_; }
    const double* values() const override { return current().data_ptr<double>(); }
    std::int64_t width() const override { return rows_ == 0 ? 0 : current().numel() / rows_; }
    std::int64_t bytesPerRow() const override {
        std::int64_t bytes = 0;
        for (const int id : shared_->plan.liveAt[static_cast<std::size_t>(site_)])
            bytes += 8 * elementCount(shared_->graph->node(id).outputShape);
        return bytes;
    }

    void append(std::span<const RowBlend> blends) override {
        if (blends.empty()) return;
        const InferenceMode inference;
        const auto added = static_cast<std::int64_t>(blends.size());
        for (auto& [id, tensor] : live_) {
            const auto width = tensor.numel() / rows_;
            auto sizes = tensor.sizes().vec();
            sizes[0] = rows_ + added;
            at::Tensor grown = at::empty(sizes, at::kDouble);
            auto* base = grown.data_ptr<double>();
            std::copy_n(tensor.data_ptr<double>(), rows_ * width, base);
            // Rows may build on the ones before, so threads share the columns.
            parallelRows(width, kColumnGrain, [&](std::int64_t first, std::int64_t columns) {
                double* out = base + rows_ * width + first;
                for (const auto& blend : blends) {
                    const double* a = base + blend.row0 * width + first;
                    const double* b = base + blend.row1 * width + first;
                    const double t = blend.t, s = 1.0 - blend.t;
                    for (std::int64_t i = 0; i < columns; ++i) out[i] = s * a[i] + t * b[i];
                    out += width;
                }
            });
            tensor = std::move(grown);
        }
        rows_ += added;
    }

    std::unique_ptr<LiveValues> gather(std::span<const std::int32_t> rows) const override {
        const InferenceMode inference;
        auto copy = std::make_unique<GraphLiveValues>(shared_, static_cast<std::int64_t>(rows.size()));
        copy->site_ = site_;
        const auto index = at::from_blob(const_cast<std::int32_t*>(rows.data()),
                                         {static_cast<std::int64_t>(rows.size())}, at::kInt);
        for (const auto& [id, tensor] : live_) copy->live_[id] = tensor.index_select(0, index);
        return copy;
    }

    void advance() override {
        const InferenceMode inference;
        const int node = shared_->plan.siteNodes[static_cast<std::size_t>(site_)];
        ++site_;
        settle(std::move(live_), node);
    }

    void refresh(std::span<const Eigen::Vector2d> points) override {
        const InferenceMode inference;
        auto fresh = atStart(shared_, points);
        while (fresh->site_ < site_) fresh->advance();
        live_ = std::move(fresh->live_);
        rows_ = fresh->rows_;
    }

  private:
    const at::Tensor& current() const {
        const auto& plan = shared_->plan;
        const auto k = static_cast<std::size_t>(site_);
        const int id = k < plan.siteNodes.size() ? shared_->graph->node(plan.siteNodes[k]).inputs[0]
                                                 : shared_->graph->output();
        return live_.at(id);
    }

    // Evaluates every node from `first` up to the current site (the site just left, then affine ones), rows
    // split over threads, and keeps only what is still needed.
    void settle(std::map<int, at::Tensor> values, int first) {
        const auto& wanted = shared_->plan.liveAt[static_cast<std::size_t>(site_)];
        std::map<int, at::Tensor> next;
        if (rowParts(rows_, kGrain) == 1) {
            evaluateNodes(values, first, wanted);
            for (const int id : wanted) next[id] = values.at(id).contiguous();
            live_ = std::move(next);
            return;
        }
        for (const int id : wanted) {
            const auto known = values.find(id);
            if (known != values.end()) {
                next[id] = known->second;
                continue;
            }
            next[id] = at::empty(batchShape(shared_->graph->node(id).outputShape, rows_), at::kDouble);
        }
        parallelRows(rows_, kGrain, [&](std::int64_t begin, std::int64_t rows) {
            const InferenceMode inference;
            std::map<int, at::Tensor> part;
            for (const auto& [id, tensor] : values) part[id] = tensor.narrow(0, begin, rows);
            evaluateNodes(part, first, wanted);
            for (const int id : wanted)
                if (!values.count(id)) next.at(id).narrow(0, begin, rows).copy_(part.at(id));
        });
        for (auto& [id, tensor] : next) tensor = tensor.contiguous();
        live_ = std::move(next);
    }

    void evaluateNodes(std::map<int, at::Tensor>& values, int first, const std::vector<int>& wanted) const {
        const auto& plan = shared_->plan;
        const auto& graph = *shared_->graph;
        const auto k = static_cast<std::size_t>(site_);
        const int end =
            k < plan.siteNodes.size() ? plan.siteNodes[k] : static_cast<int>(graph.nodes().size());
        std::map<int, int> uses;
        for (int id = first; id < end; ++id)
            for (const int in : graph.node(id).inputs) ++uses[in];
        for (int id = first; id < end; ++id) {
            if (values.count(id)) continue;
            std::vector<at::Tensor> inputs;
            for (const int in : graph.node(id).inputs) inputs.push_back(values.at(in));
            values[id] = graph.node(id).run(inputs);
            for (const int in : graph.node(id).inputs)
                if (--uses[in] == 0 && std::find(wanted.begin(), wanted.end(), in) == wanted.end())
                    values.erase(in);
        }
    }

    std::shared_ptr<const Shared> shared_;
    std::int64_t rows_ = 0;
    int site_ = 0;
    std::map<int, at::Tensor> live_;
};

class GraphSiteNetwork final : public SiteNetwork {
  public:
    GraphSiteNetwork(std::shared_ptr<const LayerGraph> graph, std::shared_ptr<const PointEmbedding> embedding)
        : shared_(std::make_shared<Shared>(std::move(graph), std::move(embedding))),
          halfWidth_(shared_->embedding->halfWidth()) {}

    const std::vector<Site>& sites() const override { return shared_->plan.sites; }
    std::int32_t outputs() const override {
        return static_cast<std::int32_t>(
            elementCount(shared_->graph->node(shared_->graph->output()).outputShape));
    }
    std::unique_ptr<LiveValues> start(std::span<const Eigen::Vector2d> points) const override {
        return GraphLiveValues::atStart(shared_, points);
    }

    void formsAt(std::span<const Eigen::Vector2d> points, const Eigen::Vector2d& origin, double* forms,
                 std::uint64_t* hash) const override {
        parallelRows(
            static_cast<std::int64_t>(points.size()), kGrain, [&](std::int64_t first, std::int64_t rows) {
                formsOfPart(points.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(rows)),
                            origin, forms + first * outputs() * 3, hash + first);
            });
    }

  private:
    void formsOfPart(std::span<const Eigen::Vector2d> points, const Eigen::Vector2d& origin, double* forms,
                     std::uint64_t* hash) const {
        const InferenceMode inference;
        const auto n = static_cast<std::int64_t>(points.size());
        if (n == 0) return;
        std::fill_n(hash, n, 0);
        const auto& graph = *shared_->graph;
        const auto [alongFirst, alongSecond] = shared_->embedding->directions(points);
        const auto last = throughNetwork(graph, shared_->plan, shared_->keys, halfWidth_,
                                         {shared_->embedding->inputs(points), alongFirst, alongSecond}, hash);
        const auto c = last.value.contiguous(), a = last.du.contiguous(),
                   b = last.dv.defined() ? last.dv.contiguous() : last.dv;
        const auto k = c.numel() / n;
        const double *pc = c.data_ptr<double>(), *pa = a.data_ptr<double>(),
                     *pb = b.defined() ? b.data_ptr<double>() : nullptr;
        for (std::int64_t i = 0; i < n; ++i) {
            const Eigen::Vector2d offset = points[static_cast<std::size_t>(i)] - origin;
            for (std::int64_t j = 0; j < k; ++j, forms += 3) {
                const auto at = i * k + j;
                forms[0] = pa[at];
                forms[1] = pb ? pb[at] : 0;
                forms[2] = pc[at] - forms[0] * offset.x() - forms[1] * offset.y();
            }
        }
    }

    std::shared_ptr<const Shared> shared_;
    double halfWidth_;
};

}  // namespace

std::unique_ptr<SiteNetwork> siteNetworkOnSlice(std::shared_ptr<const LayerGraph> graph,
                                                const SlicePlane& plane) {
    auto embedding = embeddingOfSlice(plane, graph->inputShape());
    return std::make_unique<GraphSiteNetwork>(std::move(graph), std::move(embedding));
}

std::unique_ptr<SiteNetwork> siteNetworkOnSegments(
    std::shared_ptr<const LayerGraph> graph, std::shared_ptr<const std::vector<Eigen::VectorXd>> anchors,
    std::vector<std::pair<std::int32_t, std::int32_t>> segments) {
    auto embedding = embeddingOfSegments(std::move(anchors), std::move(segments), graph->inputShape());
    return std::make_unique<GraphSiteNetwork>(std::move(graph), std::move(embedding));
}

}  // namespace tessera
