// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/path_view.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/scenes/scene_text.h"
#include "widgets/views/input_picture.h"

namespace tessera {
namespace {

constexpr std::size_t kLogitsShown = 5;
constexpr int kPictureSide = 140;

QString percent(double share) {
    if (share > 0 && share < 1e-4) return QString::fromUtf8("< 0.01 %");
    return QString::number(share * 100, 'f', share < 0.0995 ? 2 : 1) + QString::fromUtf8(" %");
}

QString summaryOf(const ResultRecord& record) {
    const auto value = [&](const char* name) {
        const Metric* metric = record.metric(name);
        return metric ? metric->value : std::nan("");
    };
    QString text =
        PathView::tr("%1 segments, %2 crossings, %3 linear pieces, absolute deviation %4 (mean), %5 (L2)")
            .arg(grouped(static_cast<qint64>(value("segments"))),
                 grouped(static_cast<qint64>(value("crossings"))),
                 grouped(static_cast<qint64>(value("pieces"))),
                 shortNumber(value("absolute_deviation_mean"), 4),
                 shortNumber(value("absolute_deviation_l2"), 4));
    if (!record.provenance.complete)
        text = PathView::tr("Partial, %1: ").arg(QString::fromStdString(record.provenance.note)) + text;
    return text;
}

}  // namespace

PathView::PathView(const ViewContext& context, QWidget* parent)
    : ResultView(parent),
      workspace_(context.workspace),
      summary_(new QLabel),
      logit_(new QComboBox),
      probabilities_(new QCheckBox(tr("&Probabilities"))),
      fit_(new QToolButton),
      plot_(new PathPlot(context.jobs)),
      layers_(new PanelCanvas(context.jobs)),
      side_(new QWidget),
      input_(new QLabel),
      readout_(new QLabel) {
    setAccessibleName(tr("Regions along a path"));
    summary_->setAccessibleName(tr("Summary"));
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    summary_->setWordWrap(true);
    logit_->setAccessibleName(tr("Class whose deviation is shaded"));
    logit_->setToolTip(tr("The class whose deviation from the straight line is shaded."));
    logit_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    probabilities_->setToolTip(tr("Show the class probabilities above the logits."));
    fit_->setText(tr("&Whole path"));
    fit_->setToolTip(tr("Show the whole path again (Home, or double-click)."));
    plot_->setEmptyText(tr("No result. Choose two or more samples and run Regions along a path."));
    layers_->setAccessibleName(tr("Crossings per layer"));
    input_->setFixedSize(kPictureSide, kPictureSide);
    input_->setAlignment(Qt::AlignCenter);
    input_->setAccessibleName(tr("Input at the reading line"));
    readout_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    readout_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    readout_->setAccessibleName(tr("Values at the reading line"));
    readout_->setWordWrap(true);

    auto* const bar = new QHBoxLayout;
    auto* const label = new QLabel(tr("&Deviation of"));
    label->setBuddy(logit_);
    bar->addWidget(label);
    bar->addWidget(logit_);
    bar->addWidget(probabilities_);
    bar->addWidget(fit_);
    bar->addStretch(1);

    auto* const column = new QVBoxLayout(side_);
    column->setContentsMargins(8, 0, 0, 0);
    column->addWidget(input_, 0, Qt::AlignLeft);
    column->addWidget(readout_, 1);
    side_->setMinimumWidth(kPictureSide + 16);
    auto* const pictures = new QSplitter(Qt::Vertical);
    pictures->addWidget(plot_);
    pictures->addWidget(layers_);
    pictures->setStretchFactor(0, 3);
    pictures->setStretchFactor(1, 1);
    pictures->setSizes({330, 130});
    auto* const parts = new QSplitter(Qt::Horizontal);
    parts->addWidget(pictures);
    parts->addWidget(side_);
    parts->setStretchFactor(0, 1);
    parts->setStretchFactor(1, 0);
    parts->setCollapsible(0, false);
    parts->setSizes({780, kPictureSide + 40});
    auto* const all = new QVBoxLayout(this);
    all->addLayout(bar);
    all->addWidget(summary_);
    all->addWidget(parts, 1);

    connect(logit_, &QComboBox::currentIndexChanged, this, [this] {
        plot_->setLogit(logit_->currentData().isValid() ? logit_->currentData().toInt() : -1);
    });
    connect(probabilities_, &QCheckBox::toggled, plot_, &PathPlot::setProbabilities);
    connect(fit_, &QToolButton::clicked, plot_, &PathPlot::fit);
    connect(plot_, &PathPlot::positionChanged, this, &PathView::readOff);
    PathView::show(nullptr);
}

void PathView::show(std::shared_ptr<const ResultRecord> record) {
    record_ = std::move(record);
    const auto picture = PathPicture::of(record_, sceneContext(workspace_));
    plot_->setPicture(picture);
    layers_->setScene(picture ? std::make_shared<PathLayersScene>(picture) : nullptr);
    fillLogits();
    for (QWidget* widget : std::initializer_list<QWidget*>{logit_, probabilities_, fit_})
        widget->setEnabled(picture != nullptr);
    for (QWidget* widget : std::initializer_list<QWidget*>{layers_, side_, summary_})
        widget->setVisible(record_ && (picture || widget == summary_));
    summary_->setText(!record_  ? QString()
                      : picture ? summaryOf(*record_)
                                : tr("This result holds no path that can be shown; run the probe again."));
    if (picture) return;  // read off when the plot took its position
    input_->clear();
    readout_->clear();
}

void PathView::fillLogits() {
    const QSignalBlocker block(logit_);
    logit_->clear();
    const auto& picture = plot_->picture();
    if (!picture) return;
    logit_->addItem(tr("largest (%1)").arg(picture->logitName(picture->byDeviation().front())), -1);
    for (std::size_t k = 0; k < picture->outputs(); ++k)
        logit_->addItem(
            std::isnan(picture->deviation(k))
                ? picture->logitName(k)
                : QStringLiteral("%1: %2").arg(picture->logitName(k), shortNumber(picture->deviation(k))),
            static_cast<int>(k));
}

std::vector<std::shared_ptr<const PanelScene>> PathView::panels() const {
    if (!plot_->scene()) return {};
    return {plot_->scene(), layers_->scene()};
}

std::vector<double> PathView::valuesAt(double position) const {
    const Array* const anchors = record_ ? record_->array("anchors") : nullptr;
    if (!anchors || !anchors->holds<float>() || anchors->shape().size() < 2 || anchors->shape()[0] < 2)
        return {};
    const auto values = anchors->values<float>();
    const auto count = static_cast<std::size_t>(anchors->shape()[0]), width = values.size() / count;
    const auto segment = std::min(count - 2, static_cast<std::size_t>(std::max(0.0, position)));
    const double t = position - static_cast<double>(segment);
    std::vector<double> input(width);
    for (std::size_t i = 0; i < width; ++i)
        input[i] = (1 - t) * values[segment * width + i] + t * values[(segment + 1) * width + i];
    return input;
}

QImage PathView::inputAt(double position) const {
    const auto values = valuesAt(position);
    if (values.empty()) return {};
    Shape shape = record_->array("anchors")->shape();
    shape.erase(shape.begin());
    if (shape.size() != 3 && workspace_.model()) shape = workspace_.model()->info().inputShape;
    if (shape.size() != 3 || (shape[0] != 1 && shape[0] != 3) || shape[1] < 2 || shape[2] < 2) return {};
    return inputPicture(
        Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size())), shape,
        {});
}

