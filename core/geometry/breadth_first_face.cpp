// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/breadth_first_face.h"

#include <algorithm>
#include <cmath>

#include "core/geometry/breadth_first_run.h"

namespace tessera {

void FaceSplitter::begin(std::span<const Eigen::Vector2d> corners, std::span<const std::int32_t> sideSite,
                         std::span<const std::int32_t> sideUnit, int site, std::uint64_t hash,
                         double tolerance) {
    frame_.fit(corners);
    site_ = site;
    tolerance_ = tolerance;
    vertices.clear();
    segments.clear();
    onSegments_.clear();
    lines_.clear();
    members_.clear();
    windows_.clear();
    corners_.clear();
    open_.clear();
    clearEmitted();
    const auto count = static_cast<std::int32_t>(corners.size());
    entrySideCount_ = count;
    for (std::int32_t i = 0; i < count; ++i) {
        const Eigen::Vector2d local = frame_.localFromPlane(corners[i]);
        vertices.push_back({local.x(), local.y()});
        segments.push_back({i, i + 1 == count ? 0 : i + 1, sideSite[i], sideUnit[i]});
        corners_.push_back({local.x(), local.y(), i, i});
    }
    tasks_.assign(1, {0, 0, hash});
}

void FaceSplitter::clearEmitted() {
    faceBegin.assign(1, 0);
    faceVertex.clear();
    faceSegment.clear();
    faceHash.clear();
}

void FaceSplitter::addLine(std::int32_t unit, std::uint64_t line, std::uint64_t stateKey,
                           std::span<const double> d, double noise) {
    const AffineForm form = frame_.formOf([&](int corner) { return d[corner]; });
    const double gradient = frame_.gradientNorm(form);
    const double allowed = std::max(tolerance_ * gradient, noise);
    const auto [low, high] = std::minmax_element(d.begin(), d.end());
    const double inverse =
        tolerance_ * gradient > noise ? 1 / gradient : 0;  // 0: rounding, no distance to speak of
    if (inverse > 0) {
        for (const double value : d) margins.note(std::abs(value) * inverse, tolerance_);
    }
    if (*high > allowed && *low < -allowed) {
        open_.push_back(static_cast<std::int32_t>(lines_.size()));
        lines_.push_back({form, allowed, inverse, unit, line, stateKey});
    } else if (*high > -*low) {
        flipHash(stateKey);
    }
}

bool FaceSplitter::run(std::int64_t limit, RunControl& control) {
    int untilPoll = 64;
    while (!tasks_.empty() && emitted() < limit) {
        if (--untilPoll == 0) {
            untilPoll = 64;
            if (control.shouldStop()) return false;
        }
        const Task task = tasks_.back();
        tasks_.pop_back();
        current_.assign(corners_.begin() + task.cornerBegin, corners_.end());
        currentOpen_.assign(open_.begin() + task.openBegin, open_.end());
        corners_.resize(task.cornerBegin);
        open_.resize(task.openBegin);
        if (currentOpen_.empty())
            emit(task.hash);
        else if (windows_.empty())
            splitByLine(task.hash);
        else
            splitByWindow(task.hash);
    }
    return true;
}

void FaceSplitter::emit(std::uint64_t hash) {
    for (const auto& corner : current_) {
        faceVertex.push_back(corner.vertex);
        faceSegment.push_back(corner.segment);
    }
    faceBegin.push_back(static_cast<std::int32_t>(faceVertex.size()));
    faceHash.push_back(hash);
}

Eigen::Vector2d FaceSplitter::meanCorner(std::span<const PolygonCorner> corners) const {
    Eigen::Vector2d sum = Eigen::Vector2d::Zero();
    for (const auto& corner : corners) sum += Eigen::Vector2d(corner.p, corner.q);
    return sum / static_cast<double>(corners.size());
}

// The line nearest the middle halves the work best, and keeps faces that are emitted together close together.
std::size_t FaceSplitter::chooseLine() const {
    const Eigen::Vector2d middle = meanCorner(current_);
    std::size_t best = 0;
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < currentOpen_.size(); ++i) {
        const Line& line = lines_[currentOpen_[i]];
        const double distance = std::abs(line.form.at(middle.x(), middle.y())) * line.inverseGradient;
        if (distance < nearest) nearest = distance, best = i;
    }
    return best;
}

