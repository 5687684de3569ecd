// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scenes/outcome_bars_scene.h"

#include <QObject>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/head_scene.h"
#include "widgets/scenes/plot_legend.h"
#include "widgets/scenes/scene_text.h"

namespace tessera {

double OutcomeBarsScene::heightForWidth(double widthPt, const PanelStyle& style) const {
    const double rows =
        style.fontPt * (7 + 2.4 * static_cast<double>(std::max<std::size_t>(2, bars_.size())));
    return std::min(rows, widthPt * 1.5);
}

std::vector<LegendItem> OutcomeBarsScene::legend() const {
    return {
        {QObject::tr("Search ends"), {}, LegendItem::Mark::Heading},
        {QObject::tr("supported flip"), outcomeColour(FlipOutcome::Supported), LegendItem::Mark::Swatch},
        {QObject::tr("unsupported flip"), outcomeColour(FlipOutcome::Unsupported), LegendItem::Mark::Swatch},
        {QObject::tr("no flip"), outcomeColour(FlipOutcome::NoFlip), LegendItem::Mark::Swatch}};
}

void OutcomeBarsScene::paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
                             std::stop_token) const {
    const SceneText text(style);
    PlotSpec spec;
    spec.title = title_;
    spec.x.title = QObject::tr("share of samples");
    // Row 0 is at the top: categories count upwards.
    const auto count = static_cast<int>(bars_.size());
    spec.y.low = -0.5, spec.y.high = std::max(1, count) - 0.5;
    for (int row = count - 1; row >= 0; --row) spec.y.categories << bars_[static_cast<std::size_t>(row)].head;
    // At the foot: names of heads are long, and the bars need the width.
    const auto items = style.legend ? legend() : std::vector<LegendItem>();
    const double margin = style.fontPt * 0.6, width = sizePt.width() - 2 * margin;
    const double foot =
        flowLegend(nullptr, items, style, QRectF(0, 0, width, 0)) + (items.empty() ? 0 : margin);
    const PlotFrame frame(spec, style, {sizePt.width(), sizePt.height() - foot});
    if (style.theme.paper.alpha() > 0) painter.fillRect(QRectF(QPointF(0, 0), sizePt), style.theme.paper);
    flowLegend(&painter, items, style, QRectF(margin, sizePt.height() - foot, width, foot));
    frame.clip(painter);
    const double height = frame.plot().height() / std::max(1, count);
    for (int row = 0; row < count; ++row) {
        const auto& bar = bars_[static_cast<std::size_t>(row)];
        const double middle = frame.drawingY(count - 1 - row), thick = height * 0.66;
        double from = 0;
        const std::pair<double, FlipOutcome> parts[] = {{bar.supported, FlipOutcome::Supported},
                                                        {bar.unsupported, FlipOutcome::Unsupported},
                                                        {bar.none, FlipOutcome::NoFlip}};
        for (const auto& [share, outcome] : parts) {
            if (!(share > 0)) continue;
            const QRectF part(QPointF(frame.drawingX(from), middle - thick / 2),
                              QPointF(frame.drawingX(from + share), middle + thick / 2));
            const QColor colour = outcomeColour(outcome);
            painter.fillRect(part, colour);
            const QString label = QStringLiteral("%1 %").arg(share * 100, 0, 'f', 1);
            if (text.width(label) + style.fontPt * 0.6 < part.width() && text.height() < thick)
                text.draw(painter, part.center(), Qt::AlignHCenter | Qt::AlignVCenter, label,
                          readableOn(colour));
            from += share;
        }
        if (!std::isnan(bar.accuracy) && height > text.height() * 1.2 && std::isnan(bar.supported))
            text.draw(painter, {frame.plot().left() + style.fontPt * 0.5, middle}, Qt::AlignVCenter,
                      QObject::tr("not searched"), style.theme.faintInk);
    }
    painter.restore();
    frame.paintAxes(painter);
}

std::vector<Table> OutcomeBarsScene::numbers() const {
    std::vector<std::string> heads;
    std::vector<double> accuracy, supported, unsupported, none;
    for (const auto& bar : bars_) {
        heads.push_back(bar.head.toStdString());
        accuracy.push_back(bar.accuracy), supported.push_back(bar.supported);
        unsupported.push_back(bar.unsupported), none.push_back(bar.none);
    }
    Table table{"outcomes", title_.toStdString(), {}};
    table.columns = {
        {"head", "Head", "", "Name.", std::move(heads)},
        {"accuracy", "Accuracy", "", "Share of labelled samples predicted right.", std::move(accuracy)},
        {"supported_rate", "Supported flips", "", "Share of samples.", std::move(supported)},
        {"unsupported_rate", "Unsupported flips", "", "Share of samples.", std::move(unsupported)},
        {"no_flip_rate", "No flip", "", "Share of samples.", std::move(none)}};
    return {std::move(table)};
}

}  // namespace tessera
