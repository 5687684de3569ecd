// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/breadth_first_forms.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace tessera {
namespace {

// Faces are one piece if their forms agree to this fraction (arrangement_assembly.h).
constexpr double kSamePiece = 1e-9;
// Slopes that rounding may change by more than this fraction are not worth showing.
constexpr double kPoorSlope = 1e-6;
// Below this height (of the window's half-width) the centroid, rounded to a double, may lie in the neighbour.
constexpr double kSliver = 1e-12;
constexpr std::int64_t kSample = 128;

double cross(const Eigen::Vector2d& a, const Eigen::Vector2d& b) {
    return a.x() * b.y() - a.y() * b.x();
}

// Twice the area over the longest side or diagonal from the first corner.
double heightOf(const std::vector<Eigen::Vector2d>& corners) {
    double twice = 0, longest = 0;
    for (std::size_t i = 1; i < corners.size(); ++i) {
        const Eigen::Vector2d side = corners[i] - corners[0];
        if (i + 1 < corners.size()) twice += cross(side, corners[i + 1] - corners[0]);
        longest = std::max({longest, side.norm(), (corners[i] - corners[i - 1]).norm()});
    }
    return longest > 0 ? twice / longest : 0;
}

}  // namespace

FinishedFaces::FinishedFaces(BreadthRun& run, const Eigen::Vector2d& origin)
    : run_(run), origin_(origin), outputs_(run.network.outputs()) {
    raw_.outputs = outputs_;
    raw_.formOrigin = origin;
    for (const auto& corner : run.positions) halfWidth_ = std::max(halfWidth_, corner.cwiseAbs().maxCoeff());
}

double FinishedFaces::areaOf(const FaceChunk& chunk) const {
    double twice = 0;
    for (std::int64_t face = 0; face < chunk.faces(); ++face) {
        const std::int32_t begin = chunk.faceBegin[face], end = chunk.faceBegin[face + 1];
        const auto at = [&](std::int32_t i) { return run_.positions[chunk.rowVertex[chunk.cornerRow[i]]]; };
        for (std::int32_t i = begin + 1; i + 1 < end; ++i)
            twice += cross(at(i) - at(begin), at(i + 1) - at(begin));
    }
    return twice / 2;
}

bool FinishedFaces::add(const FaceChunk& chunk) {
    numberOf_.resize(run_.positions.size(), -1);
    const std::int64_t room =
        run_.maxFaces > 0 ? std::min(chunk.faces(), run_.maxFaces - faces()) : chunk.faces();
    const std::int64_t before = faces();
    truncated_ = truncated_ || room < chunk.faces();
    raw_.forms.resize((before + room) * outputs_ * 3);
    for (std::int64_t face = 0; face < room; ++face) {
        double* const forms = raw_.forms.data() + (before + face) * outputs_ * 3;
        formsFromCorners(chunk, face, forms);
        for (std::int32_t k = 0; k < outputs_ * 3; ++k) {
            if (!std::isfinite(forms[k]) && height_.back() > kSliver * halfWidth_) return false;
        }
        for (std::int32_t i = chunk.faceBegin[face]; i < chunk.faceBegin[face + 1]; ++i) {
            std::int32_t& number = numberOf_[chunk.rowVertex[chunk.cornerRow[i]]];
            if (number < 0) {
                number = static_cast<std::int32_t>(raw_.vertices.size());
                raw_.vertices.push_back(run_.positions[chunk.rowVertex[chunk.cornerRow[i]]] + origin_);
            }
            raw_.faceVertices.push_back(number);
            raw_.sideSite.push_back(chunk.sideSite[i]);
            raw_.sideUnit.push_back(chunk.sideUnit[i]);
        }
        raw_.faceBegin.push_back(static_cast<std::int32_t>(raw_.faceVertices.size()));
        raw_.patternHash.push_back(chunk.hash[face]);
    }
    return true;
}

