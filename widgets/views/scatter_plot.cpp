// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/scatter_plot.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/column_values.h"
#include "widgets/scenes/scene_text.h"
#include "widgets/views/plot_style.h"

namespace tessera {
namespace {

constexpr int kCardPicture = 72;  // pixels

}  // namespace

ScatterPlot::ScatterPlot(RowSelection& rows, ThumbnailCache& thumbnails, QWidget* parent)
    : QWidget(parent), rows_(rows), thumbnails_(thumbnails) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Scatter plot"));
    setAccessibleDescription(
        tr("Arrow keys pan, plus and minus zoom, Home fits, Ctrl+A selects all that is seen, Escape none."));
    connect(&rows, &RowSelection::changed, this, &ScatterPlot::redraw);
    connect(&rows, &RowSelection::currentChanged, this, &ScatterPlot::redraw);
    connect(&thumbnails, &ThumbnailCache::ready, this, [this] {
        if (hoveredRow_ >= 0) update();
    });
}

void ScatterPlot::setPoints(std::shared_ptr<const ScatterPoints> points) {
    const auto sameAxis = [](const PlotAxis& a, const PlotAxis& b) {
        return a.title == b.title && a.low == b.low && a.high == b.high && a.logarithmic == b.logarithmic;
    };
    const bool keepX = points && points_ && sameAxis(points->xAxis, points_->xAxis),
               keepY = points && points_ && sameAxis(points->yAxis, points_->yAxis);
    points_ = std::move(points);
    hoveredRow_ = -1;
    endDrag();  // of what is no longer there
    if (points_ && !keepX) x_ = {points_->xAxis.low, points_->xAxis.high};
    if (points_ && !keepY) y_ = {points_->yAxis.low, points_->yAxis.high};
    redraw();
}

std::shared_ptr<const ScatterScene> ScatterPlot::scene() const {
    return points_ ? newScene() : nullptr;
}

std::shared_ptr<ScatterScene> ScatterPlot::newScene() const {
    auto scene = std::make_shared<ScatterScene>(points_);
    scene->xRange = x_;
    scene->yRange = y_;
    if (!isInteractive()) return scene;
    if (rows_.count() > 0) scene->marks.selected = rows_.mask();
    scene->marks.current = rows_.currentRow();
    scene->marks.reference = rows_.referenceRow();
    return scene;
}

const ScatterScene& ScatterPlot::screenScene() const {
    if (!shown_) {
        auto scene = points_ ? newScene() : std::make_shared<ScatterScene>(std::make_shared<ScatterPoints>());
        scene->keepsLegend = points_ != nullptr;
        shown_ = std::move(scene);
    }
    return *shown_;
}

const PlotFrame& ScatterPlot::frame() const {
    if (!frame_) frame_ = screenScene().frame(screenStyle(*this), QSizeF(size()) / screenPointScale(*this));
    return *frame_;
}

QPointF ScatterPlot::widgetPoint(double x, double y) const {
    return frame().toDrawing(x, y) * screenPointScale(*this);
}

void ScatterPlot::endDrag() {
    drag_ = Drag::None;
    unsetCursor();
}

void ScatterPlot::redraw() {
    isStale_ = true;
    shown_.reset();
    frame_.reset();
    update();
}

void ScatterPlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (!points_) return paintEmpty(painter, *this, tr("There is no table to draw."));
    if (isStale_) paintScene(image_, *this, screenScene());
    isStale_ = false;
    painter.drawImage(QPointF(0, 0), image_);
    painter.setRenderHint(QPainter::Antialiasing);
    paintOutline(painter);
    if (drag_ == Drag::None) paintCard(painter);
}

QPolygonF ScatterPlot::outline() const {
    if (drag_ == Drag::Box) return QRectF(dragFrom_, pointer_).normalized();
    return path_;
}

void ScatterPlot::paintOutline(QPainter& painter) const {
    if (drag_ != Drag::Box && drag_ != Drag::Lasso) return;
    QColor fill = palette().color(QPalette::Highlight);
    painter.setPen(QPen(fill, 1.5));
    fill.setAlpha(40);
    painter.setBrush(fill);
    painter.drawPolygon(outline());
}

