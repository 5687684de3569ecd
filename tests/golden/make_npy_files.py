#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the golden files in tests/data/npy with NumPy itself (1.24 was used); run once, results are committed.

Numeric arrays hold value(i) = i * 1.5 - 4 (floats), i * 7 - 20 (signed), i * 9 (unsigned), i % 3 == 0 (bool)
at row-major position i, so the reader's test needs no second list of numbers.
"""
import io
import pathlib
import zipfile

import numpy as np
from numpy.lib import format as npy

out = pathlib.Path(__file__).resolve().parent.parent / "data" / "npy"
out.mkdir(parents=True, exist_ok=True)


def values(dtype, shape):
    i = np.arange(int(np.prod(shape)))
    kind = np.dtype(dtype).kind
    flat = {"f": i * 1.5 - 4, "i": i * 7 - 20, "u": i * 9, "b": i % 3 == 0}[kind]
    return flat.astype(dtype).reshape(shape)


def save(name, array, version=(1, 0)):
    with open(out / name, "wb") as file:
        npy.write_array(file, array, version=version)


for order in "<>":
    for code in ("f2", "f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8"):
        save(f"{'le' if order == '<' else 'be'}_{code}.npy", values(order + code, (2, 3)))
for code in ("i1", "u1", "b1"):
    save(f"{code}.npy", values(code, (2, 3)))
save("version2.npy", values("<f8", (2, 3)), (2, 0))
save("version3.npy", values("<f8", (2, 3)), (3, 0))
save("fortran2.npy", np.asfortranarray(values("<f4", (2, 3))))
save("fortran3.npy", np.asfortranarray(values(">i4", (2, 3, 4))))
save("fortran4.npy", np.asfortranarray(values("<f8", (2, 3, 1, 5))))
save("scalar.npy", np.float64(2.5))
save("empty.npy", np.zeros((0, 3)))
save("special_f2.npy", np.array([0, -0.0, 6e-8, 6.1e-5, 65504, np.inf, -np.inf, np.nan, 1 / 3], dtype="<f2"))
save("huge_u8.npy", np.array([2**53 + 1], dtype="<u8"))
# Refused in words.
np.save(out / "object.npy", np.array([{"a": 1}], dtype=object))
save("structured.npy", np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")]))
save("unicode.npy", np.array(["cat", "dog"]))
save("bytes.npy", np.array([b"cat", b"dog"]))
save("complex.npy", np.zeros(2, dtype="<c16"))
save("date.npy", np.array(["2020-01-01"], dtype="<M8[D]"))
# Python 2's long integers in the shape.
text = b"{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 3L), }".ljust(117) + b"\n"
(out / "python2.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + values("<f8", (2, 3)).tobytes())

arrays = {"x": values("<f4", (4, 3)), "y": values("|u1", (4,)), "weights": np.asfortranarray(values(">f8", (3, 2)))}
np.savez(out / "stored.npz", **arrays)
np.savez_compressed(out / "deflated.npz", **arrays)
np.savez(out / "with_names.npz", names=np.array(["cat", "dog"]), **arrays)
with zipfile.ZipFile(out / "no_arrays.npz", "w") as file:
    file.writestr("readme.txt", "no arrays here")


def zip_of(name, payload, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(out / name, "w", method) as file:
        file.writestr("x.npy", payload)


def header(shape, descr="<f8"):
    buffer = io.BytesIO()
    npy.write_array_header_1_0(buffer, {"descr": descr, "fortran_order": False, "shape": shape})
    return buffer.getvalue()


# Headers that announce more than the bytes hold.
zip_of("absurd_shape.npz", header((2**40, 2**30)))
zip_of("overflowing_shape.npz", header((2**62, 2**62)))
zip_of("short_data.npz", header((1000, 1000)) + b"\0" * 100)
