// SPDX-License-Identifier: GPL-3.0-or-later
// Exact regions through real layer graphs: two engines against each other, and every layer kind against the
// network itself.
#include <ATen/ATen.h>

#include <QtTest>
#include <random>

#include "core/geometry/depth_first.h"
#include "core/geometry/face_locator.h"
#include "core/model/layer_graph_torch.h"
#include "core/model/slice_network_torch.h"
#include "core/probes/linear_regions.h"

using namespace tessera;

namespace {

// Layer graphs with random weights, reproducible.
class RandomNet {
  public:
    explicit RandomNet(unsigned seed) : random_(seed) {}
    at::Tensor normal(std::vector<std::int64_t> sizes, double scale) {
        auto tensor = at::empty(sizes, at::kDouble);
        std::normal_distribution<double> gauss(0, scale);
        for (std::int64_t i = 0; i < tensor.numel(); ++i) tensor.data_ptr<double>()[i] = gauss(random_);
        return tensor;
    }
    int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }

    int activation(GraphBuilder& b, const std::string& name, int in) {
        switch (pick(6)) {
            case 0:
                return b.leakyRelu(name, in, 0.2);
            case 1:
                return b.hardtanh(name, in, -0.6, 0.8);
            case 2:
                return b.absolute(name, in);
            case 3:
                return b.prelu(name, in, normal({b.shapeOf(in)[0]}, 0.4));
            case 4:
                return b.hardtanh(name, in, 0, 6);
            default:
                return b.relu(name, in);
        }
    }
    int conv(GraphBuilder& b, const std::string& name, int in, std::int64_t out, std::int64_t kernel,
             std::int64_t stride, std::int64_t padding, std::int64_t dilation, std::int64_t groups) {
        const auto channels = b.shapeOf(in)[0];
        return b.conv(name, in, normal({out, channels / groups, kernel, kernel}, 0.5), normal({out}, 0.3),
                      {stride}, {padding}, {dilation}, groups);
    }
    int batchNorm(GraphBuilder& b, const std::string& name, int in) {
        const auto c = b.shapeOf(in)[0];
        return b.batchNorm(name, in, normal({c}, 1), normal({c}, 0.3), normal({c}, 0.3),
                           normal({c}, 1).abs() + 0.5, 1e-5);
    }
    int linear(GraphBuilder& b, const std::string& name, int in, std::int64_t out) {
        return b.linear(name, in, normal({out, b.shapeOf(in).back()}, 0.5), normal({out}, 0.3));
    }
    int flatten(GraphBuilder& b, int in) {
        return b.reshape("flatten", "flatten", in, {elementCount(b.shapeOf(in))});
    }

  private:
    std::mt19937 random_;
};

std::shared_ptr<Model> wrap(LayerGraph graph) {
    ModelInfo info;
    info.path = "random.pt";
    info.inputShape = graph.inputShape();
    info.outputs = graph.node(graph.output()).outputShape[0];
    info.layers = graph.describe();
    return std::make_shared<Model>(info, std::make_shared<LayerGraph>(std::move(graph)));
}

// Convolutions (groups, stride, dilation, padding), batch norm and average pooling in a chain: no maxima, no
// branches.
std::shared_ptr<Model> convChain(unsigned seed) {
    RandomNet net(seed);
    GraphBuilder b({2, 6, 6});
    int x = net.conv(b, "conv1", 0, 4, 3, 1, 1, 1, 2);
    x = net.activation(b, "act1", net.batchNorm(b, "bn1", x));
    x = net.conv(b, "conv2", x, 4, 3, 2, 2, 2, 1);
    x = net.activation(b, "act2", x);
    x = b.averagePool("pool", x, {2}, {2}, {1}, false, seed % 2 == 0);
    x = net.linear(b, "fc", net.flatten(b, x), seed % 3 == 0 ? 1 : 3);
    return wrap(std::move(b).finish(x));
}

// Everything at once: max-pool with padding and overlap, residual sums, cat, adaptive pooling.
std::shared_ptr<Model> branched(unsigned seed) {
    RandomNet net(seed);
    GraphBuilder b({2, 6, 6});
    int x = net.activation(b, "act1", net.conv(b, "conv1", 0, 3, 3, 1, 1, 1, 1));
    x = seed % 2 ? b.maxPool("pool1", x, {3}, {2}, {1}, {1}, false)
                 : b.maxPool("pool1", x, {2}, {}, {}, {}, false);
    int y = net.activation(b, "act2", net.batchNorm(b, "bn", net.conv(b, "conv2", x, 3, 3, 1, 1, 1, 3)));
    y = net.conv(b, "conv3", y, 3, 1, 1, 0, 1, 1);
    x = net.activation(b, "act3", b.add("add", x, y, seed % 3 == 0 ? -1.0 : 1.0));
    const int joined =
        b.concat("cat", {b.adaptiveAveragePool("avg", x, {1, 1}), b.adaptiveMaxPool("max", x, {1, 1})}, 0);
    return wrap(std::move(b).finish(net.linear(b, "fc", net.flatten(b, joined), 3)));
}

