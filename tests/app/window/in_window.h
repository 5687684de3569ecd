// SPDX-License-Identifier: GPL-3.0-or-later
// Controls of a window by their names, as a test reaches for them.
#pragma once

#include <QWidget>

namespace tessera {

template <typename T>
T* inWindow(const QWidget& window, const char* name) {
    auto* found = window.findChild<T*>(QLatin1String(name));
    if (!found) qFatal("no %s", name);
    return found;
}

}  // namespace tessera
