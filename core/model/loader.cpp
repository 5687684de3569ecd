// SPDX-License-Identifier: GPL-3.0-or-later
// loadModel: decides by content, builds the layer graph, checks it against the original in float64.
#include <c10/core/InferenceMode.h>
#include <torch/cuda.h>
#include <torch/script.h>

#include <cmath>

#include "core/base/provenance.h"
#include "core/model/architecture_torch.h"
#include "core/model/input_shape_torch.h"
#include "core/model/state_file.h"
#include "core/model/torchscript_torch.h"

namespace tessera {

namespace {

constexpr int kProbePoints = 16;
constexpr std::int64_t kMostOutputs = 100'000;

std::string firstLine(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

at::Tensor probePoints(const Shape& shape, at::ScalarType dtype) {
    return at::randn(batchShape(shape, kProbePoints), at::make_generator<at::CPUGeneratorImpl>(20240229),
                     at::dtype(at::kDouble))
        .to(dtype);
}

// Graph beside module, on the probe points together and one by one (a batch size must not matter).
SelfCheck selfCheck(const LayerGraph& graph, const torch::jit::Module& module, at::ScalarType dtype,
                    const std::vector<std::string>& closing) {
    SelfCheck check;
    check.done = true;
    check.points = kProbePoints;
    check.dtype = dtype == at::kDouble ? "float64" : "float32";
    try {
        const c10::InferenceMode inference;
        const auto points = probePoints(graph.inputShape(), dtype);
        const auto ownGraph = dtype == at::kDouble ? graph : graph.to(dtype);
        auto own = ownGraph.forward(points);
        auto ownSingle = ownGraph.forward(points.narrow(0, 0, 1));
        auto original = runModule(module, points);
        original = original.reshape({original.size(0), -1});
        for (const auto& op : closing) {
            if (op == "softmax") own = at::softmax(own, -1), ownSingle = at::softmax(ownSingle, -1);
            if (op == "log_softmax")
                own = at::log_softmax(own, -1), ownSingle = at::log_softmax(ownSingle, -1);
            if (op == "sigmoid") own = at::sigmoid(own), ownSingle = at::sigmoid(ownSingle);
            if (op == "log_sigmoid") own = at::log_sigmoid(own), ownSingle = at::log_sigmoid(ownSingle);
        }
        if (own.sizes() != original.sizes()) {
            check.note = "the graph's output has another shape than the module's";
            return check;
        }
        const double scale = std::max(1.0, original.abs().max().item().toDouble());
        check.tolerance = (dtype == at::kDouble ? 1e-9 : 1e-4) * scale;
        check.maxDifference = std::max((own - original).abs().max().item().toDouble(),
                                       (ownSingle - original.narrow(0, 0, 1)).abs().max().item().toDouble());
        check.passed = check.maxDifference <= check.tolerance;
        if (!std::isfinite(check.maxDifference)) check.note = "the outputs are not finite";
    } catch (const std::exception& failure) {
        check.note = "the comparison could not be run: " + firstLine(failure.what());
    }
    return check;
}

std::string nonFiniteParameter(const LayerGraph& graph) {
    for (const auto& node : graph.nodes())
        for (const auto& param : node.params)
            if (param.value.defined() && at::isFloatingType(param.value.scalar_type()) &&
                !at::isfinite(param.value).all().item().toBool())
                return node.name + "." + param.role;
    return {};
}

std::string nonFiniteInModule(const torch::jit::Module& module) {
    for (const auto& parameter : module.named_parameters())
        if (at::isFloatingType(parameter.value.scalar_type()) &&
            !at::isfinite(parameter.value).all().item().toBool())
            return parameter.name;
    return {};
}

Error nonFinite(const std::string& file, const std::string& where) {
    return fileError(file + " has NaN or infinite values in " + where +
                     "; training diverged or the file is damaged: use an earlier checkpoint.");
}

Result<std::shared_ptr<const Model>> finishModel(ModelInfo info, LayerGraph graph) {
    const std::string file = info.path.string();
    const auto bad = nonFiniteParameter(graph);
    if (!bad.empty()) return nonFinite(file, bad);
    info.inputShape = graph.inputShape();
    info.outputs = graph.node(graph.output()).outputShape.front();
    if (info.outputs < 1 || info.outputs > kMostOutputs)
        return fileError(
            file + " gives " + std::to_string(info.outputs) +
            " values per sample, which is not a classifier's output; a model that returns logits is needed.");
    info.layers = graph.describe();
    info.parameters = 0;
    for (const auto& layer : info.layers) info.parameters += layer.parameters;
    return std::shared_ptr<const Model>(
        std::make_shared<Model>(std::move(info), std::make_shared<LayerGraph>(std::move(graph))));
}

torch::jit::Module readModule(const std::string& file) {
    auto module = torch::jit::load(file, c10::Device(c10::kCPU));
    module.eval();
    return module;
}

Result<std::shared_ptr<const Model>> loadTorchScript(const std::filesystem::path& path,
                                                     const LoadOptions& options, ModelInfo info) {
    const std::string file = path.string();
    std::optional<torch::jit::Module> module;
    try {
        module = readModule(file);
        module->to(at::kDouble);
    } catch (const std::exception& failure) {
        auto error = fileError(file + " is a TorchScript archive that LibTorch cannot read (" +
                               firstLine(failure.what()) + "); save it again with torch.jit.save.");
        error.context.push_back(failure.what());
        return error;
    }
    if (!module->find_method("forward"))
        return fileError(file +
                         " holds a TorchScript module without a forward method; save the classifier itself "
                         "with torch.jit.save.");
    const auto bad = nonFiniteInModule(*module);
    if (!bad.empty()) return nonFinite(file, bad);

    // Scripts that cast to float32 inside cannot run in float64; those are checked in float32.
    at::ScalarType dtype = at::kDouble;
    Shape shape;
    if (options.inputShape) {
        shape = *options.inputShape;
    } else {
        auto found = findInputShape(*module, at::kDouble);
        if (!found) {
            module = readModule(file);
            dtype = at::kFloat;
            found = findInputShape(*module, dtype);
        }
        if (!found)
            return inputError(file +
                              " does not run on any input shape that its weights suggest; give the shape of "
                              "one sample (--input-shape 1,28,28).");
        shape = found->shape;
        info.isShapeGuessed = !found->certain;
        if (info.isShapeGuessed)
            info.notes.push_back("The input shape " + shapeText(shape) +
                                 " is a guess: several sizes work; open data or give the shape to be sure.");
    }
    info.format = "TorchScript";
    info.architecture = "TorchScript graph";

    const auto failureOfRun = [&]() -> std::string {
        try {
            const c10::InferenceMode inference;
            (void)runModule(*module, probePoints(shape, dtype));
            return {};
        } catch (const std::exception& failure) {
            return failure.what();
        }
    };
    auto failure = failureOfRun();
    if (!failure.empty() && dtype == at::kDouble) {
        module = readModule(file);
        dtype = at::kFloat;
        failure = failureOfRun();
    }
    if (!failure.empty()) {
        auto error = inputError(file + " cannot be run on samples of shape " + shapeText(shape) +
                                "; give the shape it was trained on (--input-shape).");
        error.context.push_back(failure);
        return error;
    }
    std::string whyOpaque;
    try {
        auto imported = importTorchScript(*module, shape, dtype);
        info.notes.insert(info.notes.end(), imported.notes.begin(), imported.notes.end());
        info.selfCheck = selfCheck(imported.graph, *module, dtype, imported.closing);
        if (info.selfCheck.passed) return finishModel(std::move(info), std::move(imported.graph));
        whyOpaque = "the layer graph differs from the original by " +
                    std::to_string(info.selfCheck.maxDifference) +
                    (info.selfCheck.note.empty() ? "" : " (" + info.selfCheck.note + ")");
    } catch (const std::exception& notAGraph) {
        whyOpaque = firstLine(notAGraph.what());
    }
    try {
        info.notes.push_back("Opened as one opaque layer: " + whyOpaque + ".");
        return finishModel(std::move(info), opaqueGraph(*module, shape, dtype, whyOpaque));
    } catch (const std::exception& refused) {
        auto error = inputError(file + " does not give one output per sample (" + firstLine(refused.what()) +
                                "); a model that maps a batch to a batch of logits is needed.");
        return error;
    }
}

Result<std::shared_ptr<const Model>> loadWeights(const std::filesystem::path& path,
                                                 const LoadOptions& options, ModelInfo info) {
    auto state = readStateFile(path);
    if (!state.isOk()) return std::move(state).propagate<std::shared_ptr<const Model>>();
    const auto bad = nonFiniteTensor(state.value());
    if (!bad.empty()) return nonFinite(path.string(), bad);
    auto built = buildArchitecture(state.value(), path, options.architecture, options.inputShape);
    if (!built.isOk()) return std::move(built).propagate<std::shared_ptr<const Model>>();
    info.format = state.value().format;
    info.architecture = built.value().description;
    info.architectureFile = options.architecture;
    info.notes = built.value().notes;
    if (!state.value().foundUnder.empty())
        info.notes.push_back("Weights found under '" + state.value().foundUnder + "'.");
    for (const auto& prefix : state.value().strippedPrefixes)
        info.notes.push_back("The prefix '" + prefix + "' was removed from tensor names.");
    info.selfCheck.note = "weights and a description have no original program to compare with";
    return finishModel(std::move(info), std::move(built).value().graph);
}

}  // namespace

Result<std::shared_ptr<const Model>> loadModel(const std::filesystem::path& path,
                                               const LoadOptions& options) {
    if (options.device != "cpu" && !(options.device.rfind("cuda", 0) == 0 && torch::cuda::is_available()))
        return inputError("The device " + options.device + " cannot be used: this LibTorch sees " +
                          (torch::cuda::is_available() ? "only cpu and cuda" : "no CUDA device") +
                          "; choose cpu.");
    auto kind = modelFileKind(path);
    if (!kind.isOk()) return std::move(kind).propagate<std::shared_ptr<const Model>>();
    auto hash = sha256OfFile(path);
    if (!hash.isOk()) return std::move(hash).propagate<std::shared_ptr<const Model>>();
    ModelInfo info;
    info.path = path;
    info.sha256 = hash.value();
    info.device = options.device;
    try {
        switch (kind.value()) {
            case ModelFileKind::TorchScript:
                return loadTorchScript(path, options, std::move(info));
            case ModelFileKind::StateDictZip:
            case ModelFileKind::StateDictLegacy:
            case ModelFileKind::Safetensors:
                return loadWeights(path, options, std::move(info));
            case ModelFileKind::Unknown:
                break;
        }
    } catch (const std::exception& failure) {
        return Error{ErrorKind::File,
                     path.string() + " cannot be opened as a model (" + firstLine(failure.what()) +
                         "); check that the file is complete.",
                     {failure.what()}};
    }
    return fileError(
        path.string() +
        " is not a model file Tessera knows; TorchScript, a PyTorch state_dict or safetensors is needed.");
}

}  // namespace tessera
