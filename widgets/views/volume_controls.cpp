// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/volume_controls.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/scenes/scene_text.h"
#include "widgets/views/volume_path_controls.h"

namespace tessera {
namespace {

constexpr int kSteps = 1000;  // of a slider
constexpr std::array<const char*, 3> kAxes{"s", "t", "r"};

QSlider* makeSlider(int maximum, const QString& name) {
    auto* slider = new QSlider(Qt::Horizontal);
    slider->setRange(0, maximum);
    slider->setAccessibleName(name);
    slider->setMinimumWidth(90);
    return slider;
}

QIcon swatch(const QColor& colour) {
    QPixmap pixmap(12, 12);
    pixmap.fill(colour);
    return pixmap;
}

}  // namespace

VolumeControls::VolumeControls(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->setSpacing(8);
    paths_ = new VolumePathControls;
    connect(paths_, &VolumePathControls::changed, this, &VolumeControls::readLook);
    layout->addWidget(makeLayers());
    layout->addWidget(paths_);
    layout->addWidget(makeCut());
    layout->addWidget(makeViews());
    layout->addStretch(1);
    showLook();
    enableWhatApplies();
}

QWidget* VolumeControls::makeLayers() {
    auto* box = new QGroupBox(tr("Show"));
    auto* form = new QFormLayout(box);
    form->setContentsMargins(8, 6, 8, 8);
    const auto addCheck = [&](QCheckBox*& check, const QString& text, const QString& tip) {
        check = new QCheckBox(text);
        check->setToolTip(tip);
        form->addRow(check);
        connect(check, &QCheckBox::toggled, this, &VolumeControls::readLook);
    };
    addCheck(boundary_, tr("Decision boundary"),
             tr("Where two classes tie for the largest logit: exact if every layer is"));
    addCheck(sampled_, tr("Sampled boundary"),
             tr("Of logits interpolated on the grid, to compare with the exact one"));
    addCheck(cells_, tr("Cells"), tr("Linear regions, parted where the predicted class changes"));
    addCheck(samples_, tr("Samples"), tr("That the volume goes through"));
    addCheck(outlines_, tr("Outlines"), tr("Of cells and of the boundary's polygons"));
    fill_ = new QComboBox;
    fill_->addItem(tr("Class"), int(VolumeLook::Fill::Class));
    fill_->addItem(tr("Pattern"), int(VolumeLook::Fill::Pattern));
    fill_->addItem(tr("Slope norm"), int(VolumeLook::Fill::SlopeNorm));
    fill_->addItem(tr("Volume"), int(VolumeLook::Fill::Volume));
    fill_->setToolTip(tr("What the colours of cells and of the cut mean"));
    form->addRow(tr("Colour by"), fill_);
    connect(fill_, &QComboBox::activated, this, &VolumeControls::readLook);
    const auto addSlider = [&](QSlider*& slider, int maximum, const QString& text, const QString& tip) {
        slider = makeSlider(maximum, text);
        slider->setToolTip(tip);
        form->addRow(text, slider);
        connect(slider, &QSlider::valueChanged, this, &VolumeControls::readLook);
    };
    addSlider(boundaryOpacity_, 100, tr("Boundary"), tr("How opaque the boundary is"));
    addSlider(cellOpacity_, 100, tr("Cells"), tr("How opaque the cells are"));
    addSlider(explode_, 200, tr("Explode"), tr("Moves the cells apart, away from the middle"));
    classes_ = new QListWidget;
    classes_->setAccessibleName(tr("Classes shown"));
    classes_->setToolTip(tr("Cells of these classes are shown, and boundaries that they have a part in"));
    form->addRow(classes_);
    connect(classes_, &QListWidget::itemChanged, this, &VolumeControls::readLook);
    return box;
}

QWidget* VolumeControls::makeCut() {
    auto* box = new QGroupBox(tr("Cut plane"));
    auto* form = new QFormLayout(box);
    form->setContentsMargins(8, 6, 8, 8);
    cut_ = new QCheckBox(tr("Show the exact cut"));
    cut_->setToolTip(
        tr("The linear regions and the boundary on a plane through the volume; drag its frame to move it"));
    form->addRow(cut_);
    clip_ = new QCheckBox(tr("Hide the near side"));
    clip_->setToolTip(tr("Leaves out what lies between the eye and the cut plane"));
    form->addRow(clip_);
    plane_ = new QComboBox;
    plane_->setObjectName(QStringLiteral("cutPlane"));
    plane_->setToolTip(
        tr("Across an axis of the volume, or the plane of a slice that lies in it: then both move together"));
    plane_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    form->addRow(tr("Plane"), plane_);
    position_ = makeSlider(kSteps, tr("Position of the cut plane"));
    position_->setValue(kSteps / 2);
    positionText_ = new QLabel;
    form->addRow(tr("At"), position_);
    form->addRow(QString(), positionText_);
    slice_ = new QPushButton(tr("Open as a slice"));
    slice_->setToolTip(tr("The same plane in a slice view, to zoom and to read"));
    form->addRow(slice_);
    cutNote_ = new QLabel;
    cutNote_->setWordWrap(true);
    cutNote_->hide();
    form->addRow(cutNote_);
    for (auto* check : {cut_, clip_}) connect(check, &QCheckBox::toggled, this, &VolumeControls::readLook);
    connect(plane_, &QComboBox::activated, this, &VolumeControls::choosePlane);
    connect(position_, &QSlider::valueChanged, this, [this](int step) {
        if (isShowing_) return;
        const auto [from, to] = positionsInBox(look_.cutPlane.normal, low_, high_);
        movePlane(from + (to - from) * step / kSteps);
    });
    listPlanes();
    connect(slice_, &QPushButton::clicked, this, &VolumeControls::sliceChosen);
    return box;
}

QWidget* VolumeControls::makeViews() {
    auto* box = new QGroupBox(tr("View"));
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(8, 6, 8, 8);
    using View = StandardView;
    static constexpr std::array<std::pair<const char*, View>, 6> kViews{{{"+s", View::PlusS},
                                                                         {"+t", View::PlusT},
                                                                         {"+r", View::PlusR},
                                                                         {"−s", View::MinusS},
                                                                         {"−t", View::MinusT},
                                                                         {"−r", View::MinusR}}};
    static constexpr std::array<const char*, 6> kKeys{"X", "Y", "Z", "Shift+X", "Shift+Y", "Shift+Z"};
    for (int i = 0; i < 6; ++i) {
        auto* button = new QToolButton;
        button->setText(QString::fromUtf8(kViews[static_cast<std::size_t>(i)].first));
        button->setToolTip(tr("From this side (%1 over the picture)")
                               .arg(QLatin1String(kKeys[static_cast<std::size_t>(i)])));
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        connect(button, &QToolButton::clicked, this,
                [this, view = kViews[static_cast<std::size_t>(i)].second] { Q_EMIT viewChosen(view); });
        grid->addWidget(button, i / 3, i % 3);
    }
    auto* isometric = new QPushButton(tr("Isometric"));
    isometric->setToolTip(tr("0 over the picture"));
    connect(isometric, &QPushButton::clicked, this, [this] { Q_EMIT viewChosen(View::Isometric); });
    auto* reset = new QPushButton(tr("All in sight"));
    reset->setToolTip(tr("R over the picture"));
    connect(reset, &QPushButton::clicked, this, &VolumeControls::resetChosen);
    grid->addWidget(isometric, 2, 0, 1, 3);
    grid->addWidget(reset, 3, 0, 1, 3);
    mesh_ = new QPushButton(tr("Save mesh…"));
    mesh_->setToolTip(tr("The boundary or the cells for ParaView, Blender or NumPy"));
    connect(mesh_, &QPushButton::clicked, this, &VolumeControls::meshChosen);
    orbit_ = new QPushButton(tr("Save orbit…"));
    orbit_->setToolTip(tr("Pictures from all round, and a video where ffmpeg is installed"));
    connect(orbit_, &QPushButton::clicked, this, &VolumeControls::orbitChosen);
    grid->addWidget(mesh_, 4, 0, 1, 3);
    grid->addWidget(orbit_, 5, 0, 1, 3);
    return box;
}

void VolumeControls::setResult(const VolumeResult* result, const SceneContext& context) {
    hasCells_ = result != nullptr && result->cells;
    hasLabels_ = hasCells_ && !result->cells->cellLabel.empty();
    hasBoth_ = hasLabels_ && result->sampled.has_value();
    if (result != nullptr) {
        if (low_ != result->volume.low || high_ != result->volume.high) {
            low_ = result->volume.low;
            high_ = result->volume.high;
        }
        const auto [from, to] = positionsInBox(look_.cutPlane.normal, low_, high_);
        if (!isCutPlaced_ || !(look_.cutPlane.position >= from && look_.cutPlane.position <= to))
            look_.cutPlane.position = (from + to) / 2;
        // Stopped early there is no boundary: the cells are what there is.
        if (hasCells_ && !hasLabels_ && !result->sampled) look_.cells = true;
        look_.hiddenClass.resize(static_cast<std::size_t>(result->classCount()), 0);
    }
    {
        const QSignalBlocker quiet(classes_);
        classes_->clear();
        const auto isThere = result != nullptr ? classesThere(*result) : std::vector<char>();
        for (int label = 0; label < static_cast<int>(isThere.size()); ++label) {
            if (!isThere[static_cast<std::size_t>(label)]) continue;
            auto* item = new QListWidgetItem(swatch(classColour(label, result->classCount())),
                                             classText(label, context));
            item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsUserCheckable | Qt::ItemIsSelectable);
            item->setCheckState(look_.hiddenClass[static_cast<std::size_t>(label)] ? Qt::Unchecked
                                                                                   : Qt::Checked);
            item->setData(Qt::UserRole, label);
            classes_->addItem(item);
        }
        // All of a few are seen at once.
        const int row = std::max(classes_->sizeHintForRow(0), 1);
        classes_->setFixedHeight(std::min(classes_->count(), 8) * row + 2 * classes_->frameWidth() + 2);
    }
    paths_->setResult(result, context);
    mesh_->setEnabled(result != nullptr);
    orbit_->setEnabled(result != nullptr);
    showLook();
    enableWhatApplies();
}

