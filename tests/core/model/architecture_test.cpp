// SPDX-License-Identifier: GPL-3.0-or-later
// Weights to layer graph: logits against PyTorch's, and what is said when tensors and description do not fit.
#include "core/model/architecture_torch.h"

#include <QtTest>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/model/model.h"

using namespace tessera;

namespace {

const std::filesystem::path kModels = std::filesystem::path(TESSERA_TEST_DATA) / "models";
using Json = nlohmann::json;

Json golden(const std::string& file) {
    std::ifstream stream(kModels / "logits.json");
    return Json::parse(stream)[file];
}

at::Tensor tensorOf(const Json& values, std::vector<std::int64_t> shape) {
    return at::tensor(values.get<std::vector<double>>(), at::dtype(at::kDouble)).reshape(shape);
}

double difference(const LayerGraph& graph, const Json& expected) {
    std::vector<std::int64_t> shape = expected["input"].get<Shape>();
    shape.insert(shape.begin(), -1);
    const at::Tensor logits = graph.forward(tensorOf(expected["probes"], shape));
    const at::Tensor wanted = tensorOf(expected["logits"], {logits.size(0), -1});
    return logits.sizes() == wanted.sizes() ? (logits - wanted).abs().max().item<double>() : INFINITY;
}

StateTensor tensor(const std::string& name, Shape shape, double value = 0.5) {
    return {name, "float32", shape,
            std::vector<double>(static_cast<std::size_t>(elementCount(shape)), value)};
}

StateFile stateOf(std::vector<StateTensor> tensors, const char* format = "state_dict (zip)") {
    return {format, "", {}, std::move(tensors)};
}

// linear layers "name" of the given widths
StateFile linears(const std::vector<std::string>& names, const std::vector<std::int64_t>& widths,
                  const char* format = "state_dict (zip)") {
    StateFile state = stateOf({}, format);
    for (std::size_t i = 0; i < names.size(); ++i) {
        state.tensors.push_back(tensor(names[i] + ".weight", {widths[i + 1], widths[i]}));
        state.tensors.push_back(tensor(names[i] + ".bias", {widths[i + 1]}));
    }
    return state;
}

std::string operations(const LayerGraph& graph) {
    std::string text;
    for (const LayerNode& node : graph.nodes()) text += (text.empty() ? "" : " ") + node.op;
    return text;
}

std::string layerNames(const LayerGraph& graph) {
    std::string text;
    for (const LayerNode& node : graph.nodes())
        if (node.op == "linear") text += (text.empty() ? "" : " ") + node.name;
    return text;
}

}  // namespace

