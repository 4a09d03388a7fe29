"""Writes the oracle folders of @mdpd/backbone-vilt: tiny random ViLT checkpoints, as Hugging Face `transformers` saves
them, with what it computes from them.

    python tools/oracles/vilt.py

A folder holds the checkpoint (config.json, safetensors) and `oracle.safetensors`:
input_ids, attention_mask and, where the model has them, token_type_ids [B, T]; pixel_values [B, C, H, W], which is not
zero outside of an image; pixel_mask [B, H, W]; hidden.0 (after the embeddings) to hidden.L (after the last block) and
finished (after the final norm) [B, N, D]; attention.0 to attention.L-1 [B, heads, N, N]; pooled [B, D]; logits [B, C]
where there is a head; in some of them, cotangent [B, C] and gradient.NAME of the sum of cotangent · logits for every
parameter.

Tokens are the text, CLS of the image, and all patches of the canvas row by row. `transformers` has the patches of the
image alone, in random order: they are put back into their places, and zeros stand in the others.

The box head is none of `transformers`: its logits are computed here from the patches as they come, without a mask.
Everything is computed in float32 from the weights as stored.
"""

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    ViltConfig,
    ViltForImageAndTextRetrieval,
    ViltForImagesAndTextClassification,
    ViltForMaskedLM,
    ViltForQuestionAnswering,
    ViltModel,
)
from transformers.utils import logging

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packages/backbones/vilt/src/oracles"
LENGTHS = [5, 2, 7]
LOOKS = 4


def vilt(**changes):
    return ViltConfig(**dict(vocab_size=19, hidden_size=12, num_hidden_layers=2, num_attention_heads=3,
                             intermediate_size=20, max_position_embeddings=8, image_size=12, patch_size=4) | changes)


# One difference to get wrong each: head, names, dtype, sharding, canvas, channels, types, activation, eps.
# `sizes` are those of the images in patches, [height, width].
CASES = {
    "answers": dict(
        model=ViltForQuestionAnswering, gradients=True, config=vilt(num_labels=5), sizes=[[3, 3], [2, 3], [1, 2]]
    ),
    "matching-wide-canvas-f16": dict(
        model=ViltForImageAndTextRetrieval,
        dtype=torch.float16,
        config=vilt(hidden_act="gelu_new", layer_norm_eps=0.05, mdpd={"canvas": [16, 24]}),
        sizes=[[3, 5], [4, 2], [2, 1]],
    ),
    "bare-grey-sharded-bf16": dict(
        model=ViltModel,
        dtype=torch.bfloat16,
        save=dict(max_shard_size="6KB"),
        config=vilt(num_channels=1, qkv_bias=False, type_vocab_size=1, modality_type_vocab_size=3, image_size=8,
                    patch_size=2, pad_token_id=0, mdpd={"canvas": [6, 12]}),
        sizes=[[3, 6], [3, 4], [2, 6]],
    ),
    "masked-lm-relu": dict(
        model=ViltForMaskedLM, config=vilt(hidden_act="relu", num_hidden_layers=3), sizes=[[3, 1], [2, 2], [1, 1]]
    ),
    "classifier-of-one-image": dict(
        model=ViltForImagesAndTextClassification,
        config=vilt(num_images=1, num_labels=3, hidden_size=16, num_attention_heads=2),
        sizes=[[2, 3], [3, 3], [3, 2]],
    ),
    "box": dict(model=ViltModel, config=vilt(mdpd={"canvas": [12, 20]}), sizes=[[3, 4], [2, 5], [1, 3]], box=True),
}


def random_like(name, value, generator):
    """Weights that hide nothing: norms are not 1 and 0, biases are not 0, activations stay of order 1."""
    noise = torch.randn(value.shape, generator=generator)
    if ("norm" in name.lower() or name == "classifier.1.weight") and name.endswith("weight"):
        return 1 + 0.3 * noise
    if value.dim() <= 1:
        return 0.2 * noise
    if name.endswith(("cls_token", "position_embeddings")) or ("embeddings" in name and "projection" not in name):
        return 0.6 * noise
    return noise * 1.2 / value[0].numel() ** 0.5


