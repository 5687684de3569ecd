// SPDX-License-Identifier: GPL-3.0-or-later
// What is remembered between runs. Window's thread.
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <optional>

#include "core/data/dataset.h"
#include "widgets/dialogs/settings_dialog.h"
#include "widgets/panels/theme.h"

namespace tessera {

class Settings {
  public:
    static constexpr int kRecent = 9;

    QStringList recentFiles() const;
    void addRecentFile(const QString& source);
    void clearRecentFiles();

    // Normalisation of a model-data pair, by fingerprint (opening.h).
    std::optional<Normalisation> normalisation(const QString& pair) const;
    void setNormalisation(const QString& pair, const Normalisation& normalisation);

    Theme theme() const;
    void setTheme(Theme theme);

    // Device, threads, memory, autosave, theme.
    WindowSettings window() const;
    void setWindow(const WindowSettings& settings);
    // Where copies for recovery lie; per user, or where a test says.
    QString recoveryFolder() const;
    bool isGuideDone() const;
    void setGuideDone(bool done);

    QByteArray geometry() const, windowState() const;
    void setGeometry(const QByteArray& geometry, const QByteArray& windowState);
    QString folder() const;  // where the last file was opened
    void setFolder(const QString& folder);
};

}  // namespace tessera
