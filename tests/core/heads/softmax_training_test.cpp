// SPDX-License-Identifier: GPL-3.0-or-later
// Heads trained by epochs: against a plain second implementation of the rule, against numerical gradients,
// and for being the same whatever else is trained beside them.
#include <QtTest>
#include <cmath>

#include "core/base/progress.h"
#include "core/data/npz_archive.h"
#include "tests/core/heads/head_data.h"

using namespace tessera;
using namespace tessera::test;

namespace {

// Softmax regression as the sheet says it, one matrix operation after the other, nothing shared with the
// trainer but the seed's draws.
struct PlainTrainer {
    const Embeddings& data;
    HeadRecipe recipe;
    Rows w, b;  // K x D, 1 x K
    std::vector<double> accuracies, losses;
    Rows bestW, bestB;

    void run() {
        const auto k = data.classes();
        const auto d = data.dimension();
        Random random(recipe.seed);
        const double bound = 1 / std::sqrt(static_cast<double>(d));
        w.resize(k, d), b.resize(1, k);
        for (std::int64_t i = 0; i < k * d; ++i) w.data()[i] = random.uniform(-bound, bound);
        for (std::int64_t i = 0; i < k; ++i) b(i) = random.uniform(-bound, bound);
        Rows mW = Rows::Zero(k, d), vW = mW, mB = Rows::Zero(1, k), vB = mB;
        double best = -1;
        std::int64_t step = 0, since = 0;
        for (std::int64_t epoch = 0; epoch < recipe.epochs && since < recipe.patience; ++epoch) {
            auto order = data.splits.train;
            Random shuffle(recipe.seed, 1 + static_cast<std::uint64_t>(epoch));
            shuffle.shuffle(std::span(order));
            double loss = 0;
            for (std::size_t begin = 0; begin < order.size();
                 begin += static_cast<std::size_t>(recipe.batch)) {
                const auto count =
                    std::min<std::size_t>(static_cast<std::size_t>(recipe.batch), order.size() - begin);
                const std::span<const std::int64_t> batch(order.data() + begin, count);
                const Rows x = data.pointsOf(batch);
                const auto y = data.labelsOf(batch);
                Rows logits = x * w.transpose();
                logits.rowwise() += b.row(0);
                Rows error(logits.rows(), logits.cols());
                for (std::int64_t i = 0; i < logits.rows(); ++i) {
                    const double sum = logits.row(i).array().exp().sum();
                    error.row(i) = logits.row(i).array().exp() / sum;
                    const auto own = y[static_cast<std::size_t>(i)];
                    loss -= std::log(error(i, own));
                    error(i, own) -= 1;
                }
                error /= static_cast<double>(count);
                ++step;
                adam(error.transpose() * x, w, mW, vW, step);
                adam(error.colwise().sum(), b, mB, vB, step);
            }
            losses.push_back(loss / static_cast<double>(order.size()));
            const double now = accuracy({{HeadLayer{w, b.transpose()}}}, data, data.splits.reference);
            accuracies.push_back(now);
            ++since;
            if (now > best) best = now, bestW = w, bestB = b, since = 0;
        }
    }
    void adam(const Rows& slope, Rows& p, Rows& m, Rows& v, std::int64_t step) const {
        const Rows g = slope + recipe.weightDecay * p;
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g.cwiseProduct(g);
        const double c1 = 1 - std::pow(0.9, step), c2 = 1 - std::pow(0.999, step);
        p -= (recipe.learningRate / c1 * m.array() / ((v.array() / c2).sqrt() + 1e-8)).matrix();
    }
};

class CountedProgress final : public Progress {
  public:
    void report(std::int64_t done, std::int64_t total, std::string_view) override {
        isAscending = isAscending && done >= last && done <= total;
        last = done, all = total;
    }
    bool isAscending = true;
    std::int64_t last = 0, all = 0;
};

}  // namespace

class SoftmaxTrainingTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void agreesWithAPlainImplementation_data() {
        QTest::addColumn<int>("dimension");
        QTest::addColumn<int>("classes");
        QTest::addColumn<double>("rate");
        QTest::addColumn<double>("decay");
        QTest::newRow("sheet") << 20 << 10 << 1e-3 << 1e-4;
        QTest::newRow("two classes, odd width") << 7 << 2 << 1e-2 << 1e-2;
        QTest::newRow("more classes than a panel") << 33 << 19 << 3e-3 << 0.0;
    }
    void agreesWithAPlainImplementation() {
        QFETCH(int, dimension);
        QFETCH(int, classes);
        QFETCH(double, rate);
        QFETCH(double, decay);
        const auto data = gaussianClasses(700, dimension, classes, 3);
        HeadRecipe recipe;
        recipe.seed = 5, recipe.learningRate = rate, recipe.weightDecay = decay, recipe.epochs = 25,
        recipe.batch = 64;
        recipe.patience = 4;
        PlainTrainer plain{data, recipe, {}, {}, {}, {}, {}, {}};
        plain.run();
        NoProgress progress;
        const auto trained = trainHeads(data, std::span(&recipe, 1), 1, {}, progress).value();
        const TrainedHead& head = trained.heads.front();
        QVERIFY(trained.isComplete);
        QCOMPARE(head.curve.size(), plain.losses.size());
        for (std::size_t e = 0; e < head.curve.size(); ++e) {
            QCOMPARE(head.curve[e].epoch, static_cast<std::int64_t>(e));
            QVERIFY(std::abs(head.curve[e].trainLoss - plain.losses[e]) < 1e-10);
            QCOMPARE(head.curve[e].referenceAccuracy, plain.accuracies[e]);
        }
        QVERIFY(largestDifference(head.head, {{HeadLayer{plain.bestW, plain.bestB.transpose()}}}) < 1e-10);
        const auto best = std::max_element(plain.accuracies.begin(), plain.accuracies.end());
        QCOMPARE(head.bestEpoch, best - plain.accuracies.begin());
    }

    // PyTorch's own autograd and Adam, with the same first weights and batches
    // (tests/golden/make_head_files.py).
    void agreesWithPyTorch_data() {
        QTest::addColumn<bool>("isMlp");
        QTest::newRow("softmax") << false;
        QTest::newRow("mlp") << true;
    }
    void agreesWithPyTorch() {
        QFETCH(bool, isMlp);
        const std::filesystem::path file(TESSERA_TEST_DATA "/heads/pytorch.npz");
        const auto archive = NpzArchive::open(file).value();
        const auto arrayOf = [&](const std::string& name) {
            const auto* member = archive.find((isMlp ? "mlp_" : "softmax_") + name);
            return member == nullptr ? NpyArray{} : archive.array(*member).value();
        };
        const auto dataset = openDataset(file.string()).value();
        NoProgress progress;
        const auto data = readEmbeddings(*dataset, splitsOf(*dataset, 0).value(), {}, progress).value();
        HeadRecipe recipe;
        recipe.method = isMlp ? HeadMethod::Mlp : HeadMethod::Softmax;
        recipe.seed = 9, recipe.epochs = 12, recipe.batch = 32, recipe.hidden = 6;
        recipe.learningRate = 0.003, recipe.weightDecay = 0.01, recipe.patience = 100;
        const auto trained = trainHeads(data, std::span(&recipe, 1), 1, {}, progress).value().heads[0];
        const auto losses = arrayOf("losses").values;
        QCOMPARE(trained.curve.size(), losses.size());
        for (std::size_t e = 0; e < losses.size(); ++e)
            QVERIFY(std::abs(trained.curve[e].trainLoss - losses[e]) < 1e-13);
        for (std::size_t i = 0; i < trained.head.layers.size(); ++i) {
            const std::string prefix = isMlp ? std::to_string(2 * i) + "_" : "";
            const auto weight = arrayOf(prefix + "weight"), bias = arrayOf(prefix + "bias");
            const auto& layer = trained.head.layers[i];
            QCOMPARE(weight.shape, (Shape{layer.weight.rows(), layer.weight.cols()}));
            QVERIFY((Eigen::Map<const Rows>(weight.values.data(), layer.weight.rows(), layer.weight.cols()) -
                     layer.weight)
                        .cwiseAbs()
                        .maxCoeff() < 1e-14);
            QVERIFY((Eigen::Map<const Eigen::VectorXd>(bias.values.data(), layer.bias.size()) - layer.bias)
                        .cwiseAbs()
                        .maxCoeff() < 1e-14);
        }
    }

    void sweepEqualsHeadsAlone() {
        const auto data = gaussianClasses(600, 24, 10, 2.5);
        HeadSweep sweep;
        sweep.base.epochs = 12, sweep.base.patience = 3;
        sweep.seeds = {1, 2}, sweep.learningRates = {1e-3, 1e-2, 3e-2}, sweep.weightDecays = {0, 1e-4, 1e-2};
        auto recipes = recipesOf(sweep);
        QCOMPARE(recipes.size(), std::size_t{18});
        HeadRecipe mlp;
        mlp.method = HeadMethod::Mlp, mlp.hidden = 20, mlp.epochs = 3;
        recipes.push_back(mlp);
        NoProgress progress;
        const auto one = trainHeads(data, recipes, 1, {}, progress).value();
        const auto three = trainHeads(data, recipes, 3, {}, progress).value();
        bool differ = false;
        for (std::size_t i = 0; i < recipes.size(); ++i) {
            const auto alone = trainHeads(data, std::span(&recipes[i], 1), 1, {}, progress).value();
            QVERIFY(isBitEqual(one.heads[i].head, alone.heads[0].head));
            QVERIFY(isBitEqual(one.heads[i].head, three.heads[i].head));
            QCOMPARE(one.heads[i].curve.size(), three.heads[i].curve.size());
            QCOMPARE(one.heads[i].curve.back().trainLoss, alone.heads[0].curve.back().trainLoss);
            differ = differ || one.heads[i].curve.size() != one.heads[0].curve.size();
        }
        QVERIFY(differ);  // some stopped earlier, so columns were taken out of the product
        QVERIFY(!isBitEqual(one.heads[0].head, one.heads[9].head));
    }

    // The two-layer gradient, number by number, by central differences of the loss.
    void mlpGradient() {
        const auto data = gaussianClasses(40, 5, 3, 2);
        HeadRecipe recipe;
        recipe.method = HeadMethod::Mlp, recipe.hidden = 4, recipe.batch = 1000, recipe.epochs = 1;
        recipe.weightDecay = 0, recipe.seed = 3;
        Random random(recipe.seed);
        Head start;
        start.layers.push_back(initialLayer(random, 5, 4));
        start.layers.push_back(initialLayer(random, 4, 3));
        const auto lossOf = [&](const Head& head) {
            Rows logits = logitsOf(head, data.pointsOf(data.splits.train));
            const auto labels = data.labelsOf(data.splits.train);
            return crossEntropy(logits.data(), logits.rows(), 3, 0, 3, labels, false).sum /
                   static_cast<double>(labels.size());
        };
        // One step from one batch: each weight moves by lr * g / (|g| + epsilon), epsilon 1e-8, so that
        // gradients of that size show their value and larger ones their sign.
        NoProgress progress;
        recipe.learningRate = 1e-6;
        const auto trained = trainHeads(data, std::span(&recipe, 1), 1, {}, progress).value().heads[0];
        for (std::size_t layer = 0; layer < 2; ++layer)
            for (Eigen::Index i = 0; i < start.layers[layer].weight.size(); ++i) {
                Head up = start, down = start;
                up.layers[layer].weight.data()[i] += 1e-5;
                down.layers[layer].weight.data()[i] -= 1e-5;
                const double slope = (lossOf(up) - lossOf(down)) / 2e-5;
                const double moved =
                    trained.head.layers[layer].weight.data()[i] - start.layers[layer].weight.data()[i];
                const double expected = -1e-6 * slope / (std::abs(slope) + 1e-8);
                QVERIFY2(std::abs(slope) < 1e-9 || std::abs(moved - expected) < 2e-9 * 1e-2 + 1e-11,
                         qPrintable(
                             QString("layer %1, %2: %3 for %4").arg(layer).arg(i).arg(moved).arg(expected)));
            }
        QCOMPARE(trained.curve.front().trainLoss, lossOf(start));
    }

    void layerGradientIsTheDerivative() {
        const auto data = gaussianClasses(50, 6, 3, 2);
        const auto labels = data.labelsOf(data.splits.train);
        std::vector<const double*> rows;
        for (const auto i : data.splits.train) rows.push_back(data.points.row(i).data());
        Random random(9);
        HeadLayer at = initialLayer(random, 6, 3);
        PanelLayer layer(6, 3);
        const auto lossAt = [&](const HeadLayer& point, bool gradient) {
            layer.set(0, point);
            std::vector<double> logits(rows.size() * static_cast<std::size_t>(layer.stride()));
            layer.forward(rows, logits.data());
            const auto count = static_cast<std::int64_t>(rows.size());
            const auto loss = crossEntropy(logits.data(), count, layer.stride(), 0, 3, labels, gradient);
            if (gradient) layer.gradient(rows, logits.data());
            return loss.sum / static_cast<double>(count);
        };
        (void)lossAt(at, true);
        const HeadLayer gradient = layer.gradientOf(0, 3);
        for (Eigen::Index i = 0; i < 18 + 3; ++i) {
            HeadLayer up = at, down = at;
            double& high = i < 18 ? up.weight.data()[i] : up.bias(i - 18);
            double& low = i < 18 ? down.weight.data()[i] : down.bias(i - 18);
            high += 1e-5, low -= 1e-5;
            const double slope = (lossAt(up, false) - lossAt(down, false)) / 2e-5;
            const double found = i < 18 ? gradient.weight.data()[i] : gradient.bias(i - 18);
            QVERIFY(std::abs(slope - found) < 1e-9);
        }
    }

    void separableDataIsLearnt() {
        const auto data = gaussianClasses(600, 16, 5, 40);
        NoProgress progress;
        std::vector<HeadRecipe> recipes;
        for (const auto method : kHeadMethods) {
            recipes.emplace_back().method = method;
            recipes.back().learningRate = 1e-2;
            recipes.back().hidden = 32;
        }
        const auto trained = trainHeads(data, recipes, 2, {}, progress).value();
        for (const auto& head : trained.heads) {
            QVERIFY2(head.note.empty(), head.note.c_str());
            QVERIFY2(accuracy(head.head, data, data.splits.test) == 1, headMethodName(head.recipe.method));
        }
    }

    void stoppingKeepsWhatIsThere() {
        const auto data = gaussianClasses(400, 12, 4, 1);
        HeadSweep sweep;
        sweep.base.epochs = 500, sweep.base.patience = 500;
        sweep.seeds = {1, 2, 3};
        auto recipes = recipesOf(sweep);
        recipes.front().epochs = 2;
        std::stop_source stop;
        CountedProgress progress;
        int calls = 0;
        const auto trained = trainHeads(data, recipes, 1, stop.get_token(), progress,
                                        [&](std::size_t head, const EpochPoint& point) {
                                            ++calls;
                                            if (head == 1 && point.epoch == 4) stop.request_stop();
                                        })
                                 .value();
        QVERIFY(!trained.isComplete);
        QVERIFY(trained.heads[0].isComplete);
        QCOMPARE(trained.heads[0].curve.size(), std::size_t{2});
        QVERIFY(!trained.heads[1].isComplete);
        QCOMPARE(trained.heads[1].curve.size(), std::size_t{5});
        QVERIFY(trained.heads[1].bestEpoch >= 0);
        QVERIFY(trained.heads[2].curve.empty() && trained.heads[2].head.layers.empty());
        QCOMPARE(calls, 7);
        QVERIFY(progress.isAscending && progress.last < progress.all);
    }

    void progressReachesItsEnd() {
        const auto data = gaussianClasses(300, 8, 3, 3);
        std::vector<HeadRecipe> recipes(3);
        recipes[1].seed = 1, recipes[2].method = HeadMethod::Lda;
        CountedProgress progress;
        QVERIFY(trainHeads(data, recipes, 2, {}, progress).value().isComplete);
        QVERIFY(progress.isAscending);
        QCOMPARE(progress.last, progress.all);
    }

    void divergenceIsSaid() {
        auto data = gaussianClasses(200, 4, 2, 1);
        data.points *= 1e200;
        HeadRecipe recipe;
        recipe.learningRate = 1e150;
        NoProgress progress;
        const auto trained = trainHeads(data, std::span(&recipe, 1), 1, {}, progress).value();
        QVERIFY(trained.heads[0].note.find("smaller learning rate") != std::string::npos);
        QVERIFY(trained.heads[0].head.layers[0].weight.allFinite());
    }

    void scaleGrowsLogitsAlone() {
        const auto data = gaussianClasses(300, 8, 3, 3);
        std::vector<HeadRecipe> recipes(2);
        recipes[1].scale = 4;
        NoProgress progress;
        const auto trained = trainHeads(data, recipes, 1, {}, progress).value();
        const Rows one = logitsOf(trained.heads[0].head, data.points),
                   four = logitsOf(trained.heads[1].head, data.points);
        QCOMPARE((four - 4 * one).cwiseAbs().maxCoeff(), 0.0);
    }

    void refusedRecipes() {
        HeadRecipe recipe;
        recipe.learningRate = 0;
        QVERIFY(validateRecipe(recipe).error().message.find("learning rate is 0") != std::string::npos);
        recipe = {}, recipe.weightDecay = std::nan("");
        QVERIFY(validateRecipe(recipe).isError());
        recipe = {}, recipe.batch = 0;
        QVERIFY(validateRecipe(recipe).error().message.find("batch size is 0") != std::string::npos);
        recipe = {}, recipe.scale = -1;
        QVERIFY(validateRecipe(recipe).isError());
    }
};

QTEST_GUILESS_MAIN(SoftmaxTrainingTest)
#include "softmax_training_test.moc"
