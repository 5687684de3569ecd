// SPDX-License-Identifier: GPL-3.0-or-later
// What every subcommand does first: open the model and the data as the options say.
#pragma once

#include <memory>

#include "app/command_line_options.h"
#include "core/data/dataset.h"
#include "core/model/model.h"

namespace tessera {

Result<std::shared_ptr<const Model>> loadModelFor(const CommonOptions& common);

struct DataForModel {
    std::shared_ptr<const Dataset> dataset;
    Normalisation normalisation;
};
// Opens the data and checks that the model takes it and that the normalisation fits.
Result<DataForModel> openDataFor(const Model& model, const DataSource& source, std::uint64_t seed);

// `requested`, or one for each core.
int threadCount(int requested);

}  // namespace tessera
