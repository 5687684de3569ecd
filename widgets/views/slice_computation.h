// SPDX-License-Identifier: GPL-3.0-or-later
// The work behind a slice view: lays the plane, samples it coarse to fine, finds its exact regions and the
// samples near it, all in jobs of which the latest wins. Holds the newest results; knows nothing of pixels.
#pragma once

#include <QObject>
#include <QTimer>

#include "core/probes/class_map.h"
#include "core/probes/linear_regions.h"
#include "widgets/jobs/job_runner.h"
#include "widgets/scenes/prepared_arrangement.h"
#include "widgets/views/nearby_samples.h"
#include "widgets/views/slice_recipe.h"
#include "widgets/workspace.h"

namespace tessera {

struct SliceBudget {
    std::int64_t maxRegions = 200'000;
    double maxSeconds = 20;
    int resolution = 256;  // of the sampled map, along the longer side
    bool operator==(const SliceBudget&) const = default;
};

class SliceComputation : public QObject {
    Q_OBJECT
  public:
    SliceComputation(Workspace& workspace, JobRunner& jobs, QObject* parent = nullptr);

    const PlaneRecipe& recipe() const { return recipe_; }
    void setRecipe(PlaneRecipe recipe, const SliceTurn& turn = {});  // turned so once it is laid
    const SliceTurn& turn() const { return turn_; }
    const SliceTurn& wantedTurn() const { return isLaying() ? wantedTurn_ : turn_; }
    void setTurn(const SliceTurn& turn);  // the caller asks for a new window when the turning pauses
    const SliceBudget& budget() const { return budget_; }
    void setBudget(const SliceBudget& budget);
    // Of a session: shown instead of computing, as long as plane and window are those it was made for.
    void offerRegions(std::shared_ptr<const LinearRegions::Output> regions) { offered_ = std::move(regions); }
    LinearRegions::Options regionsOptions() const;                    // as the budget says
    void moveAnchor(int place, const Eigen::Vector2d& pointInSlice);  // becomes a free point of the plane
    void replaceAnchor(int place, qint64 sample);                     // place == count: one more, up to three

    bool hasPlane() const { return built_ != nullptr; }
    const BuiltPlane& built() const { return *built_; }
    const SlicePlane& plane() const { return plane_; }  // turned; its window is the one last asked for
    quint64 planeVersion() const { return planeVersion_; }

    // Computes this rectangle anew: sampled map and exact regions. Results of the old one stay until then.
    void computeWindow(const Eigen::Vector2d& low, const Eigen::Vector2d& high);
    void cancel();
    bool isLaying() const { return isLaying_ || rebuildTimer_.isActive(); }
    bool isBusy() const {
        return isSampling_ || isRefining_ || isLaying_ || isSearching_ || rebuildTimer_.isActive();
    }

    // Of the present plane, perhaps of an earlier window of it; null: none yet.
    const std::shared_ptr<const SampledField>& field() const { return field_; }
    const std::shared_ptr<const PreparedArrangement>& arrangement() const { return arrangement_; }
    const std::shared_ptr<const LinearRegions::Output>& regions() const { return regions_; }
    const Provenance& sampledProvenance() const { return sampledProvenance_; }
    std::vector<SliceMarker> anchorMarkers() const;
    const NearbySamples& nearby() const { return nearby_; }

    QString banner() const;  // why there is no exact picture, or no picture; empty: nothing to say
    QString status() const;  // "sampled 256 × 256 · exact: 9,974 regions, 0.01 s"

  Q_SIGNALS:
    void recipeChanged();           // recipe, turn or budget, at once: the plane follows
    void planeChanged(bool isNew);  // isNew: laid anew, fit the view; else turned
    void resultsChanged();          // field, arrangement or samples
    void regionsChanged();
    void statusChanged();
    void failed(const QString& sentence);

  private:
    void rebuildSoon();
    void rebuild();
    void forgetResults();
    void clear();
    PlaneSource source() const;
    void setPlane(const SlicePlane& plane);
    void sampleWindow();
    void refineWindow();
    void findSamples();

    Workspace& workspace_;
    JobRunner& jobs_;
    QTimer rebuildTimer_;
    PlaneRecipe recipe_;
    SliceTurn turn_, wantedTurn_;  // of the plane; of the one being laid
    SliceBudget budget_;
    std::shared_ptr<const BuiltPlane> built_;
    SlicePlane plane_;
    quint64 planeVersion_ = 0;
    std::vector<qint64> builtAnchors_;

    std::shared_ptr<const SampledField> field_;
    Provenance sampledProvenance_;
    std::shared_ptr<const PreparedArrangement> arrangement_;
    std::shared_ptr<const LinearRegions::Output> regions_, offered_;
    NearbySamples nearby_;
    bool isLaying_ = false, isSampling_ = false, isRefining_ = false, isSearching_ = false,
         wasCancelled_ = false;
    JobId refining_ = 0;
    QString problem_, exactProblem_;
};

}  // namespace tessera
