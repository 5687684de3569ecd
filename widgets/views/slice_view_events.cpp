// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse, keys, drag and drop of the slice view.
#include <QContextMenuEvent>
#include <QDropEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMimeData>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>
#include <cmath>

#include "widgets/scenes/slice_markers.h"
#include "widgets/views/slice_view.h"

namespace tessera {
namespace {

constexpr const char* kSampleMime = "application/x-tessera-sample";
constexpr double kReach = 11;      // widget lengths within which an anchor is grabbed
constexpr double kClickReach = 4;  // a press and release this near is no drag
constexpr double kNotch = 1.25, kKeyZoom = 1.5, kKeyPan = 0.15;

qint64 draggedSample(const QMimeData* data) {
    bool isNumber = false;
    const qint64 sample =
        data->data(QLatin1String(kSampleMime)).split('\n').value(0).trimmed().toLongLong(&isNumber);
    return isNumber ? sample : -1;
}

}  // namespace

int SliceView::anchorAt(const QPointF& point) const {
    if (!switches_.samples) return -1;
    int nearest = -1;
    double least = kReach;
    for (std::size_t i = 0; i < anchors_.size(); ++i) {
        const QPointF away = widgetPoint(anchors_[i].position) - point;
        const double distance = std::hypot(away.x(), away.y());
        if (distance <= least) nearest = static_cast<int>(i), least = distance;
    }
    return nearest;
}

const SliceMarker* SliceView::sampleAt(const QPointF& point) const {
    if (!switches_.samples) return nullptr;
    if (const int anchor = anchorAt(point); anchor >= 0) return &anchors_[static_cast<std::size_t>(anchor)];
    const SliceMarker* nearest = nullptr;
    double least = kReach * 0.7;
    for (const auto& marker : samples_) {
        const QPointF away = widgetPoint(marker.position) - point;
        const double distance = std::hypot(away.x(), away.y());
        if (distance < least) nearest = &marker, least = distance;
    }
    return nearest;
}

void SliceView::updateHover(const QPointF& point) {
    pointer_ = point;
    const bool wasValid = hover_.isValid;
    hover_ = computation_.hasPlane() && plotRect().contains(point)
                 ? hoverAt(computation_, workspace_, slicePoint(point))
                 : SliceHover();
    if (!hover_.isValid && !wasValid) return;
    update();
    Q_EMIT hoverChanged();
}

void SliceView::wheelEvent(QWheelEvent* event) {
    if (!plotRect().contains(event->position())) return event->ignore();
    zoomAt(event->position(), std::pow(kNotch, event->angleDelta().y() / 120.0));
    updateHover(event->position());
    event->accept();
}

void SliceView::mousePressEvent(QMouseEvent* event) {
    if (!computation_.hasPlane() || !plotRect().contains(event->position())) return;
    dragFrom_ = event->position();
    dragCentre_ = centre_;
    dragTurn_ = computation_.turn();
    const bool isLeft = event->button() == Qt::LeftButton;
    if (isLeft && event->modifiers() & Qt::ShiftModifier) {
        drag_ = Drag::Lasso;
        focus_->startLasso(event->position());
        return setCursor(Qt::CrossCursor);
    } else if (isLeft && event->modifiers() & Qt::ControlModifier) {
        drag_ = Drag::Rotate;
    } else if (isLeft && (draggedAnchor_ = anchorAt(event->position())) >= 0) {
        drag_ = Drag::Anchor;
    } else if (isLeft || event->button() == Qt::MiddleButton) {
        drag_ = Drag::Pan;
    }
    if (drag_ != Drag::None) setCursor(Qt::ClosedHandCursor);
}

void SliceView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF at = event->position();
    switch (drag_) {
        case Drag::None:
            setCursor(plotRect().contains(at) ? (anchorAt(at) >= 0 ? Qt::OpenHandCursor : Qt::CrossCursor)
                                              : Qt::ArrowCursor);
            updateHover(at);
            return;
        case Drag::Pan: {
            isFitted_ = false;
            const double unitsPerWidget = unitsPerPoint_ / pointScale();
            centre_ = dragCentre_ +
                      Eigen::Vector2d(dragFrom_.x() - at.x(), at.y() - dragFrom_.y()) * unitsPerWidget;
            windowMoved();
            return;
        }
        case Drag::Anchor: {
            const QRectF plot = plotRect();
            computation_.moveAnchor(draggedAnchor_,
                                    slicePoint({std::clamp(at.x(), plot.left(), plot.right()),
                                                std::clamp(at.y(), plot.top(), plot.bottom())}));
            return;
        }
        case Drag::Lasso:
            return focus_->extendLasso(at);
        case Drag::Rotate: {
            const QPointF middle = plotRect().center(), from = dragFrom_ - middle, to = at - middle;
            SliceTurn turn = dragTurn_;
            // The picture follows the hand: it turns with the pointer when the axes turn against it.
            turn.rotation += std::atan2(to.y(), to.x()) - std::atan2(from.y(), from.x());
            turn.rotation = std::remainder(turn.rotation, 2 * M_PI);
            setTurn(turn);
            return;
        }
    }
}

