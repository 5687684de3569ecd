// SPDX-License-Identifier: GPL-3.0-or-later
// Heads on disk open as models that give the same logits, and say how they were made.
#include "core/heads/head_file.h"

#include <QtTest>

#include "core/data/npz.h"
#include "core/heads/head_table.h"
#include "tests/core/data/scratch_folder.h"
#include "tests/core/heads/head_data.h"

using namespace tessera;
using namespace tessera::test;

class HeadFileTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void opensAsAModelOfTheSameLogits_data() {
        QTest::addColumn<int>("method");
        for (const auto method : kHeadMethods)
            QTest::newRow(headMethodName(method)) << static_cast<int>(method);
    }
    void opensAsAModelOfTheSameLogits() {
        QFETCH(int, method);
        const ScratchFolder scratch;
        const auto data = gaussianClasses(300, 12, 5, 3);
        HeadRecipe recipe;
        recipe.method = static_cast<HeadMethod>(method);
        recipe.epochs = 3, recipe.hidden = 9, recipe.seed = 77, recipe.learningRate = 0.1 / 3;
        NoProgress progress;
        const auto trained = trainHeads(data, std::span(&recipe, 1), 1, {}, progress).value().heads[0];
        const auto path = scratch.path("head.safetensors");
        QVERIFY(saveHead(path, trained, {{"tessera.embeddings_sha256", "abc"}}).isOk());
        const auto model = loadModel(path);
        QVERIFY2(model.isOk(), model.isError() ? model.error().message.c_str() : "");
        QCOMPARE(model.value()->info().inputShape, (Shape{12}));
        QCOMPARE(model.value()->info().outputs, 5);
        QVERIFY(model.value()->isExact());
        const Rows own = logitsOf(trained.head, data.points);
        const Rows loaded = logitsOf(*model.value(), data.points).value();
        QVERIFY((own - loaded).cwiseAbs().maxCoeff() < 1e-12 * std::max(1.0, own.cwiseAbs().maxCoeff()));
        const auto metadata = readHeadMetadata(path);
        QCOMPARE(metadata.at("tessera.embeddings_sha256"), std::string("abc"));
        QCOMPARE(metadata.at("tessera.complete"), std::string("true"));
        const auto read = recipeOf(metadata);
        QVERIFY(read.has_value());
        QCOMPARE(recipeText(*read), recipeText(recipe));
        QCOMPARE(read->learningRate, recipe.learningRate);
        QCOMPARE(read->epochs, recipe.epochs);
    }

    void headsWithoutAFileAreModels() {
        Random random(3);
        Head head;
        head.layers = {initialLayer(random, 6, 4), initialLayer(random, 4, 3)};
        Rows points(5, 6);
        for (Eigen::Index i = 0; i < points.size(); ++i) points.data()[i] = random.uniform(-2, 2);
        const auto model = modelOf(head, "mine").value();
        QVERIFY((logitsOf(*model, points).value() - logitsOf(head, points)).cwiseAbs().maxCoeff() < 1e-14);
        QCOMPARE(model->info().outputs, 3);
        QCOMPARE(model->info().parameters, 6 * 4 + 4 + 4 * 3 + 3);
        head.layers[1].weight.resize(3, 5);
        QVERIFY(contains(modelOf(head, "mine").error().message, "mine: layer 1"));
    }

    void npzHeads_data() {
        QTest::addColumn<QString>("weight");
        QTest::addColumn<QString>("bias");
        QTest::newRow("PyTorch's") << "weight"
                                   << "bias";
        QTest::newRow("letters") << "W"
                                 << "b";
        QTest::newRow("scikit-learn's") << "coef_"
                                        << "intercept_";
        QTest::newRow("no bias") << "weight"
                                 << "";
    }
    void npzHeads() {
        QFETCH(QString, weight);
        QFETCH(QString, bias);
        const ScratchFolder scratch;
        const auto path = scratch.path("head.npz");
        const std::vector<double> w{1, 2, 3, 4, 5, 6}, b{0.5, -0.5};
        std::vector<NpzEntry> entries{{weight.toStdString(), "<f8", {2, 3}, w.data()}};
        if (!bias.isEmpty()) entries.push_back({bias.toStdString(), "<f8", {2}, b.data()});
        QVERIFY(writeNpz(path, entries).isOk());
        const auto model = openHead(path);
        QVERIFY2(model.isOk(), model.isError() ? model.error().message.c_str() : "");
        const Rows point = Rows::Ones(1, 3);
        const Rows logits = logitsOf(*model.value(), point).value();
        QCOMPARE(logits(0, 0), bias.isEmpty() ? 6.0 : 6.5);
        QCOMPARE(logits(0, 1), bias.isEmpty() ? 15.0 : 14.5);
    }

    void otherFilesOpenAsBefore() {
        QVERIFY(openHead(TESSERA_SAMPLES "/spiral_mlp.pt").isOk());
        const ScratchFolder scratch;
        const std::vector<double> w{1, 2, 3, 4, 5, 6};
        const auto path = scratch.path("head.npz");
        const std::vector<NpzEntry> misnamed{{"matrix", "<f8", {2, 3}, w.data()}},
            flat{{"weight", "<f8", {6}, w.data()}};
        QVERIFY(writeNpz(path, misnamed).isOk());
        QVERIFY(contains(openHead(path).error().message, "it holds 'matrix'"));
        QVERIFY(writeNpz(path, flat).isOk());
        QVERIFY(contains(openHead(path).error().message, "classes x dimensions"));
        const std::vector<NpzEntry> unequal{{"weight", "<f8", {2, 3}, w.data()},
                                            {"bias", "<f8", {3}, w.data()}};
        QVERIFY(writeNpz(path, unequal).isOk());
        QVERIFY(contains(openHead(path).error().message, "do not fit"));
        QVERIFY(openHead(scratch.path("nowhere.npz")).isError());
    }

    void foreignFilesHaveNoRecipe() {
        const ScratchFolder scratch;
        QVERIFY(readHeadMetadata(scratch.path("nowhere")).empty());
        const auto short1 = scratch.write("a", std::string("abc"));
        const auto text = scratch.write("b", std::string("12345678{\"x\":1}"));
        const auto broken = scratch.write("c", std::string("\x05\0\0\0\0\0\0\0{\"__", 13));
        for (const auto& file : {short1, text, broken}) QVERIFY(readHeadMetadata(file).empty());
        QVERIFY(!recipeOf({}).has_value());
        QVERIFY(!recipeOf({{"tessera.method", "oracle"}}).has_value());
        QVERIFY(!recipeOf({{"tessera.method", "lda"}}).has_value());
    }

    void failuresAreSentences() {
        TrainedHead trained;
        trained.head.layers.push_back({Rows::Zero(2, 3), Eigen::VectorXd::Zero(2)});
        QVERIFY(contains(saveHead("/nowhere/head.safetensors", trained).error().message, "/nowhere/head"));
        trained.head.layers[0].bias(0) = std::nan("");
        QVERIFY(contains(saveHead("head.safetensors", trained).error().message, "not finite"));
    }
};

QTEST_GUILESS_MAIN(HeadFileTest)
#include "head_file_test.moc"
