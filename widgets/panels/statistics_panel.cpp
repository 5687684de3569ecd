// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/statistics_panel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "widgets/panels/statistics_charts.h"
#include "widgets/views/slice_view.h"

namespace tessera {

StatisticsPanel::StatisticsPanel(SliceView& view, QWidget* parent) : QWidget(parent), view_(view), workspace_(view.workspace()) {
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    verdict_ = new QLabel;
    verdict_->setWordWrap(true);
    verdict_->setObjectName(QStringLiteral("verdict"));
    tables_ = new QLabel;
    tables_->setTextFormat(Qt::RichText);
    tables_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    tables_->setObjectName(QStringLiteral("tables"));
    const auto heading = [](const QString& text) {
        auto* label = new QLabel(QStringLiteral("<b>%1</b>").arg(text));
        return label;
    };
    areaTitle_ = heading(tr("Region areas"));
    layersTitle_ = heading(tr("Edges by layer"));
    areas_ = new AreaHistogramChart;
    layers_ = new LayerBarsChart;
    copy_ = new QPushButton(tr("&Copy as Text"));
    connect(copy_, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(text()); });
    for (QWidget* widget : std::initializer_list<QWidget*>{verdict_, areaTitle_, areas_, layersTitle_, layers_, tables_, copy_}) column->addWidget(widget);
    column->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);
    connect(&view_, &SliceView::resultChanged, this, &StatisticsPanel::setResult);
    connect(&view_, &SliceView::statusChanged, this, [this] {
        if (!output_) explainAbsence();
    });
    setResult(view_.computation().regions());
}

void StatisticsPanel::explainAbsence() {
    const QString why = view_.banner();
    verdict_->setText(!why.isEmpty() ? why : view_.computation().isBusy() ? tr("The exact regions are being found.") : tr("No exact result yet."));
}

void StatisticsPanel::setResult(std::shared_ptr<const LinearRegions::Output> output) {
    output_ = std::move(output);
    const bool has = output_ != nullptr;
    for (QWidget* widget : std::initializer_list<QWidget*>{areaTitle_, areas_, layersTitle_, layers_, tables_, copy_}) widget->setVisible(has);
    if (!has) return explainAbsence();
    const Verdict verdict = verdictOn(*output_->arrangement);
    verdict_->setText((verdict.isGood ? QString::fromUtf8("✓ ") : QString::fromUtf8("✗ ")) + verdict.sentence);
    areas_->setHistogram(areaHistogram(*output_->arrangement));
    layers_->setSites(output_->arrangement->sites);
    QString html = QStringLiteral("<table cellspacing='0' cellpadding='1' width='100%'>");
    for (const auto& section : statisticsOf(*output_, workspace_)) {
        html += QStringLiteral("<tr><td colspan='2'><b>%1</b></td></tr>").arg(section.title.toHtmlEscaped());
        for (const auto& [name, value] : section.rows)
            html += QStringLiteral("<tr><td>%1&nbsp;&nbsp;</td><td align='right'>%2</td></tr>").arg(name.toHtmlEscaped(), value.toHtmlEscaped());
        html += QStringLiteral("<tr><td colspan='2'>&nbsp;</td></tr>");
    }
    tables_->setText(html + QStringLiteral("</table>"));
}

QString StatisticsPanel::text() const { return output_ ? statisticsText(*output_, workspace_) : verdict_->text(); }

}  // namespace tessera
