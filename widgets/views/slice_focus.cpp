// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/slice_focus.h"

#include <QPainter>
#include <algorithm>
#include <utility>

#include "widgets/views/slice_view.h"

namespace tessera {

namespace {
constexpr double kLassoStep = 3;  // widget lengths
const QColor kPin(0xd5, 0x5e, 0x00);
}  // namespace

SliceFocus::SliceFocus(SliceView& view) : QObject(&view), view_(view) {
    soon_.setSingleShot(true);
    connect(&soon_, &QTimer::timeout, this, &SliceFocus::place);
    Workspace& workspace = view.workspace();
    connect(&workspace, &Workspace::selectionChanged, this, &SliceFocus::placeSoon);
    connect(&workspace, &Workspace::currentSampleChanged, this, &SliceFocus::placeSoon);
    connect(&workspace, &Workspace::referenceSampleChanged, this, &SliceFocus::placeSoon);
    connect(&view.computation(), &SliceComputation::planeChanged, this, &SliceFocus::placeSoon);
}

void SliceFocus::placeSoon() {
    soon_.start(0);
}

void SliceFocus::place() {
    const auto& computation = view_.computation();
    const Workspace& workspace = view_.workspace();
    std::vector<Mark> wanted;
    if (computation.hasPlane() && workspace.dataset() && workspace.mismatch().isEmpty()) {
        const auto& selection = workspace.selection();
        const std::size_t shown = std::min(selection.size(), kMostSelected);
        // Spread over the selection, not its first ones.
        for (std::size_t i = 0; i < shown; ++i) {
            Mark mark;
            mark.sample = selection[i * selection.size() / shown];
            mark.isSelected = true;
            wanted.push_back(mark);
        }
        const auto add = [&](qint64 sample, bool Mark::*role) {
            if (sample < 0 || sample >= workspace.dataset()->size()) return;
            auto found = std::find_if(wanted.begin(), wanted.end(),
                                      [&](const Mark& mark) { return mark.sample == sample; });
            if (found == wanted.end()) {
                wanted.emplace_back().sample = sample;
                found = wanted.end() - 1;
            }
            (*found).*role = true;
        };
        add(workspace.currentSample(), &Mark::isCurrent);
        add(workspace.referenceSample(), &Mark::isReference);
    }
    if (wanted.empty()) {
        view_.jobs().cancelKey(this, QStringLiteral("focus"));
        marks_.clear();
        view_.update();
        return;
    }
    const PlaneSource source{workspace.model(), workspace.dataset(), workspace.normalisation(), {}};
    view_.jobs().start<std::vector<Mark>>(
        this, QStringLiteral("focus"), QString(), JobLane::Interactive,
        [source, wanted, plane = computation.plane()](std::stop_token,
                                                      Progress&) -> Result<std::vector<Mark>> {
            std::vector<std::int64_t> samples;
            for (const Mark& mark : wanted) samples.push_back(mark.sample);
            auto inputs = readInputs(source, samples);
            if (!inputs.isOk()) return std::move(inputs).propagate<std::vector<Mark>>();
            auto placed = wanted;
            for (std::size_t i = 0; i < placed.size(); ++i) {
                const Eigen::VectorXd input = inputs.value().col(static_cast<Eigen::Index>(i));
                placed[i].pointInSlice = plane.pointInSlice(input);
                placed[i].offPlane = plane.offPlaneDistance(input);
            }
            return placed;
        },
        [this](Result<std::vector<Mark>> result) {
            if (!result.isOk()) return;
            marks_ = std::move(result).value();
            view_.update();
        });
}

void SliceFocus::paint(QPainter& painter) const {
    painter.save();
    painter.setClipRect(view_.plotRect());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    // Dark on light: seen on every fill.
    const auto ring = [&](const QPointF& at, double radius, const QColor& colour, double width) {
        painter.setPen(QPen(QColor(255, 255, 255, 220), width + 2));
        painter.drawEllipse(at, radius, radius);
        painter.setPen(QPen(colour, width));
        painter.drawEllipse(at, radius, radius);
    };
    for (const Mark& mark : marks_)
        if (mark.isSelected) ring(view_.widgetPoint(mark.pointInSlice), 6, QColor(0x00, 0x72, 0xb2), 1.4);
    for (const Mark& mark : marks_) {
        const QPointF at = view_.widgetPoint(mark.pointInSlice);
        if (mark.isReference) {
            ring(at, 10, kPin, 2);
            painter.drawLine(at + QPointF(0, -10), at + QPointF(0, -16));
            painter.setBrush(kPin);
            painter.drawEllipse(at + QPointF(0, -18), 3, 3);
            painter.setBrush(Qt::NoBrush);
        }
        if (mark.isCurrent) {
            ring(at, 8, QColor(0x1f, 0x24, 0x2b), 1.6);
            for (const QPointF arm : {QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)})
                painter.drawLine(at + arm * 8, at + arm * 12);
        }
    }
    if (lasso_.size() > 1) {
        painter.setPen(QPen(QColor(0x00, 0x72, 0xb2), 1.5, Qt::DashLine));
        painter.setBrush(QColor(0x00, 0x72, 0xb2, 40));
        painter.drawPolygon(lasso_);
    }
    painter.restore();
}

void SliceFocus::click(qint64 sample, Qt::KeyboardModifiers keys) {
    if (sample < 0) return;
    Workspace& workspace = view_.workspace();
    if (keys & Qt::ControlModifier)
        workspace.setSelection({sample}, SelectionMode::Toggle);
    else
        workspace.setCurrentSample(sample);
}

void SliceFocus::extendLasso(const QPointF& widgetPoint) {
    if (!lasso_.isEmpty() && (lasso_.back() - widgetPoint).manhattanLength() < kLassoStep) return;
    lasso_ << widgetPoint;
    view_.update();
}

void SliceFocus::endLasso(Qt::KeyboardModifiers keys) {
    const QPolygonF lasso = std::exchange(lasso_, {});
    view_.update();
    if (lasso.size() < 3) return;
    std::vector<qint64> inside;
    const auto take = [&](const std::vector<SliceMarker>& markers) {
        for (const auto& marker : markers)
            if (marker.sample >= 0 &&
                lasso.containsPoint(view_.widgetPoint(marker.position), Qt::OddEvenFill))
                inside.push_back(marker.sample);
    };
    take(view_.computation().anchorMarkers());
    take(view_.samplesInView());
    view_.workspace().setSelection(std::move(inside),
                                   keys & Qt::ControlModifier ? SelectionMode::Add : SelectionMode::Replace);
}

}  // namespace tessera