QString PathView::readoutAt(double position) const {
    const auto& picture = plot_->picture();
    if (!picture || std::isnan(position)) return {};
    const auto& names = picture->anchorNames();
    const auto segment = std::min(names.size() - 2, static_cast<std::size_t>(position));
    QStringList lines;
    lines << tr("position %1").arg(shortNumber(position, 6));
    lines << QString::fromUtf8("%1 → %2").arg(names[segment], names[segment + 1]);
    lines << tr("t = %1").arg(shortNumber(position - static_cast<double>(segment), 6));
    lines << QString();
    std::vector<std::size_t> order(picture->outputs());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return picture->logitAt(position, a) > picture->logitAt(position, b);
    });
    order.resize(std::min(order.size(), kLogitsShown));
    const auto share = picture->probabilitiesAt(position);
    lines << tr("logit (probability)");
    for (const auto k : order)
        lines << QStringLiteral("%1: %2 (%3)")
                     .arg(picture->logitName(k), shortNumber(picture->logitAt(position, k), 4),
                          percent(share[picture->outputs() == 1 ? 1 : k]));
    double at = 0;
    if (const int layer = picture->nearestCrossing(position, at); layer >= 0) {
        lines << QString();
        lines << tr("nearest crossing: %1 at %2")
                     .arg(picture->layers()[static_cast<std::size_t>(layer)].name, shortNumber(at, 6));
    }
    const auto values = valuesAt(position);
    if (!values.empty() && values.size() <= 4) {
        QStringList numbers;
        for (const double value : values) numbers << shortNumber(value, 4);
        lines << tr("input (%1)").arg(numbers.join(QStringLiteral(", ")));
    }
    return lines.join('\n');
}

void PathView::readOff(double position) {
    readout_->setText(readoutAt(position));
    const QImage picture = inputAt(position);
    input_->setVisible(!picture.isNull());
    if (picture.isNull()) return;
    const double dpr = devicePixelRatioF();
    QPixmap scaled = QPixmap::fromImage(
        picture.scaled((QSizeF(input_->size()) * dpr).toSize(), Qt::KeepAspectRatio, Qt::FastTransformation));
    scaled.setDevicePixelRatio(dpr);
    input_->setPixmap(scaled);
}

}  // namespace tessera
