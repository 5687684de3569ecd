// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/exact_line.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "core/geometry/line_scan.h"
#include "core/geometry/worker_team.h"

namespace tessera {
namespace {

// A chunk's live values and rows at most: enough for batches to pay, few enough for a layer to take well
// under 100 ms.
constexpr std::int64_t kChunkBytes = std::int64_t{4} << 20;
constexpr std::int64_t kChunkRows = 256;
constexpr std::int64_t kMiddles = 64;  // evaluated together on a thread, at most
constexpr std::int64_t kSplitByNetwork = 8;

// Neighbouring points and their live values before one site. `rows` says which row each point has; others
// only helped to blend.
struct Chunk {
    std::unique_ptr<LiveValues> live;
    std::vector<LinePoint> points;
    std::vector<std::int32_t> rows;
};

// A chunk at its site: the points it gets there, handed on in parts that fit.
class Refined {
  public:
    Refined(const Site& site, int siteIndex, Chunk chunk, double tolerance)
        : site_(siteIndex), chunk_(std::move(chunk)) {
        const LineScan scan(site, chunk_.live->values(), chunk_.live->rows());
        finite_ = scan.finite();
        if (!finite_) return;
        std::vector<LineRoot> roots;
        for (std::size_t i = 0; i < chunk_.points.size(); ++i) {
            points_.push_back({chunk_.points[i], chunk_.rows[i]});
            if (i + 1 == chunk_.points.size() || chunk_.points[i + 1].segment != chunk_.points[i].segment)
                continue;
            roots.clear();
            scan.between(chunk_.rows[i], chunk_.rows[i + 1], roots);
            std::sort(roots.begin(), roots.end(), [](const LineRoot& a, const LineRoot& b) {
                return a.s != b.s ? a.s < b.s : a.unit < b.unit;
            });
            const double from = chunk_.points[i].t, to = chunk_.points[i + 1].t;
            double last = from;
            for (const auto& root : roots) {
                const double t = from + root.s * (to - from);
                if (t - last <= tolerance || to - t <= tolerance) continue;
                points_.push_back({{chunk_.points[i].segment, t, siteIndex, root.unit},
                                   chunk_.rows[i],
                                   chunk_.rows[i + 1],
                                   root.s});
                last = t;
            }
        }
    }
    int site() const { return site_; }
    bool finite() const { return finite_; }
    bool exhausted() const { return cursor_ >= points_.size(); }

    // The next points, at most `maxRows` (at least two), taken through the site.
    Chunk next(std::int64_t maxRows) {
        const std::size_t begin = cursor_;
        std::size_t end =
            std::min(points_.size(), begin + static_cast<std::size_t>(std::max<std::int64_t>(2, maxRows)));
        cursor_ = end;
        // The region between this part and the next belongs to the next, which starts with a point of this.
        if (end < points_.size() && points_[end].point.segment == points_[end - 1].point.segment) --cursor_;
        const bool whole = begin == 0 && end == points_.size();
        Chunk part;
        std::vector<std::int32_t> gathered, placeOf;
        if (whole) {
            part.live = std::move(chunk_.live);
        } else {
            placeOf.assign(chunk_.live->rows(), -1);
            const auto want = [&](std::int32_t row) {
                if (row < 0 || placeOf[row] >= 0) return;
                placeOf[row] = static_cast<std::int32_t>(gathered.size());
                gathered.push_back(row);
            };
            for (std::size_t i = begin; i < end; ++i) want(points_[i].row0), want(points_[i].row1);
            part.live = chunk_.live->gather(gathered);
        }
        const auto place = [&](std::int32_t row) { return whole ? row : placeOf[row]; };
        std::vector<RowBlend> blends;
        auto fresh = static_cast<std::int32_t>(part.live->rows());
        for (std::size_t i = begin; i < end; ++i) {
            const Point& point = points_[i];
            part.points.push_back(point.point);
            part.rows.push_back(point.row1 < 0 ? place(point.row0) : fresh++);
            if (point.row1 >= 0) blends.push_back({place(point.row0), place(point.row1), point.s});
        }
        part.live->append(blends);
        part.live->advance();
        return part;
    }

  private:
    struct Point {
        LinePoint point;
        std::int32_t row0 = 0, row1 = -1;  // row1 < 0: the row itself
        double s = 0;
    };
    int site_;
    Chunk chunk_;
    std::vector<Point> points_;
    std::size_t cursor_ = 0;
    bool finite_ = true;
};

class LineRefinement {
  public:
    LineRefinement(const SiteNetwork& network, std::span<const LineSegment> segments,
                   const LineOptions& options, std::stop_token stop, Progress& progress)
        : network_(network),
          segments_(segments),
          options_(options),
          stop_(std::move(stop)),
          progress_(progress),
          sites_(static_cast<int>(network.sites().size())) {}

