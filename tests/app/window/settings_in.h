// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of a test's own, so that neither the user's are used nor those of another test.
#pragma once

#include <QCoreApplication>
#include <QSettings>

namespace tessera {

inline void useSettingsIn(const QString& folder, const char* application) {
    QCoreApplication::setOrganizationName("Tessera");
    QCoreApplication::setApplicationName(application);
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder);
}

}  // namespace tessera
