// SPDX-License-Identifier: GPL-3.0-or-later
// The work behind the columns of the compare view: searches of all heads from one point, the slice they
// share, and each head's classes and support on it. Jobs of which the latest wins; knows nothing of pixels.
#pragma once

#include <QObject>
#include <QStringList>

#include "core/base/parameter.h"
#include "core/probes/class_map.h"
#include "core/probes/support_field.h"
#include "core/probes/trace_plane.h"
#include "widgets/jobs/job_runner.h"
#include "widgets/scenes/prepared_arrangement.h"
#include "widgets/workspace.h"

namespace tessera {

// One head and how its search was set in the result.
struct ComparedColumn {
    QString name;
    std::shared_ptr<const Model> model;
    // As used: after units and tuning.
    double radius = 1, step = 0.01, shiftWeight = 0, supportWeight = 0;
    bool operator==(const ComparedColumn&) const = default;
};

struct HeadMaps {
    std::shared_ptr<const SampledField> field;
    std::shared_ptr<const PreparedArrangement> arrangement;
    std::shared_ptr<const SupportField> support;
};

class HeadSearch : public QObject {
    Q_OBJECT
  public:
    HeadSearch(Workspace& workspace, JobRunner& jobs, QObject* parent = nullptr);

    // What is compared; all columns take inputs of one shape. `parameters` of the probe "compare-heads".
    void setColumns(std::vector<ComparedColumn> columns, ParameterMap parameters, std::uint64_t seed);
    const std::vector<ComparedColumn>& columns() const { return columns_; }
    void setSample(qint64 sample);  // searches from it, and lays the slice anew; -1: none
    qint64 sample() const { return sample_; }
    // Searches from a point of the present slice, which stays as it is.
    void moveStart(const Eigen::Vector2d& pointInSlice);
    bool isMoved() const { return isMoved_; }
    void setPlane(TracePlane plane);

    // Classes, boundaries (exactly where that can be had) and support over this rectangle of the slice; what
    // there was stays until then.
    void computeWindow(const Eigen::Vector2d& low, const Eigen::Vector2d& high);

    bool hasTraces() const { return !traces_.empty(); }
    const std::vector<std::shared_ptr<const HeadTrace>>& traces() const { return traces_; }
    const std::shared_ptr<const LaidTracePlane>& laid() const { return laid_; }
    const Eigen::RowVectorXd& start() const { return start_; }
    const std::vector<HeadMaps>& maps() const { return maps_; }
    const std::shared_ptr<const References>& references() const { return references_; }
    bool isBusy() const { return isReading_ || isTracing_ || isMapping_ || isRefining_; }
    const QString& problem() const { return problem_; }  // why there is nothing to see; empty: nothing

  Q_SIGNALS:
    void tracesChanged(bool isNewPlane);
    void mapsChanged(std::size_t head);  // of which there is more to see
    void statusChanged();

  private:
    struct Heads;  // logits and references, read once
    struct Found;
    void readHeads();
    void trace(std::optional<Eigen::Vector2d> from);
    void fail(const Error& error);
    void mapWindow(const SlicePlane& plane, quint64 version);
    void refineWindow(const SlicePlane& plane, quint64 version);

    Workspace& workspace_;
    JobRunner& jobs_;
    std::vector<ComparedColumn> columns_;
    ParameterMap parameters_;
    std::uint64_t seed_ = 0;
    qint64 sample_ = -1;
    bool isMoved_ = false;
    TracePlane plane_ = TracePlane::NearestReference;
    std::shared_ptr<const Heads> heads_;
    std::shared_ptr<const References> references_;
    std::vector<std::shared_ptr<const HeadTrace>> traces_;
    std::shared_ptr<const LaidTracePlane> laid_;
    Eigen::RowVectorXd start_;
    std::vector<HeadMaps> maps_;
    quint64 mapVersion_ = 0;
    std::optional<Eigen::Vector2d> wantedStart_;
    bool isReading_ = false, isTracing_ = false, isMapping_ = false, isRefining_ = false;
    QString problem_;
};

}  // namespace tessera
