"""Writes `src/oracles/*/`: tiny random DeiT checkpoints as Hugging Face `transformers` saves them, with what it computes.

    python examples/deit/oracle.py

A folder holds the checkpoint and `oracle.safetensors`: pixel_values [B, C, H, W]; hidden.0 (after the embeddings) to
hidden.L [B, N, D]; finished [B, N, D] (after the final norm); logits [B, C] where there is a head; in that one also
cotangent [B, C] and gradient.NAME of the sum of cotangent · logits for every parameter.
"""

import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import DeiTConfig, DeiTForImageClassificationWithTeacher, DeiTModel

FOLDER = Path(__file__).parent / "src/oracles"
CASES = {
    "with-teacher": (DeiTForImageClassificationWithTeacher, dict(
        hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20, image_size=8, patch_size=4,
        num_labels=5, layer_norm_eps=1e-6)),
    "base-grey": (DeiTModel, dict(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=12, image_size=6, patch_size=2,
        num_channels=1, qkv_bias=False, hidden_act="gelu_new")),
}


def randomize(model, generator):
    """Weights that hide nothing: norms are not 1 and 0, biases are not 0, activations stay of order 1."""
    for name, value in model.named_parameters():
        noise = torch.randn(value.shape, generator=generator)
        if "layernorm" in name and name.endswith("weight"):
            value.data = 1 + 0.3 * noise
        elif value.dim() <= 1:
            value.data = 0.2 * noise
        elif name.endswith(("_token", "position_embeddings")):
            value.data = 0.5 * noise
        else:
            value.data = noise * 1.2 / value[0].numel() ** 0.5


def run(model, pixel_values):
    """Hidden states by hooks, so that their meaning does not depend on the library's version."""
    base = getattr(model, "deit", model)
    tensors, states = {"pixel_values": pixel_values}, []
    first = lambda out: out[0] if isinstance(out, tuple) else out
    base.embeddings.register_forward_hook(lambda m, i, out: states.append(first(out)))
    layers = next(value for name, value in base.named_modules() if isinstance(value, torch.nn.ModuleList))
    for layer in layers:
        layer.register_forward_hook(lambda m, i, out: states.append(first(out)))
    base.layernorm.register_forward_hook(lambda m, i, out: tensors.__setitem__("finished", out))
    output = model(pixel_values)
    tensors.update({f"hidden.{index}": state for index, state in enumerate(states)})
    if "logits" in output:
        logits = output.logits
        cotangent = torch.randn(logits.shape, generator=torch.Generator().manual_seed(2))
        (cotangent * logits).sum().backward()
        tensors["logits"], tensors["cotangent"] = logits, cotangent
    return tensors


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, (kind, options) in CASES.items():
        config = DeiTConfig(**options)
        model = kind(config).eval()
        randomize(model, torch.Generator().manual_seed(1))
        shape = (2, config.num_channels, config.image_size, config.image_size)
        tensors = run(model, torch.randn(shape, generator=torch.Generator().manual_seed(3)))
        if "logits" in tensors:
            # Under the names that the checkpoint has.
            gradients = kind(config)
            for (_, target), (_, source) in zip(gradients.named_parameters(), model.named_parameters()):
                target.data = source.grad
            gradients.save_pretrained(FOLDER / name)
            from safetensors.torch import load_file
            saved = load_file(FOLDER / name / "model.safetensors")
            tensors.update({f"gradient.{key}": value for key, value in saved.items()})
        model.save_pretrained(FOLDER / name)
        save_file({key: value.detach().contiguous().clone() for key, value in tensors.items()},
                  FOLDER / name / "oracle.safetensors")


main()
