// SPDX-License-Identifier: GPL-3.0-or-later
// Pooling layers of GraphBuilder: averages are affine, maxima carry their windows.
#include <ATen/ops/adaptive_avg_pool1d.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/adaptive_max_pool1d.h>
#include <ATen/ops/adaptive_max_pool2d.h>
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/max_pool1d.h>
#include <ATen/ops/max_pool2d.h>

#include <stdexcept>

#include "core/model/float64_kernels_torch.h"
#include "core/model/layer_graph_torch.h"

namespace tessera {

namespace {

using Tensors = std::vector<at::Tensor>;
using Sizes = std::vector<std::int64_t>;

// PyTorch takes one entry for all dimensions, or none for "as the kernel".
Sizes expanded(const Sizes& given, std::size_t dimensions, const Sizes& ifEmpty) {
    if (given.empty()) return ifEmpty;
    if (given.size() == dimensions) return given;
    if (given.size() == 1) return Sizes(dimensions, given.front());
    throw std::runtime_error("a pooling layer has " + std::to_string(given.size()) + " entries where " +
                             std::to_string(dimensions) + " are expected");
}

std::size_t spatialDimensions(const Shape& shape, const std::string& name) {
    if (shape.size() != 2 && shape.size() != 3)
        throw std::runtime_error("layer " + name + " pools over an input of shape " + shapeText(shape) +
                                 "; channels and 1 or 2 dimensions are expected");
    return shape.size() - 1;
}

// Window lists from per-dimension index lists: every combination of one interval per spatial dimension.
MaxWindows windowsFromIntervals(const Shape& input, const std::vector<std::vector<Sizes>>& indexLists) {
    MaxWindows result;
    result.begin.push_back(0);
    const auto channels = input.front();
    const bool flat = indexLists.size() == 1;
    const std::int64_t width = input.back();
    const std::int64_t plane = elementCount(input) / channels;
    for (std::int64_t c = 0; c < channels; ++c) {
        const std::size_t outer = flat ? 1 : indexLists[0].size();
        for (std::size_t i = 0; i < outer; ++i)
            for (const Sizes& columns : indexLists.back()) {
                if (flat) {
                    for (const auto x : columns)
                        result.members.push_back(static_cast<std::int32_t>(c * plane + x));
                } else {
                    for (const auto y : indexLists[0][i])
                        for (const auto x : columns)
                            result.members.push_back(static_cast<std::int32_t>(c * plane + y * width + x));
                }
                result.begin.push_back(static_cast<std::int32_t>(result.members.size()));
            }
    }
    return result;
}

MaxWindows adaptiveWindows(const Shape& input, const Shape& output) {
    std::vector<std::vector<Sizes>> lists;
    for (std::size_t d = 1; d < input.size(); ++d) {
        std::vector<Sizes> perOutput;
        for (std::int64_t o = 0; o < output[d]; ++o) {
            const std::int64_t first = o * input[d] / output[d];
            const std::int64_t last = ((o + 1) * input[d] + output[d] - 1) / output[d];
            Sizes indices;
            for (std::int64_t i = first; i < last; ++i) indices.push_back(i);
            perOutput.push_back(std::move(indices));
        }
        lists.push_back(std::move(perOutput));
    }
    return windowsFromIntervals(input, lists);
}

}  // namespace

MaxWindows poolWindows(const Shape& inputShape, const Sizes& kernel, const Sizes& stride,
                       const Sizes& padding, const Sizes& dilation, const Shape& outputShape) {
    std::vector<std::vector<Sizes>> lists;
    for (std::size_t d = 0; d + 1 < inputShape.size(); ++d) {
        std::vector<Sizes> perOutput;
        for (std::int64_t o = 0; o < outputShape[d + 1]; ++o) {
            Sizes indices;
            for (std::int64_t k = 0; k < kernel[d]; ++k) {
                const std::int64_t index = o * stride[d] - padding[d] + k * dilation[d];
                if (index >= 0 && index < inputShape[d + 1]) indices.push_back(index);
            }
            if (indices.empty())
                throw std::runtime_error("a max-pooling layer has a window with nothing but padding inside");
            perOutput.push_back(std::move(indices));
        }
        lists.push_back(std::move(perOutput));
    }
    return windowsFromIntervals(inputShape, lists);
}

int GraphBuilder::maxPool(const std::string& name, int in, Sizes kernel, Sizes stride, Sizes padding,
                          Sizes dilation, bool ceilMode) {
    const auto dimensions = spatialDimensions(shapeOf(in), name);
    kernel = expanded(kernel, dimensions, {});
    stride = expanded(stride, dimensions, kernel);
    padding = expanded(padding, dimensions, Sizes(dimensions, 0));
    dilation = expanded(dilation, dimensions, Sizes(dimensions, 1));
    LayerNode node;
    node.name = name;
    node.op = dimensions == 1 ? "max_pool1d" : "max_pool2d";
    node.kind = NodeClass::Max;
    node.inputs = {in};
    const auto pool = [=](const at::Tensor& x) {
        return dimensions == 1 ? at::max_pool1d(x, kernel, stride, padding, dilation, ceilMode)
                               : at::max_pool2d(x, kernel, stride, padding, dilation, ceilMode);
    };
    node.evaluate = [pool](const Tensors& x, const Tensors&) { return pool(x[0]); };
    const int id = custom(std::move(node));
    auto& made = graph_.nodes_.back();
    made.windows = std::make_shared<const MaxWindows>(
        poolWindows(shapeOf(in), kernel, stride, padding, dilation, shapeOf(id)));
    made.evaluate = [pool, rows = std::make_shared<const WindowRows>(made.windows), shape = made.outputShape](
                        const Tensors& x, const Tensors&) {
        auto maxima = windowMaxima(x[0], *rows, shape);
        return maxima ? *maxima : pool(x[0]);
    };
    return id;
}

int GraphBuilder::adaptiveMaxPool(const std::string& name, int in, Sizes outputSize) {
    const auto dimensions = spatialDimensions(shapeOf(in), name);
    outputSize = expanded(outputSize, dimensions, {});
    LayerNode node;
    node.name = name;
    node.op = dimensions == 1 ? "adaptive_max_pool1d" : "adaptive_max_pool2d";
    node.kind = NodeClass::Max;
    node.inputs = {in};
    node.evaluate = [=](const Tensors& x, const Tensors&) {
        return dimensions == 1 ? std::get<0>(at::adaptive_max_pool1d(x[0], outputSize))
                               : std::get<0>(at::adaptive_max_pool2d(x[0], outputSize));
    };
    const int id = custom(std::move(node));
    graph_.nodes_.back().windows = std::make_shared<MaxWindows>(adaptiveWindows(shapeOf(in), shapeOf(id)));
    return id;
}

int GraphBuilder::averagePool(const std::string& name, int in, Sizes kernel, Sizes stride, Sizes padding,
                              bool ceilMode, bool countIncludePad) {
    const auto dimensions = spatialDimensions(shapeOf(in), name);
    kernel = expanded(kernel, dimensions, {});
    stride = expanded(stride, dimensions, kernel);
    padding = expanded(padding, dimensions, Sizes(dimensions, 0));
    LayerNode node;
    node.name = name;
    node.op = dimensions == 1 ? "avg_pool1d" : "avg_pool2d";
    node.inputs = {in};
    node.evaluate = [=](const Tensors& x, const Tensors&) {
        return dimensions == 1 ? at::avg_pool1d(x[0], kernel, stride, padding, ceilMode, countIncludePad)
                               : at::avg_pool2d(x[0], kernel, stride, padding, ceilMode, countIncludePad);
    };
    return custom(std::move(node));
}

int GraphBuilder::adaptiveAveragePool(const std::string& name, int in, Sizes outputSize) {
    const auto dimensions = spatialDimensions(shapeOf(in), name);
    outputSize = expanded(outputSize, dimensions, {});
    LayerNode node;
    node.name = name;
    node.op = dimensions == 1 ? "adaptive_avg_pool1d" : "adaptive_avg_pool2d";
    node.inputs = {in};
    node.evaluate = [=](const Tensors& x, const Tensors&) {
        return dimensions == 1 ? at::adaptive_avg_pool1d(x[0], outputSize)
                               : at::adaptive_avg_pool2d(x[0], outputSize);
    };
    return custom(std::move(node));
}

}  // namespace tessera
