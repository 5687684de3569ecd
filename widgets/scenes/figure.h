// SPDX-License-Identifier: GPL-3.0-or-later
// A slice as a figure file at a stated physical size: SVG and PDF with live text, PNG with its resolution;
// each carries where it came from. No display is needed, only a QGuiApplication (offscreenApplication below).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/probes/class_map.h"
#include "core/probes/linear_regions.h"
#include "widgets/scenes/slice_scene.h"

class QGuiApplication;

namespace tessera {

enum class FigureTheme { Light, Dark, Transparent };

struct FigureOptions {
    double widthMm = 85;  // one journal column
    double heightMm = 0;  // 0: from the shape of the window
    double fontPt = 7;
    int dpi = 300;  // of a PNG
    FigureTheme theme = FigureTheme::Light;
    QString title;
    SliceSwitches switches;
    std::string provenance;  // JSON written into the file; empty: what describeProvenance() says
};

// By the suffix of `path`: .svg, .pdf or .png. Written beside and renamed, so an existing file is whole or
// untouched. Any thread, once the application object exists.
Result<Done> writeFigure(const std::filesystem::path& path, SliceScene scene, const FigureOptions& options,
                         std::stop_token stop = {});
// Whether the suffix is one of the three; the sentence names them.
Result<Done> checkFigurePath(const std::filesystem::path& path);

// What the command line draws: the whole window of the plane. `classNames` may be short or empty.
struct FigureInputs {
    std::vector<SliceMarker> markers;
    std::vector<std::string> classNames;
};
Result<Done> writeSliceFigure(const std::filesystem::path& path, const LinearRegions::Output& output,
                              const FigureInputs& inputs, const FigureOptions& options);
Result<Done> writeSliceFigure(const std::filesystem::path& path, const ClassMap::Output& output,
                              const FigureInputs& inputs, const FigureOptions& options);

// {"program", "version", "plane", "provenance", "window", ...} as JSON text.
std::string describeProvenance(const Provenance& provenance, const SlicePlane& plane,
                               const std::string& engine = {});

// The application object that text needs, on Qt's offscreen platform; null if there is one already.
std::unique_ptr<QGuiApplication> offscreenApplication();

}  // namespace tessera
