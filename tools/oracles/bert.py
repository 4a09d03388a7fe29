"""Writes the oracle folders of @mdpd/backbone-bert: tiny random BERT, RoBERTa and DistilBERT checkpoints, as Hugging
Face `transformers` saves them, with what it computes from them.

    python tools/oracles/bert.py

A folder holds the checkpoint (config.json, safetensors) and `oracle.safetensors`:
input_ids, attention_mask and, where the model has them, token_type_ids [B, N]; hidden.0 (after the embeddings) to
hidden.L (after the last block) [B, N, D]; attention.0 to attention.L-1 [B, H, N, N]; logits [B, C] or [B, N, V] where
there is a head; in some of them, cotangent (of the logits' shape, zero where there is padding) and gradient.NAME of the
sum of cotangent · logits for every parameter. Examples have different numbers of tokens, padding at the end.
Everything is computed in float32 from the weights as stored.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForPreTraining,
    BertForSequenceClassification,
    BertModel,
    DistilBertConfig,
    DistilBertForMaskedLM,
    DistilBertForSequenceClassification,
    DistilBertModel,
    RobertaConfig,
    RobertaForMaskedLM,
    RobertaForSequenceClassification,
    RobertaModel,
)
from transformers.utils import logging

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "packages/backbones/bert/src/oracles"
LENGTHS = [9, 4, 6]


def bert(**changes):
    return BertConfig(**dict(vocab_size=29, hidden_size=12, num_hidden_layers=2, num_attention_heads=3,
                             intermediate_size=20, max_position_embeddings=11) | changes)


def roberta(**changes):
    return RobertaConfig(**dict(vocab_size=31, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                                intermediate_size=24, max_position_embeddings=12, type_vocab_size=1,
                                layer_norm_eps=1e-5) | changes)


def distilbert(**changes):
    return DistilBertConfig(**dict(vocab_size=27, dim=12, n_layers=2, n_heads=2, hidden_dim=28,
                                   max_position_embeddings=10) | changes)


# One difference to get wrong each: names, prefix, dtype, pooler, head, activation, eps, token types, positions.
CASES = {
    "bert-classifier": dict(model=BertForSequenceClassification, config=bert(num_labels=3), gradients=True),
    "bert-regression-f16": dict(
        model=BertForSequenceClassification,
        config=bert(num_labels=1, hidden_act="relu", layer_norm_eps=0.05, hidden_size=8, num_attention_heads=1,
                    num_hidden_layers=3),
        dtype=torch.float16,
    ),
    "bert-legacy-names": dict(model=BertForPreTraining, config=bert(hidden_act="gelu_new"), rename="legacy"),
    "bert-bare-no-pooler": dict(model=BertModel, arguments=dict(add_pooling_layer=False), config=bert(type_vocab_size=4)),
    "bert-bare-pooler-sharded": dict(model=BertModel, config=bert(type_vocab_size=1), save=dict(max_shard_size="6KB"),
                                     rename="position_ids"),
    "bert-masked-lm": dict(model=BertForMaskedLM, config=bert(hidden_act="silu"), gradients=True),
    "roberta-classifier": dict(model=RobertaForSequenceClassification, config=roberta(num_labels=4), gradients=True),
    "roberta-regression-types": dict(
        model=RobertaForSequenceClassification,
        config=roberta(num_labels=1, type_vocab_size=2, pad_token_id=3, max_position_embeddings=13),
    ),
    "roberta-bare-pooler-bf16": dict(model=RobertaModel, config=roberta(hidden_act="gelu_new"), dtype=torch.bfloat16),
    "roberta-masked-lm": dict(model=RobertaForMaskedLM, config=roberta(hidden_act="relu"), gradients=True),
    "distilbert-classifier": dict(model=DistilBertForSequenceClassification, config=distilbert(num_labels=5),
                                  gradients=True),
    "distilbert-bare": dict(model=DistilBertModel, config=distilbert(n_heads=4, activation="relu")),
    "distilbert-masked-lm": dict(model=DistilBertForMaskedLM, config=distilbert(sinusoidal_pos_embds=True)),
}


def randomize(model, generator):
    """Weights that hide nothing: norms are not 1 and 0, biases are not 0, activations stay of order 1."""
    seen = set()
    for name, value in model.named_parameters():
        if value.data_ptr() in seen:
            continue
        seen.add(value.data_ptr())
        noise = torch.randn(value.shape, generator=generator)
        if "norm" in name.lower() and name.endswith("weight"):
            value.data.copy_(1 + 0.3 * noise)
        elif value.dim() <= 1:
            value.data.copy_(0.2 * noise)
        elif "embeddings" in name:
            value.data.copy_(0.6 * noise)
        else:
            value.data.copy_(noise * 1.2 / value[0].numel() ** 0.5)


def batch(config, generator):
    """Token ids of sentences of different lengths, padded; types change in the middle."""
    tokens = max(LENGTHS)
    pad = config.pad_token_id
    ids = torch.randint(pad + 1, config.vocab_size, (len(LENGTHS), tokens), generator=generator)
    mask = torch.zeros_like(ids)
    types = torch.zeros_like(ids)
    for row, length in enumerate(LENGTHS):
        mask[row, :length] = 1
        ids[row, length:] = pad
        types[row, length // 2 : length] = getattr(config, "type_vocab_size", 1) - 1
    inputs = {"input_ids": ids, "attention_mask": mask}
    return inputs | ({"token_type_ids": types} if getattr(config, "type_vocab_size", 0) > 1 else {})


@torch.no_grad()
def run(model, inputs):
    output = model(**inputs, output_hidden_states=True, output_attentions=True)
    tensors = {name: value.int() for name, value in inputs.items()}
    tensors |= {f"hidden.{index}": value for index, value in enumerate(output.hidden_states)}
    tensors |= {f"attention.{index}": value for index, value in enumerate(output.attentions)}
    logits = getattr(output, "logits", getattr(output, "prediction_logits", None))
    if logits is not None:
        tensors["logits"] = logits
    return {name: value.contiguous().clone() for name, value in tensors.items()}


def gradients(model, inputs, generator):
    model.zero_grad()
    logits = model(**inputs).logits
    cotangent = torch.randn(logits.shape, generator=generator)
    if logits.dim() == 3:
        cotangent *= inputs["attention_mask"].unsqueeze(-1)
    (cotangent * logits).sum().backward()
    found = {f"gradient.{name}": value.grad.clone() for name, value in model.named_parameters()}
    return {"cotangent": cotangent, **found}


def rename(folder, how, config):
    """What old versions wrote: gamma and beta, a prefix where there is none now, tables of positions."""
    file = next(file for file in sorted(folder.glob("model*.safetensors")))
    tensors = load_file(file)
    if how == "legacy":
        tensors = {
            name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
            for name, value in tensors.items()
        }
    else:
        name = "embeddings.position_ids"
        tensors[name] = torch.arange(config.max_position_embeddings).unsqueeze(0)
        index = folder / "model.safetensors.index.json"
        content = json.loads(index.read_text())
        content["weight_map"][name] = file.name
        index.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
    save_file(tensors, file, metadata={"format": "pt"})


def write(name, case, folder):
    generator = torch.Generator().manual_seed(sum(map(ord, name)))
    config, arguments = case["config"], case.get("arguments", {})
    model = case["model"](config, **arguments)
    randomize(model, generator)
    shutil.rmtree(folder, ignore_errors=True)
    model.to(case.get("dtype", torch.float32)).save_pretrained(folder, **case.get("save", {}))
    if "rename" in case:
        rename(folder, case["rename"], config)
    stored, info = case["model"].from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True, **arguments
    )
    if info["missing_keys"] or info["unexpected_keys"]:
        raise SystemExit(f"{name}: transformers does not read back what it saved: {info}")
    stored.eval()
    inputs = batch(config, generator)
    tensors = gradients(stored, inputs, generator) if case.get("gradients") else {}
    tensors.update(run(stored, inputs))
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
