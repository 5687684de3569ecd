// SPDX-License-Identifier: GPL-3.0-or-later
// Heads side by side: one picture a head and one of where they differ, with one slice, one camera and one
// colour scale, the searches from the current sample, and a slider through their steps.
#pragma once

#include <QTimer>
#include <QWidget>

#include "widgets/views/head_canvas.h"
#include "widgets/views/head_search.h"
#include "widgets/views/neighbour_strip.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QScrollArea;
class QSlider;
class QToolButton;

namespace tessera {

class HeadColumns : public QWidget {
    Q_OBJECT
  public:
    HeadColumns(Workspace& workspace, JobRunner& jobs, ThumbnailCache& thumbnails, QWidget* parent = nullptr);

    // Those that can be shown; at first the first four are.
    void setColumns(std::vector<ComparedColumn> columns, const ParameterMap& parameters, std::uint64_t seed);
    // What the viewer should know of the columns, above them; empty: nothing.
    void setNote(const QString& sentence);

    HeadSearch& search() { return search_; }
    const std::vector<HeadCanvas*>& canvases() const { return canvases_; }  // of the heads shown
    HeadCanvas& difference() const { return *difference_; }
    QSlider& slider() const { return *slider_; }
    const HeadLook& look() const { return look_; }
    void setLook(const HeadLook& look);
    std::vector<std::size_t> shownHeads() const;  // places in the columns given
    void setShownHeads(const std::vector<std::size_t>& heads);
    QString readout(std::size_t place) const;  // of a head shown, at the slider's step
    // What is seen now, for a figure.
    std::vector<std::shared_ptr<const PanelScene>> panels() const;
    bool isSettled() const;

  public Q_SLOTS:
    void fit();

  Q_SIGNALS:
    void nextWanted();  // the next sample at which the heads differ

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void makeBar(QLayout* rows);
    void makeSteps(QLayout* rows);
    void makeGrid();
    void arrangeBars();
    void arrange();
    void searchAgain();  // of the heads that are shown now
    void tracesChanged(bool isNewPlane);
    // One slice for all that is searched now.
    bool isThere() const { return shared_ && search_.traces().size() == columns_.size(); }
    void updateScene(std::size_t place);
    void updateDifference();
    void updateScenes();
    void updateReadouts();
    void moveCamera(const HeadCamera& camera);
    void mapSoon();
    void resizedCanvas();
    void showNote();
    std::int32_t mostSteps() const;
    QString details(std::size_t place) const;
    QImage pointPicture(std::size_t place) const;  // null: a point of this space has none
    std::shared_ptr<HeadScene> sceneOf(std::size_t place, bool forFigure) const;
    std::shared_ptr<HeadDifferenceScene> differenceScene(bool forFigure) const;

    Workspace& workspace_;
    JobRunner& jobs_;
    ThumbnailCache& thumbnails_;
    HeadSearch search_;
    std::vector<ComparedColumn> all_;
    std::vector<bool> isShown_;
    ParameterMap parameters_;
    std::uint64_t seed_ = 0;
    HeadLook look_;
    QString noteText_;
    std::shared_ptr<const HeadShared> shared_;
    QTimer mapTimer_;

    struct Column {
        QWidget* whole = nullptr;
        HeadCanvas* canvas = nullptr;
        QLabel* readout = nullptr;
        NeighbourStrip* neighbours = nullptr;
    };
    std::vector<Column> columns_;
    std::vector<HeadCanvas*> canvases_;
    QWidget* differenceColumn_;
    HeadCanvas* difference_;
    QLabel* differenceText_;
    QWidget *sampleBar_, *lookBar_;
    QGridLayout* bars_;
    QComboBox *axes_, *fill_;
    QToolButton *heads_, *shows_, *back_, *next_, *fit_;
    QLabel *sample_, *note_;
    QScrollArea* scroll_;
    QWidget* content_;
    QGridLayout* grid_;
    QWidget* steps_;
    QSlider* slider_;
    QLabel* step_;
};

}  // namespace tessera
