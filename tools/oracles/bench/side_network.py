"""The side network of packages/distill as an eager PyTorch module: ladder over normalised taps, convolutional stem,
Gram feature loss. Settings come from the job; names of parameters are ours.

Letters: B batch, N tokens, D backbone width, S side width, d code width, C outputs.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from vit import attend

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

    def forward(self, x):
        normed = self.norm_attention(x)
        mixed = attend(self.query(normed), self.key(normed), self.value(normed), self.heads)
        x = x + self.projection(mixed)
        return x + self.mlp_out(F.gelu(self.mlp_in(self.norm_mlp(x))))


class ConvStem(nn.Module):
    """Strided convolutions over the pixels, summed up in one vector an example, [B, 64]."""

    def __init__(self, channels, image):
        super().__init__()
        levels, length, inputs = [], image, channels
        while not levels or length > LARGEST_GRID:
            length = math.ceil(length / 2)
            outputs = 16 if not levels else 32
            levels.append(nn.Conv2d(inputs, outputs, kernel_size=4, stride=2, padding=1))
            inputs = outputs
        self.conv = nn.ModuleList(levels)
        self.summary = nn.Linear(length * length * inputs, SUMMARY)

    def forward(self, x):
        for level in self.conv:
            # One pixel more below and to the right where the length is odd.
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

    def code(self, side, mask):
        """[B, N, d] of the side state [B, N, S]; `mask` [B, N, 1] in deep layers."""
        code = side @ self.down
        if mask is None:
            return code
        return self.generator(code * (1 - mask) + mask * self.mask_token + self.positions)

    def loss(self, side, mask, teacher):
        """Mean of (code·M_up − teacher)² without building the product; teacher [B, N, D]."""
        code = self.code(side, mask)
        gram = self.up @ self.up.T
        quadratic = ((code @ gram) * code).sum()
        cross = (code * (teacher @ self.up.T)).sum()
        return (quadratic - 2 * cross + teacher.square().sum()) / teacher.numel()


class Ladder(nn.Module):
    """Positions, stem, taps, side blocks, final norm of the one stream of a ViT."""

    def __init__(self, shape, side):
        super().__init__()
        blocks, width, tokens = shape["blocks"], shape["width"], shape["tokens"]
        own = round(width / side["reductionFactor"])
        hidden = round(own * side["mlpRatio"])
        self.temperature = side["gateTemperature"]
        self.positions = nn.Parameter(0.02 * torch.randn(1, tokens, own))
        self.stem = ConvStem(shape["channels"], shape["image"])
        self.stem_out = nn.Linear(SUMMARY, own)
        self.down = nn.ModuleList(nn.Linear(width, own) for _ in range(blocks + 1))
        self.gate = nn.ParameterList(nn.Parameter(torch.zeros(())) for _ in range(blocks + 1))
        # Numbered from 1, as tapped layers are.
        self.block = nn.ModuleDict(
            {str(layer): SideBlock(own, side["heads"], hidden) for layer in range(1, blocks + 1)}
        )
        self.norm = nn.LayerNorm(own, eps=EPSILON)
        self.width = own

    def enter(self, tap, s, teacher):
        return s + torch.sigmoid(self.gate[tap] / self.temperature) * self.down[tap](teacher)

    def forward(self, teachers, pixels):
        """Features [B, 2·S + 64] and side states s_1 … s_L of normalised taps h_0 … h_L."""
        summary = self.stem(pixels)
        s = self.positions + self.stem_out(summary)[:, None]
        states = []
        for tap, teacher in enumerate(teachers):
            s = self.enter(tap, s, teacher)
            if tap < len(self.block):
                s = self.block[str(tap + 1)](s)
                states.append(s)
        x = self.norm(s)
        return torch.cat((summary, x[:, 0], x.mean(1)), dim=-1), states


class SideNetwork(nn.Module):
    def __init__(self, shape, settings):
        super().__init__()
        side, feature = settings["side"], settings["feature"]
        # What other settings would change is not written here.
        if (side["gate"], side["input"], side["pool"], side["layers"]) != ("add", "taps+conv", "both", "all"):
            raise SystemExit(f"the bench has no such side network in PyTorch: {side}")
        blocks = shape["blocks"]
        self.boundary = blocks // 2
        self.weight = feature["weight"]
        self.side = nn.Module()
        self.side.image = Ladder(shape, side)
        own = self.side.image.width
        self.side.head = nn.Linear(2 * own + SUMMARY, shape["classes"])
        nn.init.zeros_(self.side.head.weight)
        self.feature = nn.Module()
        layers = range(1, blocks + 1) if feature["mode"] == "hierarchical" else range(0)
        self.feature.image = nn.ModuleDict(
            {
                str(layer): Coupler(own, shape["width"], feature["rank"], shape["tokens"], layer > self.boundary)
                for layer in layers
            }
        )

    @staticmethod
    @torch.no_grad()
    def teachers(taps):
        """Normalised taps; constants. Read by the ladder and by the feature loss."""
        return [F.layer_norm(tap, tap.shape[-1:], eps=EPSILON) for tap in taps]

    def forward(self, taps, pixels):
        features, _ = self.side.image(self.teachers(taps), pixels)
        return self.side.head(features)

    def losses(self, taps, pixels, labels, smoothing, masks):
        """Logits [B, C], task loss and feature loss; masks [K, B, N, 1] of the deep layers."""
        teachers = self.teachers(taps)
        features, states = self.side.image(teachers, pixels)
        logits = self.side.head(features)
        task = F.cross_entropy(logits, labels, label_smoothing=smoothing)
        couplers = self.feature.image
        if len(couplers) == 0:
            return logits, task, torch.zeros(())
        feature = [
            couplers[str(layer)].loss(
                states[layer - 1], None if layer <= self.boundary else masks[layer - self.boundary - 1], teachers[layer]
            )
            for layer in range(1, len(couplers) + 1)
        ]
        return logits, task, sum(feature) / len(feature)


def conv_weight(weight):
    """Our filter [O, 16·C], over windows of 2×2 blocks of 2×2 pixels, as PyTorch's [O, C, 4, 4]."""
    outputs, size = weight.shape
    blocks = weight.view(outputs, 2, 2, 2, 2, size // 16)
    return blocks.permute(0, 5, 1, 3, 2, 4).reshape(outputs, size // 16, 4, 4)
