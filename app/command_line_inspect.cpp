// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/command_line_console.h"
#include "app/command_line_model.h"
#include "app/command_line_options.h"
#include "app/report.h"

namespace tessera {

int runInspect(const CommonOptions& common) {
    auto model = loadModelFor(common);
    if (!model.isOk()) return failWith(std::move(model).error(), common.model);
    const auto& info = model.value()->info();
    const auto written = writeReport(modelJson(info), modelText(info), common.json);
    return written.isOk() ? kExitDone : failWith(written.error(), "");
}

}  // namespace tessera
