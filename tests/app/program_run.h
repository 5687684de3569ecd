// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the real program as a script would: a process of its own, no display, standard error not a terminal.
#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>

struct ProgramRun {
    int status = -1;
    QByteArray out, err;
    QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
    // Exactly one line, as scripts and people expect of a failure.
    bool failedInOneLine() const {
        return err.startsWith("tessera: ") && err.endsWith('\n') && err.count('\n') == 1;
    }
};

inline QProcessEnvironment withoutDisplay() {
    auto environment = QProcessEnvironment::systemEnvironment();
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_RUNTIME_DIR"})
        environment.remove(variable);
    return environment;
}

inline ProgramRun runProgram(const QStringList& arguments) {
    QProcess process;
    process.setProcessEnvironment(withoutDisplay());
    process.start(TESSERA_PROGRAM, arguments);
    process.closeWriteChannel();
    ProgramRun run;
    if (!process.waitForFinished(120'000)) {
        process.kill();
        process.waitForFinished();
        run.err = "the program did not end";
        return run;
    }
    run.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    run.out = process.readAllStandardOutput();
    run.err = process.readAllStandardError();
    return run;
}
