// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/volume_cut_controls.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <array>
#include <cmath>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

constexpr int kSteps = 1000;  // of the slider
constexpr std::array<const char*, 3> kAxes{"s", "t", "r"};

}  // namespace

VolumeCutControls::VolumeCutControls(QWidget* parent)
    : QGroupBox(tr("Cut plane"), parent),
      cut_(new QCheckBox(tr("Show the exact cut"))),
      clip_(new QCheckBox(tr("Hide the near side"))),
      planes_(new QComboBox),
      position_(new QSlider(Qt::Horizontal)),
      positionText_(new QLabel),
      note_(new QLabel),
      open_(new QPushButton(tr("Open as a slice"))) {
    auto* form = new QFormLayout(this);
    form->setContentsMargins(8, 6, 8, 8);
    cut_->setToolTip(
        tr("The linear regions and the boundary on a plane through the volume; drag its frame to move it"));
    clip_->setToolTip(tr("Leaves out what lies between the eye and the cut plane"));
    planes_->setObjectName(QStringLiteral("cutPlane"));
    planes_->setToolTip(
        tr("Across an axis of the volume, or the plane of a slice that lies in it: then both move together"));
    planes_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    position_->setRange(0, kSteps);
    position_->setValue(kSteps / 2);
    position_->setAccessibleName(tr("Position of the cut plane"));
    position_->setMinimumWidth(90);
    open_->setToolTip(tr("The same plane in a slice view, to zoom and to read"));
    note_->setWordWrap(true);
    note_->hide();
    form->addRow(cut_);
    form->addRow(clip_);
    form->addRow(tr("Plane"), planes_);
    form->addRow(tr("At"), position_);
    form->addRow(QString(), positionText_);
    form->addRow(open_);
    form->addRow(note_);
    for (auto* check : {cut_, clip_})
        connect(check, &QCheckBox::toggled, this, [this] {
            if (isShowing_) return;
            showPlane();
            Q_EMIT changed();
        });
    connect(planes_, &QComboBox::activated, this, &VolumeCutControls::choosePlane);
    connect(position_, &QSlider::valueChanged, this, [this](int step) {
        if (isShowing_) return;
        const auto [from, to] = positionsInBox(plane_.normal, low_, high_);
        movePlane(from + (to - from) * step / kSteps);
    });
    connect(open_, &QPushButton::clicked, this, &VolumeCutControls::sliceWanted);
    listPlanes();
    showPlane();
}

void VolumeCutControls::setBox(const Eigen::Vector3d& low, const Eigen::Vector3d& high) {
    low_ = low;
    high_ = high;
    const auto [from, to] = positionsInBox(plane_.normal, low_, high_);
    if (!isPlaced_ || !(plane_.position >= from && plane_.position <= to)) plane_.position = (from + to) / 2;
    showPlane();
}

void VolumeCutControls::showLook(const VolumeLook& look) {
    isShowing_ = true;
    cut_->setChecked(look.cut);
    clip_->setChecked(look.clips);
    isShowing_ = false;
    if (!(look.cutPlane == plane_)) {
        isPlaced_ = true;
        plane_ = look.cutPlane;
        listPlanes();
    }
    showPlane();
}

void VolumeCutControls::readLook(VolumeLook& look) const {
    look.cut = cut_->isChecked();
    look.clips = clip_->isChecked();
    look.cutPlane = plane_;
}

void VolumeCutControls::setPlane(const VolumePlane& plane) {
    if (plane == plane_) return;
    if (plane.normal == plane_.normal) return movePlane(plane.position);
    isPlaced_ = true;
    plane_ = plane;
    listPlanes();
    showPlane();
    Q_EMIT changed();
}

void VolumeCutControls::movePlane(double position) {
    isPlaced_ = true;
    plane_.position = position;
    showPlane();
    Q_EMIT changed();
    if (const QString name = slice(); !name.isEmpty()) Q_EMIT sliceMoved(name, plane_);
}

void VolumeCutControls::setSlices(std::vector<VolumeSlice> slices) {
    slices_ = std::move(slices);
    const QString chosen = slice();
    listPlanes();
    // The cut goes with its slice; rounding is no move.
    const double near = 1e-9 * (high_ - low_).maxCoeff();
    for (const auto& one : slices_) {
        const bool isThere = (one.plane.normal - plane_.normal).norm() < 1e-9 &&
                             std::abs(one.plane.position - plane_.position) < near;
        if (one.name != chosen || isThere) continue;
        plane_ = one.plane;
        showPlane();
        Q_EMIT changed();
    }
}

QString VolumeCutControls::slice() const {
    return planes_->currentData().toString();
}

void VolumeCutControls::setSlice(const QString& name) {
    const int index = planes_->findData(name);
    if (name.isEmpty() || index < 0) return;
    planes_->setCurrentIndex(index);
    choosePlane(index);
}

// Across the axes, then slices; one that is neither has a line while it is the cut.
void VolumeCutControls::listPlanes() {
    const QString chosen = slice();
    planes_->clear();
    for (const char* axis : kAxes) planes_->addItem(tr("across %1").arg(QLatin1String(axis)));
    for (const auto& one : slices_) planes_->addItem(one.title, one.name);
    int index = chosen.isEmpty() ? -1 : planes_->findData(chosen);
    if (index < 0) index = plane_.axis();
    if (index < 0) {
        index = planes_->count();
        planes_->addItem(tr("oblique"));
    }
    planes_->setCurrentIndex(index);
}

void VolumeCutControls::choosePlane(int index) {
    const VolumePlane before = plane_;
    const QString name = planes_->itemData(index).toString();
    if (!name.isEmpty()) {
        for (const auto& one : slices_)
            if (one.name == name) plane_ = one.plane;
    } else if (index < 3) {
        const double along = static_cast<double>(position_->value()) / kSteps;
        plane_ = VolumePlane::across(index, low_[index] + (high_[index] - low_[index]) * along);
    }
    isPlaced_ = true;
    listPlanes();
    showPlane();
    if (!(plane_ == before)) Q_EMIT changed();
}

void VolumeCutControls::showPlane() {
    const auto [from, to] = positionsInBox(plane_.normal, low_, high_);
    const int axis = plane_.axis();
    isShowing_ = true;
    position_->setValue(static_cast<int>((plane_.position - from) / (to - from) * kSteps + 0.5));
    isShowing_ = false;
    positionText_->setText(axis >= 0 ? tr("%1 = %2").arg(QLatin1String(kAxes[static_cast<std::size_t>(axis)]),
                                                         shortNumber(plane_.position, 4))
                                     : tr("at %1 along its normal").arg(shortNumber(plane_.position, 4)));
    open_->setEnabled(cut_->isChecked() && slice().isEmpty());
}

void VolumeCutControls::setNote(const QString& sentence) {
    note_->setText(sentence);
    note_->setVisible(!sentence.isEmpty());
}

}  // namespace tessera