void ScatterPlot::paintCard(QPainter& painter) {
    if (hoveredRow_ < 0 || !isInteractive()) return;
    const auto row = static_cast<std::size_t>(hoveredRow_);
    const Table& table = *points_->table;
    QStringList lines;
    const qint64 sample = rows_.sampleOf(row);
    if (sample >= 0) lines << (sampleNames_ ? sampleNames_(sample) : tr("sample %1").arg(sample));
    std::vector<std::string> shown{points_->choice.x, points_->choice.y, points_->choice.colour, "label",
                                   "predicted"};
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const Column* column = shown[i].empty() ? nullptr : table.column(shown[i]);
        if (!column || std::find(shown.begin(), shown.begin() + static_cast<long>(i), shown[i]) !=
                           shown.begin() + static_cast<long>(i))
            continue;
        QString text = cellText(*column, row);
        for (const auto* axis : {&points_->xAxis, &points_->yAxis})
            if (axis->title == QString::fromStdString(column->label) && !axis->categories.isEmpty())
                text = axis->categories.value(static_cast<int>(columnNumbers(*column).values[row]), text);
        lines << QString::fromStdString(column->label) + "  " + (text.isEmpty() ? tr("no value") : text) +
                     (column->unit.empty() ? QString() : ' ' + QString::fromStdString(column->unit));
    }
    const QImage picture = sample >= 0 ? thumbnails_.thumbnail(sample) : QImage();
    const QFontMetricsF metrics(font());
    const double pad = 8, left = picture.isNull() ? 0 : kCardPicture + pad;
    double width = 0;
    for (const auto& line : lines) width = std::max(width, metrics.horizontalAdvance(line));
    const double height = std::max<double>(picture.isNull() ? 0 : kCardPicture,
                                           metrics.lineSpacing() * static_cast<double>(lines.size()));
    QRectF card(pointer_ + QPointF(16, 16), QSizeF(width + left + 2 * pad, height + 2 * pad));
    if (card.right() > this->width() - 4) card.moveRight(pointer_.x() - 12);
    if (card.bottom() > this->height() - 4) card.moveBottom(pointer_.y() - 12);
    card.moveLeft(std::max(4.0, card.left()));
    card.moveTop(std::max(4.0, card.top()));
    painter.setPen(palette().color(QPalette::Mid));
    painter.setBrush(palette().brush(QPalette::ToolTipBase));
    painter.drawRoundedRect(card, 5, 5);
    if (!picture.isNull()) {
        painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
        painter.drawImage(QRectF(card.topLeft() + QPointF(pad, pad), QSizeF(kCardPicture, kCardPicture)),
                          picture);
    }
    painter.setPen(palette().color(QPalette::ToolTipText));
    double y = card.top() + pad + metrics.ascent();
    for (const auto& line : lines) {
        painter.drawText(QPointF(card.left() + pad + left, y), line);
        y += metrics.lineSpacing();
    }
}

void ScatterPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    redraw();
}

void ScatterPlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    redraw();
}

void ScatterPlot::fit() {
    if (!points_) return;
    x_ = {points_->xAxis.low, points_->xAxis.high};
    y_ = {points_->yAxis.low, points_->yAxis.high};
    redraw();
}

void ScatterPlot::zoom(double factor) {
    zoomAt(frame().plot().center() * screenPointScale(*this), factor);
}

void ScatterPlot::zoomAt(const QPointF& at, double factor) {
    if (!points_) return;
    const PlotFrame& f = frame();
    const QPointF point = at / screenPointScale(*this);
    const auto scaled = [&](AxisRange& range, const PlotAxis& axis, double fraction) {
        const AxisRange next{axisValue(axis, fraction - fraction / factor),
                             axisValue(axis, fraction + (1 - fraction) / factor)};
        if (isDrawable(next, axis.logarithmic)) range = next;
    };
    scaled(x_, f.x(), std::clamp((point.x() - f.plot().left()) / f.plot().width(), 0.0, 1.0));
    scaled(y_, f.y(), std::clamp((f.plot().bottom() - point.y()) / f.plot().height(), 0.0, 1.0));
    redraw();
}

void ScatterPlot::shift(AxisRange& range, const PlotAxis& axis, double fraction) const {
    const AxisRange next{axisValue(axis, fraction), axisValue(axis, 1 + fraction)};
    if (isDrawable(next, axis.logarithmic)) range = next;
}

void ScatterPlot::pan(double fractionX, double fractionY) {
    if (!points_) return;
    const PlotFrame& f = frame();
    shift(x_, f.x(), fractionX);
    shift(y_, f.y(), fractionY);
    redraw();
}

}  // namespace tessera
