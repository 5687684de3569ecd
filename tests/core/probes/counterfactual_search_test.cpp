// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/counterfactual_search.h"

#include <rapidcheck.h>

#include <Eigen/QR>
#include <QtTest>
#include <cmath>

#include "tests/core/probes/random_heads.h"
#include "tests/core/probes/small_models_torch.h"

using namespace tessera;
using namespace tessera::test;

namespace {

constexpr auto kSgd = StepRule::Sgd;

SearchOutput search(const LogitField& field, const Rows& points, const SearchOptions& options,
                    const NeighbourPool* pool = nullptr, int threads = 2) {
    WorkerTeam team(threads);
    return searchFlips(field, points, {}, pool, options, team, {}).value();
}

at::Tensor tensorOf(const Rows& rows) {
    return at::from_blob(const_cast<double*>(rows.data()), {rows.rows(), rows.cols()}, at::kDouble).clone();
}

// The same search as one would write it: a point at a time, PyTorch's gradients, optimisers and distances.
FlipRow byTheBook(const LayerGraph& graph, const Rows& start, const at::Tensor& references,
                  const SearchOptions& options, Rows* end) {
    const auto center = tensorOf(start);
    const auto logits0 = graph.forward(center)[0];
    FlipRow row;
    row.predicted = static_cast<std::int32_t>(logits0.argmax().item<std::int64_t>());
    auto others = logits0.clone();
    others[row.predicted] = options.target == FlipTarget::LeastLikely ? INFINITY : -INFINITY;
    row.target = static_cast<std::int32_t>(
        (options.target == FlipTarget::LeastLikely ? others.argmin() : others.argmax()).item<std::int64_t>());
    auto z = center.clone().requires_grad_(true);
    std::unique_ptr<torch::optim::Optimizer> optimiser;
    if (options.stepRule == StepRule::Adam)
        optimiser =
            std::make_unique<torch::optim::Adam>(std::vector{z}, torch::optim::AdamOptions(options.step));
    else if (options.stepRule == StepRule::AdamW)
        optimiser =
            std::make_unique<torch::optim::AdamW>(std::vector{z}, torch::optim::AdamWOptions(options.step));
    else
        optimiser =
            std::make_unique<torch::optim::SGD>(std::vector{z}, torch::optim::SGDOptions(options.step));
    for (row.steps = 1;; ++row.steps) {
        optimiser->zero_grad();
        const auto logits = graph.forward(z)[0];
        auto loss = -logits[row.target];
        if (options.target == FlipTarget::Untargeted) {
            const auto mask =
                torch::zeros_like(logits).index_fill(0, at::tensor({std::int64_t{row.predicted}}), -INFINITY);
            loss = logits[row.predicted] - (logits + mask).max();
        }
        if (options.shiftWeight > 0 && row.steps > 1) loss = loss + options.shiftWeight * (z - center).norm();
        if (options.supportWeight > 0) {
            const auto squares = (references - z).square().sum(1);
            const auto k = std::min<std::int64_t>(options.neighbours, squares.size(0));
            loss = loss + options.supportWeight * std::get<0>(squares.topk(k, 0, false)).mean();
        }
        loss.backward();
        optimiser->step();
        const at::NoGradGuard noGradients;
        const auto shift = z - center;
        const double length = shift.norm().item<double>();
        if (length > options.radius) z.copy_(center + shift * (options.radius / length));
        row.landing = static_cast<std::int32_t>(graph.forward(z)[0].argmax().item<std::int64_t>());
        row.flipped = options.rule == FlipRule::Target && options.target != FlipTarget::Untargeted
                          ? row.landing == row.target
                          : row.landing != row.predicted;
        if (row.flipped || row.steps == options.steps) break;
    }
    row.distance = (z - center).norm().item<double>();
    end->resize(1, start.cols());
    std::copy_n(z.detach().contiguous().data_ptr<double>(), start.cols(), end->data());
    return row;
}

void compare(const SearchOutput& output, const LayerGraph& graph, const Rows& points, const Rows* references,
             const std::vector<std::int32_t>& names, const SearchOptions& options, double tolerance) {
    int flips = 0;
    for (std::int64_t i = 0; i < points.rows(); ++i) {
        const auto& row = output.rows[static_cast<std::size_t>(i)];
        at::Tensor own;
        if (references) {
            std::vector<std::int64_t> chosen;
            for (std::size_t j = 0; j < names.size(); ++j)
                if (names[j] == row.target) chosen.push_back(static_cast<std::int64_t>(j));
            own = tensorOf(*references).index_select(0, at::tensor(chosen));
        }
        Rows end;
        const auto expected = byTheBook(graph, points.row(i), own, options, &end);
        QCOMPARE(row.predicted, expected.predicted);
        QCOMPARE(row.target, expected.target);
        QCOMPARE(row.landing, expected.landing);
        QCOMPARE(row.flipped, expected.flipped);
        QCOMPARE(row.steps, expected.steps);
        QVERIFY(std::abs(row.distance - expected.distance) <= tolerance * (1 + expected.distance));
        QVERIFY((output.ends.row(i) - end.row(0)).norm() <= tolerance * (1 + end.norm()));
        flips += row.flipped;
    }
    QVERIFY(flips > 0);
}

std::shared_ptr<const Model> modelOfHead(const LinearHead& head) {
    return linearModel(tensorOf(head.weight), tensorOf(head.bias.transpose()).reshape({-1}));
}

std::unique_ptr<const LogitField> fieldOf(const Model& model, double scale = 1) {
    return logitFieldOf(model, scale).value();
}

int flipsOf(const SearchOutput& output) {
    return static_cast<int>(
        std::count_if(output.rows.begin(), output.rows.end(), [](const auto& row) { return row.flipped; }));
}

}  // namespace

