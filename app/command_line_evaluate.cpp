// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/command_line_console.h"
#include "app/command_line_model.h"
#include "app/command_line_options.h"
#include "app/report.h"
#include "core/data/npz.h"

namespace tessera {

int runEvaluate(const CommonOptions& common, const EvaluateOptions& options) {
    const InterruptGuard interrupt;
    ConsoleProgress progress;
    progress.report(0, 0, "opening the model");
    auto model = loadModelFor(common);
    if (!model.isOk()) return progress.clear(), failWith(std::move(model).error(), common.model);
    auto data = openDataFor(*model.value(), options.source, common.seed);
    if (!data.isOk()) return progress.clear(), failWith(std::move(data).error(), options.source.data);
    if (auto mismatch = classCountMismatch(model.value()->classCount(), *data.value().dataset);
        !mismatch.empty())
        return progress.clear(), failWith(inputError(std::move(mismatch)), options.source.data);

    Evaluation::Options evaluation;
    evaluation.normalisation = data.value().normalisation;
    evaluation.limit = options.limit;
    evaluation.bins = options.bins;
    auto result =
        Evaluation::run(*model.value(), *data.value().dataset, evaluation, interrupt.token(), progress);
    progress.clear();
    if (result.isCancelled())
        return failWith(inputError("cancelled before all samples were evaluated; nothing was written."),
                        common.model);
    if (result.isError()) return failWith(std::move(result).error(), options.source.data);
    auto& output = result.value();
    output.provenance.seed = common.seed;

    if (!options.logits.empty()) {
        const NpzEntry entry{"logits", "<f4", {output.samples, output.outputs}, output.logits.data()};
        if (const auto written = writeNpy(options.logits, entry); !written.isOk())
            return failWith(written.error(), options.logits);
    }
    auto document = evaluationJson(output);
    document["model"] = common.model;
    document["data"] = options.source.data;
    document["notes"] = data.value().dataset->notes();
    const auto written = writeReport(document, evaluationText(output), common.json);
    if (!written.isOk()) return failWith(written.error(), "");
    return output.provenance.complete
               ? kExitDone
               : failWith(inputError("cancelled; the partial result is marked."), common.model);
}

}  // namespace tessera
