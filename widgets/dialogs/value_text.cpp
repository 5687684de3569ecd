// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/value_text.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <cmath>

namespace tessera {

namespace {
constexpr std::int64_t kLargestExtent = 1'000'000'000;

QStringList parts(QString text, const QString& separators) {
    text = text.trimmed();
    if (text.size() >= 2 &&
        ((text.front() == '(' && text.back() == ')') || (text.front() == '[' && text.back() == ']')))
        text = text.mid(1, text.size() - 2);
    return text.split(QRegularExpression(separators), Qt::SkipEmptyParts);
}
}  // namespace

std::optional<Shape> shapeFromText(const QString& text) {
    Shape shape;
    for (const QString& part : parts(text, QStringLiteral("[\\sx×*,;]+"))) {
        bool isNumber = false;
        const qlonglong extent = part.toLongLong(&isNumber);
        if (!isNumber || extent < 1 || extent > kLargestExtent) return std::nullopt;
        shape.push_back(extent);
    }
    if (shape.empty() || shape.size() > 4) return std::nullopt;
    return shape;
}

std::optional<std::vector<double>> numbersFromText(const QString& text) {
    std::vector<double> numbers;
    for (const QString& part : parts(text, QStringLiteral("[\\s,;]+"))) {
        bool isNumber = false;
        const double number = part.toDouble(&isNumber);  // always with a point, whatever the locale
        if (!isNumber || !std::isfinite(number)) return std::nullopt;
        numbers.push_back(number);
    }
    return numbers;
}

QString numbersText(const std::vector<double>& numbers) {
    QStringList texts;
    for (const double number : numbers) texts << QString::number(number, 'g', 10);
    return texts.join(QStringLiteral(", "));
}

QString normalisationText(const Normalisation& normalisation) {
    if (normalisation.isIdentity()) return QCoreApplication::translate("Normalisation", "none");
    return QCoreApplication::translate("Normalisation", "mean %1, std %2")
        .arg(numbersText(normalisation.mean), numbersText(normalisation.std));
}

const std::vector<NormalisationPreset>& normalisationPresets() {
    static const std::vector<NormalisationPreset> presets = {
        {QCoreApplication::translate("Normalisation", "None: the values as they are (pixels 0 to 1)"), {}},
        {QStringLiteral("MNIST"), {{0.1307}, {0.3081}}},
        {QStringLiteral("CIFAR-10"), {{0.4914, 0.4822, 0.4465}, {0.2023, 0.1994, 0.2010}}},
        {QStringLiteral("ImageNet"), {{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}}},
    };
    return presets;
}

}  // namespace tessera
