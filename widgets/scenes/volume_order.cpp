// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/volume_order.h"

#include <algorithm>
#include <cmath>
#include <queue>

#include "widgets/scenes/page_items.h"

namespace tessera {
namespace {

constexpr double kTolerance = 2e-6;  // of the range of keys
constexpr double kTouching = 1e-4;   // points that two overlaps may share
constexpr int kPairsPerCheck = 2048;

class Order {
  public:
    Order(const PageShapes& shapes, const VolumeSight& sight, std::stop_token stop)
        : shapes_(shapes),
          stop_(std::move(stop)),
          items_(pageItems(shapes, sight)),
          others_(neighboursOnPage(items_)),
          tolerance_(kTolerance * (shapes.keyHigh - shapes.keyLow)),
          cutsLeft_(2 * items_.size() + 1000) {}

    std::optional<std::vector<PageItem>> run() {
        if (!cutCrossing() || !relateAll()) return std::nullopt;
        std::vector<PageItem> sorted;
        sorted.reserve(items_.size());
        std::priority_queue<std::pair<double, std::int32_t>> ready;
        for (std::size_t i = 0; i < items_.size(); ++i) enlistIfReady(i, ready);
        std::size_t painted = 0;
        while (painted < items_.size()) {
            if (ready.empty() && !openCircle(ready)) {
                const auto farthest = farthestLeft();
                behind_[farthest].clear();
                enlistIfReady(farthest, ready);
            }
            if (stop_.stop_requested()) return std::nullopt;
            while (!ready.empty()) {
                const auto at = static_cast<std::size_t>(ready.top().second);
                ready.pop();
                if (isPainted_[at]) continue;
                isPainted_[at] = 1;
                ++painted;
                sorted.push_back(items_[at]);
                for (const auto next : before_[at]) {
                    auto& waits = behind_[static_cast<std::size_t>(next)];
                    const auto found = std::find(waits.begin(), waits.end(), static_cast<std::int32_t>(at));
                    if (found == waits.end()) continue;
                    *found = waits.back();
                    waits.pop_back();
                    enlistIfReady(static_cast<std::size_t>(next), ready);
                }
            }
        }
        return sorted;
    }

  private:
    using Queue = std::priority_queue<std::pair<double, std::int32_t>>;

    bool isStopped() { return ++pairs_ % kPairsPerCheck == 0 && stop_.stop_requested(); }
    ItemRelation relation(std::size_t i, std::size_t j) {
        return relationOf(items_[i], items_[j], tolerance_, overlap_);
    }
    void enlistIfReady(std::size_t i, Queue& ready) {
        if (behind_[i].empty() && !isPainted_[i])
            ready.emplace(items_[i].farthest, static_cast<std::int32_t>(i));
    }

    // Adds what cutItem() gave of item i, with the neighbours that i has.
    void adopt(std::size_t i, PageItem rest) {
        --cutsLeft_;
        const auto made = static_cast<std::int32_t>(items_.size());
        items_.push_back(std::move(rest));
        others_.push_back(others_[i]);
        for (const auto j : others_[i]) others_[static_cast<std::size_t>(j)].push_back(made);
    }
    // Whether item i could be cut where it passes through item j.
    bool cutAlong(std::size_t i, std::size_t j) {
        const Eigen::Vector3d difference = items_[i].key - items_[j].key;
        auto rest = cutItem(items_[i], shapes_, difference.head<2>(), -difference.z());
        if (rest) adopt(i, std::move(*rest));
        return rest.has_value();
    }

    bool cutCrossing() {
        for (std::size_t i = 0; i < items_.size(); ++i)
            for (std::size_t n = 0; n < others_[i].size(); ++n) {
                const auto j = static_cast<std::size_t>(others_[i][n]);
                if (isStopped()) return false;
                if (j > i || cutsLeft_ == 0) continue;  // pieces come last and are held against all
                if (relation(i, j) != ItemRelation::Cutting) continue;
                // A line rather than a polygon. Pieces that fall on one side are met again when they come up.
                const bool isLine = items_[j].kind == PageItem::Kind::Line;
                if (isLine ? cutAlong(j, i) || cutAlong(i, j) : cutAlong(i, j) || cutAlong(j, i)) continue;
            }
        return true;
    }

    bool relateAll() {
        behind_.resize(items_.size());
        before_.resize(items_.size());
        isPainted_.assign(items_.size(), 0);
        for (std::size_t i = 0; i < items_.size(); ++i)
            for (const auto other : others_[i]) {
                const auto j = static_cast<std::size_t>(other);
                if (j >= i) continue;
                if (isStopped()) return false;
                relate(i, j);
            }
        return true;
    }
    void relate(std::size_t i, std::size_t j) {
        auto found = relation(i, j);
        if (found == ItemRelation::Cutting)
            found = items_[i].farthest > items_[j].farthest ? ItemRelation::FirstBehind
                                                            : ItemRelation::FirstBefore;
        if (found == ItemRelation::Apart) return;
        const auto [far, near] = found == ItemRelation::FirstBehind ? std::pair(i, j) : std::pair(j, i);
        behind_[near].push_back(static_cast<std::int32_t>(far));
        before_[far].push_back(static_cast<std::int32_t>(near));
    }

