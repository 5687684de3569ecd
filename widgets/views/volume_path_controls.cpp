// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/volume_path_controls.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QLabel>
#include <QSlider>

#include "widgets/scenes/volume_path_drawing.h"

namespace tessera {

VolumePathControls::VolumePathControls(QWidget* parent)
    : QGroupBox(tr("Counterfactual paths"), parent),
      paths_(new QCheckBox(tr("Paths"))),
      ball_(new QCheckBox(tr("Trust ball"))),
      step_(new QSlider(Qt::Horizontal)),
      stepText_(new QLabel),
      text_(new QLabel) {
    auto* form = new QFormLayout(this);
    form->setContentsMargins(8, 6, 8, 8);
    paths_->setToolTip(tr("The searches, in the colour of the class that is predicted along them"));
    ball_->setToolTip(tr("That a search is kept within"));
    step_->setAccessibleName(tr("Step of the searches"));
    step_->setToolTip(tr("How far along the searches are"));
    step_->setMinimumWidth(90);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    form->addRow(paths_);
    form->addRow(ball_);
    form->addRow(tr("Step"), step_);
    form->addRow(QString(), stepText_);
    form->addRow(text_);
    const auto emitChanged = [this] {
        if (isShowing_) return;
        showStep();
        Q_EMIT changed();
    };
    for (auto* check : {paths_, ball_}) connect(check, &QCheckBox::toggled, this, emitChanged);
    connect(step_, &QSlider::valueChanged, this, emitChanged);
    hide();
}

void VolumePathControls::setResult(const VolumeResult* result, const SceneContext& context) {
    result_ = result != nullptr && !result->paths.empty() ? result : nullptr;
    context_ = context;
    setVisible(result_ != nullptr);
    if (!result_) return;
    isShowing_ = true;
    const bool isAtEnd = step_->value() == step_->maximum();
    step_->setRange(0, mostSteps(*result_));
    if (isAtEnd) step_->setValue(step_->maximum());
    isShowing_ = false;
    showStep();
}

void VolumePathControls::showLook(const VolumeLook& look) {
    isShowing_ = true;
    paths_->setChecked(look.paths);
    ball_->setChecked(look.trustBall);
    step_->setValue(look.step < 0 ? step_->maximum() : look.step);
    isShowing_ = false;
    showStep();
}

void VolumePathControls::readLook(VolumeLook& look) const {
    look.paths = paths_->isChecked();
    look.trustBall = ball_->isChecked();
    // Without searches there is no slider that could say otherwise.
    if (result_) look.step = step_->value() == step_->maximum() ? -1 : step_->value();
}

void VolumePathControls::showStep() {
    step_->setEnabled(paths_->isChecked());
    if (!result_) return;
    stepText_->setText(tr("%1 of %2").arg(step_->value()).arg(step_->maximum()));
    QStringList lines;
    for (const auto& path : result_->paths) lines << pathText(path, step_->value(), context_);
    text_->setText(lines.join('\n'));
}

QString VolumePathControls::text() const {
    return text_->text();
}

}  // namespace tessera
