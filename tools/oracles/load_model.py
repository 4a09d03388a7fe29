"""Loads the `model/` folder of a run with Hugging Face `transformers` and compares logits.

    python tools/oracles/load_model.py RUN/model LOGITS.json RESULT.json

LOGITS.json is written by our side and holds what went in and what came out:

    { "shape": [3, H, W], "images": [{ "path": "…", "pixelValues": [3·H·W numbers] }, …], "logits": [[C numbers], …] }

(`path` is for people and optional.) RESULT.json gets the keys that `transformers` missed or did not expect, the
largest difference of the logits, and the versions. Prints PASS or FAIL; the exit code is 0 or 1.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoImageProcessor, AutoModelForImageClassification


def load(folder):
    """The model as `transformers` loads it by default, and what it has to say about the keys."""
    model, info = AutoModelForImageClassification.from_pretrained(
        folder, local_files_only=True, output_loading_info=True
    )
    keys = {name: sorted(map(str, info[name])) for name in ("missing_keys", "unexpected_keys", "mismatched_keys")}
    return model.eval(), keys


@torch.no_grad()
def logits_of(model, shape, images):
    rows = [torch.tensor(image["pixelValues"], dtype=torch.float32).reshape(1, *shape) for image in images]
    return torch.cat([model(pixel_values=row).logits.float() for row in rows])


def compare(folder, given, tolerance):
    model, keys = load(folder)
    processor = AutoImageProcessor.from_pretrained(folder, local_files_only=True)
    ours = torch.tensor(given["logits"], dtype=torch.float32)
    theirs = logits_of(model, given["shape"], given["images"])
    if ours.shape != theirs.shape:
        raise SystemExit(f"FAIL: logits {list(ours.shape)} in the file, {list(theirs.shape)} from transformers")
    difference = (ours - theirs).abs().max().item()
    clean = not any(keys.values())
    return {
        "pass": clean and difference <= tolerance and model.dtype == torch.float32,
        "model": type(model).__name__,
        "dtype": str(model.dtype),
        "imageProcessor": type(processor).__name__,
        "labels": len(model.config.id2label),
        "keysMissing": keys["missing_keys"],
        "keysUnexpected": keys["unexpected_keys"],
        "keysMismatched": keys["mismatched_keys"],
        "images": len(given["images"]),
        "equalPredictions": int((ours.argmax(1) == theirs.argmax(1)).sum()),
        "maxDifference": difference if math.isfinite(difference) else None,
        "tolerance": tolerance,
        "transformers": transformers.__version__,
        "torch": torch.__version__,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="folder with config.json and model.safetensors")
    parser.add_argument("logits", type=Path, help="JSON with shape, images and our logits")
    parser.add_argument("result", type=Path, help="JSON to write")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest difference allowed (default 1e-4)")
    options = parser.parse_args()
    transformers.utils.logging.disable_progress_bar()
    given = json.loads(options.logits.read_text())
    result = compare(options.model, given, options.tolerance)
    options.result.write_text(json.dumps(result, indent=2) + "\n")
    verdict = "PASS" if result["pass"] else "FAIL"
    print(
        f"{verdict}: {result['images']} images, largest difference {result['maxDifference']} "
        f"(allowed {options.tolerance:g}), {result['equalPredictions']} equal predictions, "
        f"{len(result['keysMissing'])} missing, {len(result['keysUnexpected'])} unexpected, "
        f"{len(result['keysMismatched'])} mismatched keys"
    )
    sys.exit(0 if result["pass"] else 1)


if __name__ == "__main__":
    main()
