// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/logit_heights_controls.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QListWidget>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/scenes/volume_scene.h"

namespace tessera {
namespace {

using Height = HeightsLook::Height;
using Fill = HeightsLook::Fill;

QIcon swatch(const QColor& colour) {
    QPixmap pixmap(12, 12);
    pixmap.fill(colour);
    return pixmap;
}

}  // namespace

LogitHeightsControls::LogitHeightsControls(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->setSpacing(8);
    layout->addWidget(makeShow());
    layout->addWidget(makeView());
    layout->addStretch(1);
    showLook();
}

QWidget* LogitHeightsControls::makeShow() {
    auto* box = new QGroupBox(tr("Show"));
    auto* form = new QFormLayout(box);
    form->setContentsMargins(8, 6, 8, 8);
    const auto addCombo = [&](QComboBox*& combo, const QString& text, const QString& tip) {
        combo = new QComboBox;
        combo->setToolTip(tip);
        form->addRow(text, combo);
        connect(combo, &QComboBox::activated, this, &LogitHeightsControls::readLook);
    };
    addCombo(height_, tr("Height"), tr("What rises over the plane"));
    height_->addItem(tr("Largest logit"), int(Height::Winning));
    height_->addItem(tr("Margin"), int(Height::Margin));
    height_->addItem(tr("Logits"), int(Height::Logits));
    height_->addItem(tr("Confidence"), int(Height::Confidence));
    height_->setItemData(1, tr("The largest logit less the second: zero on the boundary"), Qt::ToolTipRole);
    height_->setItemData(2, tr("One sheet a class"), Qt::ToolTipRole);
    height_->setItemData(3, tr("Softmax probability of the predicted class; curved, so sampled within faces"),
                         Qt::ToolTipRole);
    addCombo(fill_, tr("Colour by"), tr("What the colours of the surface mean"));
    fill_->addItem(tr("Class"), int(Fill::Class));
    fill_->addItem(tr("Pattern"), int(Fill::Pattern));
    fill_->addItem(tr("Height"), int(Fill::Height));
    const auto addCheck = [&](QCheckBox*& check, const QString& text, const QString& tip) {
        check = new QCheckBox(text);
        check->setToolTip(tip);
        form->addRow(check);
        connect(check, &QCheckBox::toggled, this, &LogitHeightsControls::readLook);
    };
    addCheck(floor_, tr("Floor"), tr("The predicted classes, flat under the surface"));
    addCheck(boundary_, tr("Decision boundary"), tr("Where two classes tie for the largest logit"));
    addCheck(samples_, tr("Samples"), tr("That the plane goes through"));
    addCheck(outlines_, tr("Outlines"), tr("Of the linear regions"));
    const auto addSlider = [&](QSlider*& slider, int least, int most, const QString& text,
                               const QString& tip) {
        slider = new QSlider(Qt::Horizontal);
        slider->setRange(least, most);
        slider->setAccessibleName(text);
        slider->setToolTip(tip);
        slider->setMinimumWidth(90);
        form->addRow(text, slider);
        connect(slider, &QSlider::valueChanged, this, &LogitHeightsControls::readLook);
    };
    addSlider(opacity_, 0, 100, tr("Opacity"), tr("How opaque the surface is"));
    addSlider(tall_, 10, 200, tr("Tall"), tr("How high the box is"));
    classes_ = new QListWidget;
    classes_->setAccessibleName(tr("Classes shown"));
    classes_->setToolTip(tr("Sheets and polygons of these classes are shown"));
    form->addRow(classes_);
    classes_->hide();  // empty, and then as wide as lists like to be
    connect(classes_, &QListWidget::itemChanged, this, &LogitHeightsControls::readLook);
    return box;
}

QWidget* LogitHeightsControls::makeView() {
    auto* box = new QGroupBox(tr("View"));
    auto* rows = new QVBoxLayout(box);
    rows->setContentsMargins(8, 6, 8, 8);
    const auto add = [&](const QString& text, const QString& tip, auto signal) {
        auto* button = new QPushButton(text);
        button->setToolTip(tip);
        connect(button, &QPushButton::clicked, this, signal);
        rows->addWidget(button);
        return button;
    };
    add(tr("Isometric"), tr("0 over the picture"), &LogitHeightsControls::isometricChosen);
    add(tr("From above"), tr("Z over the picture"), &LogitHeightsControls::aboveChosen);
    add(tr("All in sight"), tr("R over the picture"), &LogitHeightsControls::resetChosen);
    mesh_ = add(tr("Save mesh…"), tr("The surface for ParaView, Blender or NumPy, with heights in logits"),
                &LogitHeightsControls::meshChosen);
    return box;
}

void LogitHeightsControls::setResult(const LogitHeightsResult* result, const SceneContext& context) {
    const QSignalBlocker quiet(classes_);
    classes_->clear();
    mesh_->setEnabled(result != nullptr);
    classes_->setVisible(result != nullptr);
    if (result == nullptr) return;
    look_.hiddenClass.resize(static_cast<std::size_t>(result->classCount()), 0);
    for (int label = 0; label < result->classCount(); ++label) {
        auto* item =
            new QListWidgetItem(swatch(classColour(label, result->classCount())), classText(label, context));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable | Qt::ItemIsSelectable);
        item->setCheckState(look_.hides(label) ? Qt::Unchecked : Qt::Checked);
        classes_->addItem(item);
    }
    const int row = std::max(classes_->sizeHintForRow(0), 1);
    classes_->setFixedHeight(std::min(classes_->count(), 10) * row + 2 * classes_->frameWidth() + 2);
}

void LogitHeightsControls::setLook(const HeightsLook& look) {
    if (look == look_) return;
    look_ = look;
    showLook();
    Q_EMIT lookChanged();
}

void LogitHeightsControls::showLook() {
    isShowing_ = true;
    height_->setCurrentIndex(height_->findData(int(look_.height)));
    fill_->setCurrentIndex(fill_->findData(int(look_.fill)));
    floor_->setChecked(look_.floor);
    boundary_->setChecked(look_.boundary);
    samples_->setChecked(look_.samples);
    outlines_->setChecked(look_.outlines);
    opacity_->setValue(int(look_.opacity * 100 + 0.5));
    tall_->setValue(int(look_.tall * 100 + 0.5));
    for (int label = 0; label < classes_->count(); ++label)
        classes_->item(label)->setCheckState(look_.hides(label) ? Qt::Unchecked : Qt::Checked);
    isShowing_ = false;
}

void LogitHeightsControls::readLook() {
    if (isShowing_) return;
    const HeightsLook before = look_;
    look_.height = static_cast<Height>(height_->currentData().toInt());
    look_.fill = static_cast<Fill>(fill_->currentData().toInt());
    look_.floor = floor_->isChecked();
    look_.boundary = boundary_->isChecked();
    look_.samples = samples_->isChecked();
    look_.outlines = outlines_->isChecked();
    look_.opacity = opacity_->value() / 100.0;
    look_.tall = tall_->value() / 100.0;
    for (int label = 0; label < classes_->count(); ++label)
        look_.hiddenClass[static_cast<std::size_t>(label)] =
            classes_->item(label)->checkState() == Qt::Unchecked;
    if (!(look_ == before)) Q_EMIT lookChanged();
}

}  // namespace tessera
