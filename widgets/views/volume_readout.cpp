// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/volume_readout.h"

#include <QHBoxLayout>
#include <QLabel>

#include "widgets/scenes/class_shader.h"
#include "widgets/scenes/scene_text.h"
#include "widgets/scenes/volume_path_drawing.h"
#include "widgets/views/input_picture.h"
#include "widgets/views/result_view.h"

namespace tessera {
namespace {

constexpr std::size_t kLogitsShown = 3;
constexpr int kPictureSide = 84;

}  // namespace

VolumeReadout::VolumeReadout(Workspace& workspace, JobRunner& jobs, QWidget* parent)
    : QWidget(parent), workspace_(workspace), jobs_(jobs), picture_(new QLabel), text_(new QLabel) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 4, 8, 4);
    picture_->setFixedSize(kPictureSide, kPictureSide);
    picture_->setAlignment(Qt::AlignCenter);
    picture_->setAccessibleName(tr("The input at the point"));
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    text_->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    text_->setMinimumHeight(kPictureSide);
    // A long line is cut off rather than the window made wider.
    text_->setMinimumWidth(1);
    text_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    row->addWidget(picture_);
    row->addWidget(text_, 1);
    present();
}

void VolumeReadout::setResult(std::shared_ptr<const VolumeResult> result) {
    result_ = std::move(result);
    hasPoint_ = false;
    present();
}

void VolumeReadout::showPoint(const QString& layer, int meaning, const Eigen::Vector3d& point) {
    hasPoint_ = result_ && !layer.isEmpty();
    point_ = point;
    logits_.clear();
    const bool isCell = layer == QLatin1String(kCellLayer) || layer == QLatin1String(kBoundaryLayer) ||
                        layer == QLatin1String(kCutLayer);
    mark_ = hasPoint_ ? markText(layer, meaning) : QString();
    cell_ = isCell && result_ && result_->cells && meaning < result_->cells->cellCount() ? meaning : -1;
    present();
    if (!hasPoint_ || !model_) {
        jobs_.cancelKey(this, QStringLiteral("point"));
        isAsking_ = false;
        return;
    }
    isAsking_ = true;
    jobs_.start<Answer>(
        this, QStringLiteral("point"), QString(), JobLane::Interactive,
        [model = model_, input = result_->volume.inputFromVolume(point)](std::stop_token,
                                                                         Progress&) -> Result<Answer> {
            Answer answer{std::vector<double>(static_cast<std::size_t>(model->info().outputs))};
            auto run = model->logits(input.data(), 1, answer.logits.data());
            if (!run.isOk()) return std::move(run).propagate<Answer>();
            return answer;
        },
        [this, point](Result<Answer> answer) {
            isAsking_ = false;
            if (answer.isOk()) answered(point, answer.value());
        });
}

// What a mark under the pointer stands for.
QString VolumeReadout::markText(const QString& layer, int meaning) const {
    const SceneContext context = sceneContext(workspace_);
    if (const auto place = pathAt(*result_, layer, point_))
        return tr("search from %1, step %2")
            .arg(pathText(*place->path, place->step, context))
            .arg(place->step);
    const auto at = static_cast<std::size_t>(meaning);
    if (layer != QLatin1String(kSampleLayer) || meaning < 0 || at >= result_->samples.size()) return {};
    const auto& sample = result_->samples[at];
    QString text = tr("sample #%1").arg(sample.sample);
    if (sample.label >= 0) text += tr(", label %1").arg(classText(sample.label, context));
    return text + tr(", predicted %1").arg(classText(sample.prediction, context));
}

void VolumeReadout::answered(const Eigen::Vector3d& point, const Answer& answer) {
    if (!hasPoint_ || point != point_) return;
    logits_ = answer.logits;
    present();
}

void VolumeReadout::present() {
    picture_->setVisible(hasPoint_);
    if (!hasPoint_)
        return text_->setText(result_ ? tr("Point at the boundary, a cell or the cut to read it.\n"
                                           "Left turns, middle or Shift moves, the wheel comes nearer.")
                                      : QString());
    QStringList lines;
    if (!mark_.isEmpty()) lines << mark_;
    if (!logits_.empty()) {
        int label = 0;
        const double confidence = leadingConfidence(logits_.data(), static_cast<int>(logits_.size()), label);
        lines << tr("%1, confidence %2").arg(workspace_.className(label)).arg(confidence, 0, 'f', 3);
        QStringList parts;
        for (const auto& [of, logit] : largestLogits(logits_, kLogitsShown))
            parts << (logits_.size() == 1
                          ? tr("logit %1").arg(shortNumber(logit))
                          : tr("logit %1: %2").arg(workspace_.className(of), shortNumber(logit)));
        lines << parts.join(QStringLiteral(",  "));
    }
    if (cell_ >= 0) {
        const auto& map = *result_->cells;
        const auto region = map.cellRegion[static_cast<std::size_t>(cell_)];
        QString fact =
            tr("region volume %1").arg(shortNumber(map.regionVolume[static_cast<std::size_t>(region)]));
        if (!map.slopeNorm.empty())
            fact += tr(",  slope norm %1").arg(shortNumber(map.slopeNorm[static_cast<std::size_t>(region)]));
        lines << fact;
    } else if (!result_->cells && mark_.isEmpty()) {
        lines << tr("sampled, not exact");
    }
    lines << tr("s %1,  t %2,  r %3")
                 .arg(shortNumber(point_.x(), 4), shortNumber(point_.y(), 4), shortNumber(point_.z(), 4));
    text_->setText(lines.join('\n'));
    const auto dataset = workspace_.dataset();
    const Shape shape = model_ ? pictureShape(model_->info().inputShape, dataset.get()) : Shape{};
    const QImage image = shape.empty() ? QImage()
                                       : inputPicture(result_->volume.inputFromVolume(point_), shape,
                                                      workspace_.normalisation());
    picture_->setVisible(!image.isNull());
    if (image.isNull()) return;
    const double ratio = devicePixelRatioF();
    auto pixmap =
        QPixmap::fromImage(image.scaled(QSize(kPictureSide, kPictureSide) * ratio, Qt::KeepAspectRatio));
    pixmap.setDevicePixelRatio(ratio);
    picture_->setPixmap(pixmap);
}

QString VolumeReadout::text() const {
    return text_->text();
}

}  // namespace tessera
