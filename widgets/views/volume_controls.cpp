// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/volume_controls.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QGroupBox>
#include <QListWidget>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "widgets/scenes/scene_text.h"
#include "widgets/views/volume_cut_controls.h"
#include "widgets/views/volume_path_controls.h"

namespace tessera {
namespace {

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
    cut_ = new VolumeCutControls;
    connect(cut_, &VolumeCutControls::changed, this, &VolumeControls::readLook);
    layout->addWidget(makeLayers());
    layout->addWidget(paths_);
    layout->addWidget(cut_);
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
        cut_->setBox(result->volume.low, result->volume.high);
        cut_->readLook(look_);
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
    look_ = look;
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
    cut_->showLook(look_);
    isShowing_ = false;
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
    cut_->readLook(look_);
    for (int i = 0; i < classes_->count(); ++i)
        look_.hiddenClass[classes_->item(i)->data(Qt::UserRole).toUInt()] =
            classes_->item(i)->checkState() == Qt::Unchecked;
    enableWhatApplies();
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

void VolumeControls::showOrbit(int done, int frames) {
    orbit_->setText(frames > 0 ? tr("Stop orbit (%1 of %2)").arg(done).arg(frames) : tr("Save orbit…"));
}

}  // namespace tessera
