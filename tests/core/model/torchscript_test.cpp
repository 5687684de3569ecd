// SPDX-License-Identifier: GPL-3.0-or-later
// TorchScript import against golden outputs of the eager modules (tests/golden/make_torchscript.py).
#include <torch/script.h>

#include <QtTest>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/model/layer_graph_torch.h"
#include "core/model/model.h"

using namespace tessera;

namespace {

const std::string kFolder = TESSERA_TEST_DATA "/torchscript/";

nlohmann::json golden(const std::string& name) {
    std::ifstream file(kFolder + "golden.json");
    return nlohmann::json::parse(file).at(name);
}

std::shared_ptr<const Model> load(const std::string& name, const Shape& shape) {
    LoadOptions options;
    options.inputShape = shape;
    auto model = loadModel(kFolder + name + ".pt", options);
    if (!model.isOk())
        qWarning("%s %s", model.error().message.c_str(),
                 model.error().context.empty() ? "" : model.error().context[0].c_str());
    return model.isOk() ? model.value() : nullptr;
}

std::string describe(const Model& model) {
    std::string text;
    for (const auto& layer : model.info().layers)
        text += layer.name + " " + layer.kind + " " + markText(layer.mark) + " " + layer.why + "\n";
    for (const auto& note : model.info().notes) text += note + "\n";
    return text + model.info().selfCheck.note;
}

}  // namespace

class TorchScriptTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void agreesWithTheEagerModule_data();
    void agreesWithTheEagerModule();
    void layerNamesFollowTheModuleTree();
    void reductionOverTheBatchIsOpaque();
    void findsTheInputShape_data();
    void findsTheInputShape();
    void wrongShapeIsAnError();
    void nanWeightsAreRefused();
};

void TorchScriptTest::agreesWithTheEagerModule_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("mark");
    const std::pair<const char*, const char*> cases[] = {{"resnet_scripted", "exact"},
                                                         {"resnet_traced", "exact"},
                                                         {"resnet_frozen", "exact"},
                                                         {"option_a_scripted", "exact"},
                                                         {"option_a_traced", "exact"},
                                                         {"lenet_scripted", "exact"},
                                                         {"lenet_traced", "exact"},
                                                         {"lenet_frozen", "exact"},
                                                         {"branches_scripted", "exact"},
                                                         {"branches_traced", "exact"},
                                                         {"loop_scripted", "exact"},
                                                         {"loop_traced", "exact"},
                                                         {"attention_per_head_scripted", "sampled"},
                                                         {"attention_per_head_traced", "sampled"},
                                                         {"smooth_scripted", "sampled"},
                                                         {"smooth_traced", "sampled"},
                                                         {"transformer_scripted", "opaque"},
                                                         {"transformer_traced", "opaque"},
                                                         {"odd_scripted", "opaque"},
                                                         {"odd_traced", "opaque"},
                                                         {"branching_scripted", "opaque"}};
    for (const auto& [file, mark] : cases) QTest::newRow(file) << file << mark;
}

void TorchScriptTest::agreesWithTheEagerModule() {
    QFETCH(QString, file);
    QFETCH(QString, mark);
    const auto name = file.left(file.lastIndexOf('_')).toStdString();
    const auto expected = golden(name);
    const auto model = load(file.toStdString(), expected["shape"].get<Shape>());
    QVERIFY(model);
    const auto text = describe(*model);
    Mark worst = Mark::Exact;
    for (const auto& layer : model->info().layers) worst = std::max(worst, layer.mark);
    QVERIFY2(markText(worst) == mark, text.c_str());
    QVERIFY2(model->info().selfCheck.passed || mark == "opaque", text.c_str());

    const auto x = expected["x"].get<std::vector<double>>();
    const auto y = expected["y"].get<std::vector<double>>();
    const int outputs = expected["outputs"];
    QCOMPARE(model->info().outputs, outputs);
    std::vector<double> logits(static_cast<std::size_t>(3 * outputs));
    QVERIFY(model->logits(x.data(), 3, logits.data()).isOk());
    // Closing softmax and sigmoid are left out of the graph: put them back.
    const bool sigmoid = name == "loop", logSoftmax = name == "lenet";
    for (std::size_t i = 0; i < y.size(); ++i) {
        double value = logits[i];
        if (sigmoid) value = 1 / (1 + std::exp(-value));
        if (logSoftmax) {
            double sum = 0;
            for (std::size_t k = i - i % 4; k < i - i % 4 + 4; ++k) sum += std::exp(logits[k]);
            value -= std::log(sum);
        }
        // Everything runs in float64 on float32 weights; a frozen file has its BatchNorm folded in float32 by
        // PyTorch itself.
        const double tolerance = file.endsWith("frozen") ? 1e-6 : 1e-12;
        QVERIFY2(std::abs(value - y[i]) < tolerance * std::max(1.0, std::abs(y[i])),
                 QString("%1: %2 != %3\n%4")
                     .arg(i)
                     .arg(value, 0, 'g', 17)
                     .arg(y[i], 0, 'g', 17)
                     .arg(text.c_str())
                     .toUtf8());
    }
}

