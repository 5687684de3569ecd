// SPDX-License-Identifier: GPL-3.0-or-later
// Colours of every drawing: classes, sequential and diverging maps, activation patterns, light and dark.
#pragma once

#include <QColor>
#include <cstdint>

namespace tessera {

// Okabe-Ito up to 8 classes, tab10 to 10, tab20 beyond, then cycling. Never the only mark of a class: name it
// as well.
QColor classColour(int label, int classCount);

// Position 0..1, clamped.
QRgb viridis(double position);
QRgb cividis(double position);
// Blue, grey, orange; symmetric about zero, value in -1..1, clamped.
QRgb diverging(double value);

// One of kPatternColours soft colours chosen by an activation pattern's hash: the same in every run.
inline constexpr int kPatternColours = 256;
int patternColourIndex(std::uint64_t hash);
QRgb patternColour(int index, bool dark);

// What fraction of the class colour a confidence shows: 0 at chance, 1 when certain.
double confidenceStrength(double confidence, int classCount);
// The class colour on this paper at a strength 0..1.
QRgb shadedClass(const QColor& colour, double strength, const QColor& paper);

// Black or white, whichever can be read on `background`.
QColor readableOn(const QColor& background);

struct SceneTheme {
    bool dark = false;
    QColor paper;        // behind everything; alpha 0: transparent
    QColor ink;          // text, axes
    QColor faintInk;     // secondary text
    QColor grid;         // grid lines (with alpha)
    QColor edge;         // region edges
    QColor boundary;     // decision boundary
    QColor halo;         // under boundary, markers and labels
    QColor notComputed;  // where there is no result

    static SceneTheme light();
    static SceneTheme darkTheme();
    SceneTheme withTransparentPaper() const;
};

}  // namespace tessera
