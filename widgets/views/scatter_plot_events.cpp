// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "widgets/views/plot_style.h"
#include "widgets/views/scatter_plot.h"

namespace tessera {
namespace {

constexpr double kReachPt = 6;  // of a click or hover

}  // namespace

void ScatterPlot::wheelEvent(QWheelEvent* event) {
    zoomAt(event->position(), std::pow(1.0015, event->angleDelta().y()));
    event->accept();
}

void ScatterPlot::mousePressEvent(QMouseEvent* event) {
    if (!isInteractive()) return;
    dragFrom_ = pointer_ = event->position();
    path_ = {event->position()};
    hoveredRow_ = -1;
    const bool pans = event->button() == Qt::MiddleButton || event->button() == Qt::RightButton;
    drag_ = pans ? Drag::Pan : event->button() == Qt::LeftButton ? Drag::Undecided : Drag::None;
    if (pans) setCursor(Qt::ClosedHandCursor);
}

void ScatterPlot::mouseMoveEvent(QMouseEvent* event) {
    const QPointF before = pointer_;
    pointer_ = event->position();
    if (drag_ == Drag::None) return updateHover(pointer_);
    if (drag_ == Drag::Pan) {
        const QSizeF plot = frame().plot().size() * screenPointScale(*this);
        return pan((before.x() - pointer_.x()) / plot.width(), (pointer_.y() - before.y()) / plot.height());
    }
    if (drag_ == Drag::Undecided &&
        (pointer_ - dragFrom_).manhattanLength() >= QApplication::startDragDistance() * 0.6)
        drag_ = event->modifiers() & Qt::ShiftModifier ? Drag::Lasso : Drag::Box;
    if (drag_ == Drag::Lasso) path_ << pointer_;
    update();
}

void ScatterPlot::mouseReleaseEvent(QMouseEvent* event) {
    pointer_ = event->position();
    const Drag ended = isInteractive() ? drag_ : Drag::None;
    if (ended == Drag::Box || ended == Drag::Lasso) finishSelection(event->modifiers());
    endDrag();
    if (ended == Drag::Undecided) {
        const auto row = screenScene().rowAt(frame(), pointer_ / screenPointScale(*this), kReachPt);
        if (row >= 0 && event->modifiers() & Qt::ControlModifier)
            rows_.select({static_cast<std::size_t>(row)}, SelectionMode::Toggle);
        else if (row >= 0)
            rows_.setCurrentRow(row);
    }
    updateHover(pointer_);
    update();
}

void ScatterPlot::finishSelection(Qt::KeyboardModifiers modifiers) {
    const QPolygonF area = outline();
    const PlotFrame& f = frame();
    const double scale = screenPointScale(*this);
    const QRectF bounds = area.boundingRect();
    const QRectF plot(f.plot().topLeft() * scale, f.plot().size() * scale);
    std::vector<std::size_t> inside;
    for (std::size_t row = 0; row < points_->x.size(); ++row) {
        if (std::isnan(points_->x[row])) continue;
        const QPointF at = f.toDrawing(points_->x[row], points_->y[row]) * scale;
        if (!plot.contains(at) || !bounds.contains(at)) continue;  // only what is seen
        if (drag_ == Drag::Box || area.containsPoint(at, Qt::OddEvenFill)) inside.push_back(row);
    }
    rows_.select(inside, selectionModeFor(modifiers));
}

void ScatterPlot::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) fit();
}

void ScatterPlot::leaveEvent(QEvent*) {
    hoveredRow_ = -1;
    update();
}

void ScatterPlot::updateHover(const QPointF& at) {
    const auto row =
        isInteractive() ? screenScene().rowAt(frame(), at / screenPointScale(*this), kReachPt) : -1;
    if (row != hoveredRow_ || row >= 0) update();
    hoveredRow_ = row;
}

void ScatterPlot::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::SelectAll) && isInteractive()) {
        drag_ = Drag::Box;
        dragFrom_ = {0, 0};
        pointer_ = QPointF(width(), height());
        finishSelection(Qt::NoModifier);
        drag_ = Drag::None;
        return;
    }
    switch (event->key()) {
        case Qt::Key_Left:
            return pan(-0.1, 0);
        case Qt::Key_Right:
            return pan(0.1, 0);
        case Qt::Key_Up:
            return pan(0, 0.1);
        case Qt::Key_Down:
            return pan(0, -0.1);
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoom(1.25);
        case Qt::Key_Minus:
            return zoom(0.8);
        case Qt::Key_Home:
        case Qt::Key_R:
            return fit();
        case Qt::Key_Escape:
            if (drag_ != Drag::None) {
                drag_ = Drag::None;
                return update();
            }
            if (rows_.count() > 0) return rows_.select({}, SelectionMode::Replace);
            break;
        default:
            break;
    }
    QWidget::keyPressEvent(event);
}

}  // namespace tessera
