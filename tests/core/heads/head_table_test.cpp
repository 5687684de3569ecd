// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers of the head table by hand, and what they must not depend on.
#include "core/heads/head_table.h"

#include <QtTest>
#include <cmath>

#include "core/heads/head_file.h"
#include "tests/core/data/scratch_folder.h"
#include "tests/core/heads/head_data.h"

using namespace tessera;
using namespace tessera::test;

class HeadTableTest : public QObject {
    Q_OBJECT
    const Embeddings data_ = gaussianClasses(500, 10, 4, 3);

    ComparedHead saved(const ScratchFolder& scratch, const std::string& name, const Head& head,
                       const HeadRecipe& recipe) const {
        TrainedHead trained;
        trained.recipe = recipe, trained.head = head;
        const auto path = scratch.path(name + ".safetensors");
        if (!saveHead(path, trained).isOk()) return {};
        return {name, loadModel(path).value(), recipe};
    }

  private Q_SLOTS:
    void qualityByHand() {
        Rows logits(4, 2);
        logits << std::log(3.0), 0, 0, std::log(3.0), std::log(9.0), 0, 0, 0;
        const std::vector<std::int32_t> labels{0, 0, 0, 0};
        const auto quality = qualityOf(logits, labels);
        QCOMPARE(quality.accuracy, 0.75);  // the tie goes to the first class
        QVERIFY(std::abs(quality.crossEntropy -
                         (-std::log(0.75) - std::log(0.25) - std::log(0.9) - std::log(0.5)) / 4) < 1e-15);
        // bins: {0.75 right, 0.75 wrong}, {0.9 right}, {0.5 right}
        QVERIFY(std::abs(quality.ece - (std::abs(1.5 - 1) + 0.1 + 0.5) / 4) < 1e-12);
    }

    void angleByHand() {
        // Row-centred two-class heads are multiples of (w, -w): the angle is that between the w.
        HeadLayer a{Rows::Zero(2, 2), Eigen::Vector2d::Zero()}, b = a, c = a;
        a.weight << 1, 0, -1, 0;
        b.weight << 3, 5, 1, 5;  // centred: (1, 0), (-1, 0)
        c.weight << 1, 1, -1, -1;
        QVERIFY(angleBetween(a, b) < 1e-12);
        QVERIFY(std::abs(angleBetween(a, c) - 45) < 1e-12);
        b.weight *= -1;
        QVERIFY(std::abs(angleBetween(a, b) - 180) < 1e-12);
        a.weight.setOnes();
        QVERIFY(std::isnan(angleBetween(a, b)));
    }

    // Two heads of two classes over one number, so that every figure can be written down.
    void figuresByHand() {
        const ScratchFolder scratch;
        Embeddings data;
        data.points.resize(2, 1);
        data.points << 1, 3;
        data.labels = {0, 1};
        data.classNames = {"0", "1"};
        data.splits.test = {0, 1};
        const auto headOf = [](double first, double second) {
            Head head;
            head.layers.push_back({Rows(2, 1), Eigen::Vector2d::Zero()});
            head.layers[0].weight << first, second;
            return head;
        };
        // Gaps of the two logits: 2x and 7x.
        const std::vector heads{saved(scratch, "two", headOf(3, 1), {}),
                                saved(scratch, "seven", headOf(-2, 5), {})};
        NoProgress progress;
        const auto table = compareHeads(data, heads, Part::Test, {}, progress).value();
        QCOMPARE(table.figures[0].marginDifference, 0.0);
        QVERIFY(std::abs(table.figures[1].marginDifference - (5 * 1 + 5 * 3) / 2.0) < 1e-12);
        // Row-centred weights: (1, -1) and (-3.5, 3.5).
        QVERIFY(std::abs(table.figures[0].logitScale - std::sqrt(2.0)) < 1e-12);
        QVERIFY(std::abs(table.figures[1].logitScale - 3.5 * std::sqrt(2.0)) < 1e-12);
        QVERIFY(std::abs(table.figures[1].angle - 180) < 1e-9);
        QCOMPARE(table.figures[0].accuracy, 0.5);
    }

    void logitsThatAreNoNumbersAreRefused() {
        const ScratchFolder scratch;
        Head head;
        head.layers.push_back({Rows::Constant(4, 10, 1e308), Eigen::Vector4d::Zero()});
        const std::vector heads{saved(scratch, "huge", head, {})};
        NoProgress progress;
        const auto found = compareHeads(data_, heads, Part::Test, {}, progress);
        QVERIFY(found.isError());
        QVERIFY(found.error().message.find("huge gives logits that are not numbers for sample ") !=
                std::string::npos);
    }