    Result<LineRegions> regions() {
        lines_.outputs = network_.outputs();
        lines_.tolerance = options_.tolerance;
        measureRows();
        for (std::size_t first = 0; first < segments_.size() && lines_.complete;) {
            const std::size_t count = std::clamp<std::size_t>(maxRows(0) / 2, 1, segments_.size() - first);
            if (!refine(start(first, count)))
                return inputError(
                    "The network gives values that are not finite (NaN or infinite) at layer \"" + where_ +
                    "\" on this path; check the model's weights and the samples.");
            first += count;
        }
        if (lines_.regions() == 0 && !lines_.complete && stop_.stop_requested()) return Cancelled{};
        return std::move(lines_);
    }

  private:
    // One point through the whole network tells how wide it is at each site.
    void measureRows() {
        const auto probe = network_.start(std::span(&segments_.front().from, 1));
        for (bytesPerRow_.assign(sites_ + 1, 0);; probe->advance()) {
            bytesPerRow_[probe->site()] = std::max<std::int64_t>(1, probe->bytesPerRow());
            if (probe->site() == sites_) break;
        }
        // A middle goes through all of the network in one step, with a tangent.
        std::int64_t pass = 0;
        for (const auto bytes : bytesPerRow_) pass += 2 * bytes;
        middles_ = std::clamp<std::int64_t>(kChunkBytes / pass, 1, kMiddles);
        // Larger batches are split over threads by the network itself.
        team_.emplace(middles_ >= kSplitByNetwork ? 1 : options_.threads);
    }
    std::int64_t maxRows(int site) const {
        const std::int64_t bytes = options_.maxChunkBytes > 0 ? options_.maxChunkBytes : kChunkBytes;
        const std::int64_t after = bytesPerRow_[std::min(site + 1, sites_)];
        return std::clamp<std::int64_t>(bytes / std::max(bytesPerRow_[site], after), 3, kChunkRows);
    }
    Eigen::Vector2d pointOf(std::int32_t segment, double t) const {
        const LineSegment& line = segments_[segment];
        return t == 1 ? line.to : Eigen::Vector2d(line.from + t * (line.to - line.from));
    }

    Chunk start(std::size_t first, std::size_t count) {
        Chunk chunk;
        std::vector<Eigen::Vector2d> ends;
        for (std::size_t k = first; k < first + count; ++k) {
            for (const double t : {0.0, 1.0}) {
                chunk.points.push_back({static_cast<std::int32_t>(k), t});
                chunk.rows.push_back(static_cast<std::int32_t>(ends.size()));
                ends.push_back(pointOf(static_cast<std::int32_t>(k), t));
            }
        }
        chunk.live = network_.start(ends);
        lines_.pointsEvaluated += static_cast<std::int64_t>(ends.size());
        return chunk;
    }

    // Depth first over chunks, so memory stays bounded and regions come out in path order. False: values that
    // are not finite.
    bool refine(Chunk chunk) {
        std::vector<std::unique_ptr<Refined>> open;
        std::optional<Chunk> current = std::move(chunk);
        while (true) {
            if (stop_.stop_requested()) return stopFor("cancelled");
            if (current) {
                const int site = current->live->site();
                if (site == sites_) {
                    where_ = "output";
                    if (!finish(*current)) return false;
                    if (!lines_.complete) return true;
                    current.reset();
                    continue;
                }
                where_ = network_.sites()[site].name;
                open.push_back(std::make_unique<Refined>(network_.sites()[site], site, std::move(*current),
                                                         options_.tolerance));
                current.reset();
                if (!open.back()->finite()) return false;
            }
            if (open.empty()) return true;
            const int site = open.back()->site();
            current = open.back()->next(maxRows(site));
            if (open.back()->exhausted()) open.pop_back();
            workDone_ +=
                spanOf(*current) / (static_cast<double>(sites_ + 1) * static_cast<double>(segments_.size()));
            report("refining " + network_.sites()[site].name);
        }
    }
    bool stopFor(std::string reason) {
        lines_.complete = false;
        lines_.stopReason = std::move(reason);
        return true;
    }
    static double spanOf(const Chunk& chunk) {
        double span = 0;
        for (std::size_t i = 0; i + 1 < chunk.points.size(); ++i)
            if (chunk.points[i + 1].segment == chunk.points[i].segment)
                span += chunk.points[i + 1].t - chunk.points[i].t;
        return span;
    }
    void report(const std::string& what) { progress_.reportShare(workDone_, what); }

    // A chunk that holds logits: its regions are final. A stop keeps those before it. False: not finite.
    bool finish(const Chunk& chunk) {
        const auto outputs = static_cast<std::size_t>(lines_.outputs);
        const double share = 1 / (static_cast<double>(sites_ + 1) * static_cast<double>(segments_.size()));
        const double* const logits = chunk.live->values();
        const auto row = [&](std::size_t i) {
            return logits + static_cast<std::size_t>(chunk.rows[i]) * outputs;
        };
        std::size_t at = 0;
        while (at < chunk.points.size()) {
            // As many regions of one segment as go together: the points at .. end.
            std::size_t end = at;
            const auto most = static_cast<std::size_t>(middles_) * team_->size();
            while (end + 1 < chunk.points.size() && end - at < most &&
                   chunk.points[end + 1].segment == chunk.points[at].segment)
                ++end;
            if (!middles(chunk, at, end, row)) return false;
            if (!lines_.complete) return true;
            workDone_ += (chunk.points[end].t - chunk.points[at].t) * share;
            report("evaluating regions");
            at = end + 1 < chunk.points.size() && chunk.points[end + 1].segment == chunk.points[end].segment
                     ? end
                     : end + 1;
        }
        return true;
    }