class CounterfactualSearchTest : public QObject {
    Q_OBJECT

    static void settings() {
        QTest::addColumn<SearchOptions>("options");
        using enum FlipTarget;
        QTest::newRow("plain") << SearchOptions{RunnerUp, FlipRule::AnyOther, kSgd, 0.02, 1.5, 60};
        QTest::newRow("to target") << SearchOptions{RunnerUp, FlipRule::Target, kSgd, 0.02, 1.5, 60};
        QTest::newRow("least likely") << SearchOptions{LeastLikely, FlipRule::Target, kSgd, 0.05, 3, 60};
        QTest::newRow("untargeted") << SearchOptions{Untargeted, FlipRule::AnyOther, kSgd, 0.02, 1.5, 60};
        QTest::newRow("shift") << SearchOptions{RunnerUp, FlipRule::AnyOther, kSgd, 0.02, 1.5, 60, 0.3};
        QTest::newRow("untargeted, shift")
            << SearchOptions{Untargeted, FlipRule::AnyOther, kSgd, 0.02, 1.5, 60, 0.3};
        QTest::newRow("support") << SearchOptions{RunnerUp, FlipRule::Target, kSgd, 0.02, 1.5, 60, 0, 0.2, 5};
        QTest::newRow("both") << SearchOptions{RunnerUp, FlipRule::Target, kSgd, 0.02, 1.5, 60, 0.2, 0.2, 90};
        QTest::newRow("Adam") << SearchOptions{RunnerUp, FlipRule::Target, StepRule::Adam, 0.02, 1.5, 60};
        QTest::newRow("AdamW, support")
            << SearchOptions{RunnerUp, FlipRule::Target, StepRule::AdamW, 0.02, 1.5, 60, 0.1, 0.1, 7};
    }

  private Q_SLOTS:
    void agreesWithALoopOverPoints_data() { settings(); }
    // On linear heads and on a network, with an independent loop.
    void agreesWithALoopOverPoints() {
        QFETCH(SearchOptions, options);
        const Rows points = randomRows(70, 6, 1, 0.7), references = randomRows(60, 6, 2);
        std::vector<std::int32_t> names;
        for (int i = 0; i < 60; ++i) names.push_back(i % 4);
        const NeighbourPool pool(references, names, 4);
        const auto linear = modelOfHead(randomHead(4, 6, 3));
        QVERIFY(fieldOf(*linear)->linearHead());
        compare(search(*fieldOf(*linear), points, options, &pool), linear->graph(), points, &references,
                names, options, 1e-10);
        const auto network = randomMlp({6, 20, 4}, 5);
        QVERIFY(!fieldOf(*network)->linearHead());
        compare(search(*fieldOf(*network), points, options, &pool), network->graph(), points, &references,
                names, options, 1e-9);
    }

