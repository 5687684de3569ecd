// SPDX-License-Identifier: GPL-3.0-or-later
// How a slice is laid: through samples, or along directions of the data. Plain functions, run in a job since
// they read data.
#pragma once

#include <QString>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/base/progress.h"
#include "core/data/dataset.h"
#include "core/geometry/slice_plane.h"
#include "core/model/model.h"

namespace tessera {

enum class PlaneKind { Samples, ClassDifference, PrincipalComponents, Random, Pasted };
enum class PlaneCompletion {
    RandomDirections,
    OtherSamples
};  // where one or two anchors leave a direction open

struct PlaneRecipe {
    PlaneKind kind = PlaneKind::Samples;
    PlaneCompletion completion = PlaneCompletion::RandomDirections;
    std::uint64_t seed = 1;
    int classA = 0, classB = 1;            // for ClassDifference
    std::map<int, Eigen::VectorXd> moved;  // anchors dragged away from their sample, by place in the list
    std::optional<SlicePlane> pasted;      // another slice's axes
};

struct PlaneSource {
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Dataset> dataset;  // may be null
    Normalisation normalisation;
    std::vector<qint64> anchors;
};

struct AnchorPoint {
    Eigen::VectorXd input;  // as the network takes it
    qint64 sample = -1;
    int label = -1;
    QString name;
    bool isMoved = false;
};

struct BuiltPlane {
    SlicePlane plane;
    std::vector<AnchorPoint> anchors;
    std::array<Eigen::VectorXd, 2>
        outward;  // unit directions to tilt towards, outside the plane; empty if there are none
    std::array<QString, 2> outwardNames;
    QString note;  // what was chosen for the user: "1,000 of 60,000 samples searched"
};

// Rotation and tilts about the centre of the plane's window, in radians.
struct SliceTurn {
    double rotation = 0, tilt = 0, secondTilt = 0;
    bool operator==(const SliceTurn&) const = default;
};

Result<BuiltPlane> buildPlane(const PlaneSource& source, const PlaneRecipe& recipe, std::stop_token stop,
                              Progress& progress);
SlicePlane turned(const BuiltPlane& built, const SliceTurn& turn);
Eigen::Vector2d windowCentre(const SlicePlane& plane);

// Inputs as the network takes them, one a column.
Result<Eigen::MatrixXd> readInputs(const PlaneSource& source, const std::vector<std::int64_t>& samples);
// `count` of 0..size-1, the same in every run, ascending; all of them if there are no more.
std::vector<std::int64_t> subset(std::int64_t size, std::int64_t count, std::uint64_t seed);

}  // namespace tessera