    template <typename Row>
    bool middles(const Chunk& chunk, std::size_t begin, std::size_t end, Row&& row) {
        if (stop_.stop_requested()) return stopFor("cancelled");
        if (end == begin) return true;  // the first of another part
        const auto outputs = static_cast<std::size_t>(lines_.outputs);
        const std::int32_t segment = chunk.points[begin].segment;
        const Eigen::Vector2d direction = segments_[segment].to - segments_[segment].from;
        std::vector<Eigen::Vector2d> points;
        for (std::size_t i = begin; i < end; ++i)
            points.push_back(pointOf(segment, (chunk.points[i].t + chunk.points[i + 1].t) / 2));
        std::vector<double> forms(points.size() * outputs * 3);
        std::vector<std::uint64_t> hash(points.size());
        const auto regions = static_cast<std::int64_t>(points.size());
        forBlocks(*team_, (regions + middles_ - 1) / middles_, 1, [&](std::int64_t group) {
            const auto first = static_cast<std::size_t>(group * middles_);
            const auto count = static_cast<std::size_t>(std::min(middles_, regions - group * middles_));
            network_.formsAt(std::span(points).subspan(first, count), Eigen::Vector2d::Zero(),
                             forms.data() + first * outputs * 3, hash.data() + first);
        });
        lines_.pointsEvaluated += static_cast<std::int64_t>(points.size());
        for (std::size_t i = begin; i < end; ++i) {
            const double *const here = row(i), *const there = row(i + 1);
            const double* const form = forms.data() + (i - begin) * outputs * 3;
            if (options_.maxCrossings > 0 && chunk.points[i + 1].site >= 0 &&
                crossings_ == options_.maxCrossings)
                return stopFor("crossing budget of " + std::to_string(options_.maxCrossings) + " reached");
            const bool joins = !lines_.points.empty() && lines_.points.back().segment == segment;
            if (!joins) push(chunk.points[i], here);
            const std::size_t begins = lines_.points.size() - 1;
            for (std::size_t k = 0; k < outputs; ++k) {
                const double *const f = form + 3 * k, &x = points[i - begin].x(), &y = points[i - begin].y();
                lines_.slopes[begins * outputs + k] = f[0] * direction.x() + f[1] * direction.y();
                const double miss = std::abs(f[0] * x + f[1] * y + f[2] - (here[k] + there[k]) / 2);
                if (!std::isfinite(miss)) return false;
                lines_.maxInterpolationError = std::max(lines_.maxInterpolationError, miss);
            }
            lines_.patternHash[begins] = hash[i - begin];
            if (chunk.points[i].site >= 0 && begins > 0 && lines_.patternHash[begins - 1] == hash[i - begin])
                ++lines_.patternRepeats;
            push(chunk.points[i + 1], there);
            crossings_ += chunk.points[i + 1].site >= 0;
        }
        return true;
    }
    void push(const LinePoint& point, const double* logits) {
        const auto outputs = static_cast<std::size_t>(lines_.outputs);
        lines_.points.push_back(point);
        lines_.logits.insert(lines_.logits.end(), logits, logits + outputs);
        lines_.slopes.resize(lines_.logits.size(), 0.0);
        lines_.patternHash.push_back(0);
    }

    const SiteNetwork& network_;
    std::span<const LineSegment> segments_;
    const LineOptions& options_;
    std::stop_token stop_;
    Progress& progress_;
    int sites_;
    std::optional<WorkerTeam> team_;
    std::int64_t middles_ = 1;
    std::vector<std::int64_t> bytesPerRow_;
    LineRegions lines_;
    std::int64_t crossings_ = 0;
    double workDone_ = 0;
    std::string where_;
};

}  // namespace

std::int64_t LineRegions::crossings() const {
    return std::count_if(points.begin(), points.end(),
                         [](const LinePoint& point) { return point.site >= 0; });
}

std::int64_t LineRegions::regions() const {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < points.size(); ++i) count += regionBeginsAt(i);
    return count;
}

Result<LineRegions> exactLineRegions(const SiteNetwork& network, std::span<const LineSegment> segments,
                                     const LineOptions& options, std::stop_token stop, Progress& progress) {
    for (std::size_t k = 0; k < segments.size(); ++k) {
        const bool isFinite = segments[k].from.allFinite() && segments[k].to.allFinite();
        if (isFinite && segments[k].from != segments[k].to) continue;
        return inputError("Segment " + std::to_string(k + 1) + " of the path has " +
                          (isFinite ? "no length" : "an end that is not finite") + "; leave it out.");
    }
    if (segments.empty()) return inputError("The path has no segment; choose two different samples.");
    return LineRefinement(network, segments, options, std::move(stop), progress).regions();
}

}  // namespace tessera
