// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/slice_recipe.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "core/numerics/principal_directions.h"

namespace tessera {
namespace {

constexpr std::int64_t kSubset = 384;     // samples that stand for the data in directions and extents
constexpr std::int64_t kPerClass = 1000;  // samples that a class mean is taken over
constexpr double kMargin = 0.35;

Eigen::VectorXd orthogonalPart(Eigen::VectorXd direction, const SlicePlane& plane) {
    const Eigen::VectorXd u = plane.u.normalized();
    const Eigen::VectorXd v = (plane.v - u * u.dot(plane.v)).normalized();
    for (int pass = 0; pass < 2; ++pass) direction -= u * u.dot(direction) + v * v.dot(direction);
    return direction;
}

Result<std::vector<AnchorPoint>> readAnchors(const PlaneSource& source, const PlaneRecipe& recipe) {
    std::vector<AnchorPoint> anchors;
    if (!source.dataset || source.anchors.empty()) return anchors;
    for (const auto sample : source.anchors)
        if (sample < 0 || sample >= source.dataset->size())
            return inputError("Sample " + std::to_string(sample) + " is not in " +
                              source.dataset->path().string() + ", which has " +
                              std::to_string(source.dataset->size()) + "; choose another anchor.");
    auto inputs = readInputs(source, {source.anchors.begin(), source.anchors.end()});
    if (!inputs.isOk()) return std::move(inputs).propagate<std::vector<AnchorPoint>>();
    for (std::size_t i = 0; i < source.anchors.size(); ++i) {
        AnchorPoint anchor;
        anchor.sample = source.anchors[i];
        anchor.label = source.dataset->label(anchor.sample);
        anchor.name = QString::fromStdString(source.dataset->sampleName(anchor.sample));
        anchor.input = inputs.value().col(static_cast<Eigen::Index>(i));
        const auto moved = recipe.moved.find(static_cast<int>(i));
        if (moved != recipe.moved.end() && moved->second.size() == anchor.input.size()) {
            anchor.input = moved->second;
            anchor.name = QStringLiteral("moved anchor (from %1)").arg(anchor.name);
            anchor.isMoved = true;
        }
        anchors.push_back(std::move(anchor));
    }
    return anchors;
}

// Far enough for the nearest sample of another class to come into the picture.
double halfWidthAround(const Eigen::VectorXd& centre, int label, const PlaneSource& source,
                       const Eigen::MatrixXd& data, const std::vector<std::int64_t>& samples) {
    double nearest = 0;
    for (Eigen::Index i = 0; i < data.cols(); ++i) {
        const double distance = (data.col(i) - centre).norm();
        const bool isOther =
            label < 0 || source.dataset->label(samples[static_cast<std::size_t>(i)]) != label;
        if (isOther && distance > 0 && (nearest == 0 || distance < nearest)) nearest = distance;
    }
    return nearest > 0 ? nearest * 0.9 : 1;
}

Result<SlicePlane> throughAnchors(const PlaneSource& source, const PlaneRecipe& recipe,
                                  const std::vector<AnchorPoint>& anchors, const Eigen::MatrixXd& data,
                                  const std::vector<std::int64_t>& samples) {
    const Shape& shape = source.model->info().inputShape;
    const auto size = elementCount(shape);
    if (anchors.size() >= 3) {
        const std::array<Eigen::VectorXd, 3> points{anchors[0].input, anchors[1].input, anchors[2].input};
        return planeThroughSamples(shape, points, kMargin);
    }
    // The open directions: the same as those of the command line when random, so that both give one picture.
    std::array<Eigen::VectorXd, 2> open{randomDirection(size, recipe.seed + 1),
                                        randomDirection(size, recipe.seed)};
    if (recipe.completion == PlaneCompletion::OtherSamples && data.cols() >= 2) {
        std::mt19937_64 random(recipe.seed);
        for (auto& direction : open) {
            for (int attempt = 0; attempt < 20; ++attempt) {
                const auto other =
                    static_cast<Eigen::Index>(random() % static_cast<std::uint64_t>(data.cols()));
                const int label = source.dataset->label(samples[static_cast<std::size_t>(other)]);
                direction = data.col(other) - anchors[0].input;
                if (direction.norm() > 0 && (label < 0 || label != anchors[0].label)) break;
            }
        }
    }
    if (anchors.size() == 2) {
        const Eigen::VectorXd along = anchors[1].input - anchors[0].input;
        if (!(along.norm() > 0))
            return inputError(
                "The two anchors are the same point, so no plane is fixed by them; replace one.");
        return planeAlongDirections(shape, (anchors[0].input + anchors[1].input) / 2, along, open[1],
                                    along.norm() * (0.5 + kMargin));
    }
    return planeAlongDirections(shape, anchors[0].input, open[0], open[1],
                                halfWidthAround(anchors[0].input, anchors[0].label, source, data, samples));
}

Result<SlicePlane> betweenClasses(const PlaneSource& source, const PlaneRecipe& recipe,
                                  const PrincipalDirections& directions, const std::stop_token& stop) {
    std::array<Eigen::VectorXd, 2> means;
    const std::array<int, 2> labels{recipe.classA, recipe.classB};
    for (std::size_t which = 0; which < 2; ++which) {
        std::vector<std::int64_t> members;
        for (std::int64_t i = 0;
             i < source.dataset->size() && static_cast<std::int64_t>(members.size()) < kPerClass; ++i)
            if (source.dataset->label(i) == labels[which]) members.push_back(i);
        if (members.empty())
            return inputError(source.dataset->path().string() + " has no samples of class " +
                              std::to_string(labels[which]) + "; choose another class.");
        if (stop.stop_requested()) return Cancelled{};
        auto inputs = readInputs(source, members);
        if (!inputs.isOk()) return std::move(inputs).propagate<SlicePlane>();
        means[which] = inputs.value().rowwise().mean();
    }
    const Eigen::VectorXd difference = means[1] - means[0];
    if (!(difference.norm() > 0))
        return inputError(
            "The two classes have the same mean, so no direction leads from one to the other; choose another "
            "pair.");
    Eigen::VectorXd second = directions.axes.cols() > 0 ? Eigen::VectorXd(directions.axes.col(0))
                                                        : randomDirection(difference.size(), recipe.seed);
    const Eigen::VectorXd unit = difference.normalized();
    if ((second - unit * unit.dot(second)).norm() < 0.1)
        second = randomDirection(difference.size(), recipe.seed);
    return planeAlongDirections(source.model->info().inputShape, (means[0] + means[1]) / 2, difference,
                                second, difference.norm());
}

// All of a two-dimensional input space: the axes are the inputs themselves.
SlicePlane wholeSpace(const Shape& shape, const Eigen::MatrixXd& data) {
    SlicePlane plane;
    plane.inputShape = shape;
    plane.origin = Eigen::Vector2d::Zero();
    plane.u = Eigen::Vector2d::UnitX();
    plane.v = Eigen::Vector2d::UnitY();
    Eigen::Vector2d low(-1, -1), high(1, 1);
    if (data.cols() > 1) {
        low = data.rowwise().minCoeff();
        high = data.rowwise().maxCoeff();
    }
    const Eigen::Vector2d centre = (low + high) / 2;
    const double half = std::max((high - low).maxCoeff() * 0.6, 1e-6);
    plane.window =
        rectanglePolygon(centre.x() - half, centre.y() - half, centre.x() + half, centre.y() + half);
    return plane;
}

}  // namespace

std::vector<std::int64_t> subset(std::int64_t size, std::int64_t count, std::uint64_t seed) {
    std::vector<std::int64_t> chosen;
    if (size <= count) {
        chosen.resize(static_cast<std::size_t>(size));
        std::iota(chosen.begin(), chosen.end(), 0);
        return chosen;
    }
    // One of each of `count` equal stretches: no shuffling of a million indices, and sorted files are covered
    // evenly.
    std::mt19937_64 random(seed);
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t from = size * i / count, to = size * (i + 1) / count;
        chosen.push_back(from + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(to - from)));
    }
    return chosen;
}

