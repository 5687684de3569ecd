// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/scatter_view.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/scenes/column_values.h"

namespace tessera {
namespace {

void choose(QComboBox* box, const std::string& name) {
    const int at = box->findData(QString::fromStdString(name));
    if (at >= 0) box->setCurrentIndex(at);
}

std::string chosen(const QComboBox* box) {
    return box->currentData().toString().toStdString();
}

}  // namespace

ScatterView::ScatterView(const ViewContext& context, RowSelection& rows, ThumbnailCache& thumbnails,
                         QWidget* parent)
    : QWidget(parent),
      workspace_(context.workspace),
      jobs_(context.jobs),
      plot_(new ScatterPlot(rows, thumbnails)) {
    plot_->setSampleNames([this](qint64 sample) {
        const auto& data = workspace_.dataset();
        return data && sample < data->size() ? QString::fromStdString(data->sampleName(sample))
                                             : tr("sample %1").arg(sample);
    });
    // Two rows: one would make a window of 1280 pixels wider.
    auto *bar = new QHBoxLayout, *colours = new QHBoxLayout;
    const auto addBox = [&](QHBoxLayout* row, const QString& text, const QString& tip) {
        auto* box = new QComboBox;
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(6);
        box->setToolTip(tip);
        box->setAccessibleName(tip);
        auto* label = new QLabel(text);
        label->setBuddy(box);
        row->addWidget(label);
        row->addWidget(box, 1);
        connect(box, &QComboBox::currentIndexChanged, this, &ScatterView::prepare);
        return box;
    };
    const auto addLog = [&](QHBoxLayout* row, const QString& tip) {
        auto* log = new QCheckBox(tr("log"));
        log->setToolTip(tip);
        log->setAccessibleName(tip);
        row->addWidget(log);
        connect(log, &QCheckBox::toggled, this, &ScatterView::prepare);
        return log;
    };
    x_ = addBox(bar, tr("&X"), tr("Column along x"));
    logX_ = addLog(bar, tr("Logarithmic x axis"));
    y_ = addBox(bar, tr("&Y"), tr("Column along y"));
    logY_ = addLog(bar, tr("Logarithmic y axis"));
    colour_ = addBox(colours, tr("&Colour"), tr("Column that colours the points"));
    logColour_ = addLog(colours, tr("Logarithmic colours"));
    map_ = new QComboBox;
    map_->addItem(tr("Viridis"), static_cast<int>(ColourBar::Map::Viridis));
    map_->addItem(tr("Cividis"), static_cast<int>(ColourBar::Map::Cividis));
    map_->addItem(tr("Diverging"), static_cast<int>(ColourBar::Map::Diverging));
    map_->setToolTip(tr("Colour map of a column of numbers"));
    map_->setAccessibleName(map_->toolTip());
    connect(map_, &QComboBox::currentIndexChanged, this, &ScatterView::prepare);
    colours->addWidget(map_);
    auto* fit = new QToolButton;
    fit->setText(tr("Fit"));
    fit->setToolTip(tr("Show all points (double click, Home)"));
    connect(fit, &QToolButton::clicked, plot_, &ScatterPlot::fit);
    colours->addWidget(fit);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(6, 6, 6, 6);
    column->addLayout(bar);
    column->addLayout(colours);
    column->addWidget(plot_, 1);
    plot_->setToolTip({});
}

void ScatterView::setTable(std::shared_ptr<const Table> table) {
    const ScatterChoice before = choice();
    table_ = std::move(table);
    isFilling_ = true;
    for (auto* box : {x_, y_, colour_}) box->clear();
    colour_->addItem(tr("(one colour)"), QString());
    if (table_) {
        for (const auto& column : table_->columns)
            for (auto* box : {x_, y_, colour_}) {
                box->addItem(QString::fromStdString(column.label), QString::fromStdString(column.name));
                box->setItemData(box->count() - 1, QString::fromStdString(column.sentence), Qt::ToolTipRole);
            }
        const ScatterChoice first = firstChoice(*table_);
        const bool keeps = table_->column(before.x) && table_->column(before.y);
        choose(x_, keeps ? before.x : first.x);
        choose(y_, keeps ? before.y : first.y);
        choose(colour_, keeps ? before.colour : first.colour);
    }
    isFilling_ = false;
    prepare();
}

ScatterChoice ScatterView::choice() const {
    ScatterChoice choice;
    choice.x = chosen(x_), choice.y = chosen(y_), choice.colour = chosen(colour_);
    choice.logX = logX_->isChecked(), choice.logY = logY_->isChecked();
    choice.logColour = logColour_->isChecked();
    choice.map = static_cast<ColourBar::Map>(map_->currentData().toInt());
    return choice;
}

void ScatterView::setChoice(const ScatterChoice& choice) {
    isFilling_ = true;
    choose(x_, choice.x), choose(y_, choice.y), choose(colour_, choice.colour);
    logX_->setChecked(choice.logX), logY_->setChecked(choice.logY), logColour_->setChecked(choice.logColour);
    map_->setCurrentIndex(map_->findData(static_cast<int>(choice.map)));
    isFilling_ = false;
    prepare();
}

void ScatterView::prepare() {
    if (isFilling_) return;
    if (!table_ || table_->columns.empty()) {
        jobs_.cancelKey(this, QStringLiteral("points"));
        isPreparing_ = false;
        return plot_->setPoints(nullptr);
    }
    const Column* colour = table_->column(choice().colour);
    const bool isNumber = colour && !namesClasses(*colour);
    map_->setEnabled(isNumber);
    logColour_->setEnabled(isNumber && choice().map != ColourBar::Map::Diverging);
    for (auto [box, log] : {std::pair(x_, logX_), std::pair(y_, logY_)}) {
        const Column* column = table_->column(chosen(box));
        log->setEnabled(column && column->values.index() != 2);
    }
    isPreparing_ = true;
    using Points = std::shared_ptr<const ScatterPoints>;
    jobs_.start<Points>(
        this, QStringLiteral("points"), QString(), JobLane::Interactive,
        [table = table_, choice = choice(), context = sceneContext(workspace_)](
            std::stop_token, Progress&) -> Result<Points> { return scatterPoints(table, choice, context); },
        [this](Result<Points> points) {
            isPreparing_ = false;
            if (points.isOk()) plot_->setPoints(std::move(points).value());
        });
}

}  // namespace tessera
