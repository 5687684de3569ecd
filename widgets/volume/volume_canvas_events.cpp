// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <algorithm>
#include <cmath>

#include "widgets/volume/cut_frame.h"
#include "widgets/volume/volume_canvas.h"
#include "widgets/volume/volume_meshes_vtk.h"
#include "widgets/volume/volume_text.h"

namespace tessera {
namespace {

constexpr int kHoverEveryMs = 33;
constexpr double kReach = 6;          // widget pixels round the cut's frame
constexpr double kMarkReach = 2;      // and round a mark
constexpr float kLeastLight = 0.05F;  // of a mark that can be picked
constexpr double kHalfTurn = 180;     // degrees, for a drag as long as the widget is high
constexpr double kKeyTurn = 10, kKeyZoom = 1.2;
constexpr double kWheelZoom = 1.2;  // a notch

struct ViewKey {
    int key;
    StandardView plain, shifted;
};
constexpr ViewKey kViewKeys[] = {
    {Qt::Key_X, StandardView::PlusS, StandardView::MinusS},
    {Qt::Key_Y, StandardView::PlusT, StandardView::MinusT},
    {Qt::Key_Z, StandardView::PlusR, StandardView::MinusR},
    {Qt::Key_1, StandardView::PlusS, StandardView::PlusS},
    {Qt::Key_2, StandardView::MinusS, StandardView::MinusS},
    {Qt::Key_3, StandardView::PlusT, StandardView::PlusT},
    {Qt::Key_4, StandardView::MinusT, StandardView::MinusT},
    {Qt::Key_5, StandardView::PlusR, StandardView::PlusR},
    {Qt::Key_6, StandardView::MinusR, StandardView::MinusR},
    {Qt::Key_0, StandardView::Isometric, StandardView::Isometric},
};
struct TurnKey {
    int key;
    double azimuth, elevation;
};
constexpr TurnKey kTurnKeys[] = {{Qt::Key_Left, kKeyTurn, 0},
                                 {Qt::Key_Right, -kKeyTurn, 0},
                                 {Qt::Key_Up, 0, -kKeyTurn},
                                 {Qt::Key_Down, 0, kKeyTurn}};
struct ZoomKey {
    int key;
    double factor;
};
constexpr ZoomKey kZoomKeys[] = {
    {Qt::Key_Plus, kKeyZoom}, {Qt::Key_Equal, kKeyZoom}, {Qt::Key_Minus, 1 / kKeyZoom}};

template <typename Entry, std::size_t N>
const Entry* entryOf(const Entry (&table)[N], int key) {
    const auto* found =
        std::find_if(std::begin(table), std::end(table), [&](const Entry& e) { return e.key == key; });
    return found == std::end(table) ? nullptr : found;
}

}  // namespace

std::optional<VolumePick> VolumeCanvas::pickAt(const QPointF& at) const {
    if (!volume_) return std::nullopt;
    const VolumeRequest view = this->view();
    const VolumeProjection sight = projection();
    // The nearest mark under the pointer that nothing opaque hides comes before the polygon under it.
    std::optional<VolumePick> best;
    double nearest = INFINITY;
    for (const auto* part : view.parts())
        for (const auto& marks : part->drawing->marks) {
            if (!isLayerVisible(marks.name)) continue;
            const double reach = marks.sizePt / 2 * pointScale() + kMarkReach;
            for (std::size_t i = 0; i < marks.points.size(); ++i) {
                const double depth = sight.eyeFromVolume(marks.points[i]).z();
                if (depth <= sight.nearest() || depth >= nearest) continue;
                const Eigen::Vector3d page = sight.pageFromVolume(marks.points[i]);
                if (std::hypot(page.x() - at.x(), page.y() - at.y()) > reach ||
                    lightFrom(marks.points[i], view, sight) < kLeastLight)
                    continue;
                nearest = depth;
                best = VolumePick{marks.name, static_cast<std::int32_t>(i), marks.points[i]};
            }
        }
    if (best) return best;
    nearest = INFINITY;
    for (const auto* part : view.parts()) {
        const auto layerOf = [&](const VolumeHit& hit) -> const VolumeFaces& {
            return part->drawing->faces[static_cast<std::size_t>(hit.layer)];
        };
        const auto hit = part->picker.nearest(rayThrough(sight, at), [&](const VolumeHit& found) {
            const VolumeFaces& layer = layerOf(found);
            return isLayerVisible(layer.name) && (!layer.meaning.empty() || layer.opacity >= 1) &&
                   !cut_.hides(found.point, camera_);
        });
        if (!hit || hit->distance >= nearest) continue;
        nearest = hit->distance;
        best.reset();  // an opaque one without a meaning hides what is behind it
        if (static_cast<std::size_t>(hit->face) < layerOf(*hit).meaning.size())
            best = VolumePick{layerOf(*hit).name, layerOf(*hit).meaning[static_cast<std::size_t>(hit->face)],
                              hit->point};
    }
    return best;
}

void VolumeCanvas::hover() {
    const auto pick = pickAt(pointer_).value_or(VolumePick{});
    Q_EMIT hovered(pick.layer, pick.meaning, pick.pointInVolume);
}

bool VolumeCanvas::isOnCut(const QPointF& at) const {
    return cut_.isVisible && drawing_ &&
           isOnCutFrame(cutFrame(*drawing_, cut_.plane), projection(), at, kReach);
}

void VolumeCanvas::setCutHot(bool hot) {
    if (hot == isCutHot_) return;
    isCutHot_ = hot;
    hot ? setCursor(Qt::SizeAllCursor) : unsetCursor();
    update();
}

VolumeCanvas::Drag VolumeCanvas::dragFor(Qt::MouseButton button, Qt::KeyboardModifiers modifiers,
                                         const QPointF& at) const {
    if (button == Qt::MiddleButton) return Drag::Pan;
    if (button != Qt::LeftButton) return Drag::None;
    if (modifiers & Qt::ShiftModifier) return Drag::Pan;
    if (modifiers & Qt::ControlModifier) return Drag::Zoom;
    return isOnCut(at) ? Drag::Cut : Drag::Turn;
}

void VolumeCanvas::mousePressEvent(QMouseEvent* event) {
    if (drag_ != Drag::None) return;
    drag_ = dragFor(event->button(), event->modifiers(), event->position());
    if (drag_ == Drag::None) return QWidget::mousePressEvent(event);  // a menu is the business of others
    isDragging_ = false;
    pressedAt_ = draggedAt_ = event->position();
    cutAtPress_ = cut_.plane;
}

void VolumeCanvas::mouseMoveEvent(QMouseEvent* event) {
    pointer_ = event->position();
    if (drag_ == Drag::None) {
        setCutHot(isOnCut(pointer_));
        if (!hoverTimer_.isActive()) hoverTimer_.start(kHoverEveryMs);
        return;
    }
    if (!isDragging_ && (pointer_ - pressedAt_).manhattanLength() < QApplication::startDragDistance()) return;
    isDragging_ = true;
    if (drawing_) dragTo(pointer_);
    draggedAt_ = pointer_;
}

void VolumeCanvas::dragTo(const QPointF& at) {
    const QPointF by = at - draggedAt_;
    const double turn = kHalfTurn / std::max(height(), 1);
    switch (drag_) {
        case Drag::Turn:
            return moveCamera(camera_.turned(-by.x() * turn, by.y() * turn));
        case Drag::Pan:
            return moveCamera(panned(camera_, QRectF(rect()), by));
        case Drag::Zoom:
            return moveCamera(zoomed(camera_, QRectF(rect()),
                                     std::pow(2, -4 * by.y() / std::max(height(), 1)), pressedAt_));
        case Drag::Cut:
            // From where it was pressed: rounding does not add up, and beyond the box nothing is lost.
            setCutPlane(
                {cutAtPress_.normal, draggedCut(*drawing_, projection(), cutAtPress_, pressedAt_, at)}, true);
            Q_EMIT cutPlaneMoved(cut_.plane);
            return;
        case Drag::None:
            return;
    }
}

void VolumeCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (drag_ == Drag::None) return QWidget::mouseReleaseEvent(event);
    if (event->buttons() & (Qt::LeftButton | Qt::MiddleButton)) return;  // another one still holds
    const bool isClick = !isDragging_ && drag_ != Drag::Pan;
    drag_ = Drag::None;
    isDragging_ = false;
    setCutHot(isOnCut(event->position()));
    if (!isClick) return;
    if (const auto pick = pickAt(event->position()))
        Q_EMIT picked(pick->layer, pick->meaning, pick->pointInVolume);
    else
        Q_EMIT pickedNothing();
}