    void scaleChangesSurenessAlone() {
        const ScratchFolder scratch;
        HeadRecipe recipe;
        NoProgress progress;
        const auto head = trainHeads(data_, std::span(&recipe, 1), 1, {}, progress).value().heads[0].head;
        HeadRecipe larger = recipe;
        larger.scale = 8;
        const std::vector heads{saved(scratch, "one", head, recipe),
                                saved(scratch, "eight", scaled(head, 8), larger)};
        const auto table = compareHeads(data_, heads, Part::Test, {}, progress).value();
        QCOMPARE(table.samples, 100);
        QCOMPARE(table.figures[0].accuracy, table.figures[1].accuracy);
        QVERIFY(table.figures[0].crossEntropy != table.figures[1].crossEntropy);
        QVERIFY(table.figures[1].angle < 1e-6);
        QCOMPARE(table.figures[0].angle, 0.0);
        QCOMPARE(table.figures[0].marginDifference, 0.0);
        QVERIFY(std::abs(table.figures[1].logitScale / table.figures[0].logitScale - 8) < 1e-9);
        QCOMPARE(table.seedVariants, std::vector<std::size_t>{0});
        QCOMPARE(table.figures[0].accuracy, accuracy(head, data_, data_.splits.test));
        QCOMPARE(tablesOf(table).size(), std::size_t{1});
    }

    void rangesAreOverSeedsAlone() {
        const ScratchFolder scratch;
        HeadSweep sweep;
        sweep.seeds = {1, 2, 3}, sweep.weightDecays = {1e-4, 1e-1};
        sweep.base.epochs = 4;
        NoProgress progress;
        const auto trained = trainHeads(data_, recipesOf(sweep), 2, {}, progress).value();
        std::vector<ComparedHead> heads;
        for (const auto& one : trained.heads)
            heads.push_back(saved(scratch, recipeText(one.recipe), one.head, one.recipe));
        const auto table = compareHeads(data_, heads, Part::Test, {}, progress).value();
        QCOMPARE(table.seedVariants, (std::vector<std::size_t>{0, 2, 4}));
        const Column success{"success", "Success", "", "", std::vector<double>{0.1, 9, 0.5, 9, 0.3, 9}};
        const auto tables = tablesOf(table, {success});
        QCOMPARE(tables.size(), std::size_t{2});
        QCOMPARE(tables[0].rows(), std::size_t{6});
        const auto& names = std::get<std::vector<std::string>>(tables[1].column("quantity")->values);
        const auto& ranges = std::get<std::vector<double>>(tables[1].column("range")->values);
        QCOMPARE(names.back(), std::string("success"));
        QCOMPARE(ranges.back(), 0.4);
        const auto [low, high] =
            std::minmax({table.figures[0].accuracy, table.figures[2].accuracy, table.figures[4].accuracy});
        QCOMPARE(ranges.front(), high - low);
    }

    void bentHeadsHaveNoAngle() {
        const ScratchFolder scratch;
        std::vector<HeadRecipe> recipes(2);
        recipes[1].method = HeadMethod::Mlp, recipes[1].epochs = 2, recipes[1].hidden = 6;
        NoProgress progress;
        const auto trained = trainHeads(data_, recipes, 1, {}, progress).value();
        const std::vector heads{saved(scratch, "linear", trained.heads[0].head, recipes[0]),
                                saved(scratch, "mlp", trained.heads[1].head, recipes[1])};
        const auto table = compareHeads(data_, heads, Part::Test, {}, progress).value();
        QVERIFY(std::isnan(table.figures[1].angle));
        QVERIFY(table.figures[1].marginDifference > 0);
        const auto linear = linearLayerOf(*heads[0].model).value().value_or(HeadLayer{});
        QCOMPARE(linear.weight.cols(), 10);
        QVERIFY((linear.weight - trained.heads[0].head.layers[0].weight).cwiseAbs().maxCoeff() < 1e-14);
    }

    void headsOfAnotherShapeAreRefused() {
        const ScratchFolder scratch;
        NoProgress progress;
        Head narrow, few;
        narrow.layers.push_back({Rows::Ones(4, 9), Eigen::VectorXd::Zero(4)});
        few.layers.push_back({Rows::Ones(3, 10), Eigen::VectorXd::Zero(3)});
        const std::vector first{saved(scratch, "narrow", narrow, {})}, second{saved(scratch, "few", few, {})};
        QVERIFY(contains(compareHeads(data_, first, Part::Test, {}, progress).error().message,
                         "narrow takes 9 values"));
        QVERIFY(contains(compareHeads(data_, second, Part::Test, {}, progress).error().message,
                         "few tells 3 classes"));
    }
};

QTEST_GUILESS_MAIN(HeadTableTest)
#include "head_table_test.moc"
