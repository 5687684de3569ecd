#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a change must pass: formatting, build, tests (the layering test among them). --tidy adds clang-tidy on every file.
set -eu
cd "$(dirname "$0")/.."
tidy=no
if [ "${1:-}" = --tidy ]; then
    tidy=yes
fi
for tool in clang-format git; do
    if ! command -v "$tool" >/dev/null; then
        echo "check.sh: $tool is missing; apt-get install $tool" >&2
        exit 1
    fi
done
git ls-files -z '*.cpp' '*.h' | xargs -0 clang-format --dry-run -Werror
packaging/test.sh
if [ "$tidy" = yes ]; then
    cmake --preset tidy
    cmake --build build/tidy
fi
