"""Writes packages/tensor/src/oracles/adamw.json: parameters after AdamW updates by PyTorch, with and without clipping.

Run: python tools/oracles/adamw.py   (needs torch)
"""

import json
import math
from pathlib import Path

import torch

SHAPES = {"weight": [3, 4], "bias": [4], "scale": [2, 1], "big": [50, 50]}
SETTINGS = {
    "weight": {"lr": 1e-2, "weight_decay": 0.1},
    "bias": {"lr": 1e-2, "weight_decay": 0.0},
    "scale": {"lr": 3e-1, "weight_decay": 0.0},
    "big": {"lr": 1e-2, "weight_decay": 0.1},
}
BETAS = (0.9, 0.98)
EPSILON = 1e-6
STEPS = 6
CLIP = 2.0
# Only the first values of the big tensor are compared.
SHOWN = 8


def wave(shape, phase):
    """The same numbers as `wave` in compare.ts."""
    size = math.prod(shape)
    values = [1.2 * math.sin(1.7 * i + phase) + 0.8 * math.cos(0.61 * i * i + phase) for i in range(size)]
    return torch.tensor(values, dtype=torch.float64).to(torch.float32).reshape(shape)


def run(clip):
    params = {name: torch.nn.Parameter(wave(shape, 1.0)) for name, shape in SHAPES.items()}
    groups = [{"params": [params[name]], **SETTINGS[name]} for name in SHAPES]
    optimizer = torch.optim.AdamW(groups, betas=BETAS, eps=EPSILON)
    steps = []
    for step in range(STEPS):
        for name, param in params.items():
            param.grad = wave(SHAPES[name], 10.0 + step) * (0.0 if step == 2 else 1.0 / (1 + step))
        norm = torch.nn.utils.clip_grad_norm_(params.values(), CLIP).item() if clip else None
        optimizer.step()
        shown = {name: param.detach().flatten()[:SHOWN].tolist() for name, param in params.items()}
        steps.append({"norm": norm, "params": shown})
    return steps


oracle = {
    "generator": "tools/oracles/adamw.py",
    "torch": torch.__version__,
    "shapes": SHAPES,
    "settings": {n: {"learningRate": s["lr"], "weightDecay": s["weight_decay"]} for n, s in SETTINGS.items()},
    "beta1": BETAS[0],
    "beta2": BETAS[1],
    "epsilon": EPSILON,
    "clip": CLIP,
    "plain": run(False),
    "clipped": run(True),
}
target = Path(__file__).parents[2] / "packages/tensor/src/oracles/adamw.json"
target.write_text(json.dumps(oracle, indent=1) + "\n")
