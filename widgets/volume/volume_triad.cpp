// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/volume/volume_triad.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr double kArrowEm = 2.6, kNameEm = 3.3;  // lengths, in sizes of the text
constexpr int kMostLetters = 4;

// Okabe and Ito's vermillion, green and blue; the last two lighter on dark paper.
QColor axisColour(std::size_t axis, bool dark) {
    const std::array<QColor, 3> light{QColor(213, 94, 0), QColor(0, 138, 100), QColor(0, 114, 178)};
    const std::array<QColor, 3> onDark{QColor(240, 128, 50), QColor(40, 190, 140), QColor(86, 180, 233)};
    return (dark ? onDark : light)[axis];
}

}  // namespace

double volumeTriadReach(const PanelStyle& style) {
    return style.fontPt * (kNameEm + 0.8);
}

void paintVolumeTriad(QPainter& painter, const std::array<QString, 3>& axes, const CameraAxes& camera,
                      const QPointF& at, const PanelStyle& style) {
    std::array<std::size_t, 3> order{0, 1, 2};  // the one that points away first
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return camera.ahead[static_cast<Eigen::Index>(a)] > camera.ahead[static_cast<Eigen::Index>(b)];
    });
    const SceneText text(style);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const auto axis : order) {
        const auto i = static_cast<Eigen::Index>(axis);
        const QPointF way(camera.right[i], -camera.up[i]);
        const double length = std::hypot(way.x(), way.y());
        const QColor colour = axisColour(axis, style.theme.dark);
        const QPointF tip = at + way * (style.fontPt * kArrowEm);
        painter.setPen(QPen(style.theme.halo, style.fontPt * 0.4, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(at, tip);
        painter.setPen(QPen(colour, style.fontPt * 0.2, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(at, tip);
        // Of one that points at the eye or away there is no room for a name beside the other two.
        if (length < 0.2) continue;
        QString name = axes[axis].section(QStringLiteral(" ("), 0, 0);
        if (name.size() > kMostLetters) name = name.left(1);
        const QPointF nameAt = tip + way / length * (style.fontPt * (kNameEm - kArrowEm));
        text.drawWithHalo(painter, nameAt, Qt::AlignHCenter | Qt::AlignVCenter, name, colour,
                          style.theme.halo, 1, true);
    }
    painter.restore();
}

}  // namespace tessera