void FinishedFaces::formsFromCorners(const FaceChunk& chunk, std::int64_t face, double* forms) {
    thread_local std::vector<Eigen::Vector2d> corners;
    const std::int32_t begin = chunk.faceBegin[face], end = chunk.faceBegin[face + 1];
    corners.clear();
    for (std::int32_t i = begin; i < end; ++i)
        corners.push_back(run_.positions[chunk.rowVertex[chunk.cornerRow[i]]]);
    LocalFrame frame;
    frame.fit(corners);
    const double* const logits = chunk.live->values();
    double size = 0;
    for (std::int32_t k = 0; k < outputs_; ++k) {
        const auto logitAt = [&](int corner) {
            return logits[static_cast<std::int64_t>(chunk.cornerRow[begin + corner]) * outputs_ + k];
        };
        const Eigen::Vector3d form = frame.planeForm(frame.formOf(logitAt));
        std::copy_n(form.data(), 3, forms + std::int64_t{3} * k);
        for (int corner = 0; corner < end - begin; ++corner) {
            const double logit = logitAt(corner);
            const double fitted = form.x() * corners[corner].x() + form.y() * corners[corner].y() + form.z();
            noise_ = std::max({noise_, std::abs(fitted - logit),
                               2 * std::numeric_limits<double>::epsilon() * std::abs(logit)});
        }
        size = std::max(size, (std::abs(form.x()) + std::abs(form.y())) * halfWidth_ + std::abs(form.z()));
    }
    height_.push_back(heightOf(corners));
    size_.push_back(size);
}

std::vector<std::int64_t> FinishedFaces::unclearFaces() const {
    const auto doubtOf = [&](std::int64_t face) {  // what rounding may add to a form over the window
        return height_[face] > 0 ? 2 * noise_ * halfWidth_ / height_[face]
                                 : std::numeric_limits<double>::infinity();
    };
    const std::int64_t width = std::int64_t{3} * outputs_;
    std::vector<std::uint8_t> unclear(faces(), 0);
    const auto compare = [&](std::int64_t a, std::int64_t b) {
        double difference = 0;
        for (std::int64_t k = 0; k < width; k += 3) {
            const double* const f = raw_.forms.data() + a * width + k;
            const double* const g = raw_.forms.data() + b * width + k;
            difference = std::max(difference, (std::abs(f[0] - g[0]) + std::abs(f[1] - g[1])) * halfWidth_ +
                                                  std::abs(f[2] - g[2]));
        }
        const double same = kSamePiece * std::max(size_[a], size_[b]), doubt = doubtOf(a) + doubtOf(b);
        if (difference + doubt <= same || difference - doubt > same) return;
        for (const std::int64_t face : {a, b}) unclear[face] |= doubtOf(face) > same / 8;
        unclear[doubtOf(a) > doubtOf(b) ? a : b] = 1;
    };
    std::unordered_map<std::uint64_t, std::int64_t> waiting;  // the side's first face
    for (std::int64_t face = 0; face < faces(); ++face) {
        if (doubtOf(face) > kPoorSlope * size_[face]) unclear[face] = 1;
        const std::int32_t begin = raw_.faceBegin[face], end = raw_.faceBegin[face + 1];
        for (std::int32_t i = begin; i < end; ++i) {
            const auto [low, high] =
                std::minmax(raw_.faceVertices[i], raw_.faceVertices[i + 1 == end ? begin : i + 1]);
            const std::uint64_t side =
                static_cast<std::uint64_t>(low) << 32 | static_cast<std::uint32_t>(high);
            const auto [first, fresh] = waiting.try_emplace(side, face);
            if (fresh) continue;
            compare(first->second, face);
            waiting.erase(first);
        }
    }
    std::vector<std::int64_t> list;
    for (std::int64_t face = 0; face < faces(); ++face) {
        if (unclear[face] != 0) list.push_back(face);
    }
    return list;
}

// A point's form costs three passes through every layer, where a chunk's row costs one through one. Layers of
// many small batches would spend their time on setting up.
std::int64_t FinishedFaces::formBatch() const {
    const std::int64_t widest = *std::max_element(run_.bytesPerRow.begin(), run_.bytesPerRow.end());
    const auto passes = static_cast<std::int64_t>(3 * run_.bytesPerRow.size());
    return std::clamp<std::int64_t>(4 * run_.maxChunkBytes / (passes * std::max<std::int64_t>(widest, 1)), 4,
                                    1024);
}

