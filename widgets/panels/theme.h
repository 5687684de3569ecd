// SPDX-License-Identifier: GPL-3.0-or-later
// Light and dark: palettes for the Fusion style, icons that take the text colour, and the few colours that
// mean something.
#pragma once

#include <QIcon>
#include <QPalette>
#include <QString>

namespace tessera {

enum class Theme { System, Light, Dark };
QString themeName(Theme theme);  // "system", "light", "dark": as kept in the settings
Theme themeFromName(const QString& name);

// Call once before the first applyTheme: remembers what the desktop asked for.
void rememberDesktopPalette();
void applyTheme(Theme theme);
bool isDark(const QPalette& palette);

// A monochrome icon of resources/icons, drawn in the palette's text colour at any size and scale.
QIcon themedIcon(const QString& name);
QIcon applicationIcon();

// Vermillion and its dark-theme twin; always beside a sign or word, never alone.
QColor wrongColour(const QPalette& palette);
QColor warningColour(const QPalette& palette);

}  // namespace tessera
