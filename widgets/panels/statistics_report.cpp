// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/statistics_report.h"

#include <QObject>
#include <algorithm>
#include <cmath>

#include "widgets/scenes/scene_text.h"

namespace tessera {
namespace {

QString scientific(double value) {
    return shortNumber(value, 3);
}

QString nameOf(const ClassNames& names, int label) {
    return label < static_cast<int>(names.size()) ? names[static_cast<std::size_t>(label)]
                                                  : QStringLiteral("class %1").arg(label);
}

}  // namespace

Verdict verdictOn(const Arrangement& a) {
    const ArrangementChecks& c = a.checks;
    QStringList wrong;
    if (a.complete) {
        if (std::abs(c.areaSum - c.windowArea) > 1e-9 * c.windowArea)
            wrong << QObject::tr("the faces cover %1 % of the window instead of all of it")
                         .arg(100 * c.areaSum / c.windowArea, 0, 'g', 10);
        if (c.euler != 1) wrong << QObject::tr("vertices − edges + faces is %1 instead of 1").arg(c.euler);
    } else if (c.areaSum > c.windowArea * (1 + 1e-9)) {
        wrong << QObject::tr("the faces overlap");
    }
    double scale = 1;  // logits of any size: relative to the largest constant term
    for (std::size_t i = 2; i < a.forms.size(); i += 3) scale = std::max(scale, std::abs(a.forms[i]));
    if (c.maxInterpolationError > 1e-8 * scale)
        wrong << QObject::tr("a face's affine map is off the network by %1")
                     .arg(scientific(c.maxInterpolationError));
    if (c.patternMismatches > 0)
        wrong << QObject::tr("%1 faces have another activation pattern than the network")
                     .arg(grouped(c.patternMismatches));
    if (!a.resolutionNote.empty()) wrong << QString::fromStdString(a.resolutionNote).chopped(1);
    if (!wrong.isEmpty())
        return {false, QObject::tr("Do not trust this result: %1.").arg(wrong.join(QStringLiteral("; ")))};
    if (!a.complete)
        return {true,
                QObject::tr("Partial (%1): what is shown is exact and %2.")
                    .arg(QString::fromStdString(a.stopReason), QString::fromStdString(a.coverageNote()))};
    return {
        true,
        QObject::tr(
            "Every check holds: the faces tile the window, and on %1 of them the network was run and agrees.")
            .arg(grouped(c.facesChecked))};
}

std::vector<StatisticsSection> statisticsOf(const LinearRegions::Output& output,
                                            const ClassNames& classNames) {
    const Arrangement& a = *output.arrangement;
    const ArrangementChecks& c = a.checks;
    std::vector<StatisticsSection> sections;
    StatisticsSection counts{QObject::tr("Counts"), {}};
    counts.rows = {{QObject::tr("regions"), grouped(a.faceCount())},
                   {QObject::tr("pieces"), grouped(a.pieces)},
                   {QObject::tr("vertices"), grouped(static_cast<qint64>(a.vertices.size()))},
                   {QObject::tr("edges"), grouped(static_cast<qint64>(a.edges.size()))}};
    sections.push_back(counts);

    std::vector<double> areas(a.area);
    StatisticsSection area{QObject::tr("Region area"), {}};
    if (!areas.empty()) {
        const auto middle = areas.begin() + static_cast<std::ptrdiff_t>(areas.size() / 2);
        std::nth_element(areas.begin(), middle, areas.end());
        area.rows = {{QObject::tr("smallest"), scientific(*std::min_element(areas.begin(), areas.end()))},
                     {QObject::tr("median"), scientific(*middle)},
                     {QObject::tr("largest"), scientific(*std::max_element(areas.begin(), areas.end()))},
                     {QObject::tr("window"), scientific(c.windowArea)}};
    }
    sections.push_back(area);

    StatisticsSection boundary{QObject::tr("Decision boundary"), {}};
    boundary.rows = {{QObject::tr("segments"), grouped(static_cast<qint64>(a.boundary.size()))},
                     {QObject::tr("length"), shortNumber(a.boundaryLength(), 5)}};
    sections.push_back(boundary);

    StatisticsSection classes{QObject::tr("Area by class"), {}};
    const auto perClass = a.areaPerClass();
    double sum = 0;
    for (const double value : perClass) sum += value;
    std::vector<int> order;
    for (std::size_t k = 0; k < perClass.size(); ++k)
        if (perClass[k] > 0) order.push_back(static_cast<int>(k));
    std::sort(order.begin(), order.end(), [&](int i, int j) {
        return perClass[static_cast<std::size_t>(i)] > perClass[static_cast<std::size_t>(j)];
    });
    for (const int k : order)
        classes.rows.emplace_back(
            nameOf(classNames, k),
            QStringLiteral("%1 %").arg(100 * perClass[static_cast<std::size_t>(k)] / sum, 0, 'f', 2));
    sections.push_back(classes);

    StatisticsSection checks{QObject::tr("Exactness checks"), {}};
    checks.rows = {{QObject::tr("area of faces / window"),
                    QString::number(c.windowArea > 0 ? c.areaSum / c.windowArea : 0, 'g', 12)},
                   {QObject::tr("vertices − edges + faces"), QString::number(c.euler)},
                   {QObject::tr("largest interpolation error"), scientific(c.maxInterpolationError)},
                   {QObject::tr("faces checked"), grouped(c.facesChecked)},
                   {QObject::tr("pattern mismatches"), grouped(c.patternMismatches)},
                   {QObject::tr("nearest vertex judged off a line"), scientific(c.smallestOffMargin)},
                   {QObject::tr("farthest vertex judged on a line"), scientific(c.largestOnMargin)}};
    sections.push_back(checks);

    const Provenance& p = output.provenance;
    StatisticsSection origin{QObject::tr("Where it comes from"), {}};
    origin.rows = {
        {QObject::tr("engine"), QString::fromStdString(output.engine)},
        {QObject::tr("numbers"), QString::fromStdString(p.dtype)},
        {QObject::tr("tolerance"), scientific(p.tolerance > 0 ? p.tolerance : a.tolerance)},
        {QObject::tr("time"),
         QStringLiteral("%1 s, %2")
             .arg(p.seconds, 0, 'f', 3)
             .arg(p.threads == 1 ? QObject::tr("1 thread") : QObject::tr("%1 threads").arg(p.threads))},
        {QObject::tr("memory held"), QStringLiteral("%1 MiB").arg(double(a.bytes()) / (1 << 20), 0, 'f', 1)}};
    if (!p.note.empty()) origin.rows.emplace_back(QObject::tr("note"), QString::fromStdString(p.note));
    sections.push_back(origin);
    return sections;
}

QString statisticsText(const LinearRegions::Output& output, const ClassNames& classNames) {
    QString text = verdictOn(*output.arrangement).sentence + QLatin1Char('\n');
    for (const auto& section : statisticsOf(output, classNames)) {
        text += QStringLiteral("\n%1\n").arg(section.title);
        for (const auto& [name, value] : section.rows) text += QStringLiteral("  %1\t%2\n").arg(name, value);
    }
    text += QStringLiteral("\n%1\n").arg(QObject::tr("Edges by layer (regions after it)"));
    for (const auto& site : output.arrangement->sites)
        text += QStringLiteral("  %1\t%2\t%3\n")
                    .arg(QString::fromStdString(site.name))
                    .arg(site.edges)
                    .arg(site.regionsAfter);
    return text;
}

StatisticsReport reportOn(const LinearRegions::Output& output, const ClassNames& classNames) {
    return {verdictOn(*output.arrangement), statisticsOf(output, classNames),
            areaHistogram(*output.arrangement)};
}

AreaHistogram areaHistogram(const Arrangement& arrangement) {
    AreaHistogram histogram;
    double low = INFINITY, high = -INFINITY;
    for (const double area : arrangement.area) {
        if (!(area > 0)) continue;
        low = std::min(low, std::log10(area));
        high = std::max(high, std::log10(area));
    }
    if (!(low <= high)) return histogram;
    // About forty bins, of a width that divides a decade.
    for (const double width : {0.05, 0.1, 0.25, 0.5, 1.0}) {
        histogram.binWidth = width;
        if ((high - low) / width <= 40) break;
    }
    histogram.lowLog10 = std::floor(low / histogram.binWidth) * histogram.binWidth;
    histogram.counts.assign(static_cast<std::size_t>((high - histogram.lowLog10) / histogram.binWidth) + 1,
                            0);
    for (const double area : arrangement.area)
        if (area > 0)
            ++histogram.counts[std::min(
                histogram.counts.size() - 1,
                static_cast<std::size_t>((std::log10(area) - histogram.lowLog10) / histogram.binWidth))];
    return histogram;
}

}  // namespace tessera
