// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/depth_samples.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr QRgb kRim = 0xff16181d;  // of a mark, as of the markers on slices

// Affine over the samples: depth = x a + y b + c at the middle of sample (x, y), within the polygon's own.
struct DepthPlane {
    double a, b, c;
    double low, high;
};

DepthPlane planeOf(const PageFace& face, const SampleMap& map) {
    const double a = face.key.x() * map.perKey / map.perPointX, b = face.key.y() * map.perKey / map.perPointY;
    const double c = map.toDepth(face.key.x() * map.left + face.key.y() * map.top + face.key.z());
    return {a, b, c + (a + b) / 2, map.toDepth(face.nearest), map.toDepth(face.farthest)};
}

std::uint32_t withAlpha(std::uint32_t colour, double opacity) {
    const auto alpha = static_cast<std::uint32_t>(std::lround(255 * std::clamp(opacity, 0.0, 1.0)));
    return (colour & 0x00ffffffu) | (alpha << 24);
}

// `colour` over what is there, which is premultiplied.
std::uint32_t over(std::uint32_t below, std::uint32_t colour) {
    const std::uint32_t alpha = colour >> 24, rest = 255 - alpha;
    std::uint32_t result = 0;
    for (int shift = 0; shift < 32; shift += 8) {
        const std::uint32_t upper = shift == 24 ? 255 : (colour >> shift) & 0xff,
                            lower = (below >> shift) & 0xff;
        result |= ((upper * alpha + lower * rest + 127) / 255) << shift;
    }
    return result;
}

}  // namespace

DepthSamples::DepthSamples(int width, int height)
    : width_(width),
      height_(height),
      spans_(width, height),
      depth_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height)),
      colour_(depth_.size()),
      first_(depth_.size()) {
    clear();
}

void DepthSamples::clear() {
    std::fill(depth_.begin(), depth_.end(), kFarthest);
    std::fill(colour_.begin(), colour_.end(), 0u);
    if (!fragments_.empty()) std::fill(first_.begin(), first_.end(), 0u);
    fragments_.clear();
}

void DepthSamples::findInsets(const PageShapes& shapes, const PageFace& face, double outlineWidth) {
    insets_.clear();
    if (outlineWidth <= 0) return;
    double area = 0;
    const std::size_t count = corners_.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto &p = corners_[i], &q = corners_[i + 1 == count ? 0 : i + 1];
        area += p.x() * q.y() - p.y() * q.x();
    }
    const double turn = area > 0 ? 1 : -1;
    for (std::size_t i = 0; i < count; ++i) {
        if (!shapes.outline[static_cast<std::size_t>(face.begin) + i]) continue;
        const auto &p = corners_[i], &q = corners_[i + 1 == count ? 0 : i + 1];
        const Eigen::Vector2d way = q - p;
        const double length = way.norm();
        if (!(length > 0)) continue;
        const Eigen::Vector2d inward = Eigen::Vector2d(-way.y(), way.x()) * (turn / length);
        insets_.push_back({inward.x(), inward.y(), inward.dot(p) + outlineWidth / 2});
    }
}

template <typename Put>
void DepthSamples::eachSample(const PageShapes& shapes, const PageFace& face, const SampleMap& map,
                              double outlineWidth, Put&& put) {
    corners_.clear();
    for (std::int32_t i = 0; i < face.count; ++i)
        corners_.push_back(map.toSamples(shapes.corners[static_cast<std::size_t>(face.begin + i)]));
    findInsets(shapes, face, outlineWidth);
    const DepthPlane plane = planeOf(face, map);
    spans_.fill(corners_.data(), static_cast<int>(corners_.size()), [&](int row, int from, int to) {
        // The span between the outlines; all of it without any.
        double inFrom = from, inTo = to;
        const double y = row + 0.5;
        for (const auto& side : insets_) {
            const double rest = side.offset - side.ny * y;
            if (std::abs(side.nx) < 1e-9) {
                if (rest > 0) inTo = inFrom;
            } else if (side.nx > 0) {
                inFrom = std::max(inFrom, rest / side.nx - 0.5);
            } else {
                inTo = std::min(inTo, rest / side.nx + 0.5);
            }
        }
        const int first = std::clamp(static_cast<int>(std::ceil(std::min(inFrom, 1e6))), from, to);
        const int end = std::clamp(static_cast<int>(std::ceil(std::max(inTo, -1e6))), first, to);
        const double start = plane.b * row + plane.c;
        const std::size_t line = index(0, row);
        const auto run = [&](int begin, int stop, bool isOutline) {
            for (int x = begin; x < stop; ++x)
                put(line + static_cast<std::size_t>(x),
                    static_cast<float>(std::min(std::max(start + plane.a * x, plane.low), plane.high)),
                    isOutline);
        };
        run(from, first, true);
        run(first, end, false);
        run(end, to, true);
    });
}