void FaceSplitter::splitByLine(std::uint64_t hash) {
    const std::size_t chosen = chooseLine();
    const Line line = lines_[currentOpen_[chosen]];
    currentOpen_.erase(currentOpen_.begin() + chosen);
    const int n = static_cast<int>(current_.size());
    d_.resize(n);
    for (int i = 0; i < n; ++i) d_[i] = line.form.at(current_[i].p, current_[i].q);
    LineCrossing leaving, entering;
    if (!findCrossings(d_, line.tolerance, sign_, leaving, entering)) {
        // Judged to cut a moment ago by the same numbers, so only reached on a polygon bent by rounding.
        children_.assign(1, {0, static_cast<std::size_t>(n), 0, 0});
        childCorners_ = current_;
        const auto [low, high] = std::minmax_element(d_.begin(), d_.end());
        pushChildren(hash ^ (*high > -*low ? line.stateKey : 0));
        return;
    }
    const auto vertexFor = [&](const LineCrossing& crossing) {
        const PolygonCorner& from = current_[crossing.corner];
        if (crossing.fraction == 0) return from.vertex;
        const Segment& segment = segments[from.segment];
        const Vertex& v0 = vertices[segment.v0];
        const Vertex& v1 = vertices[segment.v1];
        const double d0 = line.form.at(v0.p, v0.q), d1 = line.form.at(v1.p, v1.q);
        return vertexOn(from.segment, d0 / (d0 - d1), line.line);
    };
    const std::int32_t exit = vertexFor(leaving), entry = vertexFor(entering);
    const std::int32_t segment = addSegment(exit, entry, line.unit);
    childCorners_.clear();
    children_.clear();
    const auto addChild = [&](const LineCrossing& from, std::int32_t fromVertex, const LineCrossing& to,
                              std::int32_t toVertex, std::uint64_t key) {
        const std::size_t begin = childCorners_.size();
        if (from.fraction > 0) {
            childCorners_.push_back(
                {vertices[fromVertex].p, vertices[fromVertex].q, fromVertex, current_[from.corner].segment});
        }
        int i = from.fraction > 0 ? (from.corner + 1) % n : from.corner;
        const int stop = to.fraction > 0 ? (to.corner + 1) % n : to.corner;
        for (; i != stop; i = i + 1 == n ? 0 : i + 1) childCorners_.push_back(current_[i]);
        childCorners_.push_back({vertices[toVertex].p, vertices[toVertex].q, toVertex, segment});
        children_.push_back({begin, childCorners_.size(), key, 0});
    };
    addChild(entering, entry, leaving, exit, line.stateKey);
    addChild(leaving, exit, entering, entry, 0);
    pushChildren(hash);
}

void FaceSplitter::pushChildren(std::uint64_t hash) {
    for (auto& child : children_) {
        const Eigen::Vector2d middle =
            meanCorner(std::span(childCorners_).subspan(child.begin, child.end - child.begin));
        child.distance = frame_.planeFromLocal(middle.x(), middle.y()).squaredNorm();
    }
    std::stable_sort(children_.begin(), children_.end(),
                     [](const Child& a, const Child& b) { return a.distance > b.distance; });
    for (const auto& child : children_) {
        const auto corners = std::span(childCorners_).subspan(child.begin, child.end - child.begin);
        Task task{corners_.size(), open_.size(), hash ^ child.hash};
        corners_.insert(corners_.end(), corners.begin(), corners.end());
        if (windows_.empty())
            inheritLines(corners, task.hash);
        else
            inheritWindows(corners, task.hash);
        tasks_.push_back(task);
    }
}

void FaceSplitter::inheritLines(std::span<const PolygonCorner> corners, std::uint64_t& hash) {
    for (const std::int32_t index : currentOpen_) {
        const Line& line = lines_[index];
        double low = 0, high = 0;
        for (const auto& corner : corners) {
            const double d = line.form.at(corner.p, corner.q);
            low = std::min(low, d);
            high = std::max(high, d);
            margins.note(std::abs(d) * line.inverseGradient, tolerance_);
        }
        if (high > line.tolerance && low < -line.tolerance)
            open_.push_back(index);
        else if (high > -low)
            hash ^= line.stateKey;
    }
}

std::int32_t FaceSplitter::addSegment(std::int32_t v0, std::int32_t v1, std::int32_t unit) {
    segments.push_back({v0, v1, site_, unit});
    return static_cast<std::int32_t>(segments.size()) - 1;
}

std::int32_t FaceSplitter::vertexOn(std::int32_t segmentIndex, double fraction, std::uint64_t line) {
    Segment& segment = segments[segmentIndex];
    const Vertex v0 = vertices[segment.v0], v1 = vertices[segment.v1];
    const double length = frame_.distance(v1.p - v0.p, v1.q - v0.q);
    for (std::int32_t on = segment.firstOn; on >= 0; on = onSegments_[on].next) {
        const OnSegment& known = onSegments_[on];
        if (known.line == line || std::abs(known.t - fraction) * length <= 4 * tolerance_)
            return known.vertex;
    }
    const auto made = static_cast<std::int32_t>(vertices.size());
    Vertex vertex{v0.p + fraction * (v1.p - v0.p), v0.q + fraction * (v1.q - v0.q), segment.v0, segment.v1,
                  fraction};
    if (segmentIndex < entrySideCount_) vertex.entrySide = segmentIndex;
    vertex.line = line;
    vertices.push_back(vertex);
    onSegments_.push_back({made, fraction, line, segment.firstOn});
    segment.firstOn = static_cast<std::int32_t>(onSegments_.size()) - 1;
    return made;
}

}  // namespace tessera
