// SPDX-License-Identifier: GPL-3.0-or-later
// How the slice is laid and drawn: kind of plane, turn, fill, switches, budget, export; and what lies under
// the pointer.
#pragma once

#include <QWidget>

#include "widgets/views/slice_computation.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;
class QFormLayout;

namespace tessera {

class SliceView;

inline constexpr int kSliderStepsPerDegree = 2;

class SlicePanel : public QWidget {
    Q_OBJECT
  public:
    explicit SlicePanel(SliceView& view, QWidget* parent = nullptr);

  private:
    QWidget* makePlaneGroup();
    QWidget* makeTurnGroup();
    QWidget* makeDrawingGroup();
    QWidget* makeBudgetGroup();
    void applyRecipe();
    void applyTurn();
    void applySwitches();
    void applyBudget();
    void showState();  // from the view to the controls
    void showClasses();
    void showHover();

    SliceView& view_;
    bool isShowing_ = false;  // controls are being set, not used
    QComboBox *kind_, *completion_, *classA_, *classB_, *fill_;
    QFormLayout* planeForm_;
    QSpinBox *seed_, *samples_, *maxRegions_, *maxSeconds_, *resolution_;
    QSlider *rotation_, *tilt_, *secondTilt_;
    QLabel *rotationText_, *tiltText_, *secondTiltText_, *axes_, *hover_;
    QLabel *tiltName_, *secondTiltName_;
    QCheckBox *edges_, *boundary_, *drawSamples_, *grid_, *labels_, *legend_;
};

}  // namespace tessera
