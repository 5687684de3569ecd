// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/heads/head.h"

#include <charconv>

namespace tessera {
namespace {

std::string shortest(double value) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::general).ptr};
}

}  // namespace

const char* headMethodName(HeadMethod method) {
    switch (method) {
        case HeadMethod::Softmax:
            return "softmax";
        case HeadMethod::Logistic:
            return "logistic";
        case HeadMethod::Svm:
            return "svm";
        case HeadMethod::Lda:
            return "lda";
        case HeadMethod::Ridge:
            return "ridge";
        case HeadMethod::NearestMean:
            return "nearest-mean";
        case HeadMethod::Mlp:
            return "mlp";
    }
    return "";
}

const char* headMethodTitle(HeadMethod method) {
    switch (method) {
        case HeadMethod::Softmax:
            return "Softmax regression";
        case HeadMethod::Logistic:
            return "Logistic regression";
        case HeadMethod::Svm:
            return "Linear SVM";
        case HeadMethod::Lda:
            return "Linear discriminant analysis";
        case HeadMethod::Ridge:
            return "Ridge";
        case HeadMethod::NearestMean:
            return "Nearest class mean";
        case HeadMethod::Mlp:
            return "MLP";
    }
    return "";
}

bool isTrainedByEpochs(HeadMethod method) {
    return method == HeadMethod::Softmax || method == HeadMethod::Mlp;
}

Rows logitsOf(const Head& head, const ConstRows& points) {
    Rows values = points;
    for (std::size_t i = 0; i < head.layers.size(); ++i) {
        Rows next = values * head.layers[i].weight.transpose();
        next.rowwise() += head.layers[i].bias.transpose();
        if (i + 1 < head.layers.size()) next = next.cwiseMax(0.0);
        values = std::move(next);
    }
    return values;
}

Head scaled(Head head, double factor) {
    head.layers.back().weight *= factor;
    head.layers.back().bias *= factor;
    return head;
}

std::string recipeText(const HeadRecipe& recipe) {
    std::string text = headMethodName(recipe.method);
    if (recipe.method == HeadMethod::Mlp) text += " " + std::to_string(recipe.hidden);
    if (isTrainedByEpochs(recipe.method))
        text += " seed " + std::to_string(recipe.seed) + " lr " + shortest(recipe.learningRate) + " wd " +
                shortest(recipe.weightDecay);
    if (recipe.method == HeadMethod::Logistic || recipe.method == HeadMethod::Svm)
        text += " C " + shortest(recipe.cost);
    if (recipe.method == HeadMethod::Ridge) text += " " + shortest(recipe.ridge);
    if (recipe.scale != 1) text += " scale " + shortest(recipe.scale);
    return text;
}

}  // namespace tessera
