// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/page_items.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "widgets/scenes/span_raster.h"

namespace tessera {
namespace {

constexpr double kLeastOverlap = 2e-4;  // square points in which one hiding the other could be seen
constexpr int kSidesOfMark = 12;

PageItem itemOfLine(const PageLine& line, std::int32_t source, double from, double to) {
    PageItem item;
    item.kind = PageItem::Kind::Line;
    item.source = source;
    item.from = from, item.to = to;
    item.isWhole = from == 0 && to == 1;
    const Eigen::Vector2d way = line.to - line.from;
    const double length = std::max(way.norm(), 1e-9);
    const Eigen::Vector2d along = way / length;
    const Eigen::Vector2d half = Eigen::Vector2d(-along.y(), along.x()) * (line.width / 2);
    const Eigen::Vector2d a = line.from + way * from, b = line.from + way * to;
    item.polygon = {a + half, b + half, b - half, a - half};
    // Before its middle by the width of the line (a tube: half), as in the picture of pixels.
    const double height = line.tube ? 1 : 2;
    const double keyFrom = line.keyFrom - height * line.bulgeFrom, keyTo = line.keyTo - height * line.bulgeTo;
    const Eigen::Vector2d slope = along * ((keyTo - keyFrom) / length);
    item.key = {slope.x(), slope.y(), keyFrom - slope.dot(line.from)};
    item.farthest = std::max(keyFrom + (keyTo - keyFrom) * from, keyFrom + (keyTo - keyFrom) * to);
    return item;
}

void findFarthest(PageItem& item) {
    item.farthest = -INFINITY;
    for (const auto& p : item.polygon)
        item.farthest = std::max(item.farthest, item.key.x() * p.x() + item.key.y() * p.y() + item.key.z());
}

struct Half {
    std::vector<Eigen::Vector2d> polygon;
    std::vector<std::uint8_t> outline;
};
Half halfOf(const PageItem& item, const Eigen::Vector2d& normal, double offset) {
    Half half;
    const std::size_t count = item.polygon.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto &a = item.polygon[i], &b = item.polygon[i + 1 == count ? 0 : i + 1];
        const double da = normal.dot(a) - offset, db = normal.dot(b) - offset;
        if (da <= 0) half.polygon.push_back(a), half.outline.push_back(item.outline[i]);
        if ((da <= 0) == (db <= 0)) continue;
        half.polygon.emplace_back(a + (b - a) * (da / (da - db)));
        half.outline.push_back(da <= 0 ? std::uint8_t(0) : item.outline[i]);
    }
    return half;
}

struct Extent {
    Eigen::Vector2d low = Eigen::Vector2d::Constant(INFINITY), high = Eigen::Vector2d::Constant(-INFINITY);
    explicit Extent(const PageItem& item) {
        for (const auto& p : item.polygon) low = low.cwiseMin(p), high = high.cwiseMax(p);
    }
    bool overlaps(const Extent& other) const {
        return (low.array() < other.high.array()).all() && (other.low.array() < high.array()).all();
    }
};

}  // namespace

double polygonArea(const std::vector<Eigen::Vector2d>& polygon) {
    double twice = 0;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const auto &a = polygon[i], &b = polygon[i + 1 == polygon.size() ? 0 : i + 1];
        twice += a.x() * b.y() - a.y() * b.x();
    }
    return twice / 2;
}

std::vector<PageItem> pageItems(const PageShapes& shapes, const VolumeSight& sight) {
    std::vector<PageItem> items;
    for (std::size_t i = 0; i < shapes.faces.size(); ++i) {
        if (!sight.faceSeen[i]) continue;
        const auto& face = shapes.faces[i];
        PageItem item;
        item.source = static_cast<std::int32_t>(i);
        const auto begin = face.begin, end = face.begin + face.count;
        item.polygon.assign(shapes.corners.begin() + begin, shapes.corners.begin() + end);
        item.outline.assign(shapes.outline.begin() + begin, shapes.outline.begin() + end);
        item.key = face.key;
        item.farthest = face.farthest;
        items.push_back(std::move(item));
    }
    for (std::size_t i = 0; i < shapes.lines.size(); ++i)
        items.push_back(itemOfLine(shapes.lines[i], static_cast<std::int32_t>(i), 0, 1));
    for (std::size_t i = 0; i < shapes.marks.size(); ++i) {
        if (!(sight.markSeen[i] > 0)) continue;
        const auto& mark = shapes.marks[i];
        PageItem item;
        item.kind = PageItem::Kind::Mark;
        item.source = static_cast<std::int32_t>(i);
        for (int k = 0; k < kSidesOfMark; ++k) {
            const double angle = 2 * std::numbers::pi * k / kSidesOfMark;
            item.polygon.emplace_back(mark.at +
                                      mark.radius * Eigen::Vector2d(std::cos(angle), std::sin(angle)));
        }
        item.key = {0, 0, mark.key - (1 + kMarkNearer) * mark.bulge};
        item.farthest = item.key.z();
        items.push_back(std::move(item));
    }
    return items;
}

