// SPDX-License-Identifier: GPL-3.0-or-later
// What each TorchScript operation means as a layer. One handler per operation; argument positions are those
// of ATen's schemas.
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <numeric>
#include <unordered_map>

#include "core/model/torchscript_torch.h"

namespace tessera {

namespace {

using c10::IValue;
using Sizes = std::vector<std::int64_t>;
using Tensors = std::vector<at::Tensor>;
using Handler = std::function<int(TorchScriptImporter&, const RecordedOp&)>;

const IValue& arg(const RecordedOp& op, std::size_t i) {
    static const IValue kNone;
    return i < op.args.size() ? op.args[i] : kNone;
}

at::Tensor tensorArg(const RecordedOp& op, std::size_t i) {
    return arg(op, i).isTensor() ? arg(op, i).toTensor() : at::Tensor();
}

Sizes sizesArg(const RecordedOp& op, std::size_t i) {
    if (arg(op, i).isIntList()) return arg(op, i).toIntVector();
    if (arg(op, i).isInt()) return {arg(op, i).toInt()};
    return {};
}

double numberArg(const RecordedOp& op, std::size_t i, double standard) {
    return arg(op, i).isScalar() ? arg(op, i).toScalar().toDouble() : standard;
}

bool flagArg(const RecordedOp& op, std::size_t i, bool standard) {
    return arg(op, i).isBool() ? arg(op, i).toBool() : standard;
}

Shape sampleShape(const at::Tensor& batch) {
    return {batch.sizes().begin() + 1, batch.sizes().end()};
}
const at::Tensor& result(const RecordedOp& op) {
    return op.results.front().toTensor();
}

void requireBatch(const RecordedOp& op) {
    if (result(op).dim() < 1 || result(op).size(0) != TorchScriptImporter::kBatch)
        throw NotAGraph("layer " + op.name + " (" + op.op + ") mixes or drops the batch dimension");
}

// A reshape keeps the samples apart whenever the batch dimension survives.
int reshapeNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    return importer.builder().reshape(op.name, op.op, importer.liveNode(op.args[0]), sampleShape(result(op)));
}

int identityNode(TorchScriptImporter& importer, const RecordedOp& op) {
    return importer.builder().identity(op.name, op.op, importer.liveNode(op.args[0]));
}

Handler smoothNode() {
    return [](TorchScriptImporter& importer, const RecordedOp& op) {
        requireBatch(op);
        return importer.boundNode(op, NodeClass::Smooth, op.op + " is smooth, not piecewise linear");
    };
}

// Affine as long as only the first argument depends on the input.
Handler affineInFirst() {
    return [](TorchScriptImporter& importer, const RecordedOp& op) {
        requireBatch(op);
        for (std::size_t i = 1; i < op.args.size(); ++i)
            if (importer.isLive(op.args[i]))
                return importer.boundNode(op, NodeClass::Smooth,
                                          op.op + " combines two values that depend on the input");
        return importer.boundNode(op, NodeClass::Affine, {});
    };
}

int linearNode(TorchScriptImporter& importer, const RecordedOp& op, std::size_t x, const at::Tensor& weight,
               const at::Tensor& bias) {
    if (importer.liveNode(op.args[x]) < 0 || importer.isLive(weight) ||
        (bias.defined() && importer.isLive(bias)))
        return importer.boundNode(op, NodeClass::Smooth, "a weight depends on the input");
    return importer.builder().linear(op.name, importer.liveNode(op.args[x]), weight, bias);
}

int matmulNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const bool left = importer.isLive(op.args[0]), right = importer.isLive(op.args[1]);
    if (left && right)
        return importer.boundNode(op, NodeClass::Smooth,
                                  "a product of two values that depend on the input is not piecewise linear");
    const auto weight = tensorArg(op, left ? 1 : 0);
    if (left && weight.dim() == 2)
        return importer.builder().linear(op.name, importer.liveNode(op.args[0]), weight.t(), {});
    return importer.boundNode(op, NodeClass::Affine, {});
}

int convNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const auto weight = tensorArg(op, 1), bias = tensorArg(op, 2);
    if (importer.isLive(weight) || (bias.defined() && importer.isLive(bias)))
        return importer.boundNode(op, NodeClass::Smooth, "a weight depends on the input");
    const bool general = op.op == "_convolution" || op.op == "convolution";
    const bool transposed = general && flagArg(op, 6, false);
    if (transposed || weight.dim() > 4) return importer.boundNode(op, NodeClass::Affine, {});
    const auto dimensions = static_cast<std::size_t>(weight.dim() - 2);
    const auto groups = arg(op, general ? 8 : 6).isInt() ? arg(op, general ? 8 : 6).toInt() : 1;
    const auto dilation = sizesArg(op, 5);
    Sizes padding;
    if (arg(op, 4).isString()) {
        if (arg(op, 4).toStringRef() == "same") {
            // Even kernels pad unevenly; leave those to the operation itself.
            for (std::size_t d = 0; d < dimensions; ++d) {
                const auto total = (dilation.empty() ? 1 : dilation[dilation.size() == 1 ? 0 : d]) *
                                   (weight.size(static_cast<std::int64_t>(d) + 2) - 1);
                if (total % 2) return importer.boundNode(op, NodeClass::Affine, {});
                padding.push_back(total / 2);
            }
        } else {
            padding.assign(dimensions, 0);
        }
    } else {
        padding = sizesArg(op, 4);
    }
    return importer.builder().conv(op.name, importer.liveNode(op.args[0]), weight, bias, sizesArg(op, 3),
                                   padding, dilation, groups);
}

int batchNormNode(TorchScriptImporter& importer, const RecordedOp& op) {
    if (flagArg(op, 5, false) || !tensorArg(op, 3).defined())
        return importer.boundNode(op, NodeClass::Opaque,
                                  "batch_norm without running statistics mixes the samples of a batch");
    return importer.builder().batchNorm(op.name, importer.liveNode(op.args[0]), tensorArg(op, 1),
                                        tensorArg(op, 2), tensorArg(op, 3), tensorArg(op, 4),
                                        numberArg(op, 7, 1e-5));
}

int clampNode(TorchScriptImporter& importer, const RecordedOp& op) {
    const double infinity = std::numeric_limits<double>::infinity();
    double low = -infinity, high = infinity;
    if (op.op == "clamp_min")
        low = numberArg(op, 1, low);
    else if (op.op == "clamp_max")
        high = numberArg(op, 1, high);
    else
        low = numberArg(op, 1, low), high = numberArg(op, 2, high);
    if (arg(op, 1).isTensor() || arg(op, 2).isTensor())
        return importer.boundNode(op, NodeClass::Opaque, "clamping to tensors of bounds is not understood");
    auto& builder = importer.builder();
    const int in = importer.liveNode(op.args[0]);
    if (low == 0 && high == infinity) return builder.relu(op.name, in);
    if (low > -infinity && high < infinity) return builder.hardtanh(op.name, in, low, high);
    if (low == -infinity && high == infinity) return builder.identity(op.name, op.op, in);
    PiecewiseLinear function;
    function.knots = {low > -infinity ? low : high};
    function.slopes = low > -infinity ? std::vector<double>{0, 1} : std::vector<double>{1, 0};
    function.intercepts = low > -infinity ? std::vector<double>{low, 0} : std::vector<double>{0, high};
    return builder.activation(
        op.name, op.op, in, function, {},
        [low, high](const Tensors& x, const Tensors&) { return at::clamp(x[0], low, high); });
}

int hardsigmoidNode(TorchScriptImporter& importer, const RecordedOp& op) {
    PiecewiseLinear function{{-3, 3}, {0, 1.0 / 6, 0}, {0, 0.5, 1}};
    return importer.builder().activation(
        op.name, op.op, importer.liveNode(op.args[0]), function, {},
        [](const Tensors& x, const Tensors&) { return at::clamp(x[0] / 6 + 0.5, 0, 1); });
}

int thresholdNode(TorchScriptImporter& importer, const RecordedOp& op) {
    if (numberArg(op, 1, 0) == 0 && numberArg(op, 2, 0) == 0)
        return importer.builder().relu(op.name, importer.liveNode(op.args[0]));
    return importer.boundNode(op, NodeClass::Opaque, "a threshold that jumps is not continuous");
}

int rreluNode(TorchScriptImporter& importer, const RecordedOp& op) {
    return importer.builder().leakyRelu(op.name, importer.liveNode(op.args[0]),
                                        (numberArg(op, 1, 1.0 / 8) + numberArg(op, 2, 1.0 / 3)) / 2);
}

int addNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const bool reversed = op.op == "rsub", subtract = op.op == "sub" || reversed;
    const double alpha = numberArg(op, 2, 1.0) * (subtract ? -1 : 1);
    auto& builder = importer.builder();
    const int a = importer.liveNode(op.args[0]), b = importer.liveNode(arg(op, 1));
    const auto sampleDims = result(op).dim() - 1;
    if (a >= 0 && b >= 0) return builder.add(op.name, reversed ? b : a, reversed ? a : b, alpha);
    const int live = a >= 0 ? a : b;
    const auto& other = a >= 0 ? arg(op, 1) : arg(op, 0);
    const at::Tensor constant = other.isTensor()
                                    ? importer.withoutBatch(other.toTensor(), sampleDims).to(at::kDouble)
                                    : at::scalar_tensor(other.toScalar(), at::kDouble);
    if (reversed)
        return builder.scaleShift(op.name, op.op, live, at::scalar_tensor(alpha, at::kDouble), constant);
    if (a >= 0) return builder.scaleShift(op.name, op.op, live, {}, constant * alpha);
    return builder.scaleShift(op.name, op.op, live, at::scalar_tensor(alpha, at::kDouble), constant);
}

int multiplyNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const bool divide = op.op == "div" || op.op == "true_divide";
    const int a = importer.liveNode(op.args[0]), b = importer.liveNode(arg(op, 1));
    if (a >= 0 && b >= 0)
        return importer.boundNode(op, NodeClass::Smooth,
                                  "a product of two values that depend on the input is not piecewise linear");
    if (divide && (b >= 0 || arg(op, 2).isString()))
        return importer.boundNode(op, b >= 0 ? NodeClass::Smooth : NodeClass::Opaque,
                                  "a division by values that depend on the input, or one that rounds");
    const auto& other = a >= 0 ? arg(op, 1) : arg(op, 0);
    at::Tensor constant = other.isTensor()
                              ? importer.withoutBatch(other.toTensor(), result(op).dim() - 1).to(at::kDouble)
                              : at::scalar_tensor(other.toScalar(), at::kDouble);
    if (divide) constant = constant.reciprocal();
    return importer.builder().scaleShift(op.name, op.op, a >= 0 ? a : b, constant, {});
}

int negateNode(TorchScriptImporter& importer, const RecordedOp& op) {
    return importer.builder().scaleShift(op.name, op.op, importer.liveNode(op.args[0]),
                                         at::scalar_tensor(-1.0, at::kDouble), {});
}

// cat and stack; constants among the parts become parameters, expanded to the batch.
int catNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const bool stack = op.op == "stack";
    const auto parts = op.args[0].toTensorVector();
    std::int64_t dimension = arg(op, 1).isInt() ? arg(op, 1).toInt() : 0;
    if (dimension < 0) dimension += result(op).dim();
    if (dimension == 0) throw NotAGraph("layer " + op.name + " joins along the batch dimension");
    LayerNode node;
    node.name = op.name;
    node.op = op.op;
    node.paramsTrained = false;
    std::vector<int> order;  // >= 0: input, < 0: parameter -1-i
    for (const auto& part : parts) {
        const int id = importer.liveNode(part);
        if (id >= 0) {
            order.push_back(static_cast<int>(node.inputs.size()));
            node.inputs.push_back(id);
        } else {
            order.push_back(-1 - static_cast<int>(node.params.size()));
            node.params.push_back({"constant", importer.withoutBatch(part, part.dim() - 1)});
        }
    }
    node.evaluate = [order, dimension, stack](const Tensors& x, const Tensors& p) {
        Tensors joined;
        for (const int i : order) {
            if (i >= 0) {
                joined.push_back(x[static_cast<std::size_t>(i)]);
                continue;
            }
            auto value = p[static_cast<std::size_t>(-1 - i)];
            auto sizes = value.sizes().vec();
            sizes[0] = x[0].size(0);
            joined.push_back(value.expand(sizes));
        }
        return stack ? at::stack(joined, dimension) : at::cat(joined, dimension);
    };
    return importer.builder().custom(std::move(node));
}

int permuteNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    return importer.boundNode(op, NodeClass::Affine, {});
}

int expandNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    const Shape shape = sampleShape(result(op));
    LayerNode node;
    node.name = op.name;
    node.op = op.op;
    node.inputs = {importer.liveNode(op.args[0])};
    node.evaluate = [shape](const Tensors& x, const Tensors&) {
        Sizes sizes{x[0].size(0)};
        sizes.insert(sizes.end(), shape.begin(), shape.end());
        return x[0].expand(sizes);
    };
    return importer.builder().custom(std::move(node));
}

