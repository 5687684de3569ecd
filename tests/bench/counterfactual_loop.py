# SPDX-License-Identifier: GPL-3.0-or-later
"""The counterfactual search as a loop over points, for counterfactual_bench: prints seconds, flips, steps.

    counterfactual_loop.py FILE.npz     with points, weight and bias
"""
import sys
import time

import numpy
import torch

STEP, RADIUS, STEPS = 1e-2, 1.0, 500


def search(head, center):
    with torch.no_grad():
        logits = head(center.unsqueeze(0)).squeeze(0)
        start, target = torch.topk(logits, 2).indices.tolist()
    z = torch.nn.Parameter(center.clone())
    optimizer = torch.optim.SGD([z], lr=STEP)
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        loss = -head(z.unsqueeze(0)).squeeze(0)[target]
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            shift = z - center
            length = shift.norm()
            if length > RADIUS:
                z.copy_(center + shift * (RADIUS / length))
            if int(head(z.unsqueeze(0)).argmax()) != start:
                return True, step
    return False, STEPS


def main():
    torch.set_num_threads(1)
    data = numpy.load(sys.argv[1])
    points = torch.from_numpy(data["points"])
    head = torch.nn.Linear(points.shape[1], len(data["bias"])).double()
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(data["weight"]))
        head.bias.copy_(torch.from_numpy(data["bias"]))
    for parameter in head.parameters():
        parameter.requires_grad_(False)
    begin = time.perf_counter()
    results = [search(head, point) for point in points]
    seconds = time.perf_counter() - begin
    print(seconds, sum(flipped for flipped, _ in results), sum(steps for _, steps in results))


if __name__ == "__main__":
    main()