Eigen::Vector2d FinishedFaces::centroidOf(std::int64_t face) const {
    const std::int32_t begin = raw_.faceBegin[face], end = raw_.faceBegin[face + 1];
    const Eigen::Vector2d base = raw_.vertices[raw_.faceVertices[begin]];
    Eigen::Vector2d weighted = Eigen::Vector2d::Zero(), mean = Eigen::Vector2d::Zero();
    double total = 0;
    for (std::int32_t i = begin + 1; i < end; ++i) {
        const Eigen::Vector2d corner = raw_.vertices[raw_.faceVertices[i]] - base;
        mean += corner / static_cast<double>(end - begin);
        if (i + 1 == end) continue;
        const Eigen::Vector2d next = raw_.vertices[raw_.faceVertices[i + 1]] - base;
        const double twice = std::abs(cross(corner, next));
        weighted += twice * (corner + next) / 3;
        total += twice;
    }
    return base + (total > 0 ? Eigen::Vector2d(weighted / total) : mean);
}

void FinishedFaces::refine() {
    const std::vector<std::int64_t> unclear = unclearFaces();
    const std::int64_t batch = formBatch();
    std::vector<Eigen::Vector2d> points;
    std::vector<double> forms;
    std::vector<std::uint64_t> hash;
    for (std::size_t begin = 0; begin < unclear.size() && !run_.control.shouldStop(); begin += batch) {
        const std::size_t count = std::min<std::size_t>(batch, unclear.size() - begin);
        points.clear();
        for (std::size_t i = 0; i < count; ++i) points.push_back(centroidOf(unclear[begin + i]));
        forms.resize(count * outputs_ * 3);
        hash.resize(count);
        run_.network.formsAt(points, origin_, forms.data(), hash.data());
        for (std::size_t i = 0; i < count; ++i) {
            // Where rounding put the centroid into the neighbour, the corners' own form is the better one.
            if (hash[i] != raw_.patternHash[unclear[begin + i]]) continue;
            std::copy_n(forms.data() + i * outputs_ * 3, outputs_ * 3,
                        raw_.forms.data() + unclear[begin + i] * outputs_ * 3);
        }
    }
}

void FinishedFaces::check(Arrangement& map) const {
    const std::int64_t count = map.faceCount();
    const std::int64_t step = std::max<std::int64_t>(1, count / kSample), batch = formBatch();
    for (std::int64_t first = 0; first < count && !run_.control.cancelled(); first += step * batch) {
        if (first > 0 && run_.control.shouldStop()) break;  // a run out of time has checked one batch
        std::vector<Eigen::Vector2d> points;
        std::vector<std::int64_t> sampled;
        for (std::int64_t face = first; face < count && static_cast<std::int64_t>(points.size()) < batch;
             face += step) {
            sampled.push_back(face);
            points.push_back(map.centroid(face));
        }
        std::vector<double> forms(points.size() * outputs_ * 3);
        std::vector<std::uint64_t> hash(points.size());
        run_.network.formsAt(points, origin_, forms.data(), hash.data());
        for (std::size_t i = 0; i < points.size(); ++i) {
            const Eigen::Vector2d offset = points[i] - origin_;
            const Eigen::VectorXd interpolated = map.logitsOnFace(sampled[i], points[i]);
            for (std::int32_t k = 0; k < outputs_; ++k) {
                const double* const form = forms.data() + (i * outputs_ + k) * 3;
                const double logit = form[0] * offset.x() + form[1] * offset.y() + form[2];
                map.checks.maxInterpolationError =
                    std::max(map.checks.maxInterpolationError, std::abs(logit - interpolated[k]));
            }
            std::vector<Eigen::Vector2d> corners;
            for (std::int32_t c = map.faceBegin[sampled[i]]; c < map.faceBegin[sampled[i] + 1]; ++c) {
                corners.push_back(map.vertices[map.faceVertices[c]]);
            }
            const bool thin = heightOf(corners) < kSliver * halfWidth_;
            map.checks.patternMismatches += !thin && hash[i] != map.patternHash[sampled[i]];
            ++map.checks.facesChecked;
        }
    }
}

RawFaces FinishedFaces::take() {
    raw_.margins = run_.margins;
    return std::move(raw_);
}

}  // namespace tessera