SlicePlane randomPlane(unsigned seed, double halfWidth) {
    const auto size = 72;
    auto plane = planeAlongDirections({2, 6, 6}, 0.5 * std::sqrt(72.0) * randomDirection(size, seed * 3),
                                      randomDirection(size, seed * 3 + 1),
                                      randomDirection(size, seed * 3 + 2), halfWidth);
    return plane.value();
}

LinearRegions::Output run(const Model& model, const SlicePlane& plane, const std::string& engine,
                          int threads = 1) {
    LinearRegions::Options options;
    options.engine = engine;
    options.threads = threads;
    NoProgress progress;
    auto result = LinearRegions::run(model, plane, options, {}, progress);
    if (!result.isOk()) qFatal("%s", result.isError() ? result.error().message.c_str() : "cancelled");
    return std::move(result).value();
}

}  // namespace

class LinearRegionsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void convNetEqualsItsDenseTwin();
    void everyFaceIsTheNetwork();
    void formsMatchDifferences();
    void chainEqualsGraph();
    void inexactModelIsRefusedByName();
    void wrongShapeIsRefused();
    void stopKeepsWhatIsThere();
};

// The chain unrolls convolutions to dense matrices and is cut depth first; the graph is run as it is, breadth
// first.
void LinearRegionsTest::convNetEqualsItsDenseTwin() {
    std::int64_t total = 0;
    for (unsigned seed = 1; seed <= 40; ++seed) {
        const auto model = convChain(seed);
        const auto plane = randomPlane(seed, 3.0);
        const auto dense = run(*model, plane, "depth-first").arrangement;
        const auto graph = run(*model, plane, "breadth-first", 2).arrangement;
        total += dense->faceCount();
        QCOMPARE(graph->faceCount(), dense->faceCount());
        QCOMPARE(graph->vertices.size(), dense->vertices.size());
        QCOMPARE(graph->edges.size(), dense->edges.size());
        QCOMPARE(graph->pieces, dense->pieces);
        QCOMPARE(graph->boundary.size(), dense->boundary.size());
        QVERIFY(std::abs(graph->boundaryLength() - dense->boundaryLength()) < 1e-9);
        auto a = graph->patternHash, c = dense->patternHash;
        std::sort(a.begin(), a.end());
        std::sort(c.begin(), c.end());
        QVERIFY2(a == c, QByteArray::number(seed));
    }
    QVERIFY2(total > 2000, QByteArray::number(total));
}

// Areas fill the window, Euler's formula holds, and at random points the face found there has the network's
// own pattern and logits: no region is missing, none is cut in two.
void LinearRegionsTest::everyFaceIsTheNetwork() {
    std::int64_t total = 0;
    for (unsigned seed = 1; seed <= 60; ++seed) {
        const auto model = branched(seed);
        const auto plane = randomPlane(seed, 2.0);
        const auto output = run(*model, plane, "auto");
        const auto& map = output.arrangement;
        QVERIFY(map->complete);
        total += map->faceCount();
        QCOMPARE(map->checks.euler, 1);
        QVERIFY(std::abs(map->checks.areaSum - map->checks.windowArea) < 1e-9 * map->checks.windowArea);
        QVERIFY(map->checks.maxInterpolationError < 1e-9);
        QCOMPARE(map->checks.patternMismatches, 0);
        auto hashes = map->patternHash;
        std::sort(hashes.begin(), hashes.end());
        // A pattern's set need not be convex with max-pooling, but two neighbouring faces always differ.
        for (const auto& edge : map->edges)
            if (edge.left >= 0 && edge.right >= 0)
                QVERIFY(map->patternHash[edge.left] != map->patternHash[edge.right]);

        std::mt19937 random(seed);
        std::uniform_real_distribution<double> uniform(-2, 2);
        std::vector<Eigen::Vector2d> points(400);
        for (auto& point : points) point = {uniform(random), uniform(random)};
        const auto network = siteNetworkOnSlice(model->sharedGraph(), plane);
        const auto k = network->outputs();
        std::vector<double> forms(points.size() * static_cast<std::size_t>(k) * 3);
        std::vector<std::uint64_t> hash(points.size());
        network->formsAt(points, map->formOrigin, forms.data(), hash.data());
        const FaceLocator locator(map);
        for (std::size_t i = 0; i < points.size(); ++i) {
            const auto face = locator.faceAt(points[i]);
            QVERIFY(face >= 0);
            QVERIFY2(hash[i] == map->patternHash[face], QByteArray::number(seed));
            const Eigen::VectorXd input = plane.inputFromSlice(points[i]);
            Eigen::VectorXd logits(k);
            QVERIFY(model->logits(input.data(), 1, logits.data()).isOk());
            QVERIFY((logits - map->logitsOnFace(face, points[i])).cwiseAbs().maxCoeff() < 1e-9);
        }
    }
    QVERIFY2(total > 3000, QByteArray::number(total));
}