ItemRelation relationOf(const PageItem& first, const PageItem& second, double keyTolerance,
                        std::vector<Eigen::Vector2d>& overlap) {
    overlap = first.polygon;
    const double turn = polygonArea(second.polygon) > 0 ? 1 : -1;
    for (std::size_t i = 0; i < second.polygon.size() && !overlap.empty(); ++i) {
        const auto &a = second.polygon[i], &b = second.polygon[i + 1 == second.polygon.size() ? 0 : i + 1];
        const Eigen::Vector2d outward = turn * Eigen::Vector2d(b.y() - a.y(), a.x() - b.x());
        clipConvex(overlap, outward, outward.dot(a));
    }
    if (overlap.size() < 3 || std::abs(polygonArea(overlap)) < kLeastOverlap) return ItemRelation::Apart;
    const Eigen::Vector3d difference = first.key - second.key;
    double low = INFINITY, high = -INFINITY, sum = 0;
    for (const auto& p : overlap) {
        const double d = difference.x() * p.x() + difference.y() * p.y() + difference.z();
        low = std::min(low, d), high = std::max(high, d), sum += d;
    }
    if (high > keyTolerance && low < -keyTolerance) {
        const bool hasMark = first.kind == PageItem::Kind::Mark || second.kind == PageItem::Kind::Mark;
        if (!hasMark) return ItemRelation::Cutting;
        return sum > 0 ? ItemRelation::FirstBehind : ItemRelation::FirstBefore;
    }
    if (high > keyTolerance) return ItemRelation::FirstBehind;
    if (low < -keyTolerance) return ItemRelation::FirstBefore;
    // In one plane: the first one named is seen, as in the picture of pixels.
    const bool isEarlier = first.kind == second.kind && first.source < second.source;
    if (first.kind == second.kind && first.source == second.source) return ItemRelation::Apart;  // two pieces
    if (first.kind != second.kind)
        return first.kind < second.kind ? ItemRelation::FirstBehind : ItemRelation::FirstBefore;
    return isEarlier ? ItemRelation::FirstBefore : ItemRelation::FirstBehind;
}

std::optional<PageItem> cutItem(PageItem& item, const PageShapes& shapes, const Eigen::Vector2d& normal,
                                double offset) {
    if (item.kind == PageItem::Kind::Mark) return std::nullopt;
    if (item.kind == PageItem::Kind::Line) {
        const auto& line = shapes.lines[static_cast<std::size_t>(item.source)];
        const double a = normal.dot(line.from) - offset, b = normal.dot(line.to) - offset;
        const double t = a / (a - b), least = 1e-2 / std::max((line.to - line.from).norm(), 1e-9);
        if (!(t > item.from + least && t < item.to - least)) return std::nullopt;
        PageItem before = itemOfLine(line, item.source, item.from, t),
                 after = itemOfLine(line, item.source, t, item.to);
        item = a <= 0 ? before : after;
        return a <= 0 ? after : before;
    }
    Half kept = halfOf(item, normal, offset), given = halfOf(item, -normal, -offset);
    if (kept.polygon.size() < 3 || given.polygon.size() < 3 ||
        std::abs(polygonArea(kept.polygon)) < kLeastOverlap / 2 ||
        std::abs(polygonArea(given.polygon)) < kLeastOverlap / 2)
        return std::nullopt;
    PageItem rest = item;
    rest.isWhole = item.isWhole = false;
    rest.polygon = std::move(given.polygon), rest.outline = std::move(given.outline);
    item.polygon = std::move(kept.polygon), item.outline = std::move(kept.outline);
    findFarthest(item);
    findFarthest(rest);
    return rest;
}

std::vector<std::vector<std::int32_t>> neighboursOnPage(const std::vector<PageItem>& items) {
    std::vector<Extent> extents;
    Eigen::Vector2d low = Eigen::Vector2d::Constant(INFINITY), high = Eigen::Vector2d::Constant(-INFINITY);
    for (const auto& item : items) {
        extents.emplace_back(item);
        low = low.cwiseMin(extents.back().low), high = high.cwiseMax(extents.back().high);
    }
    std::vector<std::vector<std::int32_t>> others(items.size());
    if (items.empty()) return others;
    const int side = std::clamp(static_cast<int>(std::sqrt(double(items.size()))), 1, 128);
    const Eigen::Vector2d cell = ((high - low) / side).cwiseMax(1e-9);
    std::vector<std::vector<std::int32_t>> cells(static_cast<std::size_t>(side * side));
    const auto cellAt = [&](const Eigen::Vector2d& p, int axis) {
        return std::clamp(static_cast<int>((p[axis] - low[axis]) / cell[axis]), 0, side - 1);
    };
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto& e = extents[i];
        for (int y = cellAt(e.low, 1); y <= cellAt(e.high, 1); ++y)
            for (int x = cellAt(e.low, 0); x <= cellAt(e.high, 0); ++x) {
                auto& list = cells[static_cast<std::size_t>(y * side + x)];
                for (const auto j : list) {
                    const auto& other = extents[static_cast<std::size_t>(j)];
                    if (!e.overlaps(other)) continue;
                    // Met in several cells, they count in the one where their common part begins.
                    const Eigen::Vector2d corner = e.low.cwiseMax(other.low);
                    if (cellAt(corner, 0) != x || cellAt(corner, 1) != y) continue;
                    others[i].push_back(j);
                    others[static_cast<std::size_t>(j)].push_back(static_cast<std::int32_t>(i));
                }
                list.push_back(static_cast<std::int32_t>(i));
            }
    }
    return others;
}

}  // namespace tessera
