// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "widgets/scenes/column_values.h"
#include "widgets/scenes/scene_text.h"
#include "widgets/views/histogram_view.h"
#include "widgets/views/plot_style.h"

namespace tessera {

HistogramPlot::HistogramPlot(RowSelection& rows, QWidget* parent) : QWidget(parent), rows_(rows) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Histogram"));
    connect(&rows, &RowSelection::changed, this, &HistogramPlot::redraw);
}

void HistogramPlot::setBins(std::shared_ptr<const HistogramBins> bins) {
    bins_ = std::move(bins);
    isBrushing_ = false;  // over what is no longer there
    redraw();
}

std::shared_ptr<const HistogramScene> HistogramPlot::scene() const {
    return bins_ ? newScene() : nullptr;
}

std::shared_ptr<HistogramScene> HistogramPlot::newScene() const {
    const bool anySelected = isInteractive() && rows_.count() > 0;
    return std::make_shared<HistogramScene>(bins_, anySelected ? rows_.mask() : std::vector<unsigned char>());
}

const HistogramScene& HistogramPlot::screenScene() const {
    if (!shown_) {
        auto scene = newScene();
        scene->keepsLegend = true;
        shown_ = std::move(scene);
    }
    return *shown_;
}

const PlotFrame& HistogramPlot::frame() const {
    if (!frame_) {
        const QSizeF points = QSizeF(size()) / screenPointScale(*this);
        frame_ = bins_ ? screenScene().frame(screenStyle(*this), points)
                       : PlotFrame(PlotSpec(), screenStyle(*this), points);
    }
    return *frame_;
}

QPointF HistogramPlot::widgetPoint(double x, double count) const {
    return frame().toDrawing(x, count) * screenPointScale(*this);
}

void HistogramPlot::redraw() {
    isStale_ = true;
    shown_.reset();
    frame_.reset();
    update();
}

void HistogramPlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (!bins_) return paintEmpty(painter, *this, tr("There is no table to draw."));
    if (isStale_) paintScene(image_, *this, screenScene());
    isStale_ = false;
    painter.drawImage(QPointF(0, 0), image_);
    if (isBrushing_) {
        const QRectF plot(frame().plot().topLeft() * screenPointScale(*this),
                          frame().plot().size() * screenPointScale(*this));
        QRectF brush(QPointF(brushFrom_.x(), plot.top()), QPointF(brushTo_.x(), plot.bottom()));
        QColor colour = palette().color(QPalette::Highlight);
        painter.setPen(QPen(colour, 1.5));
        colour.setAlpha(50);
        painter.setBrush(colour);
        painter.drawRect(brush.normalized().intersected(plot));
    }
}

void HistogramPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    redraw();
}

void HistogramPlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    redraw();
}

void HistogramPlot::mousePressEvent(QMouseEvent* event) {
    if (!isInteractive() || event->button() != Qt::LeftButton) return;
    isBrushing_ = true;
    brushFrom_ = brushTo_ = event->position();
    update();
}

void HistogramPlot::mouseMoveEvent(QMouseEvent* event) {
    if (!bins_) return;
    if (!isBrushing_) return sayBin(event->position());
    brushTo_ = event->position();
    update();
}

std::optional<std::size_t> HistogramPlot::binAt(const QPointF& at) const {
    const PlotFrame& f = frame();
    const QPointF point = at / screenPointScale(*this);
    if (!f.plot().contains(point)) return std::nullopt;
    const auto& edges = bins_->edges;
    const auto above = std::upper_bound(edges.begin(), edges.end(), f.toData(point).x());
    if (above == edges.begin() || above == edges.end()) return std::nullopt;
    return static_cast<std::size_t>(above - edges.begin() - 1);
}

void HistogramPlot::sayBin(const QPointF& at) {
    const auto bin = binAt(at);
    if (!bin) return QToolTip::hideText();
    QStringList lines;
    const auto& axis = bins_->xAxis;
    lines << (axis.categories.isEmpty() ? tr("%1 to %2 %3")
                                              .arg(shortNumber(bins_->edges[*bin], 4),
                                                   shortNumber(bins_->edges[*bin + 1], 4), axis.unit)
                                        : axis.categories.value(static_cast<int>(*bin)));
    for (std::size_t group = 0; group < bins_->groups.size(); ++group)
        if (const auto count = bins_->counts[group][*bin]; count > 0 || bins_->groups.size() == 1)
            lines << (bins_->groups[group].text.isEmpty() ? tr("count") : bins_->groups[group].text) + "  " +
                         grouped(count);
    QToolTip::showText(mapToGlobal(at).toPoint() + QPoint(12, 12), lines.join('\n'), this);
}

void HistogramPlot::selectRange(QPointF from, QPointF to, SelectionMode mode) {
    const PlotFrame& f = frame();
    const double scale = screenPointScale(*this);
    if (from.x() > to.x()) std::swap(from, to);
    const double low = f.toData(from / scale).x(), high = f.toData(to / scale).x();
    const Column* column = bins_->table->column(bins_->choice.column);
    const auto numbers = columnNumbers(*column);
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < numbers.values.size(); ++row)
        if (bins_->binOfRow[row] >= 0 && numbers.values[row] >= low && numbers.values[row] <= high)
            rows.push_back(row);
    rows_.select(rows, mode);
}

void HistogramPlot::mouseReleaseEvent(QMouseEvent* event) {
    if (!isBrushing_ || event->button() != Qt::LeftButton) return;
    isBrushing_ = false;
    brushTo_ = event->position();
    update();
    if (!isInteractive()) return;
    const auto mode = selectionModeFor(event->modifiers());
    if (std::abs(brushTo_.x() - brushFrom_.x()) >= QApplication::startDragDistance() * 0.6) {
        selectRange(brushFrom_, brushTo_, mode);
    } else if (const auto bin = binAt(brushTo_)) {  // a click takes one bar
        std::vector<std::size_t> rows;
        for (std::size_t row = 0; row < bins_->binOfRow.size(); ++row)
            if (bins_->binOfRow[row] == static_cast<std::int32_t>(*bin)) rows.push_back(row);
        rows_.select(rows, mode);
    }
}

void HistogramPlot::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && isBrushing_) {
        isBrushing_ = false;
        return update();
    }
    if (event->key() == Qt::Key_Escape && rows_.count() > 0) return rows_.select({}, SelectionMode::Replace);
    QWidget::keyPressEvent(event);
}

}  // namespace tessera
