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

StatisticsPanel::StatisticsPanel(SliceView& view, QWidget* parent)
    : QWidget(parent), view_(view), workspace_(view.workspace()) {
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    verdict_ = new QLabel;
    verdict_->setWordWrap(true);
    verdict_->setObjectName(QStringLiteral("verdict"));
    facts_ = new FactsTable;
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
    for (QWidget* widget :
         std::initializer_list<QWidget*>{verdict_, areaTitle_, areas_, layersTitle_, layers_, facts_, copy_})
        column->addWidget(widget);
    column->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setAccessibleName(tr("Statistics"));
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumWidth(220);
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
    verdict_->setText(!why.isEmpty()                 ? why
                      : view_.computation().isBusy() ? tr("The exact regions are being found.")
                                                     : tr("No exact result yet."));
}

std::vector<QString> StatisticsPanel::classNames() const {
    std::vector<QString> names;
    for (int label = 0; label < workspace_.classCount(); ++label)
        names.push_back(workspace_.className(label));
    return names;
}

void StatisticsPanel::setResult(std::shared_ptr<const LinearRegions::Output> output) {
    output_ = std::move(output);
    if (!output_) {
        view_.jobs().cancelKey(this, QStringLiteral("statistics"));
        for (QWidget* widget :
             std::initializer_list<QWidget*>{areaTitle_, areas_, layersTitle_, layers_, facts_, copy_})
            widget->setVisible(false);
        return explainAbsence();
    }
    view_.jobs().start<StatisticsReport>(
        this, QStringLiteral("statistics"), QString(), JobLane::Interactive,
        [regions = output_, names = classNames()](std::stop_token, Progress&) -> Result<StatisticsReport> {
            return reportOn(*regions, names);
        },
        [this, regions = output_](Result<StatisticsReport> report) {
            if (report.isOk() && regions == output_) showReport(report.value());
        });
}

void StatisticsPanel::showReport(const StatisticsReport& report) {
    for (QWidget* widget :
         std::initializer_list<QWidget*>{areaTitle_, areas_, layersTitle_, layers_, facts_, copy_})
        widget->setVisible(true);
    verdict_->setText((report.verdict.isGood ? QString::fromUtf8("✓ ") : QString::fromUtf8("✗ ")) +
                      report.verdict.sentence);
    areas_->setHistogram(report.areas);
    layers_->setSites(output_->arrangement->sites);
    facts_->setSections(report.sections);
}

QString StatisticsPanel::text() const {
    return output_ ? statisticsText(*output_, classNames()) : verdict_->text();
}

}  // namespace tessera
