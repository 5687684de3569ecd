#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds with assertions and warnings as errors, and runs every test; those that need a display get a
# virtual one. Arguments go to ctest.
set -eu
cd "$(dirname "$0")/.."
packaging/setup.sh
cmake --preset dev
cmake --build --preset dev
jobs=$(nproc)
xvfb-run -a -s "-screen 0 1600x1000x24" ctest --preset dev --parallel "$jobs" "$@" </dev/null
