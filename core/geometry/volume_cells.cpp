// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/geometry/volume_cells.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/geometry/breadth_first_run.h"
#include "core/geometry/cut_sides.h"
#include "core/geometry/site_noise.h"
#include "core/geometry/volume_cell_assembly.h"
#include "core/geometry/volume_columns.h"
#include "core/geometry/volume_windows.h"

namespace tessera {
namespace {

constexpr std::int64_t kStandardBytes = std::int64_t{1} << 30;

enum class Outcome { Done, Stopped, NotFinite };

class Refinement {
  public:
    Refinement(const VolumeNetwork& network, const Eigen::Vector3d& low, const Eigen::Vector3d& high,
               const VolumeCellOptions& options, std::stop_token stop, Progress& progress)
        : network_(network),
          options_(options),
          progress_(progress),
          control_(std::move(stop), options.budget),
          cells_(low, high),
          tolerance_(options.relativeTolerance * (high - low).maxCoeff() / 2),
          maxBytes_(options.budget.maxBytes > 0 ? options.budget.maxBytes : kStandardBytes) {
        result_.low = low;
        result_.high = high;
        result_.outputs = network.outputs();
        result_.tolerance = tolerance_;
    }

    Result<CellComplex> run() {
        const auto& sites = network_.sites();
        for (const auto& site : sites) result_.sites.push_back({site.name, 0, 0});
        Outcome outcome = Outcome::Done;
        for (int k = 0; k < static_cast<int>(sites.size()) && outcome == Outcome::Done; ++k) {
            site_ = k;
            outcome = sites[k].kind == SiteKind::Max ? cutWindows(sites[k]) : cutLines(sites[k]);
            if (outcome != Outcome::Done) break;
            hasWindows_ = hasWindows_ || sites[k].kind == SiteKind::Max;
            result_.sites[k].regionsAfter = countPatterns(cells_, hasWindows_);
            result_.refinedSites = k + 1;
        }
        if (outcome == Outcome::NotFinite) return notFinite(sites[site_].name);
        result_.patternHash = numberRegions(cells_, hasWindows_);
        if (outcome == Outcome::Done) outcome = cutBoundary();
        if (outcome == Outcome::NotFinite) return notFinite("output");
        result_.complete = outcome == Outcome::Done;
        result_.stopReason = stopReason_;
        VolumeCellAssembly assembly{network_, options_, cells_,     labels_,
                                    columns_, margins_, undecided_, control_};
        assembly.fill(result_);
        if (result_.complete && control_.cancelled()) {
            result_.complete = false;
            result_.stopReason = "cancelled";
        }
        return std::move(result_);
    }

  private:
    static Error notFinite(const std::string& layer) {
        return inputError("The network gives values that are not finite (NaN or infinite) at layer \"" +
                          layer + "\" inside this box; check the model's weights or move the box.");
    }

    // As many inputs at a time as the memory allows, with room for the vertices to come.
    std::int64_t inputsAtOnce() const {
        const std::int64_t left = maxBytes_ - static_cast<std::int64_t>(cells_.bytes());
        const auto row = static_cast<std::int64_t>(cells_.vertices().size()) * 3 * 8;
        return std::max<std::int64_t>(1, left / 2 / row);
    }

    Outcome evaluate(int site, std::int64_t first, std::int64_t count) {
        if (!columns_.evaluate(network_, site, first, count, cells_.vertices(), control_)) return stopped();
        if (!columns_.isFinite()) return Outcome::NotFinite;
        noise_ = columns_.largest();
        scale_ = std::max(scale_, magnitudesToNoise(noise_));
        return Outcome::Done;
    }

    Outcome cutLines(const Site& site) {
        scale_ = 0;
        for (std::int64_t first = 0; first < site.units;) {
            const std::int64_t end = std::min(site.units, first + inputsAtOnce());
            if (const auto got = evaluate(site_, first, end - first); got != Outcome::Done) return got;
            for (std::int64_t unit = first; unit < end; ++unit) {
                cutUnit(site, unit);
                progress_.reportShare(
                    (site_ + double(unit) / double(site.units)) / double(network_.sites().size() + 1),
                    "cutting at " + site.name);
                if (isOver()) return Outcome::Stopped;
            }
            first = end;
        }
        flipAll();
        return Outcome::Done;
    }

