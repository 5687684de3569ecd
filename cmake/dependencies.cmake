# SPDX-License-Identifier: GPL-3.0-or-later
find_package(Torch REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(MINIZIP REQUIRED IMPORTED_TARGET minizip)
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets Svg Concurrent Test)
# After Qt: its Qt 5 widgets are never asked for. A canvas draws with it into memory; meshes are written with IO.
find_package(VTK 9.1 REQUIRED COMPONENTS CommonCore CommonDataModel FiltersCore IOPLY IOXML RenderingCore RenderingOpenGL2)
