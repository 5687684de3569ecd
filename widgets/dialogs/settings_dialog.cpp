// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/dialogs/settings_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QThread>
#include <QVBoxLayout>
#include <algorithm>

namespace tessera {

SettingsDialog::SettingsDialog(const WindowSettings& settings, const QStringList& devices, QWidget* parent)
    : QDialog(parent), given_(settings) {
    setWindowTitle(tr("Settings"));
    theme_ = new QComboBox;
    theme_->setObjectName(QStringLiteral("settingsTheme"));
    theme_->addItem(tr("As the system"), int(Theme::System));
    theme_->addItem(tr("Light"), int(Theme::Light));
    theme_->addItem(tr("Dark"), int(Theme::Dark));
    device_ = new QComboBox;
    device_->setObjectName(QStringLiteral("settingsDevice"));
    for (const QString& device : devices) device_->addItem(device.toUpper(), device);
    threads_ = new QSpinBox;
    threads_->setObjectName(QStringLiteral("settingsThreads"));
    threads_->setRange(0, 256);
    threads_->setSpecialValueText(tr("as many as cores (%1)").arg(QThread::idealThreadCount()));
    memory_ = new QSpinBox;
    memory_->setObjectName(QStringLiteral("settingsMemory"));
    memory_->setRange(64, 1 << 20);
    memory_->setSingleStep(256);
    memory_->setSuffix(tr(" MiB"));
    memory_->setToolTip(tr("Results beyond this are kept on the disk and read when they are looked at"));
    autosave_ = new QSpinBox;
    autosave_->setObjectName(QStringLiteral("settingsAutosave"));
    autosave_->setRange(0, 3600);
    autosave_->setSingleStep(30);
    autosave_->setSuffix(tr(" s"));
    autosave_->setSpecialValueText(tr("never"));
    autosave_->setToolTip(tr("How often a copy is kept for the case that the program is killed"));

    const auto show = [this](const WindowSettings& values) {
        theme_->setCurrentIndex(std::max(0, theme_->findData(int(values.theme))));
        device_->setCurrentIndex(std::max(0, device_->findData(values.device)));
        threads_->setValue(values.threads);
        memory_->setValue(values.memoryMegabytes);
        autosave_->setValue(values.autosaveSeconds);
    };
    show(settings);

    const auto group = [](const QString& title, const QList<std::pair<QString, QWidget*>>& rows) {
        auto* box = new QGroupBox(title);
        auto* form = new QFormLayout(box);
        form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
        for (const auto& [name, field] : rows) form->addRow(name, field);
        return box;
    };
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel |
                                         QDialogButtonBox::RestoreDefaults);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons->button(QDialogButtonBox::RestoreDefaults), &QPushButton::clicked, this,
            [show] { show(WindowSettings()); });
    auto* note =
        new QLabel(tr("A device is used by models opened from then on. Exact probes run on the CPU."));
    note->setWordWrap(true);
    note->setForegroundRole(QPalette::PlaceholderText);
    auto* rows = new QVBoxLayout(this);
    rows->addWidget(group(tr("Looks"), {{tr("Theme"), theme_}}));
    rows->addWidget(
        group(tr("Computing"),
              {{tr("Device"), device_}, {tr("Threads"), threads_}, {tr("Memory for results"), memory_}}));
    rows->addWidget(note);
    rows->addWidget(group(tr("Sessions"), {{tr("Keep a copy every"), autosave_}}));
    rows->addStretch();
    rows->addWidget(buttons);
    resize(420, sizeHint().height());
}

WindowSettings SettingsDialog::settings() const {
    WindowSettings settings = given_;
    settings.theme = static_cast<Theme>(theme_->currentData().toInt());
    settings.device = device_->currentData().toString();
    settings.threads = threads_->value();
    settings.memoryMegabytes = memory_->value();
    settings.autosaveSeconds = autosave_->value();
    return settings;
}

}  // namespace tessera