void TorchScriptTest::layerNamesFollowTheModuleTree() {
    const auto model = load("resnet_scripted", {3, 8, 8});
    QVERIFY(model);
    std::map<std::string, std::string> kinds;
    for (const auto& layer : model->info().layers) kinds[layer.name] = layer.kind;
    QCOMPARE(kinds["conv1"], std::string("conv2d"));
    QCOMPARE(kinds["layer1.0.bn1"], std::string("batch_norm"));
    QCOMPARE(kinds["layer1.0.relu"], std::string("relu"));
    QCOMPARE(kinds["layer2.0.shortcut.0"], std::string("conv2d"));
    QCOMPARE(kinds["fc"], std::string("linear"));
    QVERIFY2(kinds.count("layer1.1.add"), describe(*model).c_str());
}

void TorchScriptTest::reductionOverTheBatchIsOpaque() {
    const auto model = load("branching_scripted", {4});
    QVERIFY(model);
    const auto* layer = model->firstInexact();
    QVERIFY(layer);
    QVERIFY2(layer->why.find("batch dimension") != std::string::npos, layer->why.c_str());
}

void TorchScriptTest::findsTheInputShape_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("shape");
    QTest::newRow("flatten decides, up to pooling") << "lenet_scripted"
                                                    << "1 x 16 x 16";
    QTest::newRow("linear") << "smooth_traced"
                            << "3";
    QTest::newRow("adaptive") << "option_a_scripted"
                              << "2 x 32 x 32";
}

void TorchScriptTest::findsTheInputShape() {
    QFETCH(QString, file);
    QFETCH(QString, shape);
    auto model = loadModel(kFolder + file.toStdString() + ".pt");
    QVERIFY2(model.isOk(), model.isOk() ? "" : model.error().message.c_str());
    QCOMPARE(QString::fromStdString(shapeText(model.value()->info().inputShape)), shape);
}

void TorchScriptTest::wrongShapeIsAnError() {
    LoadOptions options;
    options.inputShape = Shape{7};
    const auto model = loadModel(kFolder + "lenet_scripted.pt", options);
    QVERIFY(model.isError());
    QVERIFY2(model.error().message.find("lenet_scripted.pt") != std::string::npos,
             model.error().message.c_str());
    QVERIFY(model.error().message.find('\n') == std::string::npos);
}

void TorchScriptTest::nanWeightsAreRefused() {
    torch::jit::Module module("M");
    auto weight = torch::ones({2, 3});
    weight[1][1] = std::numeric_limits<float>::quiet_NaN();
    module.register_parameter("w", weight, false);
    module.define("def forward(self, x):\n    return torch.linear(x, self.w)\n");
    QTemporaryDir folder;
    const auto file = folder.filePath("nan.pt").toStdString();
    module.save(file);
    const auto model = loadModel(file);
    QVERIFY(model.isError());
    QVERIFY2(model.error().message.find("NaN") != std::string::npos &&
                 model.error().message.find(" w;") != std::string::npos,
             model.error().message.c_str());
}

QTEST_GUILESS_MAIN(TorchScriptTest)
#include "torchscript_test.moc"
