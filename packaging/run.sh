#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds, and shows an exact slice of the bundled MNIST network: in the window, or, where there is no
# display, as figures and a printed summary in build/release/first-slice. Arguments go to tessera instead.
set -eu
cd "$(dirname "$0")/.."
packaging/setup.sh
cmake --preset release
cmake --build --preset release --target tessera
tessera=build/release/app/tessera

if [ $# -gt 0 ]; then
    exec "$tessera" "$@"
fi
if [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; then
    exec "$tessera" --sample mnist-mlp
fi

out=build/release/first-slice
samples=resources/samples
mkdir -p "$out"
echo
"$tessera" inspect "$samples/mnist_mlp.pt"
echo
"$tessera" evaluate "$samples/mnist_mlp.pt" --data "$samples/mnist-images-idx3-ubyte.gz" --mean 0.1307 --std 0.3081 --json "$out/evaluation.json"
echo
"$tessera" regions "$samples/mnist_mlp.pt" --data "$samples/mnist-images-idx3-ubyte.gz" --mean 0.1307 --std 0.3081 --samples 2,10,8 \
    --figure "$out/slice.png" --figure "$out/slice.svg" --figure "$out/slice.pdf" --mesh "$out/mesh.npz" --json "$out/regions.json"
echo
echo "No display: the figures and numbers are in $out:"
ls "$out"