void DepthSamples::opaqueFace(const PageShapes& shapes, const PageFace& face, const SampleMap& map,
                              std::uint32_t colour, double outlineWidth, std::uint32_t outlineColour) {
    bool isSeen = false;
    eachSample(shapes, face, map, outlineWidth, [&](std::size_t at, float depth, bool isOutline) {
        if (!(depth < depth_[at] - kCloser)) return;
        depth_[at] = depth, colour_[at] = isOutline ? outlineColour : colour;
        isSeen = true;
    });
    if (outlineWidth <= 0 || !isSeen) return;
    // The other half, seen where no polygon goes on beyond this side.
    for (std::int32_t i = 0; i < face.count; ++i) {
        const auto p = static_cast<std::size_t>(face.begin + i),
                   q = static_cast<std::size_t>(face.begin + (i + 1 == face.count ? 0 : i + 1));
        if (!shapes.outline[p]) continue;
        const auto keyAt = [&](std::size_t corner) {
            const auto& at = shapes.corners[corner];
            return std::clamp(face.key.dot(Eigen::Vector3d(at.x(), at.y(), 1)), face.nearest, face.farthest);
        };
        PageLine side;
        side.from = shapes.corners[p], side.to = shapes.corners[q];
        side.keyFrom = keyAt(p), side.keyTo = keyAt(q);
        side.width = outlineWidth / map.perPoint();
        side.colour = outlineColour;
        line(side, map, false);
    }
}

bool DepthSamples::translucentFace(const PageShapes& shapes, const PageFace& face, const SampleMap& map,
                                   std::uint32_t colour, double opacity, double outlineWidth,
                                   std::uint32_t outlineColour) {
    const std::uint32_t inner = withAlpha(colour, opacity),
                        outer = withAlpha(outlineColour, std::sqrt(opacity));
    bool isSeen = false;
    eachSample(shapes, face, map, outlineWidth, [&](std::size_t at, float depth, bool isOutline) {
        if (!(depth < depth_[at] - kCloser)) return;
        isSeen = true;
        fragments_.push_back({depth, isOutline ? outer : inner, first_[at]});
        first_[at] = static_cast<std::uint32_t>(fragments_.size());
    });
    return isSeen;
}

void DepthSamples::line(const PageLine& line, const SampleMap& map, bool roundEnds) {
    const Eigen::Vector2d a = map.toSamples(line.from), b = map.toSamples(line.to);
    const double radius = std::max(line.width * map.perPoint(), 1.0) / 2;  // never thinner than a sample
    const double depthA = map.toDepth(line.keyFrom), depthB = map.toDepth(line.keyTo);
    const double bulgeA = line.bulgeFrom * map.perKey, bulgeB = line.bulgeTo * map.perKey;
    const double length = (b - a).norm();
    if (!(length > 1e-9)) return;
    const Eigen::Vector2d along = (b - a) / length, across(-along.y(), along.x());
    const auto sample = [&](int x, int row) {
        const Eigen::Vector2d apart = Eigen::Vector2d(x + 0.5, row + 0.5) - a;
        const double t = apart.dot(along) / length, u = apart.dot(across) / radius;
        // A flat line is twice as far before its middle as a tube, to lie on a surface that it runs along.
        const double height = line.tube ? std::sqrt(std::max(0.0, 1 - u * u)) : 2;
        const double depth = depthA + (depthB - depthA) * t - (bulgeA + (bulgeB - bulgeA) * t) * height;
        put(index(x, row), static_cast<float>(depth),
            line.tube ? litColour(line.colour, height) : line.colour | 0xff000000u);
    };
    const Eigen::Vector2d quad[] = {a + across * radius, b + across * radius, b - across * radius,
                                    a - across * radius};
    spans_.fill(quad, 4, [&](int row, int from, int to) {
        for (int x = from; x < to; ++x) sample(x, row);
    });
    // Ends go on with the depth of the line, so that no bead shows where two meet.
    if (!roundEnds || radius <= 0.8) return;
    for (const auto& end : {a, b}) eachInDisc(end, radius, [&](int x, int row, double) { sample(x, row); });
}

