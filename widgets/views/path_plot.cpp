// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/path_plot.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kSmallestRange = 1e-10;  // positions are known to about 1e-12
constexpr double kNotch = 1.2;

}  // namespace

PathPlot::PathPlot(JobRunner& jobs, QWidget* parent) : PanelCanvas(jobs, parent), position_(kNone) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Logits along the path"));
    setAccessibleDescription(
        tr("Arrow keys move the reading line, with Ctrl from crossing to crossing; plus and minus zoom, Home "
           "shows "
           "the whole path."));
}

double PathPlot::whole() const {
    return picture_ ? std::max(static_cast<double>(picture_->anchorNames().size()) - 1, picture_->end()) : 1;
}

void PathPlot::setPicture(std::shared_ptr<const PathPicture> picture) {
    picture_ = std::move(picture);
    look_.logit = -1, look_.low = 0, look_.high = whole();
    isDragging_ = false;
    rebuild();
    position_ = kNone;
    if (picture_) setPosition(std::min(0.5, picture_->end()));
}

void PathPlot::rebuild() {
    logits_ = picture_ ? std::make_shared<const PathLogitsScene>(picture_, look_) : nullptr;
    setScene(logits_);
}

void PathPlot::setLogit(int logit) {
    if (logit == look_.logit) return;
    look_.logit = logit;
    rebuild();
}

void PathPlot::setProbabilities(bool shown) {
    if (shown == look_.probabilities) return;
    look_.probabilities = shown;
    rebuild();
}

void PathPlot::setRange(double low, double high) {
    const double range = std::clamp(high - low, kSmallestRange, whole());
    low = std::clamp(low, 0.0, whole() - range);
    if (low == look_.low && low + range == look_.high) return;
    look_.low = low, look_.high = low + range;
    rebuild();
}

void PathPlot::fit() {
    setRange(0, whole());
}

void PathPlot::zoom(double factor, double about) {
    const double range = std::clamp((look_.high - look_.low) / factor, kSmallestRange, whole());
    const double share = (about - look_.low) / (look_.high - look_.low);
    setRange(about - share * range, about + (1 - share) * range);
}

void PathPlot::setPosition(double position) {
    if (!picture_) return;
    position = std::clamp(position, 0.0, picture_->end());
    if (position == position_) return;
    position_ = position;
    update();
    Q_EMIT positionChanged(position_);
}

PathLogitsScene::Layout PathPlot::layout() const {
    return logits_->layout(panelStyle(), sizeInPoints());
}

double PathPlot::positionAt(const QPointF& inWidget) const {
    return layout().toPosition(inWidget.x() / pointScale());
}

QPointF PathPlot::pointOf(double position) const {
    if (!logits_) return {};
    const auto where = layout();
    return QPointF(where.toDrawing(position), where.plot().center().y()) * pointScale();
}

void PathPlot::paintOverlay(QPainter& painter) {
    if (!logits_ || std::isnan(position_) || position_ < look_.low || position_ > look_.high) return;
    const auto where = layout();
    const PanelStyle s = panelStyle();
    const double x = where.toDrawing(position_);
    painter.setPen(QPen(s.theme.halo, s.linePt * 3));
    painter.drawLine(QPointF(x, where.lanes.top()), QPointF(x, where.plot().bottom()));
    painter.setPen(QPen(s.theme.ink, s.linePt * (hasFocus() ? 1.6 : 1)));
    painter.drawLine(QPointF(x, where.lanes.top()), QPointF(x, where.plot().bottom()));
    painter.setClipRect(where.plot());
    for (std::size_t k = 0; k < picture_->outputs(); ++k) {
        if (picture_->outputs() > 12 && static_cast<int>(k) != logits_->look().logit) continue;
        const double y = where.frame.drawingY(picture_->logitAt(position_, k)) + where.top;
        painter.setBrush(picture_->logitColour(k));
        painter.setPen(QPen(s.theme.paper, s.linePt));
        painter.drawEllipse(QPointF(x, y), s.fontPt * 0.28, s.fontPt * 0.28);
    }
}

void PathPlot::mouseMoveEvent(QMouseEvent* event) {
    if (!picture_) return;
    if (isDragging_) {
        const double moved = dragFrom_ - positionAt(event->position());
        setRange(look_.low + moved, look_.high + moved);
        return;
    }
    if (layout().all().contains(event->position() / pointScale())) setPosition(positionAt(event->position()));
}

void PathPlot::mousePressEvent(QMouseEvent* event) {
    if (!picture_ || event->button() != Qt::LeftButton) return;
    if (!layout().all().contains(event->position() / pointScale())) return;
    dragFrom_ = positionAt(event->position());
    isDragging_ = true;
    setCursor(Qt::ClosedHandCursor);
}

void PathPlot::mouseReleaseEvent(QMouseEvent*) {
    isDragging_ = false;
    unsetCursor();
}

void PathPlot::mouseDoubleClickEvent(QMouseEvent* event) {
    if (picture_ && event->button() == Qt::LeftButton) fit();
}

void PathPlot::wheelEvent(QWheelEvent* event) {
    if (!picture_) return;
    const QPoint delta = event->angleDelta();
    if (std::abs(delta.x()) > std::abs(delta.y())) {
        const double moved = -delta.x() / 1200.0 * (look_.high - look_.low);
        setRange(look_.low + moved, look_.high + moved);
    } else {
        zoom(std::pow(kNotch, delta.y() / 120.0),
             std::clamp(positionAt(event->position()), look_.low, look_.high));
    }
    event->accept();
}

void PathPlot::keyPressEvent(QKeyEvent* event) {
    if (!picture_) return QWidget::keyPressEvent(event);
    const double step = (look_.high - look_.low) / 200;
    const auto move = [&](int direction) {
        double target = position_ + direction * step;
        if (event->modifiers() & Qt::ControlModifier) {
            const auto all = picture_->positions();
            const auto here = direction > 0 ? std::upper_bound(all.begin(), all.end(), position_)
                                            : std::lower_bound(all.begin(), all.end(), position_);
            if (direction > 0 ? here == all.end() : here == all.begin()) return;
            target = direction > 0 ? *here : *std::prev(here);
        }
        setPosition(target);
        // Keep the line in sight.
        const double range = look_.high - look_.low;
        if (position_ < look_.low || position_ > look_.high)
            setRange(position_ - range / 2, position_ + range / 2);
    };
    switch (event->key()) {
        case Qt::Key_Left:
            return move(-1);
        case Qt::Key_Right:
            return move(1);
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoom(kNotch, std::clamp(position_, look_.low, look_.high));
        case Qt::Key_Minus:
            return zoom(1 / kNotch, std::clamp(position_, look_.low, look_.high));
        case Qt::Key_Home:
            return fit();
        default:
            QWidget::keyPressEvent(event);
    }
}

}  // namespace tessera