def randomize(model, generator):
    seen = set()
    for name, value in model.named_parameters():
        if value.data_ptr() in seen:
            continue
        seen.add(value.data_ptr())
        value.data.copy_(random_like(name, value, generator))


def canvas_of(config):
    return getattr(config, "mdpd", {"canvas": [config.image_size] * 2})["canvas"]


def batch(config, sizes, generator):
    """Texts of different lengths, padded; images of different sizes in the corner of a canvas of noise."""
    tokens = max(LENGTHS)
    ids = torch.randint(1, config.vocab_size, (len(LENGTHS), tokens), generator=generator)
    mask = torch.zeros_like(ids)
    types = torch.zeros_like(ids)
    for row, length in enumerate(LENGTHS):
        mask[row, :length] = 1
        ids[row, length:] = 0
        types[row, length // 2 : length] = config.type_vocab_size - 1
    canvas = canvas_of(config)
    pixels = torch.randn([len(LENGTHS), config.num_channels, *canvas], generator=generator)
    pixel_mask = torch.zeros([len(LENGTHS), *canvas], dtype=torch.long)
    for row, (height, width) in enumerate(sizes):
        pixel_mask[row, : height * config.patch_size, : width * config.patch_size] = 1
    inputs = {"input_ids": ids, "attention_mask": mask, "pixel_values": pixels, "pixel_mask": pixel_mask}
    return inputs | ({"token_type_ids": types} if config.type_vocab_size > 1 else {})


def follow_patches(base):
    """Where the patches that `visual_embed` takes lie on the canvas: a list that every run fills, [B, taken, 2]."""
    taken, original = [], base.embeddings.visual_embed

    def visual_embed(*arguments, **named):
        result = original(*arguments, **named)
        taken[:] = [result[2][0], result[1][:, 1:].bool()]
        return result

    base.embeddings.visual_embed = visual_embed
    return taken


def places(taken, text, columns):
    """For every example its tokens in the result of `transformers`, and their places in ours."""
    index, real = taken
    for row in range(index.shape[0]):
        at = torch.arange(index.shape[1])[real[row]]
        ours = 1 + index[row, real[row], 0] * columns + index[row, real[row], 1]
        head = torch.arange(text + 1)
        yield row, torch.cat([head, text + 1 + at]), torch.cat([head, text + ours])


def put_back(value, taken, text, grid, axes):
    """[B, …] with the axes of tokens in our order."""
    total = text + 1 + grid[0] * grid[1]
    shape = [total if axis in axes else size for axis, size in enumerate(value.shape)]
    result = torch.zeros(shape)
    for row, theirs, ours in places(taken, text, grid[1]):
        if len(axes) == 1:
            result[row, ours] = value[row, theirs]
        else:
            result[row, :, ours.unsqueeze(1), ours] = value[row][:, theirs.unsqueeze(1), theirs]
    return result


def box_logits(tensors, output, taken, mask, sizes):
    """By example, over the words of its text and the patches of its image alone."""
    index, real = taken
    text, width = mask.shape[1], output.last_hidden_state.shape[2]
    linear, depth = torch.nn.functional.linear, -(-width // LOOKS)
    rows = []
    for row, (lines, columns) in enumerate(sizes):
        patches = output.last_hidden_state[row, text + 1 :][real[row]]
        y, x = index[row, real[row]].float().unbind(1)
        centres = torch.stack([(x + 0.5) / columns, (y + 0.5) / lines], 1)
        words = output.last_hidden_state[row, :text][mask[row].bool()].mean(0)
        query = linear(words, tensors["box_head.query.weight"], tensors["box_head.query.bias"])
        key = linear(patches, tensors["box_head.key.weight"])
        features = [output.pooler_output[row]]
        for look in range(LOOKS):
            part = slice(look * depth, (look + 1) * depth)
            weights = torch.softmax(key[:, part] @ query[part] / depth**0.5, 0)
            features += [weights @ patches, weights @ centres]
        rows.append(torch.cat(features))
    features = torch.stack(rows)
    hidden = linear(features, tensors["box_head.hidden.weight"], tensors["box_head.hidden.bias"])
    raw = linear(torch.nn.functional.gelu(hidden), tensors["box_head.output.weight"], tensors["box_head.output.bias"])
    raw[:, :2] += torch.logit(features[:, 2 * width : 2 * width + 2])
    return raw


def box_tensors(width, generator):
    inner = LOOKS * -(-width // LOOKS)
    shapes = {
        "box_head.query.weight": [inner, width],
        "box_head.query.bias": [inner],
        "box_head.key.weight": [inner, width],
        "box_head.hidden.weight": [width, width + LOOKS * (width + 2)],
        "box_head.hidden.bias": [width],
        "box_head.output.weight": [4, width],
        "box_head.output.bias": [4],
    }
    return {name: random_like(name, torch.zeros(shape), generator) for name, shape in shapes.items()}


def shaped(model, inputs):
    """Inputs with an axis of images, where the class wants one."""
    if not isinstance(model, ViltForImagesAndTextClassification):
        return inputs
    return {name: value.unsqueeze(1) if name.startswith("pixel") else value for name, value in inputs.items()}


@torch.no_grad()
def run(model, inputs, sizes, box):
    base = getattr(model, "vilt", model)
    taken, found = follow_patches(base), {}
    base.layernorm.register_forward_hook(lambda _m, _i, out: found.update(finished=out))
    base.pooler.register_forward_hook(lambda _m, _i, out: found.update(pooled=out))
    base.embeddings.register_forward_hook(lambda _m, _i, out: found.update({"hidden.0": out[0]}))
    for index, layer in enumerate(base.encoder.layer):
        layer.register_forward_hook(
            lambda _m, _i, out, i=index: found.update({f"hidden.{i + 1}": out[0], f"attention.{i}": out[1]})
        )
    output = model(**shaped(model, inputs), output_attentions=True)
    text = inputs["input_ids"].shape[1]
    grid = [length // base.config.patch_size for length in canvas_of(base.config)]
    tensors = {name: value if name == "pixel_values" else value.int() for name, value in inputs.items()}
    for name, value in found.items():
        axes = [] if name == "pooled" else [2, 3] if name.startswith("attention") else [1]
        tensors[name] = put_back(value, taken, text, grid, axes) if axes else value
    if box:
        tensors["logits"] = box_logits(box, output, taken, inputs["attention_mask"], sizes)
    elif hasattr(output, "logits") and not isinstance(model, ViltForMaskedLM):
        tensors["logits"] = output.logits
    return {name: value.contiguous().clone() for name, value in tensors.items()}


def gradients(model, inputs, generator):
    model.zero_grad()
    logits = model(**inputs).logits
    cotangent = torch.randn(logits.shape, generator=generator)
    (cotangent * logits).sum().backward()
    found = {f"gradient.{name}": value.grad.clone() for name, value in model.named_parameters()}
    return {"cotangent": cotangent, **found}


def write(name, case, folder):
    generator = torch.Generator().manual_seed(sum(map(ord, name)))
    torch.manual_seed(1)
    config = case["config"]
    model = case["model"](config)
    randomize(model, generator)
    shutil.rmtree(folder, ignore_errors=True)
    model.to(case.get("dtype", torch.float32)).save_pretrained(folder, **case.get("save", {}))
    stored, info = case["model"].from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    if info["missing_keys"] or info["unexpected_keys"]:
        raise SystemExit(f"{name}: transformers does not read back what it saved: {info}")
    stored.eval()
    inputs = batch(config, case["sizes"], generator)
    box = box_tensors(config.hidden_size, generator) if case.get("box") else {}
    if box:
        file = folder / "model.safetensors"
        save_file(load_file(file) | box, file, metadata={"format": "pt"})
    tensors = gradients(stored, inputs, generator) if case.get("gradients") else {}
    tensors.update(run(stored, inputs, case["sizes"], box))
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
