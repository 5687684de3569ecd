# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/data/cli/gelu_mlp.pt: a network with a layer ("act") that is not piecewise linear.

    python3 make_gelu_mlp.py tests/data/cli/gelu_mlp.pt     (PyTorch 1.13)
"""
import sys

import torch

torch.manual_seed(0)
net = torch.nn.Sequential()
net.add_module("fc1", torch.nn.Linear(2, 8))
net.add_module("act", torch.nn.GELU())
net.add_module("fc2", torch.nn.Linear(8, 3))
torch.jit.script(net.eval()).save(sys.argv[1])
