// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/direct_heads.h"

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>

#include "core/data/byte_store.h"

namespace tessera {
namespace {

// A logit below any that data gives, yet finite in float32 too: infinite weights cannot be saved or drawn.
constexpr double kNever = -1e12;

struct ClassMeans {
    Rows means;  // classes x D; zero for classes without a sample
    Eigen::VectorXd counts;
};

ClassMeans classMeans(const TrainingData& data) {
    ClassMeans found{Rows::Zero(data.classes, data.dimension), Eigen::VectorXd::Zero(data.classes)};
    for (std::size_t i = 0; i < data.train.rows.size(); ++i) {
        const auto label = data.train.labels[i];
        found.means.row(label) += Eigen::Map<const Eigen::RowVectorXd>(data.train.rows[i], data.dimension);
        found.counts(label) += 1;
    }
    for (int c = 0; c < data.classes; ++c)
        if (found.counts(c) > 0) found.means.row(c) /= found.counts(c);
    return found;
}

// Sum of (x - centre(x)) (x - centre(x))', in blocks whose size is fixed. `method` names it in the sentence
// of a matrix that is too large.
template <typename Centre>
Result<Eigen::MatrixXd> scatter(const TrainingData& data, const char* method, const Centre& centre,
                                std::stop_token stop) {
    constexpr std::size_t kBlock = 256;
    constexpr std::uint64_t kMatrices = 2;  // it and its factor
    const auto width = static_cast<std::uint64_t>(data.dimension);
    auto fits = checkFitsInMemory(kMatrices * width * width * 8,
                                  std::string(method) + " on " + countText(data.dimension, "dimension"),
                                  "use another method, or embeddings of fewer dimensions");
    if (!fits.isOk()) return std::move(fits).propagate<Eigen::MatrixXd>();
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(data.dimension, data.dimension);
    Eigen::MatrixXd block;
    for (std::size_t begin = 0; begin < data.train.rows.size(); begin += kBlock) {
        if (stop.stop_requested()) return Cancelled{};
        const std::size_t count = std::min(kBlock, data.train.rows.size() - begin);
        block.resize(data.dimension, static_cast<Eigen::Index>(count));
        for (std::size_t i = 0; i < count; ++i)
            block.col(static_cast<Eigen::Index>(i)) =
                Eigen::Map<const Eigen::VectorXd>(data.train.rows[begin + i], data.dimension) -
                centre(data.train.labels[begin + i]);
        sum.selfadjointView<Eigen::Lower>().rankUpdate(block);
    }
    return Eigen::MatrixXd(sum.selfadjointView<Eigen::Lower>());
}

}  // namespace

Result<Head> nearestMeanHead(const TrainingData& data) {
    const ClassMeans found = classMeans(data);
    HeadLayer layer{found.means, -0.5 * found.means.rowwise().squaredNorm()};
    for (int c = 0; c < data.classes; ++c)
        if (found.counts(c) == 0) layer.bias(c) = kNever;
    return Head{{std::move(layer)}};
}

Result<Head> ldaHead(const TrainingData& data, double shrinkage, std::stop_token stop) {
    const ClassMeans found = classMeans(data);
    const double samples = found.counts.sum(),
                 present = static_cast<double>((found.counts.array() > 0).count());
    if (samples <= present)
        return inputError(
            "Linear discriminant analysis needs more training samples than classes, but there are " +
            countText(static_cast<std::int64_t>(samples), "sample") +
            "; use another method, or more samples.");
    auto scattered = scatter(
        data, "Linear discriminant analysis",
        [&](std::int32_t label) -> Eigen::VectorXd { return found.means.row(label).transpose(); }, stop);
    if (!scattered.isOk()) return std::move(scattered).propagate<Head>();
    Eigen::MatrixXd& covariance = scattered.value();
    covariance /= samples - present;
    covariance.diagonal().array() += shrinkage * covariance.trace() / static_cast<double>(data.dimension);
    if (stop.stop_requested()) return Cancelled{};
    const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
    if (factor.info() != Eigen::Success)
        return inputError(
            "The covariance within the classes is singular (constant or repeated columns, or fewer samples "
            "than "
            "columns); give linear discriminant analysis a shrinkage above 0.");
    HeadLayer layer{factor.solve(found.means.transpose()).transpose(), Eigen::VectorXd(data.classes)};
    for (int c = 0; c < data.classes; ++c)
        layer.bias(c) = found.counts(c) == 0 ? kNever
                                             : std::log(found.counts(c) / samples) -
                                                   0.5 * layer.weight.row(c).dot(found.means.row(c));
    return Head{{std::move(layer)}};
}

Result<Head> ridgeHead(const TrainingData& data, double ridge, std::stop_token stop) {
    const ClassMeans found = classMeans(data);
    const double samples = found.counts.sum();
    const Eigen::VectorXd mean = (found.counts.transpose() * found.means).transpose() / samples;
    auto scattered = scatter(
        data, "Ridge", [&](std::int32_t) -> const Eigen::VectorXd& { return mean; }, stop);
    if (!scattered.isOk()) return std::move(scattered).propagate<Head>();
    Eigen::MatrixXd& gram = scattered.value();
    gram.diagonal().array() += ridge;
    // X'Y centred, from the class means alone: targets are 2 [own class] - 1.
    Eigen::MatrixXd cross(data.dimension, data.classes);
    for (int c = 0; c < data.classes; ++c)
        cross.col(c) = 2 * found.counts(c) * (found.means.row(c).transpose() - mean);
    if (stop.stop_requested()) return Cancelled{};
    const Eigen::LLT<Eigen::MatrixXd> factor(gram);
    if (factor.info() != Eigen::Success)
        return inputError(
            "Ridge with a penalty of 0 has no single answer here (constant or repeated columns, or fewer "
            "samples "
            "than columns); give it a penalty above 0.");
    HeadLayer layer{factor.solve(cross).transpose(), Eigen::VectorXd(data.classes)};
    for (int c = 0; c < data.classes; ++c)
        layer.bias(c) = 2 * found.counts(c) / samples - 1 - layer.weight.row(c).dot(mean);
    return Head{{std::move(layer)}};
}

}  // namespace tessera
