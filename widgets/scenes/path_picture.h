// SPDX-License-Identifier: GPL-3.0-or-later
// A record of the probe "path-regions" as its pictures and its view read it: curves, breakpoints by layer,
// and the samples on the path.
#pragma once

#include <QColor>
#include <QPointF>
#include <QString>
#include <memory>
#include <span>
#include <vector>

#include "widgets/scenes/panel_scene.h"

namespace tessera {

struct PathLayer {
    QString name;
    qint64 crossings = 0, withoutEffect = 0;
    std::vector<double> positions;  // of its crossings, ascending
};

class PathPicture {
  public:
    // Null if the record is not one of this probe, or is not whole.
    static std::shared_ptr<const PathPicture> of(std::shared_ptr<const ResultRecord> record,
                                                 const SceneContext& context);

    const std::shared_ptr<const ResultRecord>& record() const { return record_; }
    std::size_t outputs() const { return outputs_; }
    int classCount() const { return outputs_ == 1 ? 2 : static_cast<int>(outputs_); }
    std::span<const double> positions() const { return positions_; }
    double end() const { return positions_.back(); }  // of the part that was searched
    const std::vector<PathLayer>& layers() const { return layers_; }
    const std::vector<QString>& anchorNames() const { return anchorNames_; }  // at 0, 1, 2, ...
    QString logitName(std::size_t k) const { return names_[k]; }
    // Of a single logit, that of class 1.
    QColor logitColour(std::size_t k) const;
    double deviation(std::size_t k) const { return deviation_[k]; }               // NaN: no segment is whole
    const std::vector<std::size_t>& byDeviation() const { return byDeviation_; }  // largest first
    double lowestLogit() const { return lowest_; }
    double highestLogit() const { return highest_; }

    double logit(std::size_t row, std::size_t k) const { return logits_[row * outputs_ + k]; }
    double logitAt(double position, std::size_t k) const;
    // Class probabilities there; of a single logit, of both classes.
    std::vector<double> probabilitiesAt(double position) const;
    // The affine interpolation of the values at the two samples; NaN on a segment that was cut short.
    double chordAt(double position, std::size_t k) const;
    // Crossing nearest to a position: its layer, or -1 if there is none.
    int nearestCrossing(double position, double& at) const;
    // A curve between two positions as far as `columns` steps can show it: of each step the first, lowest,
    // highest and last value. (position, logit).
    std::vector<QPointF> curve(std::size_t k, double low, double high, int columns) const;

  private:
    bool read(const SceneContext& context);
    std::size_t rowBefore(double position) const;  // of the stretch that holds it

    std::shared_ptr<const ResultRecord> record_;
    std::span<const double> positions_, logits_;
    std::size_t outputs_ = 0;
    std::vector<PathLayer> layers_;
    std::vector<QString> anchorNames_, names_;
    std::vector<double> deviation_;
    std::vector<std::size_t> byDeviation_;
    std::vector<std::size_t> anchorRows_;  // rows at 0, 1, 2, ...
    double lowest_ = 0, highest_ = 0;
};

// Depth as colour: from the first layer to the last.
QColor pathLayerColour(std::size_t layer, std::size_t count);

}  // namespace tessera
