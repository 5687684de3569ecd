// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/command_line_console.h"
#include "app/command_line_heads.h"
#include "app/command_line_model.h"
#include "app/report.h"
#include "core/heads/embed.h"

namespace tessera {
int runEmbed(const EmbedOptions& options) {
    const InterruptGuard interrupt;
    ConsoleProgress progress;
    progress.report(0, 0, "opening the model");
    auto model = loadModelFor(options.common);
    if (!model.isOk()) return progress.clear(), failWith(std::move(model).error(), options.common.model);
    auto data = openDataFor(*model.value(), options.source, options.common.seed);
    if (!data.isOk()) return progress.clear(), failWith(std::move(data).error(), options.source.data);
    EmbedRequest request{model.value(), options.layer, data.value().dataset, data.value().normalisation};
    request.splitSeed = options.split.seed;
    request.referenceShare = options.split.referenceShare;
    request.testShare = options.split.testShare;
    EmbedCache cache;
    cache.folder = options.cache.empty() ? standardEmbedCache() : std::filesystem::path(options.cache);
    auto made = embed(request, cache, interrupt.token(), progress);
    progress.clear();
    if (made.isCancelled())
        return failWith(inputError("cancelled; the next run with the same request goes on from here."),
                        options.common.model);
    if (made.isError()) return failWith(std::move(made).error(), "");
    const Embedded& embedded = made.value();
    if (auto copied = copyEmbeddings(embedded, *request.data, options.out); !copied.isOk())
        return failWith(std::move(copied).error(), options.out);
    const nlohmann::ordered_json document{{"embeddings", options.out},
                                          {"model", options.common.model},
                                          {"layer", embedded.layer},
                                          {"data", options.source.data},
                                          {"samples", embedded.samples},
                                          {"dimension", embedded.dimension},
                                          {"key", embedded.key},
                                          {"from_cache", embedded.isFromCache},
                                          {"resumed_at", embedded.resumedAt},
                                          {"notes", request.data->notes()}};
    const std::string text = options.out + ": " + std::to_string(embedded.samples) + " x " +
                             std::to_string(embedded.dimension) + " values of layer '" + embedded.layer +
                             "'" + (embedded.isFromCache ? ", from the cache\n" : "\n");
    if (const auto written = writeReport(document, text, options.common.json); !written.isOk())
        return failWith(written.error(), "");
    return kExitDone;
}

}  // namespace tessera
