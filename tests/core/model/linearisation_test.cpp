// SPDX-License-Identifier: GPL-3.0-or-later
// Gradients in the input: closed forms, finite differences as the independent second way, invariances.
#include "core/model/linearisation.h"

#include <Eigen/Dense>
#include <QtTest>
#include <cmath>
#include <new>
#include <stdexcept>

#include "core/model/input_gradient_torch.h"
#include "core/model/model_rows_torch.h"
#include "core/model/parallel_rows.h"
#include "tests/core/probes/small_models_torch.h"

using namespace tessera;
using namespace tessera::test;

namespace {

constexpr std::int64_t kBudget = 64 << 20;

struct Local {
    std::vector<double> logits, singularValues, frobenius, marginGradient;
};

Local localAt(const std::shared_ptr<const Model>& model, const at::Tensor& points,
              std::int64_t budget = kBudget) {
    const Linearisation local(model);
    const auto x = points.to(at::kDouble).contiguous();
    const auto count = static_cast<std::size_t>(x.size(0));
    Local out;
    out.logits.resize(count * static_cast<std::size_t>(model->info().outputs));
    out.singularValues.resize(count * static_cast<std::size_t>(local.rank()));
    out.frobenius.resize(count);
    out.marginGradient.resize(count);
    const auto done = local.jacobians(
        x.data_ptr<double>(), x.size(0),
        {out.logits.data(), out.singularValues.data(), out.frobenius.data(), out.marginGradient.data()},
        budget, {});
    if (!done.isOk()) qFatal("%s", done.isError() ? done.error().message.c_str() : "cancelled");
    return out;
}

at::Tensor jacobianAt(const Model& model, const at::Tensor& points) {
    return inputJacobian(model.graph(), points)->jacobian;
}

// Central differences of the logits, one coordinate after another.
at::Tensor differencesAt(const Model& model, const at::Tensor& point, const std::vector<std::int64_t>& at,
                         double step) {
    const auto flat = point.flatten();
    std::vector<at::Tensor> columns;
    for (const auto d : at) {
        auto up = flat.clone(), down = flat.clone();
        up[d] += step;
        down[d] -= step;
        const auto both = at::stack({up, down}).view([&] {
            std::vector<std::int64_t> shape{2};
            for (const auto extent : point.sizes()) shape.push_back(extent);
            return shape;
        }());
        const at::NoGradGuard noGradients;
        const auto logits = model.graph().forward(both);
        columns.push_back((logits[0] - logits[1]) / (2 * step));
    }
    return at::stack(columns, 1);  // K x coordinates
}

std::shared_ptr<const Model> smoothModel() {
    torch::manual_seed(3);
    GraphBuilder builder({5});
    int at = builder.linear("fc1", GraphBuilder::kInput, torch::randn({7, 5}), torch::randn({7}));
    at = builder.smoothActivation("gelu", "gelu", at);
    at = builder.linear("fc2", at, torch::randn({4, 7}), torch::randn({4}));
    return modelOf(std::move(builder).finish(at), {5}, 4, "smooth.pt");
}

std::shared_ptr<const Model> poolModel() {
    torch::manual_seed(4);
    GraphBuilder builder({2, 8, 8});
    int at = builder.conv("conv", GraphBuilder::kInput, torch::randn({4, 2, 3, 3}), torch::randn({4}), {1, 1},
                          {1, 1}, {1, 1}, 1);
    at = builder.batchNorm("bn", at, torch::rand({4}) + 0.5, torch::randn({4}), torch::randn({4}),
                           torch::rand({4}) + 0.5, 1e-5);
    at = builder.maxPool("pool", builder.relu("relu", at), {2, 2}, {2, 2}, {0, 0}, {1, 1}, false);
    at = builder.averagePool("average", at, {2, 2}, {2, 2}, {0, 0}, false, true);
    at = builder.reshape("flatten", "flatten", at, {16});
    at = builder.linear("fc", at, torch::randn({3, 16}), torch::randn({3}));
    return modelOf(std::move(builder).finish(at), {2, 8, 8}, 3, "pool.pt");
}

}  // namespace

class LinearisationTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() { torch::manual_seed(1); }

    // W2 W1 = diag(3, 4).
    void diagonal() {
        GraphBuilder builder({2});
        const int hidden = builder.linear("fc1", GraphBuilder::kInput, at::diag(at::tensor({3.0, 1.0})), {});
        const int out = builder.linear("fc2", hidden, at::diag(at::tensor({1.0, 4.0})), {});
        const auto model = modelOf(std::move(builder).finish(out), {2}, 2, "diagonal.pt");
        const auto local = localAt(model, torch::tensor({{1.0, 1.0}, {-2.0, 0.5}}));
        for (const std::size_t row : {0, 1}) {
            QCOMPARE(local.singularValues[2 * row], 4.0);
            QCOMPARE(local.singularValues[2 * row + 1], 3.0);
            QCOMPARE(local.frobenius[row], 5.0);
            QCOMPARE(local.marginGradient[row], 5.0);  // of 3 x0 - 4 x1, whichever is larger
        }
        QCOMPARE(local.logits, (std::vector<double>{3, 4, -6, 2}));
    }

    void linearNetworkIsItsMatrix() {
        for (const auto& [outputs, inputs] : {std::pair{5, 9}, {9, 5}, {1, 6}, {6, 1}}) {
            const auto weight = torch::randn({outputs, inputs}, at::kDouble);
            const auto model = linearModel(weight, torch::randn({outputs}, at::kDouble));
            const auto local = localAt(model, torch::randn({4, inputs}, at::kDouble));
            const Eigen::MatrixXd matrix = Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(
                weight.data_ptr<double>(), outputs, inputs);
            const Eigen::VectorXd expected = Eigen::JacobiSVD<Eigen::MatrixXd>(matrix).singularValues();
            const auto rank = static_cast<std::size_t>(expected.size());
            for (std::size_t row = 0; row < 4; ++row)
                for (std::size_t i = 0; i < rank; ++i)
                    QVERIFY(std::abs(local.singularValues[row * rank + i] -
                                     expected[static_cast<Eigen::Index>(i)]) < 1e-10);
        }
    }

    // x = Q z: J becomes J Q, and no singular value changes.
    void orthogonalChangeOfInput() {
        const auto model = randomMlp({6, 16, 16, 4}, 5);
        const auto rotation = std::get<0>(at::linalg_qr(torch::randn({6, 6}, at::kDouble)));
        GraphBuilder builder({6});
        int at = builder.linear("rotation", GraphBuilder::kInput, rotation, {});
        for (const auto& node : model->graph().nodes()) {
            if (node.op == "linear")
                at = builder.linear(node.name, at, node.params[0].value, node.params[1].value);
            if (node.op == "relu") at = builder.relu(node.name, at);
        }
        const auto rotated = modelOf(std::move(builder).finish(at), {6}, 4, "rotated.pt");
        const auto z = torch::randn({20, 6}, at::kDouble);
        const auto a = localAt(model, at::matmul(z, rotation.t())), b = localAt(rotated, z);
        for (std::size_t i = 0; i < a.singularValues.size(); ++i)
            QVERIFY(std::abs(a.singularValues[i] - b.singularValues[i]) < 1e-10 * (1 + a.singularValues[0]));
    }

    // Without biases a ReLU network is homogeneous: J(c x) = J(x) for c > 0.
    void biasFreeReluIsHomogeneous() {
        GraphBuilder builder({5});
        int at = builder.linear("fc1", GraphBuilder::kInput, torch::randn({12, 5}), {});
        at = builder.linear("fc2", builder.relu("relu1", at), torch::randn({12, 12}), {});
        at = builder.linear("fc3", builder.relu("relu2", at), torch::randn({3, 12}), {});
        const auto model = modelOf(std::move(builder).finish(at), {5}, 3, "homogeneous.pt");
        const auto x = torch::randn({10, 5}, at::kDouble);
        for (const double c : {0.25, 3.0, 1024.0})
            QVERIFY(at::equal(jacobianAt(*model, x), jacobianAt(*model, x * c)));
    }

    // Where every unit is dead, or the output is constant, J is zero and so is every number made of it.
    void zeroJacobian() {
        GraphBuilder dead({3});
        int at =
            dead.relu("relu", dead.linear("fc1", GraphBuilder::kInput, at::eye(3), at::full({3}, -100.0)));
        at = dead.linear("fc2", at, torch::randn({2, 3}), at::tensor({1.0, 0.0}));
        const auto model = modelOf(std::move(dead).finish(at), {3}, 2, "dead.pt");
        const auto local = localAt(model, torch::randn({3, 3}));
        for (const auto& values : {local.singularValues, local.frobenius, local.marginGradient})
            for (const double value : values) QCOMPARE(value, 0.0);
        QCOMPARE(local.logits[0], 1.0);
    }

    void finiteDifferences_data() {
        QTest::addColumn<int>("which");
        QTest::newRow("dense relu") << 0;
        QTest::newRow("batch norm, max and average pool") << 1;
        QTest::newRow("residual") << 2;
        QTest::newRow("gelu") << 3;
        QTest::newRow("TorchScript file") << 4;
    }
    void finiteDifferences() {
        QFETCH(int, which);
        std::shared_ptr<const Model> model;
        if (which == 0) model = randomMlp({6, 32, 32, 5}, 2);
        if (which == 1) model = poolModel();
        if (which == 2) model = randomResNet20(1, 1.0);
        if (which == 3) model = smoothModel();
        if (which == 4) {
            LoadOptions options;
            options.inputShape = Shape{1, 28, 28};
            model = loadModel(TESSERA_SAMPLES "/mnist_cnn.pt", options).value();
        }
        std::vector<std::int64_t> shape{2};
        for (const auto extent : model->info().inputShape) shape.push_back(extent);
        const auto x = torch::randn(shape, at::kDouble);
        const auto jacobian = jacobianAt(*model, x);
        QCOMPARE(jacobian.size(2), elementCount(model->info().inputShape));
        std::vector<std::int64_t> coordinates;
        const auto width = jacobian.size(2);
        for (std::int64_t i = 0; i < std::min<std::int64_t>(width, 24); ++i)
            coordinates.push_back(width <= 24 ? i : (2 * i + 1) * width / 48);
        for (std::int64_t n = 0; n < 2; ++n) {
            const auto oracle = differencesAt(*model, x[n], coordinates, 1e-6);
            const auto found =
                jacobian[n].index_select(1, at::tensor(coordinates, at::TensorOptions(at::kLong)));
            const double scale = oracle.abs().max().item<double>(),
                         error = (oracle - found).abs().max().item<double>();
            QVERIFY(scale > 0);
            QVERIFY2(error < 1e-6 * std::max(1.0, scale), qPrintable(QString::number(error)));
        }
    }

    // Softmax regression: the gradient of the cross-entropy in x is W^T (p - onehot).
    void gradientOfTheLoss() {
        const auto weight = torch::randn({4, 6}, at::kDouble), bias = torch::randn({4}, at::kDouble);
        const auto model = linearModel(weight, bias);
        const auto x = torch::randn({7, 6}, at::kDouble);
        const auto labels = at::tensor({0, 1, 2, 3, 0, 1, 2}, at::TensorOptions(at::kLong));
        const auto found = inputGradient(model->graph(), x, [&](const at::Tensor& logits) {
            return at::nll_loss(at::log_softmax(logits, 1), labels, {}, at::Reduction::None);
        });
        const auto p = at::softmax(at::linear(x, weight, bias), 1) - at::one_hot(labels, 4);
        QVERIFY((found - at::matmul(p, weight)).abs().max().item<double>() < 1e-12);
    }

    // d^2/dx^2 of the sum of squares of a linear map: the Hessian is 2 W^T W.
    void secondDerivatives() {
        const auto weight = torch::randn({4, 6}, at::kDouble);
        const auto model = linearModel(weight, torch::zeros({4}, at::kDouble));
        const auto x = torch::randn({3, 6}, at::kDouble).requires_grad_(true);
        const auto v = torch::randn({3, 6}, at::kDouble);
        const auto gradient = inputGradient(
            model->graph(), x, [](const at::Tensor& logits) { return logits.square().sum(1); }, true);
        QVERIFY(gradient.requires_grad());
        const auto product = torch::autograd::grad({(gradient * v).sum()}, {x})[0];
        const auto expected = 2 * at::matmul(v, at::matmul(weight.t(), weight));
        QVERIFY((product - expected).abs().max().item<double>() < 1e-10);
    }

    // sum sigma_i^2 = ||J||_F^2, and sigma_max is at most the product of the layers' norms.
    void boundsHold() {
        for (int seed = 0; seed < 8; ++seed) {
            const auto model = randomMlp({7, 20, 20, 5}, seed);
            const auto local = localAt(model, torch::randn({16, 7}, at::kDouble));
            double bound = 1;
            for (const auto& node : model->graph().nodes())
                if (node.op == "linear")
                    bound *= at::linalg_matrix_norm(node.params[0].value, 2).item<double>();
            for (std::size_t row = 0; row < 16; ++row) {
                double squares = 0;
                for (std::size_t i = 0; i < 5; ++i) squares += std::pow(local.singularValues[row * 5 + i], 2);
                QVERIFY(std::abs(std::sqrt(squares) - local.frobenius[row]) < 1e-9 * local.frobenius[row]);
                QVERIFY(local.singularValues[row * 5] <= bound * (1 + 1e-12));
            }
        }
    }

    void chunksAndThreadsDoNotMatter() {
        const auto model = randomMlp({6, 32, 32, 5}, 2);
        const auto x = torch::randn({37, 6}, at::kDouble);
        const int before = computeThreads();
        setComputeThreads(1);
        const auto whole = localAt(model, x);
        setComputeThreads(3);
        const auto split = localAt(model, x, 1);  // one row at a time
        setComputeThreads(before);
        std::vector<double> plain(37 * 5);
        QVERIFY(model->logits(x.data_ptr<double>(), 37, plain.data()).isOk());
        for (std::size_t i = 0; i < plain.size(); ++i) {
            QVERIFY(std::abs(whole.logits[i] - plain[i]) < 1e-12);
            QVERIFY(std::abs(whole.singularValues[i] - split.singularValues[i]) < 1e-10);
        }
    }

    // However a long list is cut into whole tiles and shared between threads, every bit stays.
    void wholeTilesKeepTheirBits_data() {
        QTest::addColumn<int>("net");
        QTest::newRow("small") << 0;
        QTest::newRow("large") << 1;
        QTest::newRow("convolution") << 2;
        QTest::newRow("smooth") << 3;
    }
    void wholeTilesKeepTheirBits() {
        QFETCH(int, net);
        const auto model = net == 0   ? randomMlp({6, 32, 32, 5}, 2)
                           : net == 1 ? randomMlp({300, 700, 300, 7}, 2)
                           : net == 2 ? poolModel()
                                      : smoothModel();
        const auto tile = model->tileRows(), width = elementCount(model->info().inputShape),
                   outputs = model->info().outputs, count = 5 * tile + tile / 2 + 1;
        QVERIFY(tile >= 8 && tile <= 512);
        const auto x = torch::randn({count, width}, at::kDouble);
        const auto narrow = x.to(at::kFloat);
        const auto size = static_cast<std::size_t>(count * outputs);
        std::vector<double> whole(size), parts(size);
        std::vector<float> wholeFloat(size), partsFloat(size);
        const int before = computeThreads();
        setComputeThreads(1);
        QVERIFY(model->logits(x.data_ptr<double>(), count, whole.data()).isOk());
        QVERIFY(model->logits(narrow.data_ptr<float>(), count, wholeFloat.data()).isOk());
        const auto local = localAt(model, x.view(batchShape(model->info().inputShape, count)));
        setComputeThreads(3);
        for (std::int64_t first = 0, tiles = 1; first < count; first += tile * tiles, tiles = 3 - tiles) {
            const auto rows = std::min(tile * tiles, count - first);
            QVERIFY(
                model
                    ->logits(x.data_ptr<double>() + first * width, rows, &parts[std::size_t(first * outputs)])
                    .isOk());
            QVERIFY(model
                        ->logits(narrow.data_ptr<float>() + first * width, rows,
                                 &partsFloat[std::size_t(first * outputs)])
                        .isOk());
        }
        const auto again = localAt(model, x.view(batchShape(model->info().inputShape, count)));
        setComputeThreads(before);
        QVERIFY(whole == parts);
        QVERIFY(wholeFloat == partsFloat);
        QVERIFY(local.frobenius == again.frobenius && local.singularValues == again.singularValues &&
                local.marginGradient == again.marginGradient);
    }

    void stops() {
        const auto model = randomMlp({6, 32, 32, 5}, 2);
        const Linearisation local(model);
        const auto x = torch::randn({10, 6}, at::kDouble);
        std::vector<double> frobenius(10);
        std::stop_source stop;
        stop.request_stop();
        LinearisationRows out;
        out.frobenius = frobenius.data();
        QVERIFY(local.jacobians(x.data_ptr<double>(), 10, out, kBudget, stop.get_token()).isCancelled());
    }

    // Finite logits with a gradient that is not: the sample has no spectrum, its neighbours keep theirs.
    void infiniteGradient() {
        GraphBuilder builder({1});
        const int at = builder.smooth(
            "sqrt", "sqrt", {GraphBuilder::kInput}, {},
            [](const auto& x, const auto&) {
                return at::cat({x[0].abs().sqrt(), x[0]}, 1);
            },
            "a root");
        const auto model = modelOf(std::move(builder).finish(at), {1}, 2, "root.pt");
        const auto local = localAt(model, torch::tensor({{0.0}, {1.0}}));
        QVERIFY(std::isnan(local.singularValues[0]));
        QVERIFY(std::abs(local.singularValues[1] - std::sqrt(1.25)) < 1e-14);
    }

    void wantOfMemoryIsTold() {
        ModelInfo info;
        info.path = "wide.pt";
        const auto onCpu = guarded(info, [] { at::empty({std::int64_t{1} << 50}, at::kDouble); });
        QVERIFY(onCpu.isError());
        QVERIFY(onCpu.error().kind == ErrorKind::Resource);
        const auto inGeneral = guarded(info, [] { throw std::bad_alloc(); });
        QVERIFY(inGeneral.error().kind == ErrorKind::Resource);
        const auto other = guarded(info, [] { throw std::runtime_error("shapes differ"); });
        QVERIFY(other.error().kind == ErrorKind::Internal);
    }

    void margins() {
        const double logits[] = {1, 5, 3, 5};
        QCOMPARE(predictedClass(logits, 4), 1);
        QCOMPARE(marginOf(logits, 4), 0.0);
        QCOMPARE(marginOf(logits, 3), 2.0);
        QCOMPARE(marginOf(logits, 2), 4.0);
        const double single = -2;
        QCOMPARE(predictedClass(&single, 1), 0);
        QCOMPARE(marginOf(&single, 1), 2.0);
        QCOMPARE(marginOfClass(&single, 1, 1), -2.0);
        QCOMPARE(marginOfClass(logits, 3, 2), -2.0);
        const double zero = 0;
        QVERIFY(!std::signbit(marginOf(&zero, 1)));
    }
};

QTEST_GUILESS_MAIN(LinearisationTest)
#include "linearisation_test.moc"