void SliceView::mouseReleaseEvent(QMouseEvent* event) {
    if (drag_ == Drag::None) return;
    const bool isClick = (event->position() - dragFrom_).manhattanLength() < kClickReach;
    if (drag_ == Drag::Lasso) focus_->endLasso(event->modifiers());
    if (const auto* marker = sampleAt(event->position());
        isClick && marker && event->button() == Qt::LeftButton)
        focus_->click(marker->sample, event->modifiers());
    drag_ = Drag::None;
    unsetCursor();
    updateHover(event->position());
    update();
}

void SliceView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) fit();
}

void SliceView::leaveEvent(QEvent*) {
    if (!hover_.isValid) return;
    hover_ = {};
    update();
    Q_EMIT hoverChanged();
}

void SliceView::keyPressEvent(QKeyEvent* event) {
    SliceSwitches switches = switches_;
    switch (event->key()) {
        case Qt::Key_R:
            if (event->modifiers() != Qt::NoModifier) return QWidget::keyPressEvent(event);
            [[fallthrough]];
        case Qt::Key_Home:
            return fit();
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            return zoom(kKeyZoom);
        case Qt::Key_Minus:
            return zoom(1 / kKeyZoom);
        case Qt::Key_Left:
            return panBy(-kKeyPan, 0);
        case Qt::Key_Right:
            return panBy(kKeyPan, 0);
        case Qt::Key_Up:
            return panBy(0, kKeyPan);
        case Qt::Key_Down:
            return panBy(0, -kKeyPan);
        case Qt::Key_Escape:
            if (drag_ == Drag::Rotate) setTurn(dragTurn_);
            if (drag_ == Drag::Pan) centre_ = dragCentre_, windowMoved();
            focus_->dropLasso();
            drag_ = Drag::None;
            return cancel();
        case Qt::Key_1:
        case Qt::Key_2:
        case Qt::Key_3:
        case Qt::Key_4:
        case Qt::Key_5:
            if (event->modifiers() != Qt::NoModifier && event->modifiers() != Qt::KeypadModifier)
                return QWidget::keyPressEvent(event);
            switches.fill = static_cast<SliceFill>(event->key() - Qt::Key_1);
            return setSwitches(switches);
        case Qt::Key_E:
            if (event->modifiers() == (Qt::ControlModifier | Qt::ShiftModifier)) return exportFigure();
            if (event->modifiers() != Qt::NoModifier) return QWidget::keyPressEvent(event);
            switches.edges = !switches.edges;
            return setSwitches(switches);
        case Qt::Key_B:
            if (event->modifiers() != Qt::NoModifier) return QWidget::keyPressEvent(event);
            switches.boundary = !switches.boundary;
            return setSwitches(switches);
        default:
            return QWidget::keyPressEvent(event);
    }
}

void SliceView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    const int anchor = anchorAt(event->pos());
    const qint64 current = workspace_.currentSample();
    if (anchor >= 0) {
        auto* replace =
            menu.addAction(tr("Replace Anchor with Current Sample"), this,
                           [this, anchor, current] { computation_.replaceAnchor(anchor, current); });
        replace->setEnabled(current >= 0);
    } else if (anchors_.size() < 3) {
        auto* add = menu.addAction(tr("Add Current Sample as Anchor"), this, [this, current] {
            computation_.replaceAnchor(static_cast<int>(anchors_.size()), current);
        });
        add->setEnabled(current >= 0);
    }
    if (const SliceMarker* sample = sampleAt(event->pos()); sample && sample->sample >= 0)
        menu.addAction(tr("Make %1 the Current Sample").arg(sample->name), this,
                       [this, index = sample->sample] { workspace_.setCurrentSample(index); });
    menu.addSeparator();
    menu.addAction(tr("Fit to the Plane's Window"), this, &SliceView::fit);
    menu.addAction(tr("Copy Plane"), this, &SliceView::copyPlane);
    menu.addAction(tr("Paste Plane"), this, &SliceView::pastePlane);
    menu.addSeparator();
    menu.addAction(tr("Export Figure …"), this, &SliceView::exportFigure);
    menu.exec(event->globalPos());
}

void SliceView::dragEnterEvent(QDragEnterEvent* event) {
    if (draggedSample(event->mimeData()) >= 0) event->acceptProposedAction();
}

void SliceView::dragMoveEvent(QDragMoveEvent* event) {
    if (draggedSample(event->mimeData()) >= 0) event->acceptProposedAction();
}

void SliceView::dropEvent(QDropEvent* event) {
    const qint64 sample = draggedSample(event->mimeData());
    if (sample < 0) return;
    // On an anchor: that one. Elsewhere: one more while there is room, else the nearest.
    int place = anchorAt(event->position());
    if (place < 0 && workspace_.anchors().size() < 3) place = static_cast<int>(workspace_.anchors().size());
    if (place < 0) {
        double least = 0;
        for (std::size_t i = 0; i < anchors_.size(); ++i) {
            const double distance = (anchors_[i].position - slicePoint(event->position())).norm();
            if (place < 0 || distance < least) place = static_cast<int>(i), least = distance;
        }
    }
    computation_.replaceAnchor(std::max(place, 0), sample);
    event->acceptProposedAction();
}

bool SliceView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const SliceMarker* marker = sampleAt(help->pos())) {
        QToolTip::showText(
            help->globalPos(),
            QStringLiteral("%1\n%2\n%3")
                .arg(marker->name, workspace_.className(marker->label), offPlaneText(marker->offPlane)),
            this);
    } else {
        QToolTip::hideText();
        event->ignore();
    }
    return true;
}

}  // namespace tessera
