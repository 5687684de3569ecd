// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the rows of a result are samples of the data that are open: a session, or a change of data, brings
// results that were made on others.
#pragma once

#include <optional>
#include <stop_token>

#include "core/base/record.h"
#include "core/data/dataset.h"

namespace tessera {

// By the paths of the files alone, at once. True as well if the record names no file of its data.
// Nothing if the files are others, which may be the same ones in another place.
std::optional<bool> isOfDataByPath(const ResultRecord& record, const Dataset* data);
// By what is in the files. Reads those that were not read before: not on the window's thread.
Result<bool> isOfDataByContents(const ResultRecord& record, const Dataset& data, std::stop_token stop);

}  // namespace tessera