class ArchitectureTest : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    std::filesystem::path write(const std::string& name, const Json& json) {
        const std::filesystem::path path = std::filesystem::path(folder_.path().toStdString()) / name;
        std::ofstream(path) << (json.is_string() ? json.get<std::string>() : json.dump());
        return path;
    }
    Result<BuiltArchitecture> build(const StateFile& state, std::optional<Shape> input = {}) {
        return buildArchitecture(state, "net.pt", {}, input);
    }
    Result<BuiltArchitecture> describe(const StateFile& state, const Json& json) {
        return buildArchitecture(state, "net.pt", write("net.json", json), {});
    }

  private Q_SLOTS:
    void agreesWithTorch_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("description");
        QTest::newRow("MLP") << "mlp_checkpoint.tar"
                             << "MLP 3-5-4-2, ReLU (inferred from names and shapes)";
        QTest::newRow("ResNet-8, option A, legacy, DataParallel")
            << "resnet8_a.th"
            << "CIFAR ResNet-8, widths 4-8-16, padded shortcuts (option A) (inferred from names and shapes)";
        QTest::newRow("ResNet-8, option B") << "resnet8_b.pt"
                                            << "CIFAR ResNet-8, widths 4-8-16, projection shortcuts (option "
                                               "B) (inferred from names and shapes)";
    }
    void agreesWithTorch() {
        QFETCH(QString, file);
        QFETCH(QString, description);
        const Json expected = golden(file.toStdString());
        const auto state = readStateFile(kModels / file.toStdString());
        QVERIFY(state.isOk());
        const auto built = buildArchitecture(state.value(), kModels / file.toStdString(), {},
                                             expected["input"].get<Shape>());
        QVERIFY2(built.isOk(), built.isError() ? built.error().message.c_str() : "");
        QCOMPARE(QString::fromStdString(built.value().description), description);
        QVERIFY(built.value().graph.isExact());
        const double error = difference(built.value().graph, expected);
        QVERIFY2(error < 1e-12, std::to_string(error).c_str());
        QVERIFY(!built.value().notes.empty());
    }

    void loadsAsModel() {
        LoadOptions options;
        options.inputShape = Shape{3, 8, 8};
        const auto model = loadModel(kModels / "resnet8_a.th", options);
        QVERIFY2(model.isOk(), model.isError() ? model.error().message.c_str() : "");
        QCOMPARE(model.value()->info().format, std::string("state_dict (legacy)"));
        QCOMPARE(model.value()->info().outputs, 10);
        QVERIFY(model.value()->isExact());
        const Json expected = golden("resnet8_a.th");
        const auto probes = expected["probes"].get<std::vector<double>>();
        const auto wanted = expected["logits"].get<std::vector<double>>();
        std::vector<double> logits(wanted.size());
        QVERIFY(model.value()
                    ->logits(probes.data(), static_cast<std::int64_t>(wanted.size() / 10), logits.data())
                    .isOk());
        for (std::size_t i = 0; i < wanted.size(); ++i) QVERIFY(std::abs(logits[i] - wanted[i]) < 1e-12);
    }

    void placesActivations_data() {
        QTest::addColumn<QStringList>("names");
        QTest::addColumn<QString>("operations");
        QTest::newRow("sequential") << QStringList{"0", "2"} << "input linear relu linear";
        QTest::newRow("sequential without activation") << QStringList{"0", "1"} << "input linear linear";
        QTest::newRow("one gap only") << QStringList{"0", "1", "3"} << "input linear linear relu linear";
        QTest::newRow("module list") << QStringList{"layers.0", "layers.1"} << "input linear relu linear";
        QTest::newRow("nested sequential") << QStringList{"net.0", "net.3"} << "input linear relu linear";
        QTest::newRow("named") << QStringList{"fc1", "fc2", "out"} << "input linear relu linear relu linear";
        QTest::newRow("single") << QStringList{"fc"} << "input linear";
    }
    void placesActivations() {
        QFETCH(QStringList, names);
        QFETCH(QString, operations);
        std::vector<std::string> list;
        for (const QString& name : names) list.push_back(name.toStdString());
        const auto built = build(linears(list, std::vector<std::int64_t>(list.size() + 1, 4)));
        QVERIFY(built.isOk());
        QCOMPARE(QString::fromStdString(::operations(built.value().graph)), operations);
    }

    void ordersNaturally() {
        std::vector<std::string> names;
        for (int i = 1; i <= 11; ++i) names.push_back("fc" + std::to_string(i));
        std::vector<std::string> sorted = names;
        std::sort(sorted.begin(), sorted.end());  // fc1 fc10 fc11 fc2 ...: as safetensors are written
        const auto built = build(linears(sorted, std::vector<std::int64_t>(12, 3), "safetensors"));
        QVERIFY(built.isOk());
        QCOMPARE(layerNames(built.value().graph),
                 std::string("fc1 fc2 fc3 fc4 fc5 fc6 fc7 fc8 fc9 fc10 fc11"));
        // A state dict tells the order itself.
        const auto own = build(linears({"second", "first"}, {3, 3, 3}));
        QVERIFY(own.isOk());
        QCOMPARE(layerNames(own.value().graph), std::string("second first"));
    }

    void readsBatchNormAndPrelu() {
        StateFile state = linears({"net.0", "net.4"}, {2, 3, 2});
        state.tensors.insert(state.tensors.begin() + 2, {tensor("net.1.weight", {3}),
                                                         tensor("net.1.bias", {3}),
                                                         tensor("net.1.running_mean", {3}),
                                                         tensor("net.1.running_var", {3}),
                                                         {"net.1.num_batches_tracked", "int64", {}, {7}}});
        auto built = build(state);
        QVERIFY(built.isOk());
        QCOMPARE(operations(built.value().graph), std::string("input linear batch_norm relu linear"));
        state.tensors.insert(state.tensors.begin() + 7, tensor("net.2.weight", {1}, 0.25));
        built = build(state);
        QVERIFY(built.isOk());
        QCOMPARE(operations(built.value().graph), std::string("input linear batch_norm prelu linear"));
        // 0.5*(1+1)+0.5 = 1.5; normalised (1.5-0.5)/sqrt(0.5+1e-5)*0.5+0.5; three of them, times 0.5, plus
        // 0.5
        const double hidden = 1.0 / std::sqrt(0.5 + 1e-5) * 0.5 + 0.5;
        const at::Tensor out = built.value().graph.forward(at::ones({1, 2}, at::kDouble));
        QVERIFY(std::abs(out[0][0].item<double>() - (1.5 * hidden + 0.5)) < 1e-12);
    }

    void takesTheInputShape() {
        const auto built = build(linears({"fc"}, {12, 2}), Shape{3, 2, 2});
        QVERIFY(built.isOk());
        QCOMPARE(built.value().graph.inputShape(), (Shape{3, 2, 2}));
        const auto wrong = build(linears({"fc"}, {12, 2}), Shape{13});
        QVERIFY(wrong.isError());
        QVERIFY(wrong.error().message.find("takes 12 values") != std::string::npos);
    }

    void namesWhatDoesNotFit() {
        auto state = readStateFile(kModels / "resnet8_b.pt").value();
        const auto without = [&](const std::string& name) {
            StateFile fewer = state;
            std::erase_if(fewer.tensors, [&](const StateTensor& tensor) { return tensor.name == name; });
            const auto built = build(fewer, Shape{3, 8, 8});
            return built.isError() ? built.error().message : "built";
        };
        QVERIFY(without("layer2.0.bn2.running_var").find("'layer2.0.bn2.running_var' is missing") !=
                std::string::npos);
        QVERIFY(without("layer2.0.downsample.0.weight").find("'layer2.0.downsample.1.weight'") !=
                std::string::npos);
        QVERIFY(without("fc.weight").find("'fc.weight' is missing") != std::string::npos);
        StateFile more = state;
        more.tensors.push_back(tensor("aux.weight", {2, 2}));
        QVERIFY(build(more, Shape{3, 8, 8}).error().message.find("'aux.weight' belong to no layer") !=
                std::string::npos);
        StateFile other = state;
        for (StateTensor& one : other.tensors)
            if (one.name == "layer3.0.conv1.weight") one = tensor(one.name, {16, 9, 3, 3});
        const auto misshaped = build(other, Shape{3, 8, 8});
        QVERIFY(misshaped.isError());
        QVERIFY2(
            misshaped.error().message.find(
                "'layer3.0.conv1.weight' is 16 x 9 x 3 x 3, but it is given 8 x 4 x 4") != std::string::npos,
            misshaped.error().message.c_str());
        const auto unknown = build(stateOf({tensor("encoder.attn.qkv", {3, 3})}));
        QVERIFY(unknown.isError());
        QVERIFY(unknown.error().message.find("'encoder.attn.qkv'") != std::string::npos);
    }

    void buildsFromDescription() {
        // The option-A ResNet-8 written out gives the same logits as the recognised family.
        Json layers = {{{"name", "conv1"}, {"op", "conv2d"}, {"padding", 1}},
                       {{"name", "bn1"}, {"op", "batch_norm"}},
                       {{"name", "stem"}, {"op", "relu"}}};
        std::string input = "stem";
        const int channels[] = {4, 8, 16};
        for (int stage = 0; stage < 3; ++stage) {
            const std::string at = "layer" + std::to_string(stage + 1) + ".0.";
            layers.push_back({{"name", at + "conv1"},
                              {"op", "conv2d"},
                              {"stride", stage ? 2 : 1},
                              {"padding", {1, 1}},
                              {"inputs", {input}}});
            layers.push_back({{"name", at + "bn1"}, {"op", "batch_norm"}, {"epsilon", 1e-5}});
            layers.push_back("relu");
            layers.push_back({{"name", at + "conv2"}, {"op", "conv2d"}, {"padding", 1}});
            layers.push_back({{"name", at + "bn2"}, {"op", "batch_norm"}});
            if (stage) {
                layers.push_back({{"name", at + "side"},
                                  {"op", "pad_shortcut"},
                                  {"channels", channels[stage]},
                                  {"inputs", input}});
                input = at + "side";
            }
            layers.push_back({{"name", at + "sum"}, {"op", "add"}, {"inputs", {at + "bn2", input}}});
            input = at + "out";
            layers.push_back({{"name", input}, {"op", "relu"}});
        }
        layers.push_back("global_avg_pool");
        layers.push_back({{"name", "linear"}, {"op", "linear"}});
        const auto state = readStateFile(kModels / "resnet8_a.th");
        QVERIFY(state.isOk());
        const auto built = describe(
            state.value(),
            {{"tessera_architecture", 1}, {"name", "ResNet-8"}, {"input", {3, 8, 8}}, {"layers", layers}});
        QVERIFY2(built.isOk(), built.isError() ? built.error().message.c_str() : "");
        QCOMPARE(built.value().description, std::string("ResNet-8 (net.json)"));
        QVERIFY(difference(built.value().graph, golden("resnet8_a.th")) < 1e-12);
    }

    void knowsEveryOperation() {
        StateFile state = stateOf({tensor("c.weight", {4, 1, 3, 3}, 0.1), tensor("c.bias", {4}),
                                   tensor("p.weight", {4}, 0.3), tensor("n.weight", {8}, 1),
                                   tensor("n.bias", {8}, 0), tensor("o.weight", {3, 8})});
        const Json layers = Json::parse(R"([
            {"op": "scale", "scale": [2, 3], "shift": -0.5, "name": "s"}, {"name": "c", "op": "conv", "groups": 2, "padding": 1, "dilation": [1, 1]},
            {"name": "p", "op": "prelu"}, {"op": "max_pool", "kernel": 2, "ceil_mode": false}, {"op": "leaky_relu", "negative_slope": 0.2},
            {"op": "avg_pool", "kernel": [2, 1], "stride": 1}, {"op": "hardtanh", "min": -2, "max": 2}, "abs", "relu6", {"op": "dropout", "p": 0.5},
            {"op": "adaptive_max_pool", "output_size": [1, 2]}, {"op": "adaptive_avg_pool", "output_size": 1, "name": "g"},
            {"op": "reshape", "shape": [4], "name": "r"}, {"op": "concat", "inputs": ["r", "r"]}, {"name": "n", "op": "layer_norm"}, "gelu",
            {"name": "o", "op": "linear"}, "identity"])");
        const auto built = describe(state, {{"input", {2, 8, 8}}, {"layers", layers}});
        QVERIFY2(built.isOk(), built.isError() ? built.error().message.c_str() : "");
        QCOMPARE(operations(built.value().graph),
                 std::string("input scale conv2d prelu max_pool2d leaky_relu avg_pool2d hardtanh abs relu6 "
                             "identity adaptive_max_pool2d adaptive_avg_pool2d "
                             "reshape cat layer_norm gelu linear identity"));
        QVERIFY(!built.value().graph.isExact());
        QCOMPARE(built.value().graph.forward(at::randn({5, 2, 8, 8}, at::kDouble)).sizes().vec(),
                 (std::vector<std::int64_t>{5, 3}));
    }

    void describesFamilies() {
        const StateFile state = linears({"a", "b"}, {3, 4, 2});
        const auto tanh = describe(state, {{"family", "mlp"}, {"activation", "tanh"}});
        QVERIFY2(tanh.isOk(), tanh.isError() ? tanh.error().message.c_str() : "");
        QCOMPARE(operations(tanh.value().graph), std::string("input linear tanh linear"));
        QVERIFY(tanh.value().notes.empty());
        QVERIFY(describe(state, {{"family", "cifar_resnet"}}).isError());
        QVERIFY(describe(state, {{"family", "mlp"}, {"activation", "swoosh"}}).isError());
    }

    void refusesDescriptions_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("finding");
        const auto row = [](const char* name, const char* json, const char* finding) {
            QTest::newRow(name) << QString(json) << QString(finding);
        };
        row("not JSON", "{\"layers\": [\n\n}", "line 3");
        row("something else", "{\"lr\": 0.1}", "neither 'layers' nor 'family'");
        row("no input", R"({"layers": ["relu"]})", "lacks 'input'");
        row("bad input", R"({"input": [3, -1], "layers": ["relu"]})", "'input' is not the shape");
        row("absurd input", R"({"input": [16777216, 16777216], "layers": ["relu"]})", "absurdly large");
        row("newer", R"({"tessera_architecture": 2, "input": [3], "layers": ["relu"]})", "version 2");
        row("unknown op", R"({"input": [3], "layers": ["swish2"]})",
            "operation 'swish2', which is not known");
        row("unknown field", R"({"input": [3], "layers": [{"op": "relu", "slope": 1}]})", "field 'slope'");
        row("unknown top field", R"({"input": [3], "layer": [], "layers": ["relu"]})", "field 'layer'");
        row("missing tensor", R"({"input": [3], "layers": [{"op": "linear", "name": "fc9"}]})",
            "tensor 'fc9.weight' is missing");
        row("unknown layer", R"({"input": [3], "layers": [{"op": "relu", "inputs": ["later"]}]})",
            "takes 'later'");
        row("twice",
            R"({"input": [3], "layers": [{"op": "relu", "name": "a"}, {"op": "relu", "name": "a"}]})",
            "comes twice");
        row("sizes", R"({"input": [1, 8, 8], "layers": [{"op": "max_pool", "kernel": [2, 2, 2]}]})",
            "3 numbers for 2 dimensions");
        row("too large a kernel", R"({"input": [1, 8, 8], "layers": [{"op": "max_pool", "kernel": 20}]})",
            "does not run on 1 x 8 x 8");
        row("zero stride",
            R"({"input": [1, 8, 8], "layers": [{"op": "max_pool", "kernel": 2, "stride": 0}]})",
            "does not run on 1 x 8 x 8");
        row("add of one", R"({"input": [3], "layers": [{"op": "add"}]})", "two or more");
        row("add of two shapes",
            R"({"input": [3], "layers": [{"op": "linear", "name": "a"}, {"op": "add", "inputs": ["a", "input"]}]})",
            "adds 4 and 3");
        row("unused", R"({"input": [3], "layers": [{"op": "linear", "name": "a"}]})",
            "'b.weight', 'b.bias' belong to no layer of net.json");
        row("misshaped", R"({"input": [3], "layers": [{"op": "linear", "name": "b"}]})",
            "'b.weight' is 2 x 4, but it is given 3 values a sample");
        row("no output", R"({"input": [3], "layers": ["relu"], "output": "x"})", "'output' 'x' is no layer");
        row("family", R"({"family": "vit"})", "not one of mlp, cifar_resnet");
        row("types", R"({"input": [3], "layers": [{"op": "leaky_relu", "negative_slope": "x"}]})",
            "not a number");
    }
    void refusesDescriptions() {
        QFETCH(QString, json);
        QFETCH(QString, finding);
        const auto built = describe(linears({"a", "b"}, {3, 4, 2}), json.toStdString());
        QVERIFY(built.isError());
        const QString message = QString::fromStdString(built.error().message);
        QVERIFY2(message.contains(finding), qPrintable(message));
        QVERIFY2(message.contains("net.") && message.contains(';') && message.endsWith('.') &&
                     !message.contains('\n'),
                 qPrintable(message));
    }

    void findsDescriptionBeside() {
        QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        const StateFile state = linears({"a", "b"}, {3, 4, 2});
        std::ofstream(base / "net.json") << R"({"lr": 0.1})";
        const auto ignored = buildArchitecture(state, base / "net.pth.tar", {}, {});
        QVERIFY(ignored.isOk());
        QVERIFY(ignored.value().notes.at(0).starts_with("net.json lies beside"));
        std::ofstream(base / "net.arch.json")
            << R"({"name": "mine", "input": [3], "layers": [{"op": "linear", "name": "a"}, "abs", {"op": "linear", "name": "b"}]})";
        const auto found = buildArchitecture(state, base / "net.pth.tar", {}, {});
        QVERIFY(found.isOk());
        QCOMPARE(found.value().description, std::string("mine (net.arch.json)"));
        QCOMPARE(operations(found.value().graph), std::string("input linear abs linear"));
        const auto missing = buildArchitecture(state, base / "net.pt", base / "none.json", {});
        QVERIFY(missing.isError());
    }
};

QTEST_GUILESS_MAIN(ArchitectureTest)
#include "architecture_test.moc"