void VolumeControls::setLook(const VolumeLook& look) {
    if (look == look_) return;
    isCutPlaced_ = isCutPlaced_ || !(look.cutPlane == look_.cutPlane);
    look_ = look;
    listPlanes();
    showLook();
    enableWhatApplies();
    Q_EMIT lookChanged();
}

void VolumeControls::showLook() {
    isShowing_ = true;
    boundary_->setChecked(look_.boundary);
    sampled_->setChecked(look_.sampled);
    cells_->setChecked(look_.cells);
    samples_->setChecked(look_.samples);
    outlines_->setChecked(look_.cellEdges);
    fill_->setCurrentIndex(fill_->findData(int(look_.fill)));
    boundaryOpacity_->setValue(int(look_.boundaryOpacity * 100 + 0.5));
    cellOpacity_->setValue(int(look_.cellOpacity * 100 + 0.5));
    explode_->setValue(int(look_.explode * 100 + 0.5));
    for (int i = 0; i < classes_->count(); ++i)
        if (const auto label = classes_->item(i)->data(Qt::UserRole).toUInt();
            label < look_.hiddenClass.size())
            classes_->item(i)->setCheckState(look_.hiddenClass[label] ? Qt::Unchecked : Qt::Checked);
    paths_->showLook(look_);
    cut_->setChecked(look_.cut);
    clip_->setChecked(look_.clips);
    isShowing_ = false;
    showCut();
}