template <typename Visit>
void DepthSamples::eachInDisc(const Eigen::Vector2d& centre, double radius, Visit&& visit) const {
    constexpr double kLimit = 1 << 20;
    if (!(std::abs(centre.x()) < kLimit && std::abs(centre.y()) < kLimit)) return;
    const int top = std::max(0, static_cast<int>(std::ceil(centre.y() - radius - 0.5))),
              bottom = std::min(height_ - 1, static_cast<int>(std::floor(centre.y() + radius - 0.5)));
    for (int row = top; row <= bottom; ++row) {
        const double dy = row + 0.5 - centre.y(), half = std::sqrt(std::max(0.0, radius * radius - dy * dy));
        const int left = std::max(0, static_cast<int>(std::ceil(centre.x() - half - 0.5))),
                  right = std::min(width_ - 1, static_cast<int>(std::floor(centre.x() + half - 0.5)));
        for (int x = left; x <= right; ++x) visit(x, row, std::hypot(x + 0.5 - centre.x(), dy));
    }
}

void DepthSamples::ball(const PageMark& mark, const SampleMap& map, double rim) {
    const double radius = std::max(mark.radius * map.perPoint(), 0.8);
    const double depth = map.toDepth(mark.key - kMarkNearer * mark.bulge), bulge = mark.bulge * map.perKey;
    eachInDisc(map.toSamples(mark.at), radius, [&](int x, int row, double distance) {
        const double height = std::sqrt(std::max(0.0, 1 - distance * distance / (radius * radius)));
        put(index(x, row), static_cast<float>(depth - bulge * height),
            distance > radius - rim ? kRim : litColour(mark.colour, height));
    });
}

bool DepthSamples::isSeen(const PageMark& mark, const SampleMap& map) const {
    const Eigen::Vector2d at = map.toSamples(mark.at);
    const int column = static_cast<int>(std::floor(at.x())), row = static_cast<int>(std::floor(at.y()));
    if (column < 0 || row < 0 || column >= width_ || row >= height_) return false;
    // Its middle is a little off the sample's.
    return map.toDepth(mark.key - (1 + kMarkNearer) * mark.bulge) - 0.25 * mark.bulge * map.perKey -
               kCloser <=
           static_cast<double>(depth_[index(column, row)]);
}

double DepthSamples::lightFrom(const PageMark& mark, const SampleMap& map) const {
    const Eigen::Vector2d at = map.toSamples(mark.at);
    const int column = static_cast<int>(std::floor(at.x())), row = static_cast<int>(std::floor(at.y()));
    if (column < 0 || row < 0 || column >= width_ || row >= height_) return 0;
    const double front = map.toDepth(mark.key - (1 + kMarkNearer) * mark.bulge);
    double light = 1;
    for (auto next = first_[index(column, row)]; next != 0; next = fragments_[next - 1].next)
        if (static_cast<double>(fragments_[next - 1].depth) < front)
            light *= 1 - (fragments_[next - 1].colour >> 24) / 255.0;
    return light;
}

void DepthSamples::blend() {
    if (fragments_.empty()) return;
    std::vector<Fragment> stack;
    for (std::size_t at = 0; at < first_.size(); ++at) {
        if (first_[at] == 0) continue;
        stack.clear();
        for (auto next = first_[at]; next != 0; next = fragments_[next - 1].next)
            stack.push_back(fragments_[next - 1]);
        // The list is from last to first; of equal depth the first one named is on top. It is nearly sorted,
        // since polygons come from near to far.
        for (std::size_t i = 1; i < stack.size(); ++i) {
            const Fragment moved = stack[i];
            std::size_t to = i;
            for (; to > 0 && stack[to - 1].depth < moved.depth; --to) stack[to] = stack[to - 1];
            stack[to] = moved;
        }
        // What shines through less than a step of colour is not blended.
        std::size_t first = stack.size();
        for (double through = 1; first > 0 && through > 1.0 / 1024; --first)
            through *= 1 - (stack[first - 1].colour >> 24) / 255.0;
        std::uint32_t colour = colour_[at];
        for (std::size_t i = first; i < stack.size(); ++i) colour = over(colour, stack[i].colour);
        colour_[at] = colour;
    }
}

}  // namespace tessera
