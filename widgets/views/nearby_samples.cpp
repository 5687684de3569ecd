// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/nearby_samples.h"

#include <Eigen/Dense>
#include <algorithm>

namespace tessera {
namespace {
constexpr std::int64_t kBatchValues = 1 << 20;  // 8 MB of doubles at a time
}

Result<NearbySamples> findNearbySamples(const PlaneSource& source, const SlicePlane& plane,
                                        std::stop_token stop, Progress& progress) {
    NearbySamples found;
    found.of = source.dataset->size();
    const auto samples = subset(found.of, kMostSearched, 1);
    found.searched = static_cast<std::int64_t>(samples.size());
    const auto size = elementCount(plane.inputShape);
    const std::int64_t batch = std::clamp<std::int64_t>(kBatchValues / size, 1, 1024);

    // Projection by the pseudo-inverse of [u v]; the rest is the distance.
    Eigen::MatrixXd axes(size, 2);
    axes << plane.u, plane.v;
    const Eigen::Matrix2Xd project = (axes.transpose() * axes).ldlt().solve(axes.transpose());
    std::vector<SliceMarker> all;
    for (std::int64_t start = 0; start < found.searched; start += batch) {
        if (stop.stop_requested()) return Cancelled{};
        progress.report(start, found.searched, "finding samples near the plane");
        const auto end = std::min(start + batch, found.searched);
        const std::vector<std::int64_t> some(samples.begin() + start, samples.begin() + end);
        auto inputs = readInputs(source, some);
        if (!inputs.isOk()) return std::move(inputs).propagate<NearbySamples>();
        const Eigen::MatrixXd offset = inputs.value().colwise() - plane.origin;
        const Eigen::Matrix2Xd position = project * offset;
        const Eigen::RowVectorXd distance = (offset - axes * position).colwise().norm();
        for (Eigen::Index i = 0; i < position.cols(); ++i) {
            const auto sample = some[static_cast<std::size_t>(i)];
            if (std::find(source.anchors.begin(), source.anchors.end(), sample) != source.anchors.end())
                continue;
            SliceMarker marker;
            marker.position = position.col(i);
            marker.offPlane = distance[i];
            marker.sample = sample;
            all.push_back(std::move(marker));
        }
    }
    const auto nearer = [](const auto& a, const auto& b) {
        return a.offPlane != b.offPlane ? a.offPlane < b.offPlane : a.sample < b.sample;
    };
    const auto kept = std::min(all.size(), kMostNearby);
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(), nearer);
    all.resize(kept);
    for (auto& marker : all) {
        marker.label = source.dataset->label(marker.sample);
        marker.name = QString::fromStdString(source.dataset->sampleName(marker.sample));
    }
    found.markers = std::move(all);
    return found;
}

std::vector<SliceMarker> nearestWithin(const std::vector<SliceMarker>& markers, const Eigen::Vector2d& low,
                                       const Eigen::Vector2d& high, std::size_t most) {
    std::vector<SliceMarker> chosen;
    const double inPlane = 1e-6 * (high - low).maxCoeff();
    for (const auto& marker : markers) {
        if (chosen.size() >= most && marker.offPlane > inPlane) break;
        if ((marker.position.array() >= low.array()).all() && (marker.position.array() <= high.array()).all())
            chosen.push_back(marker);
    }
    return chosen;
}

}  // namespace tessera