void VolumeControls::readLook() {
    if (isShowing_) return;
    const VolumeLook before = look_;
    look_.boundary = boundary_->isChecked();
    look_.sampled = sampled_->isChecked();
    look_.cells = cells_->isChecked();
    look_.samples = samples_->isChecked();
    look_.cellEdges = look_.boundaryEdges = outlines_->isChecked();
    look_.fill = static_cast<VolumeLook::Fill>(fill_->currentData().toInt());
    look_.boundaryOpacity = boundaryOpacity_->value() / 100.0;
    look_.cellOpacity = cellOpacity_->value() / 100.0;
    look_.explode = explode_->value() / 100.0;
    paths_->readLook(look_);
    look_.cut = cut_->isChecked();
    look_.clips = clip_->isChecked();
    for (int i = 0; i < classes_->count(); ++i)
        look_.hiddenClass[classes_->item(i)->data(Qt::UserRole).toUInt()] =
            classes_->item(i)->checkState() == Qt::Unchecked;
    enableWhatApplies();
    showCut();
    if (!(look_ == before)) Q_EMIT lookChanged();
}

void VolumeControls::enableWhatApplies() {
    sampled_->setVisible(hasBoth_);
    cells_->setEnabled(hasCells_);
    fill_->setEnabled(hasCells_);
    cellOpacity_->setEnabled(hasCells_ && look_.cells);
    explode_->setEnabled(hasCells_ && look_.cells);
    boundaryOpacity_->setEnabled(look_.boundary || look_.sampled);
    classes_->setVisible(classes_->count() > 0);
}

