// SPDX-License-Identifier: GPL-3.0-or-later
// How the values of one column are spread: bars, stacked by class or by right and wrong, with the selected
// rows on top.
#pragma once

#include <string>

#include "widgets/scenes/plot_frame.h"

namespace tessera {

struct HistogramChoice {
    enum class Groups { None, Class, Correct };
    std::string column;
    Groups groups = Groups::None;
    std::string groupColumn = {};  // of Groups::Class
    int bins = 0;                  // 0: by the number of rows and their spread (Freedman-Diaconis)
    bool logarithmic = false;
    bool logCounts = false;
    bool operator==(const HistogramChoice&) const = default;
};

struct HistogramBins {
    std::shared_ptr<const Table> table;
    HistogramChoice choice;
    PlotAxis xAxis;
    std::vector<double> edges;                      // bins + 1, ascending; a bin holds its lower edge
    std::vector<std::vector<std::int64_t>> counts;  // by group and bin
    std::vector<LegendItem> groups;                 // one a group
    std::vector<std::int32_t> binOfRow;             // -1: no value
    std::size_t notCounted = 0;
    std::int64_t highest = 0;  // bar
};
// Null if the table has no such column. Any thread.
std::shared_ptr<const HistogramBins> histogramBins(std::shared_ptr<const Table> table,
                                                   const HistogramChoice& choice,
                                                   const SceneContext& context);

class HistogramScene : public PanelScene {
  public:
    // `selected`: by row; empty: none.
    explicit HistogramScene(std::shared_ptr<const HistogramBins> bins,
                            const std::vector<unsigned char>& selected = {});
    const HistogramBins& bins() const { return *bins_; }
    QString heading;
    bool grid = true;
    bool keepsLegend = false;  // the row for selected rows is there even if none is: a view does not jump

    QString title() const override { return heading; }
    void paint(QPainter& painter, const PanelStyle& style, const QSizeF& sizePt,
               std::stop_token stop) const override;
    std::vector<LegendItem> legend() const override;
    std::vector<Table> numbers() const override;
    PlotFrame frame(const PanelStyle& style, const QSizeF& sizePt) const;

  private:
    std::shared_ptr<const HistogramBins> bins_;
    std::vector<std::int64_t> selected_;  // by bin; empty: none
};

}  // namespace tessera
