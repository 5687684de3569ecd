// SPDX-License-Identifier: GPL-3.0-or-later
// Probe "evaluate": predictions of a model on a dataset, with accuracy, cross-entropy and expected
// calibration error.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "core/base/parameter.h"
#include "core/base/progress.h"
#include "core/base/provenance.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/model/model.h"

namespace tessera {

struct Evaluation {
    struct Options {
        Normalisation normalisation;
        std::int64_t limit = 0;  // first samples only; 0: all
        int bins = 15;           // ECE: equal-width confidence bins (Guo et al. 2017)
        static std::vector<Parameter> parameters();
    };
    struct Output {
        std::int64_t samples = 0, labelled = 0;
        std::int32_t outputs = 0;
        std::vector<float> logits;  // samples x outputs
        std::vector<std::int32_t> predicted;
        std::vector<float> confidence;
        std::vector<std::int32_t> label;                 // -1: none
        double accuracy = 0, crossEntropy = 0, ece = 0;  // over labelled samples
        struct ClassRow {
            std::string name;
            std::int64_t samples = 0, correct = 0, predicted = 0;
        };
        std::vector<ClassRow> classes;
        Provenance provenance;
    };
    static Result<Output> run(const Model& model, const Dataset& data, const Options& options,
                              std::stop_token stop, Progress& progress);
};

}  // namespace tessera
