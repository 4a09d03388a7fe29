"""Writes `packages/data/src/text/oracles/clip-tokenizer.json`: vocab.json and merges.txt of a small CLIP tokenizer, and
what CLIPTokenizer of `transformers` makes of texts with them.

    python tools/oracles/clip_tokenizer.py
"""

import json
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "packages/data/src/text/oracles/clip-tokenizer.json"
SPECIAL = ["<|startoftext|>", "<|endoftext|>"]
TEXTS = [
    "", " ", "a photo of a cat", "A PHOTO of a CAT.", "two  red\tcircles\nleft of it", "isn't it? they'll, we've I'm",
    "1234 and 5", "caf\u00e9 cafe\u0301 na\u00efve", "\u4f60\u597d \u4e16\u754c", "\U0001f600 smile \U0001f600\U0001f600", "hello<|endoftext|>world",
    "<|startoftext|> again", "<|ENDOFTEXT|>", "x" * 70, "semi-colon;dash--dash...!?", "\u0130stanbul \u1e9e \u03a3\u03c2", "a</w>b </w>",
    "tab\u00a0nbsp\u2003em\u3000wide", "\u0663\u0664 \u00bd \u2163", "he said 'S and 'LL and \u2019s",
]


def main():
    tokenizer = Tokenizer(models.BPE(unk_token=SPECIAL[1], end_of_word_suffix="</w>", continuing_subword_prefix=""))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=700, initial_alphabet=letters, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator((word for line in (ROOT / "LICENSE").read_text().splitlines() for word in line.split()), trainer)
    learnt = json.loads(tokenizer.to_str())["model"]
    # As in CLIP: letters, letters at the end of words, what was merged, and the special tokens last.
    names = dict.fromkeys([*letters, *(f"{letter}</w>" for letter in letters), *learnt["vocab"], *SPECIAL])
    vocabulary = {name: index for index, name in enumerate(names)}
    merges = [tuple(pair) for pair in learnt["merges"]]
    clip = CLIPTokenizer(vocab=vocabulary, merges=merges)
    rows = [{"text": text, "ids": clip(text)["input_ids"]} for text in TEXTS]
    lines = "\n".join(["#version: 0.2", *map(" ".join, merges)]) + "\n"
    FILE.write_text(json.dumps({"vocab.json": vocabulary, "merges.txt": lines, "texts": rows}) + "\n")
    print(f"{FILE.name}: {len(vocabulary)} tokens, {len(rows)} texts, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