    void theSpanIsAShortcut_data() { settings(); }
    // Coefficients of rows or whole points, plain products or backward passes: one path.
    void theSpanIsAShortcut() {
        QFETCH(SearchOptions, options);
        const Rows points = randomRows(200, 9, 1, 0.7), references = randomRows(90, 9, 2);
        std::vector<std::int32_t> names;
        for (int i = 0; i < 90; ++i) names.push_back(i % 5);
        const NeighbourPool pool(references, names, 5);
        const auto model = modelOfHead(randomHead(5, 9, 3));
        options.pathPoints = 6;
        const auto inSpan = search(*fieldOf(*model), points, options, &pool);
        options.useSpan = false;
        const auto inPoints = search(*fieldOf(*model), points, options, &pool);
        const auto backward = search(*modelFieldOf(*model, 1), points, options, &pool);
        for (const auto* other : {&inPoints, &backward}) {
            QVERIFY((other->ends - inSpan.ends).cwiseAbs().maxCoeff() < 1e-11);
            for (std::size_t i = 0; i < inSpan.rows.size(); ++i) {
                QCOMPARE(other->rows[i].steps, inSpan.rows[i].steps);
                QCOMPARE(other->rows[i].flipped, inSpan.rows[i].flipped);
                QVERIFY(std::abs(other->rows[i].distance - inSpan.rows[i].distance) < 1e-11);
                QVERIFY(std::abs(other->rows[i].marginEnd - inSpan.rows[i].marginEnd) < 1e-11);
                QCOMPARE(other->paths[i].step, inSpan.paths[i].step);
                QVERIFY((other->paths[i].points - inSpan.paths[i].points).cwiseAbs().maxCoeff() < 1e-11);
            }
        }
    }

    // A network that is affine as a whole is a linear head; its weights are those of its one layer.
    void linearHeadsAreFound() {
        const auto head = randomHead(3, 5, 1);
        const auto found = fieldOf(*modelOfHead(head));
        QVERIFY(found->linearHead()->weight == head.weight && found->linearHead()->bias == head.bias);
        const auto scaled = fieldOf(*modelOfHead(head), 4);
        QVERIFY(scaled->linearHead()->weight == 4 * head.weight);
        GraphBuilder builder({2, 3});
        int at = builder.reshape("flatten", "flatten", GraphBuilder::kInput, {6});
        at = builder.linear("a", at, torch::randn({4, 6}, at::kDouble), torch::randn({4}, at::kDouble));
        at = builder.linear("b", at, torch::randn({3, 4}, at::kDouble), at::Tensor());
        const auto deep = modelOf(std::move(builder).finish(at), {2, 3}, 3, "deep.pt");
        const auto field = fieldOf(*deep);
        QVERIFY(field->linearHead());
        const Rows points = randomRows(5, 6, 2);
        std::vector<double> logits(15);
        QVERIFY(deep->logits(points.data(), 5, logits.data()).isOk());
        QVERIFY((field->linearHead()->logits(points) - Eigen::Map<Rows>(logits.data(), 5, 3)).norm() < 1e-12);
    }

