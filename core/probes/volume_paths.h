// SPDX-License-Identifier: GPL-3.0-or-later
// Counterfactual searches (counterfactual_search.h) seen in a volume: within it, or in the whole input space
// and then projected onto it. Searches within a slice are derived here; the search itself is method 1's.
#pragma once

#include "core/probes/counterfactual_search.h"
#include "core/probes/volume_place.h"
#include "core/probes/volume_record.h"

namespace tessera {

// The logits on the three coordinates of a volume with orthonormal axes: of inputs origin + U a, with the
// gradient U^T g. Both must outlive it.
class VolumeField final : public LogitField {
  public:
    VolumeField(const LogitField& field, const SliceVolume& volume);
    std::int64_t classes() const override { return field_.classes(); }
    std::int64_t width() const override { return 3; }
    std::int64_t blockRows() const override { return field_.blockRows(); }
    Result<Done> logits(ConstRows points, Rows& logits) const override;
    Result<Done> gradients(ConstRows points, const Choose& choose, Rows& logits,
                           Rows& gradients) const override;

  private:
    Rows inputs(ConstRows points) const;
    const LogitField& field_;
    Eigen::RowVectorXd origin_;
    Rows axes_;  // 3 x inputs
};

struct PathSettings {
    FlipTarget target = FlipTarget::Untargeted;
    double radius = 0;  // 0: standardRadius
    std::int32_t steps = 200;
};
// Parameters "paths" (none, volume, input), "path-target", "path-radius" and "path-steps".
std::vector<Parameter> volumePathParameters();
bool searchesPaths(const ParameterMap& parameters);
PathSettings pathSettings(const ParameterMap& parameters);

// Twice the farthest start's first-order distance to its nearest boundary; 0: none has one.
Result<double> standardRadius(const LogitField& field, ConstRows starts, WorkerTeam& team,
                              std::stop_token stop);
// Pixels' range, for searches in the whole input space; none: the data are no images.
std::optional<ValidRange> inputRange(const ProbeInputs& inputs);
// With the v2 rule (the target is reached) and plain steps, the first of a fiftieth of the radius. At most
// 200 points of a path are kept.
Result<SearchOutput> searchPaths(const LogitField& field, ConstRows starts, const PathSettings& settings,
                                 double radius, const std::optional<ValidRange>& valid, WorkerTeam& team,
                                 std::stop_token stop);

struct FoundPaths {
    std::vector<VolumePath> paths;
    std::vector<std::string> notes;
};
// What the parameters ask for: one from each sample of the place, or from the middle of the box.
Result<FoundPaths> volumePaths(const ProbeInputs& inputs, const ParameterMap& parameters,
                               const VolumePlace& place, std::stop_token stop);

}  // namespace tessera
