// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/settings.h"

#include <QSettings>
#include <QStandardPaths>
#include <algorithm>

#include "widgets/dialogs/value_text.h"

namespace tessera {

namespace {
constexpr qsizetype kRememberedPairs = 500;
}

QStringList Settings::recentFiles() const {
    return QSettings().value(QStringLiteral("recent")).toStringList();
}

void Settings::addRecentFile(const QString& source) {
    QStringList recent = recentFiles();
    recent.removeAll(source);
    recent.prepend(source);
    while (recent.size() > kRecent) recent.removeLast();
    QSettings().setValue(QStringLiteral("recent"), recent);
}

void Settings::clearRecentFiles() {
    QSettings().remove(QStringLiteral("recent"));
}

std::optional<Normalisation> Settings::normalisation(const QString& pair) const {
    if (pair.isEmpty()) return std::nullopt;
    const QString text = QSettings().value(QStringLiteral("normalisation/") + pair).toString();
    const auto parts = text.split('|');
    if (parts.size() != 2) return std::nullopt;
    const auto mean = numbersFromText(parts[0]), deviation = numbersFromText(parts[1]);
    if (!mean || !deviation) return std::nullopt;
    return Normalisation{*mean, *deviation};
}

void Settings::setNormalisation(const QString& pair, const Normalisation& normalisation) {
    if (pair.isEmpty()) return;
    QSettings settings;
    settings.beginGroup(QStringLiteral("normalisation"));
    if (settings.childKeys().size() >= kRememberedPairs) settings.remove(settings.childKeys().front());
    settings.setValue(pair, numbersText(normalisation.mean) + '|' + numbersText(normalisation.std));
}

Theme Settings::theme() const {
    return themeFromName(QSettings().value(QStringLiteral("theme")).toString());
}
void Settings::setTheme(Theme theme) {
    QSettings().setValue(QStringLiteral("theme"), themeName(theme));
}

WindowSettings Settings::window() const {
    const QSettings stored;
    const WindowSettings standard;
    WindowSettings settings;
    settings.theme = theme();
    settings.device = stored.value(QStringLiteral("device"), standard.device).toString();
    settings.threads = stored.value(QStringLiteral("threads"), standard.threads).toInt();
    settings.memoryMegabytes =
        std::max(64, stored.value(QStringLiteral("memory"), standard.memoryMegabytes).toInt());
    settings.autosaveSeconds =
        std::max(0, stored.value(QStringLiteral("autosave"), standard.autosaveSeconds).toInt());
    return settings;
}

void Settings::setWindow(const WindowSettings& settings) {
    setTheme(settings.theme);
    QSettings stored;
    stored.setValue(QStringLiteral("device"), settings.device);
    stored.setValue(QStringLiteral("threads"), settings.threads);
    stored.setValue(QStringLiteral("memory"), settings.memoryMegabytes);
    stored.setValue(QStringLiteral("autosave"), settings.autosaveSeconds);
}

QString Settings::recoveryFolder() const {
    const QString standard =
        QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + QStringLiteral("/recovery");
    return QSettings().value(QStringLiteral("recoveryFolder"), standard).toString();
}

bool Settings::isGuideDone() const {
    return QSettings().value(QStringLiteral("guideDone"), false).toBool();
}
void Settings::setGuideDone(bool done) {
    QSettings().setValue(QStringLiteral("guideDone"), done);
}

QByteArray Settings::geometry() const {
    return QSettings().value(QStringLiteral("window/geometry")).toByteArray();
}
QByteArray Settings::windowState() const {
    return QSettings().value(QStringLiteral("window/state")).toByteArray();
}
void Settings::setGeometry(const QByteArray& geometry, const QByteArray& windowState) {
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), geometry);
    settings.setValue(QStringLiteral("window/state"), windowState);
}

QString Settings::folder() const {
    return QSettings().value(QStringLiteral("folder")).toString();
}
void Settings::setFolder(const QString& folder) {
    QSettings().setValue(QStringLiteral("folder"), folder);
}

}  // namespace tessera