void LinearRegionsTest::formsMatchDifferences() {
    const auto model = branched(5);
    const auto plane = randomPlane(5, 2.0);
    const auto network = siteNetworkOnSlice(model->sharedGraph(), plane);
    const std::vector<Eigen::Vector2d> points{{0.31, -0.72}, {1.1, 0.4}};
    std::vector<double> forms(2 * 3 * 3);
    std::vector<std::uint64_t> hash(2);
    network->formsAt(points, {0.1, 0.2}, forms.data(), hash.data());
    const auto logits = [&](const Eigen::Vector2d& at) {
        Eigen::VectorXd out(3);
        const Eigen::VectorXd input = plane.inputFromSlice(at);
        if (!model->logits(input.data(), 1, out.data()).isOk()) qFatal("logits");
        return out;
    };
    const double h = 1e-6;
    for (std::size_t i = 0; i < 2; ++i) {
        const Eigen::VectorXd ds =
            (logits(points[i] + Eigen::Vector2d(h, 0)) - logits(points[i] - Eigen::Vector2d(h, 0))) / (2 * h);
        const Eigen::VectorXd value = logits(points[i]);
        for (int k = 0; k < 3; ++k) {
            const double* form = forms.data() + (i * 3 + static_cast<std::size_t>(k)) * 3;
            QVERIFY(std::abs(form[0] - ds[k]) < 1e-7);
            const double there = form[0] * (points[i].x() - 0.1) + form[1] * (points[i].y() - 0.2) + form[2];
            QVERIFY(std::abs(there - value[k]) < 1e-12);
        }
    }
}

void LinearRegionsTest::chainEqualsGraph() {
    const auto model = convChain(2);
    const auto plane = randomPlane(2, 3.0);
    const auto chain = affineChainOnSlice(model->graph(), plane);
    QVERIFY(chain.has_value());
    const std::vector<Eigen::Vector2d> points{{0, 0}, {1.5, -2.5}, {-3, 3}};
    const Eigen::MatrixXd values = evaluateChain(*chain, points);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const Eigen::VectorXd input = plane.inputFromSlice(points[i]);
        Eigen::VectorXd logits(values.cols());
        QVERIFY(model->logits(input.data(), 1, logits.data()).isOk());
        QVERIFY((values.row(static_cast<Eigen::Index>(i)).transpose() - logits).cwiseAbs().maxCoeff() <
                1e-12);
    }
    QVERIFY(!affineChainOnSlice(branched(1)->graph(), plane).has_value());
}

void LinearRegionsTest::inexactModelIsRefusedByName() {
    RandomNet net(1);
    GraphBuilder b({2, 6, 6});
    int x = b.smoothActivation("block.gelu", "gelu", net.conv(b, "conv1", 0, 2, 3, 1, 1, 1, 1));
    const auto model = wrap(std::move(b).finish(net.linear(b, "fc", net.flatten(b, x), 3)));
    NoProgress progress;
    const auto result = LinearRegions::run(*model, randomPlane(1, 1), {}, {}, progress);
    QVERIFY(result.isError());
    QVERIFY2(result.error().message.find("block.gelu (gelu)") != std::string::npos,
             result.error().message.c_str());
}

void LinearRegionsTest::wrongShapeIsRefused() {
    auto plane =
        planeAlongDirections({5}, randomDirection(5, 1), randomDirection(5, 2), randomDirection(5, 3), 1)
            .value();
    NoProgress progress;
    const auto result = LinearRegions::run(*branched(1), plane, {}, {}, progress);
    QVERIFY(result.isError());
    QVERIFY(result.error().message.find("2 x 6 x 6") != std::string::npos);
}

void LinearRegionsTest::stopKeepsWhatIsThere() {
    std::stop_source source;
    source.request_stop();
    NoProgress progress;
    for (const char* engine : {"depth-first", "breadth-first"}) {
        LinearRegions::Options options;
        options.engine = engine;
        const auto result =
            LinearRegions::run(*convChain(1), randomPlane(1, 3), options, source.get_token(), progress);
        QVERIFY(result.isOk());
        QVERIFY(!result.value().arrangement->complete);
        QVERIFY(!result.value().provenance.complete);
    }
}

QTEST_GUILESS_MAIN(LinearRegionsTest)
#include "linear_regions_test.moc"
