"""Writes the oracle folders of @mdpd/backbone-clip: tiny random CLIP checkpoints, as Hugging Face `transformers` saves
them, with what it computes from them.

    python tools/oracles/clip.py

A folder holds the checkpoint (config.json, safetensors) and `oracle.safetensors`:
input_ids and attention_mask [B, T]; pixel_values [B, C, S, S]; for both towers image.hidden.0 (before the first layer) to
image.hidden.L and image.attention.0 to image.attention.L-1, text.… likewise; text.finished [B, T, E] (after the final
norm); pooled [B, D + E], both `pooler_output` side by side; image_embeds and text_embeds [B, P]; logits_per_image [B, B];
in one of them, cotangent [B, B] and gradient.NAME of the sum of cotangent · logits_per_image for every parameter.

The box head is none of `transformers`: its logits [B, 4] are computed here, example by example and look by look.
Everything is computed in float32 from the weights as stored.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPConfig, CLIPModel
from transformers.utils import logging

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packages/backbones/clip/src/oracles"
LENGTHS = [5, 2, 7]
LOOKS = 4

TEXT = dict(vocab_size=19, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20,
            max_position_embeddings=8, eos_token_id=11, bos_token_id=10, pad_token_id=11)
IMAGE = dict(hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24, image_size=12,
             patch_size=4)


def clip(text=None, image=None, **changes):
    return CLIPConfig(text_config=TEXT | (text or {}), vision_config=IMAGE | (image or {}),
                      **dict(projection_dim=10) | changes)


# One difference to get wrong each: where a text ends, sizes of towers, activation, eps, dtype, sharding, channels, keys.
CASES = {
    "embeddings": dict(config=clip(), gradients=True),
    "old-end-gelu-f16": dict(
        dtype=torch.float16,
        config=clip(dict(eos_token_id=2, pad_token_id=1, hidden_act="gelu", num_hidden_layers=4),
                    dict(hidden_act="gelu", num_hidden_layers=1, image_size=8, patch_size=2)),
    ),
    "grey-sharded-bf16": dict(
        dtype=torch.bfloat16,
        save=dict(max_shard_size="9KB"),
        config=clip(dict(layer_norm_eps=0.05), dict(num_channels=1, image_size=9, patch_size=3, layer_norm_eps=0.02),
                    projection_dim=7, logit_scale_init_value=1.0),
    ),
    "config-dicts": dict(
        config=clip(),
        # What the sections say is overruled by their older names.
        keys=lambda config: config | {
            "text_config_dict": config["text_config"],
            "vision_config_dict": config["vision_config"],
            "text_config": dict(hidden_act="relu", num_attention_heads=2),
            "vision_config": None,
        },
    ),
    "box": dict(config=clip(), box=True),
}


def random_like(name, value, generator):
    """Weights that hide nothing: norms are not 1 and 0, biases are not 0, activations stay of order 1."""
    noise = torch.randn(value.shape, generator=generator)
    if name == "logit_scale":
        return 0.7 + 0.1 * noise
    if "norm" in name and name.endswith("weight"):
        return 1 + 0.3 * noise
    if name.endswith(("class_embedding", "position_embedding.weight", "token_embedding.weight")):
        return 0.6 * noise
    if value.dim() <= 1:
        return 0.2 * noise
    return noise * 1.2 / value[0].numel() ** 0.5


def batch(config, generator):
    """Texts of different lengths with an end each, padded behind it; in new files padding is the end once more."""
    text, image = config.text_config, config.vision_config
    tokens = max(LENGTHS)
    old = text.eos_token_id == 2
    end = text.vocab_size - 1 if old else text.eos_token_id
    ids = torch.randint(3, 10, (len(LENGTHS), tokens), generator=generator)
    # Ids above the end are words where the end has an id of its own.
    ids[0, 1] = 12 if old else text.vocab_size - 1
    mask = torch.zeros_like(ids)
    for row, length in enumerate(LENGTHS):
        mask[row, :length] = 1
        ids[row, length - 1] = end
        ids[row, length:] = text.pad_token_id
    pixels = torch.randn([len(LENGTHS), image.num_channels, image.image_size, image.image_size], generator=generator)
    return {"input_ids": ids, "attention_mask": mask, "pixel_values": pixels}


def first(output):
    return output[0] if isinstance(output, tuple) else output


def record(model, found):
    text, image = model.text_model, model.vision_model
    keep = lambda name, pick=first: lambda _m, _i, out: found.update({name: pick(out)})
    text.embeddings.register_forward_hook(keep("text.hidden.0"))
    text.final_layer_norm.register_forward_hook(keep("text.finished"))
    image.pre_layrnorm.register_forward_hook(keep("image.hidden.0"))
    for name, tower in (("text", text), ("image", image)):
        for index, layer in enumerate(tower.encoder.layers):
            layer.register_forward_hook(keep(f"{name}.hidden.{index + 1}"))
            layer.self_attn.register_forward_hook(keep(f"{name}.attention.{index}", lambda out: out[1]))


def box_tensors(config, generator):
    width, told, space = config.vision_config.hidden_size, config.text_config.hidden_size, config.projection_dim
    inner = LOOKS * -(-space // LOOKS)
    shapes = {
        "query.weight": [inner, told],
        "query.bias": [inner],
        "key.weight": [inner, width],
        "hidden.weight": [space, 3 * space + LOOKS * (width + 2)],
        "hidden.bias": [space],
        "output.weight": [4, space],
        "output.bias": [4],
    }
    return {f"box_head.{name}": random_like(name, torch.zeros(shape), generator) for name, shape in shapes.items()}


def pair_logits(model, tensors, kind, output, tokens):
    """`tokens` [B, 1 + P, D], after the last layer of the image; `tensors` has those of KIND_head."""
    config = model.config
    of = lambda part: (tensors[f"{kind}_head.{part}.weight"], tensors.get(f"{kind}_head.{part}.bias"))
    linear, side = torch.nn.functional.linear, config.vision_config.image_size // config.vision_config.patch_size
    depth = -(-config.projection_dim // LOOKS)
    rows = []
    for row in range(tokens.shape[0]):
        patches = model.vision_model.post_layernorm(tokens[row, 1:])
        query = linear(output.text_model_output.hidden_text[row], *of("query"))
        key = linear(patches, *of("key"))
        parts = [output.image_embeds[row], output.text_embeds[row], output.image_embeds[row] * output.text_embeds[row]]
        root = config.projection_dim**0.5
        features = [parts[0] * root, parts[1] * root, parts[2] * root * root]
        for look in range(LOOKS):
            part = slice(look * depth, (look + 1) * depth)
            weights = torch.softmax(key[:, part] @ query[part] / depth**0.5, 0)
            at = torch.arange(side * side)
            centres = torch.stack([(at % side + 0.5) / side, (at // side + 0.5) / side], 1)
            features += [weights @ patches, weights @ centres]
        rows.append(torch.cat(features))
    features = torch.stack(rows)
    raw = linear(torch.nn.functional.gelu(linear(features, *of("hidden"))), *of("output"))
    centre = 3 * config.projection_dim + config.vision_config.hidden_size
    if kind == "box":
        raw[:, :2] += torch.logit(features[:, centre : centre + 2])
    return raw


@torch.no_grad()
def run(model, inputs, box):
    found = {}
    record(model, found)
    output = model(**inputs)
    image = model.vision_model(pixel_values=inputs["pixel_values"]).pooler_output
    ids, mask = inputs["input_ids"], inputs["attention_mask"]
    text = model.text_model(input_ids=ids, attention_mask=mask).pooler_output
    tensors = {name: value if name == "pixel_values" else value.int() for name, value in inputs.items()}
    tensors.update(found)
    tensors["pooled"] = torch.cat([image, text], 1)
    tensors["image_embeds"], tensors["text_embeds"] = output.image_embeds, output.text_embeds
    tensors["logits_per_image"] = output.logits_per_image
    if box:
        output.text_model_output.hidden_text = text
        last = found[f"image.hidden.{model.config.vision_config.num_hidden_layers}"]
        tensors["logits"] = pair_logits(model, box, "box", output, last)
    return {name: value.contiguous().clone() for name, value in tensors.items()}


def gradients(model, inputs, generator):
    model.zero_grad()
    logits = model(**inputs).logits_per_image
    cotangent = torch.randn(logits.shape, generator=generator)
    (cotangent * logits).sum().backward()
    found = {f"gradient.{name}": value.grad.clone() for name, value in model.named_parameters()}
    return {"cotangent": cotangent, **found}


def write(name, case, folder):
    generator = torch.Generator().manual_seed(sum(map(ord, name)))
    torch.manual_seed(1)
    config = case["config"]
    model = CLIPModel(config)
    for key, value in model.named_parameters():
        value.data.copy_(random_like(key, value, generator))
    shutil.rmtree(folder, ignore_errors=True)
    model.to(case.get("dtype", torch.float32)).save_pretrained(folder, **case.get("save", {}))
    if "keys" in case:
        file = folder / "config.json"
        file.write_text(json.dumps(case["keys"](json.loads(file.read_text())), indent=2, sort_keys=True) + "\n")
    stored, info = CLIPModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager",
                                             output_loading_info=True)
    if info["missing_keys"] or info["unexpected_keys"]:
        raise SystemExit(f"{name}: transformers does not read back what it saved: {info}")
    stored.eval()
    inputs = batch(config, generator)
    box = box_tensors(config, generator) if case.get("box") else {}
    if box:
        file = folder / "model.safetensors"
        save_file(load_file(file) | box, file, metadata={"format": "pt"})
    tensors = gradients(stored, inputs, generator) if case.get("gradients") else {}
    tensors.update(run(stored, inputs, box))
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