int maxPoolNode(TorchScriptImporter& importer, const RecordedOp& op) {
    return importer.builder().maxPool(op.name, importer.liveNode(op.args[0]), sizesArg(op, 1),
                                      sizesArg(op, 2), sizesArg(op, 3), sizesArg(op, 4),
                                      flagArg(op, 5, false));
}

int averagePoolNode(TorchScriptImporter& importer, const RecordedOp& op) {
    if (arg(op, 6).isInt()) return importer.boundNode(op, NodeClass::Affine, {});  // divisor_override
    return importer.builder().averagePool(op.name, importer.liveNode(op.args[0]), sizesArg(op, 1),
                                          sizesArg(op, 2), sizesArg(op, 3), flagArg(op, 4, false),
                                          flagArg(op, 5, true));
}

Sizes adaptiveSizes(const RecordedOp& op) {
    Sizes sizes;
    if (arg(op, 1).isIntList())
        sizes = arg(op, 1).toIntVector();
    else
        sizes.assign(result(op).sizes().begin() + 2, result(op).sizes().end());
    return sizes;
}

// One output per window of `members`, any rearrangement of the input's elements.
int maxOverWindows(TorchScriptImporter& importer, const RecordedOp& op, int in, MaxWindows windows,
                   LayerEvaluate evaluate) {
    LayerNode node;
    node.name = op.name;
    node.op = op.op;
    node.kind = NodeClass::Max;
    node.inputs = {in};
    node.windows = std::make_shared<MaxWindows>(std::move(windows));
    node.evaluate = std::move(evaluate);
    return importer.builder().custom(std::move(node));
}

// amax, max.dim: the maximum along some sample dimensions.
int reduceMaxNode(TorchScriptImporter& importer, const RecordedOp& op) {
    const int in = importer.liveNode(op.args[0]);
    if (op.op == "max" && importer.isLive(arg(op, 1))) return -1;
    const Shape shape = importer.builder().shapeOf(in);
    const auto dims = static_cast<std::int64_t>(shape.size());
    Sizes reduced = sizesArg(op, 1);
    if (reduced.empty()) throw NotAGraph("layer " + op.name + " takes a maximum over the whole batch");
    const bool keep = flagArg(op, 2, false);
    for (auto& d : reduced) {
        if (d < 0) d += dims + 1;
        if (d == 0) throw NotAGraph("layer " + op.name + " takes a maximum over the batch");
    }
    const auto index = at::arange(elementCount(shape), at::kInt).reshape(shape);
    Sizes order;  // kept dimensions first
    std::vector<char> isReduced(shape.size(), 0);
    for (const auto d : reduced) isReduced[static_cast<std::size_t>(d - 1)] = 1;
    for (int pass = 0; pass < 2; ++pass)
        for (std::int64_t d = 0; d < dims; ++d)
            if (isReduced[static_cast<std::size_t>(d)] == pass) order.push_back(d);
    std::int64_t windowSize = 1;
    for (const auto d : reduced) windowSize *= shape[static_cast<std::size_t>(d - 1)];
    const auto flat = index.permute(order).contiguous();
    MaxWindows windows;
    const auto* members = flat.data_ptr<int>();
    windows.members.assign(members, members + flat.numel());
    for (std::int64_t b = 0; b <= flat.numel(); b += windowSize)
        windows.begin.push_back(static_cast<std::int32_t>(b));
    return maxOverWindows(
        importer, op, in, std::move(windows),
        [reduced, keep](const Tensors& x, const Tensors&) { return at::amax(x[0], reduced, keep); });
}

