// SPDX-License-Identifier: GPL-3.0-or-later
// From the view to the controls of the slice panel.
#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QSlider>
#include <QSpinBox>
#include <cmath>

#include "widgets/panels/slice_panel.h"
#include "widgets/scenes/scene_text.h"
#include "widgets/views/slice_view.h"

namespace tessera {
namespace {

int sliderValue(double radians) {
    return static_cast<int>(std::lround(radians * 180 / M_PI * kSliderStepsPerDegree));
}

}  // namespace

void SlicePanel::showClasses() {
    const auto names =
        view_.workspace().dataset() ? static_cast<int>(view_.workspace().dataset()->classNames().size()) : 0;
    const int count = std::max(names, view_.workspace().classCount());
    for (QComboBox* box : {classA_, classB_}) {
        const int before = std::max(0, box->currentIndex());
        box->clear();
        for (int label = 0; label < count; ++label) box->addItem(view_.workspace().className(label));
        box->setCurrentIndex(before < count && count > 0 ? before : 0);
    }
    if (count > 1 && classB_->currentIndex() == classA_->currentIndex())
        classB_->setCurrentIndex(classA_->currentIndex() == 0 ? 1 : 0);
}

void SlicePanel::showState() {
    isShowing_ = true;
    const SliceComputation& computation = view_.computation();
    const PlaneRecipe& recipe = computation.recipe();
    kind_->setCurrentIndex(kind_->findData(static_cast<int>(recipe.kind)));
    completion_->setCurrentIndex(completion_->findData(static_cast<int>(recipe.completion)));
    seed_->setValue(static_cast<int>(recipe.seed));
    const bool isOpen = recipe.kind == PlaneKind::Samples && view_.workspace().anchors().size() < 3;
    const auto setRow = [&](QWidget* field, bool shown) {
        field->setVisible(shown);
        planeForm_->labelForField(field)->setVisible(shown);
    };
    setRow(completion_, isOpen);
    setRow(classA_, recipe.kind == PlaneKind::ClassDifference);
    setRow(classB_, recipe.kind == PlaneKind::ClassDifference);
    setRow(seed_, isOpen || recipe.kind == PlaneKind::Random);

    const SliceTurn& turn = computation.turn();
    const auto showAngle = [](QSlider* slider, QLabel* label, double angle) {
        // A drag turns by less than a slider's step: leave the slider where its value is the nearest.
        if (std::abs(sliderValue(angle) - slider->value()) > 0) slider->setValue(sliderValue(angle));
        label->setText(QString::number(angle * 180 / M_PI, 'f', 1).replace('-', QChar(0x2212)) +
                       QChar(0x00b0));
    };
    showAngle(rotation_, rotationText_, turn.rotation);
    showAngle(tilt_, tiltText_, turn.tilt);
    showAngle(secondTilt_, secondTiltText_, turn.secondTilt);
    const bool hasPlane = computation.hasPlane();
    for (QSlider* slider : {rotation_, tilt_, secondTilt_}) slider->setEnabled(hasPlane);
    if (hasPlane) {
        const auto& built = computation.built();
        tilt_->setEnabled(built.outward[0].size() > 0);
        secondTilt_->setEnabled(built.outward[1].size() > 0);
        tilt_->setToolTip(tr("Turns t out of the plane, towards %1").arg(built.outwardNames[0]));
        secondTilt_->setToolTip(tr("Turns s out of the plane, towards %1").arg(built.outwardNames[1]));
        const double u = computation.plane().u.norm(), v = computation.plane().v.norm(),
                     cosine = computation.plane().u.dot(computation.plane().v) / (u * v);
        const bool isOrthonormal =
            std::abs(u - 1) < 1e-9 && std::abs(v - 1) < 1e-9 && std::abs(cosine) < 1e-9;
        axes_->setText(isOrthonormal ? tr("Axes orthonormal: 1 on s or t is 1 input unit.")
                                     : tr("1 on s is %1 input units, 1 on t is %2; %3° between the axes.")
                                           .arg(shortNumber(u), shortNumber(v),
                                                QString::number(std::acos(cosine) * 180 / M_PI, 'f', 1)));
    } else {
        axes_->clear();
    }

    const SliceSwitches& switches = view_.switches();
    fill_->setCurrentIndex(static_cast<int>(switches.fill));
    edges_->setChecked(switches.edges);
    boundary_->setChecked(switches.boundary);
    drawSamples_->setChecked(switches.samples);
    grid_->setChecked(switches.grid);
    labels_->setChecked(switches.classLabels);
    legend_->setChecked(switches.legend);
    samples_->setValue(view_.samplesShown());
    const SliceBudget& budget = computation.budget();
    maxRegions_->setValue(static_cast<int>(budget.maxRegions));
    maxSeconds_->setValue(static_cast<int>(budget.maxSeconds));
    resolution_->setValue(budget.resolution);
    isShowing_ = false;
}

void SlicePanel::showHover() {
    const QString text = hoverText(view_.hover(), view_.workspace());
    hover_->setText(text.isEmpty() ? tr("Move the pointer over the picture.") : text);
}

}  // namespace tessera
