// SPDX-License-Identifier: GPL-3.0-or-later
// A classifier head over a representation: affine layers with ReLU between them. Linear heads have one layer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/layered_model.h"

namespace tessera {

using HeadLayer = AffineLayer;

enum class HeadMethod {
    Softmax,      // softmax regression by Adam, stopped early: the sheet's head
    Logistic,     // L2-regularised multinomial logistic regression, to the optimum
    Svm,          // linear SVM of Crammer and Singer
    Lda,          // linear discriminant analysis
    Ridge,        // least squares on +-1 targets
    NearestMean,  // nearest class mean
    Mlp,          // D-H-K with ReLU, trained as Softmax
};
inline constexpr HeadMethod kHeadMethods[] = {
    HeadMethod::Softmax, HeadMethod::Logistic,    HeadMethod::Svm, HeadMethod::Lda,
    HeadMethod::Ridge,   HeadMethod::NearestMean, HeadMethod::Mlp};
const char* headMethodName(HeadMethod method);   // "softmax": on the command line and in files
const char* headMethodTitle(HeadMethod method);  // "Softmax regression"
// Softmax and Mlp: a seed, a learning rate and a weight decay matter.
bool isTrainedByEpochs(HeadMethod method);

// How a head is made; a value, so that sweeps are lists of recipes.
struct HeadRecipe {
    HeadMethod method = HeadMethod::Softmax;
    std::uint64_t seed = 0;
    double learningRate = 1e-3, weightDecay = 1e-4;  // Softmax, Mlp
    std::int64_t batch = 128, epochs = 100, patience = 10;
    std::int64_t hidden = 256;  // Mlp
    double cost = 1;            // Logistic, Svm: C, the weight of the data against |W|^2 / 2
    double ridge = 1;           // Ridge: added to the scatter matrix
    double shrinkage = 1e-6;    // Lda: share of the mean variance added to the covariance's diagonal
    double scale = 1;           // multiplies the last layer when done: accuracy stays, logits grow
};

struct Head {
    std::vector<HeadLayer> layers;
    std::int64_t inputs() const { return layers.front().weight.cols(); }
    std::int64_t classes() const { return layers.back().weight.rows(); }
    bool isLinear() const { return layers.size() == 1; }
};

// One row of logits per row of `points`.
Rows logitsOf(const Head& head, const ConstRows& points);
// The last layer times `factor` > 0: the same regions and boundaries, other confidences and probe steps.
Head scaled(Head head, double factor);
// "softmax seed 43 lr 0.001 wd 0.0001": what tells the heads of a sweep apart; fit for a file name with its
// blanks replaced.
std::string recipeText(const HeadRecipe& recipe);

}  // namespace tessera
