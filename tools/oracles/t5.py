"""Writes the oracle folders of @mdpd/backbone-t5: tiny random T5 checkpoints, as Hugging Face `transformers` saves them
or as older versions did, with what it computes from them, and the buckets of distances.

    python tools/oracles/t5.py

A folder holds the checkpoint (config.json, safetensors) and `oracle.safetensors`:
input_ids, attention_mask [B, N], decoder_input_ids, decoder_attention_mask [B, T]; encoder.0 (after the embeddings) to
encoder.L (after the last block and the norm) [B, N, D]; decoder.0 to decoder.L [B, T, D] likewise;
encoder.attention.0, decoder.attention.0, … [B, H, N, N]; logits [B, T, V]; in some of them, cotangent (of the logits'
shape, zero where there is padding) and gradient.NAME of the sum of cotangent · logits for every parameter; generated
[B, G], what `generate` answers greedily, without the token it starts from. Examples have different numbers of tokens,
padding at the end; each of them generates the same alone, without padding, which is checked here.
Everything is computed in float32 from the weights as stored.

`buckets.json` lists buckets of distances for several settings: `buckets`, `farthest`, and `encoder` and `decoder` from
offset −`reach` to `reach`.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import GenerationConfig, T5Config, T5ForConditionalGeneration, T5ForSequenceClassification
from transformers.models.t5.modeling_t5 import T5Attention
from transformers.utils import logging

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packages/backbones/t5/src/oracles"
TEXTS = [17, 5, 9, 12]
ANSWERS = [6, 2, 4, 1]
NEW_TOKENS = 8


def t5(**changes):
    # Buckets of so few distances that texts reach all of them.
    return T5Config(**dict(vocab_size=24, d_model=16, d_kv=4, d_ff=24, num_layers=2, num_heads=3, decoder_start_token_id=0,
                           relative_attention_num_buckets=8, relative_attention_max_distance=10) | changes)


# One difference to get wrong each: activation, gate, last matrix, scale, blocks, eps, names, dtype, tokens, sizes.
CASES = {
    "t5-tied": dict(config=t5(), gradients=True),
    "t5-v1-1": dict(
        config=t5(feed_forward_proj="gated-gelu", num_decoder_layers=3, num_heads=2, d_kv=8),
        untied=True, as_saved_by="4", gradients=True,
    ),
    "t5-v1-1-saved-anew": dict(
        config=t5(feed_forward_proj="gated-silu", layer_norm_epsilon=0.01, relative_attention_max_distance=30,
                  relative_attention_num_buckets=13),
        untied=True,
    ),
    "t5-several-ends-bf16": dict(
        config=t5(eos_token_id=[5, 11, 7], pad_token_id=3, decoder_start_token_id=2, d_kv=6, num_decoder_layers=1,
                  feed_forward_proj="gelu"),
        dtype=torch.bfloat16,
    ),
    "t5-old-names-f16": dict(config=t5(num_layers=1, num_decoder_layers=2, relative_attention_max_distance=128), dtype=torch.float16, aliases=True),
    "t5-classifier": dict(model=T5ForSequenceClassification, config=t5(num_labels=3, num_layers=1)),
}


def randomize(model, generator):
    """Weights that hide nothing: norms are not 1, scores and biases of distance are of order 1, answers change."""
    seen = set()
    config = model.config
    for name, value in model.named_parameters():
        if value.data_ptr() in seen:
            continue
        seen.add(value.data_ptr())
        noise = torch.randn(value.shape, generator=generator)
        if "norm" in name:
            value.data.copy_(1 + 0.3 * noise)
        elif name.endswith("shared.weight"):
            value.data.copy_(noise)
        elif "relative_attention_bias" in name:
            value.data.copy_(1.5 * noise)
        elif name.endswith("q.weight"):
            value.data.copy_(noise * 1.5 * (config.d_model * config.d_kv) ** -0.5)
        elif value.dim() == 2:
            value.data.copy_(noise * 1.4 * value.shape[1] ** -0.5)
        else:
            value.data.copy_(0.2 * noise)


def padded(lengths, config, generator):
    ids = torch.randint(0, config.vocab_size, (len(lengths), max(lengths)), generator=generator)
    mask = torch.zeros_like(ids)
    for row, length in enumerate(lengths):
        mask[row, :length] = 1
        ids[row, length:] = config.pad_token_id
    return ids, mask


def batch(config, generator):
    ids, mask = padded(TEXTS, config, generator)
    answer, answer_mask = padded(ANSWERS, config, generator)
    answer[:, 0] = config.decoder_start_token_id
    return {"input_ids": ids, "attention_mask": mask, "decoder_input_ids": answer, "decoder_attention_mask": answer_mask}


@torch.no_grad()
def run(model, inputs):
    output = model(**inputs, output_hidden_states=True, output_attentions=True)
    tensors = {name: value.int() for name, value in inputs.items()}
    for stack in ("encoder", "decoder"):
        states, maps = getattr(output, f"{stack}_hidden_states"), getattr(output, f"{stack}_attentions")
        tensors |= {f"{stack}.{index}": value for index, value in enumerate(states)}
        tensors |= {f"{stack}.attention.{index}": value for index, value in enumerate(maps)}
    tensors["logits"] = output.logits
    return {name: value.contiguous().clone() for name, value in tensors.items()}


def gradients(model, inputs, generator):
    model.zero_grad()
    logits = model(**inputs).logits
    cotangent = torch.randn(logits.shape, generator=generator) * inputs["decoder_attention_mask"].unsqueeze(-1)
    (cotangent * logits).sum().backward()
    found = {f"gradient.{name}": value.grad.clone() for name, value in model.named_parameters()}
    return {"cotangent": cotangent, **found}


def generated(model, inputs):
    config = model.config
    greedy = GenerationConfig(
        num_beams=1, do_sample=False, max_new_tokens=NEW_TOKENS, eos_token_id=config.eos_token_id,
        pad_token_id=config.pad_token_id, decoder_start_token_id=config.decoder_start_token_id,
        # The cache of 5.23.0 has as many layers as the encoder.
        use_cache=False,
    )

    def answer(ids, mask):
        return model.generate(input_ids=ids, attention_mask=mask, generation_config=greedy)[:, 1:]

    ids, mask = inputs["input_ids"], inputs["attention_mask"]
    together = answer(ids, mask)
    for row, length in enumerate(TEXTS):
        alone = answer(ids[row : row + 1, :length], mask[row : row + 1, :length])[0]
        if together[row, : len(alone)].tolist() != alone.tolist():
            raise SystemExit("padding changes what is generated")
    return together


def lengths_of(answers, config):
    """Tokens of every answer with its end; 0 where there is none."""
    ends = torch.isin(answers, torch.tensor(config.eos_token_id).reshape(-1)).int()
    return [int(row.argmax()) + 1 if row.any() else 0 for row in ends]


def telling(model, case, generator):
    """Draws weights until answers tell something: they change, some end early, at different steps, and one does not."""
    for _ in range(100_000):
        randomize(model, generator)
        if case.get("untied"):
            model.lm_head.weight = torch.nn.Parameter(torch.randn(model.shared.weight.shape, generator=generator) * 0.5)
            model.config.scale_decoder_outputs = False
        dtype = case.get("dtype", torch.float32)
        model.to(dtype).to(torch.float32)
        inputs = batch(model.config, generator)
        answers = generated(model, inputs)
        lengths = lengths_of(answers, model.config)
        changing = sum(len(set(row.tolist())) for row in answers)
        if len(set(lengths)) >= 3 and 0 in lengths and changing >= 2 * len(answers):
            return inputs
    raise SystemExit("no weights found whose answers tell anything")


def save(model, case, folder):
    model.save_pretrained(folder)
    file = folder / "model.safetensors"
    config = json.loads((folder / "config.json").read_text())
    tensors = load_file(file)
    if case.get("aliases"):
        # What conversions of the first checkpoints wrote.
        tensors["encoder.embed_tokens.weight"] = tensors["shared.weight"].clone()
        tensors["decoder.embed_tokens.weight"] = tensors["shared.weight"].clone()
        tensors["lm_head.weight"] = tensors["shared.weight"].clone()
        unused = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"
        tensors[unused] = torch.ones(8, config["num_heads"], dtype=tensors["shared.weight"].dtype)
        for key in ("scale_decoder_outputs", "dense_act_fn", "is_gated_act", "relative_attention_max_distance"):
            config.pop(key)
    if case.get("as_saved_by") == "4":
        config.pop("scale_decoder_outputs")
        config["tie_word_embeddings"] = False
    save_file(tensors, file, metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    (folder / "generation_config.json").unlink(missing_ok=True)


def write(name, case, folder):
    config = case["config"]
    kind = case.get("model", T5ForConditionalGeneration)
    answers = kind is T5ForConditionalGeneration
    generator = torch.Generator().manual_seed(sum(map(ord, name)))
    model = kind(config).eval()
    inputs = None
    if answers:
        inputs = telling(model, case, generator)
    else:
        randomize(model, generator)
    shutil.rmtree(folder, ignore_errors=True)
    save(model.to(case.get("dtype", torch.float32)), case, folder)
    stored, info = kind.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    if info["missing_keys"]:
        raise SystemExit(f"{name}: transformers does not read back what it saved: {info}")
    if case.get("untied") and torch.equal(stored.lm_head.weight, stored.shared.weight):
        raise SystemExit(f"{name}: transformers ties what is not tied")
    stored.eval()
    if answers:
        tensors = gradients(stored, inputs, generator) if case.get("gradients") else {}
        tensors |= run(stored, inputs) | {"generated": generated(stored, inputs).int()}
        print(f"{name}: answers of lengths {lengths_of(tensors['generated'], config)}")
        save_file(tensors, folder / "oracle.safetensors", metadata={"format": "pt"})
    total = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{name}: {len(list(folder.iterdir()))} files, {total} bytes")


def buckets(folder):
    """Every bucket as PyTorch's float32 finds it, also where a logarithm falls on a border."""
    cases = []
    for count, farthest, reach in [(32, 128, 600), (8, 10, 20), (13, 30, 60), (4, 3, 12), (64, 1024, 2000)]:
        offsets = torch.arange(-reach, reach + 1)
        found = {
            stack: T5Attention._relative_position_bucket(offsets, stack == "encoder", count, farthest).tolist()
            for stack in ("encoder", "decoder")
        }
        cases.append({"buckets": count, "farthest": farthest, "reach": reach, **found})
    (folder / "buckets.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the oracle folders")
    out = parser.parse_args().out
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    out.mkdir(parents=True, exist_ok=True)
    buckets(out)
    for name, case in CASES.items():
        write(name, case, out / name)


if __name__ == "__main__":
    main()