    // One logit z: class 1 where it is positive, and the margin is |z|.
    void oneLogit() {
        const auto model =
            linearModel(torch::tensor({{3.0, 4.0}}, at::kDouble), torch::tensor({-5.0}, at::kDouble));
        const auto field = fieldOf(*model);
        QCOMPARE(field->classes(), 2);
        const Rows points = (Rows(2, 2) << 0, 0, 3, 4).finished();
        Rows logits;
        QVERIFY(field->logits(points, logits).isOk());
        WorkerTeam team(1);
        const auto distances = boundaryDistances(*field, points, logits, team, {}).value();
        QCOMPARE(distances[0].nearest, 1.0);
        QCOMPARE(distances[1].runnerUp, 4.0);
        const auto output = search(*field, points, {.step = 0.01, .radius = 10});
        QCOMPARE(output.rows[0].predicted, 0);
        QCOMPARE(output.rows[0].landing, 1);
        QVERIFY(output.rows[0].flipped && output.rows[1].flipped);
        QVERIFY(std::abs(output.rows[0].distance - 1.0) < 0.026);
        const auto network = randomMlp({2, 8, 1}, 4);
        QVERIFY(flipsOf(search(*fieldOf(*network), randomRows(30, 2, 1), {.radius = 5})) > 0);
    }

    // Of a network the distance is that of its gradients: central differences agree.
    void boundaryDistancesOfANetwork() {
        const auto network = randomMlp({4, 12, 3}, 9);
        const auto field = fieldOf(*network);
        const Rows points = randomRows(20, 4, 10);
        Rows logits, near;
        QVERIFY(field->logits(points, logits).isOk());
        WorkerTeam team(2);
        const auto distances = boundaryDistances(*field, points, logits, team, {}).value();
        for (std::int64_t i = 0; i < 20; ++i) {
            const auto c = largestLogit(logits.row(i).data(), 3);
            std::map<std::int32_t, double> expected;
            for (std::int32_t j = 0; j < 3; ++j) {
                Eigen::RowVectorXd gradient(4);
                for (int d = 0; d < 4; ++d) {
                    Rows both = points.row(i).replicate(2, 1);
                    both(0, d) += 1e-6, both(1, d) -= 1e-6;
                    QVERIFY(field->logits(both, near).isOk());
                    gradient[d] = ((near(0, c) - near(0, j)) - (near(1, c) - near(1, j))) / 2e-6;
                }
                if (j != c) expected[j] = (logits(i, c) - logits(i, j)) / gradient.norm();
            }
            const auto& own = distances[static_cast<std::size_t>(i)];
            const double runnerUp = expected[largestOther(logits.row(i).data(), 3, c)];
            QVERIFY(std::abs(own.runnerUp - runnerUp) < 1e-6 * (1 + runnerUp));
            QVERIFY(std::abs(own.nearest - expected[own.beyond]) < 1e-6 * (1 + own.nearest));
            for (const auto& [j, distance] : expected) QVERIFY(own.nearest <= distance * (1 + 1e-6));
        }
    }

    // Check 7.
    void turnsAndShiftsWithTheSpace() {
        const bool holds = rc::check("rotation and translation", [] {
            const auto seed = *rc::gen::arbitrary<unsigned>();
            const auto head = randomHead(4, 5, seed);
            const Rows turn = Eigen::HouseholderQR<Rows>(randomRows(5, 5, seed + 3)).householderQ();
            const Eigen::RowVectorXd shift = randomRows(1, 5, seed + 4).row(0);
            LinearHead moved{head.weight * turn, head.bias};
            moved.bias -= moved.weight * shift.transpose();
            const Rows points = randomRows(40, 5, seed + 5), movedPoints = (points * turn).rowwise() + shift;
            const SearchOptions options{.step = 0.0137, .radius = 2};
            const auto before = search(LinearField(head), points, options),
                       after = search(LinearField(moved), movedPoints, options);
            for (std::size_t i = 0; i < before.rows.size(); ++i) {
                RC_ASSERT(before.rows[i].steps == after.rows[i].steps);
                RC_ASSERT(before.rows[i].landing == after.rows[i].landing);
                RC_ASSERT(std::abs(before.rows[i].distance - after.rows[i].distance) < 1e-10);
            }
        });
        QVERIFY(holds);
    }