    std::size_t farthestLeft() const {
        std::size_t best = items_.size();
        for (std::size_t i = 0; i < items_.size(); ++i)
            if (!isPainted_[i] && (best == items_.size() || items_[i].farthest > items_[best].farthest))
                best = i;
        return best;
    }

    // Each item of the circle hides the next one.
    std::vector<std::size_t> findCircle() const {
        std::vector<std::int32_t> seenAt(items_.size(), -1);
        std::vector<std::size_t> path;
        std::size_t at = farthestLeft();
        while (seenAt[at] < 0) {
            seenAt[at] = static_cast<std::int32_t>(path.size());
            path.push_back(at);
            at = static_cast<std::size_t>(behind_[at].front());
        }
        path.erase(path.begin(), path.begin() + seenAt[at]);
        return path;
    }

    // Cuts an item of a circle between where it hides the next one and where the one before hides it.
    bool openCircle(Queue& ready) {
        if (cutsLeft_ == 0) return false;
        const auto circle = findCircle();
        for (std::size_t n = 0; n < circle.size(); ++n) {
            const auto item = circle[n], hidden = circle[(n + 1) % circle.size()],
                       hider = circle[(n + circle.size() - 1) % circle.size()];
            for (const auto& [inside, outside] : {std::pair(hidden, hider), std::pair(hider, hidden)})
                if (cutBetween(item, inside, outside, ready)) return true;
        }
        return false;
    }
    // Along a side of `inside`, so that the overlap with `outside` lies beyond it.
    bool cutBetween(std::size_t item, std::size_t inside, std::size_t outside, Queue& ready) {
        if (relation(item, outside) == ItemRelation::Apart) return false;
        const auto beyond = overlap_;
        const auto& sides = items_[inside].polygon;
        const double turn = polygonArea(sides) > 0 ? 1 : -1;
        double best = -kTouching, offset = 0;
        Eigen::Vector2d normal(0, 0);
        for (std::size_t i = 0; i < sides.size(); ++i) {
            const auto &a = sides[i], &b = sides[i + 1 == sides.size() ? 0 : i + 1];
            const Eigen::Vector2d outward =
                (turn * Eigen::Vector2d(b.y() - a.y(), a.x() - b.x())).normalized();
            double least = INFINITY;
            for (const auto& p : beyond) least = std::min(least, outward.dot(p - a));
            if (least > best)
                best = least, normal = outward, offset = outward.dot(a) + std::max(least, 0.0) / 2;
        }
        if (normal.isZero()) return false;
        auto rest = cutItem(items_[item], shapes_, normal, offset);
        if (!rest) return false;
        forget(item);
        adopt(item, std::move(*rest));
        const auto made = items_.size() - 1;
        behind_.emplace_back(), before_.emplace_back(), isPainted_.push_back(0);
        for (const auto piece : {item, made})
            for (const auto other : others_[piece])
                if (!isPainted_[static_cast<std::size_t>(other)])
                    relate(piece, static_cast<std::size_t>(other));
        for (const auto piece : {item, made}) {
            enlistIfReady(piece, ready);
            for (const auto other : others_[piece]) enlistIfReady(static_cast<std::size_t>(other), ready);
        }
        return true;
    }
    void forget(std::size_t item) {
        const auto drop = [&](std::vector<std::int32_t>& list) {
            list.erase(std::remove(list.begin(), list.end(), static_cast<std::int32_t>(item)), list.end());
        };
        for (const auto other : behind_[item]) drop(before_[static_cast<std::size_t>(other)]);
        for (const auto other : before_[item]) drop(behind_[static_cast<std::size_t>(other)]);
        behind_[item].clear();
        before_[item].clear();
    }

    const PageShapes& shapes_;
    std::stop_token stop_;
    std::vector<PageItem> items_;
    std::vector<std::vector<std::int32_t>> others_;
    std::vector<std::vector<std::int32_t>> behind_, before_;  // what waits for what, of what is not painted
    std::vector<std::uint8_t> isPainted_;
    std::vector<Eigen::Vector2d> overlap_;
    double tolerance_;
    std::size_t cutsLeft_;
    std::uint64_t pairs_ = 0;
};

}  // namespace

std::optional<std::vector<PageItem>> itemsFromFarToNear(const PageShapes& shapes, const VolumeSight& sight,
                                                        const std::stop_token& stop) {
    return Order(shapes, sight, stop).run();
}

}  // namespace tessera
