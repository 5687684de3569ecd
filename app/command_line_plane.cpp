// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line_plane.h"

#include "core/data/plane_file.h"

namespace tessera {
namespace {

Result<std::vector<Eigen::VectorXd>> readAnchors(const DataForModel& data,
                                                 const std::vector<std::int64_t>& samples,
                                                 const std::string& source) {
    const auto count = data.dataset->size();
    for (const auto sample : samples)
        if (sample < 0 || sample >= count)
            return inputError(source + " has samples 0 to " + std::to_string(count - 1) +
                              ", and --samples asks for " + std::to_string(sample) + ".");
    const auto& shape = data.dataset->sampleShape();
    const auto width = elementCount(shape);
    std::vector<float> values(samples.size() * static_cast<std::size_t>(width));
    auto read = data.dataset->read(samples, values.data());
    if (!read.isOk()) return std::move(read).propagate<std::vector<Eigen::VectorXd>>();
    normalise(data.normalisation, shape, static_cast<std::int64_t>(samples.size()), values.data());
    std::vector<Eigen::VectorXd> anchors;
    for (std::size_t i = 0; i < samples.size(); ++i)
        anchors.push_back(
            Eigen::Map<const Eigen::VectorXf>(values.data() + static_cast<std::ptrdiff_t>(i) * width, width)
                .cast<double>());
    return anchors;
}

Result<SlicePlane> planeThrough(const Shape& shape, const std::vector<Eigen::VectorXd>& anchors,
                                const RegionsOptions& options, std::uint64_t seed) {
    if (anchors.size() == 3) return planeThroughSamples(shape, anchors, options.margin);
    // Fewer samples leave directions open: they are drawn at random, from --seed.
    const auto size = anchors.front().size();
    const Eigen::VectorXd last = randomDirection(size, seed);
    if (anchors.size() == 1)
        return planeAlongDirections(shape, anchors[0], randomDirection(size, seed + 1), last,
                                    options.halfWidth);
    const Eigen::VectorXd difference = anchors[1] - anchors[0];
    return planeAlongDirections(shape, (anchors[0] + anchors[1]) / 2, difference, last,
                                difference.norm() * (0.5 + options.margin));
}

Result<ChosenPlane> planeFromData(const Model& model, const RegionsOptions& options, std::uint64_t seed) {
    auto data = openDataFor(model, options.source, seed);
    if (!data.isOk()) return std::move(data).propagate<ChosenPlane>();
    auto anchors = readAnchors(data.value(), options.samples, options.source.data);
    if (!anchors.isOk()) return std::move(anchors).propagate<ChosenPlane>();
    auto plane = planeThrough(model.info().inputShape, anchors.value(), options, seed);
    if (!plane.isOk()) return std::move(plane).propagate<ChosenPlane>();
    ChosenPlane chosen;
    chosen.plane = std::move(plane).value();
    chosen.samples = options.samples;
    for (const auto& anchor : anchors.value())
        chosen.samplePoints.push_back(chosen.plane.pointInSlice(anchor));
    for (const auto sample : options.samples) {
        chosen.sampleLabels.push_back(data.value().dataset->label(sample));
        chosen.sampleNames.push_back(data.value().dataset->sampleName(sample));
    }
    chosen.classNames = data.value().dataset->classNames();
    return chosen;
}

}  // namespace

Result<ChosenPlane> choosePlane(const Model& model, const RegionsOptions& options, std::uint64_t seed) {
    ChosenPlane chosen;
    if (options.plane.empty()) {
        auto fromData = planeFromData(model, options, seed);
        if (!fromData.isOk()) return fromData;
        chosen = std::move(fromData).value();
    } else {
        auto read = readPlaneFile(options.plane);
        if (!read.isOk()) return std::move(read).propagate<ChosenPlane>();
        chosen.plane = std::move(read).value();
        const auto& shape = model.info().inputShape;
        if (elementCount(chosen.plane.inputShape) != elementCount(shape))
            return inputError(options.plane + " is a plane of inputs " + shapeText(chosen.plane.inputShape) +
                              ", but " + model.info().path.string() + " takes " + shapeText(shape) +
                              "; use a plane made for this model.");
        chosen.plane.inputShape = shape;
    }
    if (!options.window.empty()) {
        const auto& w = options.window;
        if (!(w[0] < w[2] && w[1] < w[3]))
            return inputError("--window takes s0,t0,s1,t1 with s0 < s1 and t0 < t1.");
        chosen.plane.window = rectanglePolygon(w[0], w[1], w[2], w[3]);
    }
    auto valid = validatePlane(chosen.plane);
    if (!valid.isOk()) return std::move(valid).propagate<ChosenPlane>();
    return chosen;
}

}  // namespace tessera
