#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/data/heads/pytorch.npz: heads that PyTorch's own Adam trains by the rule of core/heads, on
Gaussian classes, with first weights and batches drawn as core/base/random.h draws them. Needs PyTorch; run by
hand: make_head_files.py tests/data/heads/pytorch.npz"""
import math
import sys

import numpy as np
import torch

MASK = (1 << 64) - 1
SEED, EPOCHS, BATCH, RATE, DECAY, HIDDEN = 9, 12, 32, 0.003, 0.01, 6


def mix(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


class Random:
    def __init__(self, seed, stream=0):
        self.state = mix(mix(seed) ^ stream)

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        return mix(self.state)

    def uniform(self, low, high):
        return low + (high - low) * ((self.bits() >> 11) * 2.0**-53)

    def shuffle(self, values):
        for i in range(len(values), 1, -1):
            j = self.bits() % i
            values[i - 1], values[j] = values[j], values[i - 1]


def start(layer, random):
    bound = 1 / math.sqrt(layer.in_features)
    with torch.no_grad():
        for tensor in (layer.weight, layer.bias):
            for at in np.ndindex(*tensor.shape):
                tensor[at] = random.uniform(-bound, bound)


def train(net, x, y, split):
    rows, reference = np.flatnonzero(split == 0), np.flatnonzero(split == 1)
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE, weight_decay=DECAY)
    best, kept, losses = -1.0, None, []
    for epoch in range(EPOCHS):
        order = list(rows)
        Random(SEED, 1 + epoch).shuffle(order)
        total = 0.0
        for begin in range(0, len(order), BATCH):
            batch = order[begin : begin + BATCH]
            optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(net(x[batch]), y[batch])
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch)
        losses.append(total / len(order))
        accuracy = (net(x[reference]).argmax(1) == y[reference]).double().mean().item()
        if accuracy > best:
            best, kept = accuracy, {n: p.detach().clone().numpy() for n, p in net.state_dict().items()}
    return kept, losses


def main():
    generator = np.random.default_rng(0)
    samples, dimension, classes = 300, 9, 3
    y = generator.integers(0, classes, samples)
    centres = 0.7 * generator.normal(size=(classes, dimension))
    x = (centres[y] + generator.normal(size=(samples, dimension))).astype(np.float32)
    split = np.array([0] * 210 + [1] * 30 + [2] * 60)
    points, labels = torch.tensor(x, dtype=torch.float64), torch.tensor(y)
    linear = torch.nn.Linear(dimension, classes).double()
    start(linear, Random(SEED))
    mlp = torch.nn.Sequential(
        torch.nn.Linear(dimension, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, classes)
    ).double()
    random = Random(SEED)
    start(mlp[0], random)
    start(mlp[2], random)
    arrays = {"x": x, "y": y, "split": split}
    for name, net in (("softmax", linear), ("mlp", mlp)):
        kept, losses = train(net, points, labels, split)
        arrays[name + "_losses"] = np.array(losses)
        for tensor, values in kept.items():
            arrays[name + "_" + tensor.replace(".", "_")] = values
    np.savez(sys.argv[1], **arrays)


main()
