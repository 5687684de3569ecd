// SPDX-License-Identifier: GPL-3.0-or-later
// Shapes and numbers as people type them.
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "core/base/shape.h"
#include "core/data/dataset.h"

namespace tessera {

// "1 x 28 x 28", "1,28,28", "(1, 28, 28)", "784". Nothing if it is not a list of positive whole numbers.
std::optional<Shape> shapeFromText(const QString& text);
// "0.1307" or "0.4914, 0.4822, 0.4465" (also with ; or blanks between). Nothing if it is not a list of finite
// numbers.
std::optional<std::vector<double>> numbersFromText(const QString& text);
QString numbersText(const std::vector<double>& numbers);
// "mean 0.1307, std 0.3081"; "none" for the identity.
QString normalisationText(const Normalisation& normalisation);

struct NormalisationPreset {
    QString name;
    Normalisation normalisation;
};
const std::vector<NormalisationPreset>& normalisationPresets();

}  // namespace tessera
