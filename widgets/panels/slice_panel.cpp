// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/slice_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSlider>
#include <QSpinBox>
#include <cmath>

#include "widgets/views/slice_view.h"

namespace tessera {
namespace {

double radians(int sliderValue) {
    return sliderValue / double(kSliderStepsPerDegree) * M_PI / 180;
}

// A panel as narrow as its widest control: what does not fit beside its label goes below it.
QFormLayout* narrowForm(QWidget* group) {
    auto* form = new QFormLayout(group);
    form->setRowWrapPolicy(QFormLayout::WrapLongRows);
    return form;
}

QSlider* angleSlider(int degrees) {
    auto* slider = new QSlider(Qt::Horizontal);
    slider->setRange(-degrees * kSliderStepsPerDegree, degrees * kSliderStepsPerDegree);
    slider->setPageStep(15 * kSliderStepsPerDegree);
    slider->setTickInterval(degrees * kSliderStepsPerDegree);
    slider->setTickPosition(QSlider::TicksBelow);
    return slider;
}

QWidget* withLabel(QSlider* slider, QLabel* label) {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(slider, 1);
    label->setMinimumWidth(label->fontMetrics().horizontalAdvance(QStringLiteral("−180.0°")));
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    layout->addWidget(label);
    return row;
}

QSpinBox* spin(int low, int high, int step, const QString& suffix, const QString& tip) {
    auto* box = new QSpinBox;
    box->setRange(low, high);
    box->setSingleStep(step);
    box->setSuffix(suffix);
    box->setGroupSeparatorShown(true);
    box->setKeyboardTracking(false);
    box->setToolTip(tip);
    return box;
}

}  // namespace

SlicePanel::SlicePanel(SliceView& view, QWidget* parent) : QWidget(parent), view_(view) {
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->addWidget(makePlaneGroup());
    column->addWidget(makeTurnGroup());
    column->addWidget(makeDrawingGroup());
    column->addWidget(makeBudgetGroup());
    auto* exporting = new QPushButton(tr("E&xport Figure …"));
    exporting->setToolTip(tr("SVG, PDF or PNG at a stated physical size (Ctrl+Shift+E)"));
    connect(exporting, &QPushButton::clicked, &view_, &SliceView::exportFigure);
    column->addWidget(exporting);
    auto* under = new QGroupBox(tr("Under the pointer"));
    auto* underColumn = new QVBoxLayout(under);
    hover_ = new QLabel;
    hover_->setWordWrap(true);
    hover_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    hover_->setObjectName(QStringLiteral("hoverText"));
    hover_->setMinimumHeight(hover_->fontMetrics().lineSpacing() * 10);  // the panel does not jump
    hover_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    underColumn->addWidget(hover_);
    column->addWidget(under);
    column->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setAccessibleName(tr("Slice settings"));
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumWidth(content->minimumSizeHint().width() +
                            scroll->verticalScrollBar()->sizeHint().width());
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);

    connect(&view_, &SliceView::switchesChanged, this, &SlicePanel::showState);
    connect(&view_, &SliceView::turnChanged, this, &SlicePanel::showState);
    connect(&view_, &SliceView::hoverChanged, this, &SlicePanel::showHover);
    connect(&view_.workspace(), &Workspace::datasetChanged, this, &SlicePanel::showClasses);
    connect(&view_.workspace(), &Workspace::modelChanged, this, &SlicePanel::showClasses);
    showClasses();
    showState();
    showHover();
}

QWidget* SlicePanel::makePlaneGroup() {
    auto* group = new QGroupBox(tr("Plane"));
    planeForm_ = new QFormLayout(group);
    kind_ = new QComboBox;
    kind_->setObjectName(QStringLiteral("planeKind"));
    kind_->setToolTip(
        tr("Through the chosen samples, between the means of two classes, along the principal components of "
           "the data,\n"
           "along random directions, or as copied from another slice."));
    kind_->addItem(tr("Through samples"), static_cast<int>(PlaneKind::Samples));
    kind_->addItem(tr("Between classes"), static_cast<int>(PlaneKind::ClassDifference));
    kind_->addItem(tr("Principal axes"), static_cast<int>(PlaneKind::PrincipalComponents));
    kind_->addItem(tr("Random directions"), static_cast<int>(PlaneKind::Random));
    kind_->addItem(tr("Copied plane"), static_cast<int>(PlaneKind::Pasted));
    completion_ = new QComboBox;
    completion_->addItem(tr("at random"), static_cast<int>(PlaneCompletion::RandomDirections));
    completion_->addItem(tr("by other samples"), static_cast<int>(PlaneCompletion::OtherSamples));
    completion_->setToolTip(tr("With one or two samples, what the plane's other directions are."));
    classA_ = new QComboBox;
    classB_ = new QComboBox;
    seed_ = spin(0, 1'000'000, 1, {}, tr("The same seed gives the same plane."));
    axes_ = new QLabel;
    axes_->setWordWrap(true);
    for (QComboBox* box : {kind_, completion_, classA_, classB_}) {  // a narrow dock stays narrow
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(9);
    }
    planeForm_->addRow(tr("&Kind"), kind_);
    planeForm_->addRow(tr("&Complete"), completion_);
    planeForm_->addRow(tr("From class"), classA_);
    planeForm_->addRow(tr("to class"), classB_);
    planeForm_->addRow(tr("&Seed"), seed_);
    planeForm_->addRow(axes_);
    connect(kind_, &QComboBox::activated, this, [this] {
        if (static_cast<PlaneKind>(kind_->currentData().toInt()) == PlaneKind::Pasted) {
            view_.pastePlane();
        } else {
            applyRecipe();
        }
        showState();
    });
    for (QComboBox* box : {completion_, classA_, classB_})
        connect(box, &QComboBox::activated, this, &SlicePanel::applyRecipe);
    connect(seed_, &QSpinBox::valueChanged, this, &SlicePanel::applyRecipe);
    return group;
}

