"""Loads the `model/` folder of a run on texts with Hugging Face `transformers` and compares logits.

    python tools/oracles/load_text_model.py RUN/model LOGITS.json RESULT.json

LOGITS.json is what `write_text_logits.ts` writes: what went in, row by row and without padding, and what came out:

    { "rows": [{ "inputs": { "input_ids": [N numbers], … }, "logits": [C, or T·V numbers] }, …] }

RESULT.json gets the keys that `transformers` missed or did not expect, the largest difference of the logits, and the
versions. Prints PASS or FAIL; the exit code is 0 or 1.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoModelForSequenceClassification, T5ForConditionalGeneration


def load(folder):
    """The model as `transformers` loads it by default, and what it has to say about the keys."""
    is_t5 = AutoConfig.from_pretrained(folder, local_files_only=True).model_type == "t5"
    loader = T5ForConditionalGeneration if is_t5 else AutoModelForSequenceClassification
    model, info = loader.from_pretrained(folder, local_files_only=True, output_loading_info=True)
    keys = {name: sorted(map(str, info[name])) for name in ("missing_keys", "unexpected_keys", "mismatched_keys")}
    return model.eval(), keys


@torch.no_grad()
def compare_rows(model, rows):
    """The largest difference, how many of how many largest logits are the same."""
    largest, equal, count = 0.0, 0, 0
    for row in rows:
        inputs = {name: torch.tensor([numbers]) for name, numbers in row["inputs"].items()}
        theirs = model(**inputs).logits.float()
        ours = torch.tensor(row["logits"], dtype=torch.float32)
        if ours.numel() != theirs.numel():
            raise SystemExit(f"FAIL: {ours.numel()} logits in the file, {list(theirs.shape)} from transformers")
        ours = ours.reshape(theirs.shape)
        difference = (ours - theirs).abs().max().item()
        largest = max(largest, difference) if math.isfinite(difference) else math.inf
        same = ours.argmax(-1) == theirs.argmax(-1)
        equal, count = equal + int(same.sum()), count + same.numel()
    return largest, equal, count


def compare(folder, rows, tolerance):
    model, keys = load(folder)
    difference, equal, count = compare_rows(model, rows)
    return {
        "pass": len(rows) > 0 and not any(keys.values()) and difference <= tolerance and model.dtype == torch.float32,
        "model": type(model).__name__,
        "dtype": str(model.dtype),
        "keysMissing": keys["missing_keys"],
        "keysUnexpected": keys["unexpected_keys"],
        "keysMismatched": keys["mismatched_keys"],
        "texts": len(rows),
        "predictions": count,
        "equalPredictions": equal,
        "maxDifference": difference if math.isfinite(difference) else None,
        "tolerance": tolerance,
        "transformers": transformers.__version__,
        "torch": torch.__version__,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="folder with config.json and model.safetensors")
    parser.add_argument("logits", type=Path, help="JSON with inputs and our logits")
    parser.add_argument("result", type=Path, help="JSON to write")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest difference allowed (default 1e-4)")
    options = parser.parse_args()
    transformers.utils.logging.disable_progress_bar()
    result = compare(options.model, json.loads(options.logits.read_text())["rows"], options.tolerance)
    options.result.write_text(json.dumps(result, indent=2) + "\n")
    print(
        f"{'PASS' if result['pass'] else 'FAIL'}: {result['texts']} texts, largest difference "
        f"{result['maxDifference']} (allowed {options.tolerance:g}), {result['equalPredictions']} of "
        f"{result['predictions']} predictions equal, {len(result['keysMissing'])} missing, "
        f"{len(result['keysUnexpected'])} unexpected, {len(result['keysMismatched'])} mismatched keys"
    )
    sys.exit(0 if result["pass"] else 1)


if __name__ == "__main__":
    main()
