// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/record_summary.h"

#include <QCoreApplication>
#include <cmath>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

QString escaped(const std::string& text) {
    return QString::fromStdString(text).toHtmlEscaped();
}
QString tr(const char* text) {
    return QCoreApplication::translate("RecordSummary", text);
}

QString heading(const char* text) {
    return QStringLiteral("<h3>%1</h3>").arg(tr(text));
}
QString row(const QString& name, const QString& value, const QString& rest = {}) {
    return QStringLiteral(
               "<tr><td style=\"padding-right:14px\">%1</td><td style=\"padding-right:14px\" "
               "align=\"right\"><b>%2</b></td><td>%3</td></tr>")
        .arg(name, value, rest);
}

QString numberText(double value) {
    if (std::isnan(value)) return tr("not defined");
    if (value == std::round(value) && std::abs(value) < 1e15) return grouped(static_cast<qint64>(value));
    return shortNumber(value, 5);
}

QString provenanceRows(const Provenance& p) {
    QString rows = row(tr("Outcome"), p.complete ? tr("complete") : tr("partial"), escaped(p.note));
    rows += row(tr("Version"), QStringLiteral("Tessera ") + escaped(p.version));
    rows += row(tr("Computed in"), escaped(p.dtype) + tr(" on ") + escaped(p.device));
    if (p.samples > 0) rows += row(tr("Samples"), grouped(p.samples));
    rows += row(tr("Seed"), QString::number(p.seed));
    if (p.tolerance > 0) rows += row(tr("Tolerance"), shortNumber(p.tolerance));
    rows += row(tr("Time"), shortNumber(p.seconds) + tr(" s"), tr("%1 threads").arg(p.threads));
    for (const auto& file : p.files)
        rows += row(tr("File"), escaped(file.path),
                    QStringLiteral("<small>SHA-256 %1</small>").arg(escaped(file.sha256)));
    return rows;
}

}  // namespace

QString recordSummaryHtml(const ResultRecord& record) {
    QString html;
    if (!record.provenance.complete)
        html +=
            QStringLiteral("<p><b>%1</b> %2</p>").arg(tr("Partial result."), escaped(record.provenance.note));
    if (!record.summary.empty()) {
        html += heading("Summary") + "<table>";
        for (const auto& metric : record.summary)
            html += row(escaped(metric.label), numberText(metric.value) + ' ' + escaped(metric.unit),
                        escaped(metric.sentence));
        html += "</table>";
    }
    if (!record.notes.empty()) {
        html += heading("Notes") + "<ul>";
        for (const auto& note : record.notes) html += "<li>" + escaped(note) + "</li>";
        html += "</ul>";
    }
    if (!record.parameters.empty()) {
        html += heading("Parameters") + "<table>";
        for (const auto& [name, value] : record.parameters)
            html += row(escaped(name), escaped(parameterText(value)));
        html += "</table>";
    }
    if (!record.arrays.empty()) {
        html += heading("Arrays") + "<table>";
        for (const auto& array : record.arrays)
            html += row(escaped(array.name()), escaped(shapeText(array.shape())), escaped(array.dtype()));
        html += "</table>";
    }
    html += heading("Provenance") + "<table>" + provenanceRows(record.provenance) + "</table>";
    return html;
}

}  // namespace tessera
