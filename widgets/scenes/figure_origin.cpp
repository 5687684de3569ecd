// SPDX-License-Identifier: GPL-3.0-or-later
// Reads back what a figure says of itself. Other programs may have saved it since, so it is looked for and
// not counted on.
#include <QBuffer>
#include <QFile>
#include <QImageReader>
#include <QJsonDocument>
#include <QJsonObject>
#include <QXmlStreamReader>

#include "widgets/scenes/figure_sheet.h"

namespace tessera {
namespace {

constexpr qint64 kMostBytes = 1ll << 30;

QByteArray fromPng(const QByteArray& bytes) {
    QBuffer buffer;
    buffer.setData(bytes);
    return QImageReader(&buffer, "png").text(QStringLiteral("Tessera")).toUtf8();
}

QByteArray unescaped(QByteArray text) {
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
}

QByteArray fromPdf(const QByteArray& bytes) {
    static const QByteArray open = "<tessera:provenance>", close = "</tessera:provenance>";
    const auto from = bytes.indexOf(open), to = bytes.indexOf(close, from);
    return from < 0 || to < 0 ? QByteArray()
                              : unescaped(bytes.mid(from + open.size(), to - from - open.size()));
}

QByteArray fromSvg(const QByteArray& bytes) {
    QXmlStreamReader reader(bytes);
    while (!reader.atEnd()) {
        if (reader.readNext() != QXmlStreamReader::StartElement || reader.name() != u"metadata") continue;
        const QString text = reader.readElementText(QXmlStreamReader::IncludeChildElements).trimmed();
        // Others may have put their own description before ours.
        const auto from = text.indexOf('{');
        if (from >= 0) return text.mid(from, text.lastIndexOf('}') - from + 1).toUtf8();
    }
    return {};
}

Result<QJsonObject> readDocument(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::ReadOnly))
        return fileError(path.string() + " could not be read (" + file.errorString().toStdString() +
                         "); check the name and your rights.");
    if (file.size() > kMostBytes)
        return fileError(path.string() +
                         " is larger than 1 GB, so it is no figure of Tessera; choose another file.");
    const QByteArray bytes = file.readAll();
    const QByteArray text = bytes.startsWith("\x89PNG") ? fromPng(bytes)
                            : bytes.startsWith("%PDF-") ? fromPdf(bytes)
                                                        : fromSvg(bytes);
    const auto document = QJsonDocument::fromJson(text);
    if (!document.isObject())
        return fileError(path.string() +
                         " carries no session: it is no figure of Tessera, or another program has saved it "
                         "since; open the session file.");
    return document.object();
}

}  // namespace

Result<std::string> readFigureProvenance(const std::filesystem::path& path) {
    auto document = readDocument(path);
    if (!document.isOk()) return std::move(document).propagate<std::string>();
    return QJsonDocument(document.value()).toJson(QJsonDocument::Compact).toStdString();
}

Result<std::string> readFigureSession(const std::filesystem::path& path) {
    auto document = readDocument(path);
    if (!document.isOk()) return std::move(document).propagate<std::string>();
    const std::string session = document.value()["session"].toString().toStdString();
    if (session.empty())
        return fileError(path.string() +
                         " says where it came from but carries no session; open the session file.");
    return session;
}

}  // namespace tessera
