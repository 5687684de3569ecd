// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "core/base/record.h"

namespace tessera {

// Numbers with their sentences, notes, parameters and provenance of a result, as rich text.
QString recordSummaryHtml(const ResultRecord& record);

}  // namespace tessera