Result<Eigen::MatrixXd> readInputs(const PlaneSource& source, const std::vector<std::int64_t>& samples) {
    const Shape& shape = source.dataset->sampleShape();
    const auto size = elementCount(shape), count = static_cast<std::int64_t>(samples.size());
    Eigen::MatrixXf values(size, count);
    auto read = source.dataset->read(samples, values.data());
    if (!read.isOk()) return std::move(read).propagate<Eigen::MatrixXd>();
    normalise(source.normalisation, shape, count, values.data());
    return Eigen::MatrixXd(values.cast<double>());
}

Eigen::Vector2d windowCentre(const SlicePlane& plane) {
    const auto box = boundingBox(plane.window);
    return (box.low + box.high) / 2;
}

Result<BuiltPlane> buildPlane(const PlaneSource& source, const PlaneRecipe& recipe, std::stop_token stop,
                              Progress& progress) {
    progress.report(0, 0, "laying the plane");
    BuiltPlane built;
    auto anchors = readAnchors(source, recipe);
    if (!anchors.isOk()) return std::move(anchors).propagate<BuiltPlane>();
    built.anchors = std::move(anchors).value();

    const Shape& shape = source.model->info().inputShape;
    const auto size = elementCount(shape);
    if (size < 2)
        return inputError("The model takes a single number, so there is no plane in its input space.");
    Eigen::MatrixXd data;
    std::vector<std::int64_t> samples;
    if (source.dataset) {
        samples = subset(source.dataset->size(), kSubset, recipe.seed);
        auto inputs = readInputs(source, samples);
        if (!inputs.isOk()) return std::move(inputs).propagate<BuiltPlane>();
        data = std::move(inputs).value();
    }
    if (stop.stop_requested()) return Cancelled{};
    const bool isWholeSpace = size == 2 && recipe.kind != PlaneKind::Pasted;
    const PrincipalDirections directions =
        isWholeSpace ? PrincipalDirections() : principalDirections(data, 4);
    if (stop.stop_requested()) return Cancelled{};

    const Eigen::VectorXd centre = !built.anchors.empty() ? built.anchors[0].input
                                   : data.cols() > 0      ? Eigen::VectorXd(data.rowwise().mean())
                                                          : Eigen::VectorXd::Zero(size);
    Result<SlicePlane> plane = inputError("Choose one to three samples for the slice to go through.");
    if (isWholeSpace) {
        plane = wholeSpace(shape, data);
    } else if (recipe.kind == PlaneKind::Pasted && recipe.pasted) {
        if (elementCount(recipe.pasted->inputShape) != size)
            return inputError("The copied plane is one of inputs " + shapeText(recipe.pasted->inputShape) +
                              ", but the model takes " + shapeText(shape) + "; copy a plane of this model.");
        plane = *recipe.pasted;
        plane.value().inputShape = shape;
    } else if (recipe.kind == PlaneKind::ClassDifference && source.dataset) {
        plane = betweenClasses(source, recipe, directions, stop);
    } else if (recipe.kind == PlaneKind::PrincipalComponents && source.dataset) {
        if (directions.axes.cols() < 2)
            return inputError(
                "The data vary along fewer than two directions, so they have no principal plane.");
        plane = planeAlongDirections(shape, directions.mean, directions.axes.col(0), directions.axes.col(1),
                                     directions.extent * 1.15);
    } else if (recipe.kind == PlaneKind::Random ||
               (recipe.kind == PlaneKind::Samples && !source.dataset && built.anchors.empty())) {
        plane = planeAlongDirections(
            shape, centre, randomDirection(size, recipe.seed + 1), randomDirection(size, recipe.seed),
            data.cols() > 1 ? halfWidthAround(centre, built.anchors.empty() ? -1 : built.anchors[0].label,
                                              source, data, samples)
                            : std::sqrt(static_cast<double>(size)));  // of inputs normalised to unit variance
    } else if (!built.anchors.empty()) {
        plane = throughAnchors(source, recipe, built.anchors, data, samples);
    }
    if (!plane.isOk()) return std::move(plane).propagate<BuiltPlane>();
    built.plane = std::move(plane).value();
    if (auto valid = validatePlane(built.plane); !valid.isOk())
        return std::move(valid).propagate<BuiltPlane>();
    if (!source.dataset && recipe.kind != PlaneKind::Pasted)
        built.note = isWholeSpace ? QStringLiteral("no data open")
                                  : QStringLiteral("no data open: random directions through zero");

    // Where to tilt: along the data if they leave the plane, else anywhere.
    std::size_t found = 0;
    const auto take = [&](const Eigen::VectorXd& direction, const QString& name) {
        Eigen::VectorXd outward = orthogonalPart(direction, built.plane);
        if (found == 1) outward -= built.outward[0] * built.outward[0].dot(outward);
        if (found >= 2 || outward.norm() < 0.3 * direction.norm()) return;
        built.outward[found] = outward.normalized();
        built.outwardNames[found++] = name;
    };
    for (Eigen::Index i = 0; i < directions.axes.cols(); ++i)
        take(directions.axes.col(i), QStringLiteral("data direction %1").arg(i + 1));
    for (int i = 0; i < 4 && size > 2; ++i)
        take(randomDirection(size, recipe.seed + 100 + static_cast<std::uint64_t>(i)),
             QStringLiteral("random direction"));
    return built;
}

SlicePlane turned(const BuiltPlane& built, const SliceTurn& turn) {
    const Eigen::Vector2d centre = windowCentre(built.plane);
    SlicePlane plane = built.plane;
    const auto tilt = [&](const Eigen::VectorXd& direction, double angle) {
        if (angle == 0 || direction.size() == 0) return;
        if (auto tilted = plane.tiltedTowards(direction, angle, centre); tilted.isOk())
            plane = std::move(tilted).value();
    };
    tilt(built.outward[0], turn.tilt);
    if (turn.secondTilt != 0) {  // the other axis: a quarter turn there and back
        constexpr double kQuarter = 1.57079632679489661923;
        plane = plane.rotatedInPlane(kQuarter, centre);
        tilt(built.outward[1], turn.secondTilt);
        plane = plane.rotatedInPlane(-kQuarter, centre);
    }
    return turn.rotation == 0 ? plane : plane.rotatedInPlane(turn.rotation, centre);
}

}  // namespace tessera
