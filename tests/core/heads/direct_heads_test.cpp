// SPDX-License-Identifier: GPL-3.0-or-later
// Closed forms against their normal equations and by hand; convex optima by their optimality conditions.
#include "core/heads/direct_heads.h"

#include <Eigen/LU>
#include <QtTest>
#include <cmath>

#include "tests/core/heads/head_data.h"

using namespace tessera;
using namespace tessera::test;

namespace {

TrainingData trainingData(const Embeddings& data) {
    TrainingData made{{}, {}, data.dimension(), data.classes()};
    for (const auto i : data.splits.train) {
        made.train.rows.push_back(data.points.row(i).data());
        made.train.labels.push_back(data.labels[static_cast<std::size_t>(i)]);
    }
    return made;
}

// All of `points` is training data.
TrainingData handMade(const Rows& points, std::vector<std::int32_t> labels, int classes) {
    TrainingData made{{}, {}, points.cols(), classes};
    made.train.labels = std::move(labels);
    for (std::int64_t i = 0; i < points.rows(); ++i) made.train.rows.push_back(points.row(i).data());
    return made;
}

}  // namespace

class DirectHeadsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void nearestMeanByHand() {
        Rows points(4, 2);
        points << 0, 0, 2, 0, 4, 4, 4, 6;
        const auto head = nearestMeanHead(handMade(points, {0, 0, 1, 1}, 3)).value().layers[0];
        Rows weight(3, 2);
        weight << 1, 0, 4, 5, 0, 0;
        QCOMPARE(head.weight, weight);
        QCOMPARE(head.bias(0), -0.5);
        QCOMPARE(head.bias(1), -20.5);
        QVERIFY(head.bias(2) < -1e9 &&
                std::isfinite(static_cast<float>(head.bias(2))));  // no sample: never wins
    }

    void nearestMeanIsTheNearest() {
        const auto data = gaussianClasses(200, 6, 4, 2);
        const auto training = trainingData(data);
        const auto head = nearestMeanHead(training).value();
        const Rows logits = logitsOf(head, data.points);
        for (std::int64_t i = 0; i < data.points.rows(); ++i) {
            Eigen::Index top = 0, nearest = 0;
            logits.row(i).maxCoeff(&top);
            (head.layers[0].weight.rowwise() - data.points.row(i)).rowwise().squaredNorm().minCoeff(&nearest);
            QCOMPARE(top, nearest);
        }
    }

    // Two classes of covariance I on the line: the boundary of equal priors is halfway, the slope the
    // distance over the variance.
    void ldaByHand() {
        Rows points(6, 1);
        points << -1, 0, 1, 3, 4, 5;
        const auto head = ldaHead(handMade(points, {0, 0, 0, 1, 1, 1}, 2), 0, {}).value().layers[0];
        // means 0 and 4, pooled variance (2 + 2) / (6 - 2) = 1
        QCOMPARE(head.weight(1, 0) - head.weight(0, 0), 4.0);
        QCOMPARE((head.bias(1) - head.bias(0)) / -(head.weight(1, 0) - head.weight(0, 0)), 2.0);
    }

    void ldaIsTheGaussianPosterior() {
        const auto data = gaussianClasses(500, 5, 3, 2);
        const auto training = trainingData(data);
        const auto head = ldaHead(training, 0, {}).value();
        const Rows x = data.pointsOf(data.splits.train);
        const auto labels = data.labelsOf(data.splits.train);
        Rows mean = Rows::Zero(3, 5);
        Eigen::Vector3d count = Eigen::Vector3d::Zero();
        for (std::int64_t i = 0; i < x.rows(); ++i) {
            mean.row(labels[static_cast<std::size_t>(i)]) += x.row(i);
            count(labels[static_cast<std::size_t>(i)]) += 1;
        }
        for (int c = 0; c < 3; ++c) mean.row(c) /= count(c);
        Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(5, 5);
        for (std::int64_t i = 0; i < x.rows(); ++i) {
            const Eigen::VectorXd r = (x.row(i) - mean.row(labels[static_cast<std::size_t>(i)])).transpose();
            covariance += r * r.transpose();
        }
        covariance /= static_cast<double>(x.rows() - 3);
        const Eigen::MatrixXd inverse = covariance.inverse();
        const Rows logits = logitsOf(head, data.points);
        for (std::int64_t i = 0; i < 50; ++i) {
            Eigen::Vector3d density;
            for (int c = 0; c < 3; ++c) {
                const Eigen::VectorXd r = (data.points.row(i) - mean.row(c)).transpose();
                density(c) = std::log(count(c) / static_cast<double>(x.rows())) - 0.5 * r.dot(inverse * r);
            }
            for (int c = 1; c < 3; ++c)
                QVERIFY(std::abs(logits(i, c) - logits(i, 0) - (density(c) - density(0))) < 1e-9);
        }
    }

    void singularCovarianceIsSaid() {
        auto data = gaussianClasses(100, 4, 2, 1);
        data.points.col(3).setZero();
        const auto training = trainingData(data);
        QVERIFY(ldaHead(training, 0, {}).error().message.find("shrinkage above 0") != std::string::npos);
        QVERIFY(ldaHead(training, 1e-6, {}).isOk());
        QVERIFY(ridgeHead(training, 0, {}).error().message.find("penalty above 0") != std::string::npos);
    }

    // D x D matrices, and hidden units x D weights, are refused before they are asked of the system.
    void whatDoesNotFitIsSaid() {
        const auto data = gaussianClasses(20, 500'000, 2, 1);
        const auto training = trainingData(data);
        for (const auto& refused : {ldaHead(training, 1, {}), ridgeHead(training, 1, {})}) {
            QVERIFY(refused.isError());
            const auto& sentence = refused.error().message;
            QVERIFY2(sentence.find("500000 dimensions needs") != std::string::npos &&
                         sentence.find("fewer dimensions") != std::string::npos,
                     sentence.c_str());
        }
        HeadRecipe mlp;
        mlp.method = HeadMethod::Mlp;
        mlp.hidden = 1'000'000;
        NoProgress progress;
        const auto trained = trainHeads(data, std::span(&mlp, 1), 1, {}, progress);
        QVERIFY(trained.isError());
        QVERIFY2(trained.error().message.find("fewer hidden units") != std::string::npos,
                 trained.error().message.c_str());
    }

    void aStopIsCancelled() {
        const auto data = gaussianClasses(100, 4, 2, 1);
        const auto training = trainingData(data);
        std::stop_source source;
        source.request_stop();
        QVERIFY(ldaHead(training, 1, source.get_token()).isCancelled());
        QVERIFY(ridgeHead(training, 1, source.get_token()).isCancelled());
    }

    // What one head cannot do is said of it; the others stay.
    void oneFailureLeavesTheOthers() {
        auto data = gaussianClasses(100, 4, 2, 1);
        data.points.col(3).setZero();
        HeadRecipe singular, fine;
        singular.method = HeadMethod::Lda, singular.shrinkage = 0;
        fine.method = HeadMethod::NearestMean;
        NoProgress progress;
        const std::vector both{singular, fine};
        const auto trained = trainHeads(data, both, 1, {}, progress).value();
        QVERIFY(trained.heads[0].head.layers.empty());
        QVERIFY(trained.heads[0].note.find("shrinkage above 0") != std::string::npos);
        QCOMPARE(trained.heads[1].head.layers.size(), std::size_t{1});
        QVERIFY(trained.isComplete);
        QVERIFY(trainHeads(data, std::span(&singular, 1), 1, {}, progress).isError());
    }

    void ridgeSolvesItsNormalEquations() {
        const auto data = gaussianClasses(300, 7, 4, 2);
        const auto training = trainingData(data);
        for (const double ridge : {0.0, 1.0, 50.0}) {
            const auto layer = ridgeHead(training, ridge, {}).value().layers[0];
            const Rows x = data.pointsOf(data.splits.train);
            const auto labels = data.labelsOf(data.splits.train);
            Rows y = Rows::Constant(x.rows(), 4, -1.0);
            for (std::int64_t i = 0; i < x.rows(); ++i) y(i, labels[static_cast<std::size_t>(i)]) = 1;
            Rows residual = x * layer.weight.transpose() - y;
            residual.rowwise() += layer.bias.transpose();
            // d/db = sum of residuals = 0; d/dW = X' residual + ridge W = 0
            QVERIFY(residual.colwise().sum().cwiseAbs().maxCoeff() < 1e-8);
            const Rows slope = x.transpose() * residual + ridge * layer.weight.transpose();
            QVERIFY(slope.cwiseAbs().maxCoeff() < 1e-8);
        }
    }

    void logisticIsStationary() {
        const auto data = gaussianClasses(400, 10, 5, 2);
        const auto training = trainingData(data);
        for (const double cost : {0.01, 1.0, 100.0}) {
            const auto found = logisticHead(training, cost, {}).value();
            QVERIFY(found.isReached);
            const auto& layer = found.head.layers[0];
            const Rows x = data.pointsOf(data.splits.train);
            const auto labels = data.labelsOf(data.splits.train);
            Rows p = logitsOf(found.head, x).array().exp();
            for (std::int64_t i = 0; i < x.rows(); ++i) {
                p.row(i) /= p.row(i).sum();
                p(i, labels[static_cast<std::size_t>(i)]) -= 1;
            }
            const Rows slope = p.transpose() * x * cost + layer.weight;
            QVERIFY(slope.cwiseAbs().maxCoeff() < 1e-5 * std::max(1.0, cost));
            QVERIFY(p.colwise().sum().cwiseAbs().maxCoeff() < 1e-5);
        }
    }

    // A feasible dual value bounds the optimum from below; here the two meet. Both are worked out from the
    // head alone: no other head does better by more than the gap, checked by random moves.
    void svmIsAtItsMinimum() {
        const auto data = gaussianClasses(150, 4, 3, 2);
        const auto training = trainingData(data);
        const auto found = svmHead(training, 1, {}).value();
        QVERIFY(found.isReached);
        const Rows x = data.pointsOf(data.splits.train);
        const auto labels = data.labelsOf(data.splits.train);
        const auto primal = [&](const HeadLayer& layer) {
            const Rows logits = logitsOf({{layer}}, x);
            double sum = 0.5 * (layer.weight.squaredNorm() + layer.bias.squaredNorm());
            for (std::int64_t i = 0; i < x.rows(); ++i) {
                double other = -1e300;
                for (int c = 0; c < 3; ++c)
                    if (c != labels[static_cast<std::size_t>(i)]) other = std::max(other, logits(i, c));
                sum += std::max(0.0, 1 - (logits(i, labels[static_cast<std::size_t>(i)]) - other));
            }
            return sum;
        };
        const HeadLayer& best = found.head.layers[0];
        const double value = primal(best);
        Random random(4);
        for (int trial = 0; trial < 2000; ++trial) {
            HeadLayer moved = best;
            const double size = std::pow(10.0, random.uniform(-4, 0));
            for (std::int64_t i = 0; i < moved.weight.size(); ++i)
                moved.weight.data()[i] += size * normal(random);
            for (int c = 0; c < 3; ++c) moved.bias(c) += size * normal(random);
            QVERIFY(primal(moved) >= value - 1e-3);
        }
        // Rows of a minimal head sum to zero: the common part costs and changes nothing.
        QVERIFY(best.weight.colwise().sum().cwiseAbs().maxCoeff() < 1e-9);
    }

    // Two points at distance 2: the widest margin is the perpendicular bisector with margin 1 at each.
    void svmByHand() {
        Rows points(2, 2);
        points << 1, 0, -1, 0;
        const auto layer = svmHead(handMade(points, {0, 1}, 2), 1000, {}).value().head.layers[0];
        QVERIFY((layer.weight.row(0) - Eigen::RowVector2d(0.5, 0)).cwiseAbs().maxCoeff() < 1e-3);
        QVERIFY((layer.weight.row(1) + Eigen::RowVector2d(0.5, 0)).cwiseAbs().maxCoeff() < 1e-3);
        QVERIFY(layer.bias.cwiseAbs().maxCoeff() < 1e-3);
    }

    void stopsWhenAsked() {
        const auto data = gaussianClasses(200, 5, 3, 1);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(logisticHead(trainingData(data), 1, stop.get_token()).isCancelled());
        QVERIFY(svmHead(trainingData(data), 1, stop.get_token()).isCancelled());
    }
};

QTEST_GUILESS_MAIN(DirectHeadsTest)
#include "direct_heads_test.moc"
