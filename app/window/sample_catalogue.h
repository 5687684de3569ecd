// SPDX-License-Identifier: GPL-3.0-or-later
// The bundled samples: a model, its data, how to normalise, and three samples worth slicing through.
#pragma once

#include <QList>
#include <QString>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/base/shape.h"
#include "core/data/dataset.h"

namespace tessera {

struct BundledSample {
    QString id, title, description;
    QString model, data;  // absolute paths
    Normalisation normalisation;
    std::vector<qint64> anchors;
    std::optional<Shape> inputShape;
};

// Where samples.json is looked for, first hit wins: $TESSERA_SAMPLES, beside the installed program, the
// source tree.
QString samplesFolder();
// Of samples.json in `folder`; entries whose files are missing are left out.
Result<QList<BundledSample>> readSamples(const QString& folder);

}  // namespace tessera
