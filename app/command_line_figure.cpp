// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line_figure.h"

#include <QGuiApplication>
#include <cstdio>

#include "widgets/scenes/figure.h"

namespace tessera {
namespace {

FigureInputs figureInputs(const ChosenPlane& chosen) {
    FigureInputs inputs;
    inputs.classNames = chosen.classNames;
    for (std::size_t i = 0; i < chosen.samples.size(); ++i) {
        SliceMarker marker;
        marker.position = chosen.samplePoints[i];
        marker.label = chosen.sampleLabels[i];
        marker.name = QString::fromStdString(chosen.sampleNames[i]);
        marker.isAnchor = true;
        marker.sample = chosen.samples[i];
        inputs.markers.push_back(std::move(marker));
    }
    return inputs;
}

void onlyGraveMessages(QtMsgType type, const QMessageLogContext&, const QString& message) {
    if (type == QtCriticalMsg || type == QtFatalMsg)
        std::fprintf(stderr, "tessera: %s\n", qUtf8Printable(message));
}

template <typename Output>
Result<Done> writeFigures(const RegionsOptions& options, const Output& output, const ChosenPlane& chosen) {
    if (options.figures.empty()) return Done{};
    quietQtMessages();
    const auto application = offscreenApplication();  // text needs fonts, and fonts an application
    const auto inputs = figureInputs(chosen);
    FigureOptions figure;
    figure.widthMm = options.figureWidth;
    figure.dpi = options.figureDpi;
    figure.switches.fill = sliceFillFromText(options.fill).value_or(SliceFill::Class);
    for (const auto& name : options.figures) {
        auto written = writeSliceFigure(name, output, inputs, figure);
        if (!written.isOk()) return written;
    }
    return Done{};
}

}  // namespace

void quietQtMessages() {
    qInstallMessageHandler(onlyGraveMessages);
}

Result<Done> checkFigureNames(const std::vector<std::string>& figures) {
    for (const auto& name : figures)
        if (auto fits = checkFigurePath(name); !fits.isOk()) return fits;
    return Done{};
}

Result<Done> writeExactFigures(const RegionsOptions& options, const LinearRegions::Output& output,
                               const ChosenPlane& chosen) {
    return writeFigures(options, output, chosen);
}

Result<Done> writeSampledFigures(const RegionsOptions& options, const ClassMap::Output& output,
                                 const ChosenPlane& chosen) {
    return writeFigures(options, output, chosen);
}

}  // namespace tessera
