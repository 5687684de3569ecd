// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QDir>
#include <QFileInfo>

#include "app/blas_kernels.h"
#include "app/command_line.h"
#include "app/window/window_session.h"
#include "core/base/provenance.h"

int main(int argc, char** argv) {
    tessera::useFittingBlasKernels();
    tessera::WindowRequest request;
    if (const auto status = tessera::runCommandLine(argc, argv, request)) return *status;

    QApplication application(argc, argv);
    QCoreApplication::setOrganizationName(QStringLiteral("Tessera"));
    QCoreApplication::setApplicationName(QStringLiteral("tessera"));
    QCoreApplication::setApplicationVersion(QString::fromLatin1(tessera::tesseraVersion()));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Tessera"));
    QGuiApplication::setDesktopFileName(QStringLiteral("io.github.tessera_workbench.Tessera"));
    tessera::rememberDesktopPalette();
    tessera::applyTheme(tessera::Settings().theme());

    tessera::MainWindow window;
    return tessera::runWindow(window, request);
}
