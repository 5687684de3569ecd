// SPDX-License-Identifier: GPL-3.0-or-later
// What a user sets once: looks, device and resources, autosave.
#pragma once

#include <QDialog>

#include "widgets/panels/theme.h"

class QComboBox;
class QSpinBox;

namespace tessera {

struct WindowSettings {
    Theme theme = Theme::System;
    QString device = QStringLiteral("cpu");  // "cpu", "cuda"
    int threads = 0;                         // 0: as many as there are cores
    int memoryMegabytes = 1024;              // for results held in memory
    int autosaveSeconds = 60;                // 0: off
    bool showGuide = true;
    bool operator==(const WindowSettings&) const = default;
};

class SettingsDialog : public QDialog {
    Q_OBJECT
  public:
    SettingsDialog(const WindowSettings& settings, const QStringList& devices, QWidget* parent = nullptr);
    WindowSettings settings() const;

  private:
    WindowSettings given_;
    QComboBox *theme_, *device_;
    QSpinBox *threads_, *memory_, *autosave_;
};

}  // namespace tessera
