// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/head_canvas.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>
#include <cmath>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr double kGrip = 9;  // widget lengths around the start that take it
constexpr double kZoomStep = 1.2;

}  // namespace

HeadCanvas::HeadCanvas(JobRunner& jobs, QWidget* parent) : PanelCanvas(jobs, parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
}

const SharedSliceScene* HeadCanvas::picture() const {
    const auto* shown = dynamic_cast<const SharedSliceScene*>(scene().get());
    return shown && shown->shared && shown->shared->laid ? shown : nullptr;
}

std::optional<HeadFrame> HeadCanvas::frame() const {
    if (const auto* shown = picture()) return shown->frame(panelStyle(), sizeInPoints());
    return std::nullopt;
}

QPointF HeadCanvas::widgetPoint(const Eigen::Vector2d& pointInSlice) const {
    const auto on = frame();
    return on ? on->map.toDrawing(pointInSlice) * pointScale() : QPointF();
}

Eigen::Vector2d HeadCanvas::slicePoint(const QPointF& at) const {
    const auto on = frame();
    return on ? on->map.toSlice(at / pointScale()) : Eigen::Vector2d(0, 0);
}

bool HeadCanvas::isAtStart(const QPointF& at) const {
    const auto* head = dynamic_cast<const HeadScene*>(picture());
    if (!head) return false;
    const QPointF start = widgetPoint(head->shared->startInSlice());
    return std::hypot(at.x() - start.x(), at.y() - start.y()) <= kGrip;
}

void HeadCanvas::resizeEvent(QResizeEvent* event) {
    PanelCanvas::resizeEvent(event);
    Q_EMIT resized();
}

void HeadCanvas::mousePressEvent(QMouseEvent* event) {
    const auto on = frame();
    if (event->button() != Qt::LeftButton || !on) return PanelCanvas::mousePressEvent(event);
    drag_ = isAtStart(event->position()) ? Drag::Start : Drag::Camera;
    last_ = event->position();
    setCursor(drag_ == Drag::Start ? Qt::CrossCursor : Qt::ClosedHandCursor);
}

void HeadCanvas::mouseMoveEvent(QMouseEvent* event) {
    if (drag_ == Drag::None) {
        setCursor(isAtStart(event->position()) ? Qt::PointingHandCursor : Qt::ArrowCursor);
        return;
    }
    if (drag_ == Drag::Start) return Q_EMIT startDragged(slicePoint(event->position()));
    HeadCamera moved = picture()->look.camera;
    moved.centre -= slicePoint(event->position()) - slicePoint(last_);
    last_ = event->position();
    Q_EMIT cameraChanged(moved);
}

void HeadCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || drag_ == Drag::None)
        return PanelCanvas::mouseReleaseEvent(event);
    const bool wasStart = drag_ == Drag::Start;
    drag_ = Drag::None;
    setCursor(Qt::ArrowCursor);
    if (wasStart)
        Q_EMIT startDropped();
    else
        Q_EMIT cameraSettled();
}

void HeadCanvas::mouseDoubleClickEvent(QMouseEvent*) {
    Q_EMIT fitRequested();
}

void HeadCanvas::zoomAt(const QPointF& at, double factor) {
    if (!frame()) return;
    HeadCamera zoomed = picture()->look.camera;
    const Eigen::Vector2d under = slicePoint(at);
    // Within what doubles can tell apart.
    zoomed.reach = std::clamp(zoomed.reach / factor, 1e-9, 1e12);
    zoomed.centre = under + (zoomed.centre - under) * (zoomed.reach / picture()->look.camera.reach);
    Q_EMIT cameraChanged(zoomed);
    Q_EMIT cameraSettled();
}

void HeadCanvas::wheelEvent(QWheelEvent* event) {
    if (!frame()) return event->ignore();
    zoomAt(event->position(), std::pow(kZoomStep, event->angleDelta().y() / 120.0));
    event->accept();
}

void HeadCanvas::keyPressEvent(QKeyEvent* event) {
    const auto pan = [&](double x, double y) {
        HeadCamera moved = picture()->look.camera;
        moved.centre += Eigen::Vector2d(x, y) * moved.reach * 0.2;
        Q_EMIT cameraChanged(moved);
        Q_EMIT cameraSettled();
    };
    if (!frame()) return PanelCanvas::keyPressEvent(event);
    const QPointF middle = QRectF(rect()).center();
    switch (event->key()) {
        case Qt::Key_Left:
            return pan(-1, 0);
        case Qt::Key_Right:
            return pan(1, 0);
        case Qt::Key_Up:
            return pan(0, 1);
        case Qt::Key_Down:
            return pan(0, -1);
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoomAt(middle, kZoomStep);
        case Qt::Key_Minus:
            return zoomAt(middle, 1 / kZoomStep);
        case Qt::Key_Home:
        case Qt::Key_F:
            return Q_EMIT fitRequested();
        default:
            return PanelCanvas::keyPressEvent(event);
    }
}

QString HeadCanvas::textAt(const QPointF& at) const {
    const auto on = frame();
    if (!on || !on->frame.plot().contains(at / pointScale())) return {};
    const auto* shown = picture();
    const Eigen::Vector2d point = slicePoint(at);
    QStringList lines;
    const auto cellOf = [&](const SampledField& field) -> std::ptrdiff_t {
        const Eigen::Vector2d share = (point - field.low).cwiseQuotient(field.high - field.low);
        if (!(share.minCoeff() >= 0 && share.maxCoeff() < 1)) return -1;
        const auto column = static_cast<std::ptrdiff_t>(share.x() * field.columns),
                   row = static_cast<std::ptrdiff_t>((1 - share.y()) * field.rows);
        return std::min<std::ptrdiff_t>(row, field.rows - 1) * field.columns + column;
    };
    if (const auto* head = dynamic_cast<const HeadScene*>(shown)) {
        if (isAtStart(at)) lines << tr("Start of the search: drag it to search from elsewhere.");
        if (head->field)
            if (const auto cell = cellOf(*head->field); cell >= 0)
                lines << tr("%1, confidence %2 %")
                             .arg(
                                 shown->shared->className(head->field->label[static_cast<std::size_t>(cell)]))
                             .arg(100.0 * static_cast<double>(
                                              head->field->confidence[static_cast<std::size_t>(cell)]),
                                  0, 'f', 1);
        if (head->support)
            if (const double radius = head->support->radiusAt(point); !std::isnan(radius))
                lines << (std::isinf(radius) ? tr("too few references of %1")
                                                   .arg(shown->shared->className(head->support->ofClass))
                                             : tr("support radius %1 of %2, threshold %3")
                                                   .arg(shortNumber(radius),
                                                        shown->shared->className(head->support->ofClass),
                                                        std::isnan(head->support->threshold)
                                                            ? tr("none")
                                                            : shortNumber(head->support->threshold)));
    } else if (const auto* both = dynamic_cast<const HeadDifferenceScene*>(shown)) {
        for (std::size_t i = 0; i < both->fields.size() && i < both->names.size(); ++i)
            if (both->fields[i])
                if (const auto cell = cellOf(*both->fields[i]); cell >= 0)
                    lines << tr("%1: %2").arg(
                        both->names[i],
                        shown->shared->className(both->fields[i]->label[static_cast<std::size_t>(cell)]));
    }
    return lines.join('\n');
}

bool HeadCanvas::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return PanelCanvas::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString text = textAt(help->pos());
    text.isEmpty() ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), text, this);
    return true;
}

}  // namespace tessera
