// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/probes/counterfactual_settings.h"

namespace tessera {
namespace {

Parameter choice(std::string name, std::string label, std::string sentence,
                 std::vector<std::string> choices) {
    return {std::move(name), std::move(label), std::move(sentence), "", choices.front(), 0, 0, choices};
}

std::vector<Parameter> searchParameters() {
    return {
        choice(
            "preset", "Preset",
            "What \"preset\" and 0 stand for below: v1 counts any other class as a flip, within 500 steps, "
            "and takes fewer references where a class has no more; v2 counts the target alone, within 300 "
            "steps, and never calls a class of few references supporting.",
            {"v1", "v2"}),
        choice("target", "Target",
               "Class whose logit is raised: the runner-up, the least likely, or (untargeted) whichever is "
               "ahead of the others at each step while the predicted one is lowered.",
               {"runner-up", "least-likely", "untargeted"}),
        choice("success", "Flip",
               "What counts as a flip: any class other than the predicted one, or the target alone; "
               "untargeted searches take any.",
               {"preset", "any", "target"}),
        {"step", "Step length", "Length of a step by the length of the gradient (the learning rate).", "",
         0.01, 1e-9, 1e6},
        {"radius", "Trust radius",
         "No step leads farther from the sample than this, in the unit chosen below; 0 leaves no way.", "",
         1.0, 0, 1e9},
        choice(
            "radius-unit", "Unit of the radius",
            "Input units, or the median boundary distance of the samples, which makes models with inputs or "
            "embeddings of different size comparable.",
            {"input", "boundary-distance"}),
        {"steps", "Steps", "At most so many; 0: those of the preset.", "", std::int64_t{0}, 0, 1000000},
        choice("optimiser", "Optimiser", "Rule of a step, with PyTorch's defaults.",
               {"sgd", "adam", "adamw"}),
        {"shift-weight", "Weight of the shift", "Of the distance from the sample in the loss (lambda_s).",
         "logits per input unit", 0.0, 0, 1e6},
        {"support-weight", "Weight of support",
         "Of the mean squared distance to the nearest references of the target class (lambda_k).",
         "logits per squared input unit", 0.0, 0, 1e6},
        {"curvature-weight", "Weight of curvature",
         "Shortens the steps of samples where the references are curved: step / (1 + weight * kappa / median "
         "kappa), with kappa at the sample (alpha).",
         "", 0.0, 0, 1e6},
        {"head-scale", "Head scale",
         "Multiplies the logits: the boundary stays where it is, and a step goes as many times as far.", "",
         1.0, 1e-6, 1e6},
        {"clip", "Keep to valid pixels", "Cut steps to the range of pixel values; images only.", "", true},
    };
}

std::vector<Parameter> tuningParameters() {
    return {
        choice("tuning", "Tuning",
               "Choose step and radius by trials on references: a grid of half to twice those given (the "
               "most flips, "
               "then the shortest), or at random together with the weights, within ranges that follow the "
               "scales of "
               "support and boundary (geometry) or fixed ones (control).",
               {"none", "grid", "geometry", "control"}),
        {"tuning-trials", "Trials", "Random ones.", "", std::int64_t{20}, 1, 10000},
        {"tuning-samples", "References of a trial", "At most so many, evenly taken.", "", std::int64_t{128},
         1, 100000},
    };
}

std::vector<Parameter> supportParameters() {
    return {
        {"neighbours", "Neighbours", "References that a support radius reaches for (k).", "references",
         std::int64_t{20}, 1, 10000},
        {"quantile", "Support quantile",
         "Of a class's leave-one-out radii, which is its threshold (p): supported is at most that.", "", 0.5,
         0, 1},
        choice("few-points", "Few references",
               "Where a class has fewer than k references: take those there are, or never count it as "
               "supporting.",
               {"preset", "shrink", "unsupported"}),
        choice("support", "Support by",
               "The distance to the k-th nearest reference of the class, or the Mahalanobis distance to its "
               "mean.",
               {"neighbours", "mahalanobis"}),
        {"curvature", "Curvature", "Measure the local curvature of the references at each sample.", "",
         false},
        {"tangent-dimensions", "Tangent dimensions",
         "Of the tangent space that curvature is measured across (m); fewer than neighbours.", "",
         std::int64_t{2}, 1, 1000},
        {"reference-share", "Share of references",
         "Of the data that is the reference pool, where the file does not say.", "", 0.1, 0.001, 0.9},
        {"test-share", "Share of test samples",
         "Of the data that is evaluated if no samples are chosen, where the file does not say.", "", 0.2,
         0.001, 0.9},
        {"paths", "Paths kept", "The first samples whose paths are kept in the result.", "samples",
         std::int64_t{100}, 0, 1000000},
        {"path-points", "Points of a path", "Kept of each path, with the first and the last.", "",
         std::int64_t{10}, 2, 100000},
        {"memory", "Memory budget", "For references, samples at work and kept paths.", "MiB",
         std::int64_t{1024}, 16, 1048576},
    };
}

}  // namespace

ProbeDescription counterfactualDescription() {
    ProbeDescription d;
    d.name = "counterfactual";
    d.title = "Counterfactuals";
    d.sentence =
        "Whether a small change flips the class of a sample, how far it must go, and whether data support "
        "the "
        "end.";
    d.definition =
        "For each sample z0 with logits l, predicted class c and target t, steps descend L(z) = -l_t(z) + "
        "shift-weight ||z - z0|| + support-weight mean_j ||z - r_j||^2, with r_j the k references of class t "
        "nearest to z (untargeted: l_c - max of the others in place of -l_t); after each step z is projected "
        "onto the ball of the trust radius around z0, and the first step at which the class has flipped is "
        "the "
        "end. The boundary distance is |l_c - l_t| / ||gradient of l_c - l_t|| to the runner-up, and the "
        "smallest such value of all classes; both are exact for a linear head and of first order otherwise. "
        "The support radius rho(z; t) is the distance from z to the k-th nearest reference whose label is t; "
        "the threshold tau_t is a quantile of the leave-one-out radii of the references of class t. A flip "
        "is "
        "supported if rho at its end is at most tau_t. The local curvature kappa is the mean length of the "
        "neighbours' offsets across their m leading directions over the mean square along them: half a "
        "principal curvature. For a linear head without weights the ends are computed in closed form as "
        "well. "
        "Retrieval is the simplest other way: take the nearest reference of class t, if it lies within the "
        "radius and is predicted as t. All of it is in units of the network's input (after normalisation), "
        "which for a head is an embedding.";
    d.cost =
        "One forward and one backward pass a sample and step; on a linear head a few operations per class "
        "and "
        "step. Distances to the references twice a sample, and at each step with a support weight. Float64 "
        "throughout; the same numbers for any number of threads.";
    d.source =
        "Geometric view of counterfactuals, Gamba et al., arXiv 2606.04209, and its code: preset v1 (May "
        "2026) "
        "and v2 (its revision). Derived here: the true multi-class distance, the closed form, the trust "
        "radius "
        "in boundary distances, and clipping to valid pixels.";
    d.parameters = searchParameters();
    for (const auto& more : {tuningParameters(), supportParameters()})
        d.parameters.insert(d.parameters.end(), more.begin(), more.end());
    return d;
}

CounterfactualSettings counterfactualSettings(const ParameterMap& values) {
    const auto text = [&](const char* name) { return parameterValue<std::string>(values, name); };
    const auto whole = [&](const char* name) { return parameterValue<std::int64_t>(values, name); };
    const auto real = [&](const char* name) { return parameterValue<double>(values, name); };
    CounterfactualSettings settings;
    settings.preset = text("preset");
    const bool second = settings.preset == "v2";
    auto& search = settings.search;
    search.target = text("target") == "runner-up"      ? FlipTarget::RunnerUp
                    : text("target") == "least-likely" ? FlipTarget::LeastLikely
                                                       : FlipTarget::Untargeted;
    const bool toTarget = text("success") == "preset" ? second : text("success") == "target";
    search.rule = toTarget && search.target != FlipTarget::Untargeted ? FlipRule::Target : FlipRule::AnyOther;
    search.stepRule = text("optimiser") == "sgd"    ? StepRule::Sgd
                      : text("optimiser") == "adam" ? StepRule::Adam
                                                    : StepRule::AdamW;
    search.step = real("step"), search.radius = real("radius");
    const auto steps = whole("steps");
    search.steps = static_cast<std::int32_t>(steps > 0 ? steps : second ? 300 : 500);
    search.shiftWeight = real("shift-weight"), search.supportWeight = real("support-weight");
    search.neighbours = static_cast<int>(whole("neighbours"));
    search.pathPoints = static_cast<int>(whole("path-points"));
    settings.radiusInDistances = text("radius-unit") == "boundary-distance";
    settings.curvatureWeight = real("curvature-weight");
    settings.curvature = parameterValue<bool>(values, "curvature") || settings.curvatureWeight > 0;
    settings.tangentDimensions = static_cast<int>(whole("tangent-dimensions"));
    settings.headScale = real("head-scale");
    const auto few = text("few-points");
    settings.support = {
        search.neighbours, real("quantile"),
        few == "unsupported" || (few == "preset" && second) ? FewPoints::Unsupported : FewPoints::Shrink};
    settings.mahalanobis = text("support") == "mahalanobis";
    settings.referenceShare = real("reference-share"), settings.testShare = real("test-share");
    settings.clip = parameterValue<bool>(values, "clip");
    const auto tuning = text("tuning");
    settings.tuning = tuning == "none"       ? Tuning::None
                      : tuning == "grid"     ? Tuning::Grid
                      : tuning == "geometry" ? Tuning::Geometry
                                             : Tuning::Control;
    settings.tuningTrials = static_cast<int>(whole("tuning-trials"));
    settings.tuningSamples = whole("tuning-samples");
    settings.paths = whole("paths");
    settings.budgetBytes = whole("memory") << 20;
    return settings;
}

ValidRange pixelRange(const Normalisation& normalisation, const Shape& sampleShape) {
    const auto width = elementCount(sampleShape);
    std::vector<float> low(static_cast<std::size_t>(width), 0), high(low.size(), 1);
    normalise(normalisation, sampleShape, 1, low.data());
    normalise(normalisation, sampleShape, 1, high.data());
    using Floats = Eigen::Map<const Eigen::RowVectorXf>;
    return {Floats(low.data(), width).cast<double>(), Floats(high.data(), width).cast<double>()};
}

}  // namespace tessera
