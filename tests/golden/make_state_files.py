#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/models: small weights-only files as PyTorch writes them, hostile ones, and what a reader must find in them.

Run once with Debian's python3-torch (1.13.1); the files are committed, the tests need no Python.
    /usr/bin/python3 tests/golden/make_state_files.py tests/data/models
"""
import argparse
import collections
import io
import json
import os
import pickle
import struct
import sys
import zipfile

import torch
import torch.nn as nn
import torch.nn.functional as F

OUT = sys.argv[1]
EXPECTED = {}


def values_of(tensor):
    return [repr(v) if v != v or v in (float("inf"), float("-inf")) else v for v in tensor.detach().to(torch.float64).reshape(-1).tolist()]


def expect(name, state, under="", prefixes=(), fmt="state_dict (zip)"):
    EXPECTED[name] = {
        "format": fmt, "found_under": under, "stripped": list(prefixes),
        "tensors": [{"name": k, "dtype": str(v.dtype).split(".")[1], "shape": list(v.shape), "values": values_of(v)} for k, v in state.items()]}


def save(name, what, **options):
    torch.save(what, os.path.join(OUT, name), **options)


def rezip(source, name, change=lambda record, data: data, extra=(), method=zipfile.ZIP_STORED):
    """The same archive written by another program: other order of sizes, optionally deflated or with changed records."""
    with zipfile.ZipFile(os.path.join(OUT, source)) as old, zipfile.ZipFile(os.path.join(OUT, name), "w", method) as new:
        for item in old.infolist():
            new.writestr(zipfile.ZipInfo(item.filename, (1980, 1, 1, 0, 0, 0)), change(item.filename, old.read(item)), method)
        prefix = old.infolist()[0].filename.split("/")[0]
        for record, data in extra:
            new.writestr(zipfile.ZipInfo(prefix + "/" + record, (1980, 1, 1, 0, 0, 0)), data, method)


SAFE = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64", torch.int32: "I32",
        torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}


def safetensors(name, state):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for key, tensor in state.items():
        flat = tensor.detach().contiguous().reshape(-1)
        raw = bytes(flat.view(torch.uint8).tolist()) if flat.dtype != torch.bool else bytes(int(v) for v in flat)
        header[key] = {"dtype": SAFE[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(dict(sorted(header.items())), separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(os.path.join(OUT, name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(3, 5), nn.Linear(5, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


class Block(nn.Module):
    """CIFAR basic block; shortcut 'A' pads without parameters, 'B' is a 1x1 convolution named `projection`."""

    def __init__(self, fan_in, planes, stride, option, projection):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(fan_in, planes, 3, stride, 1, bias=False), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False), nn.BatchNorm2d(planes)
        self.planes, self.change, self.projection = planes, stride != 1 or fan_in != planes, projection
        self.option = option
        if option == "B" and self.change:
            setattr(self, projection, nn.Sequential(nn.Conv2d(fan_in, planes, 1, stride, bias=False), nn.BatchNorm2d(planes)))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.change:
            if self.option == "A":
                x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.planes // 4, self.planes // 4), "constant", 0)
            else:
                x = getattr(self, self.projection)(x)
        return F.relu(y + x)


class ResNet8(nn.Module):
    def __init__(self, option, projection, head):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 4, 3, 1, 1, bias=False), nn.BatchNorm2d(4)
        self.layer1 = nn.Sequential(Block(4, 4, 1, option, projection))
        self.layer2 = nn.Sequential(Block(4, 8, 2, option, projection))
        self.layer3 = nn.Sequential(Block(8, 16, 2, option, projection))
        setattr(self, head, nn.Linear(16, 10))
        self.head = head

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return getattr(self, self.head)(F.avg_pool2d(x, x.size(3)).flatten(1))


class Hostile:
    def __reduce__(self):
        return os.system, ("touch tessera-was-attacked",)


def main():
    torch.manual_seed(20)
    mlp = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 2))
    state = mlp.state_dict()
    save("mlp_ordered.pth", state)
    expect("mlp_ordered.pth", state)
    save("mlp_dict.pt", dict(state))
    expect("mlp_dict.pt", state)
    save("mlp_protocol4.pt", state, pickle_protocol=4)
    expect("mlp_protocol4.pt", state)
    save("mlp_protocol5.pt", {"net": state, "seen": {1, 2}, "raw": bytearray(b"x"), "big": 1 << 80}, pickle_protocol=5)
    expect("mlp_protocol5.pt", state, "net")
    save("mlp_legacy.pth", state, _use_new_zipfile_serialization=False)
    expect("mlp_legacy.pth", state, fmt="state_dict (legacy)")
    save("mlp_legacy_protocol4.pth", {"model": state}, _use_new_zipfile_serialization=False, pickle_protocol=4)
    expect("mlp_legacy_protocol4.pth", state, "model", fmt="state_dict (legacy)")

    optimizer = torch.optim.SGD(mlp.parameters(), 0.1, momentum=0.9)
    mlp(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    state = collections.OrderedDict((k, v.clone()) for k, v in mlp.state_dict().items())
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [10, 20])
    checkpoint = {"epoch": 3, "arch": "mlp", "state_dict": nn.DataParallel(mlp).state_dict(), "best_acc1": torch.tensor(91.5),
                  "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(),
                  "args": argparse.Namespace(lr=0.1, device=torch.device("cpu"), dtype=torch.float32, size=torch.Size([3, 4]))}
    save("mlp_checkpoint.tar", checkpoint)
    expect("mlp_checkpoint.tar", state, "state_dict", ["module."])
    save("mlp_checkpoint_legacy.tar", checkpoint, _use_new_zipfile_serialization=False)
    expect("mlp_checkpoint_legacy.tar", state, "state_dict", ["module."], "state_dict (legacy)")
    compiled = {"module._orig_mod." + k: v for k, v in state.items()}
    save("mlp_compiled.pt", {"model": {"state_dict": compiled}})
    expect("mlp_compiled.pt", state, "model.state_dict", ["module.", "_orig_mod."])

    for name, dtype in (("half", torch.float16), ("bfloat16", torch.bfloat16), ("double", torch.float64)):
        typed = {k: v.to(dtype) for k, v in state.items()}
        save(f"mlp_{name}.pth", typed)
        expect(f"mlp_{name}.pth", typed)
    types = collections.OrderedDict((str(t).split(".")[1], torch.tensor([[0, 1, 2], [3, 100, 127]]).to(t)) for t in SAFE)
    types["negative"] = torch.tensor([-5, -128], dtype=torch.int8)
    types["tiny"] = torch.tensor([6e-8, -6e-8, 65504.0, float("inf"), float("nan")], dtype=torch.float16)
    types["scalar"] = torch.tensor(7, dtype=torch.int64)
    types["nothing"] = torch.zeros(0, 4)
    save("types.pt", types)
    expect("types.pt", types)
    safetensors("types.safetensors", types)
    expect("types.safetensors", types, fmt="safetensors")
    safetensors("mlp.safetensors", state)
    expect("mlp.safetensors", state, fmt="safetensors")

    base = torch.arange(24.0).reshape(4, 6)
    views = collections.OrderedDict(transposed=base.t(), row=base[1], block=base[1:3, 2:5], every_other=base[::2, ::3], base=base,
                                    expanded=base[0, :2].reshape(2, 1).expand(2, 3), permuted=base.reshape(2, 3, 4).permute(2, 0, 1))
    for name, new in (("views.pt", True), ("views_legacy.pt", False)):
        save(name, views, _use_new_zipfile_serialization=new)
        expect(name, views, fmt="state_dict (zip)" if new else "state_dict (legacy)")
    marked = torch.ones(2)
    marked.note = "an attribute"
    parameters = {"weight": nn.Parameter(base[:2, :2].clone()), "marked": marked, "steps": 12, "rate": 0.5, "name": "text", "none": None}
    save("parameters.pt", parameters)
    expect("parameters.pt", {"weight": parameters["weight"], "marked": marked, "steps": torch.tensor(12), "rate": torch.tensor(0.5, dtype=torch.float64)})

    def swap(record, data):
        return b"".join(data[i:i + 4][::-1] for i in range(0, len(data), 4)) if "/data/" in record else data
    rezip("mlp_ordered.pth", "mlp_big_endian.pt", swap, [("byteorder", "big")])
    rezip("mlp_ordered.pth", "mlp_deflated.pt", extra=[("byteorder", "little"), (".data/serialization_id", "1" * 40)], method=zipfile.ZIP_DEFLATED)
    for name in ("mlp_big_endian.pt", "mlp_deflated.pt"):
        EXPECTED[name] = EXPECTED["mlp_ordered.pth"]

    # Refused, each by one sentence.
    torch.manual_seed(21)
    save("refused_module.pt", Net())
    save("refused_module_legacy.pt", {"epoch": 1, "model": Net()}, _use_new_zipfile_serialization=False)
    save("refused_hostile.pt", {"state_dict": state, "extra": Hostile()})
    save("refused_hostile_legacy.pt", {"state_dict": state, "extra": Hostile()}, _use_new_zipfile_serialization=False)
    save("refused_tensor.pt", torch.ones(3))
    save("refused_list.pt", [1, 2])
    save("refused_no_tensors.pt", {"epoch": 3, "lr": 0.1})
    save("refused_deep.pt", {"version": 2, "runs": {"first": {"w": torch.ones(1)}}})
    save("refused_two_tables.pt", {"generator": {"w": torch.ones(1)}, "discriminator": {"w": torch.ones(1)}})
    save("refused_sparse.pt", {"w": torch.eye(3).to_sparse()})
    save("refused_complex.pt", {"w": torch.ones(3, dtype=torch.complex64)})
    save("refused_object.pt", {"w": torch.ones(3), "codec": argparse.Namespace(a=1)})
    with open(os.path.join(OUT, "refused_pickle.pkl"), "wb") as file:
        pickle.dump({"w": [1.0]}, file, 2)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("bomb/data.pkl"), b"N" * (24 << 20), zipfile.ZIP_DEFLATED, 9)
    with open(os.path.join(OUT, "refused_bomb.pt"), "wb") as file:
        file.write(bomb.getvalue())
    torch.jit.save(torch.jit.script(nn.Linear(2, 2)), os.path.join(OUT, "scripted.pt"))

    # Built from names and shapes: logits in float64 of float32 weights.
    built = {}
    probes = torch.randn(4, 3, dtype=torch.float64)
    built["mlp_checkpoint.tar"] = {"input": [3], "probes": values_of(probes), "logits": values_of(mlp.double()(probes))}
    for name, option, projection, head in (("resnet8_a.th", "A", "shortcut", "linear"), ("resnet8_b.pt", "B", "downsample", "fc")):
        torch.manual_seed(22)
        net = ResNet8(option, projection, head)
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.uniform_(module.weight, 0.5, 1.5), nn.init.normal_(module.bias, 0, 0.3)
                module.running_mean.normal_(0, 0.3), module.running_var.uniform_(0.5, 2)
        weights = net.state_dict()
        if option == "A":
            weights = {"state_dict": nn.DataParallel(net).state_dict(), "best_prec1": 91.7}
        save(name, weights, _use_new_zipfile_serialization=option != "A")
        images = torch.randn(3, 3, 8, 8, dtype=torch.float64)
        images = (images * 64).round() / 64  # short numbers in the JSON, exact in binary
        built[name] = {"input": [3, 8, 8], "probes": values_of(images), "logits": values_of(net.eval().double()(images))}

    for name, content in (("states.json", EXPECTED), ("logits.json", built)):
        with open(os.path.join(OUT, name), "w") as file:
            json.dump(content, file, separators=(",", ":"))
            file.write("\n")


main()