QWidget* SlicePanel::makeTurnGroup() {
    auto* group = new QGroupBox(tr("Turn"));
    auto* form = narrowForm(group);
    rotation_ = angleSlider(180);
    rotation_->setObjectName(QStringLiteral("rotation"));
    tilt_ = angleSlider(90);
    tilt_->setObjectName(QStringLiteral("tilt"));
    secondTilt_ = angleSlider(90);
    rotationText_ = new QLabel;
    tiltText_ = new QLabel;
    secondTiltText_ = new QLabel;
    tiltName_ = new QLabel(tr("&Tilt"));
    tiltName_->setBuddy(tilt_);
    secondTiltName_ = new QLabel(tr("Tilt &2"));
    secondTiltName_->setBuddy(secondTilt_);
    rotation_->setToolTip(tr("Within the plane (Ctrl+drag in the picture)"));
    form->addRow(tr("&Rotate"), withLabel(rotation_, rotationText_));
    form->addRow(tiltName_, withLabel(tilt_, tiltText_));
    form->addRow(secondTiltName_, withLabel(secondTilt_, secondTiltText_));
    auto* reset = new QPushButton(tr("Reset Turn"));
    form->addRow(reset);
    connect(reset, &QPushButton::clicked, this, [this] { view_.setTurn({}); });
    for (QSlider* slider : {rotation_, tilt_, secondTilt_})
        connect(slider, &QSlider::valueChanged, this, &SlicePanel::applyTurn);
    return group;
}

QWidget* SlicePanel::makeDrawingGroup() {
    auto* group = new QGroupBox(tr("Drawing"));
    auto* form = narrowForm(group);
    fill_ = new QComboBox;
    fill_->setObjectName(QStringLiteral("fill"));
    fill_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    fill_->setMinimumContentsLength(12);
    fill_->addItem(tr("Predicted class (1)"));
    fill_->addItem(tr("Activation pattern (2)"));
    fill_->addItem(tr("Local slope norm (3)"));
    fill_->addItem(tr("Region depth (4)"));
    fill_->addItem(tr("None (5)"));
    form->addRow(tr("&Fill"), fill_);
    edges_ = new QCheckBox(tr("Region edges (E)"));
    boundary_ = new QCheckBox(tr("Decision boundary (B)"));
    labels_ = new QCheckBox(tr("Class names"));
    legend_ = new QCheckBox(tr("Legend"));
    grid_ = new QCheckBox(tr("Grid"));
    drawSamples_ = new QCheckBox(tr("Samples near the plane"));
    samples_ =
        spin(0, 2000, 10, {},
             tr("How many: those nearest to the plane. Samples in the plane itself are always drawn."));
    for (QCheckBox* box : {edges_, boundary_, labels_, legend_, grid_}) form->addRow(box);
    form->addRow(drawSamples_, samples_);
    connect(fill_, &QComboBox::activated, this, &SlicePanel::applySwitches);
    for (QCheckBox* box : {edges_, boundary_, labels_, legend_, grid_, drawSamples_})
        connect(box, &QCheckBox::toggled, this, &SlicePanel::applySwitches);
    connect(samples_, &QSpinBox::valueChanged, this, [this](int most) {
        if (!isShowing_) view_.setSamplesShown(most);
    });
    return group;
}

QWidget* SlicePanel::makeBudgetGroup() {
    auto* group = new QGroupBox(tr("Budget"));
    auto* form = narrowForm(group);
    maxRegions_ = spin(1000, 5'000'000, 10'000, {},
                       tr("Exact regions of one window; beyond that the result is partial and says so."));
    maxSeconds_ = spin(1, 3600, 5, tr(" s"), tr("Time for the exact regions of one window."));
    resolution_ = spin(32, 1024, 32, tr(" points"), tr("Points of the sampled map along the longer side."));
    form->addRow(tr("R&egions"), maxRegions_);
    form->addRow(tr("Seconds"), maxSeconds_);
    form->addRow(tr("Sampled &map"), resolution_);
    for (QSpinBox* box : {maxRegions_, maxSeconds_, resolution_})
        connect(box, &QSpinBox::valueChanged, this, &SlicePanel::applyBudget);
    return group;
}

void SlicePanel::applyRecipe() {
    if (isShowing_) return;
    PlaneRecipe recipe = view_.computation().recipe();
    recipe.kind = static_cast<PlaneKind>(kind_->currentData().toInt());
    recipe.completion = static_cast<PlaneCompletion>(completion_->currentData().toInt());
    recipe.classA = classA_->currentIndex();
    recipe.classB = classB_->currentIndex();
    recipe.seed = static_cast<std::uint64_t>(seed_->value());
    view_.computation().setRecipe(std::move(recipe));
}

void SlicePanel::applyTurn() {
    if (!isShowing_)
        view_.setTurn({radians(rotation_->value()), radians(tilt_->value()), radians(secondTilt_->value())});
}

void SlicePanel::applySwitches() {
    if (isShowing_) return;
    SliceSwitches switches = view_.switches();
    switches.fill = static_cast<SliceFill>(fill_->currentIndex());
    switches.edges = edges_->isChecked();
    switches.boundary = boundary_->isChecked();
    switches.samples = drawSamples_->isChecked();
    switches.grid = grid_->isChecked();
    switches.classLabels = labels_->isChecked();
    switches.legend = legend_->isChecked();
    view_.setSwitches(switches);
}

void SlicePanel::applyBudget() {
    if (!isShowing_)
        view_.computation().setBudget(
            {maxRegions_->value(), double(maxSeconds_->value()), resolution_->value()});
}

}  // namespace tessera
