// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/statistics_charts.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/colours.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

QColor barColour(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < 128 ? QColor(86, 180, 233) : QColor(0, 114, 178);
}

QColor faint(const QPalette& palette) {
    QColor colour = palette.color(QPalette::WindowText);
    colour.setAlphaF(0.65f);
    return colour;
}

}  // namespace

AreaHistogramChart::AreaHistogramChart(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Histogram of region areas"));
}

void AreaHistogramChart::setHistogram(AreaHistogram histogram) {
    histogram_ = std::move(histogram);
    update();
}

QRectF AreaHistogramChart::plot() const {
    const double line = fontMetrics().height();
    return QRectF(2, line + 2, width() - 4, height() - 2 * line - 8);
}

void AreaHistogramChart::paintEvent(QPaintEvent*) {
    if (histogram_.counts.empty()) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF area = plot();
    const auto most = *std::max_element(histogram_.counts.begin(), histogram_.counts.end());
    const double bin = area.width() / static_cast<double>(histogram_.counts.size());
    painter.setPen(Qt::NoPen);
    painter.setBrush(barColour(palette()));
    for (std::size_t i = 0; i < histogram_.counts.size(); ++i) {
        const double height =
            area.height() * static_cast<double>(histogram_.counts[i]) / static_cast<double>(most);
        painter.drawRect(QRectF(area.left() + bin * static_cast<double>(i), area.bottom() - height,
                                std::max(bin - 1, 1.0), height));
    }
    painter.setPen(faint(palette()));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    painter.drawText(QRectF(area.left(), 0, area.width(), fontMetrics().height()),
                     Qt::AlignLeft | Qt::AlignVCenter, tr("most: %1").arg(grouped(most)));
    // A label at each whole power of ten, as many as there is room for.
    const double high =
        histogram_.lowLog10 + histogram_.binWidth * static_cast<double>(histogram_.counts.size());
    const double perDecade = area.width() / (high - histogram_.lowLog10);
    const int every =
        std::max(1, static_cast<int>(std::ceil(fontMetrics().horizontalAdvance(QString::fromUtf8("10⁻¹⁰")) *
                                               1.4 / perDecade)));
    bool any = false;
    for (int e = static_cast<int>(std::ceil(histogram_.lowLog10)); e <= high + 1e-9; ++e) {
        if (((e % every) + every) % every != 0) continue;
        const double x = area.left() + (e - histogram_.lowLog10) * perDecade;
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 3));
        const QString text = QStringLiteral("10") + superscript(e);
        const double half = fontMetrics().horizontalAdvance(text) / 2.0;
        painter.drawText(QPointF(std::clamp(x - half, area.left(), area.right() - 2 * half),
                                 height() - fontMetrics().descent() - 1.0),
                         text);
        any = true;
    }
    if (!any)
        painter.drawText(QPointF(area.left(), height() - fontMetrics().descent() - 1.0),
                         shortNumber(std::pow(10, histogram_.lowLog10)));
}

bool AreaHistogramChart::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || histogram_.counts.empty()) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QRectF area = plot();
    const auto bin = static_cast<std::ptrdiff_t>((help->pos().x() - area.left()) / area.width() *
                                                 static_cast<double>(histogram_.counts.size()));
    if (bin >= 0 && bin < static_cast<std::ptrdiff_t>(histogram_.counts.size())) {
        const double low = std::pow(10, histogram_.lowLog10 + histogram_.binWidth * static_cast<double>(bin));
        QToolTip::showText(help->globalPos(),
                           tr("%1 regions of area %2 to %3")
                               .arg(grouped(histogram_.counts[static_cast<std::size_t>(bin)]),
                                    shortNumber(low), shortNumber(low * std::pow(10, histogram_.binWidth))),
                           this);
    }
    return true;
}

LayerBarsChart::LayerBarsChart(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Edges by layer"));
}

int LayerBarsChart::rowHeight() const {
    return fontMetrics().height() * 2 + 4;
}

QSize LayerBarsChart::sizeHint() const {
    return {220, std::max(1, static_cast<int>(sites_.size())) * rowHeight() + 4};
}

void LayerBarsChart::setSites(std::vector<SiteSummary> sites) {
    sites_ = std::move(sites);
    updateGeometry();
    update();
}

void LayerBarsChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    std::int64_t most = 1;
    for (const auto& site : sites_) most = std::max(most, site.edges);
    int top = 0;
    for (const auto& site : sites_) {
        const QRect line(0, top, width(), fontMetrics().height());
        QString counts =
            tr("%1 edges, %2 regions after").arg(grouped(site.edges), grouped(site.regionsAfter));
        if (fontMetrics().horizontalAdvance(counts) > width() * 0.7)
            counts = grouped(site.edges);  // a narrow dock
        const int countsWidth = fontMetrics().horizontalAdvance(counts);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                         fontMetrics().elidedText(QString::fromStdString(site.name), Qt::ElideMiddle,
                                                  std::max(30, width() - countsWidth - 10)));
        painter.setPen(faint(palette()));
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, counts);
        const double length = (width() - 2.0) * static_cast<double>(site.edges) / static_cast<double>(most);
        painter.fillRect(QRectF(0, top + fontMetrics().height() + 1,
                                std::max(length, site.edges > 0 ? 2.0 : 0.0), fontMetrics().height() * 0.55),
                         barColour(palette()));
        top += rowHeight();
    }
}

FactsTable::FactsTable(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Statistics"));
}

void FactsTable::setSections(std::vector<StatisticsSection> sections) {
    sections_ = std::move(sections);
    updateGeometry();
    update();
}

QSize FactsTable::sizeHint() const {
    int rows = 0;
    for (const auto& section : sections_) rows += static_cast<int>(section.rows.size()) + 2;
    return {240, std::max(rows, 1) * rowHeight()};
}

void FactsTable::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    int top = 0;
    QFont bold = font();
    bold.setBold(true);
    for (const auto& section : sections_) {
        painter.setPen(palette().color(QPalette::WindowText));
        painter.setFont(bold);
        painter.drawText(QRect(0, top, width(), rowHeight()), Qt::AlignLeft | Qt::AlignVCenter,
                         section.title);
        painter.setFont(font());
        top += rowHeight();
        for (const auto& [name, value] : section.rows) {
            const QRect row(0, top, width(), rowHeight());
            top += rowHeight();
            if (!row.intersects(event->rect())) continue;
            const int valueWidth = std::min(fontMetrics().horizontalAdvance(value) + 2, width() * 3 / 4);
            painter.setPen(faint(palette()));
            painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter,
                             fontMetrics().elidedText(name, Qt::ElideRight, width() - valueWidth - 8));
            painter.setPen(palette().color(QPalette::WindowText));
            painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter,
                             fontMetrics().elidedText(value, Qt::ElideRight, valueWidth));
        }
        top += rowHeight();
    }
}

bool FactsTable::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    int at = help->pos().y() / rowHeight();
    for (const auto& section : sections_) {
        const int rows = static_cast<int>(section.rows.size());
        if (at >= 1 && at <= rows) {
            const auto& [name, value] = section.rows[static_cast<std::size_t>(at) - 1];
            QToolTip::showText(help->globalPos(), name + QStringLiteral(": ") + value, this);
            return true;
        }
        at -= rows + 2;
        if (at < 0) break;
    }
    QToolTip::hideText();
    return true;
}

}  // namespace tessera
