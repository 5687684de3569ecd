// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/marker_raster.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr int kPhases = 4;        // placements within a pixel, on each axis
constexpr int kEnough = 255 * 6;  // alpha laid on one spot after which nothing more is seen of what is below

// x * a / 255 on two channels at once, rounded.
inline std::uint32_t scaled(std::uint32_t pair, std::uint32_t alpha) {
    const std::uint32_t t = pair * alpha + 0x00800080u;
    return ((t + ((t >> 8) & 0x00ff00ffu)) >> 8) & 0x00ff00ffu;
}

inline QRgb over(QRgb below, QRgb colour, std::uint32_t alpha) {
    const std::uint32_t rest = 255 - alpha;
    const std::uint32_t rb = scaled(colour & 0x00ff00ffu, alpha) + scaled(below & 0x00ff00ffu, rest);
    const std::uint32_t ag =
        scaled(((colour >> 8) & 0xffu) | 0x00ff0000u, alpha) + scaled((below >> 8) & 0x00ff00ffu, rest);
    return rb | (ag << 8);
}

}  // namespace

MarkerRaster::MarkerRaster(QImage& image, double radius)
    : image_(image),
      radius_(radius),
      disc_(makeStamp(radius, 0)),
      laid_(static_cast<std::size_t>(image.width()) * static_cast<std::size_t>(image.height()), 0) {}

MarkerRaster::Stamp MarkerRaster::makeStamp(double outer, double inner) {
    Stamp stamp;
    stamp.side = 2 * (static_cast<int>(std::ceil(outer + 0.5)) + 1) + 1;
    const int side = stamp.side, half = side / 2;
    stamp.coverage.resize(static_cast<std::size_t>(kPhases * kPhases * side * side));
    const auto cover = [](double radius, double distance) {
        // Of a pixel at this distance from the centre; small discs keep their area.
        const double least = std::min(1.0, radius * radius * 3.14159265);
        return std::clamp(radius - distance + 0.5, 0.0, 1.0) * (radius < 0.56 ? least : 1.0);
    };
    std::size_t at = 0;
    for (int py = 0; py < kPhases; ++py)
        for (int px = 0; px < kPhases; ++px)
            for (int y = -half; y <= half; ++y)
                for (int x = -half; x <= half; ++x) {
                    // Phase p stands for offsets from the pixel's centre of (p + 0.5) / 4 - 0.5.
                    const double dx = x - ((px + 0.5) / kPhases - 0.5), dy = y - ((py + 0.5) / kPhases - 0.5);
                    const double distance = std::hypot(dx, dy);
                    double value = cover(outer, distance);
                    if (inner > 0) value -= cover(inner, distance);
                    stamp.coverage[at++] =
                        static_cast<unsigned char>(std::lround(255 * std::max(0.0, value)));
                }
    return stamp;
}

void MarkerRaster::put(const Stamp& stamp, double x, double y, QRgb colour, int alpha) {
    const int column = static_cast<int>(std::floor(x)), row = static_cast<int>(std::floor(y));
    const int px = std::min(kPhases - 1, static_cast<int>((x - column) * kPhases)),
              py = std::min(kPhases - 1, static_cast<int>((y - row) * kPhases));
    const int side = stamp.side, half = side / 2;
    const unsigned char* coverage =
        stamp.coverage.data() + static_cast<std::size_t>((py * kPhases + px) * side * side);
    const int left = std::max(0, column - half), right = std::min(image_.width() - 1, column + half);
    const int top = std::max(0, row - half), bottom = std::min(image_.height() - 1, row + half);
    for (int r = top; r <= bottom; ++r) {
        auto* line = reinterpret_cast<QRgb*>(image_.scanLine(r));
        const unsigned char* masks = coverage + (r - row + half) * side - column + half;
        for (int c = left; c <= right; ++c) {
            const auto mask = static_cast<std::uint32_t>(masks[c]);
            if (mask == 0) continue;
            const std::uint32_t a = (mask * static_cast<std::uint32_t>(alpha) + 127) / 255;
            line[c] = a >= 255 ? colour | 0xff000000u : over(line[c], colour, a);
        }
    }
}

void MarkerRaster::disc(double x, double y, QRgb colour, int alpha) {
    const double reach = radius_ + 1;
    if (!(x > -reach && y > -reach && x < image_.width() + reach && y < image_.height() + reach)) return;
    const int column = static_cast<int>(std::floor(x)), row = static_cast<int>(std::floor(y));
    if (column >= 0 && row >= 0 && column < image_.width() && row < image_.height()) {
        auto& laid = laid_[static_cast<std::size_t>(row) * static_cast<std::size_t>(image_.width()) +
                           static_cast<std::size_t>(column)];
        if (laid >= kEnough) return;
        laid = static_cast<std::uint16_t>(laid + alpha);
    }
    put(disc_, x, y, colour, alpha);
}

void MarkerRaster::ring(double x, double y, double width, QRgb colour) {
    const double reach = radius_ + width + 1;
    if (!(x > -reach && y > -reach && x < image_.width() + reach && y < image_.height() + reach)) return;
    if (ringWidth_ != width) {
        ring_ = makeStamp(radius_ + width, radius_);
        ringWidth_ = width;
    }
    put(ring_, x, y, colour, 255);
}

}  // namespace tessera