// maximum(a, b) and minimum(a, b) of two live values: windows of two over their concatenation.
int maximumNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    auto& builder = importer.builder();
    const int a = importer.liveNode(op.args[0]), b = importer.liveNode(arg(op, 1));
    const bool minimum = op.op == "minimum" || op.op == "min";
    if (a < 0 || b < 0)
        return importer.boundNode(op, NodeClass::Opaque,
                                  "a maximum with a tensor of constants is not understood");
    if (builder.shapeOf(a) != builder.shapeOf(b))
        return importer.boundNode(op, NodeClass::Opaque, "a maximum of broadcast values is not understood");
    const Shape shape = builder.shapeOf(a);
    const auto count = static_cast<std::int32_t>(elementCount(shape));
    LayerNode joined;
    joined.name = op.name + ".inputs";
    joined.op = "stack";
    joined.inputs = {a, b};
    joined.evaluate = [minimum](const Tensors& x, const Tensors&) {
        const auto stacked = at::stack(x, 1);
        return minimum ? -stacked : stacked;
    };
    const int in = builder.custom(std::move(joined));
    MaxWindows windows;
    windows.begin.push_back(0);
    for (std::int32_t i = 0; i < count; ++i) {
        windows.members.push_back(i);
        windows.members.push_back(i + count);
        windows.begin.push_back(2 * (i + 1));
    }
    const int largest = maxOverWindows(importer, op, in, std::move(windows),
                                       [](const Tensors& x, const Tensors&) { return at::amax(x[0], {1}); });
    return minimum ? builder.scaleShift(op.name + ".negate", "neg", largest,
                                        at::scalar_tensor(-1.0, at::kDouble), {})
                   : largest;
}

int maxNode(TorchScriptImporter& importer, const RecordedOp& op) {
    if (op.args.size() >= 2 && op.args[1].isTensor()) return maximumNode(importer, op);
    return reduceMaxNode(importer, op);
}

// chunk, split, unbind: one node per part.
int splitNode(TorchScriptImporter& importer, const RecordedOp& op) {
    const auto parts = op.results.front().toTensorVector();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].dim() < 1 || parts[i].size(0) != TorchScriptImporter::kBatch)
            throw NotAGraph("layer " + op.name + " splits along the batch dimension");
        RecordedOp part = op;
        part.name = op.name + "[" + std::to_string(i) + "]";
        importer.markLive(parts[i], importer.boundNode(part, NodeClass::Affine, {}, i));
    }
    return 0;
}

int logSoftmaxNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    return importer.boundNode(op, NodeClass::Smooth, op.op + " is smooth, not piecewise linear");
}

