// SPDX-License-Identifier: GPL-3.0-or-later
// Makes everything in resources/samples from the MNIST files:  train_samples MNIST_FOLDER OUTPUT_FOLDER
// Fixed seeds and one thread: the same machine gives the same files.
#include <torch/torch.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <random>

#include "resources/samples/idx_gzip.h"
#include "resources/samples/sample_models_torch.h"

namespace {

namespace fs = std::filesystem;
using torch::jit::Module;
using Json = nlohmann::ordered_json;

constexpr double kMean = 0.1307, kStd = 0.3081;  // the usual ones of MNIST
constexpr std::int64_t kHeldOutOfTraining =
    500;  // the last training digits, so that all 2,500 bundled ones are unseen

struct Samples {
    at::Tensor inputs, labels;
};

at::Tensor pixels(const IdxBytes& images) {
    const auto bytes =
        torch::from_blob(const_cast<unsigned char*>(images.values.data()),
                         {images.shape[0], 1, images.shape[1], images.shape[2]}, torch::kUInt8);
    return (bytes.to(torch::kFloat32) / 255 - kMean) / kStd;
}

at::Tensor labelTensor(const IdxBytes& labels) {
    return torch::from_blob(const_cast<unsigned char*>(labels.values.data()), {labels.shape[0]},
                            torch::kUInt8)
        .to(torch::kInt64);
}

// Entries [first, last) along the first dimension of `more`, put behind those of `to`.
void append(IdxBytes& to, const IdxBytes& more, std::int32_t first, std::int32_t last) {
    const auto stride = more.values.size() / static_cast<std::size_t>(more.shape[0]);
    to.values.insert(to.values.end(), more.values.begin() + static_cast<std::ptrdiff_t>(stride * first),
                     more.values.begin() + static_cast<std::ptrdiff_t>(stride * last));
    to.shape[0] += last - first;
}

struct Recipe {
    int epochs = 0;
    std::int64_t batch = 64;
    double learningRate = 1e-3, weightDecay = 1e-4;
    std::int64_t shift = 0;  // each batch of pictures is moved by up to this many pixels
};

at::Tensor logitsOf(Module& net, const at::Tensor& inputs) {
    return net.forward({inputs}).toTensor();
}

at::Tensor correct(Module& net, const Samples& samples) {
    const torch::NoGradGuard noGradient;
    net.eval();
    return logitsOf(net, samples.inputs).argmax(1).eq(samples.labels);
}

double accuracy(Module& net, const Samples& samples) {
    return correct(net, samples).to(torch::kFloat64).mean().item<double>();
}

// Adam with a cosine schedule.
void train(const char* name, Module& net, const Samples& training, const Samples& heldOut,
           const Recipe& recipe) {
    std::vector<at::Tensor> parameters;
    for (const auto& parameter : net.parameters()) parameters.push_back(parameter);
    torch::optim::Adam optimizer(
        parameters, torch::optim::AdamOptions(recipe.learningRate).weight_decay(recipe.weightDecay));
    const auto count = training.labels.size(0);
    for (int epoch = 0; epoch < recipe.epochs; ++epoch) {
        const double share = static_cast<double>(epoch) / recipe.epochs;
        static_cast<torch::optim::AdamOptions&>(optimizer.param_groups()[0].options())
            .lr(recipe.learningRate * 0.5 * (1 + std::cos(std::numbers::pi * share)));
        net.train();
        const auto order = torch::randperm(count);
        for (std::int64_t at = 0; at < count; at += recipe.batch) {
            const auto chosen = order.slice(0, at, std::min(at + recipe.batch, count));
            auto inputs = training.inputs.index_select(0, chosen);
            if (recipe.shift > 0) {
                const auto by = torch::randint(-recipe.shift, recipe.shift + 1, {2}, torch::kInt64);
                inputs =
                    torch::roll(inputs, {by[0].item<std::int64_t>(), by[1].item<std::int64_t>()}, {2, 3});
            }
            optimizer.zero_grad();
            torch::nn::functional::cross_entropy(logitsOf(net, inputs),
                                                 training.labels.index_select(0, chosen))
                .backward();
            optimizer.step();
        }
    }
    std::printf("%s: accuracy %.4f on %lld training samples, %.4f on %lld held out\n", name,
                accuracy(net, training), static_cast<long long>(count), accuracy(net, heldOut),
                static_cast<long long>(heldOut.labels.size(0)));
}

void save(Module& net, const fs::path& path) {
    net.eval();
    for (const auto& parameter : net.parameters()) {
        parameter.mutable_grad() = at::Tensor();
        at::Tensor(parameter).set_requires_grad(false);
    }
    net.save(path.string());
    std::printf("%s: %lld bytes\n", path.filename().c_str(), static_cast<long long>(fs::file_size(path)));
}

// For each class, the first sample from `start` on that the network gets right.
Json firstCorrect(Module& net, const Samples& samples, const std::vector<std::int64_t>& classes,
                  std::int64_t start = 0) {
    const auto right = correct(net, samples);
    Json anchors = Json::array();
    for (const auto wanted : classes) {
        auto index = start;
        while (samples.labels[index].item<std::int64_t>() != wanted || !right[index].item<bool>()) ++index;
        anchors.push_back(index);
    }
    return anchors;
}

// Three noisy arms of a spiral; rounded as they are written, so that file and network agree.
Samples spiral(std::int64_t perArm, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> noise(0, 0.035);
    std::vector<float> points;
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < 3 * perArm; ++i) {
        const double along = static_cast<double>(i / 3) / static_cast<double>(perArm);
        const double radius = 0.08 + 0.92 * along,
                     angle = 2 * std::numbers::pi * (static_cast<double>(i % 3) / 3 + 0.75 * along);
        for (const double value : {radius * std::cos(angle), radius * std::sin(angle)})
            points.push_back(static_cast<float>(std::round((value + noise(random)) * 1e4) / 1e4));
        labels.push_back(i % 3);
    }
    const auto count = static_cast<std::int64_t>(labels.size());
    return {torch::tensor(points).reshape({count, 2}), torch::tensor(labels)};
}

