"""Whether the ViT of the bench is that of `transformers`: logits and gradients on a small shape, and the time and
resident memory of both on vit-s.

    python tools/oracles/bench/compare_transformers.py [--time]

Exits with 1 where they differ.
"""

import argparse
import statistics
import time

import torch

from run import resident
from vit import Vit, is_head, is_norm

SMALL = dict(blocks=3, width=48, heads=3, hidden=80, channels=3, patch=8, image=32, tokens=17, classes=10)
VIT_S = dict(blocks=12, width=384, heads=6, hidden=1536, channels=3, patch=16, image=224, tokens=197, classes=100)
TOLERANCE = 1e-5


def theirs(shape):
    from transformers import ViTConfig, ViTForImageClassification

    config = ViTConfig(
        hidden_size=shape["width"],
        num_hidden_layers=shape["blocks"],
        num_attention_heads=shape["heads"],
        intermediate_size=shape["hidden"],
        image_size=shape["image"],
        patch_size=shape["patch"],
        num_channels=shape["channels"],
        num_labels=shape["classes"],
        attn_implementation="sdpa",
    )
    return ViTForImageClassification(config).train()


def differences():
    """Largest difference of logits and of gradients, with noise on every parameter."""
    torch.manual_seed(0)
    reference, own = theirs(SMALL), Vit(SMALL)
    with torch.no_grad():
        for value in reference.parameters():
            value += 0.1 * torch.randn_like(value)
    own.load_state_dict(reference.state_dict())
    images = torch.randn(4, 3, SMALL["image"], SMALL["image"])
    a, b = reference(images).logits, own(images)
    cotangent = torch.randn_like(a)
    (a * cotangent).sum().backward()
    (b * cotangent).sum().backward()
    found = dict(reference.named_parameters())
    gradients = max((found[name].grad - value.grad).abs().max() for name, value in own.named_parameters())
    return (a - b).abs().max().item(), gradients.item()


def median_ms(step, repeats=7):
    times = []
    for _ in range(repeats + 2):
        started = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times[2:])


def timed(name, model, logits_of):
    images = torch.randn(8, 3, VIT_S["image"], VIT_S["image"])
    for key, value in model.named_parameters():
        value.requires_grad_(is_head(key) or is_norm(key))

    def forward():
        with torch.inference_mode():
            logits_of(model(images))

    def norm():
        logits_of(model(images)).sum().backward()
        model.zero_grad()

    print(f"{name}: forward {median_ms(forward):.0f} ms, forward and backward of norms {median_ms(norm):.0f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--time", action="store_true", help="also time both")
    options = parser.parse_args()
    before = resident()
    logits, gradients = differences()
    print(f"largest difference: logits {logits:.1e}, gradients {gradients:.1e}")
    print(f"transformers adds {(resident() - before) / 1e6:.0f} MB to the resident set")
    if options.time:
        timed("transformers", theirs(VIT_S), lambda output: output.logits)
        timed("bench", Vit(VIT_S), lambda output: output)
    return int(max(logits, gradients) > TOLERANCE)


if __name__ == "__main__":
    raise SystemExit(main())
