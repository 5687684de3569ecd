// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/samples/sample_models_torch.h"

#include <cmath>
#include <memory>

namespace {

using torch::jit::CompilationUnit;
using torch::jit::Module;
using Unit = std::shared_ptr<CompilationUnit>;

Module makeModule(const Unit& unit, const std::string& type) {
    Module module(c10::QualifiedName("__torch__.samples." + type), unit, /*shouldMangle=*/true);
    module.register_attribute("training", c10::BoolType::get(), true);
    return module;
}

at::Tensor heNormal(at::IntArrayRef shape, std::int64_t fanIn) {
    return torch::randn(shape) * std::sqrt(2.0 / static_cast<double>(fanIn));
}

Module linear(const Unit& unit, std::int64_t in, std::int64_t out) {
    auto module = makeModule(unit, "Linear");
    module.register_parameter("weight", heNormal({out, in}, in).requires_grad_(true), false);
    module.register_parameter("bias", torch::zeros({out}).requires_grad_(true), false);
    module.define(
        "def forward(self, x: Tensor) -> Tensor:\n    return torch.linear(x, self.weight, self.bias)\n");
    return module;
}

Module conv(const Unit& unit, std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride) {
    auto module = makeModule(unit, "Conv2d");
    // No bias: batch norm follows.
    module.register_parameter(
        "weight", heNormal({out, in, kernel, kernel}, in * kernel * kernel).requires_grad_(true), false);
    const auto step = std::to_string(stride), pad = std::to_string(kernel / 2);
    module.define("def forward(self, x: Tensor) -> Tensor:\n    return torch.conv2d(x, self.weight, None, [" +
                  step + ", " + step + "], [" + pad + ", " + pad + "], [1, 1], 1)\n");
    return module;
}

Module batchNorm(const Unit& unit, std::int64_t channels) {
    auto module = makeModule(unit, "BatchNorm2d");
    module.register_parameter("weight", torch::ones({channels}).requires_grad_(true), false);
    module.register_parameter("bias", torch::zeros({channels}).requires_grad_(true), false);
    module.register_buffer("running_mean", torch::zeros({channels}));
    module.register_buffer("running_var", torch::ones({channels}));
    module.define(
        "def forward(self, x: Tensor) -> Tensor:\n"
        "    return torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, "
        "self.training, 0.1, 1e-05, True)\n");
    return module;
}

Module withoutParameters(const Unit& unit, const std::string& type, const std::string& expression) {
    auto module = makeModule(unit, type);
    module.define("def forward(self, x: Tensor) -> Tensor:\n    return " + expression + "\n");
    return module;
}

Module relu(const Unit& unit) {
    return withoutParameters(unit, "ReLU", "torch.relu(x)");
}
Module maxPool(const Unit& unit) {
    return withoutParameters(unit, "MaxPool2d", "torch.max_pool2d(x, [2, 2], [2, 2], [0, 0], [1, 1], False)");
}

Module residualBlock(const Unit& unit, std::int64_t channels) {
    auto block = makeModule(unit, "ResidualBlock");
    block.register_module("conv1", conv(unit, channels, channels, 3, 1));
    block.register_module("bn1", batchNorm(unit, channels));
    block.register_module("relu1", relu(unit));
    block.register_module("conv2", conv(unit, channels, channels, 3, 1));
    block.register_module("bn2", batchNorm(unit, channels));
    block.register_module("relu2", relu(unit));
    block.define(
        "def forward(self, x: Tensor) -> Tensor:\n"
        "    y = self.relu1.forward(self.bn1.forward(self.conv1.forward(x)))\n"
        "    y = self.bn2.forward(self.conv2.forward(y))\n"
        "    return self.relu2.forward(x + y)\n");
    return block;
}

}  // namespace

Module multilayerPerceptron(const std::vector<std::int64_t>& widths) {
    const auto unit = std::make_shared<CompilationUnit>();
    auto net = makeModule(unit, "MLP");
    std::string forward = "def forward(self, x: Tensor) -> Tensor:\n";
    for (std::size_t layer = 1; layer < widths.size(); ++layer) {
        const auto number = std::to_string(layer);
        net.register_module("fc" + number, linear(unit, widths[layer - 1], widths[layer]));
        forward += "    x = self.fc" + number + ".forward(x)\n";
        if (layer + 1 == widths.size()) break;
        net.register_module("relu" + number, relu(unit));
        forward += "    x = self.relu" + number + ".forward(x)\n";
    }
    net.define(forward + "    return x\n");
    return net;
}

Module smallResidualNetwork(std::int64_t channels, std::int64_t classes) {
    const auto unit = std::make_shared<CompilationUnit>();
    auto net = makeModule(unit, "SmallResNet");
    net.register_module("conv1", conv(unit, 1, channels, 7, 3));
    net.register_module("bn1", batchNorm(unit, channels));
    net.register_module("relu1", relu(unit));
    net.register_module("pool1", maxPool(unit));
    net.register_module("block", residualBlock(unit, channels));
    net.register_module("fc", linear(unit, channels * 5 * 5, classes));
    net.define(
        "def forward(self, x: Tensor) -> Tensor:\n"
        "    x = self.pool1.forward(self.relu1.forward(self.bn1.forward(self.conv1.forward(x))))\n"
        "    x = self.block.forward(x)\n"
        "    return self.fc.forward(torch.flatten(x, 1))\n");
    return net;
}
