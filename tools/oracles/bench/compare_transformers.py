"""Whether the models of the bench are those of `transformers`: logits and gradients on a small shape, and the time and
resident memory of both on the shape that is measured.

    python tools/oracles/bench/compare_transformers.py [--time]

Exits with 1 where they differ.
"""

import argparse
import statistics
import time

import torch

from families import FAMILIES
from run import resident

NARROW = dict(blocks=3, width=48, heads=3, hidden=80)
WIDE = dict(blocks=12, width=768, heads=12, hidden=3072)
SMALL = {
    "vit": dict(**NARROW, channels=3, patch=8, image=32, tokens=17, classes=10),
    "bert": dict(**NARROW, vocabulary=90, positions=40, types=2, tokens=17, classes=10),
    "vilt": dict(
        **NARROW,
        **dict(vocabulary=90, positions=16, types=2),
        **dict(channels=3, patch=8, image=40, canvas=[24, 56]),
        **dict(tokens=36, classes=10),
    ),
}
LARGE = {
    "vit": dict(blocks=12, width=384, heads=6, hidden=1536, channels=3, patch=16, image=224, tokens=197, classes=100),
    "bert": dict(**WIDE, vocabulary=30522, positions=512, types=2, tokens=128, classes=2),
    "vilt": dict(
        **WIDE,
        **dict(vocabulary=30522, positions=40, types=2),
        **dict(channels=3, patch=32, image=384, canvas=[320, 640]),
        **dict(tokens=240, classes=100),
    ),
}
# ViLT has no other attention than its own.
SDPA = dict(attn_implementation="sdpa")
TOLERANCE = 1e-5
BATCH = 8


def theirs(family, shape):
    import transformers

    common = dict(
        hidden_size=shape["width"],
        num_hidden_layers=shape["blocks"],
        num_attention_heads=shape["heads"],
        intermediate_size=shape["hidden"],
        num_labels=shape["classes"],
    )
    if family == "vit":
        config = transformers.ViTConfig(
            image_size=shape["image"], patch_size=shape["patch"], num_channels=shape["channels"], **SDPA, **common
        )
        return transformers.ViTForImageClassification(config).train()
    common |= dict(
        vocab_size=shape["vocabulary"],
        max_position_embeddings=shape["positions"],
        type_vocab_size=shape["types"],
        hidden_dropout_prob=0,
        attention_probs_dropout_prob=0,
    )
    if family == "bert":
        return transformers.BertForSequenceClassification(transformers.BertConfig(**SDPA, **common)).train()
    config = transformers.ViltConfig(
        image_size=shape["image"],
        patch_size=shape["patch"],
        num_channels=shape["channels"],
        num_images=1,
        max_image_length=-1,
        **common,
    )
    return transformers.ViltForImagesAndTextClassification(config).train()


def their_logits(model, inputs):
    """[B, C]. ViltForImagesAndTextClassification wants the axis of images in masks too."""
    masks = {"pixel_mask": inputs["pixel_mask"][:, None]} if "pixel_mask" in inputs else {}
    return model(**{**inputs, **masks}).logits


def differences(family):
    """Largest difference of logits and of gradients, with noise on every parameter."""
    torch.manual_seed(0)
    shape, module = SMALL[family], FAMILIES[family]
    reference, own = theirs(family, shape), module.Model(shape)
    with torch.no_grad():
        for value in reference.parameters():
            value += 0.1 * torch.randn_like(value)
    own.load_state_dict({module.module_name(name): value for name, value in reference.state_dict().items()})
    inputs = module.random_inputs(shape, 4)
    a, b = their_logits(reference, inputs), own(inputs)
    cotangent = torch.randn_like(a)
    (a * cotangent).sum().backward()
    (b * cotangent).sum().backward()
    found = {module.module_name(name): value for name, value in reference.named_parameters()}
    gradients = max((found[name].grad - value.grad).abs().max() for name, value in own.named_parameters())
    return (a - b).abs().max().item(), gradients.item()


def median_ms(step, repeats=7):
    times = []
    for _ in range(repeats + 2):
        started = time.perf_counter()
        step()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times[2:])


def timed(name, family, model, logits_of):
    module = FAMILIES[family]
    inputs = module.random_inputs(LARGE[family], BATCH)
    for key, value in model.named_parameters():
        value.requires_grad_(module.is_head(key) or module.is_norm(key))

    def forward():
        with torch.inference_mode():
            logits_of(model, inputs)

    def norm():
        logits_of(model, inputs).sum().backward()
        model.zero_grad()

    print(f"{name} {family}: forward {median_ms(forward):.0f} ms, and backward to norms {median_ms(norm):.0f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--time", action="store_true", help="also time both")
    options = parser.parse_args()
    before, worst = resident(), 0.0
    for family in SMALL:
        logits, gradients = differences(family)
        worst = max(worst, logits, gradients)
        print(f"{family}: largest difference: logits {logits:.1e}, gradients {gradients:.1e}")
    print(f"transformers adds {(resident() - before) / 1e6:.0f} MB to the resident set")
    if options.time:
        for family, shape in LARGE.items():
            timed("transformers", family, theirs(family, shape), their_logits)
            timed("bench", family, FAMILIES[family].Model(shape), lambda model, inputs: model(inputs))
    return int(worst > TOLERANCE)


if __name__ == "__main__":
    raise SystemExit(main())
