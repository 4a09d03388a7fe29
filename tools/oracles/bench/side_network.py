"""The side network of packages/distill as an eager PyTorch module: ladder over normalised taps, convolutional stem,
Gram feature loss. Settings come from the job; names of parameters are ours.

Letters: B batch, N tokens, D backbone width, S side width, d code width, C outputs.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from attend import attend
from families import family_of

EPSILON = 1e-6
SUMMARY = 64
LARGEST_GRID = 8


class SideBlock(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.norm_attention = nn.LayerNorm(width, eps=EPSILON)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.projection = nn.Linear(width, width)
        self.norm_mlp = nn.LayerNorm(width, eps=EPSILON)
        self.mlp_in = nn.Linear(width, hidden)
        self.mlp_out = nn.Linear(hidden, width)

    def forward(self, x, seen):
        normed = self.norm_attention(x)
        mixed = attend(self.query(normed), self.key(normed), self.value(normed), self.heads, seen)
        x = x + self.projection(mixed)
        return x + self.mlp_out(F.gelu(self.mlp_in(self.norm_mlp(x))))


class ConvStem(nn.Module):
    """Strided convolutions over the pixels, summed up in one vector an example, [B, 64]."""

    def __init__(self, channels, rows, columns):
        super().__init__()
        levels, inputs = [], channels
        while not levels or max(rows, columns) > LARGEST_GRID:
            rows, columns = math.ceil(rows / 2), math.ceil(columns / 2)
            outputs = 16 if not levels else 32
            levels.append(nn.Conv2d(inputs, outputs, kernel_size=4, stride=2, padding=1))
            inputs = outputs
        self.conv = nn.ModuleList(levels)
        self.summary = nn.Linear(rows * columns * inputs, SUMMARY)

    def forward(self, x):
        for level in self.conv:
            # One pixel more below and to the right where a length is odd.
            x = F.relu(level(F.pad(x, (0, x.shape[3] % 2, 0, x.shape[2] % 2))))
        # Channels last, as our summary reads them.
        return F.gelu(self.summary(x.permute(0, 2, 3, 1).flatten(1)))


class Coupler(nn.Module):
    """M_down, M_up and, for a deep layer, the generator that fills in hidden tokens."""

    def __init__(self, side_width, width, rank, tokens, deep):
        super().__init__()
        self.down = nn.Parameter(torch.randn(side_width, rank) / side_width**0.5)
        self.up = nn.Parameter(0.5 * torch.randn(rank, width) / rank**0.5)
        if deep:
            self.mask_token = nn.Parameter(0.02 * torch.randn(rank))
            self.positions = nn.Parameter(0.02 * torch.randn(1, tokens, rank))
            self.generator = SideBlock(rank, 1, 2 * rank)

    def code(self, side, mask, seen):
        """[B, N, d] of the side state [B, N, S]; `mask` [B, N, 1] in deep layers."""
        code = side @ self.down
        if mask is None:
            return code
        hidden = code * (1 - mask) + mask * self.mask_token + self.positions[:, : code.shape[1]]
        return self.generator(hidden, seen)

    def loss(self, side, mask, teacher, view):
        """Mean of (code·M_up − teacher)² without building the product; teacher [B, N, D]. Padding has no share."""
        code = self.code(side, mask, view.seen)
        counted = code if view.weight is None else code * view.weight
        quadratic = ((code @ (self.up @ self.up.T)) * counted).sum()
        cross = (counted * (teacher @ self.up.T)).sum()
        squares = teacher.square()
        if view.weight is None:
            return (quadratic - 2 * cross + squares.sum()) / teacher.numel()
        norm = (squares.sum(-1, keepdim=True) * view.weight).sum()
        return (quadratic - 2 * cross + norm) / (view.weight.sum() * teacher.shape[-1])


class View:
    """What of a batch is no padding: `weight` [B, N, 1] and `seen` [B, 1, 1, N], None where everything is."""

    def __init__(self, mask):
        self.weight = None if mask is None else mask[:, :, None]
        self.seen = None if mask is None else mask[:, None, None, :].bool()

    def mean(self, x):
        """Mean over tokens, [B, N, S] to [B, S]."""
        return x.mean(1) if self.weight is None else (x * self.weight).sum(1) / self.weight.sum(1)


class Ladder(nn.Module):
    """Positions, stem over pixels where there are some, taps, side blocks, final norm of the one stream."""

    def __init__(self, shape, side):
        super().__init__()
        blocks, width = shape["blocks"], shape["width"]
        own = round(width / side["reductionFactor"])
        hidden = round(own * side["mlpRatio"])
        family = family_of(shape)
        pixels = family.pixels(shape)
        self.pooled = family.pooled(shape)
        self.temperature = side["gateTemperature"]
        self.positions = nn.Parameter(0.02 * torch.randn(1, family.most_tokens(shape), own))
        self.stem = ConvStem(*pixels) if pixels else None
        self.stem_out = nn.Linear(SUMMARY, own) if pixels else None
        self.down = nn.ModuleList(nn.Linear(width, own) for _ in range(blocks + 1))
        self.gate = nn.ParameterList(nn.Parameter(torch.zeros(())) for _ in range(blocks + 1))
        # Numbered from 1, as tapped layers are.
        self.block = nn.ModuleDict(
            {str(layer): SideBlock(own, side["heads"], hidden) for layer in range(1, blocks + 1)}
        )
        self.norm = nn.LayerNorm(own, eps=EPSILON)
        self.width = own
        self.features = 2 * own + (SUMMARY if pixels else 0)

    def enter(self, tap, s, teacher):
        return s + torch.sigmoid(self.gate[tap] / self.temperature) * self.down[tap](teacher)

    def forward(self, teachers, inputs, view):
        """Features [B, 2·S] (+ 64 of the pixels) and side states s_1 … s_L of normalised taps h_0 … h_L."""
        s, features = self.positions[:, : teachers[0].shape[1]], []
        if self.stem is not None:
            summary = self.stem(inputs["pixel_values"])
            s = s + self.stem_out(summary)[:, None]
            features.append(summary)
        states = []
        for tap, teacher in enumerate(teachers):
            s = self.enter(tap, s, teacher)
            if tap < len(self.block):
                s = self.block[str(tap + 1)](s, view.seen)
                states.append(s)
        x = self.norm(s)
        return torch.cat((*features, x[:, self.pooled], view.mean(x)), dim=-1), states


class SideNetwork(nn.Module):
    def __init__(self, shape, settings):
        super().__init__()
        side, feature = settings["side"], settings["feature"]
        # What other settings would change is not written here.
        # `auto` is `both` where the answer is no place: no shape of the bench has boxes.
        pool = "both" if side["pool"] == "auto" else side["pool"]
        if (side["gate"], side["input"], pool, side["layers"]) != ("add", "taps+conv", "both", "all"):
            raise SystemExit(f"the bench has no such side network in PyTorch: {side}")
        blocks = shape["blocks"]
        self.boundary = blocks // 2
        self.weight = feature["weight"]
        self.shape, self.family = shape, family_of(shape)
        self.side = nn.Module()
        ladder = Ladder(shape, side)
        self.side.add_module(self.family.STREAM, ladder)
        self.side.head = nn.Linear(ladder.features, shape["classes"])
        nn.init.zeros_(self.side.head.weight)
        self.feature = nn.Module()
        layers = range(1, blocks + 1) if feature["mode"] == "hierarchical" else range(0)
        tokens = self.family.most_tokens(shape)
        couplers = {
            str(layer): Coupler(ladder.width, shape["width"], feature["rank"], tokens, layer > self.boundary)
            for layer in layers
        }
        self.feature.add_module(self.family.STREAM, nn.ModuleDict(couplers))

    def ladder(self, taps, inputs, view):
        return self.side.get_submodule(self.family.STREAM)(taps, inputs, view)

    def view(self, inputs):
        return View(self.family.token_mask(self.shape, inputs))

    @staticmethod
    @torch.no_grad()
    def teachers(taps):
        """Normalised taps; constants. Read by the ladder and by the feature loss."""
        return [F.layer_norm(tap, tap.shape[-1:], eps=EPSILON) for tap in taps]

    def forward(self, taps, inputs):
        features, _ = self.ladder(self.teachers(taps), inputs, self.view(inputs))
        return self.side.head(features)

    def losses(self, taps, inputs, labels, smoothing, masks):
        """Logits [B, C], task loss and feature loss; masks [K, B, N, 1] of the deep layers."""
        teachers, view = self.teachers(taps), self.view(inputs)
        features, states = self.ladder(teachers, inputs, view)
        logits = self.side.head(features)
        task = F.cross_entropy(logits, labels, label_smoothing=smoothing)
        couplers = self.feature.get_submodule(self.family.STREAM)
        if len(couplers) == 0:
            return logits, task, torch.zeros(())
        feature = []
        for layer in range(1, len(couplers) + 1):
            mask = None if layer <= self.boundary else masks[layer - self.boundary - 1]
            feature.append(couplers[str(layer)].loss(states[layer - 1], mask, teachers[layer], view))
        return logits, task, sum(feature) / len(feature)


def conv_weight(weight):
    """Our filter [O, 16·C], over windows of 2×2 blocks of 2×2 pixels, as PyTorch's [O, C, 4, 4]."""
    outputs, size = weight.shape
    blocks = weight.view(outputs, 2, 2, 2, 2, size // 16)
    return blocks.permute(0, 5, 1, 3, 2, 4).reshape(outputs, size // 16, 4, 4)
