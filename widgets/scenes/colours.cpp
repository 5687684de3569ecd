// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/colours.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tessera {
namespace {

// Okabe & Ito 2008; their black is grey here, since black hides edges and boundary.
constexpr std::array<QRgb, 8> kOkabeIto{0xffe69f00, 0xff56b4e9, 0xff009e73, 0xfff0e442,
                                        0xff0072b2, 0xffd55e00, 0xffcc79a7, 0xff999999};
constexpr std::array<QRgb, 10> kTab10{0xff1f77b4, 0xffff7f0e, 0xff2ca02c, 0xffd62728, 0xff9467bd,
                                      0xff8c564b, 0xffe377c2, 0xff7f7f7f, 0xffbcbd22, 0xff17becf};
constexpr std::array<QRgb, 20> kTab20{0xff1f77b4, 0xffaec7e8, 0xffff7f0e, 0xffffbb78, 0xff2ca02c,
                                      0xff98df8a, 0xffd62728, 0xffff9896, 0xff9467bd, 0xffc5b0d5,
                                      0xff8c564b, 0xffc49c94, 0xffe377c2, 0xfff7b6d2, 0xff7f7f7f,
                                      0xffc7c7c7, 0xffbcbd22, 0xffdbdb8d, 0xff17becf, 0xff9edae5};

// 33 equally spaced entries of the 256 published (viridis: Smith & van der Walt, CC0; cividis: Nunez et al.
// 2018, CC0).
using Ramp = std::array<std::uint32_t, 33>;
constexpr Ramp kViridis{0x440154, 0x470d60, 0x48186a, 0x482374, 0x472d7b, 0x453781, 0x424086,
                        0x3e4989, 0x3b528b, 0x375b8d, 0x33638d, 0x2f6b8e, 0x2c728e, 0x297a8e,
                        0x26828e, 0x23898e, 0x21918c, 0x1f988b, 0x1fa088, 0x22a785, 0x28ae80,
                        0x32b67a, 0x3fbc73, 0x4ec36b, 0x5ec962, 0x70cf57, 0x84d44b, 0x98d83e,
                        0xaddc30, 0xc2df23, 0xd8e219, 0xece51b, 0xfde725};
constexpr Ramp kCividis{0x00224e, 0x00285b, 0x002e6a, 0x053371, 0x1a386f, 0x273e6e, 0x32436d,
                        0x3b496c, 0x434e6c, 0x4b546c, 0x535a6d, 0x5a5f6e, 0x61656f, 0x686a71,
                        0x6f7073, 0x767676, 0x7d7c78, 0x848279, 0x8c8878, 0x938e78, 0x9b9476,
                        0xa39a74, 0xaba072, 0xb4a76f, 0xbcae6c, 0xc4b468, 0xcdbb63, 0xd5c25e,
                        0xdec958, 0xe7d150, 0xf0d846, 0xf9e03a, 0xfee838};

QRgb mix(QRgb from, QRgb to, double fraction) {
    const auto channel = [&](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * fraction)); };
    return qRgb(channel(qRed(from), qRed(to)), channel(qGreen(from), qGreen(to)),
                channel(qBlue(from), qBlue(to)));
}

QRgb onRamp(const Ramp& ramp, double position) {
    if (!(position > 0)) position = 0;  // NaN as well
    const double scaled = std::min(position, 1.0) * (ramp.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(scaled), ramp.size() - 2);
    return mix(0xff000000u | ramp[below], 0xff000000u | ramp[below + 1], scaled - static_cast<double>(below));
}

}  // namespace

QColor classColour(int label, int classCount) {
    if (label < 0) return QColor(160, 160, 160);
    const auto index = static_cast<std::size_t>(label);
    if (classCount <= static_cast<int>(kOkabeIto.size())) return QColor(kOkabeIto[index % kOkabeIto.size()]);
    if (classCount <= static_cast<int>(kTab10.size())) return QColor(kTab10[index % kTab10.size()]);
    return QColor(kTab20[index % kTab20.size()]);
}

QRgb viridis(double position) {
    return onRamp(kViridis, position);
}
QRgb cividis(double position) {
    return onRamp(kCividis, position);
}

QRgb diverging(double value) {
    constexpr QRgb kLow = 0xff0877bd, kMiddle = 0xffe8eaeb, kHigh = 0xfff59322;
    if (!(std::abs(value) >= 0)) return kMiddle;
    return value < 0 ? mix(kMiddle, kLow, std::min(-value, 1.0)) : mix(kMiddle, kHigh, std::min(value, 1.0));
}

int patternColourIndex(std::uint64_t hash) {
    return static_cast<int>((hash * 0x9e3779b97f4a7c15ull) >> 56);
}

QRgb patternColour(int index, bool dark) {
    // Hue, saturation and lightness from different bits, all soft, so that edges and boundary stay the
    // strongest marks.
    const int hue = (index & 31) * 360 / 32;
    const int saturation = 70 + ((index >> 5) & 1) * 40;
    const int lightness = (dark ? 66 : 188) + ((index >> 6) & 3) * 15;
    return QColor::fromHsl(hue, saturation, lightness).rgb();
}

double confidenceStrength(double confidence, int classCount) {
    const double chance = 1.0 / std::max(classCount, 2);
    return std::clamp((confidence - chance) / (1 - chance), 0.0, 1.0);
}

QRgb shadedClass(const QColor& colour, double strength, const QColor& paper) {
    // Never bare paper (that means "no result"), never the full colour (that is the markers').
    return mix(paper.rgb(), colour.rgb(), 0.16 + 0.5 * strength);
}

QColor readableOn(const QColor& background) {
    const auto linear = [](double channel) {
        return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    const double luminance = 0.2126 * linear(background.redF()) + 0.7152 * linear(background.greenF()) +
                             0.0722 * linear(background.blueF());
    return luminance > 0.179 ? QColor(Qt::black) : QColor(Qt::white);
}

SceneTheme SceneTheme::light() {
    SceneTheme theme;
    theme.paper = QColor(255, 255, 255);
    theme.ink = QColor(24, 26, 29);
    theme.faintInk = QColor(92, 97, 104);
    theme.grid = QColor(0, 0, 0, 46);
    theme.edge = QColor(28, 30, 38);
    theme.boundary = QColor(10, 10, 14);
    theme.halo = QColor(255, 255, 255);
    theme.notComputed = QColor(238, 239, 241);
    return theme;
}

SceneTheme SceneTheme::darkTheme() {
    SceneTheme theme;
    theme.dark = true;
    theme.paper = QColor(30, 32, 36);
    theme.ink = QColor(226, 229, 233);
    theme.faintInk = QColor(160, 166, 174);
    theme.grid = QColor(255, 255, 255, 46);
    theme.edge = QColor(8, 9, 12);
    theme.boundary = QColor(255, 255, 255);
    theme.halo = QColor(10, 10, 14);
    theme.notComputed = QColor(46, 48, 54);
    return theme;
}

SceneTheme SceneTheme::withTransparentPaper() const {
    SceneTheme theme = *this;
    theme.paper.setAlpha(0);
    return theme;
}

}  // namespace tessera
