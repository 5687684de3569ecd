// SPDX-License-Identifier: GPL-3.0-or-later
// FaceSplitter's part for max windows: which members can still win, and the cells of their upper envelope.
#include <algorithm>
#include <cmath>

#include "core/geometry/breadth_first_face.h"

namespace tessera {

void FaceSplitter::addWindow(std::int32_t window, const MaxWindows& windows,
                             std::span<const double* const> rows, double noise) {
    const std::int32_t begin = windows.begin[window], end = windows.begin[window + 1];
    const auto corners = std::span<const PolygonCorner>(corners_);  // only the face itself is there yet
    const std::size_t firstMember = members_.size();
    candidates_.clear();
    for (std::int32_t m = begin; m < end; ++m) {
        const std::int32_t input = windows.members[m];
        candidates_.push_back(static_cast<std::int32_t>(members_.size()));
        members_.push_back(
            {frame_.formOf([&](int corner) { return rows[corner][input]; }), m - begin, input});
    }
    const int kept = filterMembers(corners, candidates_, noise, left_);
    if (kept == 1) {
        flipHash(patternKey(site_, window, members_[left_[0]].position));
        members_.resize(firstMember);
        return;
    }
    open_.push_back(static_cast<std::int32_t>(windows_.size()));
    open_.push_back(kept);
    open_.insert(open_.end(), left_.begin(), left_.end());
    windows_.push_back({window, noise});
}

int FaceSplitter::filterMembers(std::span<const PolygonCorner> corners,
                                std::span<const std::int32_t> candidates, double noise,
                                std::vector<std::int32_t>& left) {
    const Eigen::Vector2d middle = meanCorner(corners);
    std::size_t best = 0;
    double highest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const double value = members_[candidates[i]].form.at(middle.x(), middle.y());
        if (value > highest) highest = value, best = i;
    }
    left.clear();
    bool bestIsIn = false;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (i == best) {
            if (!bestIsIn) left.push_back(candidates[i]);
            bestIsIn = true;
            continue;
        }
        const AffineForm ahead = members_[candidates[i]].form - members_[candidates[best]].form;
        const double gradient = frame_.gradientNorm(ahead);
        const double allowed = std::max(tolerance_ * gradient, noise);
        double low = 0, high = 0;
        for (const auto& corner : corners) {
            const double d = ahead.at(corner.p, corner.q);
            low = std::min(low, d);
            high = std::max(high, d);
            if (high > 0 && tolerance_ * gradient > noise) margins.note(std::abs(d) / gradient, tolerance_);
        }
        if (high > allowed) {
            left.push_back(candidates[i]);
        } else if (low >= -allowed && i < best && !bestIsIn) {
            left.push_back(
                candidates[i]);  // the same form, listed earlier: it stands for the best from here on
            bestIsIn = true;
        }
    }
    return static_cast<int>(left.size());
}

void FaceSplitter::inheritWindows(std::span<const PolygonCorner> corners, std::uint64_t& hash) {
    for (std::size_t at = 0; at < currentOpen_.size(); at += 2 + currentOpen_[at + 1]) {
        const Window& window = windows_[currentOpen_[at]];
        const auto candidates =
            std::span<const std::int32_t>(currentOpen_).subspan(at + 2, currentOpen_[at + 1]);
        const int kept = filterMembers(corners, candidates, window.noise, left_);
        if (kept == 1) {
            hash ^= patternKey(site_, window.window, members_[left_[0]].position);
            continue;
        }
        open_.push_back(currentOpen_[at]);
        open_.push_back(kept);
        open_.insert(open_.end(), left_.begin(), left_.end());
    }
}

// The window whose two best forms are closest to a tie in the middle.
std::size_t FaceSplitter::chooseWindow() const {
    const Eigen::Vector2d middle = meanCorner(current_);
    std::size_t chosen = 0;
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t at = 0; at < currentOpen_.size(); at += 2 + currentOpen_[at + 1]) {
        const auto candidates =
            std::span<const std::int32_t>(currentOpen_).subspan(at + 2, currentOpen_[at + 1]);
        AffineForm first, second;
        double highest = -std::numeric_limits<double>::infinity(), next = highest;
        for (const std::int32_t candidate : candidates) {
            const AffineForm& form = members_[candidate].form;
            const double value = form.at(middle.x(), middle.y());
            if (value > highest) {
                second = first, next = highest;
                first = form, highest = value;
            } else if (value > next) {
                second = form, next = value;
            }
        }
        const double gradient = frame_.gradientNorm(first - second);
        const double distance =
            gradient > 0 ? (highest - next) / gradient : std::numeric_limits<double>::max();
        if (distance < nearest) nearest = distance, chosen = at;
    }
    return chosen;
}

