// SPDX-License-Identifier: GPL-3.0-or-later
// A window's session saved by its own dialog, and replayed by the program.
#pragma once

#include <QAction>
#include <QFileDialog>
#include <QJsonArray>
#include <QTest>

#include "app/window/main_window.h"
#include "app/window/session_keeper.h"
#include "tests/app/program_run.h"

namespace tessera {

inline bool saveSession(MainWindow& window, const QString& path, int patienceMs) {
    window.findChild<QAction*>(QStringLiteral("saveSession"))->trigger();
    auto* dialog = window.findChild<QFileDialog*>(QStringLiteral("saveSessionDialog"));
    Q_EMIT dialog->fileSelected(path);
    dialog->close();
    return QTest::qWaitFor([&] { return window.keeper()->path() == path && !window.keeper()->isAtWork(); },
                           patienceMs);
}

// Why a replay does not give the numbers of this probe's results again; empty: it does.
inline QByteArray replayProblem(const QString& session, const QString& folder, const QString& probe) {
    const auto replay = runProgram({"replay", session, "--out", folder, "--json", "-"});
    if (replay.status != 0) return replay.err;
    bool isThere = false;
    for (const auto& result : replay.json()["results"].toArray()) {
        if (result.toObject()["probe"].toString() != probe) continue;
        isThere = true;
        if (result.toObject()["status"].toString() != "same")
            return QJsonDocument(result.toObject()).toJson();
    }
    return isThere ? QByteArray() : QByteArray("no result of the probe was replayed");
}

}  // namespace tessera