    void noRadiusNoFlip() {
        const auto output = search(LinearField(randomHead(4, 5, 1)), randomRows(50, 5, 2), {.radius = 0});
        QCOMPARE(flipsOf(output), 0);
        for (const auto& row : output.rows) {
            QCOMPARE(row.distance, 0.0);
            QCOMPARE(row.steps, 500);
        }
        const auto network = randomMlp({5, 8, 3}, 3);
        QCOMPARE(flipsOf(search(*fieldOf(*network), randomRows(20, 5, 2), {.radius = 0, .steps = 20})), 0);
    }

    void moreBudgetNeverLosesAFlip() {
        const LinearField field(randomHead(5, 6, 7));
        const Rows points = randomRows(300, 6, 8);
        for (const auto target : {FlipTarget::RunnerUp, FlipTarget::LeastLikely}) {
            int before = -1;
            for (const double radius : {0.0, 0.2, 0.5, 1.0, 2.0, 5.0}) {
                const int flips = flipsOf(search(field, points, {.target = target, .radius = radius}));
                QVERIFY(flips >= before);
                before = flips;
            }
            before = -1;
            for (const int steps : {1, 5, 20, 100, 500, 2000}) {
                const int flips =
                    flipsOf(search(field, points, {.target = target, .radius = 5, .steps = steps}));
                QVERIFY(flips >= before);
                before = flips;
            }
        }
    }

    // Check 4: a larger head takes fewer steps, the same in shorter ones; its boundary is where it was.
    void headScale() {
        const auto model = modelOfHead(randomHead(4, 6, 11));
        const Rows points = randomRows(100, 6, 12);
        const auto plain = search(*fieldOf(*model), points, {.step = 0.01, .radius = 2});
        const auto large = search(*fieldOf(*model, 8), points, {.step = 0.01, .radius = 2});
        const auto slowed = search(*fieldOf(*model, 8), points, {.step = 0.01 / 8, .radius = 2});
        WorkerTeam team(1);
        Rows logits, largeLogits;
        QVERIFY(fieldOf(*model)->logits(points, logits).isOk());
        QVERIFY(fieldOf(*model, 8)->logits(points, largeLogits).isOk());
        const auto distances = boundaryDistances(*fieldOf(*model), points, logits, team, {}).value();
        const auto ofLarge = boundaryDistances(*fieldOf(*model, 8), points, largeLogits, team, {}).value();
        for (std::size_t i = 0; i < 100; ++i) {
            QCOMPARE(large.rows[i].predicted, plain.rows[i].predicted);
            QVERIFY(std::abs(distances[i].runnerUp - ofLarge[i].runnerUp) < 1e-12);
            QVERIFY(std::abs(distances[i].nearest - ofLarge[i].nearest) < 1e-12);
            QCOMPARE(slowed.rows[i].steps, plain.rows[i].steps);
            QCOMPARE(slowed.rows[i].flipped, plain.rows[i].flipped);
            QVERIFY(large.rows[i].steps <= plain.rows[i].steps);
            if (plain.rows[i].flipped) QVERIFY(plain.rows[i].distance >= distances[i].nearest - 1e-12);
        }
    }

    void staysWithinTheValidRange() {
        const auto network = randomMlp({6, 16, 3}, 13);
        const Rows points = randomRows(60, 6, 14).cwiseAbs().cwiseMin(1);
        SearchOptions options{.step = 0.1, .radius = 3, .steps = 100, .pathPoints = 20};
        options.valid = {Eigen::RowVectorXd::Zero(6), Eigen::RowVectorXd::Ones(6)};
        for (const auto& field : {fieldOf(*network), fieldOf(*modelOfHead(randomHead(3, 6, 15)))}) {
            const auto output = search(*field, points, options);
            QVERIFY(output.ends.minCoeff() >= 0 && output.ends.maxCoeff() <= 1);
            for (const auto& path : output.paths)
                QVERIFY(path.points.minCoeff() >= 0 && path.points.maxCoeff() <= 1);
            for (const auto& row : output.rows) QVERIFY(row.distance <= 3 * (1 + 1e-12));
        }
    }

