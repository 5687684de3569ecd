// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/neighbour_strip.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include "widgets/scenes/scene_text.h"
#include "widgets/views/plot_style.h"

namespace tessera {
namespace {

constexpr int kGap = 4;

}  // namespace

NeighbourStrip::NeighbourStrip(ThumbnailCache& thumbnails, QWidget* parent)
    : QWidget(parent), thumbnails_(thumbnails) {
    setAccessibleName(tr("Nearest references"));
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    connect(&thumbnails_, &ThumbnailCache::ready, this, [this] { update(); });
}

int NeighbourStrip::side() const {
    return fontMetrics().height() * 2 + 4;
}

QSize NeighbourStrip::sizeHint() const {
    return {5 * (side() + kGap), side() + fontMetrics().height() + 2};
}

QSize NeighbourStrip::minimumSizeHint() const {
    return {side(), sizeHint().height()};
}

QRect NeighbourStrip::cellAt(int place) const {
    // A little apart from its neighbours.
    const int first = point_.isNull() ? 0 : side() + 3 * kGap;
    return {place < 0 ? 0 : first + place * (side() + kGap), 0, side(), side()};
}

void NeighbourStrip::show(std::vector<Neighbour> neighbours, QStringList names, QImage point) {
    neighbours_ = std::move(neighbours);
    names_ = std::move(names);
    point_ = std::move(point);
    update();
}

void NeighbourStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    const SceneTheme theme = screenTheme(*this);
    const auto put = [&](const QImage& picture, const QRect& cell, const QString& caption) {
        painter.fillRect(cell, theme.notComputed);
        if (!picture.isNull()) {
            const QSize fitted = picture.size().scaled(cell.size(), Qt::KeepAspectRatio);
            QRect target(QPoint(0, 0), fitted);
            target.moveCenter(cell.center());
            painter.drawImage(target, picture);
        }
        painter.setPen(theme.faintInk);
        painter.drawText(
            QRect(cell.left() - kGap / 2, cell.bottom() + 1, side() + kGap, fontMetrics().height()),
            Qt::AlignHCenter | Qt::AlignTop, caption);
    };
    if (!point_.isNull()) put(point_, cellAt(-1), tr("point"));
    for (std::size_t i = 0; i < neighbours_.size(); ++i) {
        const QRect cell = cellAt(static_cast<int>(i));
        if (cell.right() > width()) break;
        if (neighbours_[i].sample >= 0)
            put(thumbnails_.thumbnail(neighbours_[i].sample), cell, shortNumber(neighbours_[i].distance, 2));
    }
}

int NeighbourStrip::placeAt(const QPoint& point) const {
    const int last = static_cast<int>(neighbours_.size());
    for (int place = point_.isNull() ? 0 : -1; place < last; ++place)
        if (cellAt(place).contains(point)) return place;
    return -2;
}

void NeighbourStrip::mousePressEvent(QMouseEvent* event) {
    const int place = placeAt(event->position().toPoint());
    if (place >= 0 && neighbours_[static_cast<std::size_t>(place)].sample >= 0)
        Q_EMIT chosen(neighbours_[static_cast<std::size_t>(place)].sample);
}

bool NeighbourStrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int place = placeAt(help->pos());
    if (place == -1)
        QToolTip::showText(help->globalPos(), tr("The point of the search at this step"), this);
    else if (place >= 0 && place < names_.size())
        QToolTip::showText(help->globalPos(), names_[place], this);
    else
        QToolTip::hideText();
    return true;
}

}  // namespace tessera