    void cutUnit(const Site& site, std::int64_t unit) {
        const auto& function = site.function;
        std::uint64_t state = 0;
        for (int knot = 0; knot < static_cast<int>(function.knots.size()); ++knot) {
            if (!function.bends(knot, unit)) continue;
            // States are nested, so the XOR of these over the knots below a unit is the key of its state.
            const std::uint64_t key = patternKey(site_, unit, state) ^ patternKey(site_, unit, state + 1);
            ++state;
            const auto value = aboveKnot(unit, function.knots[knot]);
            const double largest =
                columns_.largest()[unit - columns_.first()] + std::abs(function.knots[knot]);
            cutAt(value, largest, noise_[unit - columns_.first()], unit, key,
                  knot + 1 < static_cast<int>(function.knots.size()) ? unit : unit + 1);
        }
    }

    std::span<const double> aboveKnot(std::int64_t unit, double knot) {
        const auto column = columns_.column(unit);
        if (knot == 0) return column;
        difference_.resize(column.size());
        std::transform(column.begin(), column.end(), difference_.begin(),
                       [knot](double z) { return z - knot; });
        return difference_;
    }

    // Cuts all cells where `value` vanishes and takes `key` into the hash of those above.
    void cutAt(std::span<const double> value, double largest, double noise, std::int64_t unit,
               std::uint64_t key, std::int64_t nextInput) {
        sides_.find(value, largest, noise, tolerance_, cells_, margins_);
        if (!sides_.anyAbove()) return;
        // A unit that vanishes on a whole cell is off there.
        if (!sides_.anyBelow() && !sides_.anyOn()) {
            keyOfAll_ ^= key;
            return;
        }
        cells_.split(value, sides_.sides(), site_, static_cast<std::int32_t>(unit));
        if (!cells_.newVertices().empty()) columns_.append(cells_.newVertices(), nextInput);
        const auto& side = cells_.cellSide();
        auto& cells = cells_.cells();
        for (std::size_t c = 0; c < cells.size(); ++c) cells[c].hash ^= side[c] == kAboveCut ? key : 0;
    }

    void flipAll() {
        if (keyOfAll_ != 0)
            for (auto& cell : cells_.cells()) cell.hash ^= keyOfAll_;
        keyOfAll_ = 0;
    }

    Outcome cutWindows(const Site& site) {
        scale_ = 0;
        const auto& windows = site.windows;
        WindowCuts cuts(cells_, columns_, margins_, tolerance_);
        for (std::int32_t w = 0; w < windows.windows();) {
            // Windows follow one another, so a few have their members close together.
            const std::int64_t most = inputsAtOnce();
            std::int64_t low = windows.members[windows.begin[w]], high = low;
            std::int32_t end = w;
            for (; end < windows.windows(); ++end) {
                std::int64_t from = low, to = high;
                for (std::int32_t m = windows.begin[end]; m < windows.begin[end + 1]; ++m) {
                    from = std::min<std::int64_t>(from, windows.members[m]);
                    to = std::max<std::int64_t>(to, windows.members[m]);
                }
                if (end > w && to - from + 1 > most) break;
                low = from;
                high = to;
            }
            if (const auto got = evaluate(site_, low, high - low + 1); got != Outcome::Done) return got;
            for (; w < end; ++w) {
                const std::span<const std::int32_t> members(
                    &windows.members[windows.begin[w]], std::size_t(windows.begin[w + 1] - windows.begin[w]));
                double noise = kTieNoise * scale_;
                for (const auto m : members) noise = std::max(noise, noise_[m - low]);
                if (!cuts.cut(members, noise, site_, w, [this] { return isOver(); })) return Outcome::Stopped;
                for (std::size_t c = 0; c < cells_.cells().size(); ++c)
                    cells_.cells()[c].hash ^=
                        patternKey(site_, w, static_cast<std::uint64_t>(cuts.winner()[c]));
                progress_.reportShare(
                    (site_ + double(w) / double(windows.windows())) / double(network_.sites().size() + 1),
                    "cutting at " + site.name);
                if (isOver()) return Outcome::Stopped;
            }
        }
        undecided_ += cuts.unresolved();
        return Outcome::Done;
    }

