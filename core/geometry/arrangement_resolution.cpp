// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/arrangement_resolution.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/geometry/line_margins.h"

namespace tessera {
namespace {

// On and off are told apart if this factor lies between them.
constexpr double kApart = 8;
// A gap worth another run: from the least distance above it to rounding, or to the next one below.
constexpr int kGapBits = 3;
// What many layers and blends make of the rounding of one number, relative to the window's half-width, as
// measured on deep networks. Distances above it are real.
constexpr double kRounding = 0x1p-44;
constexpr std::int64_t kFaceSample = 1000;

// How far rounding moves a line: that of a logit, over its slope.
double roundingDistance(const Arrangement& map) {
    const double halfWidth = windowHalfWidth(map.window);
    std::vector<double> distances;
    const std::int64_t step = std::max<std::int64_t>(1, map.faceCount() / kFaceSample);
    for (std::int64_t face = 0; face < map.faceCount(); face += step) {
        const double slope = map.slopeNorm(face);
        if (!(slope > 0)) continue;
        double largest = 0;  // constant term
        for (std::int32_t k = 0; k < map.outputs; ++k)
            largest = std::max(largest, std::abs(map.forms[(face * map.outputs + k) * 3 + 2]));
        distances.push_back(largest / slope);
    }
    if (distances.empty()) return kRounding * halfWidth;
    const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
    std::nth_element(distances.begin(), middle, distances.end());
    return kRounding * std::max(halfWidth, *middle);
}

bool tellsApart(const Arrangement& map) {
    const auto& checks = map.checks;
    if (map.complete && checks.euler != 1) return false;
    return checks.smallestOffMargin == 0 || checks.smallestOffMargin >= kApart * checks.largestOnMargin;
}

// The middle of the widest gap among the distances judged on a line, above rounding; as a fraction of the
// tolerance.
std::optional<double> lowerTolerance(const Arrangement& map) {
    const double rounding = roundingDistance(map) / map.tolerance;
    if (!(rounding < 1)) return std::nullopt;
    const int bits = std::clamp(-std::ilogb(rounding) - 1, 0, kDistanceBits - 1);  // those above rounding
    const std::uint32_t distances = map.checks.onDistances & ((std::uint32_t{1} << bits) - 1);
    int widest = 0, below = 0;  // the gap ends above bit `below`
    for (int bit = 0; bit < bits; ++bit) {
        if ((distances >> bit & 1) == 0) continue;
        const std::uint32_t rest = distances >> bit >> 1;
        const int gap = rest != 0 ? std::countr_zero(rest) : bits - bit - 1;
        if (gap > widest) widest = gap, below = bit + 1 + gap;
    }
    if (widest < kGapBits) return std::nullopt;
    return std::exp2(-(below - widest / 2.0));
}

std::string noteOn(const Arrangement& map) {
    char off[64] = "";
    if (map.checks.smallestOffMargin > 0)  // else no vertex is off a line
        std::snprintf(off, sizeof off, ", as off it from %.2g", map.checks.smallestOffMargin);
    char text[400];
    std::snprintf(
        text, sizeof text,
        "Some vertices lie too close to a line for float64 to tell whether it passes through them in a "
        "window this wide (taken as on a line up to %.2g away%s): regions there may be miscounted; zoom in "
        "for exact counts.",
        map.checks.largestOnMargin, off);
    return text;
}

class CloserProgress final : public Progress {
  public:
    explicit CloserProgress(Progress& progress) : progress_(progress) {}
    void report(std::int64_t done, std::int64_t total, std::string_view what) override {
        progress_.report(done, total, closer(what));
    }
    void reportShare(double share, std::string_view what) override {
        progress_.reportShare(share, closer(what));
    }

  private:
    static std::string closer(std::string_view what) { return "closer: " + std::string(what); }
    Progress& progress_;
};

}  // namespace

Result<Arrangement> arrangementWithinResolution(const ArrangementOptions& options, Progress& progress,
                                                const ArrangementRun& run) {
    const auto start = std::chrono::steady_clock::now();
    auto first = run(options, progress);
    if (!first.isOk()) return first;
    Arrangement& map = first.value();
    bool isToldApart = tellsApart(map);
    if (const auto lower = lowerTolerance(map)) {
        isToldApart = false;  // what the first run took for one vertex may be several
        ArrangementOptions closer = options;
        closer.relativeTolerance *= *lower;
        if (options.budget.maxSeconds > 0) {
            const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
            closer.budget.maxSeconds = std::max(options.budget.maxSeconds - spent.count(), 1e-3);
        }
        if (map.complete) {
            CloserProgress closerProgress(progress);
            auto second = run(closer, closerProgress);
            const bool isComplete = second.isOk() && second.value().complete;
            if (isComplete && (tellsApart(second.value()) || !tellsApart(map))) {
                map = std::move(second).value();
                isToldApart = tellsApart(map);
            }
        }
    }
    if (!isToldApart) map.resolutionNote = noteOn(map);
    return first;
}

}  // namespace tessera