void FaceSplitter::splitByWindow(std::uint64_t hash) {
    const std::size_t chosen = chooseWindow();
    const Window window = windows_[currentOpen_[chosen]];
    const int count = currentOpen_[chosen + 1];
    const auto first = currentOpen_.begin() + chosen;
    candidates_.assign(first + 2, first + 2 + count);
    currentOpen_.erase(first, first + 2 + count);
    forms_.clear();
    for (const std::int32_t candidate : candidates_) forms_.push_back(members_[candidate].form);
    envelope_.compute(current_, forms_, frame_, tolerance_, window.noise);

    // Only vertices of cells become vertices of the face.
    committed_.assign(envelope_.vertices().size(), -1);
    const auto commit = [&](std::int32_t index) {
        std::int32_t& local = committed_[index];
        if (local >= 0) return local;
        const auto& vertex = envelope_.vertices()[index];
        if (vertex.vertex >= 0) return local = vertex.vertex;
        if (vertex.segment < 0) return local = vertexInside(vertex.p, vertex.q);
        const AffineForm d = forms_[vertex.first] - forms_[vertex.second];
        const std::uint64_t a = members_[candidates_[vertex.first]].input;
        const std::uint64_t b = members_[candidates_[vertex.second]].input;
        const Vertex& v0 = vertices[segments[vertex.segment].v0];
        const Vertex& v1 = vertices[segments[vertex.segment].v1];
        const double d0 = d.at(v0.p, v0.q), d1 = d.at(v1.p, v1.q);
        return local = vertexOn(vertex.segment, d0 / (d0 - d1), std::min(a, b) << 32 | std::max(a, b));
    };
    const std::size_t firstNewSegment = segments.size();
    const auto segmentBetween = [&](std::int32_t a, std::int32_t b) {
        for (std::size_t s = firstNewSegment; s < segments.size(); ++s) {
            if (segments[s].v0 == b && segments[s].v1 == a) return static_cast<std::int32_t>(s);
        }
        return addSegment(a, b, window.window);
    };
    childCorners_.clear();
    children_.clear();
    for (const auto& cell : envelope_.cells()) {
        const std::size_t begin = childCorners_.size();
        for (std::int32_t s = cell.begin; s < cell.end; ++s) {
            const auto& side = envelope_.sides()[s];
            const auto& next = envelope_.sides()[s + 1 == cell.end ? cell.begin : s + 1];
            const std::int32_t from = commit(side.vertex), to = commit(next.vertex);
            if (from == to) continue;
            const std::int32_t segment = side.segment >= 0 ? side.segment : segmentBetween(from, to);
            childCorners_.push_back({vertices[from].p, vertices[from].q, from, segment});
        }
        if (childCorners_.size() - begin < 3) {
            childCorners_.resize(begin);
            continue;
        }
        const std::int32_t position = members_[candidates_[cell.form]].position;
        children_.push_back({begin, childCorners_.size(), patternKey(site_, window.window, position), 0});
    }
    if (children_.empty()) {  // a sliver that clipping loses to rounding: the best form has it
        childCorners_ = current_;
        filterMembers(current_, candidates_, window.noise, left_);
        const std::int32_t position = members_[left_[0]].position;
        children_.push_back({0, childCorners_.size(), patternKey(site_, window.window, position), 0});
    }
    pushChildren(hash);
}

// A vertex inside the current polygon, as a blend of blends: on the ray from one corner to the opposite side.
std::int32_t FaceSplitter::vertexInside(double p, double q) {
    const PolygonCorner& apex = current_[0];
    double best = -std::numeric_limits<double>::infinity(), weight1 = 0, weight2 = 0;
    std::size_t wedge = 1;
    for (std::size_t i = 1; i + 1 < current_.size(); ++i) {
        const double ap = current_[i].p - apex.p, aq = current_[i].q - apex.q;
        const double bp = current_[i + 1].p - apex.p, bq = current_[i + 1].q - apex.q;
        const double area = ap * bq - aq * bp;
        if (area == 0) continue;
        const double w1 = ((p - apex.p) * bq - (q - apex.q) * bp) / area;
        const double w2 = (ap * (q - apex.q) - aq * (p - apex.p)) / area;
        const double worst = std::min({w1, w2, 1 - w1 - w2});
        if (worst > best) best = worst, wedge = i, weight1 = w1, weight2 = w2;
    }
    const double reach = weight1 + weight2;
    const double t = reach > 0 ? weight2 / reach : 0;
    const auto blend = [&](std::int32_t v0, std::int32_t v1, double fraction) {
        const Vertex a = vertices[v0], b = vertices[v1];
        vertices.push_back({a.p + fraction * (b.p - a.p), a.q + fraction * (b.q - a.q), v0, v1, fraction});
        return static_cast<std::int32_t>(vertices.size()) - 1;
    };
    const std::int32_t opposite = blend(current_[wedge].vertex, current_[wedge + 1].vertex, t);
    return blend(apex.vertex, opposite, reach);
}

}  // namespace tessera
