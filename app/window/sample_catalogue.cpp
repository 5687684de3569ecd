// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/sample_catalogue.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace tessera {

namespace {

std::vector<double> numbers(const QJsonValue& value) {
    std::vector<double> list;
    for (const auto& entry : value.toArray()) list.push_back(entry.toDouble());
    return list;
}

}  // namespace

QString samplesFolder() {
    QStringList candidates{
        qEnvironmentVariable("TESSERA_SAMPLES"),
        QCoreApplication::applicationDirPath() + QStringLiteral("/../share/tessera/samples")};
#ifdef TESSERA_SOURCE_SAMPLES
    candidates << QStringLiteral(TESSERA_SOURCE_SAMPLES);
#endif
    for (const QString& folder : candidates)
        if (!folder.isEmpty() && QFileInfo::exists(folder + QStringLiteral("/samples.json")))
            return QDir::cleanPath(folder);
    return {};
}

Result<QList<BundledSample>> readSamples(const QString& folder) {
    QFile file(folder + QStringLiteral("/samples.json"));
    if (!file.open(QIODevice::ReadOnly))
        return fileError((file.fileName() + " cannot be read; install the samples again.").toStdString());
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(file.readAll(), &error);
    if (!document.isArray())
        return fileError((file.fileName() + " is not a list of samples (" + error.errorString() +
                          "); install the samples again.")
                             .toStdString());
    QList<BundledSample> samples;
    for (const auto& entry : document.array()) {
        const QJsonObject object = entry.toObject();
        BundledSample sample;
        sample.id = object[QStringLiteral("id")].toString();
        sample.title = object[QStringLiteral("title")].toString();
        sample.description = object[QStringLiteral("description")].toString();
        sample.model = folder + '/' + object[QStringLiteral("model")].toString();
        sample.data = folder + '/' + object[QStringLiteral("data")].toString();
        sample.normalisation = {numbers(object[QStringLiteral("mean")]),
                                numbers(object[QStringLiteral("std")])};
        for (const double anchor : numbers(object[QStringLiteral("anchors")]))
            sample.anchors.push_back(static_cast<qint64>(anchor));
        Shape shape;
        for (const double extent : numbers(object[QStringLiteral("inputShape")]))
            shape.push_back(static_cast<std::int64_t>(extent));
        if (!shape.empty()) sample.inputShape = shape;
        if (!sample.id.isEmpty() && QFileInfo::exists(sample.model) && QFileInfo::exists(sample.data))
            samples.push_back(sample);
    }
    return samples;
}

}  // namespace tessera