void VolumeCanvas::wheelEvent(QWheelEvent* event) {
    if (!drawing_ || event->angleDelta().y() == 0) return event->ignore();
    const double notches = event->angleDelta().y() / 120.0;
    moveCamera(zoomed(camera_, QRectF(rect()), std::pow(kWheelZoom, notches), event->position()));
    event->accept();
}

void VolumeCanvas::leaveEvent(QEvent*) {
    hoverTimer_.stop();
    if (drag_ == Drag::None) setCutHot(false);
    Q_EMIT hovered({}, -1, Eigen::Vector3d::Zero());
}

void VolumeCanvas::keyPressEvent(QKeyEvent* event) {
    const auto modifiers = event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier);
    if (modifiers != Qt::NoModifier || !drawing_) return QWidget::keyPressEvent(event);
    const QRectF view(rect());
    if (const auto* sides = entryOf(kViewKeys, event->key())) {
        setStandardView(event->modifiers() & Qt::ShiftModifier ? sides->shifted : sides->plain);
    } else if (const auto* turn = entryOf(kTurnKeys, event->key())) {
        return moveCamera(camera_.turned(turn->azimuth, turn->elevation));
    } else if (const auto* zoom = entryOf(kZoomKeys, event->key())) {
        return moveCamera(zoomed(camera_, view, zoom->factor, view.center()));
    } else if (event->key() == Qt::Key_R) {
        resetCamera();
    } else if (event->key() == Qt::Key_P) {
        setParallel(!camera_.parallel);
    } else {
        return QWidget::keyPressEvent(event);
    }
    Q_EMIT cameraChanged(camera_);
}

void VolumeCanvas::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (!isUpToDate()) pictureChanged();
}

void VolumeCanvas::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (isFitted_) fit();
    pictureChanged();
}

void VolumeCanvas::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) update();
}

}  // namespace tessera
