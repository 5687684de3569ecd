// SPDX-License-Identifier: GPL-3.0-or-later
// Scalar piecewise-linear functions (ReLU, leaky ReLU, PReLU, ReLU6, hardtanh, abs) as knots and slopes, and
// the max-pool windows: the two kinds of site at which an exactly treated network bends.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tessera {

// f(z) = slopes[i][c] * z + intercepts[i][c] on [knots[i-1], knots[i]]; continuous. Slopes and intercepts are
// stored piece by piece: entry i * channels + c. channels is 1 for a shared function, else (PReLU) unit u
// uses channel (u / unitsPerChannel) % channels. Equal slopes on both sides of a knot mean that channel does
// not bend there.
struct PiecewiseLinear {
    std::vector<double> knots;       // ascending, k of them
    std::vector<double> slopes;      // (k+1) * channels
    std::vector<double> intercepts;  // (k+1) * channels
    std::int64_t channels = 1;
    std::int64_t unitsPerChannel = 1;

    std::int64_t channelOf(std::int64_t unit) const {
        return channels == 1 ? 0 : (unit / unitsPerChannel) % channels;
    }
    int pieces() const { return static_cast<int>(knots.size()) + 1; }
    double slope(int piece, std::int64_t unit) const { return slopes[piece * channels + channelOf(unit)]; }
    double intercept(int piece, std::int64_t unit) const {
        return intercepts[piece * channels + channelOf(unit)];
    }
    bool bends(int knot, std::int64_t unit) const { return slope(knot, unit) != slope(knot + 1, unit); }

    bool operator==(const PiecewiseLinear&) const = default;

    static PiecewiseLinear relu() { return {{0.0}, {0.0, 1.0}, {0.0, 0.0}}; }
    static PiecewiseLinear leakyRelu(double slope) { return {{0.0}, {slope, 1.0}, {0.0, 0.0}}; }
    static PiecewiseLinear absolute() { return {{0.0}, {-1.0, 1.0}, {0.0, 0.0}}; }
    // hardtanh(z; low, high); ReLU6 is clamp(0, 6).
    static PiecewiseLinear clamp(double low, double high) {
        return {{low, high}, {0.0, 1.0, 0.0}, {low, 0.0, high}};
    }
};

// out[w] = max over members[begin[w] .. begin[w+1]) of the site's input, flat indices within one sample.
// Padding is left out of the lists. A tie on a whole face is won by the earliest member.
struct MaxWindows {
    std::vector<std::int32_t> begin;  // windows + 1
    std::vector<std::int32_t> members;
    std::int32_t windows() const { return static_cast<std::int32_t>(begin.size()) - 1; }
};

enum class SiteKind { PiecewiseLinear, Max };

// One place where the network bends. `units` counts scalar inputs (PiecewiseLinear) or windows (Max).
struct Site {
    std::string name;  // layer name, "layer1.0.relu"
    SiteKind kind = SiteKind::PiecewiseLinear;
    std::int64_t units = 0;
    std::int64_t inputs = 0;  // scalars in the site's input (equals units for PiecewiseLinear)
    PiecewiseLinear function;
    MaxWindows windows;
};

// Activation-pattern hash: the XOR over all units of patternKey(site, unit, state) for state != 0. For a
// PiecewiseLinear unit the state is the number of knots (those where it bends) below its input, so ReLU on is
// 1; for a max window it is the position of the winner in its list. The key is a fixed mixing function: equal
// patterns give equal hashes in every run, window and engine.
inline std::uint64_t patternKey(std::uint64_t site, std::uint64_t unit, std::uint64_t state) {
    if (state == 0) return 0;
    std::uint64_t x = (site << 48) ^ (state << 40) ^ unit;
    x += 0x9e3779b97f4a7c15ull;  // splitmix64
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

}  // namespace tessera
