# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/data/torchscript/*.pt: small scripted and traced modules written the way people write them, with the
layers Tessera should find (marks and names) and golden outputs in float64. Run once with PyTorch 1.13."""
import json
import pathlib
import sys
from typing import List

import torch
import torch.nn as nn
import torch.nn.functional as F

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
torch.manual_seed(3)


class BasicBlock(nn.Module):
    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.shortcut = nn.Sequential()
        if stride != 1 or c_in != c_out:
            self.shortcut = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return F.relu(out, inplace=True)


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.layer1 = nn.Sequential(BasicBlock(4, 4), BasicBlock(4, 4))
        self.layer2 = nn.Sequential(BasicBlock(4, 8, 2))
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        if self.training:
            x = x + torch.randn_like(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.layer2(self.layer1(out))
        out = F.avg_pool2d(out, int(out.size(3)))
        out = out.view(out.size(0), -1)
        return self.fc(self.drop(out))


class LambdaPad(nn.Module):
    """CIFAR ResNet's parameter-free shortcut."""

    def __init__(self, planes: int):
        super().__init__()
        self.planes = planes

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], [0, 0, 0, 0, self.planes // 4, self.planes // 4], "constant", 0.0)


class OptionA(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, 2, 1)
        self.short = LambdaPad(4)
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        y = F.leaky_relu(self.conv(x), 0.1) + self.short(x)
        return self.fc(torch.flatten(self.pool(y), 1))


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, groups=2),
                                      nn.ReLU6(), nn.MaxPool2d(3, stride=2, padding=1))
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(6 * 3 * 3, 12), nn.PReLU(12), nn.Linear(12, 4))

    def forward(self, x):
        return F.log_softmax(self.classifier(self.features(x)), dim=1)


class Branches(nn.Module):
    """cat, chunk, stack, maximum, mean, permute, slicing, constant scaling, abs, hardtanh, 1-D convolution and pooling."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 4, 3, stride=2, padding=2, dilation=2)
        self.bn = nn.BatchNorm1d(4)
        self.head = nn.Linear(14, 3)
        self.register_buffer("gain", torch.tensor([0.5, 2.0, 1.0, -1.0]))

    def forward(self, x):
        h = self.bn(self.conv(x))
        a, b = torch.chunk(h, 2, dim=1)
        m = torch.maximum(a, b)
        p = F.max_pool1d(F.hardtanh(h, -0.7, 0.9), 2)
        q = (h * self.gain.view(1, 4, 1)).abs().mean(dim=2)
        r = torch.stack([m.amax(dim=2), a.permute(0, 2, 1)[:, 1, :]], dim=1).reshape(x.shape[0], -1)
        s = torch.cat([q / 3 - 1, 2 - r, p[:, :, 0] + p[:, 0:1, 1]], dim=1)
        t = torch.cat([s, torch.zeros(x.size(0), 2)], 1)
        return self.head(t)


class Attention(nn.Module):
    def __init__(self, dim: int = 8, heads: int = 2):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x):
        b, n, d = x.shape
        qkv = self.qkv(self.norm(x)).reshape(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        w = (q @ k.transpose(-2, -1) * (d // self.heads) ** -0.5).softmax(dim=-1)
        return x + self.proj((w @ v).transpose(1, 2).reshape(b, n, d))


class AttentionPerHead(nn.Module):
    """Keeps the batch in front throughout."""

    def __init__(self, dim: int = 8):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, 3)

    def forward(self, x):
        y = self.norm(x)
        w = torch.softmax(torch.matmul(self.q(y), self.k(y).transpose(1, 2)) / 8 ** 0.5, -1)
        return self.head((x + torch.matmul(w, self.v(y))).mean(1))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.mlp = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = self.attention(x)
        x = x + self.mlp(x)
        return self.head(x.mean(dim=1))


class Smooth(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(3, 6), nn.Linear(6, 2)

    def forward(self, x):
        h = self.a(x)
        return self.b(F.silu(h) + torch.tanh(h) + torch.sigmoid(h) + F.elu(h) + F.softplus(h) + F.gelu(h))


class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
        self.shared = nn.Linear(4, 4)
        self.out = nn.Linear(4, 1)

    def forward(self, x):
        total: List[torch.Tensor] = []
        for layer in self.layers:
            x = F.relu_(layer(x))
            total.append(x)
        for i in range(2):
            x = torch.relu(self.shared(x))
        return torch.sigmoid(self.out(x + total[0] + total[-1])).squeeze(-1)


class Odd(nn.Module):
    """Understood by nobody: sort, and a branch on values."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 3)

    def forward(self, x):
        return self.a(torch.sort(x, dim=1)[0])


class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 3)

    def forward(self, x):
        y = self.a(x)
        if bool(y.sum() > 1e9):
            y = y * 2
        return y


def settle(model):
    for m in model.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.running_mean.normal_(0, 0.3)
            m.running_var.uniform_(0.5, 2)
            m.weight.data.normal_(1, 0.3)
            m.bias.data.normal_(0, 0.3)
        if isinstance(m, nn.PReLU):
            m.weight.data.uniform_(-0.3, 0.6)
    return model.eval()


golden = {}
cases = [("resnet", ResNet(), (3, 8, 8)), ("option_a", OptionA(), (2, 8, 8)), ("lenet", LeNet(), (1, 14, 14)), ("branches", Branches(), (2, 9)),
         ("transformer", Transformer(), (5, 8)), ("attention_per_head", AttentionPerHead(), (5, 8)), ("smooth", Smooth(), (3,)), ("loop", Loop(), (4,)), ("odd", Odd(), (4,)),
         ("branching", Branching(), (4,))]
for name, model, shape in cases:
    settle(model)
    x = torch.randn(3, *shape, dtype=torch.float64)
    variants = {"scripted": torch.jit.script(model)}
    if name != "branching":
        variants["traced"] = torch.jit.trace(model, torch.randn(2, *shape))
    if name in ("resnet", "lenet"):
        variants["frozen"] = torch.jit.freeze(torch.jit.script(model))
    for kind, module in variants.items():
        torch.jit.save(module, str(out / f"{name}_{kind}.pt"))
    y = model.double()(x)
    golden[name] = {"shape": list(shape), "x": x.flatten().tolist(), "y": y.detach().flatten().tolist(), "outputs": 1 if y.dim() == 1 else y.shape[1]}
(out / "golden.json").write_text(json.dumps(golden))
