// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/arrangement_assembly.h"
#include "core/model/point_embedding_torch.h"
#include "core/model/slice_network_torch.h"

namespace tessera {

namespace {

class SliceEmbedding final : public PointEmbedding {
  public:
    SliceEmbedding(const SlicePlane& plane, const Shape& shape) : plane_(plane), shape_(shape) {}

    at::Tensor inputs(std::span<const Eigen::Vector2d> points) const override {
        at::Tensor batch =
            at::empty(batchShape(shape_, static_cast<std::int64_t>(points.size())), at::kDouble);
        auto* out = batch.data_ptr<double>();
        for (const auto& point : points) {
            Eigen::Map<Eigen::VectorXd>(out, plane_.origin.size()) =
                plane_.origin + point.x() * plane_.u + point.y() * plane_.v;
            out += plane_.origin.size();
        }
        return batch;
    }
    std::pair<at::Tensor, at::Tensor> directions(std::span<const Eigen::Vector2d> points) const override {
        const auto sizes = batchShape(shape_, static_cast<std::int64_t>(points.size()));
        return {asBatch(plane_.u, shape_).expand(sizes), asBatch(plane_.v, shape_).expand(sizes)};
    }
    double halfWidth() const override { return windowHalfWidth(plane_.window); }

  private:
    SlicePlane plane_;
    Shape shape_;
};

class SegmentEmbedding final : public PointEmbedding {
  public:
    using Anchors = std::shared_ptr<const std::vector<Eigen::VectorXd>>;
    SegmentEmbedding(Anchors anchors, std::vector<std::pair<std::int32_t, std::int32_t>> segments,
                     const Shape& shape)
        : anchors_(std::move(anchors)), segments_(std::move(segments)), shape_(shape) {}

    at::Tensor inputs(std::span<const Eigen::Vector2d> points) const override {
        return filled(points,
                      [&](const Eigen::Vector2d& point, const auto& from, const auto& to, auto&& out) {
                          // Segments that share an anchor give it the same values.
                          if (point.x() == 1)
                              out = to;
                          else
                              out = from + point.x() * (to - from);
                      });
    }
    std::pair<at::Tensor, at::Tensor> directions(std::span<const Eigen::Vector2d> points) const override {
        return {filled(points,
                       [](const auto&, const auto& from, const auto& to, auto&& out) { out = to - from; }),
                {}};
    }
    double halfWidth() const override { return 1; }

  private:
    template <typename Fill>
    at::Tensor filled(std::span<const Eigen::Vector2d> points, Fill&& fill) const {
        at::Tensor batch =
            at::empty(batchShape(shape_, static_cast<std::int64_t>(points.size())), at::kDouble);
        const auto width = elementCount(shape_);
        auto* out = batch.data_ptr<double>();
        for (const auto& point : points) {
            const auto& [from, to] = segments_[static_cast<std::size_t>(point.y())];
            fill(point, (*anchors_)[static_cast<std::size_t>(from)],
                 (*anchors_)[static_cast<std::size_t>(to)], Eigen::Map<Eigen::VectorXd>(out, width));
            out += width;
        }
        return batch;
    }

    Anchors anchors_;
    std::vector<std::pair<std::int32_t, std::int32_t>> segments_;
    Shape shape_;
};

}  // namespace

std::shared_ptr<const PointEmbedding> embeddingOfSlice(const SlicePlane& plane, const Shape& inputShape) {
    return std::make_shared<SliceEmbedding>(plane, inputShape);
}

std::shared_ptr<const PointEmbedding> embeddingOfSegments(
    std::shared_ptr<const std::vector<Eigen::VectorXd>> anchors,
    std::vector<std::pair<std::int32_t, std::int32_t>> segments, const Shape& inputShape) {
    return std::make_shared<SegmentEmbedding>(std::move(anchors), std::move(segments), inputShape);
}

}  // namespace tessera