std::unordered_map<std::string, Handler> makeHandlers() {
    std::unordered_map<std::string, Handler> h;
    h["linear"] = [](auto& importer, const auto& op) {
        return linearNode(importer, op, 0, tensorArg(op, 1), tensorArg(op, 2));
    };
    h["addmm"] = [](TorchScriptImporter& importer, const RecordedOp& op) {
        if (importer.isLive(op.args[0]) || numberArg(op, 3, 1) != 1 || numberArg(op, 4, 1) != 1 ||
            importer.isLive(op.args[2]))
            return importer.boundNode(op, NodeClass::Opaque, "this form of addmm is not understood");
        return linearNode(importer, op, 1, tensorArg(op, 2).t(), tensorArg(op, 0));
    };
    h["matmul"] = h["mm"] = h["bmm"] = matmulNode;
    for (const char* name : {"conv1d", "conv2d", "conv3d", "_convolution", "convolution"}) h[name] = convNode;
    for (const char* name : {"conv_transpose1d", "conv_transpose2d", "conv_transpose3d"})
        h[name] = affineInFirst();
    h["batch_norm"] = batchNormNode;
    h["relu"] = [](auto& importer, const auto& op) {
        return importer.builder().relu(op.name, importer.liveNode(op.args[0]));
    };
    h["relu6"] = [](auto& importer, const auto& op) {
        return importer.builder().hardtanh(op.name, importer.liveNode(op.args[0]), 0, 6);
    };
    h["leaky_relu"] = [](auto& importer, const auto& op) {
        return importer.builder().leakyRelu(op.name, importer.liveNode(op.args[0]), numberArg(op, 1, 0.01));
    };
    h["rrelu"] = rreluNode;
    h["prelu"] = h["_prelu_kernel"] = [](auto& importer, const auto& op) {
        return importer.builder().prelu(op.name, importer.liveNode(op.args[0]), tensorArg(op, 1));
    };
    h["abs"] = [](auto& importer, const auto& op) {
        return importer.builder().absolute(op.name, importer.liveNode(op.args[0]));
    };
    h["hardtanh"] = [](auto& importer, const auto& op) {
        return importer.builder().hardtanh(op.name, importer.liveNode(op.args[0]), numberArg(op, 1, -1),
                                           numberArg(op, 2, 1));
    };
    h["clamp"] = h["clip"] = h["clamp_min"] = h["clamp_max"] = clampNode;
    h["threshold"] = thresholdNode;
    h["hardsigmoid"] = hardsigmoidNode;
    for (const char* name :
         {"max_pool1d", "max_pool2d", "max_pool2d_with_indices", "max_pool1d_with_indices"})
        h[name] = maxPoolNode;
    h["avg_pool2d"] = averagePoolNode;
    h["avg_pool1d"] = averagePoolNode;
    for (const char* name : {"adaptive_avg_pool1d", "adaptive_avg_pool2d"})
        h[name] = [](auto& importer, const auto& op) {
            return importer.builder().adaptiveAveragePool(op.name, importer.liveNode(op.args[0]),
                                                          adaptiveSizes(op));
        };
    for (const char* name : {"adaptive_max_pool1d", "adaptive_max_pool2d"})
        h[name] = [](auto& importer, const auto& op) {
            return importer.builder().adaptiveMaxPool(op.name, importer.liveNode(op.args[0]),
                                                      adaptiveSizes(op));
        };
    h["amax"] = reduceMaxNode;
    h["max"] = maxNode;
    h["maximum"] = h["minimum"] = h["min"] = maximumNode;
    h["add"] = h["sub"] = h["rsub"] = addNode;
    h["mul"] = h["div"] = h["true_divide"] = multiplyNode;
    h["neg"] = negateNode;
    h["cat"] = h["concat"] = h["stack"] = catNode;
    for (const char* name : {"view", "reshape", "flatten", "unflatten", "_unsafe_view", "view_as",
                             "reshape_as", "_reshape_alias", "squeeze", "unsqueeze"})
        h[name] = reshapeNode;
    for (const char* name : {"dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout", "clone",
                             "dropout1d", "dropout2d"})
        h[name] = identityNode;
    h["expand"] = h["expand_as"] = h["broadcast_to"] = expandNode;
    for (const char* name : {"permute",
                             "transpose",
                             "swapaxes",
                             "t",
                             "movedim",
                             "slice",
                             "select",
                             "narrow",
                             "index_select",
                             "flip",
                             "roll",
                             "pad",
                             "constant_pad_nd",
                             "reflection_pad1d",
                             "reflection_pad2d",
                             "replication_pad1d",
                             "replication_pad2d",
                             "zero_pad2d",
                             "mean",
                             "sum",
                             "pixel_shuffle",
                             "pixel_unshuffle",
                             "channel_shuffle",
                             "upsample_nearest2d",
                             "upsample_bilinear2d",
                             "upsample_nearest1d",
                             "unfold",
                             "im2col",
                             "tile",
                             "repeat",
                             "index",
                             "cumsum",
                             "avg_pool3d",
                             "adaptive_avg_pool3d",
                             "diagonal",
                             "numpy_T"})
        h[name] = permuteNode;
    for (const char* name : {"split", "chunk", "unbind", "split_with_sizes", "tensor_split"})
        h[name] = splitNode;
    for (const char* name : {"gelu",
                             "silu",
                             "sigmoid",
                             "tanh",
                             "elu",
                             "selu",
                             "celu",
                             "softplus",
                             "mish",
                             "hardswish",
                             "softsign",
                             "log_sigmoid",
                             "layer_norm",
                             "native_layer_norm",
                             "group_norm",
                             "instance_norm",
                             "exp",
                             "log",
                             "sqrt",
                             "rsqrt",
                             "pow",
                             "square",
                             "sin",
                             "cos",
                             "erf",
                             "reciprocal",
                             "norm",
                             "linalg_vector_norm",
                             "linalg_norm",
                             "var",
                             "std",
                             "einsum",
                             "baddbmm",
                             "scaled_dot_product_attention",
                             "logsumexp",
                             "glu",
                             "tanhshrink",
                             "bilinear",
                             "cosine_similarity",
                             "normalize",
                             "lp_pool2d"})
        h[name] = smoothNode();
    h["softmax"] = h["log_softmax"] = h["_softmax"] = h["_log_softmax"] = logSoftmaxNode;
    h["masked_fill"] = affineInFirst();
    return h;
}

}  // namespace

int recordKnownOp(TorchScriptImporter& importer, const RecordedOp& op) {
    static const auto kHandlers = makeHandlers();
    const auto found = kHandlers.find(op.op);
    if (found == kHandlers.end()) return -1;
    return found->second(importer, op);
}

}  // namespace tessera
