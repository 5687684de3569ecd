# SPDX-License-Identifier: GPL-3.0-or-later
include(GNUInstallDirs)
set(TESSERA_DATA ${CMAKE_INSTALL_DATADIR}/tessera)
install(TARGETS tessera RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# What the program looks for in ../share/tessera beside its binary folder.
install(DIRECTORY resources/samples/ DESTINATION ${TESSERA_DATA}/samples
  FILES_MATCHING PATTERN "*.pt" PATTERN "*.gz" PATTERN "*.csv" PATTERN "*.json" PATTERN "README.md")
install(DIRECTORY resources/manual/ DESTINATION ${TESSERA_DATA}/manual
  FILES_MATCHING PATTERN "*.md" PATTERN "*.png" PATTERN "*.svg")

# The name that AppStream, the desktop file and the window (app/main.cpp) share.
set(TESSERA_ID io.github.tessera_workbench.Tessera)
install(FILES packaging/tessera.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications RENAME ${TESSERA_ID}.desktop)
install(FILES packaging/tessera.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo RENAME ${TESSERA_ID}.metainfo.xml)
install(FILES packaging/tessera-mime.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/mime/packages RENAME tessera.xml)
install(FILES resources/icons/tessera.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
install(FILES packaging/CHANGELOG.md README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

include(cmake/package.cmake)