void writeCsv(const fs::path& path, const Samples& samples) {
    std::ofstream file(path);
    file << "x1,x2,label\n";
    for (std::int64_t i = 0; i < samples.labels.size(0); ++i)
        file << samples.inputs[i][0].item<float>() << ',' << samples.inputs[i][1].item<float>() << ','
             << samples.labels[i].item<std::int64_t>() << '\n';
    if (!file.flush()) throw std::runtime_error(path.string() + " cannot be written.");
}

Json trainDigits(const fs::path& mnist, const fs::path& out) {
    const auto trainImages = readIdx(mnist / "train-images-idx3-ubyte.gz"),
               trainLabels = readIdx(mnist / "train-labels-idx1-ubyte.gz");
    auto heldOutImages = readIdx(mnist / "t2k-images-idx3-ubyte.gz"),
         heldOutLabels = readIdx(mnist / "t2k-labels-idx1-ubyte.gz");
    const auto total = trainImages.shape[0], used = static_cast<std::int32_t>(total - kHeldOutOfTraining);
    append(heldOutImages, trainImages, used, total);
    append(heldOutLabels, trainLabels, used, total);
    writeIdx(out / "mnist-images-idx3-ubyte.gz", heldOutImages);
    writeIdx(out / "mnist-labels-idx1-ubyte.gz", heldOutLabels);
    const Samples training{pixels(trainImages).slice(0, 0, used), labelTensor(trainLabels).slice(0, 0, used)};
    const Samples heldOut{pixels(heldOutImages), labelTensor(heldOutLabels)};
    const Samples flatTraining{training.inputs.flatten(1), training.labels},
        flatHeldOut{heldOut.inputs.flatten(1), heldOut.labels};

    torch::manual_seed(1);
    auto mlp = multilayerPerceptron({784, 64, 64, 64, 10});
    train("mnist_mlp", mlp, flatTraining, flatHeldOut, {30, 64, 1e-3, 1e-4});
    save(mlp, out / "mnist_mlp.pt");
    torch::manual_seed(2);
    auto cnn = smallResidualNetwork(5, 10);
    train("mnist_cnn", cnn, training, heldOut, {40, 64, 3e-3, 1e-4, 2});
    save(cnn, out / "mnist_cnn.pt");

    const auto entry = [&](const char* id, const char* title, const char* description, const char* model,
                           Json anchors, Json shape) {
        return Json{{"id", id},
                    {"title", title},
                    {"description", description},
                    {"model", model},
                    {"data", "mnist-images-idx3-ubyte.gz"},
                    {"mean", {kMean}},
                    {"std", {kStd}},
                    {"anchors", std::move(anchors)},
                    {"inputShape", std::move(shape)}};
    };
    return Json::array({entry("mnist-mlp", "MNIST digits, dense network",
                              "784-64-64-64-10 with ReLU: a few thousand exact regions through three digits.",
                              "mnist_mlp.pt", firstCorrect(mlp, flatHeldOut, {3, 5, 8}), {784}),
                        entry("mnist-cnn", "MNIST digits, convolutional network",
                              "Batch norm, max-pool and a residual block, all of it exact.", "mnist_cnn.pt",
                              firstCorrect(cnn, heldOut, {3, 5, 8}), {1, 28, 28})});
}

Json trainSpiral(const fs::path& out) {
    const auto training = spiral(1000, 11), heldOut = spiral(300, 12);
    writeCsv(out / "spiral.csv", heldOut);
    torch::manual_seed(3);
    auto net = multilayerPerceptron({2, 32, 32, 32, 3});
    train("spiral_mlp", net, training, heldOut, {60, 64, 5e-3, 0});
    save(net, out / "spiral_mlp.pt");
    return {{"id", "spiral"},
            {"title", "Three-armed spiral"},
            {"description", "A 2-32-32-32-3 network: the slice is the whole input space."},
            {"model", "spiral_mlp.pt"},
            {"data", "spiral.csv"},
            {"mean", Json::array()},
            {"std", Json::array()},
            // Far out, so that the slice holds all three arms.
            {"anchors", firstCorrect(net, heldOut, {0, 1, 2}, 800)},
            {"inputShape", {2}}};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: train_samples MNIST_FOLDER OUTPUT_FOLDER\n");
        return 2;
    }
    try {
        at::set_num_threads(1);
        at::globalContext().setDeterministicAlgorithms(true, false);
        auto samples = trainDigits(argv[1], argv[2]);
        samples.push_back(trainSpiral(argv[2]));
        std::ofstream(fs::path(argv[2]) / "samples.json") << samples.dump(2) << '\n';
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "train_samples: %s\n", exception.what());
        return 1;
    }
    return 0;
}
