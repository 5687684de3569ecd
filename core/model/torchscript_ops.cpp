// SPDX-License-Identifier: GPL-3.0-or-later
// Which TorchScript operation is which kind of layer.
#include <sstream>
#include <unordered_map>

#include "core/model/torchscript_handlers_torch.h"

namespace tessera {

namespace {

// A reshape keeps the samples apart whenever the batch dimension survives.
int reshapeNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    return importer.builder().reshape(op.name, op.op, importer.liveNode(op.args[0]), sampleShape(result(op)));
}

int identityNode(TorchScriptImporter& importer, const RecordedOp& op) {
    return importer.builder().identity(op.name, op.op, importer.liveNode(op.args[0]));
}

int smoothNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    return importer.boundNode(op, NodeClass::Smooth, op.op + " is smooth, not piecewise linear");
}

// Affine as long as only the first argument depends on the input.
int affineInFirstNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    for (std::size_t i = 1; i < op.args.size(); ++i)
        if (importer.isLive(op.args[i]))
            return importer.boundNode(op, NodeClass::Smooth,
                                      op.op + " combines two values that depend on the input");
    return importer.boundNode(op, NodeClass::Affine, {});
}

// A product over indices: affine when a single operand depends on the input.
int einsumNode(TorchScriptImporter& importer, const RecordedOp& op) {
    requireBatch(op);
    int live = 0;
    for (const auto& argument : op.args)
        if (argument.isTensorList())
            for (const auto& operand : argument.toTensorVector()) live += importer.liveNode(operand) >= 0;
    if (live == 1) return importer.boundNode(op, NodeClass::Affine, {});
    return importer.boundNode(op, NodeClass::Smooth,
                              "a product of two values that depend on the input is not piecewise linear");
}

int averagePoolNode(TorchScriptImporter& importer, const RecordedOp& op) {
    if (arg(op, 6).isInt()) return importer.boundNode(op, NodeClass::Affine, {});  // divisor_override
    return importer.builder().averagePool(op.name, importer.liveNode(op.args[0]), sizesArg(op, 1),
                                          sizesArg(op, 2), sizesArg(op, 3), flagArg(op, 4, false),
                                          flagArg(op, 5, true));
}

int adaptiveAveragePoolNode(TorchScriptImporter& importer, const RecordedOp& op) {
    return importer.builder().adaptiveAveragePool(op.name, importer.liveNode(op.args[0]), adaptiveSizes(op));
}

struct Rule {
    const char* operations;
    Handler handler;
};

constexpr Rule kRules[] = {
    {"linear", linearNode},
    {"addmm", addmmNode},
    {"matmul mm bmm", matmulNode},
    {"conv1d conv2d conv3d _convolution convolution", convNode},
    {"conv_transpose1d conv_transpose2d conv_transpose3d masked_fill", affineInFirstNode},
    {"batch_norm", batchNormNode},
    {"relu relu6 leaky_relu rrelu prelu _prelu_kernel abs hardtanh hardsigmoid threshold clamp clip "
     "clamp_min "
     "clamp_max",
     activationNode},
    {"max_pool1d max_pool2d max_pool1d_with_indices max_pool2d_with_indices", maxPoolNode},
    {"adaptive_max_pool1d adaptive_max_pool2d", adaptiveMaxPoolNode},
    {"amax max", maxNode},
    {"maximum minimum min", maximumNode},
    {"avg_pool1d avg_pool2d", averagePoolNode},
    {"adaptive_avg_pool1d adaptive_avg_pool2d", adaptiveAveragePoolNode},
    {"add sub rsub", addNode},
    {"mul div true_divide", multiplyNode},
    {"neg", negateNode},
    {"cat concat stack", catNode},
    {"view reshape flatten unflatten _unsafe_view view_as reshape_as _reshape_alias squeeze unsqueeze",
     reshapeNode},
    {"dropout feature_dropout alpha_dropout feature_alpha_dropout dropout1d dropout2d clone", identityNode},
    {"expand expand_as broadcast_to", expandNode},
    {"permute transpose swapaxes t movedim slice select narrow index_select index flip roll tile repeat pad "
     "constant_pad_nd reflection_pad1d reflection_pad2d replication_pad1d replication_pad2d zero_pad2d mean "
     "sum "
     "cumsum pixel_shuffle pixel_unshuffle channel_shuffle upsample_nearest1d upsample_nearest2d "
     "upsample_bilinear2d unfold im2col avg_pool3d adaptive_avg_pool3d diagonal numpy_T",
     affineInFirstNode},
    {"split chunk unbind split_with_sizes tensor_split", splitNode},
    {"einsum", einsumNode},
    {"gelu silu sigmoid tanh elu selu celu softplus mish hardswish softsign log_sigmoid glu tanhshrink exp "
     "log sqrt "
     "rsqrt pow square sin cos erf reciprocal softmax log_softmax _softmax _log_softmax logsumexp layer_norm "
     "native_layer_norm group_norm instance_norm norm linalg_vector_norm linalg_norm var std baddbmm "
     "scaled_dot_product_attention bilinear cosine_similarity normalize lp_pool2d",
     smoothNode},
};

}  // namespace

int recordKnownOp(TorchScriptImporter& importer, const RecordedOp& op) {
    static const auto kHandlers = [] {
        std::unordered_map<std::string, Handler> handlers;
        for (const auto& rule : kRules) {
            std::istringstream names(rule.operations);
            for (std::string name; names >> name;) handlers[name] = rule.handler;
        }
        return handlers;
    }();
    const auto found = kHandlers.find(op.op);
    return found == kHandlers.end() ? -1 : found->second(importer, op);
}

}  // namespace tessera
