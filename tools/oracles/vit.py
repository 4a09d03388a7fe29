"""Writes the oracle folders of @mdpd/backbone-vit: tiny random ViT checkpoints, as Hugging Face `transformers`
saves them, with what it computes from them.

    python tools/oracles/vit.py

A folder holds the checkpoint (config.json, safetensors) and `oracle.safetensors`:
pixel_values [B, C, H, W]; hidden.0 (after the embeddings) to hidden.L (after the last block) [B, N, D];
attention.0 to attention.L-1 [B, H, N, N]; finished [B, N, D] (after the final norm); logits [B, C] where there is
a head; in one of them, cotangent [B, C] and gradient.NAME of the sum of cotangent · logits for every parameter.
Everything is computed in float32 from the weights as stored.
"""

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import ViTConfig, ViTForImageClassification, ViTModel
from transformers.utils import logging

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packages/backbones/vit/src/oracles"
BATCH = 2

# One difference to get wrong each: names, dtype, sharding, activation, eps, biases, channels, shape of the image.
CASES = {
    "classifier-f32": dict(
        model=ViTForImageClassification,
        gradients=True,
        config=dict(hidden_size=18, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
                    image_size=12, patch_size=4, num_labels=5),
    ),
    "pooler-gelu-new": dict(
        model=ViTModel,
        config=dict(hidden_size=16, num_hidden_layers=3, num_attention_heads=4, intermediate_size=40,
                    image_size=8, patch_size=2, hidden_act="gelu_new", layer_norm_eps=1e-6),
    ),
    "sharded-bf16": dict(
        model=ViTForImageClassification,
        dtype=torch.bfloat16,
        save=dict(max_shard_size="6KB"),
        config=dict(hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=32,
                    image_size=8, patch_size=4, hidden_act="quick_gelu", num_labels=3),
    ),
    "grey-f16-no-qkv-bias": dict(
        model=ViTForImageClassification,
        dtype=torch.float16,
        config=dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=1, intermediate_size=64,
                    image_size=[8, 12], patch_size=4, num_channels=1, qkv_bias=False, layer_norm_eps=0.05,
                    num_labels=10),
    ),
    "new-names-relu": dict(
        model=ViTForImageClassification,
        save=dict(save_original_format=False),
        config=dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
                    image_size=[6, 8], patch_size=[3, 2], hidden_act="relu", num_labels=4),
    ),
}


def randomize(model, generator):
    """Weights that hide nothing: norms are not 1 and 0, biases are not 0, activations stay of order 1."""
    for name, value in model.named_parameters():
        noise = torch.randn(value.shape, generator=generator)
        if "layernorm" in name and name.endswith("weight"):
            value.data = 1 + 0.3 * noise
        elif value.dim() <= 1:
            value.data = 0.2 * noise
        elif name.endswith(("cls_token", "position_embeddings")):
            value.data = 0.5 * noise
        else:
            value.data = noise * 1.2 / value[0].numel() ** 0.5


@torch.no_grad()
def run(model, pixel_values):
    """Hidden states and attention by hooks, so that their meaning does not depend on the library's version."""
    base = getattr(model, "vit", model)
    tensors = {"pixel_values": pixel_values}
    base.embeddings.register_forward_hook(lambda _m, _i, out: tensors.update({"hidden.0": out}))
    for index, layer in enumerate(base.layers):
        layer.register_forward_hook(lambda _m, _i, out, i=index: tensors.update({f"hidden.{i + 1}": out}))
        layer.attention.register_forward_hook(
            lambda _m, _i, out, i=index: tensors.update({f"attention.{i}": out[1]})
        )
    base.layernorm.register_forward_hook(lambda _m, _i, out: tensors.update({"finished": out}))
    output = model(pixel_values)
    if hasattr(output, "logits"):
        tensors["logits"] = output.logits
    return {name: value.float().contiguous().clone() for name, value in tensors.items()}


def gradients(model, pixel_values, generator):
    model.zero_grad()
    logits = model(pixel_values).logits
    cotangent = torch.randn(logits.shape, generator=generator)
    (cotangent * logits).sum().backward()
    found = {f"gradient.{name}": value.grad.clone() for name, value in model.named_parameters()}
    return {"cotangent": cotangent, **found}


def write(name, case, folder):
    generator = torch.Generator().manual_seed(sum(map(ord, name)))
    config = ViTConfig(**case["config"])
    model = case["model"](config)
    randomize(model, generator)
    shutil.rmtree(folder, ignore_errors=True)
    model.to(case.get("dtype", torch.float32)).save_pretrained(folder, **case.get("save", {}))
    stored, info = case["model"].from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    if info["missing_keys"] or info["unexpected_keys"]:
        raise SystemExit(f"{name}: transformers does not read back what it saved: {info}")
    size = config.image_size if isinstance(config.image_size, (list, tuple)) else [config.image_size] * 2
    pixel_values = torch.randn([BATCH, config.num_channels, *size], generator=generator)
    stored.eval()
    tensors = gradients(stored, pixel_values, generator) if case.get("gradients") else {}
    tensors.update(run(stored, pixel_values))
    save_file(tensors, folder / "oracle.safetensors", metadata={"format": "pt"})
    total = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{name}: {len(list(folder.iterdir()))} files, {total} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the oracle folders")
    out = parser.parse_args().out
    logging.disable_progress_bar()
    for name, case in CASES.items():
        write(name, case, out / name)


if __name__ == "__main__":
    main()