    // The first step, the last, and no more than asked for, in order; each is where a shorter search ends.
    void pathsAreThinned() {
        const LinearField field(randomHead(4, 5, 16));
        const Rows points = randomRows(30, 5, 17);
        for (const int most : {2, 3, 10, 1000}) {
            SearchOptions options{.radius = 1.5, .steps = 200, .pathPoints = most};
            const auto output = search(field, points, options);
            for (std::size_t i = 0; i < output.rows.size(); ++i) {
                const auto& path = output.paths[i];
                const auto& row = output.rows[i];
                const auto at = static_cast<std::int64_t>(i);
                QCOMPARE(path.step.front(), 0);
                QCOMPARE(path.step.back(), row.steps);
                QVERIFY(std::is_sorted(path.step.begin(), path.step.end()));
                QVERIFY(std::adjacent_find(path.step.begin(), path.step.end()) == path.step.end());
                QVERIFY(static_cast<int>(path.step.size()) <= most);
                if (row.flipped) QCOMPARE(static_cast<int>(path.step.size()), std::min(most, row.steps + 1));
                QVERIFY(path.points.row(0) == points.row(at));
                QVERIFY((path.points.bottomRows(1) - output.ends.row(at)).norm() < 1e-13);
                const auto middle = path.step.size() / 2;
                if (middle == 0) continue;
                options.steps = path.step[middle], options.pathPoints = 0;
                const auto shorter = search(field, points.row(at), options);
                QVERIFY((shorter.ends.row(0) - path.points.row(static_cast<std::int64_t>(middle))).norm() <
                        1e-13);
                options.steps = 200, options.pathPoints = most;
            }
        }
    }

    void pathsOfTheFirstPoints() {
        const auto model = modelOfHead(randomHead(4, 6, 16));
        const Rows points = randomRows(150, 6, 17);
        for (const bool useSpan : {true, false}) {
            SearchOptions options{.steps = 50, .pathPoints = 5, .useSpan = useSpan};
            const auto all = search(*fieldOf(*model), points, options);
            options.pathCount = 70;  // one block and a part of the next
            const auto some = search(*fieldOf(*model), points, options);
            QCOMPARE(all.paths.size(), std::size_t{150});
            QCOMPARE(some.paths.size(), std::size_t{70});
            for (std::size_t i = 0; i < 70; ++i) {
                QCOMPARE(some.paths[i].step, all.paths[i].step);
                QVERIFY(some.paths[i].points == all.paths[i].points);
            }
            QVERIFY(some.ends == all.ends);
        }
    }

    void threadsChangeNothing_data() { settings(); }
    void threadsChangeNothing() {
        QFETCH(SearchOptions, options);
        const Rows points = randomRows(300, 6, 18), references = randomRows(80, 6, 19);
        std::vector<std::int32_t> names;
        for (int i = 0; i < 80; ++i) names.push_back(i % 4);
        const NeighbourPool pool(references, names, 4);
        const auto linear = modelOfHead(randomHead(4, 6, 20)), network = randomMlp({6, 20, 4}, 21);
        for (const auto& model : {linear, network}) {
            const auto one = search(*fieldOf(*model), points, options, &pool, 1),
                       three = search(*fieldOf(*model), points, options, &pool, 3);
            QVERIFY(one.ends == three.ends);
            for (std::size_t i = 0; i < one.rows.size(); ++i) {
                QCOMPARE(one.rows[i].steps, three.rows[i].steps);
                QCOMPARE(one.rows[i].distance, three.rows[i].distance);
                QCOMPARE(one.rows[i].marginEnd, three.rows[i].marginEnd);
            }
        }
    }

    void stops() {
        std::stop_source source;
        source.request_stop();
        WorkerTeam team(2);
        const auto network = randomMlp({6, 20, 4}, 22);
        for (const auto& field : {fieldOf(*network), fieldOf(*modelOfHead(randomHead(4, 6, 23)))})
            QVERIFY(searchFlips(*field, randomRows(9, 6, 1), {}, nullptr, {}, team, source.get_token())
                        .isCancelled());
    }
};

QTEST_GUILESS_MAIN(CounterfactualSearchTest)
#include "counterfactual_search_test.moc"
