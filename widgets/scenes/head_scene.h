// SPDX-License-Identifier: GPL-3.0-or-later
// One column of the compare view: a head's classes on the slice that all columns share, how far reference
// data support its target there, and its search from the shared point.
#pragma once

#include "core/probes/class_map.h"
#include "core/probes/support_field.h"
#include "core/probes/trace_plane.h"
#include "widgets/scenes/panel_scene.h"
#include "widgets/scenes/plot_frame.h"
#include "widgets/scenes/prepared_arrangement.h"
#include "widgets/scenes/slice_map.h"

namespace tessera {

// Fixed wherever an outcome is drawn.
QColor outcomeColour(FlipOutcome outcome);

// Where all columns look: the shorter side of a plot shows `reach` to both sides of the centre.
struct HeadCamera {
    Eigen::Vector2d centre = {0, 0};
    double reach = 1;
    bool operator==(const HeadCamera&) const = default;
};

struct HeadLook {
    enum class Fill { Class, Support };
    Fill fill = Fill::Class;
    bool support = true;  // threshold line, and a veil where references do not support the target
    bool path = true, ball = true, minimalFlip = true, references = true, edges = false;
    bool legend = true;  // where there is room for one
    HeadCamera camera;
    std::int32_t step = -1;  // of the search, marked on the path; -1: its end
};

// What the columns of one view have in common.
struct HeadShared {
    std::shared_ptr<const LaidTracePlane> laid;
    std::vector<QString> classNames;
    int classCount = 2;
    Eigen::RowVectorXd start;
    std::shared_ptr<const References> references;  // may be null
    QString className(int label) const;
    Eigen::Vector2d startInSlice() const { return laid->plane.pointInSlice(start.transpose()); }
};

// The frame of a picture in slice coordinates with equal scales: for painting and for the mouse.
struct HeadFrame {
    PlotFrame frame;
    SliceMap map;
    Eigen::Vector2d low, high;
};

// A picture on the shared slice.
class SharedSliceScene : public PanelScene {
  public:
    std::shared_ptr<const HeadShared> shared;
    HeadLook look;
    // Of a figure: the same for all its panels, so that it is drawn once. Empty: what this one shows.
    std::vector<LegendItem> commonLegend = {};

    virtual QString subtitle() const = 0;
    double aspect() const override { return 0.95; }
    std::vector<LegendItem> legend() const override;
    void paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
               std::stop_token stop) const override;
    HeadFrame frame(const PanelStyle& style, const QSizeF& size) const;

  protected:
    virtual std::vector<LegendItem> ownLegend() const = 0;
    virtual void paintContents(QPainter& painter, const PanelStyle& style, const HeadFrame& on,
                               std::stop_token stop) const = 0;
    void paintStart(QPainter& painter, const PanelStyle& style, const HeadFrame& on) const;
};

class HeadScene : public SharedSliceScene {
  public:
    QString name;
    std::shared_ptr<const HeadTrace> trace;                  // may be null: still searching
    double radius = 0;                                       // of its ball
    std::shared_ptr<const SampledField> field;               // may be null
    std::shared_ptr<const PreparedArrangement> arrangement;  // may be null
    std::shared_ptr<const SupportField> support;             // of the trace's target; may be null

    QString title() const override { return name; }
    QString subtitle() const override;  // "supported flip to 7: distance 0.42, 41 steps"
    std::optional<ColourBar> colourBar() const override;
    std::vector<Table> numbers() const override;
    // Place in the list of kept steps of the one that the look marks.
    std::size_t markedStep() const;

  protected:
    std::vector<LegendItem> ownLegend() const override;
    void paintContents(QPainter& painter, const PanelStyle& style, const HeadFrame& on,
                       std::stop_token stop) const override;

  private:
    Eigen::Vector2d inPlane(const Eigen::RowVectorXd& point) const;
    enum class Part { Fill, Lines };
    void paintClasses(QPainter& painter, const PanelStyle& style, const HeadFrame& frame, Part part,
                      std::stop_token stop) const;
    void paintSupport(QPainter& painter, const PanelStyle& style, const HeadFrame& frame) const;
    void paintTrace(QPainter& painter, const PanelStyle& style, const HeadFrame& frame) const;
};

// Where the heads' predictions differ on the slice: the class where all agree, darker the more of them do
// not predict what most do.
class HeadDifferenceScene : public SharedSliceScene {
  public:
    std::vector<std::shared_ptr<const SampledField>> fields;  // of one grid
    std::vector<QString> names;

    QString title() const override;
    QString subtitle() const override;
    // Heads that do not predict what most do (the first of equals), per cell of the grid; empty until all
    // fields are there.
    std::vector<int> differing() const;

  protected:
    std::vector<LegendItem> ownLegend() const override;
    void paintContents(QPainter& painter, const PanelStyle& style, const HeadFrame& on,
                       std::stop_token stop) const override;
};

}  // namespace tessera