    // Labels, and cuts where the largest logit changes.
    Outcome cutBoundary() {
        site_ = static_cast<int>(network_.sites().size());
        const std::int64_t outputs = network_.outputs();
        scale_ = 0;
        if (const auto got = evaluate(site_, 0, outputs); got != Outcome::Done) return got;
        progress_.reportShare(site_ / double(site_ + 1), "cutting at the decision boundary");
        if (outputs == 1) {
            cutSingleLogit();
        } else {
            std::vector<std::int32_t> members(static_cast<std::size_t>(outputs));
            for (std::size_t k = 0; k < members.size(); ++k) members[k] = static_cast<std::int32_t>(k);
            double noise = kTieNoise * scale_;
            for (const double of : noise_) noise = std::max(noise, of);
            WindowCuts cuts(cells_, columns_, margins_, tolerance_);
            const bool settled = cuts.cut(members, noise, site_, 0, [this] { return isOver(); });
            undecided_ += cuts.unresolved();
            labels_ = cuts.winner();
            if (!settled) {
                labels_.clear();
                return Outcome::Stopped;
            }
        }
        return Outcome::Done;
    }

    void cutSingleLogit() {
        const auto value = columns_.column(0);
        sides_.find(value, columns_.largest()[0], noise_[0], tolerance_, cells_, margins_);
        labels_.assign(cells_.cells().size(), sides_.anyAbove() ? 1 : 0);
        if (!sides_.anyAbove() || (!sides_.anyBelow() && !sides_.anyOn())) return;
        cells_.split(value, sides_.sides(), site_, 0);
        columns_.append(cells_.newVertices(), 0);
        labels_.assign(cells_.cells().size(), 0);
        for (std::size_t c = 0; c < labels_.size(); ++c)
            labels_[c] = cells_.cellSide()[c] == kAboveCut ? 1 : 0;
    }

    Outcome stopped() {
        isOver();
        return Outcome::Stopped;
    }

    bool isOver() {
        char text[96];
        const auto& budget = options_.budget;
        const auto count = static_cast<std::int64_t>(cells_.cells().size());
        if (control_.shouldStop()) {
            if (control_.cancelled()) {
                stopReason_ = "cancelled";
                return true;
            }
            std::snprintf(text, sizeof text, "time budget of %g s reached", control_.maxSeconds());
        } else if (budget.maxRegions > 0 && count > budget.maxRegions) {
            std::snprintf(text, sizeof text, "budget of %lld cells reached",
                          static_cast<long long>(budget.maxRegions));
        } else if (static_cast<std::int64_t>(cells_.bytes() + columns_.bytes()) > maxBytes_) {
            std::snprintf(text, sizeof text, "memory budget of %lld MiB reached",
                          static_cast<long long>(maxBytes_ >> 20));
        } else {
            return false;
        }
        stopReason_ = text;
        return true;
    }

    const VolumeNetwork& network_;
    const VolumeCellOptions& options_;
    Progress& progress_;
    RunControl control_;
    CellSplitter cells_;
    double tolerance_;
    std::int64_t maxBytes_;
    CellComplex result_;
    VolumeColumns columns_;
    CutSides sides_;
    OnOffMargins margins_;
    std::vector<double> noise_, difference_;
    double scale_ = 0;  // largest |value| of the site so far
    int site_ = 0;
    std::uint64_t keyOfAll_ = 0;
    bool hasWindows_ = false;
    std::int64_t undecided_ = 0;
    std::vector<std::int32_t> labels_;
    std::string stopReason_;
};

}  // namespace

Result<CellComplex> cellsOfVolume(const VolumeNetwork& network, const Eigen::Vector3d& low,
                                  const Eigen::Vector3d& high, const VolumeCellOptions& options,
                                  std::stop_token stop, Progress& progress) {
    if (!low.allFinite() || !high.allFinite() || !((high - low).minCoeff() > 0))
        return inputError("The box has no volume; give each side a low end below its high end.");
    return Refinement(network, low, high, options, std::move(stop), progress).run();
}

}  // namespace tessera