void VolumeControls::setCutPlane(const VolumePlane& plane) {
    if (plane == look_.cutPlane) return;
    isCutPlaced_ = true;
    if (plane.normal != look_.cutPlane.normal) {
        look_.cutPlane = plane;
        listPlanes();
        showCut();
        return Q_EMIT lookChanged();
    }
    movePlane(plane.position);
}

void VolumeControls::movePlane(double position) {
    isCutPlaced_ = true;
    look_.cutPlane.position = position;
    showCut();
    Q_EMIT lookChanged();
    if (const QString name = cutSlice(); !name.isEmpty()) Q_EMIT sliceMoved(name, look_.cutPlane);
}

void VolumeControls::setSlices(std::vector<VolumeSlice> slices) {
    slices_ = std::move(slices);
    const QString chosen = cutSlice();
    listPlanes();
    // The cut goes with its slice; rounding is no move.
    const double near = 1e-9 * (high_ - low_).maxCoeff();
    for (const auto& slice : slices_) {
        const bool isThere = (slice.plane.normal - look_.cutPlane.normal).norm() < 1e-9 &&
                             std::abs(slice.plane.position - look_.cutPlane.position) < near;
        if (slice.name != chosen || isThere) continue;
        look_.cutPlane = slice.plane;
        showCut();
        if (look_.cut) Q_EMIT lookChanged();
    }
}

QString VolumeControls::cutSlice() const {
    return plane_->currentData().toString();
}

void VolumeControls::setCutSlice(const QString& name) {
    const int index = plane_->findData(name);
    if (name.isEmpty() || index < 0) return;
    plane_->setCurrentIndex(index);
    choosePlane(index);
}

// Across the axes, then slices; one that is neither has a line while it is the cut.
void VolumeControls::listPlanes() {
    const QString chosen = cutSlice();
    plane_->clear();
    for (const char* axis : kAxes) plane_->addItem(tr("across %1").arg(QLatin1String(axis)));
    for (const auto& slice : slices_) plane_->addItem(slice.title, slice.name);
    int index = chosen.isEmpty() ? -1 : plane_->findData(chosen);
    if (index < 0) index = look_.cutPlane.axis();
    if (index < 0) {
        index = plane_->count();
        plane_->addItem(tr("oblique"));
    }
    plane_->setCurrentIndex(index);
}

void VolumeControls::choosePlane(int index) {
    const VolumePlane before = look_.cutPlane;
    const QString name = plane_->itemData(index).toString();
    if (!name.isEmpty()) {
        for (const auto& slice : slices_)
            if (slice.name == name) look_.cutPlane = slice.plane;
    } else if (index < 3) {
        const double along = static_cast<double>(position_->value()) / kSteps;
        look_.cutPlane = VolumePlane::across(index, low_[index] + (high_[index] - low_[index]) * along);
    }
    isCutPlaced_ = true;
    listPlanes();
    showCut();
    if (!(look_.cutPlane == before)) Q_EMIT lookChanged();
}

void VolumeControls::showOrbit(int done, int frames) {
    orbit_->setText(frames > 0 ? tr("Stop orbit (%1 of %2)").arg(done).arg(frames) : tr("Save orbit…"));
}

void VolumeControls::setCutNote(const QString& sentence) {
    cutNote_->setText(sentence);
    cutNote_->setVisible(!sentence.isEmpty());
}

void VolumeControls::showCut() {
    const auto& plane = look_.cutPlane;
    const auto [from, to] = positionsInBox(plane.normal, low_, high_);
    const int axis = plane.axis();
    isShowing_ = true;
    position_->setValue(static_cast<int>((plane.position - from) / (to - from) * kSteps + 0.5));
    isShowing_ = false;
    positionText_->setText(axis >= 0 ? tr("%1 = %2").arg(QLatin1String(kAxes[static_cast<std::size_t>(axis)]),
                                                         shortNumber(plane.position, 4))
                                     : tr("at %1 along its normal").arg(shortNumber(plane.position, 4)));
    slice_->setEnabled(look_.cut && cutSlice().isEmpty());
}

}  // namespace tessera
