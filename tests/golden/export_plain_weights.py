#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tensors of a TorchScript file, and the arrays of a plane file, as one flat binary that a test can read without Torch.

    export_plain_weights.py MODEL.pt PLANE.npz OUT.bin

Storages are written one after another as float32 in the order the model lists them, each after an int32 element count;
then origin, u, v and polygon as float64 after their counts. A TorchScript file is a zip whose data/N are raw storages.
"""
import ast
import struct
import sys
import zipfile


def npy_doubles(raw):
    header_length = struct.unpack_from("<H", raw, 8)[0]
    header = ast.literal_eval(raw[10 : 10 + header_length].decode("latin1"))
    assert header["descr"] == "<f8" and not header["fortran_order"], header
    return raw[10 + header_length :]


def main(model, plane, out):
    with zipfile.ZipFile(model) as archive, open(out, "wb") as file:
        storages = [n for n in archive.namelist() if n.split("/")[-2:-1] == ["data"]]
        for name in sorted(storages, key=lambda n: int(n.split("/")[-1])):
            raw = archive.read(name)
            file.write(struct.pack("<i", len(raw) // 4) + raw)
        file.write(struct.pack("<i", 0))
        with zipfile.ZipFile(plane) as arrays:
            for name in ("origin", "u", "v", "polygon"):
                raw = npy_doubles(arrays.read(name + ".npy"))
                file.write(struct.pack("<i", len(raw) // 8) + raw)


if __name__ == "__main__":
    main(*sys.argv[1:])
